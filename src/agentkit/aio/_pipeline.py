"""The one way out: every call of a client passes through :meth:`Pipeline.send`."""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from .._core.credentials import CredentialKind, credential_kind, key_of
from .._core.endpoint import Endpoint, require_secure
from .._core.options import CallSettings, ClientSettings
from .._core.retry import Attempts, Decision, Outcome, decide
from .._core.wire_request import encode_body, join_url, masked, redirect_target, user_agent
from .._http import (
    AsyncHttp,
    AsyncHttpResponse,
    ConnectionSettings,
    HttpRequest,
    PipelineRequest,
    PipelineResponse,
    Timeouts,
    TransportError,
)
from .._outcome import broken_answer, call_error, failed_call, parse_body
from .._primitives import AsyncTokens, async_call, async_chunks, async_sleep
from .._request import Request
from .._types import AsyncCredential

__all__ = ["Pipeline"]

_log = logging.getLogger("agentkit")
R = TypeVar("R")

MAX_REDIRECTS = 10


class Pipeline:
    """Sends requests to one endpoint: address, credentials, retries, errors, parsing.

    :param endpoint: where the requests go, and as which kind of service.
    :param credential: a key or a token credential.
    :param settings: the client's settings; calls may override those of a call.
    :param owned: credentials to close with the pipeline.
    """

    def __init__(
        self, endpoint: Endpoint, credential: AsyncCredential, settings: ClientSettings, *, owned: tuple[Any, ...] = ()
    ) -> None:
        require_secure(endpoint)
        self.endpoint = endpoint
        self.defaults = settings.call
        self._settings = settings
        self._api_version = settings.api_version or endpoint.api_version
        self._owned = owned
        self._credential = credential
        self._tokens: AsyncTokens | None = None
        if credential_kind(credential) is not CredentialKind.KEY:
            scopes = settings.credential_scopes or ((endpoint.scope,) if endpoint.scope else ())
            if not scopes:
                raise ValueError("a local service takes its key as credential, not a token; or give credential_scopes=")
            self._tokens = AsyncTokens(credential, scopes[0])
        self._http: AsyncHttp | None = None

    async def send(self, request: Request[R], settings: CallSettings) -> R:
        """Send one request and return what it becomes.

        :param request: what to send.
        :param settings: how: the client's settings with the call's own laid over them.
        :return: the model that the request names; for a request that names none, or with ``stream=True``, an iterator of bytes.
        """
        content = await async_call(encode_body, request)
        outgoing = HttpRequest(request.method, self._url(request, settings), self._headers(request, settings))
        context: dict[str, Any] = {"operation": request.operation}
        attempts, hops = Attempts(), 0
        while True:
            outgoing.headers.update(await self._authorization(outgoing))
            outgoing.content = content if content is None or isinstance(content, bytes) else async_chunks(content)
            if settings.raw_request_hook is not None:
                settings.raw_request_hook(PipelineRequest(outgoing, context))
            outcome, response, problem = await self._attempt(outgoing, settings)
            if response is not None:
                target = redirect_target(outgoing.method, outgoing.url, response.status_code, response.headers)
                if target is not None and hops < MAX_REDIRECTS:
                    hops += 1
                    await response.aclose()
                    self._follow(outgoing, target)
                    continue
                if response.status_code == 200:
                    break
            decision = self._decide(request, settings, attempts, outcome)
            if not decision.retry:
                raise await self._failure(request, settings, outgoing, response, problem, decision)
            if response is not None:
                await response.aclose()
            attempts = attempts.after(outcome)
            _log.debug("%s: %s; trying again in %.1f s", request.operation, decision.reason or outcome, decision.delay)
            await async_sleep(decision.delay)
        assert response is not None
        result: R = await self._result(request, settings, PipelineResponse(outgoing, response, context), response)
        return result

    async def aclose(self) -> None:
        """Close the connections and the credentials that were made here."""
        if self._http is not None:
            http, self._http = self._http, None
            await http.aclose()
        for credential in self._owned:
            await async_call(credential.close)

    # --- the way out --------------------------------------------------------------------------------------------------

    def _url(self, request: Request[Any], settings: CallSettings) -> str:
        return join_url(
            self.endpoint.base_url, request.path, {"api-version": self._api_version, **request.params, **settings.params}
        )

    def _headers(self, request: Request[Any], settings: CallSettings) -> dict[str, str]:
        headers = {
            "Accept": request.accept,
            "User-Agent": user_agent(settings.user_agent),
            "x-ms-client-request-id": settings.request_id or str(uuid.uuid4()),
        }
        if request.parts is not None:
            headers.update(request.parts.headers)
        elif request.content_type is not None:
            headers["Content-Type"] = settings.content_type or request.content_type
        headers.update(settings.headers)
        return headers

    async def _authorization(self, outgoing: HttpRequest) -> dict[str, str]:
        """The header that proves who the caller is; none for another host, to which a redirect may have led."""
        if not outgoing.url.startswith(self.endpoint.origin + "/"):
            return {}
        if self._tokens is None:
            return {self.endpoint.key_header: key_of(self._credential)}
        token = await self._tokens.get()
        return {"Authorization": f"Bearer {token}"}

    def _follow(self, outgoing: HttpRequest, target: str) -> None:
        outgoing.url = target
        for name in ("Authorization", self.endpoint.key_header):
            if name in outgoing.headers:
                del outgoing.headers[name]

    async def _attempt(
        self, outgoing: HttpRequest, settings: CallSettings
    ) -> tuple[Outcome, AsyncHttpResponse | None, TransportError | None]:
        if self._http is None:
            self._http = AsyncHttp(self._connection())
        began = time.monotonic()
        if settings.logging_enable:
            _log.debug("-> %s %s %s", outgoing.method, outgoing.url, masked(outgoing.headers))
        try:
            response = await self._http.send(outgoing, Timeouts(settings.connection_timeout, settings.read_timeout))
        except TransportError as error:
            _log.debug("%s %s: %s after %.0f ms", outgoing.method, outgoing.url, error, 1000 * (time.monotonic() - began))
            return Outcome(failure=error.failure), None, error
        _log.debug(
            "%s %s: %s in %.0f ms", outgoing.method, outgoing.url, response.status_code, 1000 * (time.monotonic() - began)
        )
        if settings.logging_enable:
            _log.debug("<- %s %s %s", response.status_code, response.reason, masked(response.headers))
        return Outcome(status=response.status_code, headers=response.headers), response, None

    def _connection(self) -> ConnectionSettings:
        plain_loopback = self.endpoint.loopback and self.endpoint.origin.startswith("http:")
        return ConnectionSettings(
            proxies=self._settings.proxies,
            # No certificates are read for plain http, and no proxy of the environment stands before a local service.
            verify=False if plain_loopback else self._settings.verify,
            cert=self._settings.cert,
            trust_environment=not self.endpoint.loopback,
        )

    def _decide(self, request: Request[Any], settings: CallSettings, attempts: Attempts, outcome: Outcome) -> Decision:
        return decide(
            settings.retry,
            method=request.method,
            attempts=attempts,
            outcome=outcome,
            now=time.time(),
            jitter=random.random(),
            replayable=request.parts is None or request.parts.replayable,
        )

    # --- what comes back ----------------------------------------------------------------------------------------------

    async def _failure(
        self,
        request: Request[Any],
        settings: CallSettings,
        outgoing: HttpRequest,
        response: AsyncHttpResponse | None,
        problem: TransportError | None,
        decision: Decision,
    ) -> Exception:
        if response is None:
            assert problem is not None
            return failed_call(request, self.endpoint, problem)
        try:
            await response.aread()
        except TransportError as error:
            return broken_answer(request, error)
        finally:
            await response.aclose()
        if settings.raw_response_hook is not None:
            settings.raw_response_hook(PipelineResponse(outgoing, response, {"operation": request.operation}))
        return call_error(request, self.endpoint, response, settings.error_map, decision.reason)

    async def _result(
        self, request: Request[Any], settings: CallSettings, answer: PipelineResponse, response: AsyncHttpResponse
    ) -> Any:
        result: Any
        if settings.stream or not request.returns:
            if settings.raw_response_hook is not None:
                settings.raw_response_hook(answer)
            result = self._chunks(request, response)
        else:
            try:
                body = await response.aread()
            except TransportError as error:
                raise broken_answer(request, error) from error
            finally:
                await response.aclose()
            if settings.raw_response_hook is not None:
                settings.raw_response_hook(answer)
            result = parse_body(request, response, body)
        return result if settings.cls is None else settings.cls(answer, result, dict(response.headers))

    async def _chunks(self, request: Request[Any], response: AsyncHttpResponse) -> AsyncIterator[bytes]:
        try:
            async for chunk in response.aiter_bytes():
                yield chunk
        except TransportError as error:
            raise broken_answer(request, error) from error
        finally:
            await response.aclose()
