"""Where an answer comes from: its citations as footnotes, as Markdown, left out, or one by one.

Offline, on the embedded local service: python samples/07_citations.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os

from agentkit import AIProjectClient
from agentkit.models import FileSearchTool

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
FILES = {
    "holidays.md": "# Holidays\n\nEvery employee has 30 days of holiday a year. Holidays are asked for two weeks ahead.",
    "travel.md": "# Travel\n\nTrips by train are booked in the second class. Receipts are handed in within a month.",
}
PROMPT = "How many days of holiday does an employee have?"


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        files = [agents.upload_file_and_poll(file=pair, purpose="assistants") for pair in FILES.items()]
        store = agents.create_vector_store_and_poll(file_ids=[file.id for file in files], name="house rules")
        search = FileSearchTool(vector_store_ids=[store.id])
        agent = agents.create_agent(
            model=MODEL,
            name="personnel-office",
            instructions="You answer from the files, and cite them.",
            tools=search.definitions,
            tool_resources=search.resources,
        )
        thread = agents.create_thread()
        agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
        print(f"You: {PROMPT}")

        messages = agents.list_messages(thread_id=thread.id)
        answer = messages.get_last_message_by_role("assistant")
        if answer:
            print(f"\n--- as the model wrote it\n{answer.text_messages[0].text.value}")
            print(f"\n--- with footnotes\n{agents.render_message(answer)}")
            print(f"\n--- as Markdown\n{agents.render_message(answer, citations='markdown')}")
            # Without a request, for the names are not needed.
            print(f"\n--- without citations\n{answer.render(citations='strip')}")

        print()
        for annotation in messages.file_citation_annotations:
            cited = agents.get_file(annotation.file_citation.file_id)
            print(f"{annotation.text} stands at {annotation.start_index} to {annotation.end_index}, and cites {cited.filename}")

        agents.delete_thread(thread.id)
        agents.delete_agent(agent.id)
        agents.delete_vector_store(store.id)
        for file in files:
            agents.delete_file(file.id)
        print("Deleted thread, agent, store and files")


if __name__ == "__main__":
    main()
