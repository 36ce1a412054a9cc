"""Runs that call functions and have code run, driven over HTTP with models that follow a script."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from service_script import PYTHON, WEATHER, asks, call_ids, codes, path_of, submit
from service_wire import Wire

from agentkit.local.models.base import ModelTurn, ToolResult
from agentkit.local.models.scripted import ScriptedModel

Serve = Callable[..., Wire]


class TestFunctions:
    def test_a_run_waits_for_outputs_and_goes_on_with_them(self, serve: Serve) -> None:
        model = ScriptedModel([asks('{"city": "Rome"}', '{"city": "Oslo"}'), asks("{}"), "Sunny."])
        wire = serve(model=model)
        thread = wire.thread("How is the weather?")
        run = wire.wait(wire.run(thread, wire.agent(tools=[WEATHER])))
        assert (run["status"], run["required_action"]["type"]) == ("requires_action", "submit_tool_outputs")
        calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        assert [call["function"] for call in calls] == [
            {"name": "weather", "arguments": '{"city": "Rome"}'},
            {"name": "weather", "arguments": '{"city": "Oslo"}'},
        ]
        (step,) = wire.steps(run)
        assert (step["status"], step["usage"]) == ("in_progress", None)
        assert [call["function"]["output"] for call in step["step_details"]["tool_calls"]] == [None, None]

        resumed = submit(wire, run, "warm", "cold")
        assert (resumed["status"], resumed["required_action"]) == ("queued", None)
        run = wire.wait(run | {"status": "queued"})
        assert run["status"] == "requires_action"
        submit(wire, run, "windy")
        run = wire.wait(run | {"status": "queued"})
        assert run["status"] == "completed"
        first, second, third = wire.steps(run)
        assert [call["function"]["output"] for call in first["step_details"]["tool_calls"]] == ["warm", "cold"]
        assert [step["status"] for step in (first, second, third)] == ["completed"] * 3
        for name, value in run["usage"].items():
            assert value == sum(step["usage"][name] for step in (first, second, third))
        results = [(result.call.arguments, result.output) for result in model.requests[2].results]
        assert results == [('{"city": "Rome"}', "warm"), ('{"city": "Oslo"}', "cold"), ("{}", "windy")]

    def test_one_call_at_a_time_where_more_are_not_wanted(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([asks("1", "2")]))
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[WEATHER]), parallel_tool_calls=False)
        assert len(call_ids(run)) == 1

    @pytest.mark.parametrize(
        ("outputs", "param", "words"),
        [
            ([], "tool_outputs", "no output for"),
            ([(0, "x")], "tool_outputs", "no output for"),
            ([(0, "x"), (0, "x")], "tool_outputs[1].tool_call_id", "two outputs"),
            ([(0, "x"), ("call_none", "x")], "tool_outputs[1].tool_call_id", "'call_none' is no call"),
            ([(0, "x"), (1, 5)], "tool_outputs[1].output", "5 was sent, a text"),
            ([(0, "x"), (1, {"a": 1})], "tool_outputs[1].output", "a text"),
            ([(0, "x"), (1, None)], "tool_outputs[1].output", "as a text"),
            ([(0, "x"), (None, "x")], "tool_outputs[1].tool_call_id", "required"),
        ],
    )
    def test_outputs_that_do_not_fit_are_refused(
        self, serve: Serve, outputs: list[tuple[Any, Any]], param: str, words: str
    ) -> None:
        wire = serve(model=ScriptedModel([asks("1", "2"), "fine"]))
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[WEATHER]))
        ids = call_ids(run)
        sent = [{"tool_call_id": ids[i] if isinstance(i, int) else i, "output": output} for i, output in outputs]
        error = wire.refused("POST", f"{path_of(run)}/submit_tool_outputs", json={"tool_outputs": sent})
        assert error["param"] == param
        assert words in error["message"]
        assert wire.wait(submit(wire, run, "a", "b"))["status"] == "completed"

    def test_a_run_that_does_not_wait_takes_no_outputs(self, serve: Serve) -> None:
        wire = serve()
        run = wire.finished(wire.thread("hi"), wire.agent())
        body = {"tool_outputs": [{"tool_call_id": "call_x", "output": "x"}]}
        error = wire.refused("POST", f"{path_of(run)}/submit_tool_outputs", json=body)
        assert run["id"] in error["message"]
        assert "completed" in error["message"]


class FakeInterpreter:
    """Stands in for the code interpreter: the code is a list of what to do."""

    waiting: threading.Event
    closed: threading.Event
    given: list[tuple[str, list[str]]]

    def __init__(self, *, trusted: bool) -> None:
        assert trusted is False

    def execute(self, code: str, files: Any = (), *, cancelled: threading.Event | None = None) -> Any:
        from agentkit.local.interpreter import Outcome

        assert cancelled is not None
        self.given.append((code, [file.name for file in files]))
        if code == "wait":
            self.waiting.set()
            assert cancelled.wait(30)
            return Outcome("", "stopped", (), "none", 0.0)
        return Outcome(f"ran {code}\n", None, (), "none", 0.0)

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def interpreter(monkeypatch: pytest.MonkeyPatch) -> type[FakeInterpreter]:
    from agentkit.local import interpreter as module

    monkeypatch.setattr(module, "Interpreter", FakeInterpreter)
    FakeInterpreter.waiting, FakeInterpreter.closed, FakeInterpreter.given = threading.Event(), threading.Event(), []
    return FakeInterpreter


class TestCode:
    def test_what_code_makes_becomes_files_images_and_annotations(self, serve: Serve) -> None:
        source = "\n".join(
            (
                "import matplotlib.pyplot as plt",
                "print(open('/mnt/data/data.csv').read())",
                "plt.bar(['a', 'b'], [1, 2])",
                "plt.savefig('/mnt/data/my chart.png')",
                "plt.show()",
            )
        )
        text = "Grüße: [the chart](sandbox:/mnt/data/my chart.png), [the data](sandbox:/mnt/data/data.csv)."
        model = ScriptedModel([codes(source), text])
        wire = serve(model=model)
        data = wire.upload(b"a;1", "data.csv")
        agent = wire.agent(tools=[PYTHON], tool_resources={"code_interpreter": {"file_ids": [data["id"]]}})
        thread = wire.thread("Draw it.")
        run = wire.finished(thread, agent)
        assert run["status"] == "completed", run["last_error"]

        (result,) = model.requests[1].results
        (made,) = result.files
        assert (result.failed, result.output, made.filename) == (False, "a;1", "my chart.png")
        call = wire.steps(run)[0]["step_details"]["tool_calls"][0]
        logs, image = call["code_interpreter"]["outputs"]
        assert (call["code_interpreter"]["input"], logs) == (source, {"type": "logs", "logs": "a;1"})
        picture, words = wire.messages(thread)[1]["content"]
        assert picture == {"type": "image_file", "image_file": {"file_id": image["image"]["file_id"]}}
        assert words["text"]["value"] == text
        annotations = words["text"]["annotations"]
        for annotation, link, file in zip(annotations, ("my chart.png", "data.csv"), (made.id, data["id"]), strict=True):
            assert annotation["text"] == f"sandbox:/mnt/data/{link}"
            assert text[annotation["start_index"] : annotation["end_index"]] == annotation["text"]
            assert annotation["file_path"] == {"file_id": file}
        for file_id in (made.id, image["image"]["file_id"]):
            assert wire.get(f"/files/{file_id}")["purpose"] == "assistants_output"
            assert wire.http.get(f"/files/{file_id}/content").content.startswith(b"\x89PNG")

    def test_an_error_of_the_code_is_shown_and_told(self, serve: Serve) -> None:
        model = ScriptedModel([codes("print('before')\n1 / 0"), "It failed."])
        wire = serve(model=model)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[PYTHON]))
        assert run["status"] == "completed", run["last_error"]
        (result,) = model.requests[1].results
        assert result.failed
        assert result.output.startswith("before\n")
        assert "ZeroDivisionError" in result.output
        (call,) = wire.steps(run)[0]["step_details"]["tool_calls"]
        assert call["code_interpreter"]["outputs"] == [{"type": "logs", "logs": result.output}]

    def test_code_and_functions_may_be_called_in_one_turn(self, serve: Serve, interpreter: type[FakeInterpreter]) -> None:
        both = ModelTurn(tool_calls=[*asks("{}").tool_calls, *codes("a").tool_calls])
        model = ScriptedModel([both, "done"])
        wire = serve(model=model)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[PYTHON, WEATHER]))
        assert len(call_ids(run)) == 1
        assert wire.wait(submit(wire, run, "warm"))["status"] == "completed"
        assert [result.output for result in model.requests[1].results] == ["warm", "ran a"]
        assert [call["type"] for call in wire.steps(run)[0]["step_details"]["tool_calls"]] == ["function", "code_interpreter"]

    @pytest.mark.usefixtures("interpreter")
    def test_later_runs_of_the_thread_know_the_calls(self, serve: Serve) -> None:
        model = ScriptedModel([codes("a", "b"), "one", asks("{}"), "two", "three"])
        wire = serve(model=model)
        agent, thread = wire.agent(tools=[PYTHON, WEATHER]), wire.thread("hi")
        wire.finished(thread, agent)
        wire.wait(submit(wire, wire.finished(thread, agent), "warm"))
        wire.finished(thread, agent)
        a, b = codes("a", "b").tool_calls
        known = [list(request.earlier_calls) for request in model.requests]
        assert known == [[], [], [a, b], [a, b], [a, b, *asks("{}").tool_calls]]

    def test_files_are_put_there_once_under_names_of_their_own(self, serve: Serve, interpreter: type[FakeInterpreter]) -> None:
        wire = serve(model=ScriptedModel([codes("a", "b"), codes("c"), "done"]))
        of_agent, of_thread, of_message, unseen = (wire.upload(name="data.csv") for _ in range(4))
        agent = wire.agent(tools=[PYTHON], tool_resources={"code_interpreter": {"file_ids": [of_agent["id"]]}})
        attachments = [
            {"file_id": of_message["id"], "tools": [PYTHON]},
            {"file_id": of_agent["id"], "tools": [PYTHON]},
            {"file_id": unseen["id"], "tools": [{"type": "file_search"}]},
        ]
        thread = wire.post(
            "/threads",
            messages=[{"role": "user", "content": "hi", "attachments": attachments}],
            tool_resources={"code_interpreter": {"file_ids": [of_thread["id"]]}},
        )
        wire.finished(thread, agent)
        assert interpreter.given == [("a", ["data.csv", "data-2.csv", "data-3.csv"]), ("b", []), ("c", [])]
        assert not interpreter.closed.is_set()
        wire.http.delete(f"/threads/{thread['id']}")
        assert interpreter.closed.wait(10)

    def test_code_is_not_run_where_that_is_turned_off(self, serve: Serve) -> None:
        model = ScriptedModel([codes("print(1)"), "done"])
        wire = serve(model=model, code_interpreter=False)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[PYTHON]))
        assert run["status"] == "completed"
        (result,) = model.requests[1].results
        assert isinstance(result, ToolResult)
        assert result.failed
        assert "turned off" in result.output

    def test_running_code_is_ended(self, serve: Serve, interpreter: type[FakeInterpreter]) -> None:
        wire = serve(model=ScriptedModel([codes("wait")]))
        run = wire.run(wire.thread("hi"), wire.agent(tools=[PYTHON]))
        assert interpreter.waiting.wait(10)
        wire.post(f"{path_of(run)}/cancel")
        assert wire.wait(run, until="cancelled")["status"] == "cancelled"
        (step,) = wire.steps(run)
        assert step["status"] == "cancelled"
        assert not interpreter.closed.is_set()
