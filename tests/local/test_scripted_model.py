"""Scripts for tests: every kind of turn, scripts in files, and what is said of entries that are no turns."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from offline_talk import request
from service_script import WEATHER, submit
from service_wire import Wire

import agentkit.local
import agentkit.local.models
from agentkit.local import Delay, Failure, ModelTurn, ScriptedModel, ToolCall, call, code
from agentkit.local.models import scripted
from agentkit.local.models.scripted import ScriptEndedError, ScriptError

OSLO = ToolCall("function", name="weather", arguments='{"city": "Oslo"}')


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        ("fine", ModelTurn(text="fine")),
        (ModelTurn("as it is", [OSLO]), ModelTurn("as it is", [OSLO])),
        (call("weather", city="Oslo"), ModelTurn(tool_calls=[OSLO])),
        ([call("weather", city="Oslo"), code("1 + 1")], ModelTurn(tool_calls=[OSLO, ToolCall("code_interpreter", input="1 + 1")])),
        (lambda asked: f"You said {asked.last_user_text}.", ModelTurn(text="You said Hello.")),
        (lambda asked: lambda again: call("weather", city="Oslo"), ModelTurn(tool_calls=[OSLO])),
        (Delay(0, Delay(0, "late")), ModelTurn(text="late")),
        (Delay(0, lambda asked: "late"), ModelTurn(text="late")),
    ],
)  # fmt: skip
def test_a_turn_of_a_script(turn: Any, expected: ModelTurn) -> None:
    model = ScriptedModel([turn])
    asked = request("Hello")
    assert model.respond(asked) == expected
    assert model.requests == (asked,)


def test_the_arguments_of_a_call_are_json() -> None:
    made = call("f", name="Zoë", many=[1, 2.5, None], deep={"yes": True})
    assert (made.kind, made.name) == ("function", "f")
    assert json.loads(made.arguments) == {"name": "Zoë", "many": [1, 2.5, None], "deep": {"yes": True}}
    assert "Zoë" in made.arguments


def test_a_delay_is_waited_for_before_its_turn_and_other_requests_are_served_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    slept, entered, release = [], threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        entered.set()
        assert release.wait(10)

    monkeypatch.setattr("agentkit.local.models.scripted.time.sleep", sleep)
    model = ScriptedModel([Delay(1.5, "late"), "at once"])
    answers: list[str] = []
    slow = threading.Thread(target=lambda: answers.append(model.respond(request("one")).text))
    slow.start()
    assert entered.wait(10)
    assert model.respond(request("two")).text == "at once"
    assert answers == []
    release.set()
    slow.join(10)
    assert (answers, slept) == (["late"], [1.5])


def test_an_exception_is_raised_and_the_script_goes_on() -> None:
    model = ScriptedModel([ValueError("broken"), Failure("Slow down.", "rate_limit_exceeded"), "fine"])
    with pytest.raises(ValueError, match="broken"):
        model.respond(request("one"))
    with pytest.raises(Failure, match=r"Slow down\.") as caught:
        model.respond(request("two"))
    assert caught.value.code == "rate_limit_exceeded"
    assert model.respond(request("three")).text == "fine"
    with pytest.raises(ScriptEndedError, match="has 3 turns and all of them were served"):
        model.respond(request("four"))
    assert len(model.requests) == 3


@pytest.mark.parametrize(
    ("turns", "problem"),
    [
        (["fine", 3], "entry 2: got a value of type int, expected a text"),
        ([None], "entry 1: got null"),
        ([[]], "entry 1: a list holds the calls of one turn, and this is an empty list"),
        ([[OSLO, "text"]], "entry 1: a list holds the calls of one turn, and this is a list with a text in it"),
        ([Delay(-1, "x")], "entry 1: a delay is a number of seconds, 0 or more, and this one is -1"),
        ([Delay(float("nan"), "x")], "entry 1: a delay is a number"),
        ([Delay(1, {})], "entry 1: got an object"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_turn_is_refused_at_once(turns: list[Any], problem: str) -> None:
    with pytest.raises(ScriptError, match=problem):
        ScriptedModel(turns)


def test_a_callable_that_gives_no_turn_is_named_when_it_is_asked() -> None:
    turns: list[Any] = [lambda asked: 3]
    model = ScriptedModel(turns)
    with pytest.raises(ScriptError, match="what the callable of the script's entry 1 gave: got a value of type int"):
        model.respond(request("Hello"))


def written(folder: Path, content: Any) -> Path:
    path = folder / "script.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_script_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("agentkit.local.models.scripted.time.sleep", slept.append)
    entries = [
        {"calls": [{"name": "weather", "arguments": {"city": "Oslo"}}, {"name": "now"}]},
        {"code": "print(1)"},
        {"error": "Slow down.", "code": "rate_limit_exceeded"},
        {"error": "Broken."},
        {"delay": 0.5, "text": "Es regnet in Zürich."},
    ]
    model = ScriptedModel.from_file(written(tmp_path, entries))
    asked = request("Hello")
    assert model.respond(asked).tool_calls == [OSLO, ToolCall("function", name="now", arguments="{}")]
    assert model.respond(asked).tool_calls == [ToolCall("code_interpreter", input="print(1)")]
    failures = []
    for _ in range(2):
        with pytest.raises(Failure) as caught:
            model.respond(asked)
        failures.append((str(caught.value), caught.value.code))
    assert failures == [("Slow down.", "rate_limit_exceeded"), ("Broken.", "server_error")]
    assert slept == []
    assert model.respond(asked).text == "Es regnet in Zürich."
    assert slept == [0.5]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", r"script\.json: a script is JSON in UTF-8, and this file is not"),
        ({"text": "x"}, r"script\.json: a script is a JSON list of turns, and this file holds an object"),
        (["x"], r"script\.json: entry 1: a turn is a JSON object, and this is a text"),
        ([{"text": "x"}, {}], "entry 2: it has none of the fields 'text', 'calls', 'error', 'code'"),
        ([{"delay": 1}], "entry 1: it has none of the fields"),
        ([{"text": 3}], "entry 1: 'text' is a text, and this is a value of type int"),
        ([{"text": "x", "wait": 1}], "entry 1: 'wait' does not belong beside 'text'; allowed are 'delay', 'text'"),
        ([{"text": "x", "code": "y"}], "entry 1: 'code' does not belong beside 'text'"),
        ([{"text": "x", "delay": "long"}], "entry 1: a delay is a number of seconds, 0 or more, and this one is 'long'"),
        ([{"text": "x", "delay": True}], "entry 1: a delay is a number"),
        ([{"error": "x", "code": 429}], "entry 1: 'code' is a text"),
        ([{"calls": []}], "entry 1: 'calls' is a list of one call or more, and this is a list"),
        ([{"calls": [{"name": "f"}, {}]}], "entry 1, call 2: 'name' is a text, and this is null"),
        ([{"calls": [{"name": "f", "args": {}}]}], "entry 1, call 1: a call is an object with 'name' and 'arguments'"),
        ([{"calls": [{"name": "f", "arguments": "{}"}]}], "entry 1, call 1: 'arguments' is an object"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_entry(tmp_path: Path, content: Any, problem: str) -> None:
    with pytest.raises(ScriptError, match=problem):
        ScriptedModel.from_file(written(tmp_path, content))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ScriptedModel.from_file(tmp_path / "none.json")


def test_the_names_are_exported() -> None:
    for name in ("ScriptedModel", "Failure", "Delay", "call", "code"):
        assert name in agentkit.local.__all__
        assert name in agentkit.local.models.__all__
        assert getattr(agentkit.local, name) is getattr(agentkit.local.models, name) is getattr(scripted, name)


@pytest.mark.parametrize(
    ("turn", "error"),
    [
        (Failure("Too many requests.", code="rate_limit_exceeded"), {"code": "rate_limit_exceeded", "message": "Too many requests."}),
        (Failure("It broke."), {"code": "server_error", "message": "It broke."}),
        (OSError("no net"), {"code": "server_error", "message": "The model 'scripted' failed: OSError: no net"}),
        (lambda asked: Failure("Later.", "content_filter"), {"code": "content_filter", "message": "Later."}),
    ],
)  # fmt: skip
def test_a_run_fails_with_the_text_and_the_code_of_its_turn(serve: Callable[..., Wire], turn: Any, error: Any) -> None:
    wire = serve(model=ScriptedModel([turn]))
    run = wire.finished(wire.thread("Hello"), wire.agent())
    assert (run["status"], run["last_error"]) == ("failed", error)


def test_a_run_that_fails_behind_a_call_keeps_its_steps(serve: Callable[..., Wire]) -> None:
    wire = serve(model=ScriptedModel([call("weather", city="Oslo"), Failure("Enough.", "rate_limit_exceeded")]))
    thread = wire.thread("Hello")
    run = wire.finished(thread, wire.agent(tools=[WEATHER]))
    assert run["status"] == "requires_action"
    submit(wire, run, "rain")
    run = wire.wait(wire.get(f"/threads/{run['thread_id']}/runs/{run['id']}"))
    assert run["last_error"] == {"code": "rate_limit_exceeded", "message": "Enough."}
    assert [step["status"] for step in wire.steps(run)] == ["completed"]
