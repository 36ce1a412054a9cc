"""What runs say of a chat endpoint that refuses, fails, is slow or is not there, and what a ChatEndpoint refuses itself."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
from chat_server import HOLD, ChatServer, Reply, Streamed, completion, delta, error
from service_streams import last, streamed
from service_wire import Wire

from agentkit.local import ChatEndpoint, ModelRequest
from agentkit.local.models.base import ChatMessage, Failure

Serve = Callable[..., Wire]
Chat = Callable[..., ChatServer]

KEY = "k-very-secret"
REQUEST = ModelRequest(model="m", instructions="", messages=[ChatMessage("user", "hi")])


def failed(endpoint: ChatEndpoint, *, stream: bool = False) -> Failure:
    """The failure of a turn."""
    with pytest.raises(Failure) as caught:
        list(endpoint.stream(REQUEST)) if stream else endpoint.respond(REQUEST)
    assert KEY not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("reply", "parts", "code"),
    [
        (Reply(401, error(f"Incorrect API key provided: {KEY}")), ["HTTP 401", "API key provided: ***", "Check the key"], None),
        (Reply(403, error("Not for you.")), ["HTTP 403", "Not for you. Check the key"], None),
        (Reply(404, {"error": "model 'm' not found"}), ["HTTP 404", "model 'm' not found", "such as /v1", "a model 'm'"], None),
        (Reply(404, "<html>\n<h1>Not here</h1></html>"), ["HTTP 404", "<h1>Not here</h1>"], None),
        (Reply(400, error("The prompt is too long")), ["refused the request (HTTP 400): The prompt is too long."], None),
        (Reply(422, {"detail": [{"loc": ["body", "n"], "msg": "wrong"}]}), ["HTTP 422", "'msg': 'wrong'"], None),
        (Reply(400, error("Filtered", "content_filter")), ["HTTP 400", "Filtered"], "content_filter"),
        (Reply(500, error("CUDA out of memory")), ["failed (HTTP 500): CUDA out of memory. Look into the log"], None),
        (Reply(503, "", {"Retry-After": "7"}), ["HTTP 503", "Try again in 7 seconds."], None),
        (
            Reply(307, "", {"Location": "https://elsewhere.example/v1/chat/completions?sig=1"}),
            ["redirects to https://elsewhere.example/v1/chat/completions (HTTP 307)"],
            None,
        ),
    ],
)
def test_a_refusal_says_what_failed_where_and_what_to_do(
    chat: Chat, stream: bool, reply: Reply, parts: list[str], code: str | None
) -> None:
    server = chat(reply)
    failure = failed(ChatEndpoint(server.url, key=KEY), stream=stream)
    assert server.url in str(failure)
    assert [part for part in parts if part not in str(failure)] == []
    assert failure.code == (code or "server_error")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"Retry-After": "26"}, "Slow down", 26),
        ({"Retry-After": "0.2"}, "Slow down", 1),
        ({"retry-after-ms": "1500", "Retry-After": "9"}, "Slow down", 2),
        ({}, "Rate limit reached for m. Please try again in 1m30.5s. Visit the console.", 91),
        ({}, "Rate limit reached for m. Please try again in 120ms.", 1),
        ({}, "Please retry after 26 seconds.", 26),
        ({"Retry-After": "soon"}, "Try again in 2 minutes", 120),
    ],
)
def test_a_rate_limit_says_when_to_try_again(chat: Chat, headers: dict[str, str], message: str, seconds: int) -> None:
    failure = failed(ChatEndpoint(chat(Reply(429, error(message), headers)).url))
    assert failure.code == "rate_limit_exceeded"
    assert message in str(failure)
    assert str(failure).endswith(f" Try again in {seconds} seconds.")


def test_a_wait_without_end_is_not_told(chat: Chat) -> None:
    failure = failed(ChatEndpoint(chat(Reply(429, error("Slow down"), {"Retry-After": "9" * 400})).url))
    assert str(failure).endswith("(HTTP 429): Slow down.")


def test_a_rate_limit_may_name_the_time_of_the_next_try(chat: Chat) -> None:
    when = formatdate(time.time() + 3000, usegmt=True)
    text = str(failed(ChatEndpoint(chat(Reply(429, error("Slow down"), {"Retry-After": when})).url)))
    assert 2900 < int(text.split()[-2]) <= 3000


def test_a_rate_limit_may_say_nothing_more(chat: Chat) -> None:
    failure = failed(ChatEndpoint(chat(Reply(429, error("You exceeded your quota", "insufficient_quota"))).url))
    assert failure.code == "rate_limit_exceeded"
    assert str(failure).endswith("(HTTP 429): You exceeded your quota.")


def test_a_rate_limit_becomes_the_last_error_of_the_run(chat: Chat, serve: Serve) -> None:
    limited = Reply(429, error("Slow down"), {"Retry-After": "26"})
    wire = serve(model=ChatEndpoint(chat(limited, limited).url, key=KEY))
    run = wire.finished(wire.thread("hi"), wire.agent())
    assert run["status"] == "failed"
    assert run["last_error"]["code"] == "rate_limit_exceeded"
    assert run["last_error"]["message"].endswith("Slow down. Try again in 26 seconds.")
    assert last(streamed(wire), "thread.run.failed")["last_error"] == run["last_error"]


def test_an_endpoint_that_is_not_there_is_named(serve: Serve) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        wire = serve(model=ChatEndpoint(url))
        run = wire.finished(wire.thread("hi"), wire.agent())
    assert run["last_error"]["code"] == "server_error"
    assert f"{url} cannot be reached (" in run["last_error"]["message"]
    assert "Check that the server is running" in run["last_error"]["message"]


def test_an_endpoint_without_a_key_is_said_to_want_one(chat: Chat) -> None:
    assert "give it one as key=" in str(failed(ChatEndpoint(chat(Reply(401, error("No key"))).url)))


def test_an_answer_that_takes_too_long_is_not_waited_for(chat: Chat) -> None:
    server = chat(Reply(held=True))
    text = str(failed(ChatEndpoint(server.url, timeout=0.05)))
    assert f"{server.url} gave no answer within 0.05 seconds" in text
    assert "raise the timeout" in text


def test_a_stream_that_stands_still_is_not_waited_for(chat: Chat) -> None:
    endpoint = ChatEndpoint(chat(Streamed([delta("Half"), HOLD])).url, timeout=0.2)
    stream = endpoint.stream(REQUEST)
    assert next(stream) == "Half"
    with pytest.raises(Failure, match=r"gave no answer within 0\.2 seconds"):
        next(stream)


@pytest.mark.parametrize("page", ["<html>Welcome to the console</html>", "[1]"])
def test_a_page_that_is_no_completion_is_quoted(chat: Chat, page: str) -> None:
    server = chat(Reply(200, page))
    text = str(failed(ChatEndpoint(server.url)))
    assert f"{server.url} answered with something that is no chat completion" in text
    assert page in text


def test_json_that_is_none_is_a_failure(chat: Chat) -> None:
    text = str(failed(ChatEndpoint(chat(Reply(200, "{'a'", {"Content-Type": "application/json"})).url)))
    assert "no chat completion" in text or "broke off" in text


def test_a_setting_that_an_endpoint_does_not_take_is_left_out(chat: Chat, serve: Serve) -> None:
    refusal = Reply(400, error("Unsupported parameter: 'stream_options'", "unsupported_parameter", "stream_options"))
    server = chat(refusal, *[Streamed([delta("Hi"), delta(finish="stop")])] * 2)
    wire = serve(model=ChatEndpoint(server.url))
    for _ in range(2):
        assert last(streamed(wire), "thread.run.completed")["usage"]["completion_tokens"] > 0
    assert ["stream_options" in body for body in server.bodies] == [True, False, False]


class TestSecrets:
    def test_without_a_key_none_is_sent_even_if_the_environment_has_one(
        self, chat: Chat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
            monkeypatch.setenv(name, KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        server = chat(completion("Hi"))
        assert ChatEndpoint(server.url).respond(REQUEST).text == "Hi"
        assert "authorization" not in server.asked[0].headers
        assert KEY not in str(server.asked[0].headers)

    def test_the_key_stands_in_no_representation(self) -> None:
        endpoint = ChatEndpoint("https://chat.example/v1?sig=s3cret", model="m", key=KEY)
        assert repr(endpoint) == "ChatEndpoint('https://chat.example/v1', model='m')"
        assert endpoint.name == "m at https://chat.example/v1"
        assert ChatEndpoint("https://chat.example/v1").name == "https://chat.example/v1"


@pytest.mark.parametrize("ending", ["", "/", "/chat/completions", "/chat/completions/"])
def test_a_url_may_name_the_path_too_and_keeps_its_query(chat: Chat, ending: str) -> None:
    server = chat(completion("Hi"))
    ChatEndpoint(f"{server.url}{ending}?api-version=2024-10-21").respond(REQUEST)
    assert server.asked[0].path == "/v1/chat/completions?api-version=2024-10-21"


@pytest.mark.parametrize(
    ("url", "settings", "reason"),
    [
        ("", {}, "no address of a chat endpoint"),
        ("127.0.0.1:8000/v1", {}, "no address of a chat endpoint"),
        ("ftp://127.0.0.1/v1", {}, "no address of a chat endpoint"),
        ("http://:8000/v1", {}, "no address of a chat endpoint"),
        ("http://127.0.0.1:80000/v1", {}, "no address of a chat endpoint"),
        ("http://user:pass@127.0.0.1/v1", {}, "give the key as key="),
        ("http://chat.example/v1", {"key": KEY}, "unencrypted"),
        ("http://127.0.0.1/v1", {"timeout": 0}, "timeout: got 0"),
        ("http://127.0.0.1/v1", {"timeout": float("inf")}, "timeout: got inf"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(url: str, settings: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        ChatEndpoint(url, **settings)
    assert KEY not in str(caught.value)
    assert "pass" not in str(caught.value).replace("password", "")


def test_a_key_travels_encrypted_or_on_this_machine() -> None:
    for url in ("https://chat.example/v1", "http://localhost:1/v1", "http://[::1]:1/v1"):
        assert ChatEndpoint(url, key=KEY).url == url
    assert ChatEndpoint("http://chat.example/v1").url == "http://chat.example/v1"


def test_the_package_is_loaded_when_an_endpoint_is_made_and_its_lack_names_the_extra() -> None:
    program = (
        "import sys, agentkit.local\n"
        "assert 'openai' not in sys.modules\n"
        "sys.modules['openai'] = None\n"
        "agentkit.local.ChatEndpoint('http://127.0.0.1:9/v1')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "ImportError: A chat endpoint needs the package 'openai'" in ended.stderr
    assert "pip install '.[local,openai]'" in ended.stderr
