"""Whose function is called: of the call, of the agent, of the client; what is remembered, what is missing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from agentkit.exceptions import AzureError, MissingToolError
from agentkit.local import LocalService
from agentkit.local.models.scripted import ScriptedModel, call

from .faces import Connect, Face, done, inside, pieces
from .rounds import Talk, ask, both_ways, definitions, function_tool, offering, ran, submissions, talk, toolset

Serve = Callable[..., LocalService]


def says(name: str, answer: str) -> Callable[[], str]:
    """A function of a name that gives an answer."""

    def function() -> str:
        """Answers."""
        return answer

    function.__name__ = name
    return function


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings of functions without an implementation."""
    return [text for record in caplog.records if "without an implementation" in (text := record.getMessage())]


# --- level by level, name by name -------------------------------------------------------------------------------------------


@both_ways
async def test_the_call_comes_before_the_agent_and_that_before_the_client(
    way: str, face: Face, serve: Serve, connect: Connect
) -> None:
    calls = [call("a"), call("b"), call("c")]
    of_agent = offering(toolset(face, says("a", "agent"), says("b", "agent")), says("c", ""))
    of_client = [says(name, "client") for name in ("a", "b", "c")]
    spoken = await talk(serve, connect, *[calls, "Done."] * 2, toolset=of_agent, enable_auto_function_calls=of_client)
    of_call = offering(toolset(face, says("a", "call")), says("b", ""), says("c", ""))
    assert (await spoken.run(way, toolset=of_call)).status == "completed"
    assert spoken.outputs(1) == ["call", "agent", "client"]
    # The next run knows nothing of the toolset of the one before.
    assert (await spoken.run(way)).status == "completed"
    assert spoken.outputs(3) == ["agent", "agent", "client"]


@both_ways
async def test_a_toolset_of_the_call_is_offered_and_served(way: str, face: Face, serve: Serve, connect: Connect) -> None:
    spoken = await talk(serve, connect, call("a"), "Done.")
    run = await spoken.run(way, toolset=toolset(face, says("a", "call")))
    assert run.status == "completed"
    assert [tool.function.name for tool in run.tools] == ["a"]
    assert spoken.outputs() == ["call"]


async def test_a_toolset_may_come_with_a_thread_and_its_run(face: Face, serve: Serve, connect: Connect) -> None:
    spoken = await talk(serve, connect, call("a"), "Done.")
    options = {"agent_id": spoken.agent.id, "thread": {"messages": [{"role": "user", "content": "?"}]}}
    tools = toolset(face, says("a", "call"))
    stream = await done(spoken.agents.create_thread_and_run(**options, toolset=tools, stream_parameter=True))
    async with inside(stream) as events:
        assert (await done(events.get_final_run())).status == "completed"
    assert spoken.outputs() == ["call"]


@both_ways
async def test_two_agents_on_one_client_keep_their_own_functions(way: str, face: Face, serve: Serve, connect: Connect) -> None:
    spoken = await talk(
        serve, connect, call("who"), "1", call("who"), "2", call("who"), "1", toolset=toolset(face, says("who", "first"))
    )
    second = await done(spoken.agents.create_agent(model="m", toolset=toolset(face, says("who", "second"))))
    for agent, turn, answer in ((spoken.agent, 1, "first"), (second, 3, "second"), (spoken.agent, 5, "first")):
        assert (await spoken.run(way, agent_id=agent.id)).status == "completed"
        assert spoken.outputs(turn) == [answer]


@both_ways
async def test_an_agent_is_known_by_its_earlier_parameter_too(way: str, face: Face, serve: Serve, connect: Connect) -> None:
    spoken = await talk(serve, connect, call("a"), "Done.", toolset=toolset(face, says("a", "agent")))
    run = await ran(spoken.agents, way, spoken.thread.id, assistant_id=spoken.agent.id)
    assert (run.status, spoken.outputs()) == ("completed", ["agent"])


# --- what a client remembers of its agents ----------------------------------------------------------------------------------


async def _answer(spoken: Talk, **options: Any) -> str:
    """What the model is told for its next call of ``a``."""
    turn = len(spoken.model.requests)
    assert (await spoken.run(**options)).status == "completed"
    (output,) = spoken.outputs(turn + 1)
    return output


