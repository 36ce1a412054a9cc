"""The one way out: every call of a client passes through :meth:`Pipeline.send`."""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from .. import _hooks
from .._core.credentials import CredentialKind, credential_kind, key_of
from .._core.endpoint import LOCAL_KEY_VARIABLE, Endpoint, require_secure, require_secure_proxies
from .._core.kept_body import BEGINNING, MOST_BYTES
from .._core.options import CallSettings, ClientSettings
from .._core.repeatability import is_accepted, is_given_keys, key_headers, takes_key
from .._core.retry import Attempts, Decision, Outcome, decide
from .._core.wire_request import encode_body, is_secret, join_url, link_url, masked, merged_headers, redirect_target, user_agent
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
from .._outcome import broken_answer, call_error, failed_call, note_local_key, parse_body
from .._primitives import AsyncTokens, async_call, async_chunks, async_sleep
from .._request import Request, streamed
from .._types import AsyncCredential

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._files import Counter

__all__ = ["ByteStream", "Pipeline"]

_log = logging.getLogger("agentkit")
R = TypeVar("R")

MAX_REDIRECTS = 10


class Pipeline:
    """Sends requests to one endpoint: address, credentials, retries, errors, parsing.

    :param endpoint: where the requests go, and as which kind of service.
    :param credential: a key or a token credential.
    :param settings: the client's settings; calls may override those of a call.
    :param owned: credentials to close with the pipeline.
    :param http: connections to use that belong to somebody else; by default the pipeline has its own.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credential: AsyncCredential,
        settings: ClientSettings,
        *,
        owned: tuple[Any, ...] = (),
        http: AsyncHttp | None = None,
    ) -> None:
        require_secure(endpoint)
        require_secure_proxies(endpoint, settings.proxies)
        self.endpoint = endpoint
        self.defaults: CallSettings = settings.call
        self._settings = settings
        self._api_version = settings.api_version or endpoint.api_version
        self._has_keys = is_given_keys(endpoint, settings.repeatability)
        self._honours_keys = bool(settings.repeatability)
        self._owned = owned
        self._credential = credential
        self._tokens: AsyncTokens | None = None
        self._scopes = settings.credential_scopes or ((endpoint.scope,) if endpoint.scope else ())
        if credential_kind(credential) is not CredentialKind.KEY:
            if not self._scopes:
                raise ValueError(
                    f"{endpoint.where()} takes its key, not a token: give the key as credential, or set {LOCAL_KEY_VARIABLE}; "
                    "for one that does take tokens give credential_scopes="
                )
            self._tokens = AsyncTokens(credential, self._scopes)
        self._http = http or AsyncHttp(self._connection())
        self._siblings: list[Pipeline] = []
        self._closed = False

    @property
    def credential(self) -> AsyncCredential:
        """The key or token credential that requests are authorised with."""
        return self._credential

    @property
    def tokens(self) -> AsyncTokens | None:
        """Where the access tokens come from; None where a key is sent."""
        return self._tokens

    @property
    def verify(self) -> bool | str:
        """Which certificates the service may have."""
        return self._settings.verify

    def sibling(self, endpoint: Endpoint) -> Pipeline:
        """A pipeline to another service of the same project: the same connections, credential and settings of calls.

        It ends with this one. The api-version that the client was given is that of its agents alone, and so is what it was told of
        keys, unless the other service stands at the same address; the token scopes that it was given are also those of a service that
        takes the same tokens.
        """
        scopes = self._settings.credential_scopes if endpoint.scope == self.endpoint.scope else ()
        told = self._settings.repeatability if endpoint.origin == self.endpoint.origin else None
        settings = replace(self._settings, api_version=None, credential_scopes=scopes, repeatability=told)
        sibling = Pipeline(endpoint, self._credential, settings, http=self._http)
        sibling._closed = self._closed
        self._siblings.append(sibling)
        return sibling

    def twin(self) -> Pipeline:
        """A pipeline like this one, with connections of its own; whoever asks for it closes it."""
        return Pipeline(self.endpoint, self._credential, self._settings)

    async def send(self, request: Request[R], settings: CallSettings) -> R:
        """Send one request and return what it becomes.

        :param request: what to send.
        :param settings: how: the client's settings with the call's own laid over them.
        :return: the model that the request names; for a request that names none, or with ``stream=True``, an iterator of bytes.
        """
        if _hooks.observer is None:
            return await self._send(request, settings)
        with _hooks.request(self.endpoint, request, settings) as watched:
            return watched.saw(await self._send(request, settings))

    async def _send(self, request: Request[R], settings: CallSettings) -> R:
        if self._closed:
            raise ValueError(
                f"{request.operation}() was called on a client that is closed; make a new client, or close it later"
            )
        if settings.stream_parameter:
            given = request
            request = await async_call(lambda: streamed(given))
        # Only a body that is read from somewhere makes anybody wait; a thread for the others would cost more than they do.
        content = await async_call(encode_body, request) if hasattr(request.body, "read") else encode_body(request)
        outgoing = HttpRequest(request.method, self._url(request, settings), self._headers(request, settings))
        context: dict[str, Any] = {"operation": request.operation}
        attempts, hops = Attempts(), 0
        while True:
            outgoing.headers.update(await self._authorization(outgoing))
            outgoing.content = content if content is None or isinstance(content, bytes) else async_chunks(content)
            if settings.raw_request_hook is not None:
                settings.raw_request_hook(PipelineRequest(outgoing, context))
            response = await self._attempt(outgoing, settings, request)
            if isinstance(response, TransportError):
                outcome = Outcome(failure=response.failure)
            else:
                if response.status_code in request.success:
                    if self._settings.repeatability is None and self._has_key(request):
                        # Said anew by each: another server may stand at the address meanwhile.
                        self._honours_keys = is_accepted(response.headers)
                    result: R = await self._result(request, settings, PipelineResponse(outgoing, response, context), response)
                    return result
                if settings.raw_response_hook is not None:
                    settings.raw_response_hook(PipelineResponse(outgoing, response, context))
                target = redirect_target(outgoing.method, outgoing.url, response.status_code, response.headers)
                if target is not None and hops < MAX_REDIRECTS and _is_replayable(request):
                    hops += 1
                    self._follow(outgoing, target)
                    continue
                if response.status_code == 401 and self._tokens is not None:
                    self._tokens.forget()
                outcome = Outcome(status=response.status_code, headers=response.headers)
            decision = self._decide(request, settings, attempts, outcome)
            if not decision.retry:
                raise self._failure(request, settings, response, decision)
            attempts = attempts.after(outcome)
            _log.debug("%s: %s", request.operation, decision.reason)
            await async_sleep(decision.delay)

    async def aclose(self) -> None:
        """Close the connections and the credentials that were made here; nothing can be sent after that."""
        self._closed = True
        for sibling in self._siblings:
            sibling._closed = True
        try:
            await self._http.aclose()
        finally:
            owned, self._owned = self._owned, ()
            for credential in owned:
                await async_call(credential.close)

    # --- the way out --------------------------------------------------------------------------------------------------

    def _url(self, request: Request[Any], settings: CallSettings) -> str:
        version = request.api_version or self._api_version
        if request.url is not None:
            return link_url(request.url, request.version_name, version)
        params = {request.version_name: version, **request.params, **settings.params}
        return join_url(self.endpoint.base_url, request.path, params)

    def _headers(self, request: Request[Any], settings: CallSettings) -> dict[str, str]:
        headers = {
            "Accept": request.accept,
            "User-Agent": user_agent(settings.user_agent),
            "x-ms-client-request-id": settings.request_id or str(uuid.uuid4()),
        }
        if not request.returns:
            # Bytes as they are: their length is known, and events do not wait to be packed.
            headers["Accept-Encoding"] = "identity"
        content_type = settings.content_type or request.content_type
        if request.parts is not None:
            headers.update(request.parts.headers)
        elif request.content_type is not None and content_type is not None:
            headers["Content-Type"] = content_type
        if self._has_key(request):
            headers.update(key_headers(str(uuid.uuid4()), time.time()))
        return merged_headers(headers, request.headers, settings.headers)

    def _has_key(self, request: Request[Any]) -> bool:
        """Whether a request carries a key, under which a service that honours it carries it out once."""
        return self._has_keys and takes_key(request.method) and not request.reads

    def _is_own(self, url: str) -> bool:
        return url.startswith(self.endpoint.origin + "/")

    async def _authorization(self, outgoing: HttpRequest) -> dict[str, str]:
        """The header that proves who the caller is; none for another host, to which a redirect may have led."""
        if not self._is_own(outgoing.url):
            return {}
        if self._tokens is None:
            return {self.endpoint.key_header: key_of(self._credential)}
        try:
            token = await self._tokens.get()
        except Exception as error:
            note_local_key(self.endpoint, error)
            raise
        return {"Authorization": f"Bearer {token}"}

    def _secret(self) -> str | None:
        """What was sent as proof of who the caller is; None where nothing was yet."""
        return key_of(self._credential) if self._tokens is None else self._tokens.last

    def _follow(self, outgoing: HttpRequest, target: str) -> None:
        outgoing.url = target
        if not self._is_own(target):
            for name in [name for name in outgoing.headers if is_secret(name)]:
                del outgoing.headers[name]

    async def _attempt(
        self, outgoing: HttpRequest, settings: CallSettings, request: Request[Any]
    ) -> AsyncHttpResponse | TransportError:
        """Send once. The body is read here, so that an answer that breaks off is one that did not come, unless it is streamed."""
        began = time.monotonic()
        streamed = settings.stream or not request.returns
        if settings.logging_enable:
            _log.debug("-> %s %s", outgoing, masked(outgoing.headers))
        try:
            response = await self._http.send(outgoing, Timeouts(settings.connection_timeout, settings.read_timeout))
            succeeded = response.status_code in request.success
            if not (streamed and succeeded):
                await response.aread(MOST_BYTES if succeeded else BEGINNING)
        except TransportError as error:
            _log.debug("%s: %s after %.0f ms", outgoing, error, 1000 * (time.monotonic() - began))
            return error
        _log.debug("%s: %s in %.0f ms", outgoing, response.status_code, 1000 * (time.monotonic() - began))
        if settings.logging_enable:
            _log.debug("<- %s %s %s", response.status_code, response.reason, masked(response.headers))
        return response

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
            replayable=_is_replayable(request),
            idempotent=True if request.reads or (self._honours_keys and self._has_key(request)) else None,
        )

    # --- what comes back ----------------------------------------------------------------------------------------------

    def _failure(
        self, request: Request[Any], settings: CallSettings, response: AsyncHttpResponse | TransportError, decision: Decision
    ) -> Exception:
        if isinstance(response, TransportError):
            return failed_call(request, self.endpoint, response, decision.reason)
        sent = "a key" if self._tokens is None else f"a token of the scope {' '.join(self._scopes)}"
        response.hide(self._secret())
        return call_error(request, self.endpoint, response, settings.error_map, decision.reason, sent)

    async def _result(
        self, request: Request[Any], settings: CallSettings, answer: PipelineResponse, response: AsyncHttpResponse
    ) -> Any:
        try:
            if settings.raw_response_hook is not None:
                settings.raw_response_hook(answer)
            result: Any
            if settings.stream or not request.returns:
                result = ByteStream(request, response)
            else:
                result = parse_body(request, response, self._secret)
            return result if settings.cls is None else settings.cls(answer, result, dict(response.headers))
        except BaseException:
            await response.aclose()
            raise


def _is_replayable(request: Request[Any]) -> bool:
    """Whether the body can be sent once more."""
    return request.parts is None or bool(request.parts.replayable)


class ByteStream(AsyncIterator[bytes]):
    """The body of an answer, piece by piece as it arrives.

    Its connection is free again at the end, after an error, and when it is closed or the ``with`` block that it was opened in is left.
    """

    def __init__(self, request: Request[Any], response: AsyncHttpResponse) -> None:
        self._request = request
        self._response = response
        self._chunks = response.aiter_bytes()
        self._is_read = False
        self._counter: Counter | None = None

    def count_with(self, counter: Counter) -> None:
        """Tell of the bytes that are read from now on."""
        counter.start(self.length)
        self._counter = counter

    @property
    def response(self) -> AsyncHttpResponse:
        """The answer whose body this is."""
        return self._response

    @property
    def length(self) -> int | None:
        """The bytes in all, where the service says so and sends them as they are."""
        told = self._response.headers.get("content-length", "")
        return int(told) if told.isdecimal() and "content-encoding" not in self._response.headers else None

    async def __anext__(self) -> bytes:
        self._is_read = True
        try:
            chunk = await self._chunks.__anext__()
        except TransportError as error:
            await self.aclose()
            raise broken_answer(self._request, error) from error
        except StopAsyncIteration:
            if self._counter is not None:
                self._counter.end()
                self._counter.close()
            raise
        finally:
            self._is_read = False
        if self._counter is not None:
            self._counter.add(len(chunk))
        return chunk

    async def aclose(self) -> None:
        """Stop reading."""
        if self._counter is not None:
            self._counter.close()
        # While somebody waits for a piece, nothing but the end of the answer can end that.
        if not self._is_read:
            await self._chunks.aclose()
        await self._response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
