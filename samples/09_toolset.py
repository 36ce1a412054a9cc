"""Several tools of one agent: the code interpreter, a file to search in, a function of this program.

The toolset gives the service all definitions at once, and the client the function to call.

Offline, on the embedded local service: python samples/09_toolset.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os

from agentkit import AIProjectClient
from agentkit.models import CodeInterpreterTool, FileSearchTool, FunctionTool, RunStepToolCallDetails, ToolSet

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
HANDBOOK = "The boat house rents rowing boats from 9 to 18 o'clock. A boat costs 12 euros an hour."
QUESTIONS = ("What does a rowing boat cost?", "What is the water level of the lake Mirow?", "Solve 12x = 54, please.")


def fetch_water_level(lake: str) -> str:
    """Fetch the water level of a lake.

    :param lake: The name of the lake.
    """
    return f"{lake}: 2.31 m"


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        handbook = agents.upload_file_and_poll(file=("boats.txt", HANDBOOK), purpose="assistants")
        store = agents.create_vector_store_and_poll(file_ids=[handbook.id], name="boat house")

        toolset = ToolSet()
        toolset.add(CodeInterpreterTool())
        toolset.add(FileSearchTool(vector_store_ids=[store.id]))
        toolset.add(FunctionTool([fetch_water_level]))
        print(f"The agent has: {', '.join(definition.type for definition in toolset.definitions)}")

        agent = agents.create_agent(model=MODEL, name="boatman", instructions="You help people with boats.", toolset=toolset)
        thread = agents.create_thread()
        for question in QUESTIONS:
            agents.create_message(thread_id=thread.id, role="user", content=question)
            run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
            if run.status != "completed":
                print(f"The run ended as {run.status}: {run.last_error}")
                break
            print(f"\nYou: {question}")
            for step in agents.list_run_steps(thread_id=thread.id, run_id=run.id, order="asc").data:
                if isinstance(step.step_details, RunStepToolCallDetails):
                    print(f"  used: {', '.join(call.type for call in step.step_details.tool_calls)}")
            answer = agents.list_messages(thread_id=thread.id).get_last_message_by_role("assistant")
            print(f"Agent: {answer.render(citations='strip') if answer else 'no answer'}")

        # An agent is given other tools by an update; what it was not given, it cannot use.
        toolset.remove(FileSearchTool)
        agent = agents.update_agent(agent.id, toolset=toolset)
        print(f"\nThe agent has: {', '.join(definition.type for definition in agent.tools)}")

        agents.delete_thread(thread.id)
        agents.delete_agent(agent.id)
        agents.delete_vector_store(store.id)
        agents.delete_file(handbook.id)
        print("Deleted thread, agent, store and file")


if __name__ == "__main__":
    main()
