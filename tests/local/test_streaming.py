"""Event streams of runs: which events come, in which order, and what they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from service_index import HeldIndex
from service_script import PYTHON, WEATHER, asks, call_ids, codes, path_of
from service_streams import (
    ANSWER,
    ANSWER_BEGINS,
    BEGINNING,
    CALLS,
    data,
    grown_content,
    grown_details,
    last,
    names,
    opened,
    started,
    streamed,
    submitted,
    texts,
)
from service_wire import Clock, Wire

from agentkit.local import retrieval
from agentkit.local.models.base import ModelTurn, ToolCall
from agentkit.local.models.scripted import ScriptedModel

Serve = Callable[..., Wire]


class TestText:
    def test_an_answer_comes_in_pieces(self, serve: Serve, clock: Clock) -> None:
        wire = serve(model=ScriptedModel(["Here you are, extraordinarily well."]), clock=clock)
        events = streamed(wire, "Hello there")
        assert names(events) == [*BEGINNING, *ANSWER]
        assert texts(events) == ["Here", " you", " are,", " extraord", "inarily", " well."]

        created, queued, progressing = (last(events, name) for name in BEGINNING)
        assert created == queued
        assert (created["status"], created["started_at"], created["usage"]) == ("queued", None, None)
        assert progressing == {**created, "status": "in_progress", "started_at": clock.now}
        usage = {"prompt_tokens": 4, "completion_tokens": 9, "total_tokens": 13}
        completed = last(events, "thread.run.completed")
        assert completed == {**progressing, "status": "completed", "completed_at": clock.now, "usage": usage}
        assert wire.get(path_of(completed)) == completed

        begun, message = last(events, "thread.message.created"), last(events, "thread.message.completed")
        assert begun == last(events, "thread.message.in_progress")
        assert (begun["status"], begun["content"], begun["completed_at"]) == ("in_progress", [], None)
        assert wire.get(f"/threads/{message['thread_id']}/messages/{message['id']}") == message
        deltas = data(events, "thread.message.delta")
        assert deltas[0] == {
            "id": message["id"],
            "object": "thread.message.delta",
            "delta": {"content": [{"index": 0, "type": "text", "text": {"value": "Here", "annotations": []}}]},
        }
        assert deltas[1]["delta"] == {"content": [{"index": 0, "type": "text", "text": {"value": " you"}}]}

        begun, step = last(events, "thread.run.step.created"), last(events, "thread.run.step.completed")
        assert begun == last(events, "thread.run.step.in_progress")
        assert begun["step_details"] == {"type": "message_creation", "message_creation": {"message_id": message["id"]}}
        assert (begun["status"], begun["usage"], begun["expires_at"]) == ("in_progress", None, created["expires_at"])
        assert step == {**begun, "status": "completed", "completed_at": clock.now, "usage": usage}

    @pytest.mark.parametrize(
        "text", ["", "a", "  two  spaces \r\n", "Grüße \U0001f600\u2028 【1:0†source】\n\n", "word " * 500]
    )
    def test_the_pieces_come_to_the_message(self, serve: Serve, text: str) -> None:
        events = streamed(serve(model=ScriptedModel([text])))
        message = last(events, "thread.message.completed")
        assert message["content"] == [{"type": "text", "text": {"value": text, "annotations": []}}]
        assert grown_content(events) == message["content"]
        assert names(events) == [*BEGINNING, *ANSWER]

    def test_a_thread_that_is_made_along_with_its_run_comes_first(self, serve: Serve) -> None:
        wire = serve()
        thread = {"messages": [{"role": "user", "content": "hi"}], "metadata": {"a": "1"}}
        with opened(wire, "/threads/runs", assistant_id=wire.agent()["id"], thread=thread) as stream:
            events = list(stream)
        assert names(events) == ["thread.created", *BEGINNING, *ANSWER]
        created = last(events, "thread.created")
        assert created == wire.get(f"/threads/{created['id']}")
        assert "".join(texts(events)) == "You said: hi"

    def test_a_run_leaves_the_same_whether_it_is_streamed_or_not(self, serve: Serve, clock: Clock) -> None:
        wire = serve(clock=clock)
        thread, agent = wire.thread("hi"), wire.agent()
        quiet = wire.finished(thread, agent)
        with opened(wire, f"/threads/{thread['id']}/runs", assistant_id=agent["id"]) as stream:
            run = last(list(stream), "thread.run.completed")
        differing = {key for key in run if run[key] != quiet[key]}
        assert differing == {"id", "usage"}
        _, first, second = wire.messages(thread)
        assert {key for key in first if first[key] != second[key]} == {"id", "run_id"}
        (first,), (second,) = wire.steps(quiet), wire.steps(run)
        assert {key for key in first if first[key] != second[key]} == {"id", "run_id", "step_details", "usage"}


class TestFunctions:
    def test_a_stream_ends_with_the_calls_and_goes_on_with_their_outputs(self, serve: Serve) -> None:
        arguments = ['{"city": "Rome", "unit": "c"}', '{"city": "Oslo"}']
        wire = serve(model=ScriptedModel([asks(*arguments), asks("{}"), "Sunny."]))
        events = streamed(wire, tools=[WEATHER])
        assert names(events) == [*BEGINNING, *CALLS, "thread.run.requires_action", "done"]
        step = last(events, "thread.run.step.in_progress")
        assert step == last(events, "thread.run.step.created")
        assert (step["type"], step["status"]) == ("tool_calls", "in_progress")
        assert step["step_details"] == {"type": "tool_calls", "tool_calls": []}
        run = last(events, "thread.run.requires_action")
        assert run == wire.get(path_of(run))
        first, second = call_ids(run)

        deltas = data(events, "thread.run.step.delta")
        assert all(delta["id"] == step["id"] and delta["delta"]["step_details"]["type"] == "tool_calls" for delta in deltas)
        pieces = [piece for delta in deltas for piece in delta["delta"]["step_details"]["tool_calls"]]
        assert [piece["index"] for piece in pieces] == [0] * 5 + [1] * 3
        nothing = {"name": "weather", "arguments": "", "output": None}
        assert pieces[0] == {"index": 0, "id": first, "type": "function", "function": nothing}
        assert pieces[1] == {"index": 0, "type": "function", "function": {"arguments": '{"city":'}}
        assert pieces[5] == {"index": 1, "id": second, "type": "function", "function": nothing}
        assert all(1 <= len(piece["function"]["arguments"]) <= 12 for piece in (*pieces[1:5], *pieces[6:]))
        calls = grown_details(events, step)["tool_calls"]
        assert [call["function"]["arguments"] for call in calls] == arguments

        events = submitted(wire, run, "warm", "cold")
        ended = ["thread.run.step.completed", "thread.run.queued", "thread.run.in_progress"]
        assert names(events) == [*ended, *CALLS, "thread.run.requires_action", "done"]
        completed = events[0].data
        assert completed["id"] == step["id"]
        assert [call["function"]["output"] for call in completed["step_details"]["tool_calls"]] == ["warm", "cold"]
        assert completed["usage"]["total_tokens"] > 0
        assert last(events, "thread.run.queued")["required_action"] is None
        assert last(events, "thread.run.in_progress")["started_at"] == run["started_at"]

        events = submitted(wire, last(events, "thread.run.requires_action"), "windy")
        assert names(events) == [*ended, *ANSWER]
        assert "".join(texts(events)) == "Sunny."

    def test_a_run_can_be_streamed_in_one_round_and_not_in_the_next(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([asks("1"), asks("2"), "fine"]))
        run = last(streamed(wire, tools=[WEATHER]), "thread.run.requires_action")
        output = {"tool_call_id": call_ids(run)[0], "output": "x"}
        queued = wire.post(f"{path_of(run)}/submit_tool_outputs", tool_outputs=[output], stream=False)
        assert queued["status"] == "queued"
        events = submitted(wire, wire.wait(queued, until="requires_action"), "y")
        assert names(events)[-2:] == ["thread.run.completed", "done"]


class TestServiceTools:
    def test_code_comes_in_pieces_and_then_its_outputs(self, serve: Serve) -> None:
        source = "\n".join(
            (
                "import matplotlib.pyplot as plt",
                "print('here it is')",
                "plt.bar(['a', 'b'], [1, 2])",
                "plt.savefig('/mnt/data/chart.png')",
                "plt.show()",
            )
        )
        text = "See [the chart](sandbox:/mnt/data/chart.png) there, (sandbox:/mnt/data/chart.png)."
        events = streamed(serve(model=ScriptedModel([codes(source), text])), tools=[PYTHON])
        assert names(events) == [*BEGINNING, *CALLS, "thread.run.step.completed", *ANSWER]
        step = data(events, "thread.run.step.completed")[0]
        (call,) = step["step_details"]["tool_calls"]
        pieces = [delta["delta"]["step_details"]["tool_calls"] for delta in data(events, "thread.run.step.delta")]
        nothing = {"input": "", "outputs": []}
        assert pieces[0] == [{"index": 0, "id": call["id"], "type": "code_interpreter", "code_interpreter": nothing}]
        assert pieces[1] == [{"index": 0, "type": "code_interpreter", "code_interpreter": {"input": "import"}}]
        logs, image = pieces[-1][0]["code_interpreter"]["outputs"]
        assert logs == {"index": 0, "type": "logs", "logs": "here it is"}
        assert (image["index"], image["type"]) == (1, "image")
        assert grown_details(events, step) == step["step_details"]

        message = last(events, "thread.message.completed")
        blocks = [delta["delta"]["content"] for delta in data(events, "thread.message.delta")]
        assert blocks[0] == [{"index": 0, "type": "image_file", "image_file": image["image"]}]
        assert [block["index"] for (block,) in blocks[1:]] == [1] * (len(blocks) - 1)
        assert len(message["content"][1]["text"]["annotations"]) == 2
        assert grown_content(events) == message["content"]

    @pytest.mark.parametrize("included", [False, True])
    def test_a_search_comes_whole_and_is_cited(self, serve: Serve, monkeypatch: pytest.MonkeyPatch, included: bool) -> None:
        index = HeldIndex()
        index.release()
        monkeypatch.setattr(retrieval, "open_index", lambda _folder: index)
        search = ModelTurn(tool_calls=[ToolCall("file_search", input="apples")])
        wire = serve(model=ScriptedModel([search, "Red 【0:0†source】, indeed 【0:0†apples.txt】."]))
        store = wire.store(wire.upload(b"apples are red", "apples.txt")["id"])
        resources = {"file_search": {"vector_store_ids": [store["id"]]}}
        agent, thread = wire.agent(tools=[{"type": "file_search"}], tool_resources=resources), wire.thread("Apples?")
        query = "?include[]=step_details.tool_calls[*].file_search.results[*].content" if included else ""
        with opened(wire, f"/threads/{thread['id']}/runs{query}", assistant_id=agent["id"]) as stream:
            events = list(stream)
        assert names(events) == [*BEGINNING, *CALLS, "thread.run.step.completed", *ANSWER]
        step = data(events, "thread.run.step.completed")[0]
        (call,) = step["step_details"]["tool_calls"]
        begun, found = (delta["delta"]["step_details"]["tool_calls"][0] for delta in data(events, "thread.run.step.delta"))
        assert begun == {"index": 0, **call, "file_search": {**call["file_search"], "results": []}}
        (result,) = call["file_search"]["results"]
        assert result.get("content") == ([{"type": "text", "text": "apples are red"}] if included else None)
        told = {key: result[key] for key in ("file_id", "file_name", "score")}
        assert found == {"index": 0, "id": call["id"], "type": "file_search", "file_search": {"results": [told]}}

        message = last(events, "thread.message.completed")
        blocks = [delta["delta"]["content"][0]["text"] for delta in data(events, "thread.message.delta")]
        cited = {block["value"]: block["annotations"] for block in blocks if block.get("annotations")}
        assert {value: [one["index"] for one in told] for value, told in cited.items()} == {
            "【0:0†source】": [0],
            "【0:0†apples.txt】": [1],
        }
        assert grown_content(events) == message["content"]

    def test_code_and_functions_in_one_turn(self, serve: Serve) -> None:
        calls = [ToolCall("code_interpreter", input="1"), ToolCall("function", name="weather")]
        wire = serve(model=ScriptedModel([ModelTurn(tool_calls=calls), "fine"]), code_interpreter=False)
        events = streamed(wire, tools=[PYTHON, WEATHER])
        assert names(events) == [*BEGINNING, *CALLS, "thread.run.requires_action", "done"]
        indices = [delta["delta"]["step_details"]["tool_calls"][0]["index"] for delta in data(events, "thread.run.step.delta")]
        assert indices == [0, 0, 1, 1, 0]
        run = last(events, "thread.run.requires_action")
        events = submitted(wire, run, "warm")
        code, function = events[0].data["step_details"]["tool_calls"]
        assert "turned off" in code["code_interpreter"]["outputs"][0]["logs"]
        assert function["function"]["output"] == "warm"

    def test_a_tool_of_any_other_kind_comes_whole(self, serve: Serve) -> None:
        bing = {"type": "bing_grounding", "bing_grounding": {"connections": [{"connection_id": "c"}]}}
        wire = serve(model=ScriptedModel([ModelTurn(tool_calls=[ToolCall("bing_grounding", input="news")]), "none"]))
        events = streamed(wire, tools=[bing])
        assert names(events) == [*BEGINNING, *CALLS, "thread.run.step.completed", *ANSWER]
        step = data(events, "thread.run.step.completed")[0]
        (call,) = step["step_details"]["tool_calls"]
        first = data(events, "thread.run.step.delta")[0]["delta"]["step_details"]["tool_calls"][0]
        assert (first["index"], first["id"], first["type"]) == (0, call["id"], "bing_grounding")
        assert grown_details(events, step) == step["step_details"]


class TestLimits:
    def test_an_answer_beyond_the_limit_of_tokens_ends_incomplete(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel(["word " * 1000]))
        events = streamed(wire, max_completion_tokens=256)
        ends = ["thread.message.incomplete", "thread.run.step.completed", "thread.run.incomplete", "done"]
        assert names(events) == [*BEGINNING, *ANSWER_BEGINS, *ends]
        message = last(events, "thread.message.incomplete")
        assert message["incomplete_details"] == {"reason": "max_tokens"}
        assert message["content"][0]["text"]["value"] == "".join(texts(events)) == ("word " * 256).strip()
        assert last(events, "thread.run.incomplete")["incomplete_details"] == {"reason": "max_completion_tokens"}

    def test_a_thread_beyond_the_limit_of_tokens_is_not_answered(self, serve: Serve) -> None:
        events = streamed(serve(model=ScriptedModel([])), "word " * 1000, max_prompt_tokens=256)
        assert names(events) == [*BEGINNING, "thread.run.incomplete", "done"]


class TestRefused:
    """What is found before the run begins is an ordinary error."""

    def test_an_agent_that_is_not_there(self, serve: Serve) -> None:
        wire = serve()
        for path in (f"/threads/{wire.thread('hi')['id']}/runs", "/threads/runs"):
            wire.refused("POST", path, 404, json={"assistant_id": "asst_none", "stream": True})

    def test_a_thread_that_is_busy_or_gone(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([asks("1")]))
        agent = wire.agent(tools=[WEATHER])
        body = {"assistant_id": agent["id"], "stream": True}
        wire.refused("POST", "/threads/thread_none/runs", 404, json=body)
        run = last(streamed(wire, tools=[WEATHER]), "thread.run.requires_action")
        error = wire.refused("POST", f"/threads/{run['thread_id']}/runs", json=body)
        assert run["id"] in error["message"]

    @pytest.mark.parametrize(
        "settings", [{"temperature": 5}, {"tool_choice": "sometimes"}, {"truncation_strategy": {"type": "last_messages"}}]
    )
    def test_a_setting_that_does_not_fit(self, serve: Serve, settings: Any) -> None:
        wire = serve()
        thread, agent = wire.thread("hi"), wire.agent()
        body = {"assistant_id": agent["id"], "stream": True, **settings}
        wire.refused("POST", f"/threads/{thread['id']}/runs", json=body)
        assert wire.get(f"/threads/{thread['id']}/runs")["data"] == []

    @pytest.mark.parametrize("stream", [True, False])
    def test_outputs_that_do_not_fit_change_nothing(self, serve: Serve, stream: bool) -> None:
        wire = serve(model=ScriptedModel([asks("1", "2"), "fine"]))
        run = last(streamed(wire, tools=[WEATHER]), "thread.run.requires_action")
        steps = wire.steps(run)
        first, second = ({"tool_call_id": call_id, "output": "x"} for call_id in call_ids(run))
        unknown = {"tool_call_id": "call_none", "output": "x"}
        for outputs, words in (
            ([first, unknown], "'call_none' is no call"),
            ([first], f"no output for '{second['tool_call_id']}'"),
            ([first, second, first], "two outputs"),
            ([], "no output for"),
        ):
            body = {"tool_outputs": outputs, "stream": stream}
            assert words in wire.refused("POST", f"{path_of(run)}/submit_tool_outputs", json=body)["message"]
            assert (wire.get(path_of(run)), wire.steps(run)) == (run, steps)
        assert names(submitted(wire, run, "a", "b"))[-2:] == ["thread.run.completed", "done"]
        ended = wire.get(path_of(run))
        body = {"tool_outputs": [first, second], "stream": stream}
        error = wire.refused("POST", f"{path_of(run)}/submit_tool_outputs", json=body)
        assert "does not wait for tool outputs (status completed)" in error["message"]
        assert wire.get(path_of(run)) == ended

    def test_outputs_that_come_too_late(self, serve: Serve, clock: Clock) -> None:
        wire = serve(model=ScriptedModel([asks("1")]), clock=clock)
        run = last(streamed(wire, tools=[WEATHER]), "thread.run.requires_action")
        clock.now += 600
        body = {"tool_outputs": [{"tool_call_id": call_ids(run)[0], "output": "x"}], "stream": True}
        error = wire.refused("POST", f"{path_of(run)}/submit_tool_outputs", json=body)
        assert "status expired" in error["message"]


def test_a_failure_ends_the_stream(serve: Serve) -> None:
    events = streamed(serve(model=ScriptedModel([])))
    assert names(events) == [*BEGINNING, "thread.run.failed", "done"]
    assert "ScriptEndedError" in last(events, "thread.run.failed")["last_error"]["message"]


def test_a_call_that_cannot_be_made_ends_the_stream(serve: Serve) -> None:
    wire = serve(model=ScriptedModel([codes("1")]))
    with started(wire, tools=[WEATHER]) as stream:
        events = list(stream)
    assert names(events) == [*BEGINNING, "thread.run.failed", "done"]
