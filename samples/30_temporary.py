"""Leave nothing behind: objects for one block, one agent for a name, a purge, and progress at the terminal.

Offline, on the embedded local service: python samples/30_temporary.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini. The purge at the end only looks there.

Progress is shown where stderr is a terminal and rich (pip install '.[cli]') or tqdm is installed.
"""

import os
from datetime import timedelta

from agentkit import AIProjectClient
from agentkit.models import FileSearchTool

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
NAME = "agentkit-sample-librarian"
HOURS = "The library is open from 9 to 18 on weekdays, and closed on Sundays.\n"


def ask(project_client: AIProjectClient, question: str) -> None:
    """Answer a question from a file, with objects that are gone afterwards, whatever happens meanwhile."""
    agents = project_client.agents
    with (
        agents.temporary_file(file=("hours.txt", HOURS), progress=True) as file,
        agents.temporary_vector_store(name="hours", file_ids=[file.id], progress=True) as store,
        agents.temporary_thread() as thread,
    ):
        print(f"File {file.filename} is {file.status}, vector store is {store.status}")
        search = FileSearchTool(vector_store_ids=[store.id])
        with agents.temporary_agent(
            model=MODEL, name="reader", instructions="You answer from the files.", toolset=search
        ) as agent:
            agents.create_message(thread_id=thread.id, role="user", content=question)
            run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id, progress=True)
            print(f"Run finished with status: {run.status}")
            answer = agents.list_messages(thread_id=thread.id).get_last_text_message_by_role("assistant")
            if answer:
                print(f"Answer: {answer.text.value}")
    print("The block is left: agent, thread, vector store and file are deleted")


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        ask(project_client, "When is the library open?")

        librarian = agents.get_or_create_agent(name=NAME, model=MODEL, instructions="You help.")
        again = agents.get_or_create_agent(name=NAME, model=MODEL, instructions="You help readers.", update=True)
        print(f"Two calls, one agent: {librarian.id == again.id}; it says now: {again.instructions}")

        report = agents.purge(older_than=timedelta(0), name_prefix=NAME)
        print(f"A purge would delete {len(report.found)} agent: {', '.join(found.name or found.id for found in report.found)}")
        agents.delete_agent(again.id)
        old = agents.purge(older_than=timedelta(days=365), kinds=["agents", "vector_stores"])
        print(f"Older than a year: {len(old.found)} objects; nothing was deleted: {old.dry_run}")


if __name__ == "__main__":
    main()
