"""The caller's own rule for calls, what the caller is told of them, and what becomes of a run when either raises."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agentkit import Refuse
from agentkit.exceptions import HttpResponseError, MissingToolError
from agentkit.local import LocalService
from agentkit.local.models.base import ToolCall
from agentkit.local.models.scripted import call

from .faces import Connect, Face, done, inside, next_piece, pieces
from .fixtures import Naps
from .rounds import Talk, both_ways, definitions, ran, submissions, talk
from .servers import Answer, RawServer

Serve = Callable[..., LocalService]


class Doing:
    """Two functions that note each call."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def pay(self, amount: int, to: str = "shop") -> str:
        """Pays an amount."""
        self.made.append(f"pay {amount} {to}")
        return "paid"

    def look(self) -> str:
        """Looks around."""
        self.made.append("look")
        return "seen"

    async def talk(self, serve: Serve, connect: Connect, *turns: Any) -> Talk:
        functions: list[Callable[..., Any]] = [self.pay, self.look]
        return await talk(serve, connect, *turns, tools=definitions(*functions), enable_auto_function_calls=functions)


@pytest.fixture
def doing() -> Doing:
    return Doing()


ROUND = [call("pay", amount="5"), call("look")]


async def is_free(spoken: Talk) -> bool:
    """Whether the run was cancelled, so that the thread takes messages again; nothing was submitted."""
    await done(spoken.agents.create_message(spoken.thread.id, role="user", content="again"))
    return ((await spoken.last_run()).status, submissions(spoken.sent)) == ("cancelled", 0)


# --- on_tool_call ------------------------------------------------------------------------------------------------------------


@both_ways
async def test_the_callers_rule_sees_name_and_arguments_and_allows(
    way: str, doing: Doing, serve: Serve, connect: Connect
) -> None:
    asked: list[tuple[str, Any]] = []
    spoken = await doing.talk(serve, connect, ROUND, [call("look")], "Done.")

    def allow(name: str, arguments: Any) -> None:
        asked.append((name, dict(arguments)))

    assert (await spoken.run(way, on_tool_call=allow)).status == "completed"
    assert asked == [("pay", {"amount": "5"}), ("look", {}), ("look", {})]
    assert doing.made == ["pay 5 shop", "look", "look"]


@both_ways
async def test_a_refused_call_is_not_made_and_the_model_reads_why(
    way: str, doing: Doing, serve: Serve, connect: Connect
) -> None:
    spoken = await doing.talk(serve, connect, ROUND, "Done.")

    def ask(name: str, arguments: Any) -> Refuse | None:
        return Refuse("5 is too much") if name == "pay" else None

    assert (await spoken.run(way, on_tool_call=ask)).status == "completed"
    assert doing.made == ["look"]
    assert spoken.outputs() == ['{"error": "pay() was not called: 5 is too much"}', "seen"]


async def test_a_refusal_has_a_reason_of_its_own(doing: Doing, serve: Serve, connect: Connect) -> None:
    spoken = await doing.talk(serve, connect, [call("look")], "Done.")
    assert (await spoken.run(on_tool_call=lambda name, arguments: Refuse())).status == "completed"
    assert json.loads(spoken.outputs()[0]) == {"error": "look() was not called: the user did not allow this call"}


@both_ways
async def test_the_rule_may_be_awaited_by_the_client_that_awaits(
    way: str, face: Face, doing: Doing, serve: Serve, connect: Connect
) -> None:
    spoken = await doing.talk(serve, connect, ROUND, "Done.")

    async def ask(name: str, arguments: Any) -> Refuse | None:
        return Refuse("no") if name == "pay" else None

    if face.waits:
        assert (await spoken.run(way, on_tool_call=ask)).status == "completed"
        assert doing.made == ["look"]
        return
    with pytest.raises(TypeError, match="the sync client calls functions and does not await them"):
        await spoken.run(way, on_tool_call=ask)
    assert not doing.made
    assert await is_free(spoken)


