"""Files that an agent made: saved all at once, one by one, or read in pieces; then deleted.

They are saved in samples-output/04_save_files.

Offline, on the embedded local service: python samples/04_save_files.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import hashlib
import os
from pathlib import Path

from agentkit import AIProjectClient
from agentkit.models import CodeInterpreterTool

OUTPUT = Path("samples-output/04_save_files")
MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
PROMPT = "Please make a pie chart of the rooms that we sold, and give me the file: Single: 12, Double: 30, Family: 8"


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        agent = agents.create_agent(
            model=MODEL, name="chart-maker", instructions="You draw charts.", tools=CodeInterpreterTool().definitions
        )
        thread = agents.create_thread()
        agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
        print(f"Run finished with status: {run.status}")
        messages = agents.list_messages(thread_id=thread.id)

        # All that the answer shows or links to, under the names that the agent gave.
        answer = messages.get_last_message_by_role("assistant")
        if answer:
            for path in agents.save_message_files(answer, OUTPUT):
                print(f"Saved {path.relative_to(Path.cwd())}, {path.stat().st_size} bytes")

        # One file, under a name of our own. It appears under that name when it is complete.
        made = [annotation.file_path.file_id for annotation in messages.file_path_annotations]
        for file_id in made:
            saved = agents.save_file(file_id, file_name="rooms.png", target_dir=OUTPUT, progress=show_progress)
            try:
                agents.save_file(file_id, file_name="rooms.png", target_dir=OUTPUT, overwrite=False)
            except FileExistsError as error:
                print(f"Not saved again: {error}")

            # The content without a file: of any size, for it comes in pieces.
            digest = hashlib.sha256()
            for piece in agents.get_file_content(file_id):
                digest.update(piece)
            print(f"The same content: {digest.digest() == hashlib.sha256(saved.read_bytes()).digest()}")

        # What an agent makes stays on the service until somebody deletes it.
        shown = [image.image_file.file_id for image in messages.image_contents]
        for file_id in {*made, *shown}:
            agents.delete_file(file_id)
        agents.delete_thread(thread.id)
        agents.delete_agent(agent.id)
        print("Deleted files, thread and agent")


def show_progress(received: int, total: int) -> None:
    """Print a line when all of the file is there."""
    if received == total:
        print(f"Received {received} of {total} bytes")


if __name__ == "__main__":
    main()
