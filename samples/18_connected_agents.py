"""One agent hands a part of its work to another, which knows what it does not.

The guide does not know opening hours, but it knows an agent that does. Both agents live on the service, and the service
runs the second one when the first asks for it.

Offline, on the embedded local service: python samples/18_connected_agents.py
In Azure: the same, with PROJECT_CONNECTION_STRING or PROJECT_ENDPOINT set, and with MODEL_DEPLOYMENT_NAME where the
deployment is not named gpt-4o-mini.
"""

import os

from agentkit import AIProjectClient
from agentkit.models import ConnectedAgentTool, FileSearchTool, RunStepToolCallDetails

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
HANDBOOK = """# The museum

The museum is open from 10 to 18 o'clock, on Thursdays until 21 o'clock. It is closed on Mondays.

A ticket costs 14 euros; children under 12 come in free.
"""
PROMPT = "Until when is the museum open on Thursdays?"


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        handbook = agents.upload_file_and_poll(file=("museum.md", HANDBOOK), purpose="assistants")
        store = agents.create_vector_store_and_poll(file_ids=[handbook.id], name="museum")
        search = FileSearchTool(vector_store_ids=[store.id])
        desk = agents.create_agent(
            model=MODEL,
            name="museum_desk",
            instructions="You answer questions about the museum from its handbook.",
            tools=search.definitions,
            tool_resources=search.resources,
        )
        connected = ConnectedAgentTool(
            id=desk.id, name="museum_desk", description="Knows the museum: its opening hours and the price of its tickets."
        )
        guide = agents.create_agent(
            model=MODEL,
            name="city_guide",
            instructions="You guide visitors through the city. Ask the museum desk about the museum.",
            tools=connected.definitions,
        )
        thread = agents.create_thread()
        agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        print(f"Visitor: {PROMPT}")

        run = agents.create_and_process_run(thread_id=thread.id, agent_id=guide.id)
        if run.status != "completed":
            print(f"The run ended as {run.status}: {run.last_error}")

        for step in agents.list_run_steps(thread_id=thread.id, run_id=run.id, order="asc").data:
            if isinstance(step.step_details, RunStepToolCallDetails):
                for call in step.step_details.tool_calls:
                    if call.type == "connected_agent":
                        made = call["connected_agent"]
                        print(f"  the guide asks {made['name']}: {made['arguments']}")

        answer = agents.list_messages(thread_id=thread.id).get_last_text_message_by_role("assistant")
        if answer:
            print(f"Guide: {answer.text.value}")

        agents.delete_thread(thread.id)
        agents.delete_agent(guide.id)
        agents.delete_agent(desk.id)
        agents.delete_vector_store(store.id)
        agents.delete_file(handbook.id)
        print("Deleted thread, agents, vector store and file")


if __name__ == "__main__":
    main()
