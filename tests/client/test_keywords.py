"""The keywords that every call accepts: each of them shown at work on a call of each kind."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

import agentkit._http
import agentkit._httpx
from agentkit._types import CallOptions, SharedOptions, StreamedOptions
from agentkit.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError, ServiceResponseTimeoutError

from .faces import Connect, Overlay, done, pieces
from .fixtures import Naps
from .servers import AGENT, Answer, RawServer, closed_port

RUN = {"id": "run_1", "object": "thread.run", "thread_id": "t", "assistant_id": "a", "created_at": 1, "status": "completed"}
FILE = {"id": "f", "object": "file", "bytes": 1, "filename": "n", "purpose": "assistants", "status": "processed"}
PAGE = {"object": "list", "data": [AGENT], "first_id": "asst_1", "last_id": "asst_1", "has_more": False}


@dataclass(frozen=True)
class Kind:
    """A kind of call: the operation, what it is given, what the service answers."""

    name: str
    operation: str
    arguments: dict[str, Any]
    body: Mapping[str, Any] | bytes
    posts: bool = False
    single: bool = True
    """Whether it is one request, whose answer it returns."""

    @property
    def good(self) -> Answer:
        return Answer(body=self.body)

    @property
    def content(self) -> bytes:
        return self.good.content


KINDS = [
    Kind("single", "get_agent", {"agent_id": "asst_1"}, AGENT),
    Kind("list", "list_agents", {}, PAGE),
    Kind("helper", "create_and_process_run", {"thread_id": "t", "agent_id": "a"}, RUN, posts=True, single=False),
    Kind("upload", "upload_file", {"file": b"x", "purpose": "assistants"}, FILE, posts=True),
    Kind("download", "get_file_content", {"file_id": "f"}, b"content"),
]


class Stage:
    """A client before a server that answers by a script, and the call that is looked at."""

    def __init__(
        self,
        kind: Kind,
        raw: RawServer,
        connect: Connect,
        naps: Naps,
        patch: pytest.MonkeyPatch,
        log: pytest.LogCaptureFixture,
    ) -> None:
        self.kind, self.raw, self.connect, self.naps, self.patch, self.log = kind, raw, connect, naps, patch, log

    async def call(self, *answers: Answer, at: str | None = None, **options: Any) -> Any:
        """Call with these options; the answers come in order, the call's own if none are given."""
        self.raw.seen.clear()
        self.naps.slept.clear()
        self.raw.answers = answers or [self.kind.good]
        operation = getattr(self.connect(at or self.raw).agents, self.kind.operation)
        return await done(operation(**self.kind.arguments, **options))

    async def read(self, *answers: Answer, **options: Any) -> Any:
        """As :meth:`call`; of a download its content."""
        result = await self.call(*answers, **options)
        return b"".join(await pieces(result)) if self.kind.name == "download" else result

    def sent(self, header: str) -> str | None:
        value: str | None = self.raw.last.headers[header]
        return value


Effect = Callable[[Stage], Awaitable[None]]
EFFECTS: dict[str, Effect] = {}


def shows(*keywords: str) -> Callable[[Effect], Effect]:
    """Marks what shows the effect of a keyword."""

    def mark(effect: Effect) -> Effect:
        EFFECTS.update(dict.fromkeys(keywords, effect))
        return effect

    return mark


@shows("headers")
async def _headers(stage: Stage) -> None:
    await stage.read(headers={"X-Mine": "1", "accept": "text/plain"})
    assert (stage.sent("X-Mine"), stage.sent("Accept")) == ("1", "text/plain")
    assert len(stage.raw.last.headers.get_all("Accept")) == 1  # type: ignore[arg-type]


@shows("params")
async def _params(stage: Stage) -> None:
    await stage.read(params={"mine": "a b", "api-version": "v9"})
    assert (stage.raw.last.query["mine"], stage.raw.last.query["api-version"]) == ("a b", "v9")


@shows("content_type")
async def _content_type(stage: Stage) -> None:
    await stage.read(content_type="application/json; charset=utf-8")
    if stage.kind.name == "upload":
        assert str(stage.sent("Content-Type")).startswith("multipart/form-data; boundary="), "an upload has its own"
    else:
        assert stage.sent("Content-Type") == ("application/json; charset=utf-8" if stage.kind.posts else None)


