"""APIs that OpenAPI documents describe: those on this machine are really called."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from outside_calls import api, calls, entries
from service_script import path_of
from service_wire import Wire

from agentkit.local.models.scripted import ScriptedModel
from agentkit.local.openapi import loopback

Serve = Callable[..., Wire]


class Handler(BaseHTTPRequestHandler):
    """A small API that remembers what it was asked."""

    server: Api

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        self.server.asked.append((self.command, self.path, body))
        self.server.headers.append(dict(self.headers))
        name = self.path.partition("?")[0].strip("/").partition("/")[0] or "root"
        getattr(self, f"at_{name}")(body)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def at_things(self, body: str) -> None:
        self.send(200, json.dumps({"path": self.path, "body": body}))

    def at_missing(self, _body: str) -> None:
        self.send(404, '{"detail": "no such thing"}')

    def at_nothing(self, _body: str) -> None:
        self.send(204, "")

    def at_moved(self, _body: str) -> None:
        self.send(307, "", Location="/things/new?x=1")

    def at_seen(self, _body: str) -> None:
        self.send(303, "", Location="/things")

    def at_away(self, _body: str) -> None:
        self.send(302, "", Location="http://192.0.2.1/things")

    def at_round(self, _body: str) -> None:
        self.send(302, "", Location="/round")

    def at_latin(self, _body: str) -> None:
        self.send(200, "é".encode("latin-1"), kind="text/plain; charset=ISO-8859-1")

    def at_odd(self, _body: str) -> None:
        self.send(200, "é", kind="text/plain; charset=no-such")

    def at_picture(self, _body: str) -> None:
        self.send(200, b"\x89PNG", kind="image/png")

    def at_zeros(self, _body: str) -> None:
        self.send(200, b"\0\0", kind="application/x-thing")

    def at_large(self, _body: str) -> None:
        self.send(200, "x" * (loopback.MAX_BYTES + 5), kind="text/plain")

    def at_broken(self, _body: str) -> None:
        self.close_connection = True

    def at_slow(self, _body: str) -> None:
        self.server.reached.set()
        assert self.server.go_on.wait(20)
        self.close_connection = True

    def at_dripping(self, _body: str) -> None:
        self.send_response(200)
        self.end_headers()
        with suppress(ConnectionError):
            while not self.server.go_on.wait(0.02):
                self.wfile.write(b"x")
        self.close_connection = True

    def send(self, status: int, body: str | bytes, kind: str = "application/json", **headers: str) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing on the console."""


