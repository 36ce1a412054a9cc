"""The async twin of quickstart.py: an agent draws a bar chart of four companies' operating profit.

Runs against the service that the environment names, or against the embedded local service when it names none:

    python samples/quickstart_async.py
"""

import asyncio
from pathlib import Path

from agentkit.aio import AIProjectClient
from agentkit.models import CodeInterpreterTool

PROMPT = (
    "Could you please create a bar chart for the operating profit using the following data and provide the file to me? "
    "Company A: $1.2 million, Company B: $2.5 million, Company C: $3.0 million, Company D: $1.8 million"
)


async def main() -> None:
    async with AIProjectClient.from_env() as project_client:
        code_interpreter = CodeInterpreterTool()
        agent = await project_client.agents.create_agent(
            model="gpt-4o-mini",
            name="my-agent",
            instructions="You are helpful agent",
            tools=code_interpreter.definitions,
            tool_resources=code_interpreter.resources,
        )
        print(f"Created agent, agent ID: {agent.id}")

        thread = await project_client.agents.create_thread()
        print(f"Created thread, thread ID: {thread.id}")

        message = await project_client.agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        print(f"Created message, message ID: {message.id}")

        run = await project_client.agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
        print(f"Run finished with status: {run.status}")
        if run.status == "failed":
            print(f"Run failed: {run.last_error}")

        messages = await project_client.agents.list_messages(thread_id=thread.id)
        last_message = messages.get_last_text_message_by_role("assistant")
        if last_message:
            print(f"Last Message: {last_message.text.value}")

        for annotation in messages.file_path_annotations:
            file_name = Path(annotation.text).name
            await project_client.agents.save_file(file_id=annotation.file_path.file_id, file_name=file_name)
            print(f"Saved file to: {Path.cwd() / file_name}")

        for image_content in messages.image_contents:
            file_name = f"{image_content.image_file.file_id}_image_file.png"
            await project_client.agents.save_file(file_id=image_content.image_file.file_id, file_name=file_name)
            print(f"Saved image file to: {Path.cwd() / file_name}")

        await project_client.agents.delete_agent(agent.id)
        print("Deleted agent")


if __name__ == "__main__":
    asyncio.run(main())