@shows("request_id")
async def _request_id(stage: Stage) -> None:
    await stage.read(request_id="mine-1")
    assert stage.sent("x-ms-client-request-id") == "mine-1"


@shows("user_agent")
async def _user_agent(stage: Stage) -> None:
    await stage.read(user_agent="mine/1")
    assert str(stage.sent("User-Agent")).startswith("mine/1 agentkit/")


@shows("connection_timeout")
async def _connection_timeout(stage: Stage) -> None:
    given: list[float | None] = []
    real = agentkit._httpx.outgoing_request

    def noted(client: Any, request: Any, timeouts: Any) -> Any:
        given.append(timeouts.connect)
        return real(client, request, timeouts)

    stage.patch.setattr(agentkit._http, "outgoing_request", noted)
    for timeout in (1.5, None):
        await stage.read(connection_timeout=timeout)
    assert given == [1.5, None]


@shows("read_timeout")
async def _read_timeout(stage: Stage) -> None:
    with pytest.raises(ServiceResponseTimeoutError, match="read_timeout="):
        await stage.call(Answer(body=stage.kind.body, wait=20), read_timeout=0.05, retry_total=0)


BUSY = Answer(429)


@shows("retry_total")
async def _retry_total(stage: Stage) -> None:
    with pytest.raises(HttpResponseError, match="retry_total=1"):
        await stage.call(BUSY, retry_total=1)
    assert len(stage.raw.seen) == 2


@shows("retry_status")
async def _retry_status(stage: Stage) -> None:
    with pytest.raises(HttpResponseError, match="retry_status=0"):
        await stage.call(BUSY, retry_status=0)
    assert len(stage.raw.seen) == 1
    await stage.read(*[BUSY] * 5, stage.kind.good, retry_status=5)


@shows("retry_connect")
async def _retry_connect(stage: Stage) -> None:
    with pytest.raises(ServiceRequestError, match="retry_connect=1"):
        await stage.call(at=f"http://127.0.0.1:{closed_port()}", retry_connect=1)
    assert len(stage.naps.slept) == 1


@shows("retry_read", "retry_on_methods")
async def _retry_read(stage: Stage) -> None:
    lost = Answer(drop=True)
    with pytest.raises(ServiceResponseError, match="retry_read=1"):
        await stage.call(lost, retry_read=1, retry_on_methods=["GET", "POST"])
    assert len(stage.raw.seen) == 2
    with pytest.raises(ServiceResponseError):
        await stage.call(lost, stage.kind.good, retry_on_methods=[])
    assert len(stage.raw.seen) == 1


@shows("retry_backoff_factor", "retry_backoff_max", "retry_mode")
async def _retry_backoff(stage: Stage) -> None:
    for name in ("agentkit.aio._pipeline", "agentkit._sync._pipeline"):
        stage.patch.setattr(f"{name}.random", Overlay(random, random=lambda: 1.0))
    for options, slept in (
        ({"retry_backoff_factor": 1}, [0, 2, 4, 8]),
        ({"retry_backoff_factor": 1, "retry_backoff_max": 3}, [0, 2, 3, 3]),
        ({"retry_backoff_factor": 5, "retry_mode": "fixed"}, [0, 5, 5, 5]),
    ):
        await stage.read(*[BUSY] * 4, stage.kind.good, retry_status=4, **options)
        assert stage.naps.slept[:4] == slept


@shows("retry_on_status_codes")
async def _retry_on_status_codes(stage: Stage) -> None:
    await stage.read(Answer(418), stage.kind.good, retry_on_status_codes=[418], retry_on_methods=["GET", "POST"])
    with pytest.raises(HttpResponseError):
        await stage.call(Answer(418), stage.kind.good)


