"""A chat endpoint behind the service: what comes of its answers in runs, their steps, messages and streams."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from chat_server import HOLD, ChatServer, Reply, Streamed, call_delta, completion, counted, delta, usage
from outside_calls import api, connected, entries
from service_script import PYTHON, WEATHER, submit
from service_streams import data, last, names, started, streamed, submitted, texts
from service_wire import Wire

from agentkit.local import ChatEndpoint
from agentkit.local.runs.work import MAX_TURNS

Serve = Callable[..., Wire]
Chat = Callable[..., ChatServer]


@pytest.fixture
def behind(serve: Serve) -> Callable[[ChatServer], Wire]:
    """A service with such an endpoint behind it, whose code is run."""
    return lambda server: serve(model=ChatEndpoint(server.url, model="their-model", key="k-1"), code_interpreter=True)


Behind = Callable[[ChatServer], Wire]


def last_text(wire: Wire, thread: Any) -> str:
    return str(wire.messages(thread)[-1]["content"][-1]["text"]["value"])


class TestAnswers:
    def test_a_text_completes_the_run_with_the_usage_that_the_endpoint_counts(self, chat: Chat, behind: Behind) -> None:
        server = chat(completion("Good day.", usage=usage(31, 7)))
        wire = behind(server)
        thread = wire.thread("Hello")
        run = wire.finished(thread, wire.agent(instructions="Be brief.", temperature=0.5))
        assert run["status"] == "completed", run["last_error"]
        assert last_text(wire, thread) == "Good day."
        assert {name: run["usage"][name] for name in usage(31, 7)} == usage(31, 7)
        (asked,) = server.asked
        assert asked.path == "/v1/chat/completions"
        assert asked.headers["authorization"] == "Bearer k-1"
        assert asked.body == {
            "model": "their-model",
            "temperature": 0.5,
            "top_p": 1.0,
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        }

    def test_usage_that_is_not_told_is_estimated(self, chat: Chat, behind: Behind) -> None:
        wire = behind(chat(completion("Good day.")))
        run = wire.finished(wire.thread("Hello"), wire.agent())
        assert run["usage"]["completion_tokens"] > 0

    def test_the_health_page_names_the_model_and_its_place(self, chat: Chat, behind: Behind) -> None:
        server = chat()
        wire = behind(server)
        assert wire.http.get(f"{wire.service.url}/health").json()["model"] == f"their-model at {server.url}"

    def test_a_text_that_came_to_its_limit_leaves_the_run_incomplete(self, chat: Chat, behind: Behind) -> None:
        wire = behind(chat(completion("Once upon", finish="length", usage=usage(3, 300))))
        thread = wire.thread("Tell me")
        run = wire.finished(thread, wire.agent(), max_completion_tokens=300)
        assert (run["status"], run["incomplete_details"]) == ("incomplete", {"reason": "max_completion_tokens"})
        assert run["usage"]["completion_tokens"] == 300
        message = wire.messages(thread)[-1]
        assert (message["status"], message["incomplete_details"]) == ("incomplete", {"reason": "max_tokens"})
        assert last_text(wire, thread) == "Once upon"

    def test_a_call_that_came_to_its_limit_is_not_made(self, chat: Chat, behind: Behind) -> None:
        server = chat(completion(None, ("weather", "{}"), finish="length"))
        wire = behind(server)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[WEATHER]), tool_choice="required")
        assert run["status"] == "incomplete"
        assert [step["type"] for step in wire.steps(run)] == ["message_creation"]
        assert len(server.asked) == 1

    def test_an_answer_of_the_response_format_is_taken_and_another_one_is_not(self, chat: Chat, behind: Behind) -> None:
        wanted = {"type": "json_schema", "json_schema": {"name": "city", "schema": {"type": "object", "required": ["name"]}}}
        server = chat(completion('{"name": "Rome"}'), completion('{"nom": "Rome"}'))
        wire = behind(server)
        agent = wire.agent(response_format=wanted)
        assert wire.finished(wire.thread("A city"), agent)["status"] == "completed"
        failed = wire.finished(wire.thread("A city"), agent)
        assert failed["status"] == "failed"
        assert "their-model" in failed["last_error"]["message"]
        assert server.bodies[0]["response_format"] == wanted

    def test_the_model_of_the_run_is_asked_where_the_endpoint_was_given_none(self, chat: Chat, serve: Serve) -> None:
        server = chat(completion("a"), completion("b"))
        wire = serve(model=ChatEndpoint(server.url))
        agent = wire.agent(model="first")
        wire.finished(wire.thread("hi"), agent)
        wire.finished(wire.thread("hi"), agent, model="second")
        assert [body["model"] for body in server.bodies] == ["first", "second"]

    def test_the_next_run_sees_the_answer_of_the_one_before(self, chat: Chat, behind: Behind) -> None:
        server = chat(completion("Blue."), completion("Still blue."))
        wire = behind(server)
        thread, agent = wire.thread("Which colour?"), wire.agent()
        wire.finished(thread, agent)
        wire.post(f"/threads/{thread['id']}/messages", role="user", content="Sure?")
        wire.finished(thread, agent)
        assert [(one["role"], one["content"]) for one in server.bodies[1]["messages"]] == [
            ("user", "Which colour?"),
            ("assistant", "Blue."),
            ("user", "Sure?"),
        ]


class TestTools:
    def test_functions_are_called_and_their_outputs_are_told(self, chat: Chat, behind: Behind) -> None:
        rome, oslo = '{"city": "Rome"}', '{"city": "Oslo"}'
        server = chat(
            completion(None, ("weather", rome), ("weather", oslo), usage=usage(10, 4)),
            completion("Sun and rain.", usage=usage(20, 5)),
        )
        wire = behind(server)
        thread = wire.thread("Rome and Oslo?")
        run = wire.finished(thread, wire.agent(tools=[WEATHER]))
        calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        assert [call["function"] for call in calls] == [
            {"name": "weather", "arguments": rome},
            {"name": "weather", "arguments": oslo},
        ]
        run = wire.wait(submit(wire, run, "sun", "rain"))
        assert run["status"] == "completed", run["last_error"]
        assert {name: run["usage"][name] for name in usage(30, 9)} == usage(30, 9)
        first, second = server.bodies
        assert first["tools"] == [WEATHER]
        assert second["messages"] == [
            {"role": "user", "content": "Rome and Oslo?"},
            _calls("call00001", "weather", rome),
            {"role": "tool", "tool_call_id": "call00001", "content": "sun"},
            _calls("call00002", "weather", oslo),
            {"role": "tool", "tool_call_id": "call00002", "content": "rain"},
        ]

    def test_code_is_run_and_its_files_and_figures_are_told(self, chat: Chat, behind: Behind) -> None:
        source = (
            "print(open('/mnt/data/numbers.csv').read())\nopen('/mnt/data/sum.txt', 'w').write('3')\n"
            "import matplotlib.pyplot as plt\nplt.bar(['a'], [1])\nplt.show()"
        )
        arguments = json.dumps({"code": source})
        server = chat(completion(None, ("code_interpreter", arguments)), completion("Here is [it](sandbox:/mnt/data/sum.txt)."))
        wire = behind(server)
        file = wire.upload(b"a,b\n1,2\n", "numbers.csv")
        thread = wire.thread("Add them up")
        resources = {"code_interpreter": {"file_ids": [file["id"]]}}
        run = wire.finished(thread, wire.agent(tools=[PYTHON], tool_resources=resources))
        assert run["status"] == "completed", run["last_error"]
        assert [entry["input"] for entry in entries(wire, run)] == [source]
        (annotation,) = wire.messages(thread)[-1]["content"][1]["text"]["annotations"]
        assert annotation["type"] == "file_path"
        first, second = server.bodies
        assert "/mnt/data/numbers.csv (8 bytes)" in first["messages"][0]["content"]
        call, outcome = second["messages"][-2:]
        assert call == _calls("call00001", "code_interpreter", arguments)
        assert outcome["content"].startswith("a,b\n1,2\n")
        assert "sandbox:/mnt/data/sum.txt" in outcome["content"]
        assert "[Figures shown to the user: 1]" in outcome["content"]
        assert wire.messages(thread)[-1]["content"][0]["type"] == "image_file"

    def test_files_are_searched_and_cited(self, chat: Chat, behind: Behind) -> None:
        server = chat(
            completion(None, ("file_search", '{"query": "colour of the door"}')), completion("It is green【0:0†source】.")
        )
        wire = behind(server)
        file = wire.upload(b"The door of the house is green.", "house.txt")
        store = wire.store(file["id"])
        thread = wire.thread("Which colour has the door?")
        resources = {"file_search": {"vector_store_ids": [store["id"]]}}
        run = wire.finished(thread, wire.agent(tools=[{"type": "file_search"}], tool_resources=resources))
        assert run["status"] == "completed", run["last_error"]
        (annotation,) = wire.messages(thread)[-1]["content"][0]["text"]["annotations"]
        assert annotation["file_citation"]["file_id"] == file["id"]
        assert "【0:0†source】 house.txt" in server.bodies[1]["messages"][-1]["content"]
        assert "Each passage that file_search finds begins with a marker" in server.bodies[0]["messages"][0]["content"]

    def test_another_agent_is_asked_and_asks_the_same_endpoint(self, chat: Chat, behind: Behind) -> None:
        server = chat(
            completion(None, ("stocks", '{"message": "MSFT?"}'), usage=usage(5, 1)),
            completion("400.", usage=usage(7, 2)),
            completion("It stands at 400.", usage=usage(9, 3)),
        )
        wire = behind(server)
        other = wire.agent(instructions="You know stocks.")
        thread = wire.thread("Is MSFT up?")
        run = wire.finished(thread, wire.agent(tools=[connected(other, "stocks")]))
        assert run["status"] == "completed", run["last_error"]
        assert {name: run["usage"][name] for name in usage(21, 6)} == usage(21, 6)
        assert server.bodies[1]["messages"] == [
            {"role": "system", "content": "You know stocks."},
            {"role": "user", "content": "MSFT?"},
        ]
        assert server.bodies[2]["messages"][-1]["content"] == "400."

    def test_an_operation_of_an_api_that_cannot_be_called_is_told_as_failed(self, chat: Chat, behind: Behind) -> None:
        operation = {"operationId": "getThing", "responses": {}}
        spec = {"openapi": "3.0.0", "servers": [{"url": "https://things.example"}], "paths": {"/t": {"get": operation}}}
        server = chat(completion(None, ("getThing", "{}")), completion("It cannot be reached."))
        wire = behind(server)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[api(spec)]))
        assert run["status"] == "completed", run["last_error"]
        assert server.bodies[1]["messages"][-1]["content"].startswith("[The call failed.]\nThe operation 'getThing'")

    def test_a_forced_call_is_asked_for_by_name_and_then_no_more(self, chat: Chat, behind: Behind) -> None:
        server = chat(completion(None, ("weather", "{}")), completion("Sun."))
        wire = behind(server)
        choice = {"type": "function", "function": {"name": "weather"}}
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[WEATHER, PYTHON]), tool_choice=choice)
        wire.wait(submit(wire, run, "sun"))
        first, second = server.bodies
        assert first["tool_choice"] == choice
        assert [tool["function"]["name"] for tool in first["tools"]] == ["weather"]
        assert "tool_choice" not in second
        assert [tool["function"]["name"] for tool in second["tools"]] == ["weather", "code_interpreter"]

    def test_a_model_that_never_stops_calling_is_stopped(self, chat: Chat, behind: Behind) -> None:
        call = completion(None, ("file_search", '{"query": "more"}'))
        server = chat(*[call] * MAX_TURNS)
        wire = behind(server)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[{"type": "file_search"}]))
        assert run["status"] == "failed"
        assert f"{MAX_TURNS} times" in run["last_error"]["message"]
        assert len(server.asked) == MAX_TURNS


class TestStreams:
    def test_the_pieces_are_passed_on_as_they_come(self, chat: Chat, behind: Behind) -> None:
        chunks = [delta("Good"), delta(" day"), HOLD, delta("."), delta("", finish="stop"), counted(31, 7)]
        server = chat(Streamed(chunks))
        with started(behind(server), "Hello") as events:
            first = events.until("thread.message.delta")
            second = events.until("thread.message.delta")
            assert texts(first) + texts(second) == ["Good", " day"]
            server.let_go.set()
            rest = list(events)
        run = last(rest, "thread.run.completed")
        assert {name: run["usage"][name] for name in usage(31, 7)} == usage(31, 7)
        assert last(rest, "thread.message.completed")["content"][0]["text"]["value"] == "Good day."
        assert server.bodies[0]["stream_options"] == {"include_usage": True}

    def test_calls_are_joined_and_what_was_said_before_them_stands_as_a_message(self, chat: Chat, behind: Behind) -> None:
        server = chat(
            Streamed(
                [
                    delta("Let me see."),
                    call_delta(0, "weather", "", "their0"),
                    call_delta(0, None, '{"city":'),
                    call_delta(1, "weather", '{"city": "Oslo"}', "their1"),
                    call_delta(0, None, ' "Rome"}'),
                    delta(finish="tool_calls"),
                    counted(12, 40),
                ]
            ),
            Streamed([delta("Sun."), delta(finish="stop"), counted(50, 2)]),
        )
        wire = behind(server)
        events = streamed(wire, "Weather?", tools=[WEATHER])
        run = last(events, "thread.run.requires_action")
        calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        assert [call["function"]["arguments"] for call in calls] == ['{"city": "Rome"}', '{"city": "Oslo"}']
        assert last(events, "thread.message.completed")["content"][0]["text"]["value"] == "Let me see."
        ended = submitted(wire, run, "sun", "rain")
        run = last(ended, "thread.run.completed")
        assert {name: run["usage"][name] for name in usage(62, 42)} == usage(62, 42)
        assert [step["usage"]["prompt_tokens"] for step in wire.steps(run)] == [12, 0, 50]

    def test_a_stream_that_came_to_its_limit_leaves_the_run_incomplete(self, chat: Chat, behind: Behind) -> None:
        events = streamed(behind(chat(Streamed([delta("Once upon"), delta(finish="length")]))))
        assert names(events)[-3:] == ["thread.run.step.completed", "thread.run.incomplete", "done"]
        assert last(events, "thread.message.incomplete")["content"][0]["text"]["value"] == "Once upon"

    @pytest.mark.parametrize(
        ("chunks", "done", "reason"),
        [
            ([delta("Half")], True, "finish_reason"),
            ([delta("Half")], False, "finish_reason"),
            ([delta("Half"), "no json"], False, "broke off"),
            ([delta("Half"), {"error": {"message": "The GPU is gone", "code": 500}}], False, "The GPU is gone"),
            ([delta("Half"), delta(finish="content_filter")], True, "content filter"),
            ([delta("Half"), call_delta(0, "weather", "{"), delta(finish="tool_calls")], True, "no JSON"),
        ],
    )
    def test_a_stream_that_breaks_off_fails_the_run_and_keeps_what_was_said(
        self, chat: Chat, behind: Behind, chunks: list[Any], done: bool, reason: str
    ) -> None:
        wire = behind(chat(Streamed(chunks, done)))
        events = streamed(wire, tools=[WEATHER])
        run = last(events, "thread.run.failed")
        assert reason in run["last_error"]["message"]
        message = last(events, "thread.message.incomplete")
        assert (message["content"][0]["text"]["value"], message["incomplete_details"]) == ("Half", {"reason": "run_failed"})

    def test_a_reply_that_is_no_stream_fails_the_run(self, chat: Chat, behind: Behind) -> None:
        events = streamed(behind(chat(completion("Not streamed."))))
        assert "streamed nothing" in last(events, "thread.run.failed")["last_error"]["message"]
        assert data(events, "thread.message.created") == []


class TestCancelling:
    def test_a_run_that_waits_for_the_endpoint_is_cancelled_at_once(self, chat: Chat, behind: Behind) -> None:
        server = chat(Reply(body=completion("Too late."), held=True))
        wire = behind(server)
        thread = wire.thread("hi")
        run = wire.wait(wire.run(thread, wire.agent()), until="in_progress")
        _eventually(lambda: bool(server.asked))
        wire.post(f"/threads/{thread['id']}/runs/{run['id']}/cancel")
        assert wire.wait(run, until="cancelled")["status"] == "cancelled"
        assert not server.let_go.is_set()
        assert len(wire.messages(thread)) == 1

    def test_the_stream_of_a_cancelled_run_is_closed(self, chat: Chat, behind: Behind) -> None:
        server = chat(Streamed([delta("One"), HOLD, *[delta(" more" * 1000)] * 2000]))
        wire = behind(server)
        with started(wire) as events:
            said = events.until("thread.message.delta")
            run = last(said, "thread.message.created")
            wire.post(f"/threads/{run['thread_id']}/runs/{run['run_id']}/cancel")
            assert names(list(events))[-2:] == ["thread.run.cancelled", "done"]
        server.let_go.set()
        assert server.gone.wait(10)


def _calls(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
