"""The whole way in one script: an agent with the code interpreter draws a bar chart.

The chart is saved in samples-output/01_quickstart.

Offline, on the embedded local service: python samples/01_quickstart.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os
from pathlib import Path

from agentkit import AIProjectClient
from agentkit.models import CodeInterpreterTool

OUTPUT = Path("samples-output/01_quickstart")
MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
PROMPT = (
    "Could you please create a bar chart for the operating profit using the following data and provide the file to me? "
    "Company A: $1.2 million, Company B: $2.5 million, Company C: $3.0 million, Company D: $1.8 million"
)


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        code_interpreter = CodeInterpreterTool()
        agent = project_client.agents.create_agent(
            model=MODEL,
            name="my-agent",
            instructions="You are helpful agent",
            tools=code_interpreter.definitions,
            tool_resources=code_interpreter.resources,
        )
        print(f"Created agent, agent ID: {agent.id}")

        thread = project_client.agents.create_thread()
        print(f"Created thread, thread ID: {thread.id}")

        message = project_client.agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        print(f"Created message, message ID: {message.id}")

        run = project_client.agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
        print(f"Run finished with status: {run.status}")
        if run.status == "failed":
            print(f"Run failed: {run.last_error}")

        messages = project_client.agents.list_messages(thread_id=thread.id)
        last_message = messages.get_last_text_message_by_role("assistant")
        if last_message:
            print(f"Last Message: {last_message.text.value}")

        for annotation in messages.file_path_annotations:
            file_name = Path(annotation.text).name
            project_client.agents.save_file(annotation.file_path.file_id, file_name=file_name, target_dir=OUTPUT)
            print(f"Saved file to: {OUTPUT / file_name}")

        for image_content in messages.image_contents:
            file_name = f"{image_content.image_file.file_id}_image_file.png"
            project_client.agents.save_file(image_content.image_file.file_id, file_name=file_name, target_dir=OUTPUT)
            print(f"Saved image file to: {OUTPUT / file_name}")

        project_client.agents.delete_thread(thread.id)
        project_client.agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    main()