async def test_an_update_with_a_toolset_replaces_the_functions_and_one_without_keeps_them(
    face: Face, serve: Serve, connect: Connect
) -> None:
    turns = [call("a"), "Done."] * 4
    spoken = await talk(serve, connect, *turns, toolset=toolset(face, says("a", "old")))
    assert await _answer(spoken) == "old"
    await done(spoken.agents.update_agent(spoken.agent.id, instructions="Be brief."))
    assert await _answer(spoken) == "old"
    await done(spoken.agents.update_agent(assistant_id=spoken.agent.id, toolset=toolset(face, says("a", "new"))))
    assert await _answer(spoken) == "new"
    await done(spoken.agents.update_agent(spoken.agent.id, toolset=offering(toolset(face, says("b", "newest")), says("a", ""))))
    assert "there is no function 'a' here; the functions are: b." in json.loads(await _answer(spoken))["error"]


async def test_an_agent_that_is_deleted_is_forgotten(face: Face, serve: Serve, connect: Connect) -> None:
    spoken = await talk(serve, connect, toolset=toolset(face, says("a", "agent")))
    known = spoken.agents._known_agents
    assert list(known) == [spoken.agent.id]
    await done(spoken.agents.delete_agent(spoken.agent.id))
    assert not known


async def test_agents_without_tools_leave_nothing_in_the_client(serve: Serve, connect: Connect) -> None:
    spoken = await talk(serve, connect, tools=definitions(says("a", "")))
    known = spoken.agents._known_agents
    assert list(known) == [spoken.agent.id]
    for number in range(5):
        agent = await done(spoken.agents.create_agent(model="m", name=f"passing {number}"))
        await done(spoken.agents.update_agent(agent.id, instructions="Be brief."))
    assert list(known) == [spoken.agent.id]
    await done(spoken.agents.update_agent(spoken.agent.id, tools=[]))
    assert not known


async def test_functions_that_are_added_later_are_called(face: Face, serve: Serve, connect: Connect) -> None:
    tools = offering(toolset(face, says("b", "b")), says("a", ""))
    spoken = await talk(serve, connect, call("a"), "Done.", toolset=tools)
    tools.function_tool.add_functions([says("a", "added")])
    assert await _answer(spoken) == "added"


