"""The machine of runs, driven over HTTP with models that follow a script."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from service_script import PYTHON, WEATHER, asks, call_ids, codes, path_of, submit
from service_wire import Clock, Wire

from agentkit.local.models.base import FileRef, ModelRequest, ModelTurn, ToolCall
from agentkit.local.models.scripted import ScriptedModel
from agentkit.local.runs.tokens import count_tokens
from agentkit.local.runs.work import MAX_TURNS

Serve = Callable[..., Wire]


class Held:
    """A model that answers only when it is let go."""

    name = "held"
    computes = True  # runs that are only waited for have no place to wait for

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let_go = threading.Event()

    def respond(self, _request: ModelRequest) -> ModelTurn:
        self.asked.set()
        assert self.let_go.wait(30)
        return ModelTurn("late")


@pytest.fixture
def held() -> Iterator[Held]:
    model = Held()
    yield model
    model.let_go.set()


class TestCompleted:
    def test_a_run_is_queued_at_first_and_completes_with_a_message_and_a_step(self, serve: Serve, clock: Clock) -> None:
        wire = serve(model=ScriptedModel(["Here you are."]), clock=clock)
        thread, agent = wire.thread("Hello there"), wire.agent(instructions="Be kind.", metadata={"of": "agent"})
        run = wire.run(thread, agent, metadata={"of": "run"})
        assert run["id"].startswith("run_")
        assert run["status"] == "queued"
        assert (run["created_at"], run["expires_at"]) == (clock.now, clock.now + 600)
        assert (run["started_at"], run["completed_at"], run["usage"], run["last_error"]) == (None, None, None, None)

        done = wire.wait(run)
        usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
        assert done == {**run, "status": "completed", "started_at": clock.now, "completed_at": clock.now, "usage": usage}
        question, message = wire.messages(thread)
        assert message["content"] == [{"type": "text", "text": {"value": "Here you are.", "annotations": []}}]
        assert (message["role"], message["assistant_id"], message["run_id"]) == ("assistant", agent["id"], run["id"])
        assert (question["assistant_id"], question["run_id"]) == (None, None)
        (step,) = wire.steps(run)
        assert step["id"].startswith("step_")
        assert step["step_details"] == {"type": "message_creation", "message_creation": {"message_id": message["id"]}}
        assert (step["type"], step["status"], step["usage"]) == ("message_creation", "completed", usage)
        assert (step["expires_at"], step["expired_at"]) == (run["expires_at"], None)
        assert wire.get(f"{path_of(run)}/steps/{step['id']}") == step

    def test_the_model_is_told_all_that_belongs_to_the_run(self, serve: Serve) -> None:
        model = ScriptedModel(["one", "two"])
        wire = serve(model=model)
        file = wire.upload(b"a,b", "data.csv")
        attached = [{"file_id": file["id"], "tools": [PYTHON]}]
        messages = [{"role": "user", "content": "first", "attachments": attached}]
        thread = wire.post("/threads", messages=messages)
        agent = wire.agent(instructions="Be kind.", tools=[PYTHON])
        wire.finished(thread, agent)
        wire.finished(thread, agent, additional_messages=[{"role": "user", "content": "second"}])
        first, second = model.requests
        reference = FileRef(file["id"], "data.csv", 3)
        assert (first.model, first.instructions, first.last_user_text) == ("some-model", "Be kind.", "first")
        assert first.messages[0].files == (reference,)
        assert tuple(first.files) == (reference,)
        assert first.offers("code_interpreter")
        assert not first.offers("function")
        told = [(message.role, message.text) for message in second.messages]
        assert told == [("user", "first"), ("assistant", "one"), ("user", "second")]

    def test_the_settings_of_a_run_go_before_those_of_its_agent(self, serve: Serve) -> None:
        model = ScriptedModel([asks("{}"), '{"fine": true}'])
        wire = serve(model=model)
        agent = wire.agent(instructions="Be kind.", tools=[PYTHON], temperature=0.1)
        settings = {
            "model": "other-model",
            "instructions": "Be brief.",
            "tools": [WEATHER],
            "temperature": 0.9,
            "top_p": 0.5,
            "max_prompt_tokens": 1000,
            "max_completion_tokens": 2000,
            "tool_choice": {"type": "function", "function": {"name": "weather"}},
            "response_format": {"type": "json_object"},
            "parallel_tool_calls": False,
            "truncation_strategy": {"type": "last_messages", "last_messages": 1},
            "tool_resources": {"file_search": {"vector_store_ids": []}},
        }
        run = wire.finished(wire.thread("old", "new"), agent, **settings, additional_instructions="In verse.")
        assert {key: run[key] for key in settings} == {**settings, "instructions": "Be brief.\nIn verse."}
        assert wire.wait(submit(wire, run, "sunny"))["status"] == "completed"
        request, _second = model.requests
        assert (request.model, request.instructions) == ("other-model", "Be brief.\nIn verse.")
        assert [message.text for message in request.messages] == ["new"]
        assert list(request.tools) == [WEATHER]
        assert request.tool_choice == settings["tool_choice"]
        assert request.response_format == settings["response_format"]
        assert (request.temperature, request.top_p, request.parallel_tool_calls) == (0.9, 0.5, False)
        assert request.max_completion_tokens == 2000

    def test_tools_are_held_back_when_none_may_be_chosen(self, serve: Serve) -> None:
        model = ScriptedModel(["fine"])
        wire = serve(model=model)
        wire.finished(wire.thread("hi"), wire.agent(tools=[PYTHON]), tool_choice="none")
        assert tuple(model.requests[0].tools) == ()

    def test_a_thread_can_be_made_along_with_its_run(self, serve: Serve) -> None:
        wire = serve()
        agent = wire.agent()
        thread = {"messages": [{"role": "user", "content": "hi"}], "metadata": {"a": "1"}}
        run = wire.wait(wire.post("/threads/runs", assistant_id=agent["id"], thread=thread))
        assert wire.get(f"/threads/{run['thread_id']}")["metadata"] == {"a": "1"}
        assert wire.messages({"id": run["thread_id"]})[1]["content"][0]["text"]["value"] == "You said: hi"

    def test_a_run_is_changed_in_its_metadata_only(self, serve: Serve) -> None:
        wire = serve()
        run = wire.finished(wire.thread("hi"), wire.agent())
        assert wire.post(path_of(run), metadata={"a": "1"}) == {**run, "metadata": {"a": "1"}}

    def test_more_runs_than_workers_all_come_to_their_end(self, serve: Serve) -> None:
        wire = serve()
        agent = wire.agent()
        runs = [wire.run(wire.thread(f"number {number}"), agent) for number in range(30)]
        assert {wire.wait(run)["status"] for run in runs} == {"completed"}


class TestIncomplete:
    def test_an_answer_beyond_the_limit_of_tokens_is_cut_short(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel(["word " * 1000]))
        thread = wire.thread("hi")
        run = wire.finished(thread, wire.agent(), max_completion_tokens=256)
        assert (run["status"], run["incomplete_details"]) == ("incomplete", {"reason": "max_completion_tokens"})
        assert run["usage"]["completion_tokens"] == 256
        message = wire.messages(thread)[-1]
        assert (message["status"], message["incomplete_details"]) == ("incomplete", {"reason": "max_tokens"})
        assert (message["completed_at"], message["incomplete_at"]) == (None, message["created_at"])
        assert count_tokens(message["content"][0]["text"]["value"]) == 256

    def test_a_thread_beyond_the_limit_of_tokens_is_not_read(self, serve: Serve) -> None:
        model = ScriptedModel([])
        wire = serve(model=model)
        run = wire.finished(wire.thread("word " * 1000), wire.agent(), max_prompt_tokens=256)
        assert (run["status"], run["incomplete_details"]) == ("incomplete", {"reason": "max_prompt_tokens"})
        assert model.requests == ()


class TestFailed:
    @pytest.mark.parametrize(
        ("turns", "words"),
        [
            ([], "ScriptEndedError: the script has 0 turns"),
            (
                [ModelTurn(tool_calls=[ToolCall("function", name="sing")])],
                "'sing', which this run does not offer; it offers: weather",
            ),
            ([ModelTurn(tool_calls=[ToolCall("file_search", input="x")])], "file_search, which is not among the tools"),
            (
                [ModelTurn(tool_calls=[ToolCall("openapi", name="sing")])],
                "operation 'sing', which this run does not offer; it offers: none",
            ),
            ([codes("print(1)")], "code_interpreter, which is not among the tools"),
        ],
    )
    def test_a_model_that_errs_fails_the_run_with_the_reason(self, serve: Serve, turns: list[ModelTurn], words: str) -> None:
        wire = serve(model=ScriptedModel(turns))
        thread = wire.thread("hi")
        run = wire.finished(thread, wire.agent(tools=[WEATHER]))
        assert (run["status"], run["last_error"]["code"]) == ("failed", "server_error")
        assert words in run["last_error"]["message"]
        assert run["failed_at"] is not None
        assert len(wire.messages(thread)) == 1
        assert wire.post(f"/threads/{thread['id']}/messages", role="user", content="again")

    @pytest.mark.parametrize("error", [ValueError("no such city"), SystemExit("no such city")])
    def test_whatever_a_model_raises_is_told_and_logged(
        self, serve: Serve, error: BaseException, caplog: pytest.LogCaptureFixture
    ) -> None:
        def model(_request: ModelRequest) -> str:
            raise error

        wire = serve(model=model)
        with caplog.at_level(logging.WARNING, "agentkit.local"):
            run = wire.finished(wire.thread("hi"), wire.agent())
        assert run["last_error"]["message"] == f"The model 'model' failed: {type(error).__name__}: no such city"
        assert "Traceback" in caplog.text

    def test_an_answer_of_a_wrong_kind_fails_the_run(self, serve: Serve) -> None:
        wire = serve(model=lambda _request: 42)
        run = wire.finished(wire.thread("hi"), wire.agent())
        assert "answered with int, a ModelTurn was expected" in run["last_error"]["message"]

    def test_a_model_that_never_answers_is_ended(self, serve: Serve) -> None:
        wire = serve(model=lambda _request: codes("1"), code_interpreter=False)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[PYTHON]))
        assert run["status"] == "failed"
        assert f"was asked {MAX_TURNS} times without coming" in run["last_error"]["message"]


class TestCancel:
    def test_a_run_in_progress_is_cancelling_and_soon_cancelled(self, serve: Serve, held: Held) -> None:
        wire = serve(model=held)
        thread = wire.thread("hi")
        run = wire.run(thread, wire.agent())
        assert held.asked.wait(10)
        cancelling = wire.post(f"{path_of(run)}/cancel")
        assert cancelling["status"] == "cancelling"
        cancelled = wire.wait(cancelling)
        assert cancelled["status"] == "cancelled"
        assert cancelled["cancelled_at"] is not None
        assert len(wire.messages(thread)) == 1

    def test_a_run_that_waits_for_outputs_is_cancelled_with_its_step(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([asks("1")]))
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[WEATHER]))
        cancelled = wire.post(f"{path_of(run)}/cancel")
        assert (cancelled["status"], cancelled["required_action"]) == ("cancelled", None)
        (step,) = wire.steps(run)
        assert (step["status"], step["cancelled_at"]) == ("cancelled", cancelled["cancelled_at"])

    def test_a_run_that_is_queued_is_cancelled_and_never_begun(self, serve: Serve, held: Held) -> None:
        wire = serve(model=held)
        agent = wire.agent()
        runs = [wire.run(wire.thread("hi"), agent) for _ in range(12)]
        last = runs[-1]
        assert wire.get(path_of(last))["status"] == "queued"
        assert wire.post(f"{path_of(last)}/cancel")["status"] == "cancelled"
        held.let_go.set()
        assert {wire.wait(run)["status"] for run in runs[:-1]} == {"completed"}
        assert wire.get(path_of(last))["started_at"] is None

    def test_a_run_that_has_ended_cannot_be_cancelled(self, serve: Serve) -> None:
        wire = serve()
        run = wire.finished(wire.thread("hi"), wire.agent())
        error = wire.refused("POST", f"{path_of(run)}/cancel")
        assert run["id"] in error["message"]
        assert "completed" in error["message"]


class TestExpired:
    def test_a_run_that_waits_too_long_expires_with_its_step(self, serve: Serve, clock: Clock) -> None:
        wire = serve(model=ScriptedModel([asks("1")]), clock=clock)
        thread = wire.thread("hi")
        run = wire.finished(thread, wire.agent(tools=[WEATHER]))
        clock.now += 599
        assert wire.get(path_of(run))["status"] == "requires_action"
        clock.now += 1
        assert wire.get(f"/threads/{thread['id']}/runs")["data"][0]["status"] == "expired"
        assert wire.get(path_of(run))["required_action"] is None
        (step,) = wire.steps(run)
        assert (step["status"], step["expired_at"]) == ("expired", clock.now)
        body = {"tool_outputs": [{"tool_call_id": call_ids(run)[0], "output": "x"}]}
        assert "expired" in wire.refused("POST", f"{path_of(run)}/submit_tool_outputs", json=body)["message"]

    def test_a_run_whose_model_takes_too_long_expires(self, serve: Serve, clock: Clock, held: Held) -> None:
        wire = serve(model=held, clock=clock)
        thread = wire.thread("hi")
        run = wire.run(thread, wire.agent())
        assert held.asked.wait(10)
        clock.now += 601
        assert wire.get(path_of(run))["status"] == "expired"
        assert wire.post(f"/threads/{thread['id']}/messages", role="user", content="again")
        held.let_go.set()


class TestLock:
    def test_a_thread_is_locked_while_a_run_is_active(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([asks("1"), "fine", "fine too"]))
        thread, agent = wire.thread("hi"), wire.agent(tools=[WEATHER])
        run = wire.finished(thread, agent)
        for path, body, words in (
            (
                "messages",
                {"role": "user", "content": "x"},
                f"Can't add messages to {thread['id']} while a run {run['id']} is active.",
            ),
            ("runs", {"assistant_id": agent["id"]}, f"Thread {thread['id']} already has an active run {run['id']}."),
        ):
            error = wire.refused("POST", f"/threads/{thread['id']}/{path}", json=body)
            assert error["message"].startswith(words)
            assert "requires_action" in error["message"]
        assert wire.wait(submit(wire, run, "x"))["status"] == "completed"
        assert wire.finished(thread, agent)["status"] == "completed"

    def test_a_thread_with_an_active_run_can_be_deleted(self, serve: Serve, held: Held) -> None:
        wire = serve(model=held)
        thread = wire.thread("hi")
        run = wire.run(thread, wire.agent())
        assert held.asked.wait(10)
        wire.delete(f"/threads/{thread['id']}")
        held.let_go.set()
        assert run["id"] in wire.refused("GET", path_of(run), 404)["message"]


class TestRefused:
    def test_an_agent_that_is_not_there(self, serve: Serve) -> None:
        wire = serve()
        thread = wire.thread("hi")
        error = wire.refused("POST", f"/threads/{thread['id']}/runs", 404, json={"assistant_id": "asst_none"})
        assert "No assistant found with id 'asst_none'" in error["message"]

    @pytest.mark.parametrize(
        ("settings", "param"),
        [
            ({"stream": "yes"}, "stream"),
            ({"truncation_strategy": {"type": "last_messages"}}, "truncation_strategy.last_messages"),
            ({"additional_messages": [{"role": "robot", "content": "x"}]}, "additional_messages[0].role"),
            ({"max_completion_tokens": 1}, "max_completion_tokens"),
        ],
    )
    def test_a_bad_setting_is_refused_and_leaves_no_run(self, serve: Serve, settings: Any, param: str) -> None:
        wire = serve()
        thread, agent = wire.thread("hi"), wire.agent()
        body = {"assistant_id": agent["id"], **settings}
        assert wire.refused("POST", f"/threads/{thread['id']}/runs", json=body)["param"] == param
        assert wire.get(f"/threads/{thread['id']}/runs")["data"] == []
        assert len(wire.messages(thread)) == 1

    def test_a_step_is_found_in_its_own_run_and_thread_only(self, serve: Serve) -> None:
        wire = serve()
        agent = wire.agent()
        run, other = (wire.finished(wire.thread("hi"), agent) for _ in range(2))
        (step,) = wire.steps(run)
        wire.refused("GET", f"{path_of(other)}/steps/{step['id']}", 404)
        wire.refused("GET", f"/threads/{other['thread_id']}/runs/{run['id']}/steps/{step['id']}", 404)
        wire.refused("GET", f"{path_of(run)}/steps/step_none", 404)
        wire.refused("GET", f"/threads/{other['thread_id']}/runs/{run['id']}/steps", 404)
