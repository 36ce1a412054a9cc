"""An agent reads an uploaded CSV file and draws a bar chart of one sector's operating profit.

The companies in the file are invented. The chart is saved in samples-output/03_csv.

Offline, on the embedded local service: python samples/03_csv.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os
from pathlib import Path

from agentkit import AIProjectClient
from agentkit.models import CodeInterpreterTool, FilePurpose

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
OUTPUT = Path("samples-output/03_csv")
CSV_FILE = Path(__file__).parent / "data" / "nifty_500_quarterly_results.csv"
PROMPT = (
    "Could you please create bar chart in the TRANSPORTATION sector for the operating profit from the uploaded csv file and "
    "provide file to me?"
)


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        file = project_client.agents.upload_file_and_poll(file_path=CSV_FILE, purpose=FilePurpose.AGENTS)
        print(f"Uploaded file, file ID: {file.id}")

        code_interpreter = CodeInterpreterTool(file_ids=[file.id])
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

        project_client.agents.delete_file(file.id)
        print("Deleted file")

        messages = project_client.agents.list_messages(thread_id=thread.id)
        last_message = messages.get_last_text_message_by_role("assistant")
        if last_message:
            print(f"Last Message: {last_message.text.value}")

        for image_content in messages.image_contents:
            file_name = f"{image_content.image_file.file_id}_image_file.png"
            project_client.agents.save_file(image_content.image_file.file_id, file_name=file_name, target_dir=OUTPUT)
            print(f"Saved image file to: {OUTPUT / file_name}")

        for annotation in messages.file_path_annotations:
            file_name = Path(annotation.text).name
            project_client.agents.save_file(annotation.file_path.file_id, file_name=file_name, target_dir=OUTPUT)
            print(f"Saved file to: {OUTPUT / file_name}")

        project_client.agents.delete_thread(thread.id)
        project_client.agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    main()
