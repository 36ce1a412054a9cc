"""Waits: they look at once, then ever less often, end on everything that has ended, and never hang."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import AzureError

from agentkit._core.runloop import HOW_TO_REGISTER
from agentkit.exceptions import HttpResponseError, WaitTimeoutError
from agentkit.local import LocalService
from agentkit.local.models.base import ModelTurn, ToolCall
from agentkit.local.models.scripted import ScriptedModel

from .faces import Connect, Face, done
from .fixtures import Naps
from .servers import Answer, RawServer

RUN = {"id": "run_1", "object": "thread.run", "thread_id": "t", "assistant_id": "a", "created_at": 1}
FILE = {"id": "f", "object": "file", "bytes": 1, "filename": "n", "purpose": "assistants", "created_at": 1}
CALL = ToolCall(kind="function", name="weather", arguments="{}")
MISSING = json.dumps({"error": "there is no function 'weather' here."})
"""What the model reads of a function that is not here."""
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


def _runs(*statuses: str | None, **fields: Any) -> list[Answer]:
    return [Answer(body={**RUN, "status": status, **fields}) for status in statuses]


def _asking(*names: str) -> dict[str, Any]:
    calls = [
        {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": "{}"}} for n, name in enumerate(names)
    ]
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
    return {**RUN, "status": "requires_action", "required_action": action}


def _told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings that tell how to register functions."""
    return [message for message in caplog.messages if HOW_TO_REGISTER in message]


def _paths(raw: RawServer) -> list[str]:
    return [f"{seen.method} {seen.path.removeprefix('/api/projects/local/threads/t/runs')}" for seen in raw.seen]


