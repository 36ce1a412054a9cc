"""The service as an ASGI application: one route for each path of the description, under the base of every dialect."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentkit.local.description import Description, OperationFacts, load_description
from agentkit.local.errors import ApiError, bad_request, too_large, unauthorized
from agentkit.local.operations import Call, Context, FileContent, Form, Handler, RunEvents, handlers
from agentkit.local.uploads import read_form
from agentkit.local.validation import RequestValidator, registry_of

__all__ = ["BASES", "build_app"]

_LOG = logging.getLogger("agentkit.local")

BASES = (
    "/api/projects/{project}",
    "/agents/v1.0/subscriptions/{subscription}/resourceGroups/{group}"
    "/providers/Microsoft.MachineLearningServices/workspaces/{workspace}",
    "/openai",
    "/v1",
)
"""Where the agents operations stand, in the words of each kind of service; all on one store."""

_HEALTH = "/health"
_MAX_JSON_BYTES = 32 * 1024 * 1024
_DRAIN_BYTES = 1024 * 1024 * 1024
_EVENT_HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]


def build_app(context: Context, key: str, about: Callable[[], Mapping[str, Any]]) -> ASGIApp:
    """The whole application.

    :param context: What the operations work on.
    :param key: What every request but the one for health has to show.
    :param about: What the service says of itself.
    :raises RuntimeError: The description and the functions that answer it do not match.
    """
    router = Router(_routes(context, load_description()), redirect_slashes=False, default=_unknown_path)
    bases: list[BaseRoute] = [Mount(base, app=router) for base in BASES]
    health = Route(_HEALTH, _Health(about))
    return _Gate(Router([health, *bases], redirect_slashes=False, default=_unknown_path), key)


def _routes(context: Context, description: Description) -> list[Route]:
    answering = handlers()
    described = {facts.id for facts in description.operations}
    if described != set(answering):
        odd = ", ".join(sorted(described ^ set(answering)))
        raise RuntimeError(f"the description and the functions of the local service differ in: {odd}")
    registry = registry_of(description)
    paths: dict[str, dict[str, _Operation]] = {}
    for facts in description.operations:
        validator = RequestValidator(facts, registry)
        paths.setdefault(facts.path, {})[facts.method] = _Operation(context, facts, answering[facts.id], validator)
    # A fixed word goes before a parameter that could stand for it: "/threads/runs" before "/threads/{threadId}".
    return [Route(path, _Endpoint(paths[path])) for path in sorted(paths, key=lambda path: path.replace("{", "\x7f"))]


class _Operation:
    """Answers the requests for one operation."""

    def __init__(self, context: Context, facts: OperationFacts, handler: Handler, validator: RequestValidator) -> None:
        self._context = context
        self._facts = facts
        self._handler = handler
        self._validator = validator

    async def answer(self, request: Request) -> ASGIApp:
        form, raw = None, b""
        if self._facts.multipart:
            form = await read_form(request.headers.get("content-type", ""), request.stream(), self._context.blobs)
        elif self._facts.body is not None:
            raw = await _read_body(request)
        return await run_in_threadpool(self._answered, request, raw, form)

    def _answered(self, request: Request, raw: bytes, form: Form | None) -> ASGIApp:
        try:
            sent = {name: request.query_params.getlist(name) for name in request.query_params}
            call = Call(
                context=self._context,
                path=request.path_params,
                query=self._validator.query(sent),
                body=self._validator.body(_parsed(raw)) if self._facts.body is not None else {},
                form=form,
            )
            with self._context.store.transaction() as tx:
                result = self._handler(tx, call)
        finally:
            if form is not None and form.part is not None:
                # The operation has taken the part over, or has refused it.
                form.part.unlink(missing_ok=True)
        if isinstance(result, FileContent):
            return FileResponse(result.path, filename=result.filename)
        if isinstance(result, RunEvents):
            return _EventResponse(self._context, result)
        return _json(200, result)


class _EventResponse:
    """Sends the events of a run as they happen, until it ends or waits, or until the reader has gone."""

    def __init__(self, context: Context, events: RunEvents) -> None:
        self._context = context
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_gone(receive))
        gone.add_done_callback(lambda _: self._leave())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _EVENT_HEADERS})
            while events := await self._events.stream.read():
                await send({"type": "http.response.body", "body": events, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()

    def _leave(self) -> None:
        self._context.runs.leave(self._events.run_id, self._events.stream)


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


class _Gate:
    """Every request passes here: it must show the key, and its answer gets an id and, if it was refused, an error body."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._key = key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = str(uuid4())
        headers = Headers(scope=scope)
        started = body_ended = False

        async def counted() -> Message:
            nonlocal body_ended
            message = await receive()
            body_ended = body_ended or not message.get("more_body", False)
            return message

        async def stamped(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                out = MutableHeaders(scope=message)
                out["x-ms-request-id"] = request_id
                if "x-ms-client-request-id" in headers:
                    out["x-ms-client-request-id"] = headers["x-ms-client-request-id"]
            await send(message)

        try:
            if scope["path"] != _HEALTH:
                self._check_key(headers)
            await self._app(scope, counted, stamped)
            return
        except ApiError as error:
            response = _json(error.status, error.body())
        except ClientDisconnect:
            _LOG.debug("the client of request %s went away", request_id)
            return
        except Exception:
            _LOG.exception("request %s failed: %s %s", request_id, scope["method"], scope["path"])
            message = f"The service failed at this request; its log says why under the request id {request_id}."
            response = _json(500, ApiError(500, message, code="InternalServerError", kind="server_error").body())
            if started:
                raise
        drained = 0
        # A connection that is closed with unread data is reset, and the client would never see why it was refused.
        while not body_ended and drained < _DRAIN_BYTES:
            drained += len((await counted()).get("body", b""))
        await response(scope, receive, stamped)

    def _check_key(self, headers: Headers) -> None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        shown = [headers["api-key"]] if "api-key" in headers else []
        if scheme.lower() == "bearer":
            shown.append(token.strip())
        if not shown:
            raise unauthorized(
                "No key was sent. Send the service's key as the header 'api-key: KEY' or 'Authorization: Bearer KEY'."
            )
        if not any(hmac.compare_digest(one.encode("latin-1"), self._key) for one in shown):
            raise unauthorized(
                "The key that was sent is not the one of this service. Send the key that it was started with as the header "
                "'api-key: KEY' or 'Authorization: Bearer KEY'."
            )


async def _unknown_path(scope: Scope, receive: Receive, send: Send) -> None:
    raise ApiError(
        404,
        f"There is nothing at {scope['method']} {scope['path']}. The operations stand under /api/projects/PROJECT, "
        "/agents/v1.0/subscriptions/..., /openai and /v1.",
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


def _parsed(raw: bytes) -> Any:
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw, parse_constant=_refuse_constant)
        if b"\\u" in raw:
            # An escape may stand for half a character, which no text can be made of.
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise bad_request(f"The body is not valid JSON: {error}") from None
    return body


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _json(status: int, body: Mapping[str, Any]) -> Response:
    return Response(json.dumps(body, ensure_ascii=False).encode(), status, media_type="application/json")
