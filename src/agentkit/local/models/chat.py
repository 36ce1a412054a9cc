"""Puts a model behind the service that answers at an endpoint of the OpenAI kind: Ollama, vLLM, llama.cpp, Azure OpenAI and others."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from agentkit.local.models.base import Failure, ModelRequest, ModelTurn
from agentkit.local.models.chat_answer import StreamedAnswer, turn_of
from agentkit.local.models.chat_dialect import Dialect
from agentkit.local.models.chat_failures import Endpoint, failure_of, shown_url
from agentkit.local.models.chat_request import chat_body
from agentkit.local.models.chat_tools import Toolbox, excerpt
from agentkit.local.openapi.loopback import is_loopback

__all__ = ["ChatEndpoint"]

_TIMEOUT = 300.0
_CONNECT_SECONDS = 10.0
_PATH = "/chat/completions"
_AZURE = (".azure.com", ".azure.us", ".azure.cn")
_STREAMED = {"stream": True, "stream_options": {"include_usage": True}}


class ChatEndpoint:
    """A model that answers at ``URL/chat/completions``, as many servers and services offer it.

    >>> model = ChatEndpoint("http://127.0.0.1:11434/v1", model="llama3.2")

    Every turn is one request on a connection of its own, and nothing is tried a second time: what fails, fails the run, with the
    reason in its ``last_error``. May be asked from several threads.

    :param url: Where the API begins, such as ``http://127.0.0.1:8000/v1``; a query in it is sent along with every request.
    :param model: The name by which the endpoint knows the model; that of the run when None.
    :param key: Sent as bearer token, to hosts of Azure as ``api-key``; None sends no key, whatever the environment holds.
    :param timeout: The longest wait for the answer to begin, and between two pieces of it, in seconds.
    :param images: Whether the model sees the images of messages; if not, it is told of them in words.
    :raises ImportError: The package of the extra ``openai`` is not installed.
    :raises ValueError: The url is none, the key would travel unencrypted, or the timeout is no number of seconds.
    """

    def __init__(
        self, url: str, model: str | None = None, key: str | None = None, timeout: float = _TIMEOUT, *, images: bool = False
    ) -> None:
        base = _checked(url, key)
        if not 0 < timeout < math.inf:
            raise ValueError(f"timeout: got {timeout}, expected a number of seconds above 0")
        self.url: str = shown_url(base)
        self._model = model
        self._key = key or None
        self._timeout = timeout
        self._images = images
        self._dialect = Dialect()
        self._openai = _openai()
        self._headers = self._authorization()
        self._client = self._openai.OpenAI(
            base_url=self.url,
            # The package wants one. What is sent for it is set with every request, or it might come from the environment.
            api_key="none",
            default_query=dict(parse_qsl(urlsplit(base).query)),
            # Without connections kept there are none to go stale, and none to close at the end.
            default_headers={
                "Connection": "close",
                "OpenAI-Organization": self._openai.Omit(),
                "OpenAI-Project": self._openai.Omit(),
            },
            max_retries=0,
            timeout=self._openai.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
            # A key must not follow a redirect, and no proxy reaches this machine.
            http_client=self._openai.DefaultHttpxClient(
                follow_redirects=False, trust_env=base.startswith("https:") or not is_loopback(base)
            ),
        )

    def __repr__(self) -> str:
        return f"ChatEndpoint({self.url!r}, model={self._model!r})"

    @property
    def name(self) -> str:
        """The model and where it is."""
        return f"{self._model} at {self.url}" if self._model else self.url

    def respond(self, request: ModelRequest) -> ModelTurn:
        """Answer one turn.

        :raises Failure: The endpoint cannot be reached, refuses, or gives an answer that is no turn.
        """
        toolbox = Toolbox(request.tools)
        body = chat_body(request, toolbox, self._model or request.model, images=self._images)
        try:
            completion = self._created(body)
        except Exception as error:
            # What an unreadable answer raises depends on the answer.
            raise self._failure(error, body) from error
        return turn_of(self._read(completion), toolbox)

    def stream(self, request: ModelRequest) -> Iterator[str | ModelTurn]:
        """Answer one turn in pieces of text, as they come, and then the turn.

        :raises Failure: As :meth:`respond`, or the stream breaks off.
        """
        toolbox = Toolbox(request.tools)
        answer = StreamedAnswer(toolbox)
        body = chat_body(request, toolbox, self._model or request.model, images=self._images)
        with closing(self._chunks({**body, **_STREAMED})) as chunks:
            for chunk in chunks:
                piece = answer.add(chunk)
                if piece:
                    yield piece
        yield answer.turn()

    def _chunks(self, body: Mapping[str, Any]) -> Generator[Mapping[str, Any], None, None]:
        try:
            with self._created(body) as stream:
                for chunk in stream:
                    yield self._read(chunk)
        except Failure:
            raise
        except Exception as error:
            # What a broken stream raises depends on where it breaks.
            raise self._failure(error, body) from error

    def _created(self, body: Mapping[str, Any]) -> Any:
        """What the package makes of the answer; asked again without the settings that the endpoint does not take."""
        create: Any = self._client.chat.completions.create
        refused = (self._openai.BadRequestError, self._openai.UnprocessableEntityError)
        return self._dialect.spoken(body, lambda adapted: create(**adapted, extra_headers=self._headers), refused)

    def _read(self, answer: Any) -> Mapping[str, Any]:
        """An answer as it stood on the wire.

        :raises Failure: It is no JSON object.
        """
        if not isinstance(answer, self._openai.BaseModel):
            raise Failure(
                f"The chat endpoint {self.url} answered with something that is no chat completion. Check that its url ends where the "
                f"API begins, such as /v1. It begins: {excerpt(str(answer))}"
            )
        document: Mapping[str, Any] = answer.to_dict(warnings=False)
        return document

    def _failure(self, error: Exception, body: Mapping[str, Any]) -> Failure:
        return failure_of(error, Endpoint(self.url, body["model"], self._key, self._timeout))

    def _authorization(self) -> dict[str, Any]:
        none = self._openai.Omit()
        if self._key is None:
            return {"Authorization": none}
        host = urlsplit(self.url).hostname or ""
        if host.endswith(_AZURE):
            return {"Authorization": none, "api-key": self._key}
        return {"Authorization": f"Bearer {self._key}"}


def _checked(url: str, key: str | None) -> str:
    """The url without what belongs behind it.

    :raises ValueError: It cannot be used.
    """
    problem = "url: it is no address of a chat endpoint; give one such as 'http://127.0.0.1:11434/v1'"
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{problem} ({error})") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError(problem)
    if parts.username is not None or parts.password is not None:
        raise ValueError("url: it holds a user name or a password, which are not sent; give the key as key=")
    if key and parts.scheme == "http" and not is_loopback(url):
        raise ValueError(f"url: the key would travel to '{parts.hostname}' unencrypted; give an https url, or no key")
    path = parts.path.rstrip("/").removesuffix(_PATH)
    return parts._replace(path=path, fragment="").geturl()


def _openai() -> Any:
    """The openai package.

    :raises ImportError: It is not installed.
    """
    try:
        import openai
    except ImportError as error:
        raise ImportError(
            "A chat endpoint needs the package 'openai', which is not installed here. Install its extra from the checkout: "
            "pip install '.[local,openai]'",
            name="openai",
        ) from error
    return openai