async def test_calls_that_cannot_be_made_are_not_asked_about(doing: Doing, serve: Serve, connect: Connect) -> None:
    asked: list[str] = []
    bad = [call("pay", amount="much"), ToolCall("function", name="look", arguments="["), call("look")]
    spoken = await doing.talk(serve, connect, bad, "Done.")
    assert (await spoken.run(on_tool_call=lambda name, arguments: asked.append(name))).status == "completed"
    assert (asked, doing.made) == (["look"], ["look"])


async def test_refused_rounds_count_as_failed_ones(doing: Doing, serve: Serve, connect: Connect) -> None:
    spoken = await doing.talk(serve, connect, *[call("look")] * 3)
    spoken.agents.enable_auto_function_calls(max_retry=2)
    assert (await spoken.run(on_tool_call=lambda name, arguments: Refuse())).status == "cancelled"
    assert (doing.made, submissions(spoken.sent)) == ([], 2)


@both_ways
@pytest.mark.parametrize("verdict", [False, True, "no", Refuse])
async def test_a_rule_that_answers_in_another_way_is_an_error_and_the_run_is_cancelled(
    verdict: Any, way: str, doing: Doing, serve: Serve, connect: Connect
) -> None:
    spoken = await doing.talk(serve, connect, ROUND)
    expected = (
        rf"on_tool_call= returned {type(verdict).__name__} for pay\(\); return None to allow the call, or Refuse\(reason\)"
    )
    with pytest.raises(TypeError, match=expected):
        await spoken.run(way, on_tool_call=lambda name, arguments: verdict)
    assert not doing.made
    assert await is_free(spoken)


class Stop(Exception):
    """Raised by a callback of the caller's."""


