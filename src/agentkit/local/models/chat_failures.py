"""Says why a chat endpoint gave no answer: what failed, at which url, in its own words, and what to do next."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from agentkit.local.models.base import Failure
from agentkit.local.models.chat_tools import excerpt

__all__ = ["Endpoint", "failure_of", "shown_url", "words_of"]

_LONGEST_WORDS = 500
_TOO_LATE = frozenset({"APITimeoutError", "ReadTimeout", "WriteTimeout"})

# By how they begin, the longer beginnings first.
_UNITS = {"ms": 0.001, "milli": 0.001, "m": 60.0, "h": 3600.0, "s": 1.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(milliseconds?|ms|minutes?|mins?|m|hours?|h|seconds?|secs?|s)", re.IGNORECASE)
# "Please try again in 1m30.5s.", "Retry after 26 seconds."
_HINT = re.compile(rf"\b(?:again|retry)\s+(?:in|after)\s+((?:{_PART.pattern}\s*)+)", re.IGNORECASE)


@dataclass(frozen=True)
class Endpoint:
    """What is known of an endpoint that gave no answer.

    :param url: Where it is, as it may be shown.
    :param model: The model that was asked for.
    :param key: What must not be shown.
    :param timeout: Seconds that it was waited for.
    """

    url: str
    model: str
    key: str | None
    timeout: float


def shown_url(url: str) -> str:
    """A url as it may be shown: without what a user, a query or a fragment may hold of secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def failure_of(error: Exception, endpoint: Endpoint) -> Failure:
    """What a run fails with whose request ended in an error.

    :param error: What the openai package raised, or the stream of an answer that broke off.
    """
    import openai

    # The order matters: the kinds of errors are kinds of each other.
    if isinstance(error, openai.APIStatusError):
        text, code = _refused(error, endpoint)
    elif _came_too_late(error):
        text, code = (
            f"The chat endpoint {endpoint.url} gave no answer within {endpoint.timeout:g} seconds. If its model needs longer than "
            "that, raise the timeout of the ChatEndpoint.",
            "server_error",
        )
    elif isinstance(error, openai.APIConnectionError):
        text, code = (
            f"The chat endpoint {endpoint.url} cannot be reached ({_cause(error)}). Check that the server is running, and that this "
            "is its url.",
            "server_error",
        )
    elif isinstance(error, openai.APIError):
        text = _sentence(f"The chat endpoint {endpoint.url} broke its answer off with an error: {words_of(error)}")
        code = _code(f"{error.code} {error.type}")
    else:
        text, code = (
            f"The answer of the chat endpoint {endpoint.url} broke off ({_cause(error)}). Look into the log of that server, and "
            "check that its url ends where the API begins, such as /v1.",
            "server_error",
        )
    return Failure(text.replace(endpoint.key, "***") if endpoint.key else text, code)


def words_of(error: Any) -> str:
    """What an endpoint says of an error, in its own words."""
    body = getattr(error, "body", None)
    for name in ("message", "error", "detail"):
        if isinstance(body, Mapping) and body.get(name):
            body = body[name]
    if isinstance(body, str) and body.strip():
        return excerpt(body, _LONGEST_WORDS)
    return excerpt(str(body), _LONGEST_WORDS) if body else excerpt(str(error), _LONGEST_WORDS)


def _refused(error: Any, endpoint: Endpoint) -> tuple[str, str]:
    status: int = error.status_code
    code = _code(str(error.code))
    words = f"(HTTP {status}): {words_of(error)}"
    if status == 429:
        text, code = f"The chat endpoint {endpoint.url} is over its rate limit {words}", "rate_limit_exceeded"
    elif 300 <= status < 400:
        target = shown_url(str(error.response.headers.get("location", "")))
        return f"The chat endpoint {endpoint.url} redirects to {target} (HTTP {status}). Give that url in its place.", code
    elif status in (401, 403):
        text = f"The chat endpoint {endpoint.url} refused the request {_sentence(words)} "
        text += "Check the key that it is given." if endpoint.key else "It wants a key: give it one as key=."
    elif status == 404:
        text = f"The chat endpoint {endpoint.url} did not find what was asked for {_sentence(words)} "
        text += f"Check that its url ends where the API begins, such as /v1, and that it has a model '{endpoint.model}'."
    elif status < 500:
        text = f"The chat endpoint {endpoint.url} refused the request {words}"
    else:
        text = f"The chat endpoint {endpoint.url} failed {_sentence(words)} Look into the log of that server."
    seconds = _seconds_to_wait(error.response.headers, words)
    return _sentence(text) + (f" Try again in {seconds} seconds." if seconds else ""), code


def _code(words: str) -> str:
    """The code of the run's last error, by what an endpoint calls its own."""
    return next((code for code in ("content_filter", "rate_limit_exceeded") if code in words), "server_error")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _came_too_late(error: Exception) -> bool:
    """Whether an answer was waited for in vain, which it is not where the server cannot even be connected to."""
    # The package passes on the errors of an HTTP library, which is not the same one in all its versions.
    names = {type(one).__name__ for one in _reasons(error)}
    return "ConnectTimeout" not in names and not names.isdisjoint(_TOO_LATE)


def _cause(error: Exception) -> str:
    """The innermost reason for an error, which says more than what was wrapped around it."""
    *_, root = _reasons(error)
    return f"{type(root).__name__}: {excerpt(str(root))}" if str(root) else type(root).__name__


def _reasons(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _seconds_to_wait(headers: Mapping[str, str], words: str) -> int | None:
    """How long to wait before the next try, in whole seconds, by the headers of an answer or by its words."""
    told = _by_headers(headers) or _by_words(words)
    return max(1, math.ceil(told)) if told and math.isfinite(told) else None


def _by_headers(headers: Mapping[str, str]) -> float | None:
    for name, scale in (("retry-after-ms", 0.001), ("x-ms-retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", value):
            return float(value) * scale
        if value:
            try:
                return parsedate_to_datetime(value).timestamp() - time.time()
            except (ValueError, OverflowError):
                continue
    return None


def _by_words(words: str) -> float | None:
    hint = _HINT.search(words)
    if hint is None:
        return None
    return sum(float(number) * _scale(unit.lower()) for number, unit in _PART.findall(hint[1]))


def _scale(unit: str) -> float:
    return next(scale for start, scale in _UNITS.items() if unit.startswith(start))
