"""Answers that are not what they say they are: more than one, packed and not whole, no events; and what errors tell of them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import agentkit._http
from agentkit._http import AsyncHttp, AsyncHttpResponse, ConnectionSettings, HttpRequest, SyncHttp, Timeouts
from agentkit.exceptions import AzureError, DecodeError, EventStreamError, HttpResponseError, ServiceResponseError

from .faces import Connect, done, inside, pieces
from .fixtures import Naps
from .servers import AGENT, Answer, RawServer

LONG = Timeouts(10, 10)
SETTINGS = ConnectionSettings(trust_environment=False, verify=False)
ID = {"x-ms-request-id": "req_1"}

OTHER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother"
SURPLUS = {
    "an answer": [OTHER],
    "a part of one": [OTHER[:20]],
    "a part, then the rest": [OTHER[:20], OTHER[20:]],
    "an answer, later": [b"", OTHER],
    "two, later": [OTHER, OTHER],
    "a line": [b"\r\n"],
}


@pytest.fixture(params=["sync", "aiohttp", "httpx"])
async def http(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SyncHttp | AsyncHttp]:
    """Connections of each kind in turn."""
    monkeypatch.setattr(agentkit._http, "USE_AIOHTTP", request.param == "aiohttp")
    http = SyncHttp(SETTINGS) if request.param == "sync" else AsyncHttp(SETTINGS)
    yield http
    if isinstance(http, SyncHttp):
        http.close()
    else:
        await http.aclose()


async def body_of(http: SyncHttp | AsyncHttp, url: str) -> bytes:
    response: Any = await done(http.send(HttpRequest("GET", url, {}), LONG))
    body: bytes = await response.aread() if isinstance(response, AsyncHttpResponse) else response.read()
    return body


# --- more than one answer -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("surplus", SURPLUS.values(), ids=SURPLUS)
async def test_what_comes_after_an_answer_is_not_the_next_one(
    surplus: list[bytes], http: SyncHttp | AsyncHttp, raw: RawServer
) -> None:
    raw.answers = [Answer(body=b"one", surplus=surplus), Answer(body=b"two"), Answer(body=b"three")]
    assert await body_of(http, raw.url) == b"one"
    assert raw.surplus_sent.wait(10)  # also in the way of the event loop, which then has not seen what came
    assert [await body_of(http, raw.url) for _ in range(2)] == [b"two", b"three"]
    assert len(raw.seen) == 3


async def test_a_connection_that_was_closed_meanwhile_is_not_used(http: SyncHttp | AsyncHttp, raw: RawServer) -> None:
    raw.answers = [Answer(body=b"one"), Answer(body=b"two")]
    assert await body_of(http, raw.url) == b"one"
    raw.hang_up()  # and the event loop is not asked before the next request
    assert await body_of(http, raw.url) == b"two"


async def test_the_state_of_the_librarys_connections_is_found(raw: RawServer) -> None:
    """The check needs what httpcore keeps for itself; this fails where a release of it keeps that elsewhere."""
    http = SyncHttp(SETTINGS)
    response = http.send(HttpRequest("GET", raw.url, {}), LONG)
    assert type(response._raw.stream).__name__ == "_Body"
    response.read()
    http.close()


# --- packed ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_a_packed_answer_is_read(coding: str, pack: Any, raw: RawServer, connect: Connect) -> None:
    packed = pack(Answer(body=AGENT).content)
    raw.answers = [Answer(body=packed, headers={"Content-Encoding": coding, "Content-Type": "application/json"})]
    assert (await done(connect(raw).agents.get_agent("asst_1"))).name == "ä"
    assert raw.last.headers["Accept-Encoding"] == "gzip, deflate"
    raw.answers = [Answer(body=pack(b"words" * 50_000), headers={"Content-Encoding": coding})]
    content = await pieces(await done(connect(raw).agents.get_file_content("f")))
    assert b"".join(content) == b"words" * 50_000
    assert max(map(len, content)) <= 64 * 1024


async def test_bytes_and_events_are_asked_for_as_they_are(raw: RawServer, connect: Connect) -> None:
    agents = connect(raw, headers={"X-Mine": "1"}).agents
    await pieces(await done(agents.get_file_content("f")))
    assert raw.last.headers["Accept-Encoding"] == "identity"
    await pieces(await done(agents.get_file_content("f", headers={"Accept-Encoding": "gzip"})))
    assert raw.last.headers["Accept-Encoding"] == "gzip"
    raw.answers = [Answer(body=b"event: done\ndata: [DONE]\n\n")]
    async with inside(agents.create_stream("t", agent_id="a")) as handler:
        await done(handler.until_done())
    assert raw.seen[-1].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("end", [0.3, 0.99])
async def test_a_packed_file_that_is_not_whole_is_an_error_and_no_file(
    end: float, raw: RawServer, connect: Connect, tmp_path: Path
) -> None:
    packed = gzip.compress(bytes(range(256)) * 100)
    raw.answers = [Answer(body=packed[: int(len(packed) * end)], headers={"Content-Encoding": "gzip", **ID})]
    with pytest.raises(ServiceResponseError, match=r"in the middle of its gzip content, request id req_1\. Try again"):
        await done(connect(raw).agents.save_file("f", "a.txt", tmp_path))
    assert list(tmp_path.iterdir()) == []


async def test_a_packed_answer_that_is_not_whole_is_asked_for_again(raw: RawServer, connect: Connect, naps: Naps) -> None:
    half = Answer(body=gzip.compress(Answer(body=AGENT).content)[:40], headers={"Content-Encoding": "gzip"})
    raw.answers = [half, Answer(body=AGENT)]
    assert (await done(connect(raw).agents.get_agent("asst_1"))).id == "asst_1"
    assert len(raw.seen) == 2


# --- what errors tell -----------------------------------------------------------------------------------------------------


def told_by(error: Any) -> tuple[int | None, str | None]:
    return error.status_code, error.request_id


async def test_an_answer_that_broke_off_is_known_by_its_head(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(body=AGENT, cut=True, headers=ID)]
    with pytest.raises(ServiceResponseError, match="request id req_1") as caught:
        await done(connect(raw, retry_total=0).agents.get_agent("asst_1"))
    assert told_by(caught.value) == (200, "req_1")
    raw.answers = [Answer(drop=True)]
    with pytest.raises(ServiceResponseError) as caught:
        await done(connect(raw, retry_total=0).agents.get_agent("asst_1"))
    assert told_by(caught.value) == (None, None)


async def test_an_answer_that_is_no_json_is_named(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=b"<html>", headers=ID)]
    with pytest.raises(DecodeError, match=r"request id req_1\)\. Check that the endpoint"):
        await done(connect(raw).agents.get_agent("asst_1"))


async def test_events_without_end_are_an_error_of_the_service(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=b"x" * (17 << 20), headers=ID)]
    with pytest.raises(
        EventStreamError, match=r"a line has more than 16777216 bytes.*status 200 \(text/plain, request id req_1\)"
    ) as caught:
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as handler:
            await done(handler.until_done())
    error = caught.value
    assert isinstance(error, (ValueError, AzureError))
    assert isinstance(error, DecodeError)
    assert (error.status_code, error.request_id) == (200, "req_1")


async def test_a_mark_of_the_byte_order_is_no_part_of_the_json(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=b"\xef\xbb\xbf" + Answer(body=AGENT).content)]
    assert (await done(connect(raw).agents.get_agent("asst_1"))).id == "asst_1"


async def test_nor_of_what_an_error_says(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(400, b'\xef\xbb\xbf{"error": {"code": "no_such_model", "message": "it said no"}}')]
    with pytest.raises(HttpResponseError, match="it said no") as caught:
        await done(connect(raw).agents.get_agent("asst_1"))
    error: Any = caught.value
    assert error.error.code == "no_such_model"
    assert error.model.error.message == "it said no"
    assert error.response.text().startswith("{")
