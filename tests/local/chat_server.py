"""A chat endpoint on the loopback interface with replies of the test's own, plain and streamed, which remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOLD = object()
"""In a stream: wait until the server is told to let go."""


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Reply:
    """An answer of any kind."""

    status: int = 200
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    held: bool = False


@dataclass(frozen=True)
class Streamed:
    """A stream of chunks: mappings, texts that are sent as the data of an event, and HOLD."""

    chunks: Sequence[Any]
    done: bool = True


class ChatServer:
    """Gives its replies one after the other."""

    def __init__(self, *replies: Any) -> None:
        self._replies = list(replies)
        self.asked: list[Asked] = []
        self.let_go = threading.Event()
        self.gone = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def bodies(self) -> list[Any]:
        return [asked.body for asked in self.asked]

    @contextmanager
    def running(self) -> Iterator[ChatServer]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            self.let_go.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                chat.asked.append(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                reply = chat._replies.pop(0)
                try:
                    if isinstance(reply, Streamed):
                        self._stream(reply)
                    else:
                        self._answer(reply if isinstance(reply, Reply) else Reply(body=reply))
                except OSError:
                    chat.gone.set()

            def _answer(self, reply: Reply) -> None:
                if reply.held:
                    assert chat.let_go.wait(30)
                is_text = isinstance(reply.body, str)
                content = (reply.body if is_text else json.dumps(reply.body)).encode()
                self.send_response(reply.status)
                headers = {"Content-Type": "text/html" if is_text else "application/json", **reply.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def _stream(self, reply: Streamed) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for chunk in [*reply.chunks, *(["[DONE]"] if reply.done else [])]:
                    if chunk is HOLD:
                        assert chat.let_go.wait(30)
                        continue
                    text = chunk if isinstance(chunk, str) else json.dumps(chunk)
                    self.wfile.write(f"data: {text}\n\n".encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


def usage(prompt: int, completion: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def completion(text: str | None = None, *calls: tuple[str, str], finish: str = "", **fields: Any) -> dict[str, Any]:
    """A whole chat completion: a text, or calls of functions by name and arguments.

    :param fields: Those of the message; ``usage`` is one of the completion.
    """
    told = {"usage": fields.pop("usage")} if "usage" in fields else {}
    message: dict[str, Any] = {"role": "assistant", "content": text, **fields}
    if calls:
        message["tool_calls"] = [
            {"id": f"their{index}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for index, (name, arguments) in enumerate(calls)
        ]
    choice = {"index": 0, "message": message, "finish_reason": finish or ("tool_calls" if calls else "stop")}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], **told}


def delta(text: str | None = None, *, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """One chunk of a streamed completion."""
    said = {} if text is None else {"content": text}
    return _chunk([{"index": 0, "delta": {**said, **fields}, "finish_reason": finish}])


def call_delta(index: int | None, name: str | None = None, arguments: str = "", call_id: str | None = None) -> dict[str, Any]:
    """A chunk with a piece of a call."""
    function = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
    entry: dict[str, Any] = {"function": function, "type": "function"}
    entry |= {} if index is None else {"index": index}
    entry |= {} if call_id is None else {"id": call_id}
    return delta(tool_calls=[entry])


def counted(prompt: int, completion_tokens: int) -> dict[str, Any]:
    """The chunk at the end that counts."""
    return {**_chunk([]), "usage": usage(prompt, completion_tokens)}


def function(name: str, **details: Any) -> dict[str, Any]:
    """The definition of a function without parameters."""
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}, **details}}


def error(message: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """The body of an error."""
    return {"error": {"message": message, "type": "some_error", "param": param, "code": code}}


def _chunk(choices: Sequence[Any]) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": list(choices)}
