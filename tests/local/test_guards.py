"""Who gets past the guards: by name, by origin, by key, and in time."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import httpx
import pytest
from service_streams import Speaking, opened
from service_wire import PROJECT, Wire

from agentkit.local import LocalService
from agentkit.local.errors import ApiError
from agentkit.local.guards import MAX_HEAD_BYTES, Body, Names, allowance, is_loopback_host
from agentkit.local.models.base import ModelTurn

Serve = Callable[..., Wire]
PATIENCE = 30.0
SHORT = 0.3


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("agents.localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
        ("notlocalhost", False),
        ("127.0.0.1.example.com", False),
        ("", False),
    ],
)
def test_what_is_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback_host(host) is loopback


class TestNames:
    @pytest.mark.parametrize("bound", ["127.0.0.1", "::1", "localhost", "0.0.0.0", "192.0.2.7", "box"])
    def test_this_machine_is_always_known(self, bound: str) -> None:
        assert all(name in Names(bound) for name in ("localhost", "127.0.0.1", "[::1]"))

    @pytest.mark.parametrize(
        ("bound", "name", "known"),
        [
            ("127.0.0.1", "192.0.2.7", False),
            ("192.0.2.7", "192.0.2.7", True),
            ("192.0.2.7", "192.0.2.8", False),
            ("2001:db8::1", "[2001:db8:0:0::1]", True),
            ("box", "BOX", True),
            ("box", "box.", True),
            ("box", "other", False),
            # Whoever listens everywhere is reached by address, which no page can make its own.
            ("0.0.0.0", "192.0.2.7", True),
            ("::", "[2001:db8::1]", True),
            ("0.0.0.0", socket.gethostname(), True),
            ("0.0.0.0", "evil.example", False),
        ],
    )
    def test_others_are_known_where_the_service_listens(self, bound: str, name: str, known: bool) -> None:
        assert (name in Names(bound)) is known

    def test_they_are_told(self) -> None:
        assert str(Names("127.0.0.1")) == "localhost, 127.0.0.1, [::1]"
        assert str(Names("box")) == "localhost, 127.0.0.1, [::1], box"


class TestSource:
    @pytest.mark.parametrize(
        "host", ["localhost", "localhost:1", "127.0.0.1:{port}", "127.1.2.3", "[::1]:{port}", "a.localhost:80"]
    )
    def test_a_host_of_this_machine_gets_in(self, shared: Wire, host: str) -> None:
        assert shared.http.get("/threads", headers={"host": host.format(port=port_of(shared))}).status_code == 200

    @pytest.mark.parametrize(
        "host", ["evil.example", "evil.example:80", "0.0.0.0", "192.0.2.1", "localhost@evil.example", "[::1", "x" * 300]
    )
    def test_a_foreign_host_does_not(self, shared: Wire, host: str) -> None:
        error = shared.refused("GET", "/threads", 421, headers={"host": host})
        assert f"'{host[:100]}" in error["message"]
        assert "localhost, 127.0.0.1, [::1]" in error["message"]
        assert len(error["message"]) < 400

    def test_a_foreign_host_does_not_get_to_ask_for_health(self, shared: Wire) -> None:
        assert httpx.get(f"{shared.service.url}/health", headers={"host": "evil.example"}).status_code == 421

    def test_the_name_that_it_listens_on_gets_in(self, serve: Serve) -> None:
        wire = serve(host="0.0.0.0")
        for host, status in (("192.0.2.7:80", 200), (socket.gethostname(), 200), ("evil.example", 421)):
            assert wire.http.get("/threads", headers={"host": host}).status_code == status

    def test_an_old_client_without_a_host_gets_in(self, shared: Wire) -> None:
        with connected(shared) as client:
            client.sendall(b"GET /health HTTP/1.0\r\n\r\n")
            assert client.recv(12) == b"HTTP/1.1 200"

    @pytest.mark.parametrize("origin", ["http://127.0.0.1:{port}", "http://localhost:{port}", "HTTP://LOCALHOST:{port}"])
    def test_a_page_of_its_own_gets_in(self, shared: Wire, origin: str) -> None:
        assert shared.http.get("/threads", headers={"origin": origin.format(port=port_of(shared))}).status_code == 200

    @pytest.mark.parametrize(
        "origin",
        [
            "http://evil.example",
            "https://evil.example:{port}",
            "null",
            "",
            "http://localhost",
            "http://localhost:1",
            "file://",
            "http://localhost:{port}.evil.example",
            "http://localhost:{port}/path",
            "http://evil.example@localhost:{port}",
        ],
    )
    def test_a_page_of_another_does_not(self, shared: Wire, origin: str) -> None:
        origin = origin.format(port=port_of(shared))
        error = shared.refused("GET", "/threads", 403, headers={"origin": origin})
        assert f"'{origin}'" in error["message"]

    def test_a_page_of_its_own_lets_no_other_in(self, shared: Wire) -> None:
        own = f"http://localhost:{port_of(shared)}"
        error = shared.refused("GET", "/threads", 403, headers=[("origin", own), ("origin", "http://evil.example")])
        assert "'http://evil.example'" in error["message"]

    def test_it_is_refused_before_the_key_is_looked_at(self, shared: Wire) -> None:
        response = httpx.post(f"{shared.service.url}/v1/threads", headers={"origin": "http://evil.example", "api-key": "wrong"})
        assert response.status_code == 403

    def test_long_headers_are_refused(self, shared: Wire) -> None:
        assert shared.http.get("/threads", headers={"x": "y" * 20_000}).status_code == 200
        with connected(shared) as client:
            head = f"GET /health HTTP/1.1\r\nhost: localhost\r\nx: {'y' * MAX_HEAD_BYTES}\r\n\r\n"
            client.sendall(head.encode())
            assert client.recv(12) in (b"HTTP/1.1 431", b"HTTP/1.1 400")


def messages(*parts: Any) -> Callable[[], Any]:
    """What a server is given to read: bodies, pauses in seconds, and at last nothing more for ever."""
    left = list(parts)

    async def receive() -> Any:
        while left:
            part = left.pop(0)
            if isinstance(part, bytes):
                return {"type": "http.request", "body": part, "more_body": bool(left)}
            await asyncio.sleep(part)
        return await asyncio.Event().wait()

    return receive


async def read(body: Body) -> None:
    """Read a body to its end."""
    while not body.ended:
        await body()


class TestBody:
    @pytest.mark.parametrize(
        ("left", "waited", "received", "after"),
        [
            (10, 4, 0, 6),
            (10, 4, 1000, 7),
            (10, 0, 1_000_000, 10),
            (2, 3, 0, -1),
            (2, 1, 500, 1.5),
        ],
    )
    def test_what_a_sender_may_still_take(self, left: float, waited: float, received: int, after: float) -> None:
        assert allowance(left, waited, received, 10) == after

    async def test_it_is_passed_on_as_it_is(self) -> None:
        body = Body(messages(b"a", b"b"), PATIENCE)
        assert [(await body())["body"], body.ended] == [b"a", False]
        assert [(await body())["body"], body.ended] == [b"b", True]

    async def test_a_pause_that_is_too_long_is_refused(self) -> None:
        body = Body(messages(b"a", PATIENCE, b"b"), 0.05)
        await body()
        with pytest.raises(ApiError, match="too slowly") as raised:
            await body()
        assert (raised.value.status, body.late, body.ended) == (408, True, False)

    async def test_drips_are_refused_although_each_comes_in_time(self) -> None:
        body = Body(messages(*[0.02, b"x"] * 1000), 0.1)
        with pytest.raises(ApiError, match="too slowly"):
            await read(body)

    async def test_after_its_end_the_client_may_stay_silent(self) -> None:
        body = Body(messages(b"all"), 0.01)
        await body()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(body(), 0.1)
        assert not body.late

    async def test_the_rest_is_dropped_up_to_a_limit_and_in_time(self) -> None:
        parts = [b"x" * 10] * 5
        whole, part, slow = (
            Body(messages(*parts), PATIENCE),
            Body(messages(*parts), PATIENCE),
            Body(messages(b"x", 5, b"y"), 0.05),
        )
        await whole.drain(1000)
        await part.drain(20)
        await slow.drain(1000)
        assert [(body.ended, body.late) for body in (whole, part, slow)] == [(True, False), (False, False), (False, True)]


@contextmanager
def connected(wire: Wire) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port_of(wire)), timeout=PATIENCE) as client:
        yield client


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def port_of(wire: Wire) -> int:
    return int(wire.service.url.rpartition(":")[2])


def received(client: socket.socket) -> bytes:
    """All that comes until the other side closes the connection."""
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


def request(wire: Wire, method: str = "GET", path: str = "/threads", **headers: Any) -> bytes:
    """The head of a request."""
    sent = {
        "host": "localhost",
        "api-key": wire.service.key,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"{method} {PROJECT}{path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
    return "\r\n".join(lines).encode()


class TestSlowClients:
    @pytest.fixture
    def impatient(self, serve: Serve) -> Wire:
        return serve(client_timeout=SHORT)

    def test_one_that_says_nothing_is_hung_up_on(self, impatient: Wire) -> None:
        with connected(impatient) as client:
            assert received(client) == b""

    def test_one_that_sends_its_head_in_drips_is_told_and_hung_up_on(self, impatient: Wire) -> None:
        with connected(impatient) as client:
            answered = threading.Event()

            def drip() -> None:
                for byte in request(impatient) * 1000:
                    if answered.wait(0.02):
                        return
                    try:
                        client.send(bytes([byte]))
                    except OSError:
                        return

            with ThreadPoolExecutor(1) as pool:
                dripping = pool.submit(drip)
                try:
                    answer = client.recv(65536)
                finally:
                    answered.set()
                dripping.result()
        assert answer.startswith(b"HTTP/1.1 408 ")

    def test_a_second_head_on_one_connection_has_to_come_in_time_too(self, impatient: Wire) -> None:
        with connected(impatient) as client:
            client.sendall(request(impatient))
            assert client.recv(12) == b"HTTP/1.1 200"
            client.sendall(b"GET / HT")
            assert b"HTTP/1.1 408 " in received(client)

    @pytest.mark.parametrize("begun", [b"", b'{"name"'])
    def test_a_body_that_does_not_come_is_refused(self, impatient: Wire, begun: bytes) -> None:
        with connected(impatient) as client:
            client.sendall(request(impatient, "POST", "/threads", content_length=100) + begun)
            answer = received(client)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"came too slowly" in answer
        assert b"connection: close" in answer.lower()

    def test_an_upload_that_stops_is_refused_and_leaves_nothing(self, impatient: Wire, tmp_path: Any) -> None:
        kept = impatient.upload()
        with connected(impatient) as client:
            head = request(impatient, "POST", "/files", content_length=10_000, content_type="multipart/form-data; boundary=b")
            client.sendall(head + b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nbegun')
            assert received(client).startswith(b"HTTP/1.1 408 ")
        assert impatient.get("/files")["data"] == [kept]

    def test_a_refused_request_does_not_wait_for_its_body(self, impatient: Wire) -> None:
        with connected(impatient) as client:
            client.sendall(request(impatient, "POST", "/threads", content_length=100, origin="http://evil.example"))
            assert received(client).startswith(b"HTTP/1.1 403 ")

    def test_one_that_waits_for_its_answer_is_let_wait(self, serve: Serve) -> None:
        model = Speaking("begun", Speaking.HOLD, ModelTurn())
        wire = serve(model=model, client_timeout=0.05)
        try:
            with opened(wire, "/threads/runs", assistant_id=wire.agent()["id"]) as events:
                events.until("thread.message.delta")
                time.sleep(3 * 0.05)
                model.let_go.set()
                assert events.until("thread.run.completed")
        finally:
            model.let_go.set()

    def test_one_that_does_not_read_is_hung_up_on(self, serve: Serve) -> None:
        wire = serve(client_timeout=0.03, allow_download=True)
        file = wire.upload(b"x" * 20_000_000)
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(PATIENCE)
            client.connect(("127.0.0.1", port_of(wire)))
            client.sendall(request(wire, path=f"/files/{file['id']}/content"))
            assert client.recv(12) == b"HTTP/1.1 200"
            time.sleep(1)
            with suppress(ConnectionResetError):
                assert len(received(client)) < 20_000_000

    @pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
    def test_the_time_must_be_one(self, seconds: float) -> None:
        with pytest.raises(ValueError, match="client_timeout: got"):
            LocalService(client_timeout=seconds)


class TestManyStreams:
    def test_the_streams_of_one_client_do_not_hold_up_another(self, serve: Serve) -> None:
        before = set(threading.enumerate())
        model = Speaking("begun", Speaking.HOLD, ModelTurn())
        wire = serve(model=model)
        try:
            with ExitStack() as stack:
                agent = wire.agent()
                streams = [stack.enter_context(opened(wire, "/threads/runs", assistant_id=agent["id"])) for _ in range(100)]
                for events in streams:
                    events.until("thread.message.delta")
                with Wire(wire.service) as other:
                    # The model lets nobody go: what had to wait for one of them would never be answered.
                    thread = other.thread("hello")
                    assert other.messages(thread)[0]["content"][0]["text"]["value"] == "hello"
                    assert other.upload()["bytes"]
                    with opened(other, f"/threads/{thread['id']}/runs", assistant_id=agent["id"]) as events:
                        assert events.until("thread.message.delta")
                model.let_go.set()
                for events in streams:
                    events.until("thread.run.completed")
        finally:
            model.let_go.set()
        # Those who took the places of the waiting are not kept.
        assert eventually(
            lambda: sum(thread.name.startswith("agentkit-run-") for thread in {*threading.enumerate()} - before) <= 8
        )
