"""The service as an ASGI application: one route for each path of the description, under the base of every dialect."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentkit.local.bodies import parsed
from agentkit.local.description import Description, OperationFacts, load_description
from agentkit.local.dialects import BASES, dialect_of, error_body
from agentkit.local.errors import ApiError, too_large
from agentkit.local.guards import Guards
from agentkit.local.operations import (
    Answered,
    Awaited,
    BrokenOff,
    Call,
    Context,
    Events,
    FileContent,
    Form,
    Handler,
    Later,
    Result,
    handlers,
)
from agentkit.local.repeatability import Answers, Key, key_of
from agentkit.local.resources.workspace import APP_INSIGHTS_PATH, app_insights_resource
from agentkit.local.runs.events import frame
from agentkit.local.store import Transaction
from agentkit.local.uploads import read_form
from agentkit.local.validation import RequestValidator, registry_of

__all__ = ["build_app"]

_LOG = logging.getLogger("agentkit.local")

_HEALTH = "/health"
_POLL_AFTER_MS = "100"
_MAX_JSON_BYTES = 32 * 1024 * 1024
_DRAIN_BYTES = 1024 * 1024 * 1024
_EVENT_HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]


def build_app(context: Context, guards: Guards, about: Callable[[], Mapping[str, Any]]) -> ASGIApp:
    """The whole application.

    :param context: What the operations work on.
    :param guards: What every request has to pass; the one for health needs no key.
    :param about: What the service says of itself.
    :raises RuntimeError: The description and the functions that answer it do not match.
    """
    router = Router(_routes(context, load_description()), redirect_slashes=False, default=_unknown_path)
    bases: list[BaseRoute] = [Mount(base, app=router) for base in BASES]
    health = Route(_HEALTH, _Health(about))
    insights = Route(APP_INSIGHTS_PATH, _AppInsights(context))
    return _Gate(Router([health, insights, *bases], redirect_slashes=False, default=_unknown_path), guards)


def _routes(context: Context, description: Description) -> list[Route]:
    answering = handlers()
    described = {facts.id for facts in description.operations}
    if described != set(answering):
        odd = ", ".join(sorted(described ^ set(answering)))
        raise RuntimeError(f"the description and the functions of the local service differ in: {odd}")
    registry, answers = registry_of(description), Answers()
    paths: dict[str, dict[str, _Operation]] = {}
    for facts in description.operations:
        validator = RequestValidator(facts, registry)
        paths.setdefault(facts.path, {})[facts.method] = _Operation(context, facts, answering[facts.id], validator, answers)
    # A fixed word goes before a parameter that could stand for it: "/threads/runs" before "/threads/{threadId}".
    return [Route(path, _Endpoint(paths[path])) for path in sorted(paths, key=lambda path: path.replace("{", "\x7f"))]


class _Operation:
    """Answers the requests for one operation."""

    def __init__(
        self, context: Context, facts: OperationFacts, handler: Handler, validator: RequestValidator, answers: Answers
    ) -> None:
        self._context = context
        self._facts = facts
        self._handler = handler
        self._validator = validator
        self._answers = answers

    async def answer(self, request: Request) -> ASGIApp:
        form, raw, key = None, b"", key_of(request)
        if self._facts.multipart:
            chunks = request.stream() if key is None else key.covering(request.stream())
            form = await read_form(request.headers.get("content-type", ""), chunks, self._context.blobs)
        elif self._facts.body is not None:
            raw = await _read_body(request)
            if key is not None:
                key.covers(raw)
        return await run_in_threadpool(self._answered, request, raw, form, key)

    def _answered(self, request: Request, raw: bytes, form: Form | None, key: Key | None) -> ASGIApp:
        try:
            sent = {name: request.query_params.getlist(name) for name in request.query_params}
            call = Call(
                context=self._context,
                path=request.path_params,
                query=self._validator.query(sent),
                body=self._validator.body(parsed(raw)) if self._facts.body is not None else {},
                form=form,
                dialect=dialect_of(request.scope["path"]),
                url=str(request.url),
            )
            with self._context.store.transaction() as tx:
                result, once = (self._handler(tx, call), False) if key is None else self._carried_out_once(tx, call, key)
        finally:
            if form is not None and form.part is not None:
                # The operation has taken the part over, or has refused it.
                form.part.unlink(missing_ok=True)
        response = _response(result)
        return _Repeatable(response) if once else response

    def _carried_out_once(self, tx: Transaction, call: Call, key: Key) -> tuple[Result, bool]:
        """The answer to a request with a key, and whether it has the effect of one however often it comes."""
        known = self._answers.find(tx, key)
        if known is not None:
            return known, True
        before = tx.changes
        result = self._handler(tx, call)
        return result, self._answers.keep(tx, key, result, changed=tx.changes > before)


def _response(result: Result) -> ASGIApp:
    if isinstance(result, FileContent):
        return FileResponse(result.path, filename=result.filename)
    if isinstance(result, Events):
        return _EventResponse(result)
    if isinstance(result, BrokenOff):
        return Response(frame(result.name, result.data), headers={"cache-control": "no-store"}, media_type="text/event-stream")
    if isinstance(result, Awaited):
        return _AwaitedResponse(result)
    if isinstance(result, Answered):
        return Response(status_code=result.status) if result.document is None else _json(result.status, result.document)
    return _json(200, result.make() if isinstance(result, Later) else result)


class _Repeatable:
    """Sends an answer, and says with it that its request has the effect of one however often it comes."""

    def __init__(self, response: ASGIApp) -> None:
        self._response = response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["repeatability-result"] = "accepted"
            await send(message)

        await self._response(scope, receive, stamped)


class _EventResponse:
    """Sends events as they happen, until the stream ends or the reader has gone."""

    def __init__(self, events: Events) -> None:
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_gone(receive))
        gone.add_done_callback(lambda _: self._events.leave())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _EVENT_HEADERS})
            while events := await self._events.stream.read():
                await send({"type": "http.response.body", "body": events, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()


class _AwaitedResponse:
    """Waits for an answer, which may turn out to come event by event, as long as the client waits too."""

    def __init__(self, awaited: Awaited) -> None:
        self._awaited = awaited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_gone(receive))
        result = asyncio.ensure_future(self._awaited.result())
        try:
            await asyncio.wait((gone, result), return_when=asyncio.FIRST_COMPLETED)
            if not result.done():
                raise ClientDisconnect
            answer = result.result()
        finally:
            gone.cancel()
            if not result.done():
                self._awaited.leave()
                result.cancel()
        response = _EventResponse(answer) if isinstance(answer, Events) else _json(200, answer)
        await response(scope, receive, send)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


class _Endpoint:
    """One path: hands a request to the operation of its method."""

    def __init__(self, operations: Mapping[str, _Operation]) -> None:
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self._operations.get(scope["method"])
        if operation is None:
            allowed = ", ".join(sorted(self._operations))
            raise ApiError(
                405, f"{scope['method']} is not possible on this path; possible: {allowed}.", code="MethodNotAllowed"
            )
        response = await operation.answer(Request(scope, receive))
        await response(scope, receive, send)


class _Health:
    """Says that the service is there, and what it consists of; asks for no key."""

    def __init__(self, about: Callable[[], Mapping[str, Any]]) -> None:
        self._about = about

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _json(200, await run_in_threadpool(self._about))(scope, receive, send)


class _AppInsights:
    """The Application Insights resource of the project, whose id is its path."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        resource = app_insights_resource(self._context, scope["path"], scope["path_params"]["name"])
        await _json(200, resource)(scope, receive, send)