async def test_it_looks_at_once_and_then_ever_less_often(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = _runs(*["queued"] * 5, *["in_progress"] * 6, "completed")
    run = await done(connect(raw).agents.create_and_process_run("t", agent_id="a", sleep_interval=0.5))
    assert run.status == "completed"
    waits = [nap for nap in naps.slept if nap]
    assert len(waits) == len(raw.seen) - 2, "no sleep before the first look"
    assert waits[0] == pytest.approx(0.1)
    assert waits == sorted(waits)
    assert waits[-3:] == [0.5] * 3


async def test_a_run_that_came_back_ended_is_not_looked_at(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = _runs("completed")
    await done(connect(raw).agents.create_and_process_run("t", agent_id="a"))
    assert (_paths(raw), naps.slept) == (["POST "], [])


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "expired", "incomplete", "quite_new", None])
async def test_every_status_but_the_active_ones_ends_the_wait(
    status: str | None, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = _runs("queued", "in_progress", "cancelling", status)
    run = await done(connect(raw).agents.create_and_process_run("t", agent_id="a"))
    assert run.status == status
    assert len(raw.seen) == 4


@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelling", "requires_action"])
async def test_a_wait_ends_in_time_with_the_run_as_it_was_last_seen(
    status: str, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = _runs("queued", status)
    with pytest.raises(WaitTimeoutError, match=rf"run run_1 is still {status} after 5\.0 s; it goes on") as caught:
        await done(connect(raw).agents.create_and_process_run("t", agent_id="a", timeout=5))
    error = caught.value
    assert isinstance(error, AzureError)
    assert isinstance(error, TimeoutError)
    assert (error.last.id, error.last.status) == ("run_1", status)
    assert error.waited == pytest.approx(5)
    assert sum(naps.slept) == pytest.approx(5)
    assert {path.split()[0] for path in _paths(raw)[1:]} == {"GET"}, "the run is left alone"


async def test_no_time_is_still_one_look(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = _runs("queued", "completed")
    run = await done(connect(raw).agents.create_and_process_run("t", agent_id="a", timeout=0))
    assert run.status == "completed"


async def test_without_a_timeout_it_waits_on(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = _runs(*["queued"] * 60, "completed")
    run = await done(connect(raw).agents.create_and_process_run("t", agent_id="a", timeout=None, sleep_interval=3600))
    assert run.status == "completed"
    assert sum(naps.slept) > 24 * 3600


@pytest.mark.parametrize("status", ["uploaded", "pending", "running"])
async def test_a_file_that_stays_active_is_a_timeout_too(status: str, raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(body={**FILE, "status": status})]
    with pytest.raises(WaitTimeoutError, match=f"file f is still {status}") as caught:
        await done(connect(raw).agents.upload_file_and_poll(file=b"x", purpose="assistants", timeout=1))
    assert caught.value.last.id == "f"


@pytest.mark.parametrize("status", ["processed", "error", "deleting", "quite_new", None])
async def test_a_file_at_rest_ends_the_wait(status: str | None, raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(body={**FILE, "status": "pending"}), Answer(body={**FILE, "status": status})]
    file = await done(connect(raw).agents.upload_file_and_poll(file=b"x", purpose="assistants"))
    assert file.status == status
    assert len(raw.seen) == 2


@pytest.mark.parametrize("name", ["sleep_interval", "timeout"])
@pytest.mark.parametrize("value", [-1, -0.001, float("nan"), "1", True])
@pytest.mark.parametrize("call", ["create_and_process_run", "upload_file_and_poll"])
async def test_times_that_are_none_are_refused(call: str, name: str, value: Any, raw: RawServer, connect: Connect) -> None:
    arguments: dict[str, dict[str, Any]] = {
        "create_and_process_run": {"thread_id": "t", "agent_id": "a"},
        "upload_file_and_poll": {"file": b"x", "purpose": "assistants"},
    }
    with pytest.raises((ValueError, TypeError), match=rf"{call}\({name}=\)"):
        await done(getattr(connect(raw).agents, call)(**arguments[call], **{name: value}))
    assert not raw.seen


@pytest.mark.parametrize("face", ["async"], indirect=True)
async def test_waiting_leaves_the_event_loop_free(face: Face, raw: RawServer, connect: Connect) -> None:
    raw.answers = _runs(*["queued"] * 4, "completed")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.005)

    other = asyncio.create_task(tick())
    began = time.monotonic()
    await connect(raw).agents.create_and_process_run("t", agent_id="a", sleep_interval=0.1)
    waited = time.monotonic() - began
    other.cancel()
    assert waited >= 0.25
    assert ticks > 10


@pytest.mark.parametrize("face", ["async"], indirect=True)
async def test_a_wait_can_be_cancelled(face: Face, raw: RawServer, connect: Connect) -> None:
    raw.answers = _runs("queued")
    waiting = asyncio.create_task(connect(raw).agents.create_and_process_run("t", agent_id="a", sleep_interval=60))
    while len(raw.seen) < 3:
        await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_the_options_of_the_call_hold_for_every_request(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [*_runs("queued"), Answer(500), *_runs("completed")]
    options: Any = {
        "headers": {"X-Mine": "1"},
        "params": {"p": "1"},
        "request_id": "first",
        "user_agent": "me",
        "retry_total": 1,
    }
    await done(connect(raw).agents.create_and_process_run("t", agent_id="a", **options))
    assert [seen.headers["X-Mine"] for seen in raw.seen] == ["1"] * 3
    assert [seen.query.get("p") for seen in raw.seen] == ["1", None, None]
    ids = [seen.headers["x-ms-client-request-id"] for seen in raw.seen]
    assert ids[0] == "first" != ids[1] == ids[2]


async def test_an_error_while_waiting_comes_out(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [*_runs("queued"), Answer(404, {"error": {"message": "gone"}})]
    with pytest.raises(HttpResponseError, match="get_run failed on /threads/t/runs/run_1: gone"):
        await done(connect(raw).agents.create_and_process_run("t", agent_id="a"))


async def test_functions_without_implementation_are_answered_with_an_error(
    serve: Callable[..., LocalService], connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    model = ScriptedModel([ModelTurn(tool_calls=[CALL, CALL]), "I do not know."])
    agents = connect(serve(model=model)).agents
    agent = await done(agents.create_agent(model="m", tools=[TOOL]))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "?"}]))
    with caplog.at_level(logging.WARNING, logger="agentkit"):
        run = await done(agents.create_and_process_run(thread.id, agent_id=agent.id))
    assert run.status == "completed"
    (warning,) = _told(caplog)
    assert agent.id in warning, "it is known before the run, since the agent was made here"
    assert "weather" in warning
    results = model.requests[1].results
    assert [result.output for result in results] == [MISSING] * 2


async def test_the_eleventh_round_of_errors_cancels_the_run(
    raw: RawServer, connect: Connect, naps: Naps, caplog: pytest.LogCaptureFixture
) -> None:
    asking = Answer(body=_asking("weather"))
    submitted = _runs("queued")[0]
    raw.answers = [asking, *[submitted, asking] * 10, *_runs("cancelling", "cancelled")]
    run = await done(connect(raw).agents.create_and_process_run("t", agent_id="a", timeout=3600))
    assert run.status == "cancelled"
    paths = _paths(raw)
    assert paths.count("POST /run_1/submit_tool_outputs") == 10
    assert paths[-2:] == ["POST /run_1/cancel", "GET /run_1"]
    (output,) = raw.seen[1].json()["tool_outputs"]
    assert output == {"tool_call_id": "call_0", "output": MISSING}
    (warning,) = _told(caplog)
    assert "run_1" in warning
    assert "weather" in warning


def _submitted(raw: RawServer) -> list[Any]:
    """What was submitted, one submission after the other."""
    return [seen.json()["tool_outputs"] for seen in raw.seen if seen.path.endswith("/submit_tool_outputs")]


async def test_calls_that_come_under_the_same_ids_in_each_round_are_made_each_time(
    raw: RawServer, connect: Connect, naps: Naps
) -> None:
    rounds: list[str] = []

    def weather() -> str:
        rounds.append("made")
        return f"round {len(rounds)}"

    asking = Answer(body=_asking("weather"))
    raw.answers = [asking, *_runs("queued"), asking, *_runs("queued", "in_progress"), asking, *_runs("queued", "completed")]
    agents = connect(raw).agents
    agents.enable_auto_function_calls([weather])
    run = await done(agents.create_and_process_run("t", agent_id="a"))
    assert run.status == "completed"
    assert [output["output"] for (output,) in _submitted(raw)] == ["round 1", "round 2", "round 3"]


async def test_a_look_that_is_older_than_the_submission_makes_no_call_again(
    raw: RawServer, connect: Connect, naps: Naps
) -> None:
    """A service may show a run as it was before the outputs came, until it has gone on."""
    made: list[str] = []

    def weather() -> None:
        made.append("weather")

    asking = Answer(body=_asking("weather"))
    raw.answers = [asking, asking, asking, asking, *_runs("in_progress", "completed")]
    agents = connect(raw).agents
    agents.enable_auto_function_calls([weather])
    run = await done(agents.create_and_process_run("t", agent_id="a"))
    assert (run.status, made, len(_submitted(raw))) == ("completed", ["weather"], 1)


async def test_a_run_that_asks_for_no_function_at_all_is_cancelled(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(body=_asking()), *_runs("cancelling", "cancelled")]
    run = await done(connect(raw).agents.create_and_process_run("t", agent_id="a"))
    assert (run.status, _paths(raw)) == ("cancelled", ["POST ", "POST /run_1/cancel", "GET /run_1"])


async def test_runs_that_end_badly_are_returned(serve: Callable[..., LocalService], connect: Connect) -> None:
    def fail(_: Any) -> str:
        raise RuntimeError("the model is out")

    agents = connect(serve(model=fail)).agents
    agent = await done(agents.create_agent(model="m"))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "?"}]))
    run = await done(agents.create_and_process_run(thread.id, agent_id=agent.id))
    assert (run.status, run.last_error.code) == ("failed", "server_error")
    assert "the model is out" in run.last_error.message


