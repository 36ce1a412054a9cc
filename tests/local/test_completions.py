"""Chat completions over HTTP: answers whole and in pieces, calls, failures, clients that go, a service that stops."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from chat_server import ChatServer, Reply, Streamed, completion, counted, delta, usage
from service_wire import PROJECT, Wire

from agentkit.local import ChatEndpoint, LocalService
from agentkit.local.models.base import Failure, ModelRequest, ModelTurn, ToolCall, Usage
from agentkit.local.models.scripted import ScriptedModel, call

Serve = Callable[..., Wire]
Endpoint = Callable[..., ChatServer]
CHAT = "/chat/completions"
USER = {"role": "user", "content": "hello there"}
WEATHER = {"type": "function", "function": {"name": "weather", "description": "The weather.", "parameters": {"type": "object"}}}
PATIENCE = 10.0


class Speaker:
    """A model that writes piece by piece, and can be held after the first."""

    name = "speaker"

    def __init__(self, *pieces: str, last: ModelTurn | None = None, error: Exception | None = None, held: bool = False) -> None:
        self._pieces = pieces
        self._last = last or ModelTurn()
        self._error = error
        self.begun = threading.Event()
        self.let_go = threading.Event()
        self.closed = threading.Event()
        if not held:
            self.let_go.set()

    def respond(self, request: ModelRequest) -> ModelTurn:
        *pieces, turn = self.stream(request)
        return ModelTurn("".join(map(str, pieces)) or turn.text, turn.tool_calls)  # type: ignore[union-attr]

    def stream(self, request: ModelRequest) -> Iterator[str | ModelTurn]:
        try:
            self.begun.set()
            for number, piece in enumerate(self._pieces):
                if number:
                    self.let_go.wait(PATIENCE)
                yield piece
            if self._error is not None:
                raise self._error
            yield self._last
        finally:
            self.closed.set()


def answered(wire: Wire, status: int = 200, **settings: Any) -> Any:
    """A completion, or the error of one that has to be refused."""
    response = wire.http.post(CHAT, json={"model": "m", "messages": [USER], **settings})
    assert response.status_code == status, response.text
    return response.json() if status == 200 else response.json()["error"]


def streamed(wire: Wire, **settings: Any) -> list[Any]:
    """The pieces of a completion, the last of them ``[DONE]`` where it came to its end."""
    body = {"model": "m", "messages": [USER], "stream": True, **settings}
    with wire.http.stream("POST", CHAT, json=body) as response:
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream")
        text = response.read().decode()
    blocks = [block.removeprefix("data: ") for block in text.split("\n\n")[:-1]]
    return [block if block == "[DONE]" else json.loads(block) for block in blocks]


def text_of(pieces: list[Any]) -> str:
    choices = [piece["choices"] for piece in pieces if isinstance(piece, dict) and piece.get("choices")]
    return "".join(choice[0]["delta"].get("content") or "" for choice in choices)


class TestWhole:
    @pytest.mark.parametrize(
        "path", ["/openai/deployments/some.model", "/v1", "/openai/v1", f"{PROJECT}/openai", f"{PROJECT}/openai/v1"]
    )
    def test_the_model_answers_under_every_base(self, shared: Wire, path: str) -> None:
        headers = {"api-key": shared.service.key}
        body = {"messages": [USER], **({} if "deployments" in path else {"model": "some.model"})}
        made = httpx.post(f"{shared.service.url}{path}{CHAT}", json=body, headers=headers).json()
        assert (made["object"], made["model"]) == ("chat.completion", "some.model")
        assert made["choices"][0]["message"]["content"] == "You said: hello there"
        assert made["usage"] == {"prompt_tokens": 4, "completion_tokens": 7, "total_tokens": 11}

    def test_a_completion_is_as_described(self, shared: Wire) -> None:
        assert shared.post(CHAT, model="m", messages=[USER], user="me", seed=1)["id"].startswith("chatcmpl-")

    def test_a_model_has_to_be_named(self, shared: Wire) -> None:
        assert shared.refused("POST", CHAT, json={"messages": [USER]})["param"] == "model"
        assert shared.refused("POST", CHAT, json={"model": "m"})["param"] == "messages"

    def test_what_the_model_counts_counts(self, serve: Serve) -> None:
        wire = serve(model=lambda _: ModelTurn("hi", usage=Usage(100, 20)))
        assert answered(wire)["usage"] == {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}

    @pytest.mark.parametrize("stream", [False, True])
    def test_an_answer_ends_at_its_limit(self, serve: Serve, stream: bool) -> None:
        for model in (lambda _: "one two three four", Speaker("one tw", "o three four")):
            wire = serve(model=model)
            if stream:
                pieces = streamed(wire, max_completion_tokens=2)
                assert (text_of(pieces), pieces[-2]["choices"][0]["finish_reason"]) == ("one two", "length")
            else:
                choice = answered(wire, max_tokens=2)["choices"][0]
                assert (choice["message"]["content"], choice["finish_reason"]) == ("one two", "length")

    @pytest.mark.parametrize("stream", [False, True])
    def test_an_answer_ends_before_a_word(self, serve: Serve, stream: bool) -> None:
        for model in (lambda _: "one two three", Speaker("one t", "wo", " three")):
            wire = serve(model=model)
            if stream:
                pieces = streamed(wire, stop=["two", "three"])
                assert (text_of(pieces), pieces[-2]["choices"][0]["finish_reason"]) == ("one ", "stop")
            else:
                choice = answered(wire, stop="two")["choices"][0]
                assert (choice["message"]["content"], choice["finish_reason"]) == ("one ", "stop")

    def test_an_answer_is_of_its_format(self, serve: Serve) -> None:
        schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
        wanted = {"type": "json_schema", "json_schema": {"name": "count", "schema": schema, "strict": True}}
        wire = serve(model=ScriptedModel(['{"n": 1}', '{"n": "one"}']))
        assert answered(wire, response_format=wanted)["choices"][0]["message"]["content"] == '{"n": 1}'
        error = answered(wire, 500, response_format=wanted)
        assert "is not of the response_format: it does not fit the schema at $.n" in error["message"]


class TestStreamed:
    def test_a_text_comes_in_pieces(self, serve: Serve) -> None:
        text = "Grüße, 你好:\n\nall is well."
        for model in (lambda _: text, Speaker("Grüße, 你", "好:\n\nall", " is well.")):
            pieces = streamed(serve(model=model))
            assert text_of(pieces) == text
            assert pieces[0]["choices"][0]["delta"]["role"] == "assistant"
            assert pieces[-2]["choices"][0] == {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}
            assert pieces[-1] == "[DONE]"
            assert len({piece["id"] for piece in pieces[:-1]}) == 1
            assert not any("usage" in piece for piece in pieces[:-1])

    def test_pieces_come_when_they_are_written(self, serve: Serve) -> None:
        model = Speaker("first ", "second", held=True)
        wire = serve(model=model)
        with wire.http.stream("POST", CHAT, json={"model": "m", "messages": [USER], "stream": True}) as response:
            lines = response.iter_lines()
            assert any("first" in line for line in lines)
            model.let_go.set()
            assert any("second" in line for line in lines)

    def test_what_it_cost_comes_last_where_that_is_asked_for(self, serve: Serve) -> None:
        wire = serve(model=Speaker("hi", last=ModelTurn(usage=Usage(3, 4))))
        *_, told, done = streamed(wire, stream_options={"include_usage": True})
        assert (told["choices"], told["usage"], done) == (
            [],
            {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
            "[DONE]",
        )

    def test_a_text_of_nothing_has_a_beginning_and_an_end(self, serve: Serve) -> None:
        pieces = streamed(serve(model=Speaker()))
        assert [piece["choices"][0]["delta"] for piece in pieces[:-1]] == [
            {"role": "assistant", "content": "", "refusal": None},
            {},
        ]


class TestCalls:
    def test_functions_are_called_and_answered(self, serve: Serve) -> None:
        asked: list[ModelRequest] = []

        def model(request: ModelRequest) -> ModelTurn:
            asked.append(request)
            return ModelTurn(f"It is {request.results[0].output}.") if request.results else ModelTurn(tool_calls=[one])

        one = call("weather", city="Oslo")
        wire = serve(model=model)
        message = answered(wire, tools=[WEATHER])["choices"][0]["message"]
        (made,) = message["tool_calls"]
        assert (made["type"], made["function"]) == ("function", {"name": "weather", "arguments": '{"city": "Oslo"}'})
        output = {"role": "tool", "tool_call_id": made["id"], "content": "rainy"}
        assert answered(wire, messages=[USER, message, output])["choices"][0]["message"]["content"] == "It is rainy."
        assert asked[0].tools == (WEATHER,)
        assert asked[1].results[0].call == one

    def test_a_text_before_the_calls_comes_with_them(self, serve: Serve) -> None:
        wire = serve(model=Speaker("I look. ", last=ModelTurn(tool_calls=[call("weather")])))
        message = answered(wire, tools=[WEATHER])["choices"][0]["message"]
        assert (message["content"], len(message["tool_calls"])) == ("I look. ", 1)
        pieces = streamed(wire, tools=[WEATHER])
        assert (text_of(pieces), pieces[-2]["choices"][0]["finish_reason"]) == ("I look. ", "tool_calls")

    def test_one_call_at_a_time_where_that_is_asked_for(self, serve: Serve) -> None:
        wire = serve(model=lambda _: ModelTurn(tool_calls=[call("weather", n=n) for n in range(3)]))
        made = answered(wire, tools=[WEATHER], parallel_tool_calls=False)["choices"][0]["message"]["tool_calls"]
        assert [one["function"]["arguments"] for one in made] == ['{"n": 0}']

    @pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "weather"}}])
    def test_a_call_that_is_forced_is_asked_for_twice(self, serve: Serve, choice: Any) -> None:
        wire = serve(model=ScriptedModel(["No.", call("weather"), "No.", "No."]))
        assert answered(wire, tools=[WEATHER], tool_choice=choice)["choices"][0]["finish_reason"] == "tool_calls"
        assert "was asked twice" in answered(wire, 500, tools=[WEATHER], tool_choice=choice)["message"]

    @pytest.mark.parametrize("wrong", [call("other"), ToolCall("code_interpreter", input="1")])
    def test_a_call_of_what_is_not_offered_is_a_failure(self, serve: Serve, wrong: ToolCall) -> None:
        error = answered(serve(model=lambda _: ModelTurn(tool_calls=[wrong])), 500, tools=[WEATHER])
        assert (error["type"], "The model called" in error["message"]) == ("server_error", True)


class TestRealModel:
    """A chat endpoint behind the service: what a client asks it for is asked of the endpoint, and comes back."""

    def test_an_answer_with_calls_and_usage_is_passed_on(self, serve: Serve, chat: Endpoint) -> None:
        server = chat(completion(None, ("weather", '{"city": "Oslo"}'), usage=usage(11, 3)), completion("It rains."))
        wire = serve(model=ChatEndpoint(server.url, model="theirs", key="k"))
        made = answered(wire, messages=[{"role": "system", "content": "Be brief."}, USER], tools=[WEATHER], temperature=0.5)
        message = made["choices"][0]["message"]
        assert message["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"city": "Oslo"}'}
        assert made["usage"] == {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14}
        output = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "rainy"}
        answer = answered(wire, messages=[USER, message, output], tools=[WEATHER])
        assert answer["choices"][0]["message"]["content"] == "It rains."
        first, second = server.bodies
        assert first["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello there"}]
        assert (first["temperature"], first["tools"][0]["function"]["name"]) == (0.5, "weather")
        assert [one["role"] for one in second["messages"]] == ["user", "assistant", "tool"]

    def test_a_stream_is_passed_on(self, serve: Serve, chat: Endpoint) -> None:
        server = chat(Streamed([delta("It "), delta("rains."), delta(finish="stop"), counted(5, 2)]))
        wire = serve(model=ChatEndpoint(server.url, model="theirs"))
        pieces = streamed(wire, stream_options={"include_usage": True})
        assert text_of(pieces) == "It rains."
        assert pieces[-2]["usage"] == {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}

    def test_a_rate_limit_is_passed_on(self, serve: Serve, chat: Endpoint) -> None:
        server = chat(Reply(429, {"error": {"message": "Slow down."}}, {"Retry-After": "7"}))
        error = answered(serve(model=ChatEndpoint(server.url, model="theirs")), 429)
        assert (error["code"], "Try again in 7 seconds." in error["message"]) == ("rate_limit_exceeded", True)


class TestFailures:
    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize(
        ("raised", "status", "code"),
        [
            (Failure("Slow down.", "rate_limit_exceeded"), 429, "rate_limit_exceeded"),
            (Failure("Not about that.", "content_filter"), 400, "content_filter"),
            (Failure("I would rather not.", "refusal"), 400, "refusal"),
            (Failure("The line is dead."), 500, "server_error"),
            (ZeroDivisionError("a fault"), 500, "server_error"),
        ],
    )
    def test_a_model_that_fails_gives_a_status(
        self, serve: Serve, raised: Exception, status: int, code: str, stream: bool
    ) -> None:
        error = answered(serve(model=Speaker(error=raised)), status, stream=stream)
        assert (error["code"], str(raised) in error["message"]) == (code, True)

    def test_a_model_that_fails_in_the_middle_breaks_the_stream_off(self, serve: Serve) -> None:
        *pieces, last = streamed(serve(model=Speaker("It is ", "said. ", error=Failure("The line is dead."))))
        assert text_of(pieces) == "It is said. "
        assert last["error"]["message"] == "The line is dead."

    @pytest.mark.parametrize("stream", [False, True])
    def test_a_model_is_let_go_when_its_client_goes(self, serve: Serve, stream: bool) -> None:
        model = Speaker("first ", *["more "] * 1000, held=True)
        wire = serve(model=model)
        body = {"model": "m", "messages": [USER], "stream": stream}
        with pytest.raises(httpx.ReadTimeout), wire.http.stream("POST", CHAT, json=body, timeout=0.3) as response:
            response.read()
        model.let_go.set()
        if stream:
            assert model.closed.wait(PATIENCE), "it is not written to the end for nobody"
        assert wire.get("/threads")["data"] == [], "others are answered"

    def test_many_that_wait_for_the_model_keep_nobody_waiting(self, serve: Serve) -> None:
        release = threading.Event()
        wire = serve(model=lambda _: "done" if release.wait(PATIENCE) else "too late")
        with ThreadPoolExecutor(60) as pool:
            waiting = [pool.submit(answered, wire) for _ in range(60)]
            try:
                before = time.monotonic()
                wire.get("/threads")
                assert time.monotonic() - before < PATIENCE / 2
            finally:
                release.set()
            answers = {future.result()["choices"][0]["message"]["content"] for future in waiting}
        assert answers == {"done"}

    def test_a_service_that_stops_refuses_what_is_not_answered_yet(self) -> None:
        model = Speaker("first ", "second", held=True)
        with LocalService(model=model) as service, Wire(service) as wire, ThreadPoolExecutor(1) as pool:
            answer = pool.submit(answered, wire, 503)
            assert model.begun.wait(PATIENCE)
            service.stop()
            assert answer.result(PATIENCE)["code"] == "ServiceStopped"
        model.let_go.set()

    def test_a_service_that_stops_breaks_a_stream_off(self) -> None:
        model = Speaker("first ", "second", held=True)
        body = {"model": "m", "messages": [USER], "stream": True}
        with LocalService(model=model) as service, Wire(service) as wire, wire.http.stream("POST", CHAT, json=body) as response:
            lines = response.iter_lines()
            assert any("first" in line for line in lines)
            service.stop()
            (last,) = filter(None, lines)
        assert json.loads(last.removeprefix("data: "))["error"]["code"] == "ServiceStopped"
        model.let_go.set()