class _Gate:
    """Every request passes here: it must get past the guards, and its answer gets an id and, if it was refused, an error body."""

    def __init__(self, app: ASGIApp, guards: Guards) -> None:
        self._app = app
        self._guards = guards

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = str(uuid4())
        headers = Headers(scope=scope)
        body = self._guards.body(receive)
        started = False

        async def stamped(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _LOG.info("%s %s: %d", scope["method"], _logged(scope["path"]), message["status"])
                out = MutableHeaders(scope=message)
                out["x-ms-request-id"] = request_id
                if body.late:
                    out["connection"] = "close"
                if "x-stainless-poll-helper" in headers:
                    # How long clients of OpenAI wait before they look again.
                    out["openai-poll-after-ms"] = _POLL_AFTER_MS
                if "x-ms-client-request-id" in headers:
                    out["x-ms-client-request-id"] = headers["x-ms-client-request-id"]
            await send(message)

        try:
            self._guards.check_source(headers)
            if scope["path"] != _HEALTH:
                self._guards.check_key(headers)
            await self._app(scope, body, stamped)
            return
        except ApiError as error:
            refusal = error
        except ClientDisconnect:
            _LOG.debug("the client of request %s went away", request_id)
            return
        except Exception:
            _LOG.exception("request %s failed: %s %s", request_id, scope["method"], _logged(scope["path"]))
            message = f"The service failed at this request; its log says why under the request id {request_id}."
            refusal = ApiError(500, message, code="InternalServerError", kind="server_error")
            if started:
                raise
        # A connection that is closed with unread data is reset, and the client would never see why it was refused.
        await body.drain(_DRAIN_BYTES)
        told = error_body(refusal, dialect_of(scope["path"]), request_id, datetime.now(timezone.utc))
        await _json(refusal.status, told, refusal.headers)(scope, receive, stamped)


def _logged(path: str) -> str:
    """A path as it is sent, so that nothing in it can begin a line of the log, or speak to a terminal."""
    return quote(path)


async def _unknown_path(scope: Scope, receive: Receive, send: Send) -> None:
    raise ApiError(
        404,
        f"There is nothing at {scope['method']} {scope['path']}. The operations stand under /api/projects/PROJECT, "
        "/agents/v1.0/subscriptions/..., /raisvc/v1.0/subscriptions/..., /subscriptions/..., /openai, /openai/v1, /models and /v1.",
        code="NotFound",
    )


async def _read_body(request: Request) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > _MAX_JSON_BYTES:
            raise too_large(f"The body is larger than {_MAX_JSON_BYTES} bytes, the most that is taken.")
        chunks.append(chunk)
    return b"".join(chunks)


def _json(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(body, ensure_ascii=False).encode(), status, headers, media_type="application/json")