async def test_a_toolset_gives_the_run_its_tools(raw: RawServer, connect: Connect) -> None:
    from agentkit.models import CodeInterpreterTool

    raw.answers = _runs("completed")
    await done(connect(raw).agents.create_and_process_run("t", agent_id="a", toolset=CodeInterpreterTool(file_ids=["f"])))
    assert raw.last.json() == {"assistant_id": "a", "tools": [{"type": "code_interpreter"}], "stream": False}


async def test_every_state_of_a_run_is_told_from_the_first_on(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [
        *_runs("queued", "in_progress"),
        Answer(body=_asking("weather")),
        *_runs("queued", "in_progress", "completed"),
    ]
    told: list[Any] = []
    run = await done(connect(raw).agents.create_and_process_run("t", agent_id="a", on_update=told.append))
    assert [one.status for one in told] == ["queued", "in_progress", "requires_action", "in_progress", "completed"]
    assert told[-1] is run


async def test_every_state_of_a_file_is_told(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(body={**FILE, "status": status}) for status in ("uploaded", "pending", "processed")]
    told: list[Any] = []
    await done(connect(raw).agents.upload_file_and_poll(file=b"x", purpose="assistants", on_update=told.append))
    assert [one.status for one in told] == ["uploaded", "pending", "processed"]


async def test_a_run_that_takes_too_long_can_be_cancelled(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = _runs("queued", "in_progress", "cancelling")
    with pytest.raises(WaitTimeoutError, match=r"is still in_progress after 0\.0 s; it was asked to cancel") as caught:
        await done(connect(raw).agents.create_and_process_run("t", agent_id="a", timeout=0, on_timeout="cancel"))
    assert caught.value.last.status == "cancelling"
    assert _paths(raw) == ["POST ", "GET /run_1", "POST /run_1/cancel"]


async def test_a_run_that_ends_before_it_is_cancelled_is_returned(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [*_runs("queued", "in_progress"), Answer(400, {"error": {"message": "it has ended"}}), *_runs("completed")]
    run = await done(connect(raw).agents.create_and_process_run("t", agent_id="a", timeout=0, on_timeout="cancel"))
    assert run.status == "completed"


async def test_by_default_a_run_has_a_quarter_and_a_file_half_an_hour(raw: RawServer, connect: Connect, naps: Naps) -> None:
    agents = connect(raw).agents
    raw.answers = _runs("queued")
    with pytest.raises(WaitTimeoutError, match=r"after 900\.0 s"):
        await done(agents.create_and_process_run("t", agent_id="a", sleep_interval=60))
    raw.answers = [Answer(body={**FILE, "status": "pending"})]
    with pytest.raises(WaitTimeoutError, match=r"after 1800\.0 s"):
        await done(agents.upload_file_and_poll(file=b"x", purpose="assistants", sleep_interval=60))


@pytest.mark.parametrize("options", [{"on_timeout": "stop"}, {"on_update": "print"}, {"if_active": "never"}])
async def test_bad_ways_to_wait_are_refused_before_anything_is_sent(
    options: dict[str, Any], raw: RawServer, connect: Connect
) -> None:
    with pytest.raises((TypeError, ValueError), match=rf"create_and_process_run\(.*{next(iter(options))}"):
        await done(connect(raw).agents.create_and_process_run("t", agent_id="a", **options))
    assert not raw.seen
