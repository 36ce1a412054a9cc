"""Threads on which a run is active: the refusal is recognised, named, and waited out where that is asked for."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from typing import Any

import azure.core.exceptions
import pytest

from agentkit.exceptions import ActiveRunError, HttpResponseError, ResourceExistsError, WaitTimeoutError
from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest

from .faces import Connect, done
from .fixtures import Naps
from .servers import Answer, RawServer

RUN = {"id": "run_xyz", "object": "thread.run", "thread_id": "thread_abc", "assistant_id": "a", "created_at": 1}
MESSAGE = Answer(body={"id": "msg_1", "object": "thread.message", "thread_id": "thread_abc", "role": "user", "content": []})

CALLS: dict[str, dict[str, Any]] = {
    "create_message": {"role": "user", "content": "é"},
    "create_run": {"agent_id": "a"},
    "create_and_process_run": {"agent_id": "a"},
}

NAMED = {
    "messages": "Can't add messages to thread_abc while a run run_xyz is active.",
    "runs": "Thread thread_abc already has an active run run_xyz.",
    "a field": "The thread has an active run (run_id: run_xyz)",
}


def _run(status: str, **fields: Any) -> Answer:
    return Answer(body={**RUN, "status": status, **fields})


def _refusal(text: str = NAMED["messages"], status: int = 400) -> Answer:
    error = {"message": text, "type": "invalid_request_error", "param": None, "code": None}
    return Answer(status, {"error": error}, {"x-ms-request-id": "req-7"})


def _runs(*pairs: tuple[str, str]) -> Answer:
    data = [{**RUN, "id": run_id, "status": status} for run_id, status in pairs]
    return Answer(body={"object": "list", "data": data, "first_id": None, "last_id": None, "has_more": False})


def _calls(raw: RawServer) -> list[str]:
    """What was asked for, as ``GET run_xyz`` or ``POST messages``."""
    return [f"{seen.method} {seen.path.rpartition('/')[2]}" for seen in raw.seen]


async def _call(agents: Any, name: str, **options: Any) -> Any:
    return await done(getattr(agents, name)("thread_abc", **CALLS[name], **options))


# --- what is recognised ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("text", NAMED)
async def test_the_refusal_is_an_error_with_thread_and_run(
    text: str, name: str, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [_refusal(NAMED[text])]
    with pytest.raises(ActiveRunError) as caught:
        await _call(connect(raw).agents, name)
    error = caught.value
    assert (error.thread_id, error.run_id, error.status_code, error.request_id) == ("thread_abc", "run_xyz", 400, "req-7")
    assert isinstance(error, HttpResponseError)
    assert isinstance(error, azure.core.exceptions.HttpResponseError)
    assert isinstance(error.__cause__, azure.core.exceptions.HttpResponseError)
    assert error.error.message == NAMED[text]  # type: ignore[union-attr]
    shown = str(error)
    assert "the run run_xyz is active on thread_abc" in shown
    assert "if_active='wait'" in shown
    assert NAMED[text] in shown
    assert "\n" not in shown
    assert len(raw.seen) == 1, "nothing is asked before, and nothing after"
    assert naps.slept == []


@pytest.mark.parametrize("name", CALLS)
async def test_a_text_without_a_run_leads_to_one_look(name: str, raw: RawServer, connect: Connect) -> None:
    raw.answers = [
        _refusal("Can't add messages while a run is active."),
        _runs(("run_new", "completed"), ("run_xyz", "in_progress"), ("run_old", "failed")),
    ]
    with pytest.raises(ActiveRunError) as caught:
        await _call(connect(raw).agents, name)
    assert (caught.value.thread_id, caught.value.run_id) == ("thread_abc", "run_xyz")
    assert _calls(raw)[1:] == ["GET runs"]


async def test_a_run_that_ended_meanwhile_has_no_id(raw: RawServer, connect: Connect) -> None:
    raw.answers = [_refusal("The thread already has an active run."), _runs(("run_xyz", "completed"))]
    with pytest.raises(ActiveRunError, match="another run is active on thread_abc") as caught:
        await _call(connect(raw).agents, "create_run")
    assert caught.value.run_id is None
    assert len(raw.seen) == 2


async def test_a_conflict_counts_too(raw: RawServer, connect: Connect) -> None:
    raw.answers = [_refusal(status=409)]
    with pytest.raises(ActiveRunError) as caught:
        await _call(connect(raw).agents, "create_run")
    assert (caught.value.status_code, caught.value.run_id) == (409, "run_xyz")


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (_refusal("Invalid value: 'content' is empty."), HttpResponseError),
        (_refusal("The run run_xyz of this thread was not found."), HttpResponseError),
        (Answer(400, "no JSON at all"), HttpResponseError),
        (Answer(400), HttpResponseError),
        (_refusal("A thread of that name exists.", 409), ResourceExistsError),
        (_refusal(NAMED["runs"], 403), HttpResponseError),
    ],
)
@pytest.mark.parametrize("if_active", ["error", "wait", "cancel"])
async def test_other_refusals_stay_what_they_are(
    if_active: str, answer: Answer, kind: type[Exception], name: str, raw: RawServer, connect: Connect
) -> None:
    raw.answers = [answer]
    with pytest.raises(HttpResponseError) as caught:
        await _call(connect(raw).agents, name, if_active=if_active)
    assert type(caught.value) is kind
    assert len(raw.seen) == 1


async def test_the_caller_s_own_class_for_a_status_comes_out(raw: RawServer, connect: Connect) -> None:
    class Mine(azure.core.exceptions.HttpResponseError):
        """An error of the caller."""

    raw.answers = [_refusal()]
    for own in (Mine, KeyError):
        with pytest.raises(own) as caught:
            await _call(connect(raw).agents, "create_run", error_map={400: own})
        assert type(caught.value) is own


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("value", ["waits", "", None, True, ["wait"]])
async def test_another_way_is_refused_before_anything_is_sent(value: Any, name: str, raw: RawServer, connect: Connect) -> None:
    with pytest.raises(ValueError, match=rf"{name}\(\) takes if_active= as one of 'error', 'wait', 'cancel'"):
        await _call(connect(raw).agents, name, if_active=value)
    assert not raw.seen


# --- waiting and cancelling -----------------------------------------------------------------------------------------------


async def test_waiting_ends_with_the_run_and_sends_again(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [_refusal(), _run("queued"), _run("in_progress"), _run("requires_action"), _run("failed"), MESSAGE]
    message = await _call(connect(raw).agents, "create_message", if_active="wait")
    assert message.id == "msg_1"
    assert _calls(raw) == ["POST messages", *["GET run_xyz"] * 4, "POST messages"]
    assert raw.seen[0].body == raw.last.body
    assert naps.slept == pytest.approx([0, 0.1, 0.15])


async def test_cancelling_cancels_once_and_waits_until_it_is_done(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [
        _refusal(),
        _run("in_progress"),
        _run("cancelling"),
        _run("cancelling"),
        _run("cancelled"),
        _run("completed"),
    ]
    run = await _call(connect(raw).agents, "create_and_process_run", if_active="cancel")
    assert run.status == "completed"
    assert _calls(raw) == ["POST runs", "GET run_xyz", "POST cancel", "GET run_xyz", "GET run_xyz", "POST runs"]


async def test_a_run_that_ended_before_the_look_is_not_cancelled(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [_refusal(), _run("completed"), MESSAGE]
    await _call(connect(raw).agents, "create_message", if_active="cancel")
    assert _calls(raw) == ["POST messages", "GET run_xyz", "POST messages"]
    assert naps.slept == []


@pytest.mark.parametrize("status", [400, 409])
async def test_a_run_that_ends_before_it_is_cancelled_is_no_error(
    status: int, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    refused = _refusal("Cannot cancel run with status 'completed'.", status)
    raw.answers = [_refusal(), _run("in_progress"), refused, _run("completed"), MESSAGE]
    await _call(connect(raw).agents, "create_message", if_active="cancel")
    assert _calls(raw) == ["POST messages", "GET run_xyz", "POST cancel", "GET run_xyz", "POST messages"]


async def test_another_refusal_to_cancel_comes_out(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [_refusal(), _run("in_progress"), Answer(403, {"error": {"message": "not yours"}})]
    with pytest.raises(HttpResponseError, match=r"cancel_run failed .* not yours"):
        await _call(connect(raw).agents, "create_message", if_active="cancel")


@pytest.mark.parametrize("if_active", ["wait", "cancel"])
async def test_a_body_survives_being_sent_again(if_active: str, raw: RawServer, connect: Connect, naps: Naps) -> None:
    wire = {"role": "user", "content": "é"}
    content = json.dumps(wire, ensure_ascii=False)
    for body in (io.BytesIO(content.encode()), io.StringIO(content), wire):
        raw.seen.clear()
        raw.answers = [_refusal(), _run("completed"), MESSAGE]
        await done(connect(raw).agents.create_message("thread_abc", body, if_active=if_active))
        assert [seen.json() for seen in raw.seen if seen.method == "POST"] == [wire] * 2


async def test_one_run_after_the_other_is_waited_for(raw: RawServer, connect: Connect, naps: Naps) -> None:
    second = _refusal("Can't add messages to thread_abc while a run run_second is active.")
    raw.answers = [_refusal(), _run("completed"), second, _run("completed", id="run_second"), MESSAGE]
    await _call(connect(raw).agents, "create_message", if_active="wait")
    assert _calls(raw) == ["POST messages", "GET run_xyz", "POST messages", "GET run_second", "POST messages"]


async def test_a_text_without_a_run_is_waited_out_as_well(raw: RawServer, connect: Connect, naps: Naps) -> None:
    said = _refusal("Can't add messages while a run is active.")
    raw.answers = [said, _runs(("run_xyz", "in_progress")), _run("completed"), said, _runs(), said, _runs(), MESSAGE]
    await _call(connect(raw).agents, "create_message", if_active="wait")
    assert len(raw.seen) == 8
    assert naps.slept == pytest.approx([0, 0.1]), "where nothing is found to wait for, time passes before it is asked again"


# --- nothing waits for ever -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("if_active", ["wait", "cancel"])
async def test_a_service_that_goes_on_refusing_is_not_asked_for_ever(
    if_active: str, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    refused, ended = _refusal(), _run("completed")
    raw.answers = [refused, *[ended, refused] * 100]
    with pytest.raises(WaitTimeoutError, match=r"create_run is still refused on thread_abc after 10\.0 s") as caught:
        await _call(connect(raw).agents, "create_and_process_run", if_active=if_active, timeout=10)
    assert isinstance(caught.value.__cause__, HttpResponseError)
    assert NAMED["messages"] in str(caught.value)
    assert raw.statuses_left > 150
    assert sum(naps.slept) == pytest.approx(10)


async def test_a_run_that_does_not_end_is_waited_for_a_quarter_of_an_hour(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [_refusal(), _run("in_progress")]
    with pytest.raises(WaitTimeoutError, match=r"run run_xyz is still in_progress after 900\.0 s; it goes on") as caught:
        await _call(connect(raw).agents, "create_message", if_active="wait")
    assert caught.value.last.id == "run_xyz"


async def test_the_timeout_of_a_helper_holds_for_the_other_run_too(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [_refusal(), _run("in_progress")]
    agents = connect(raw).agents
    with pytest.raises(WaitTimeoutError, match=r"run run_xyz is still in_progress after 5\.0 s") as caught:
        await _call(agents, "create_and_process_run", if_active="wait", timeout=5, on_timeout="cancel")
    assert caught.value.last.id == "run_xyz"
    assert caught.value.waited == pytest.approx(5)
    assert "POST cancel" not in _calls(raw), "the other run is not this call's to cancel"
    raw.seen.clear()
    raw.answers = [_refusal(), *[_run("in_progress")] * 40, _run("completed"), *[_run("in_progress")] * 40, _run("completed")]
    run = await _call(agents, "create_and_process_run", if_active="wait", timeout=None, sleep_interval=60)
    assert run.status == "completed"


async def test_the_options_of_the_call_hold_for_the_wait(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [_refusal(), _run("in_progress"), _run("completed"), MESSAGE]
    options: Any = {"headers": {"X-Mine": "1"}, "params": {"p": "1"}, "request_id": "first"}
    cls = {"cls": lambda response, message, headers: message.id}
    agents = connect(raw, params={"every": "2"}).agents
    assert await _call(agents, "create_message", if_active="wait", **options, **cls) == "msg_1"
    assert [seen.headers["X-Mine"] for seen in raw.seen] == ["1"] * 4
    assert [seen.query.get("p") for seen in raw.seen] == ["1", None, None, "1"]
    assert [seen.query.get("every") for seen in raw.seen] == ["2"] * 4
    assert [seen.headers["x-ms-client-request-id"] == "first" for seen in raw.seen] == [True, False, False, True]


# --- the local service ----------------------------------------------------------------------------------------------------


@pytest.fixture
def gate() -> threading.Event:
    """Opens the answers of the model."""
    return threading.Event()


@pytest.fixture
def busy(serve: Callable[..., LocalService], gate: threading.Event) -> LocalService:
    """A service whose runs end when the gate is open."""

    def answer(request: ModelRequest) -> str:
        assert gate.wait(30)
        return f"You said: {request.last_user_text}"

    return serve(model=answer)


async def test_the_local_service_refuses_and_is_waited_for(busy: LocalService, gate: threading.Event, connect: Connect) -> None:
    agents = connect(busy).agents
    agent = await done(agents.create_agent(model="m"))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "one"}]))
    run = await done(agents.create_run(thread.id, agent_id=agent.id))
    calls: list[tuple[Any, dict[str, Any]]] = [
        (agents.create_message, {"role": "user", "content": "two"}),
        (agents.create_run, {"agent_id": agent.id}),
    ]
    for call, arguments in calls:
        with pytest.raises(ActiveRunError) as caught:
            await done(call(thread.id, **arguments))
        assert (caught.value.thread_id, caught.value.run_id) == (thread.id, run.id)
    opener = threading.Timer(0.2, gate.set)
    opener.start()
    await done(agents.create_message(thread.id, role="user", content="two", if_active="wait"))
    opener.join()
    assert (await done(agents.get_run(thread.id, run.id))).status == "completed"
    second = await done(agents.create_and_process_run(thread.id, agent_id=agent.id, if_active="wait"))
    assert second.status == "completed"


async def test_the_local_service_cancels_what_is_in_the_way(
    busy: LocalService, gate: threading.Event, connect: Connect
) -> None:
    agents = connect(busy).agents
    agent = await done(agents.create_agent(model="m"))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "one"}]))
    run = await done(agents.create_run(thread.id, agent_id=agent.id))
    opener = threading.Timer(0.2, gate.set)
    opener.start()
    await done(agents.create_message(thread.id, role="user", content="two", if_active="cancel"))
    opener.join()
    assert (await done(agents.get_run(thread.id, run.id))).status == "cancelled"
