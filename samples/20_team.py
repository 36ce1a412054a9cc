"""A small team: a leader hands out tasks, and members work on them.

The leader has one function, create_task(), which runs in this program; each task has a thread of its own. The members
are told nothing but their task, so each may have its own tools: one reads files, one runs code. The service knows of no
team; who may ask whom is up to the program. The chart is saved in samples-output/20_team.

Offline, on the embedded local service: python samples/20_team.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os
from pathlib import Path

from agentkit import AIProjectClient
from agentkit.models import Agent, CodeInterpreterTool, FileSearchTool, FunctionTool, ToolSet

OUTPUT = Path("samples-output/20_team")
MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
HANDBOOK = "The museum has a garden with 40 seats. A ticket costs 14 euros; children under 12 come in free."
REQUESTS = (
    'Create a task for the recipient "librarian" with the request "What does a ticket cost?"',
    'Create a task for the recipient "analyst" with the request "Draw a bar chart of visitors: Monday: 120, Friday: 240"',
)


class Team:
    """A leader and members by name. Use it in a ``with`` block: its agents are deleted at the end.

    :param project_client: The client to make the agents with.
    """

    def __init__(self, project_client: AIProjectClient) -> None:
        self._agents = project_client.agents
        self._members: dict[str, Agent] = {}
        self._leader: Agent | None = None

    def __enter__(self) -> "Team":
        return self

    def __exit__(self, *_: object) -> None:
        for agent in (*self._members.values(), self._leader):
            if agent:
                self._agents.delete_agent(agent.id)

    def add(self, name: str, instructions: str, toolset: ToolSet) -> None:
        """Take a member into the team."""
        self._members[name] = self._agents.create_agent(model=MODEL, name=name, instructions=instructions, toolset=toolset)

    def create_task(self, recipient: str, request: str) -> str:
        """Create a task for a member of the team, and get the outcome.

        :param recipient: The name of the member.
        :param request: What the member is to do, with everything it has to know.
        """
        if recipient not in self._members:
            return f"There is no {recipient} in the team, which has: {', '.join(self._members)}"
        print(f"  the leader asks the {recipient}: {request}")
        return self._ask(self._members[recipient], request)

    def process(self, request: str) -> str:
        """Have the leader deal with a request."""
        if self._leader is None:
            toolset = ToolSet()
            toolset.add(FunctionTool([self.create_task]))
            members = ", ".join(f"{name} ({agent.instructions})" for name, agent in self._members.items())
            instructions = f"You lead a team and hand all work to its members by creating tasks. The members: {members}"
            self._leader = self._agents.create_agent(model=MODEL, name="leader", instructions=instructions, toolset=toolset)
        return self._ask(self._leader, request)

    def _ask(self, agent: Agent, request: str) -> str:
        """The answer of an agent on a new thread; the pictures in it are saved."""
        thread = self._agents.create_thread()
        self._agents.create_message(thread_id=thread.id, role="user", content=request)
        run = self._agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
        answer = self._agents.list_messages(thread_id=thread.id).get_last_message_by_role("assistant")
        if run.status != "completed" or not answer:
            outcome = f"The {agent.name} could not do it: the run is {run.status}"
        else:
            for path in self._agents.save_message_files(answer, OUTPUT):
                print(f"  the {agent.name} made {path.name}")
            outcome = answer.render(citations="strip")
        self._agents.delete_thread(thread.id)
        return outcome


def main() -> None:
    with AIProjectClient.from_env() as project_client, Team(project_client) as team:
        agents = project_client.agents
        handbook = agents.upload_file_and_poll(file=("museum.txt", HANDBOOK), purpose="assistants")
        store = agents.create_vector_store_and_poll(file_ids=[handbook.id], name="museum")

        library = ToolSet()
        library.add(FileSearchTool(vector_store_ids=[store.id]))
        team.add("librarian", "You answer questions from the museum's handbook.", library)
        desk = ToolSet()
        desk.add(CodeInterpreterTool())
        team.add("analyst", "You calculate, and draw charts.", desk)

        for request in REQUESTS:
            print(f"You: {request}")
            print(f"Leader: {team.process(request)}\n")

        agents.delete_vector_store(store.id)
        agents.delete_file(handbook.id)
    print("Deleted agents, threads, store and file")


if __name__ == "__main__":
    main()
