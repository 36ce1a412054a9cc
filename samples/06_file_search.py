"""An agent answers from files: in a vector store, added to it as a batch, attached to a message.

Offline, on the embedded local service: python samples/06_file_search.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os

from agentkit import AIProjectClient
from agentkit.models import Agent, FileSearchTool, MessageAttachment, VectorStoreExpirationPolicy

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
HANDBOOK = """# Handbook of the museum

The museum is open from 10 to 18 o'clock, on Thursdays until 21 o'clock. It is closed on Mondays.

A ticket costs 14 euros; children under 12 come in free.
"""
MENU = "The café on the roof serves lemon cake for 4 euros and lentil soup for 7 euros."
RULES = "Photographs are allowed without flash. Umbrellas are left at the cloakroom."
LETTER = "Dear Anna, the guided tour starts at the fountain at 15:30 and takes 90 minutes."


def ask(
    project_client: AIProjectClient, agent: Agent, question: str, attachments: list[MessageAttachment] | None = None
) -> None:
    """Ask on a new thread, print the answer with the names of its sources, and delete the thread."""
    agents = project_client.agents
    thread = agents.create_thread()
    agents.create_message(thread_id=thread.id, role="user", content=question, attachments=attachments)
    run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
    print(f"You: {question}")
    if run.status != "completed":
        print(f"The run ended as {run.status}: {run.last_error}")
    answer = agents.list_messages(thread_id=thread.id).get_last_message_by_role("assistant")
    if answer:
        print(f"Agent: {agents.render_message(answer)}\n")
    # Files that were attached lie in a store that the service made for the thread. It is ours to delete.
    resources = agents.get_thread(thread.id).tool_resources
    for store_id in (resources.file_search.vector_store_ids or []) if resources and resources.file_search else []:
        agents.delete_vector_store(store_id)
    agents.delete_thread(thread.id)


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agents = project_client.agents

        # A store is read by any number of agents. This one is given up a day after it was last used.
        handbook = agents.upload_file_and_poll(file=("handbook.md", HANDBOOK), purpose="assistants")
        store = agents.create_vector_store_and_poll(
            file_ids=[handbook.id], name="museum", expires_after=VectorStoreExpirationPolicy(anchor="last_active_at", days=1)
        )
        print(f"The store is {store.status}, with {store.file_counts.completed} file")

        search = FileSearchTool(vector_store_ids=[store.id])
        agent = agents.create_agent(
            model=MODEL,
            name="librarian",
            instructions="You answer questions from files.",
            tools=search.definitions,
            tool_resources=search.resources,
        )
        ask(project_client, agent, "Until when is the museum open on Thursdays?")

        # Many files at once are a batch, which is watched as one.
        more = [
            agents.upload_file_and_poll(file=pair, purpose="assistants") for pair in (("menu.txt", MENU), ("rules.txt", RULES))
        ]
        batch = agents.create_vector_store_file_batch_and_poll(vector_store_id=store.id, file_ids=[file.id for file in more])
        print(f"The batch is {batch.status}, with {batch.file_counts.completed} files")
        ask(project_client, agent, "What does the lemon cake cost?")

        # What belongs to one conversation only is attached to its message.
        letter = agents.upload_file_and_poll(file=("letter.txt", LETTER), purpose="assistants")
        attached = MessageAttachment(file_id=letter.id, tools=FileSearchTool().definitions)
        ask(project_client, agent, "Where does the guided tour start?", [attached])

        names = {file.id: file.filename for file in (handbook, *more)}
        print("In the store:", ", ".join(sorted(names[file.id] for file in agents.list_vector_store_files(store.id).data)))

        agents.delete_agent(agent.id)
        agents.delete_vector_store(store.id)
        for file in (handbook, *more, letter):
            agents.delete_file(file.id)
        print("Deleted threads, agent, stores and files")


if __name__ == "__main__":
    main()
