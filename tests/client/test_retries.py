"""When both clients send again, and when they do not: the table of the decision, held against a real server."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from agentkit.exceptions import (
    HttpResponseError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

from .faces import Connect, done, next_piece, pieces
from .fixtures import Naps
from .servers import AGENT, Answer, RawServer, closed_port

OK = Answer(body=AGENT)
CUT = Answer(body=AGENT, cut=True)
DROP = Answer(drop=True)


def _sleeps(naps: Naps) -> list[float]:
    return [nap for nap in naps.slept if nap > 0]


@pytest.mark.parametrize(
    "first",
    [
        Answer(429, headers={"Retry-After": "0"}),
        Answer(503),
        Answer(500),
        Answer(502),
        Answer(504),
        Answer(408),
        Answer(599),
        Answer(404, headers={"Retry-After": "1"}),
        CUT,
        DROP,
        Answer(500, b"an error that breaks off", cut=True),
    ],
)
async def test_a_get_is_sent_again(first: Answer, raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [first, OK]
    assert (await done(connect(raw).agents.get_agent("asst_1"))).id == "asst_1"
    assert [seen.method for seen in raw.seen] == ["GET", "GET"]
    assert len({seen.headers["x-ms-client-request-id"] for seen in raw.seen}) == 1


@pytest.mark.parametrize("first", [Answer(429, headers={"Retry-After": "0"}), Answer(429), Answer(503)])
async def test_a_post_is_sent_again_where_it_was_not_processed(
    first: Answer, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [first, OK]
    await done(connect(raw).agents.create_agent(model="m", request_id="mine"))
    assert [(seen.json(), seen.headers["x-ms-client-request-id"]) for seen in raw.seen] == [({"model": "m"}, "mine")] * 2


@pytest.mark.parametrize(
    ("only", "error"),
    [
        (Answer(500), HttpResponseError),
        (Answer(502), HttpResponseError),
        (Answer(504), HttpResponseError),
        (Answer(408), HttpResponseError),
        (Answer(400, headers={"Retry-After": "1"}), HttpResponseError),
        (CUT, ServiceResponseError),
        (DROP, ServiceResponseError),
    ],
)
async def test_a_post_is_not_sent_again_where_it_may_have_been_processed(
    only: Answer, error: type[Exception], raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [only, OK]
    with pytest.raises(error):
        await done(connect(raw).agents.create_agent(model="m"))
    assert len(raw.seen) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 501, 505, 204, 304])
async def test_what_will_not_change_is_not_asked_again(status: int, raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(status), OK]
    with pytest.raises(HttpResponseError):
        await done(connect(raw).agents.get_agent("asst_1"))
    assert len(raw.seen) == 1


async def test_waits_grow_and_end(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(503)]
    with pytest.raises(HttpResponseError) as caught:
        await done(connect(raw).agents.get_agent("asst_1"))
    assert len(raw.seen) == 4
    second, third = _sleeps(naps)
    assert 0.8 <= second <= 1.6 <= third <= 3.2
    assert "retry_status=3" in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "2.5"}, 2.5),
        ({"retry-after-ms": "250", "Retry-After": "7"}, 0.25),
        ({"x-ms-retry-after-ms": "1500"}, 1.5),
        ({"Retry-After": "Sun, 15 Jun 2025 15:06:50 GMT"}, 10.0),
    ],
)
async def test_the_wait_that_the_service_asks_for_is_kept(
    headers: dict[str, str], seconds: float, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [Answer(429, headers=headers), OK]
    await done(connect(raw).agents.create_agent(model="m"))
    assert naps.slept == [pytest.approx(seconds)]


async def test_a_wait_beyond_the_cap_fails_at_once_and_says_so(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(429, headers={"Retry-After": "86400"}), OK]
    client = connect(raw)
    with pytest.raises(HttpResponseError, match=r"Retry-After of 86400 s is beyond the cap of 300 s \(retry_after_max\)"):
        await done(client.agents.get_agent("asst_1"))
    assert not naps.slept
    raw.seen.clear()
    await done(client.agents.get_agent("asst_1", retry_after_max=100_000))
    assert naps.slept == [86400]


async def test_retry_total_0_turns_retries_off(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(503), OK]
    with pytest.raises(HttpResponseError):
        await done(connect(raw).agents.get_agent("asst_1", retry_total=0))
    raw.seen.clear()
    client = connect(raw, retry_total=0)
    with pytest.raises(HttpResponseError):
        await done(client.agents.get_agent("asst_1"))
    assert len(raw.seen) == 1
    raw.seen.clear()
    await done(client.agents.get_agent("asst_1", retry_total=1))


async def test_the_caller_may_widen_what_is_retried(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(409), Answer(500), OK]
    await done(connect(raw).agents.create_agent(model="m", retry_on_status_codes=[409], retry_on_methods=["POST"]))
    assert len(raw.seen) == 3


async def test_a_stream_as_body_is_sent_again_whole(raw: RawServer, connect: Connect, naps: Naps) -> None:
    import io

    raw.answers = [Answer(503), OK]
    await done(connect(raw).agents.create_agent(io.BytesIO(b'{"model":"m"}')))
    assert [seen.body for seen in raw.seen] == [b'{"model":"m"}'] * 2


@pytest.mark.parametrize("call", [("get_agent", ["asst_1"], {}), ("create_agent", [], {"model": "m"})])
async def test_a_refused_connection_is_tried_again_then_an_error(
    call: tuple[str, list[str], dict[str, Any]], connect: Connect, naps: Naps
) -> None:
    name, positional, named = call
    url = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(ServiceRequestError) as caught:
        await done(getattr(connect(url).agents, name)(*positional, **named))
    assert len(naps.slept) == 3
    text = str(caught.value)
    assert text.startswith(f"{name} could not be sent: ")
    for part in (url, "retry_connect=3", "a local service at 127.0.0.1", "AGENTKIT_LOCAL_KEY"):
        assert part in text
    assert "\n" not in text


async def test_an_answer_that_keeps_breaking_off_is_a_response_error(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [CUT]
    with pytest.raises(ServiceResponseError, match=r"get_agent was sent, but no complete answer came: GET /assistants/asst_1"):
        await done(connect(raw).agents.get_agent("asst_1"))
    assert len(raw.seen) == 4


async def test_an_answer_in_a_broken_encoding_is_a_response_error(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(body=b"no gzip", headers={"Content-Encoding": "gzip"})]
    with pytest.raises(ServiceResponseError):
        await done(connect(raw).agents.create_agent(model="m"))


async def test_a_download_that_breaks_off_is_an_error_of_the_iteration(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=b"x" * 300_000, cut=True)]
    stream = await done(connect(raw).agents.get_file_content("f"))
    got = [await next_piece(stream), await next_piece(stream)]
    with pytest.raises(ServiceResponseError, match=r"get_file_content: the answer of GET /files/f/content broke off"):
        await pieces(stream)
    assert b"".join(got) == b"x" * len(b"".join(got))


async def test_no_answer_in_time_is_a_timeout(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=AGENT, wait=10)]
    agents = connect(raw, retry_total=0).agents
    with pytest.raises(ServiceResponseTimeoutError, match="Wait longer with read_timeout="):
        await done(agents.get_agent("asst_1", read_timeout=0.05))
    with pytest.raises(ServiceResponseTimeoutError, match="Wait longer with read_timeout="):
        await done(agents.create_agent(model="m", read_timeout=0.05))


async def test_no_connection_in_time_is_a_timeout(connect: Connect) -> None:
    import socket

    # A full queue of waiting connections: the next one is neither taken nor refused.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as busy, socket.create_connection(busy.getsockname()):
        client = connect(f"http://127.0.0.1:{busy.getsockname()[1]}", retry_total=0)
        with pytest.raises(ServiceRequestTimeoutError, match="Wait longer with connection_timeout="):
            await done(client.agents.get_agent("asst_1", connection_timeout=0.05))


async def test_retries_are_told_in_the_log(
    raw: RawServer, connect: Connect, naps: Naps, caplog: pytest.LogCaptureFixture
) -> None:
    raw.answers = [Answer(429, headers={"Retry-After": "3"}), OK]
    with caplog.at_level(logging.DEBUG, logger="agentkit"):
        await done(connect(raw).agents.get_agent("asst_1"))
    told = [record.message for record in caplog.records if "retry" in record.message]
    assert told == ["get_agent: retry 1 after status 429, in 3 s (Retry-After)"]
