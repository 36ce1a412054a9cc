"""What comes beside the body of an answer, and the bodies of errors: hints when to come back, moments, links to the next page."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from agentkit._core.busy import active_run_id, is_busy
from agentkit._core.endpoint import from_url
from agentkit._core.errors import explain, read_error
from agentkit._core.retry import Attempts, Outcome, RetryPolicy, decide, retry_after
from agentkit._outcome import _error_model
from agentkit._paging import _absolute
from agentkit._wire import read_unix, to_rfc3339, to_unix
from agentkit.models import OpenAIFile, ThreadMessage

from ..mutate import VALUES, Mutator
from ..target import Target

__all__ = ["TARGETS"]

# --- when to come back ------------------------------------------------------------------------------------------------------------

_HEADERS = ("Retry-After", "retry-after-ms", "x-ms-retry-after-ms")
_HINTS = (
    *("5", "0", "-1", "1.5", "+3", "120 ", "1e3", "nan", "inf", "0x10", "١٢", "9" * 400, "5, 6", "", "86400"),
    *(
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Fri, 31 Dec 9999 23:59:59 -2359",
    ),
)
_WORDS = ("GMT", "+9999", "-0000", "Wed,", "Feb", "31", "00:60", "99999", " ", ":", "(", '"', "\\", "UTC", "24:00:00")


def _make_hint(mutator: Mutator) -> tuple[dict[str, str], str]:
    random = mutator.random
    headers = {random.choice(_HEADERS): mutator.text(random.choice(_HINTS), _WORDS) for _ in range(random.choice((1, 1, 2, 3)))}
    return headers, random.choice(("GET", "POST"))


def _check_hint(given: tuple[dict[str, str], str]) -> None:
    headers, method = given
    seconds = retry_after(headers, 1_700_000_000.0)
    assert seconds is None or (seconds >= 0 and math.isfinite(seconds))
    policy = RetryPolicy()
    for status in (404, 429, 503):
        made = decide(
            policy, method=method, attempts=Attempts(), outcome=Outcome(status, headers), now=1_700_000_000.0, jitter=0.5
        )
        assert made.reason
        assert 0 <= made.delay <= policy.retry_after_max


# --- moments ----------------------------------------------------------------------------------------------------------------------

_MOMENTS = (
    "2024-05-01T12:00:00Z",
    "2024-05-01T12:00:00.5+02:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2024-W18-3T1",
)


def _make_moment(mutator: Mutator) -> Any:
    random = mutator.random
    if random.random() < 0.5:
        return mutator.text(random.choice(_MOMENTS), ("T", "Z", "-", "+23:59", "24:00", "60", "0000", ".999999999", "99999"))
    number = random.choice((1_700_000_000, 0, -62135596800, 253402300799, 2**63, 10**400, 1e17, 0.1, random.choice(VALUES)))
    return number + random.choice((-1, 0, 1, 0.5, 1e-9)) if isinstance(number, (int, float)) and abs(number) < 1e300 else number


def _check_moment(given: Any) -> None:
    try:
        moment = read_unix(given)
    except ValueError:
        moment = None
    if moment is not None:
        assert abs(to_unix(moment) - given) <= 1
        assert to_rfc3339(moment).endswith("Z")
    # In a response whatever is no moment stays as it came.
    for holder in (OpenAIFile({"id": "file_1", "created_at": given}), ThreadMessage({"id": "msg_1", "created_at": given})):
        value: Any = holder.created_at
        assert isinstance(value, datetime) or value == given or given != given
        shown = holder["created_at"]
        assert shown == given or given != given or (isinstance(value, datetime) and abs(shown - given) <= 1)
        str(holder)
        repr(holder)


# --- errors -----------------------------------------------------------------------------------------------------------------------

_ERRORS: tuple[Any, ...] = (
    {
        "error": {
            "code": "NotFound",
            "message": "No assistant found with id 'asst_1'.",
            "param": "assistant_id",
            "type": "invalid_request_error",
        }
    },
    {"error": {"message": "Can't add messages to thread_1 while a run run_abc is active.", "code": None}},
    {"error": {"code": "UserError", "message": "bad", "innerError": {"code": "x"}, "details": [{"code": "y", "message": "z"}]}},
    {"code": "DeploymentNotFound", "message": "no"},
    {"error": "denied"},
    {"statusCode": 401, "message": "Unauthorized"},
)
_TARGETS = ("/threads/thread_1/runs/run_1", "/assistants", "/assistants/asst_1", "/threads/runs", "/files/a%00b/content", "")
_ENDPOINTS = tuple(
    map(
        from_url,
        (
            "https://a.services.ai.azure.com/api/projects/p",
            "https://a.openai.azure.com",
            "http://127.0.0.1:5000",
            "http://127.0.0.1:5000/api/projects/p",
        ),
    )
)


def _make_error(mutator: Mutator) -> tuple[int, str, bytes]:
    """A status, the path of the request, and the body."""
    random = mutator.random
    body = json.dumps(mutator.json(random.choice(_ERRORS), ("DeploymentNotFound", "found with id", "run_x is active"))).encode()
    if random.random() < 0.2:
        body = random.choice(
            (
                b"",
                b"<html><title>502</title>",
                b"[" * 3000,
                b"\xff\xfe{",
                mutator.bytes(body, (b"{", b"}", b'"error":', b"NaN")),
            )
        )
    return random.choice((400, 401, 403, 404, 404, 409, 418, 429, 500, 503, 301, 600)), random.choice(_TARGETS), body


class _Response:
    def __init__(self, content: bytes) -> None:
        self.content = content


class _Error:
    def __init__(self, status: int, body: bytes) -> None:
        self.status_code, self.response, self.message = status, _Response(body), None


def _check_error(given: tuple[int, str, bytes]) -> None:
    status, target, body = given
    error = read_error(body)
    assert all(part is None or isinstance(part, str) for part in (error.code, error.message, error.param))
    for endpoint in _ENDPOINTS:
        text = explain("get_run", target, status, "Reason", {"x-request-id": "req_1"}, body, endpoint)
        assert len(text.splitlines()) == 1, text
        assert "req_1" in text
    said = _error_model(body)
    if said is not None:
        str(said), repr(said), said.as_dict()
    raised = _Error(status, body)
    assert isinstance(is_busy(raised), bool)
    assert active_run_id(raised) is None or active_run_id(raised)


# --- links to the next page -------------------------------------------------------------------------------------------------------

_BASES = ("https://host.example/api/projects/p/connections", "http://127.0.0.1:5000/connections?api-version=v1")
_LINKS = (
    "https://host.example/api?skip=a",
    "/next?skip=1#x",
    "?skip=2",
    "//host.example/x",
    "http://127.0.0.1:5000/x",
    "https://HOST.example:443/",
)


def _make_link(mutator: Mutator) -> tuple[str, str]:
    words = ("@", "//", "\\", "evil.example", ":80", ":", "%40", "#", "?", "https:", "javascript:", "..", "[::1]", "。", ".")
    return mutator.random.choice(_BASES), mutator.text(mutator.random.choice(_LINKS), words)


def _check_link(given: tuple[str, str]) -> None:
    base, link = given
    made = _absolute(base, link)
    if made is None:
        return
    own, found = urlsplit(base), urlsplit(made)
    assert (found.scheme, found.netloc) == (own.scheme, own.netloc)
    try:
        read = httpx.URL(made)
    except (httpx.InvalidURL, UnicodeError):
        return
    assert (read.scheme, read.host, read.port) == (own.scheme, own.hostname, httpx.URL(base).port), made


TARGETS = (
    Target("retry hints", _make_hint, _check_hint),
    Target("moments", _make_moment, _check_moment),
    Target("error bodies", _make_error, _check_error),
    Target("links to pages", _make_link, _check_link),
)
