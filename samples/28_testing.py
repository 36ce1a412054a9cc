"""Tests of a program that uses agents: a script says what the model says, all else is real.

The program under test is the function advise(). What the model was asked is there to be looked at, and failures can be
had at will. Runs offline only, that is the point of it:

    python samples/28_testing.py

or, where pytest is installed, pytest samples/28_testing.py
"""

import sys
import unittest

from agentkit import AIProjectClient
from agentkit.local import Failure, ScriptedModel, call
from agentkit.models import FunctionTool, ToolSet


def fetch_weather(location: str) -> str:
    """Fetch the weather for a location.

    :param location: The location, such as Oslo.
    """
    if location == "Atlantis":
        raise LookupError("Atlantis is under water")
    return f"Rain in {location}"


def advise(project_client: AIProjectClient, question: str) -> str:
    """Answer a question about the weather, or say why there is no answer."""
    agents = project_client.agents
    toolset = ToolSet()
    toolset.add(FunctionTool([fetch_weather]))
    agent = agents.create_agent(model="gpt-4o-mini", name="adviser", instructions="You advise travellers.", toolset=toolset)
    thread = agents.create_thread()
    agents.create_message(thread_id=thread.id, role="user", content=question)
    run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
    answer = agents.list_messages(thread_id=thread.id).get_last_text_message_by_role("assistant")
    agents.delete_agent(agent.id)
    if run.status != "completed":
        return f"No answer: {run.last_error.message if run.last_error else run.status}"
    return answer.text.value if answer else "No answer"


class AdviseTest(unittest.TestCase):
    """What advise() does with what a model may say."""

    def test_the_weather_is_looked_up(self) -> None:
        """A turn of a script is a text, a call, or a function that makes one of what it is asked."""
        model = ScriptedModel(
            [
                call("fetch_weather", location="Oslo"),
                lambda request: f"Take an umbrella: {request.results[-1].output}",
            ]
        )
        with AIProjectClient.local(model=model) as project_client:
            answer = advise(project_client, "What shall I wear in Oslo?")
        assert answer == "Take an umbrella: Rain in Oslo"
        assert model.requests[0].last_user_text == "What shall I wear in Oslo?"
        assert model.requests[0].instructions == "You advise travellers."

    def test_the_model_reads_what_went_wrong_in_a_function(self) -> None:
        model = ScriptedModel([call("fetch_weather", location="Atlantis"), "I do not know."])
        with AIProjectClient.local(model=model) as project_client, self.assertLogs("agentkit"):
            answer = advise(project_client, "And in Atlantis?")
        assert answer == "I do not know."
        assert "Atlantis is under water" in model.requests[1].results[-1].output

    def test_a_limit_is_told(self) -> None:
        model = ScriptedModel([Failure("Rate limit is exceeded. Try again in 22 seconds.", "rate_limit_exceeded")])
        with AIProjectClient.local(model=model) as project_client:
            assert advise(project_client, "Hello?") == "No answer: Rate limit is exceeded. Try again in 22 seconds."

    def test_without_a_script_the_offline_model_answers(self) -> None:
        """It says in each answer what it is, so look for what has to be there."""
        with AIProjectClient.local() as project_client:
            assert "Rain in Rome" in advise(project_client, "What is the weather in Rome?")


if __name__ == "__main__":
    unittest.main(testRunner=unittest.TextTestRunner(stream=sys.stdout, verbosity=2, descriptions=False))
