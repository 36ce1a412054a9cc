"""The async client over either kind of connections: those of aiohttp, where the extra is installed, and httpx's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

import agentkit._http
from agentkit._core.retry import Failure
from agentkit._http import AsyncHttp, ConnectionSettings, HttpRequest, Timeouts, TransportError

from .servers import AGENT, Answer, RawServer, closed_port

LONG = Timeouts(10, 10)
SETTINGS = ConnectionSettings(trust_environment=False, verify=False)


@pytest.fixture(params=["aiohttp", "httpx"])
async def http(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncHttp]:
    """Connections of each kind in turn."""
    monkeypatch.setattr(agentkit._http, "USE_AIOHTTP", request.param == "aiohttp")
    http = AsyncHttp(SETTINGS)
    yield http
    await http.aclose()


def get(raw: RawServer, method: str = "GET", path: str = "/", content: Any = None) -> HttpRequest:
    return HttpRequest(method, f"{raw.url}{path}", {"Accept": "application/json"}, content)


async def failure_of(http: AsyncHttp, request: HttpRequest, timeouts: Timeouts = LONG) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await (await http.send(request, timeouts)).aread()
    return caught.value


def test_the_switch_chooses_the_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("httpx_aiohttp")
    modules = []
    for switch in (True, False):
        monkeypatch.setattr(agentkit._http, "USE_AIOHTTP", switch)
        modules.append(agentkit._http._async_transport().__module__)
    assert modules[0] == "agentkit._aiohttp"
    assert modules[1] == "agentkit._cancellation"


async def test_an_address_goes_out_as_it_was_written(http: AsyncHttp, raw: RawServer) -> None:
    path = "/a%2Cb/c%2Fd?list=x%2Cy,z&plus=%2B%20&quoted=%27%28%29%3A%40"
    await (await http.send(get(raw, path=path), LONG)).aread()
    assert raw.last.target == path


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_request_whose_answer_does_not_come_is_sent_once_and_counts_as_sent(
    method: str, http: AsyncHttp, raw: RawServer
) -> None:
    raw.answers = [Answer(body=AGENT), Answer(drop=True)]
    await (await http.send(get(raw), LONG)).aread()  # the next request goes over a connection that was used before
    error = await failure_of(http, get(raw, method))
    assert (error.failure, error.timed_out) == (Failure.READ, False)
    assert len(raw.seen) == 2


async def test_an_answer_that_breaks_off_counts_as_sent(http: AsyncHttp, raw: RawServer) -> None:
    raw.answers = [Answer(body=AGENT, cut=True)]
    error = await failure_of(http, get(raw))
    assert (error.failure, error.timed_out) == (Failure.READ, False)


async def test_an_answer_that_takes_too_long_is_a_read_that_timed_out(http: AsyncHttp, raw: RawServer) -> None:
    raw.answers = [Answer(body=AGENT, wait=20)]
    error = await failure_of(http, get(raw), Timeouts(10, 0.05))
    assert (error.failure, error.timed_out) == (Failure.READ, True)


async def test_no_connection_is_told_apart(http: AsyncHttp) -> None:
    request = HttpRequest("POST", f"http://127.0.0.1:{closed_port()}/", {})
    error = await failure_of(http, request)
    assert (error.failure, error.timed_out) == (Failure.CONNECT, False)


async def test_an_error_of_what_gives_the_body_is_that_error(http: AsyncHttp, raw: RawServer) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise KeyError("mine")

    request = HttpRequest("POST", f"{raw.url}/", {"Content-Length": "5"}, broken())
    with pytest.raises(KeyError, match="mine"):
        await http.send(request, LONG)


async def test_more_requests_than_any_default_limit_are_in_flight_at_once(
    http: AsyncHttp, raws: Callable[..., RawServer]
) -> None:
    count = 130
    slow = raws(Answer(body=AGENT, wait=0.5))
    answers = await asyncio.gather(*(http.send(get(slow), LONG) for _ in range(count)))
    assert len(slow.seen) == count
    for answer in answers:
        await answer.aclose()


async def test_cookies_come_back(http: AsyncHttp, raw: RawServer) -> None:
    raw.answers = [Answer(body=AGENT, headers={"Set-Cookie": "place=7; Path=/"}), Answer(body=AGENT)]
    for _ in range(2):
        await (await http.send(get(raw), LONG)).aread()
    assert [seen.headers["Cookie"] for seen in raw.seen] == [None, "place=7"]


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
async def test_no_header_is_added_to_a_request_without_a_body(method: str, http: AsyncHttp, raw: RawServer) -> None:
    await (await http.send(get(raw, method), LONG)).aread()
    assert raw.last.headers["Content-Type"] is None
    assert raw.last.headers["Content-Length"] == (None if method == "GET" else "0")


async def test_a_client_that_is_cancelled_closes_its_connection(http: AsyncHttp, raw: RawServer) -> None:
    raw.answers = [Answer(body=b"x" * 20_000_000)]
    answer = await http.send(get(raw), LONG)
    reading = asyncio.create_task(answer.aread())
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await answer.aclose()
    assert await asyncio.to_thread(raw.hung_up.wait, 5)


async def test_a_file_of_certificates_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "none.pem"
    bad.write_text("no certificate")
    http = AsyncHttp(ConnectionSettings(verify=str(bad)))
    with pytest.raises(ValueError, match="connection_verify="):
        await http.send(HttpRequest("GET", "https://127.0.0.1:1/", {}), LONG)
    await http.aclose()