@both_ways
@pytest.mark.parametrize("kind", [Stop, KeyboardInterrupt, SystemExit])
async def test_what_the_rule_raises_comes_out_and_the_run_is_cancelled_first(
    kind: type[BaseException], way: str, doing: Doing, serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    spoken = await doing.talk(serve, connect, ROUND)

    def ask(name: str, arguments: Any) -> None:
        if name == "look":
            raise kind("enough")

    with pytest.raises(kind, match="enough"):
        await spoken.run(way, on_tool_call=ask)
    assert not doing.made, "all calls of a round are asked about before the first is made"
    assert await is_free(spoken)
    assert f"is cancelled, since its function calls are not answered: {kind.__name__}" in caplog.text


async def test_a_rule_that_comes_with_a_submission_holds_from_then_on(doing: Doing, serve: Serve, connect: Connect) -> None:
    spoken = await doing.talk(serve, connect, call("look"), call("look"), "Done.")
    async with inside(spoken.agents.create_stream(spoken.thread.id, agent_id=spoken.agent.id)) as events:
        name = ""
        while name != "thread.run.requires_action":
            name, run, _ = await next_piece(events)
        (asked,) = run.required_action.submit_tool_outputs.tool_calls
        await done(
            spoken.agents.submit_tool_outputs_to_stream(
                run.thread_id,
                run.id,
                tool_outputs=[{"tool_call_id": asked.id, "output": "by hand"}],
                event_handler=events,
                on_tool_call=lambda name, arguments: Refuse("by hand only"),
            )
        )
        await pieces(events)
    assert doing.made == []
    assert spoken.outputs(2) == ["by hand", '{"error": "look() was not called: by hand only"}']


# --- on_tool_result ----------------------------------------------------------------------------------------------------------


@both_ways
async def test_the_caller_is_told_what_came_of_each_call(way: str, doing: Doing, serve: Serve, connect: Connect) -> None:
    told: list[Any] = []
    calls = [call("look"), call("pay", amount="much"), call("pay", amount=5)]
    spoken = await doing.talk(serve, connect, calls, "Done.")
    refuse = {"pay": Refuse("no")}
    run = await spoken.run(way, on_tool_call=lambda name, arguments: refuse.get(name), on_tool_result=told.append)
    assert run.status == "completed"
    assert [(one.name, one.ok, one.value, dict(one.arguments)) for one in told] == [
        ("look", True, "seen", {}),
        ("pay", False, None, {"amount": "much"}),
        ("pay", False, None, {"amount": 5}),
    ]
    assert [type(one.error).__name__ for one in told] == ["NoneType", "ArgumentsError", "RefusedError"]
    assert [one.output for one in told] == spoken.outputs()
    assert len({one.call_id for one in told}) == 3


@pytest.mark.parametrize("face", ["async"], indirect=True)
async def test_a_coroutine_function_is_told_too(doing: Doing, serve: Serve, connect: Connect) -> None:
    told: list[str] = []

    async def tell(outcome: Any) -> None:
        told.append(outcome.output)

    spoken = await doing.talk(serve, connect, ROUND, "Done.")
    assert (await spoken.run(on_tool_result=tell)).status == "completed"
    assert told == ["paid", "seen"]


@both_ways
async def test_what_on_tool_result_raises_comes_out_and_the_run_is_cancelled_first(
    way: str, doing: Doing, serve: Serve, connect: Connect
) -> None:
    spoken = await doing.talk(serve, connect, ROUND)

    def tell(outcome: Any) -> None:
        raise Stop(outcome.name)

    with pytest.raises(Stop, match="pay"):
        await spoken.run(way, on_tool_result=tell)
    assert doing.made == ["pay 5 shop", "look"]
    assert await is_free(spoken)


# --- a run that cannot be cancelled -------------------------------------------------------------------------------------------

CALLS = [{"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}]
ASKING = {
    "id": "run_1",
    "object": "thread.run",
    "thread_id": "t",
    "assistant_id": "a",
    "created_at": 1,
    "status": "requires_action",
    "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": CALLS}},
}
STREAM = f"event: thread.run.requires_action\ndata: {json.dumps(ASKING)}\n\nevent: done\ndata: [DONE]\n\n"


@both_ways
@pytest.mark.parametrize(
    ("options", "kind"),
    [({"on_tool_call": lambda name, arguments: 1 / 0}, ZeroDivisionError), ({"on_missing_tool": "raise"}, MissingToolError)],
)
async def test_the_first_error_comes_out_and_that_of_the_cancelling_is_logged(
    options: Any,
    kind: type[Exception],
    way: str,
    raw: RawServer,
    connect: Connect,
    naps: Naps,
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun = Answer(body=STREAM, headers={"Content-Type": "text/event-stream"}) if way == "stream" else Answer(body=ASKING)
    raw.answers = [begun, Answer(403, {"error": {"message": "not yours"}})]
    functions = [] if kind is MissingToolError else [Doing().look]
    agents = connect(raw, enable_auto_function_calls=functions).agents
    with pytest.raises(kind) as caught:
        await ran(agents, way, "t", agent_id="a", **options)
    assert not isinstance(caught.value, HttpResponseError)
    assert raw.last.path.endswith("/threads/t/runs/run_1/cancel")
    assert "the run run_1 has not ended, and keeps its thread busy until it does" in caplog.text
    assert "not yours" in caplog.text


async def test_an_error_is_not_held_back_for_long(
    raw: RawServer, connect: Connect, naps: Naps, caplog: pytest.LogCaptureFixture
) -> None:
    raw.answers = [Answer(body=ASKING), Answer(body={**ASKING, "status": "cancelling", "required_action": None})]
    agents = connect(raw).agents
    with pytest.raises(MissingToolError):
        await done(agents.create_and_process_run("t", agent_id="a", on_missing_tool="raise"))
    assert 25 < sum(naps.slept) <= 30
    assert "the run run_1 is still cancelling after 30.0 s" in caplog.text
