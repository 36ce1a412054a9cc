"""Agents that hand work to other agents: those really run, on threads of their own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from outside_calls import connected, entries, hands
from service_script import PYTHON, WEATHER, asks, codes, path_of
from service_wire import Clock, Wire

from agentkit.local.models.base import ModelRequest, ModelTurn, ToolCall
from agentkit.local.models.scripted import ScriptedModel, ScriptTurn
from agentkit.local.runs.connected import MAX_DEPTH, ConnectedAgents
from agentkit.local.runs.ledger import Ledger

Serve = Callable[..., Wire]


def last_text(wire: Wire, thread: Any) -> str:
    return str(wire.messages(thread)[-1]["content"][-1]["text"]["value"])


class TestWork:
    def test_the_other_agent_runs_on_a_thread_of_its_own_and_its_text_is_the_output(self, serve: Serve) -> None:
        model = ScriptedModel([hands("stocks", 'What is "MSFT" at?'), "At 400.", "It stands at 400."])
        wire = serve(model=model)
        other = wire.agent(instructions="You know stocks.", model="other-model", temperature=0.1)
        thread, agent = wire.thread("Is MSFT up?"), wire.agent(instructions="You ask.", tools=[connected(other, "stocks")])
        run = wire.finished(thread, agent)
        assert run["status"] == "completed", run["last_error"]
        outer, inner, last = model.requests
        assert (inner.instructions, inner.model, inner.temperature) == ("You know stocks.", "other-model", 0.1)
        assert [(message.role, message.text) for message in inner.messages] == [("user", 'What is "MSFT" at?')]
        assert (outer.instructions, [tool["type"] for tool in outer.tools]) == ("You ask.", ["connected_agent"])
        (result,) = last.results
        assert (result.call, result.output, result.failed) == (
            hands("stocks", 'What is "MSFT" at?').tool_calls[0],
            "At 400.",
            False,
        )

        assert [message["content"][0]["text"]["value"] for message in wire.messages(thread)] == [
            "Is MSFT up?",
            "It stands at 400.",
        ]
        assert [one["id"] for one in wire.get(f"/threads/{thread['id']}/runs")["data"]] == [run["id"]]
        (entry,) = entries(wire, run)
        assert (entry["name"], entry["output"], entry["agent_id"]) == ("stocks", "At 400.", other["id"])
        assert json.loads(entry["arguments"]) == 'What is "MSFT" at?'
        assert entry["thread_id"] != thread["id"]
        inner_run = wire.get(f"/threads/{entry['thread_id']}/runs/{entry['run_id']}")
        assert (inner_run["status"], inner_run["assistant_id"]) == ("completed", other["id"])
        assert inner_run["expires_at"] == run["expires_at"]
        assert last_text(wire, {"id": entry["thread_id"]}) == "At 400."

    def test_the_usage_of_the_other_run_is_counted_into_the_step(self, serve: Serve) -> None:
        words = "word " * 100
        wire = serve(model=ScriptedModel([hands("other", words), words, "Done."]))
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[connected(wire.agent(), "other")]))
        (entry,) = entries(wire, run)
        inner = wire.get(f"/threads/{entry['thread_id']}/runs/{entry['run_id']}")["usage"]
        step, answer = (step["usage"] for step in wire.steps(run))
        assert inner == {"prompt_tokens": 100, "completion_tokens": 100, "total_tokens": 200}
        assert step["completion_tokens"] >= inner["completion_tokens"] + 100
        assert step["prompt_tokens"] == inner["prompt_tokens"] + 1
        assert {name: run["usage"][name] for name in inner} == {name: step[name] + answer[name] for name in inner}

    def test_its_own_code_and_files_are_used_and_named_in_its_answer(self, serve: Serve) -> None:
        source = "print(open('/mnt/data/numbers.csv').read())\nopen('/mnt/data/made.txt', 'w').write('x')"
        model = ScriptedModel(
            [hands("coder", "Sum up."), codes(source), "See [it](sandbox:/mnt/data/made.txt).", "Look there."]
        )
        wire = serve(model=model)
        file = wire.upload(b"a,b\n1,2\n", "numbers.csv")
        coder = wire.agent(tools=[PYTHON], tool_resources={"code_interpreter": {"file_ids": [file["id"]]}})
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[connected(coder, "coder")]))
        assert run["status"] == "completed", run["last_error"]
        assert model.requests[2].results[0].output == "a,b\n1,2"
        (made,) = (one for one in wire.get("/files")["data"] if one["filename"].endswith("made.txt"))
        assert model.requests[3].results[0].output == f"See [it]({made['id']})."
        assert model.requests[3].results[0].files == ()

    def test_its_own_vector_store_is_searched_and_cited_by_file(self, serve: Serve) -> None:
        def model(request: ModelRequest) -> ModelTurn | str:
            if request.instructions == "outer":
                return request.results[0].output if request.results else hands("reader", "Which colour has the sky?")
            if not request.results:
                return ModelTurn(tool_calls=[ToolCall("file_search", input=request.last_user_text)])
            return f"Blue{request.results[0].passages[0].marker}."

        wire = serve(model=model)
        store = wire.store(wire.upload(b"The sky has a blue colour.", "sky.txt")["id"])
        resources = {"file_search": {"vector_store_ids": [store["id"]]}}
        reader = wire.agent(tools=[{"type": "file_search"}], tool_resources=resources)
        thread, agent = wire.thread("hi"), wire.agent(instructions="outer", tools=[connected(reader, "reader")])
        run = wire.finished(thread, agent)
        assert run["status"] == "completed", run["last_error"]
        (file,) = wire.get("/files")["data"]
        assert last_text(wire, thread) == f"Blue [sky.txt ({file['id']})]."
        assert wire.messages(thread)[-1]["content"][0]["text"]["annotations"] == []

    def test_a_stream_of_the_outer_run_tells_of_no_other_run(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([hands("other", "go"), "inside", "outside"]))
        agent, thread = wire.agent(tools=[connected(wire.agent(), "other")]), wire.thread("hi")
        response = wire.http.post(f"/threads/{thread['id']}/runs", json={"assistant_id": agent["id"], "stream": True})
        events = [part.split("\ndata: ") for part in response.text.split("\n\n") if part]
        assert events[-1] == ["event: done", "[DONE]"]
        told = [json.loads(data) for _, data in events[:-1]]
        assert {one["thread_id"] for one in told if "thread_id" in one} == {thread["id"]}
        (run,) = (one for one in told if one["object"] == "thread.run" and one["status"] == "completed")
        assert entries(wire, run)[0]["output"] == "inside"

    def test_several_agents_in_one_turn_are_asked_one_after_the_other(self, serve: Serve) -> None:
        turn = ModelTurn(tool_calls=[*hands("a", "one").tool_calls, *hands("b", "two").tool_calls])
        wire = serve(model=ScriptedModel([turn, "first", "second", "Done."]))
        tools = [connected(wire.agent(), "a"), connected(wire.agent(), "b")]
        run = wire.finished(wire.thread("hi"), wire.agent(tools=tools))
        assert [(entry["name"], entry["output"]) for entry in entries(wire, run)] == [("a", "first"), ("b", "second")]

    def test_more_runs_than_there_are_threads_to_work_on_them_come_to_an_end(self, serve: Serve) -> None:
        everybody = threading.Barrier(8)

        def model(request: ModelRequest) -> ModelTurn | str:
            if request.instructions == "inner":
                return "done"
            if not request.results:
                everybody.wait(20)
                return hands("other", "do it")
            return request.results[0].output

        wire = serve(model=model)
        agent = wire.agent(tools=[connected(wire.agent(instructions="inner"), "other")])
        runs = [wire.run(wire.thread("hi"), agent) for _ in range(16)]
        assert [wire.wait(run)["status"] for run in runs] == ["completed"] * 16


class TestHonestOutputs:
    def outcome(self, wire: Wire, agent: Any) -> str:
        run = wire.finished(wire.thread("hi"), agent)
        assert run["status"] == "completed", run["last_error"]
        (entry,) = entries(wire, run)
        return str(entry["output"])

    def test_a_function_of_the_other_agent_is_answered_by_nobody_and_it_goes_on(self, serve: Serve) -> None:
        model = ScriptedModel([hands("other", "weather?"), asks('{"city": "Rome"}'), "I cannot know.", "Nobody knows."])
        wire = serve(model=model)
        other = wire.agent(tools=[WEATHER])
        assert self.outcome(wire, wire.agent(tools=[connected(other, "other")])) == "I cannot know."
        (result,) = model.requests[2].results
        assert result.failed
        assert "The function 'weather' was not called" in json.loads(result.output)["error"]

    def test_a_failed_run_is_told_with_its_reason(self, serve: Serve) -> None:
        model = ScriptedModel([hands("other", "go"), asks("{}"), "It failed."])
        wire = serve(model=model)
        output = self.outcome(wire, wire.agent(tools=[connected(wire.agent(), "other")]))
        assert output.startswith("The agent 'other' gave no answer: its run failed: The model called the function 'weather'")
        assert model.requests[2].results[0].failed

    def test_an_answer_that_is_cut_says_so(self, serve: Serve) -> None:
        model = ScriptedModel([hands("other", "go"), "word " * 1000])
        wire = serve(model=model)
        agent = wire.agent(tools=[connected(wire.agent(), "other")])
        run = wire.finished(wire.thread("hi"), agent, max_completion_tokens=256)
        (entry,) = entries(wire, run)
        assert entry["output"].startswith("word word")
        assert entry["output"].endswith("it came to its limit of tokens.)")
        assert run["incomplete_details"] == {"reason": "max_completion_tokens"}

    def test_agents_that_call_each_other_in_a_circle_are_stopped(self, serve: Serve) -> None:
        model = ScriptedModel([hands("b", "1"), hands("a", "2"), "b says no", "a says no"])
        wire = serve(model=model)
        a = wire.agent(name="Anna")
        b = wire.agent(name="Ben", tools=[connected(a, "a")])
        wire.post(f"/assistants/{a['id']}", tools=[connected(b, "b")])
        assert self.outcome(wire, a) == "b says no"
        (result,) = model.requests[2].results
        assert result.failed
        assert "the calls would never end (Anna -> Ben -> Anna)" in result.output

    def test_an_agent_that_calls_itself_is_stopped(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([hands("me", "go"), "No."]))
        agent = wire.agent()
        agent = wire.post(f"/assistants/{agent['id']}", tools=[connected(agent, "me")])
        assert f"({agent['id']} -> {agent['id']})" in self.outcome(wire, agent)

    def test_there_is_a_limit_to_how_many_stand_one_below_the_other(self, serve: Serve) -> None:
        def model(request: ModelRequest) -> ModelTurn | str:
            if request.results:
                return request.results[0].output
            return hands("next", "go on") if request.tools else "the bottom"

        wire = serve(model=model)
        agent = wire.agent()
        for depth in range(MAX_DEPTH + 1):
            agent = wire.agent(tools=[connected(agent, "next")])
            bottom = self.outcome(wire, agent)
            assert bottom == "the bottom" if depth < MAX_DEPTH else "5 agents stand one below the other already" in bottom

    def test_an_agent_that_was_deleted_meanwhile_is_missed(self, serve: Serve) -> None:
        def model(request: ModelRequest) -> ModelTurn | str:
            if request.results:
                return "Gone."
            wire.delete(f"/assistants/{other['id']}")
            return hands("other", "go")

        wire = serve(model=model)
        other = wire.agent()
        output = self.outcome(wire, wire.agent(tools=[connected(other, "other")]))
        assert f"there is no agent with the id '{other['id']}' any more" in output

    def test_a_call_without_a_word_is_not_made(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([hands("other", " "), "No."]))
        assert "says nothing that it could work on" in self.outcome(wire, wire.agent(tools=[connected(wire.agent(), "other")]))


class Waiting:
    """A model whose inner agent waits until it is told to go on; ``runs`` are those that the service has begun."""

    def __init__(self) -> None:
        self.runs: list[Any] = []
        self.asked = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, request: ModelRequest) -> ModelTurn | str:
        if request.instructions != "inner":
            return request.results[0].output if request.results else hands("other", "go")
        self.asked.set()
        assert self.go_on.wait(20)
        return "too late"


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Any:
    model, begin = Waiting(), Ledger.begin

    def noted(ledger: Ledger, tx: Any, run: Any, thread: Any = None) -> None:
        model.runs.append(run)
        begin(ledger, tx, run, thread)

    # No listing has the inner run, and its step names it only once it has ended.
    monkeypatch.setattr(Ledger, "begin", noted)
    yield model
    model.go_on.set()


class TestEnds:
    def started(self, wire: Wire, waiting: Waiting) -> tuple[Any, Any]:
        """A run whose inner run is being worked on, and the inner one."""
        agent = wire.agent(tools=[connected(wire.agent(instructions="inner"), "other")])
        run = wire.run(wire.thread("hi"), agent)
        assert waiting.asked.wait(20)
        inner = wire.get(path_of(waiting.runs[-1]))
        assert inner["status"] == "in_progress"
        assert inner["thread_id"] != run["thread_id"]
        return run, inner

    def test_cancelling_the_outer_run_cancels_the_inner_one(self, serve: Serve, waiting: Waiting) -> None:
        wire = serve(model=waiting)
        run, inner = self.started(wire, waiting)
        wire.post(f"{path_of(run)}/cancel")
        assert wire.wait(run | {"status": "cancelling"})["status"] == "cancelled"
        assert wire.wait(inner)["status"] == "cancelled"
        assert [step["status"] for step in wire.steps(run)] == ["cancelled"]
        assert len(wire.messages({"id": inner["thread_id"]})) == 1

    def test_cancelling_the_inner_run_is_told_to_the_outer_one(self, serve: Serve, waiting: Waiting) -> None:
        wire = serve(model=waiting)
        run, inner = self.started(wire, waiting)
        wire.post(f"{path_of(inner)}/cancel")
        run = wire.wait(run)
        assert run["status"] == "completed"
        assert entries(wire, run)[0]["output"] == "The agent 'other' gave no answer: its run was cancelled."

    def test_both_runs_expire_together(self, serve: Serve, waiting: Waiting, clock: Clock) -> None:
        wire = serve(model=waiting, clock=clock)
        run, inner = self.started(wire, waiting)
        clock.now += 601
        assert wire.wait(run)["status"] == "expired"
        assert wire.wait(inner)["status"] == "expired"

    def test_deleting_the_outer_thread_ends_the_inner_run_and_deletes_its_thread(self, serve: Serve, waiting: Waiting) -> None:
        wire = serve(model=waiting)
        run, inner = self.started(wire, waiting)
        wire.delete(f"/threads/{run['thread_id']}")
        wire.refused("GET", f"/threads/{inner['thread_id']}", 404)

    def test_deleting_the_inner_thread_is_told_to_the_outer_run(self, serve: Serve, waiting: Waiting) -> None:
        wire = serve(model=waiting)
        run, inner = self.started(wire, waiting)
        wire.delete(f"/threads/{inner['thread_id']}")
        run = wire.wait(run)
        assert entries(wire, run)[0]["output"] == "The agent 'other' gave no answer: its thread was deleted."

    def test_a_service_that_stops_does_not_wait_for_the_inner_agent(self, serve: Serve, waiting: Waiting) -> None:
        wire = serve(model=waiting)
        self.started(wire, waiting)
        wire.service.stop()
        assert not waiting.go_on.is_set()


class TestThreads:
    @pytest.fixture
    def begun(self, serve: Serve) -> tuple[Wire, Any, list[str]]:
        """A thread on which an agent has asked one that has asked another, and the ids of the threads that those worked on."""
        turns: list[ScriptTurn] = [hands("second", "go"), hands("third", "go on"), "Third.", "Second.", "First."]
        wire = serve(model=ScriptedModel(turns))
        second = wire.agent(tools=[connected(wire.agent(), "third")])
        thread = wire.thread("hi")
        run = wire.finished(thread, wire.agent(tools=[connected(second, "second")]))
        (outer,) = entries(wire, run)
        (inner,) = entries(wire, {"thread_id": outer["thread_id"], "id": outer["run_id"]})
        return wire, thread, [outer["thread_id"], inner["thread_id"]]

    def test_those_of_connected_agents_are_in_no_listing(self, begun: tuple[Wire, Any, list[str]]) -> None:
        wire, thread, _ = begun
        assert [one["id"] for one in wire.get("/threads")["data"]] == [thread["id"]]

    def test_they_can_be_looked_at_and_changed_like_any_other(self, begun: tuple[Wire, Any, list[str]]) -> None:
        wire, thread, inner = begun
        for thread_id in inner:
            assert wire.get(f"/threads/{thread_id}").keys() == thread.keys()
            assert wire.post(f"/threads/{thread_id}", metadata={"a": "b"}).keys() == thread.keys()
        assert [one["id"] for one in wire.get("/threads")["data"]] == [thread["id"]]

    def test_they_are_deleted_along_with_the_thread_that_they_were_made_for(self, begun: tuple[Wire, Any, list[str]]) -> None:
        wire, thread, inner = begun
        wire.delete(f"/threads/{thread['id']}")
        for thread_id in inner:
            wire.refused("GET", f"/threads/{thread_id}", 404)

    def test_a_call_from_a_thread_that_is_deleted_meanwhile_begins_nothing(self, serve: Serve, caplog: Any) -> None:
        waits = threading.Event()

        def model(request: ModelRequest) -> ModelTurn | str:
            if request.instructions == "inner":
                return "never asked"
            first, second = hands("other", "go"), hands("other", "go")
            return ModelTurn(tool_calls=[*first.tool_calls, *second.tool_calls])

        wire = serve(model=model)
        agent = wire.agent(tools=[connected(wire.agent(instructions="inner"), "other")])
        thread = wire.thread("hi")
        before = ConnectedAgents.execute

        def execute(*arguments: Any) -> Any:
            if not waits.is_set():
                wire.delete(f"/threads/{thread['id']}")
                waits.set()
            return before(*arguments)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ConnectedAgents, "execute", execute)
            wire.run(thread, agent)
            assert waits.wait(20)
            wire.service.stop()
        assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


class TestChecks:
    def test_an_unknown_agent_is_refused_where_it_is_named(self, shared: Wire) -> None:
        tools = [connected(shared.agent(), "known"), connected("asst_none", "other")]
        error = shared.refused("POST", "/assistants", json={"model": "m", "tools": tools})
        assert error["param"] == "tools[1].connected_agent.id"
        assert "no assistant found with id 'asst_none'" in error["message"]
        agent = shared.agent(name="before")
        error = shared.refused("POST", f"/assistants/{agent['id']}", json={"name": "after", "tools": tools})
        assert error["param"] == "tools[1].connected_agent.id"
        assert shared.get(f"/assistants/{agent['id']}")["name"] == "before"
        thread = shared.thread("hi")
        error = shared.refused("POST", f"/threads/{thread['id']}/runs", json={"assistant_id": agent["id"], "tools": tools})
        assert error["param"] == "tools[1].connected_agent.id"

    def test_a_run_is_refused_where_an_agent_of_its_agent_was_deleted(self, shared: Wire) -> None:
        other = shared.agent()
        agent = shared.agent(tools=[connected(other, "other")])
        shared.delete(f"/assistants/{other['id']}")
        thread = shared.thread("hi")
        error = shared.refused("POST", f"/threads/{thread['id']}/runs", json={"assistant_id": agent["id"]})
        assert error["param"] == "tools[0].connected_agent.id"
        assert shared.get(f"/threads/{thread['id']}/runs")["data"] == []

    def test_two_agents_of_one_name_are_refused(self, shared: Wire) -> None:
        tools = [connected(shared.agent(), "same"), connected(shared.agent(), "same")]
        error = shared.refused("POST", "/assistants", json={"model": "m", "tools": tools})
        assert error["param"] == "tools[1].connected_agent.name"

    def test_a_call_of_an_agent_by_another_name_fails_the_run(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([hands("nobody", "go")]))
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[connected(wire.agent(), "other")]))
        assert "the agent 'nobody', which this run does not offer; it offers: other" in run["last_error"]["message"]