class Api(ThreadingHTTPServer):
    """The API on a free port."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.reached = threading.Event()
        self.go_on = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def spec(self, path: str = "/things", method: str = "get", servers: Any = None, **operation: Any) -> dict[str, Any]:
        """A document that describes one operation of it, ``call``."""
        return {
            "openapi": "3.1.0",
            "servers": [{"url": self.url}] if servers is None else servers,
            "paths": {path: {method: {"operationId": "call", **operation}}},
        }


@pytest.fixture
def things() -> Iterator[Api]:
    with Api() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.go_on.set()
        server.shutdown()
        thread.join()


def called(serve: Serve, tool: Any, **arguments: Any) -> tuple[dict[str, Any], Any]:
    """The entry of one call of the operation ``call``, and what the model is told of it."""
    model = ScriptedModel([calls("call", **arguments), "Done."])
    wire = serve(model=model)
    run = wire.finished(wire.thread("hi"), wire.agent(tools=[tool]))
    assert run["status"] == "completed", run["last_error"]
    (entry,) = entries(wire, run)
    (result,) = model.requests[1].results
    assert entry["output"] == result.output
    return entry, result


class TestCalls:
    def test_an_operation_is_called_and_its_response_is_the_output(self, serve: Serve, things: Api) -> None:
        parameters = [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "unit", "in": "query", "schema": {"type": "string", "default": "kg"}},
            {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
        ]
        body = {"content": {"application/json": {"schema": {"type": "object", "properties": {"name": {"type": "string"}}}}}}
        tool = api(things.spec("/things/{id}", "put", parameters=parameters, requestBody=body), default_params=["unit"])
        given = {"id": "a b", "unit": "lb", "X-Trace": "t1", "name": "Öl"}
        entry, result = called(serve, tool, **given)
        assert things.asked == [("PUT", "/things/a%20b?unit=kg", '{"name": "Öl"}')]
        sent = things.headers[0]
        assert (sent["X-Trace"], sent["Content-Type"], sent["User-Agent"]) == ("t1", "application/json", "agentkit")
        assert sent["Host"] == f"127.0.0.1:{things.server_port}"
        assert json.loads(result.output) == {"path": "/things/a%20b?unit=kg", "body": '{"name": "Öl"}'}
        assert not result.failed
        assert set(entry) == {"name", "arguments", "status", "output"}
        assert (entry["name"], json.loads(entry["arguments"]), entry["status"]) == ("call", given, "200")

    @pytest.mark.parametrize(
        ("path", "output", "status", "failed"),
        [
            ("/missing", 'HTTP 404 Not Found\n{"detail": "no such thing"}', "404", True),
            ("/nothing", "HTTP 204 No Content", "204", False),
            ("/latin", "é", "200", False),
            ("/odd", "é", "200", False),
            ("/picture", "(4 bytes of image/png, which is no text)", "200", False),
            ("/zeros", "(2 bytes of application/x-thing, which is no text)", "200", False),
            ("/moved", '{"path": "/things/new?x=1", "body": ""}', "200", False),
        ],
    )
    def test_what_is_told_of_a_response(
        self, serve: Serve, things: Api, path: str, output: str, status: str, failed: bool
    ) -> None:
        entry, result = called(serve, api(things.spec(path)))
        assert (entry["output"], entry["status"], result.failed) == (output, status, failed)

    def test_a_large_response_is_cut(self, serve: Serve, things: Api) -> None:
        entry, _ = called(serve, api(things.spec("/large")))
        assert entry["output"] == "x" * loopback.MAX_BYTES + f"\n(cut after {loopback.MAX_BYTES} bytes)"

    @pytest.mark.parametrize(
        ("path", "then"), [("/moved", ("POST", "/things/new?x=1", "{}")), ("/seen", ("GET", "/things", ""))]
    )
    def test_a_redirect_keeps_the_body_or_becomes_a_get(self, serve: Serve, things: Api, path: str, then: Any) -> None:
        body = {"required": True, "content": {"application/json": {}}}
        called(serve, api(things.spec(path, "post", requestBody=body)))
        assert things.asked == [("POST", path, "{}"), then]

    def test_the_server_on_this_machine_is_called_where_there_are_several(self, serve: Serve, things: Api) -> None:
        servers = [{"url": "https://api.example.com"}, {"url": f"http://localhost:{things.server_port}/things"}]
        entry, _ = called(serve, api(things.spec("/one", servers=servers)))
        assert json.loads(entry["output"])["path"] == "/things/one"

    def test_two_apis_with_the_same_operation_are_told_apart(self, serve: Serve, things: Api) -> None:
        wire = serve(model=ScriptedModel([calls("b_call"), "Done."]))
        tools = [api(things.spec("/things/a"), "a"), api(things.spec("/things/b"), "b")]
        assert wire.finished(wire.thread("hi"), wire.agent(tools=tools))["status"] == "completed"
        assert [path for _, path, _ in things.asked] == ["/things/b"]

    def test_an_operation_that_the_run_has_not_fails_it(self, serve: Serve, things: Api) -> None:
        wire = serve(model=ScriptedModel([calls("drop")]))
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[api(things.spec())]))
        assert "the operation 'drop', which this run does not offer; it offers: call" in run["last_error"]["message"]
        assert things.asked == []


class TestNoCalls:
    @pytest.mark.parametrize(
        ("servers", "words"),
        [
            ([{"url": "https://api.example.com/v1"}], "'api.example.com' is not this machine"),
            ([{"url": "http://192.0.2.1"}], "'192.0.2.1' is not this machine"),
            ([{"url": "http://0.0.0.0:1"}], "'0.0.0.0' is not this machine"),
            ([{"url": "http://127.0.0.1@example.com"}], "holds credentials"),
            ([{"url": "/v1"}], "'/v1/things' is no address of an HTTP server"),
            ([{"url": "http://[::1"}], "is no URL"),
            ([], "its document names no server"),
        ],
    )
    def test_other_hosts_are_never_called(self, serve: Serve, things: Api, servers: Any, words: str) -> None:
        entry, result = called(serve, api(things.spec(servers=servers)))
        assert words in entry["output"]
        assert result.failed
        assert "status" not in entry

    @pytest.mark.parametrize(
        ("auth", "words"),
        [
            ({"type": "connection", "security_scheme": {"connection_id": "c"}}, "the key of a connection"),
            ({"type": "managed_identity", "security_scheme": {"audience": "a"}}, "a managed identity"),
        ],
    )
    def test_an_api_that_wants_more_than_nobody_is_not_available(
        self, serve: Serve, things: Api, auth: Any, words: str
    ) -> None:
        entry, result = called(serve, api(things.spec(), auth=auth))
        assert "is not available offline" in entry["output"]
        assert words in entry["output"]
        assert result.failed
        assert things.asked == []

    def test_arguments_that_do_not_fit_are_told_to_the_model(self, serve: Serve, things: Api) -> None:
        entry, result = called(serve, api(things.spec()), size=5)
        assert entry["output"] == "The operation 'call' was not called: it has no parameter 'size'; it has: none."
        assert result.failed
        assert things.asked == []

    @pytest.mark.parametrize(
        ("path", "words", "requests"),
        [
            ("/away", "'192.0.2.1' is not this machine", 1),
            ("/round", "redirects on and on; 5 redirects were followed", 6),
            ("/broken", "could not be called: RemoteDisconnected", 1),
        ],
    )
    def test_a_server_that_gives_no_answer(self, serve: Serve, things: Api, path: str, words: str, requests: int) -> None:
        entry, result = called(serve, api(things.spec(path)))
        assert words in entry["output"]
        assert result.failed
        assert len(things.asked) == requests

    def test_nobody_is_there(self, serve: Serve, things: Api) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
            entry, _ = called(serve, api(things.spec(servers=[{"url": url}])))
        assert f"{url}/things could not be called: ConnectionRefusedError" in entry["output"]

    def test_a_server_that_speaks_no_tls(self, serve: Serve, things: Api) -> None:
        entry, _ = called(serve, api(things.spec(servers=[{"url": f"https://127.0.0.1:{things.server_port}"}])))
        assert "could not be called: SSLError" in entry["output"]

    def test_a_name_that_means_another_machine_here(self, serve: Serve, things: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        real = socket.getaddrinfo

        def lookup(host: Any, *args: Any, **settings: Any) -> Any:
            return real("192.0.2.1" if host == "localhost" else host, *args, **settings)

        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        entry, _ = called(serve, api(things.spec(servers=[{"url": "http://localhost:1"}])))
        assert "'localhost' means 192.0.2.1 here, which is not this machine" in entry["output"]

    def test_a_server_that_is_too_slow_is_given_up(self, serve: Serve, things: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loopback, "_SECONDS", 0.2)
        entry, _ = called(serve, api(things.spec("/slow")))
        assert "gave no answer" in entry["output"]
        entry, _ = called(serve, api(things.spec("/dripping")))
        assert "/dripping did not answer within 0.2 seconds" in entry["output"]
        assert not things.go_on.is_set()

    def test_a_cancel_does_not_wait_for_the_server(self, serve: Serve, things: Api) -> None:
        wire = serve(model=ScriptedModel([calls("call")]))
        run = wire.run(wire.thread("hi"), wire.agent(tools=[api(things.spec("/slow"))]))
        assert things.reached.wait(20)
        wire.post(f"{path_of(run)}/cancel")
        assert wire.wait(run | {"status": "cancelling"})["status"] == "cancelled"
        assert not things.go_on.is_set()


class TestChecks:
    @pytest.mark.parametrize(
        ("spec", "words"),
        [
            ({}, "describes no operation"),
            ({"paths": {"/a": {"get": {}}}}, "paths['/a'].get: it has no operationId"),
            ("openapi: 3.0.0", "an OpenAPI document is an object, str was sent"),
        ],
    )
    def test_a_document_that_cannot_be_used_is_refused_where_it_is_sent(self, shared: Wire, spec: Any, words: str) -> None:
        tools = [{"type": "code_interpreter"}, api(spec)]
        agent, thread = shared.agent(), shared.thread("hi")
        for path, body in (
            ("/assistants", {"model": "m", "tools": tools}),
            (f"/assistants/{agent['id']}", {"tools": tools}),
            (f"/threads/{thread['id']}/runs", {"assistant_id": agent["id"], "tools": tools}),
        ):
            error = shared.refused("POST", path, json=body)
            assert error["param"] == "tools[1].openapi.spec"
            assert words in error["message"]

    def test_a_document_that_can_be_used_is_kept_as_it_is(self, shared: Wire, things: Api) -> None:
        tool = api(things.spec(), default_params=["x"])
        assert shared.agent(tools=[tool])["tools"] == [tool]