@shows("retry_after_max")
async def _retry_after_max(stage: Stage) -> None:
    later = Answer(429, headers={"Retry-After": "100"})
    await stage.read(later, stage.kind.good, retry_after_max=100)
    assert stage.naps.slept[0] == 100
    with pytest.raises(HttpResponseError, match=r"beyond the cap of 99 s \(retry_after_max\)"):
        await stage.call(later, stage.kind.good, retry_after_max=99)


@shows("raw_request_hook")
async def _raw_request_hook(stage: Stage) -> None:
    methods: list[str] = []

    def hook(request: Any) -> None:
        methods.append(request.http_request.method)
        request.http_request.headers["X-Hook"] = "1"

    await stage.read(raw_request_hook=hook)
    assert (methods, stage.sent("X-Hook")) == (["POST" if stage.kind.posts else "GET"], "1")


@shows("raw_response_hook")
async def _raw_response_hook(stage: Stage) -> None:
    statuses: list[int] = []
    await stage.read(BUSY, stage.kind.good, raw_response_hook=lambda answer: statuses.append(answer.http_response.status_code))
    assert statuses == [429, 200]


@shows("error_map")
async def _error_map(stage: Stage) -> None:
    with pytest.raises(KeyError, match="failed on"):
        await stage.call(Answer(404), error_map={404: KeyError})


@shows("cls")
async def _cls(stage: Stage) -> None:
    def taken(answer: Any, result: Any, headers: Mapping[str, str]) -> tuple[Any, Any, str]:
        return answer.http_response.status_code, result, headers["content-type"]

    if not stage.kind.single:
        with pytest.raises(TypeError, match=rf"{stage.kind.operation}\(\) does not take cls="):
            await stage.call(cls=taken)
        return
    status, result, kind = await stage.call(cls=taken)
    assert (status, kind) == (200, stage.kind.good.content_type)
    if stage.kind.name == "download":
        assert b"".join(await pieces(result)) == b"content"
    else:
        assert result == stage.kind.body


@shows("stream")
async def _stream(stage: Stage) -> None:
    if not stage.kind.single:
        with pytest.raises(TypeError, match=rf"{stage.kind.operation}\(\) does not take stream="):
            await stage.call(stream=True)
        return
    assert b"".join(await pieces(await stage.call(stream=True))) == stage.kind.content


@shows("logging_enable")
async def _logging_enable(stage: Stage) -> None:
    with stage.log.at_level(logging.DEBUG, "agentkit"):
        await stage.read(logging_enable=True)
    records = stage.log.messages
    assert any(record.startswith(f"-> {stage.raw.last.method} ") and "'api-key': '***'" in record for record in records)
    assert any(record.startswith("<- 200") for record in records)


@shows("stream_parameter")
async def _stream_parameter(stage: Stage) -> None:
    for value in (None, False):
        result = await stage.read(stream_parameter=value)
        assert result == (b"content" if stage.kind.name == "download" else stage.kind.body)
    with pytest.raises(TypeError, match=rf"{stage.kind.operation}\(\) does not take stream_parameter=True"):
        await stage.call(stream_parameter=True)
    assert not stage.raw.seen


def test_no_keyword_is_missing_here() -> None:
    assert sorted(EFFECTS) == sorted(
        {**SharedOptions.__annotations__, **CallOptions.__annotations__, **StreamedOptions.__annotations__}
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("keyword", EFFECTS)
async def test_a_keyword_has_its_effect(
    keyword: str,
    kind: Kind,
    raw: RawServer,
    connect: Connect,
    naps: Naps,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await EFFECTS[keyword](Stage(kind, raw, connect, naps, monkeypatch, caplog))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_all_keywords_may_be_given_as_none_or_as_usual(kind: Kind, raw: RawServer, connect: Connect) -> None:
    """Scripts that pass their defaults through give the keywords without a wish."""
    raw.answers = [kind.good]
    nothing = dict.fromkeys(("headers", "params", "content_type", "request_id", "user_agent", "error_map", "cls"))
    hooks = dict.fromkeys(("raw_request_hook", "raw_response_hook"))
    result = await done(getattr(connect(raw).agents, kind.operation)(**kind.arguments, **nothing, **hooks, stream=False))
    assert (await pieces(result) == [b"content"]) if kind.name == "download" else (result == kind.body)