@both_ways
async def test_an_agent_of_another_client_is_served_by_what_this_one_enabled(
    way: str, face: Face, serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    spoken = await talk(serve, connect, [call("a"), call("b")], "Done.", toolset=toolset(face, says("a", "1"), says("b", "1")))
    agents = connect(spoken.service, enable_auto_function_calls=[says("a", "2")]).agents
    run = await ran(agents, way, spoken.thread.id, agent_id=spoken.agent.id)
    assert run.status == "completed"
    known, unknown = spoken.outputs()
    assert known == "2"
    assert "there is no function 'b' here; the functions are: a." in json.loads(unknown)["error"]
    (warning,) = warnings(caplog)
    assert warning.startswith(f"the run {run.id} asks for functions without an implementation here: b. Register functions with")


# --- what is enabled for a whole client -------------------------------------------------------------------------------------

FORMS: list[Callable[[Face, Any], dict[str, Any]]] = [
    lambda face, function: {"functions": [function]},
    lambda face, function: {"functions": {function}},
    lambda face, function: {"functions": iter([function])},
    lambda face, function: {"function_tool": function_tool(face, function)},
    lambda face, function: {"toolset": toolset(face, function)},
    lambda face, function: {"tools": [function]},
    lambda face, function: {"tools": function_tool(face, function)},
    lambda face, function: {"tools": toolset(face, function)},
]


@pytest.mark.parametrize(
    "form", FORMS, ids=["list", "set", "iterator", "tool", "toolset", "first-list", "first-tool", "first-set"]
)
async def test_functions_are_enabled_in_many_forms_without_a_request(
    form: Callable[[Face, Any], dict[str, Any]], face: Face, serve: Serve, connect: Connect
) -> None:
    spoken = await talk(serve, connect, call("a"), "Done.", tools=definitions(says("a", "")))
    given = form(face, says("a", "client"))
    first = given.pop("tools", None)
    assert spoken.agents.enable_auto_function_calls(*([first] if first is not None else []), **given) is None
    assert not spoken.sent
    assert await _answer(spoken) == "client"


async def test_functions_come_before_a_tool_and_that_before_a_set(face: Face, serve: Serve, connect: Connect) -> None:
    spoken = await talk(serve, connect, *[call("a"), "Done."] * 2, tools=definitions(says("a", "")))
    tool, tools = function_tool(face, says("a", "tool")), toolset(face, says("a", "set"))
    spoken.agents.enable_auto_function_calls(toolset=tools, function_tool=tool)
    assert await _answer(spoken) == "tool"
    spoken.agents.enable_auto_function_calls(toolset=tools, function_tool=tool, functions=[says("a", "functions")])
    assert await _answer(spoken) == "functions"


async def test_what_is_enabled_replaces_what_was_and_a_number_alone_replaces_nothing(
    face: Face, serve: Serve, connect: Connect
) -> None:
    fails = call("b")
    spoken = await talk(
        serve, connect, call("a"), "Done.", fails, fails, fails, tools=definitions(says("a", ""), says("b", ""))
    )
    spoken.agents.enable_auto_function_calls(functions=[says("b", "client")])
    spoken.agents.enable_auto_function_calls(functions=[says("a", "client")])
    spoken.agents.enable_auto_function_calls(max_retry=2)
    assert await _answer(spoken) == "client"
    assert (await spoken.run()).status == "cancelled"
    assert submissions(spoken.sent) == 3


@pytest.mark.parametrize(
    ("given", "kind", "text"),
    [
        ({"max_retry": -1}, ValueError, r"\(max_retry=\) is a number of rounds from 0 up, not -1"),
        ({"max_retry": "3"}, TypeError, r"\(max_retry=\) is a number of rounds, not str"),
        ({"functions": 5}, TypeError, "takes an iterable of functions, such as a list, not int"),
        ({"functions": says}, TypeError, r"takes an iterable of functions, not one function; write \[says\]"),
        ({"functions": [says("a", "1"), says("a", "2")]}, ValueError, "two different functions named 'a'"),
    ],
)
async def test_what_cannot_be_enabled_is_refused_and_changes_nothing(
    given: dict[str, Any], kind: type[Exception], text: str, serve: Serve, connect: Connect
) -> None:
    spoken = await talk(serve, connect, call("a"), "Done.", tools=definitions(says("a", "")))
    spoken.agents.enable_auto_function_calls([says("a", "before")])
    with pytest.raises(kind, match=text):
        spoken.agents.enable_auto_function_calls(**given)
    assert await _answer(spoken) == "before"


async def test_a_set_without_functions_is_refused(face: Face, service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    with pytest.raises(
        ValueError, match=r"enable_auto_function_calls\(\) was given \w+\(\), which holds no \w*FunctionTool: add one"
    ):
        agents.enable_auto_function_calls(toolset=type(toolset(face))())


async def test_functions_can_be_enabled_where_a_client_is_made(
    face: Face, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ScriptedModel([call("a"), "Done."] * 3)
    service = serve(model=model)
    monkeypatch.setenv("PROJECT_ENDPOINT", service.endpoint)
    monkeypatch.setenv("AGENTKIT_LOCAL_KEY", service.key)
    hub = f"{service.url};s;g;p"
    options: Any = {"enable_auto_function_calls": [says("a", "client")]}
    own = ScriptedModel([call("a"), "Done."])
    clients = [
        (model, face.Client(service.endpoint, service.key, **options)),
        (model, face.Client.from_connection_string(hub, service.key, **options)),
        (model, face.Client.from_env(**options)),
        (own, face.Client.local(model=own, **options)),
    ]
    for asked, client in clients:
        agent = await done(client.agents.create_agent(model="m", tools=definitions(says("a", ""))))
        thread = await done(ask(client.agents))
        assert (await ran(client.agents, "process", thread.id, agent_id=agent.id)).status == "completed"
        assert [result.output for result in asked.requests[-1].results] == ["client"]
        await done(client.close())


async def test_a_client_that_is_given_no_functions_is_not_made(face: Face, service: LocalService) -> None:
    with pytest.raises(TypeError, match="takes an iterable of functions, such as a list, not int"):
        face.Client(service.endpoint, service.key, enable_auto_function_calls=5)
    with pytest.raises(ValueError, match="which holds no"):
        face.Client.local(enable_auto_function_calls=type(toolset(face))())


# --- functions that are not here ---------------------------------------------------------------------------------------------


async def test_a_missing_function_of_a_known_agent_is_named_before_the_run_starts(
    serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    sent_at_warning: list[int] = []
    tools = definitions(says("a", ""), says("b", ""), says("c", ""))
    spoken = await talk(
        serve, connect, [call("c"), call("a")], [call("c")], "Done.", tools=tools, enable_auto_function_calls=[says("b", "")]
    )
    watch = logging.Handler()
    watch.emit = lambda record: sent_at_warning.append(len(spoken.sent))  # type: ignore[method-assign]
    logging.getLogger("agentkit").addHandler(watch)
    try:
        assert (await spoken.run()).status == "completed"
    finally:
        logging.getLogger("agentkit").removeHandler(watch)
    (warning,) = warnings(caplog)
    assert warning.startswith(
        f"the agent {spoken.agent.id} may ask for functions without an implementation here: a, c. Register"
    )
    assert "enable_auto_function_calls()" in warning
    assert sent_at_warning[0] == 0, "it is known without a request"
    assert f"GET {spoken.service.endpoint}/assistants" not in "".join(spoken.sent)


async def test_nothing_is_warned_of_where_all_functions_are_there(
    face: Face, serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    spoken = await talk(serve, connect, call("a"), "Done.", toolset=toolset(face, says("a", "1")))
    assert (await spoken.run()).status == "completed"
    assert not warnings(caplog)


async def test_definitions_in_the_calls_own_toolset_are_looked_at_in_place_of_the_agents(
    face: Face, serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    spoken = await talk(serve, connect, "Done.", tools=definitions(says("of_the_agent", "")))
    assert (await spoken.run(toolset=toolset(face, says("a", "1")))).status == "completed"
    assert not warnings(caplog)


async def test_each_missing_name_is_told_once_in_a_run(
    serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    turns = [[call("a"), call("a")], [call("a")], [call("b"), call("a")]]
    spoken = await talk(serve, connect, *turns, "Done.", tools=definitions(says("a", "")))
    # What another client changes is not known here before the run asks for it.
    more = definitions(says("a", ""), says("b", ""))
    await done(connect(spoken.service).agents.update_agent(spoken.agent.id, tools=more))
    assert (await spoken.run()).status == "completed"
    early, late = warnings(caplog)
    assert "may ask for functions without an implementation here: a. " in early
    assert "asks for functions without an implementation here: b. " in late


async def test_a_missing_function_is_answered_with_a_failure_that_names_it(serve: Serve, connect: Connect) -> None:
    outcomes: list[Any] = []
    spoken = await talk(serve, connect, call("a"), "Done.", tools=definitions(says("a", "")))
    assert (await spoken.run(on_tool_result=outcomes.append)).status == "completed"
    assert spoken.outputs() == ['{"error": "there is no function \'a\' here."}']
    (outcome,) = outcomes
    assert (outcome.ok, outcome.name, type(outcome.error).__name__) == (False, "a", "UnknownFunctionError")


@both_ways
async def test_a_missing_function_can_be_an_error(way: str, serve: Serve, connect: Connect) -> None:
    called: list[str] = []

    def known() -> None:
        """Is here."""
        called.append("known")

    turns = [[call("known"), call("a"), call("b"), call("a")]]
    offered = definitions(known, says("a", ""), says("b", ""))
    spoken = await talk(serve, connect, *turns, tools=offered, enable_auto_function_calls=[known])
    with pytest.raises(
        MissingToolError, match=r"asks for a, b: no implementation is known here, so it was cancelled\. Register"
    ) as caught:
        await spoken.run(way, on_missing_tool="raise")
    error = caught.value
    assert isinstance(error, AzureError)
    assert (error.names, error.run.status) == (("a", "b"), "requires_action")
    last = await spoken.last_run()
    assert (last.id, last.status) == (error.run.id, "cancelled")
    assert (called, submissions(spoken.sent)) == ([], 0)
    # The thread is free again.
    await done(spoken.agents.create_message(spoken.thread.id, role="user", content="again"))


async def test_a_stream_for_which_nothing_is_found_ends_and_leaves_the_run_as_it_is(
    serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    spoken = await talk(serve, connect, call("a"), tools=definitions(says("a", "")))
    async with inside(spoken.agents.create_stream(spoken.thread.id, agent_id=spoken.agent.id)) as events:
        names = [name for name, *_ in await pieces(events)]
    assert names[-2:] == ["thread.run.requires_action", "done"]
    assert (await spoken.last_run()).status == "requires_action"
    (warning,) = warnings(caplog)
    assert " asks for functions without an implementation here: a. " in warning


@both_ways
async def test_where_one_call_is_known_the_other_gets_a_failure(way: str, serve: Serve, connect: Connect) -> None:
    turns = [[call("b"), call("a")]]
    offered = definitions(says("a", ""), says("b", ""))
    spoken = await talk(serve, connect, *turns, "Done.", tools=offered, enable_auto_function_calls=[says("a", "client")])
    assert (await spoken.run(way)).status == "completed"
    unknown, known = spoken.outputs()
    assert known == "client"
    assert "there is no function 'b' here" in json.loads(unknown)["error"]
