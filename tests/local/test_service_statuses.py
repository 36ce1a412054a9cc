"""Every status of a run, and how it is reached."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from service_script import WEATHER, asks, path_of, submit
from service_wire import Clock, Wire

from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest, ModelTurn
from agentkit.local.runs.states import ACTIVE, STATES

MOMENTS = ("started_at", "completed_at", "cancelled_at", "failed_at")


class Directed:
    """A model that does what the user's message says, and for ``hold`` waits until it is let go."""

    name = "directed"

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let_go = threading.Event()

    def respond(self, request: ModelRequest) -> ModelTurn:
        wish = request.last_user_text
        if wish == "hold":
            self.asked.set()
            assert self.let_go.wait(30)
        if wish == "break":
            raise ValueError("no idea")
        if wish == "call" and not request.results:
            return asks("{}")
        return ModelTurn("word " * 300 if wish == "ramble" else "Here you are.")


@dataclass
class Stage:
    """A service with a clock of its own, and a model that can be held."""

    wire: Wire
    clock: Clock
    model: Directed = field(default_factory=Directed)

    def begun(self, wish: str, **settings: Any) -> Any:
        return self.wire.run(self.wire.thread(wish), self.wire.agent(tools=[WEATHER]), **settings)

    def waiting(self) -> Any:
        return self.wire.wait(self.begun("call"), until="requires_action")

    def held(self) -> Any:
        run = self.begun("hold")
        assert self.model.asked.wait(10)
        return run

    def now(self, run: Any) -> Any:
        return self.wire.get(path_of(run))

    def cancel(self, run: Any) -> Any:
        return self.wire.post(f"{path_of(run)}/cancel")


@pytest.fixture
def stage(clock: Clock) -> Iterator[Stage]:
    model = Directed()
    with LocalService(model=model, clock=clock) as service, Wire(service) as wire:
        yield Stage(wire, clock, model)
        model.let_go.set()


def created(stage: Stage) -> Any:
    return stage.begun("hold")


def outputs_submitted(stage: Stage) -> Any:
    return submit(stage.wire, stage.waiting(), "warm")


def model_at_work(stage: Stage) -> Any:
    return stage.now(stage.held())


def answered(stage: Stage) -> Any:
    return stage.wire.wait(stage.begun("answer"))


def answered_with_outputs(stage: Stage) -> Any:
    return stage.wire.wait(submit(stage.wire, stage.waiting(), "warm"))


def function_called(stage: Stage) -> Any:
    return stage.waiting()


def no_outputs_for_ten_minutes(stage: Stage) -> Any:
    run = stage.waiting()
    stage.clock.now = run["expires_at"]
    return stage.now(run)


def model_at_work_for_ten_minutes(stage: Stage) -> Any:
    run = stage.held()
    stage.clock.now = run["expires_at"]
    return stage.now(run)


def cancelled_at_work(stage: Stage) -> Any:
    return stage.cancel(stage.held())


def let_go_of_after_cancel(stage: Stage) -> Any:
    return stage.wire.wait(stage.cancel(stage.held()))


def cancelled_while_waiting(stage: Stage) -> Any:
    return stage.cancel(stage.waiting())


def model_broke(stage: Stage) -> Any:
    return stage.wire.wait(stage.begun("break"))


def answer_too_long(stage: Stage) -> Any:
    return stage.wire.wait(stage.begun("ramble", max_completion_tokens=256))


def thread_too_long(stage: Stage) -> Any:
    return stage.wire.wait(stage.begun("word " * 300, max_prompt_tokens=256))


# How a run gets there, the status that it is in then, and which of its moments are set.
WAYS: list[tuple[Callable[[Stage], Any], str, set[str]]] = [
    (created, "queued", set()),
    (outputs_submitted, "queued", {"started_at"}),
    (model_at_work, "in_progress", {"started_at"}),
    (answered, "completed", {"started_at", "completed_at"}),
    (answered_with_outputs, "completed", {"started_at", "completed_at"}),
    (function_called, "requires_action", {"started_at"}),
    (no_outputs_for_ten_minutes, "expired", {"started_at"}),
    (model_at_work_for_ten_minutes, "expired", {"started_at"}),
    (cancelled_at_work, "cancelling", {"started_at"}),
    (let_go_of_after_cancel, "cancelled", {"started_at", "cancelled_at"}),
    (cancelled_while_waiting, "cancelled", {"started_at", "cancelled_at"}),
    (model_broke, "failed", {"started_at", "failed_at"}),
    (answer_too_long, "incomplete", {"started_at"}),
    (thread_too_long, "incomplete", {"started_at"}),
]


@pytest.mark.parametrize(("way", "status", "moments"), WAYS, ids=[f"{status}: {way.__name__}" for way, status, _ in WAYS])
def test_a_status_is_reached(stage: Stage, way: Callable[[Stage], Any], status: str, moments: set[str]) -> None:
    run = way(stage)
    assert run["status"] == status
    assert {moment for moment in MOMENTS if run[moment] is not None} == moments
    assert run["expires_at"] == run["created_at"] + 600
    assert (run["required_action"] is not None) is (status == "requires_action")
    assert (run["last_error"] is not None) is (status == "failed")
    assert (run["incomplete_details"] is not None) is (status == "incomplete")
    assert (run["usage"] is not None) is (status not in ACTIVE)
    if status == "failed":
        assert run["last_error"] == {"code": "server_error", "message": "The model 'directed' failed: ValueError: no idea"}


# A run whose outputs were just submitted, or that is being cancelled, is on its way further.
LASTING = [(way, status) for way, status, _ in WAYS if way is not outputs_submitted and status != "cancelling"]


@pytest.mark.parametrize(("way", "status"), LASTING, ids=[f"{status}: {way.__name__}" for way, status in LASTING])
def test_a_thread_is_locked_in_the_statuses_that_are_not_the_last(
    stage: Stage, way: Callable[[Stage], Any], status: str
) -> None:
    run = way(stage)
    body = {"role": "user", "content": "and now?"}
    path = f"/threads/{run['thread_id']}/messages"
    if status in ACTIVE:
        assert f"while a run {run['id']} is active" in stage.wire.refused("POST", path, json=body)["message"]
    else:
        assert stage.wire.post(path, **body)["thread_id"] == run["thread_id"]
        assert run["id"] in stage.wire.refused("POST", f"{path_of(run)}/cancel")["message"]


def test_every_status_has_a_way() -> None:
    assert {status for _, status, _ in WAYS} == set(STATES)
