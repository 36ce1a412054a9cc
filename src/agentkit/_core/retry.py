"""Whether a failed request is sent again, and after what wait: a pure decision over the policy, the attempts and the outcome.

A request is sent again only where that cannot do its work twice. What is said here of GET is true of any method where the request has
a key that the service honours (:mod:`agentkit._core.repeatability`):

=====================================  =======================  ==========================
outcome                                GET PUT DELETE HEAD ...  POST PATCH
=====================================  =======================  ==========================
no connection, nothing was sent        again                    again
429 (turned away), 503 (no capacity)   again                    again
408 500 502 504, above 505, or listed  again                    no: may have been processed
broke while sending, or no answer      again                    no: may have been processed
501 505                                no: permanent            no: permanent
another status >= 400                  only with a Retry-After  no
=====================================  =======================  ==========================

This is narrower than azure-ai-projects 1.0.0b10, which sends a POST again on 500, 503 and 504 and on any error that carries
a ``Retry-After``, and thereby makes a second message or run where the first one was taken after all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timezone
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, Literal, NamedTuple

__all__ = ["KEYWORDS", "Attempts", "Decision", "Failure", "Outcome", "RetryPolicy", "decide", "retry_after"]

IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})

# A 429 is turned away before any work. A 503 comes from a gateway or a service without capacity, which refuses new work; a
# service that broke in the middle of it answers 500, a gateway that lost sight of it 502 or 504. Whether there is a
# Retry-After makes no difference to that.
_NOT_PROCESSED = frozenset({429, 503})

# "Not implemented" and "HTTP version not supported" will be the answer next time too, whatever a header says.
_PERMANENT = frozenset({501, 505})

# Beyond this exponent every backoff is far over any cap, and 2.0**n would overflow.
_MAX_EXPONENT = 64


class Failure(Enum):
    """Where a request broke that got no complete answer."""

    CONNECT = "connect"
    """No connection: nothing was sent."""
    SEND = "send"
    """It broke while the request was being sent; counted with the reads, as the service may have begun."""
    READ = "read"
    """The request was sent; no answer came, or a broken one."""


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt: a status with headers, or a failure (which then counts).

    :raises ValueError: Neither a status nor a failure is given.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    failure: Failure | None = None

    def __post_init__(self) -> None:
        if self.status is None and self.failure is None:
            raise ValueError("an Outcome needs a status or a failure")

    @property
    def budget(self) -> Literal["connect", "read", "status"]:
        """The count that a retry after this outcome is charged to."""
        if self.failure is None:
            return "status"
        return "connect" if self.failure is Failure.CONNECT else "read"

    def __str__(self) -> str:
        if self.failure is None:
            return f"status {self.status}"
        return {
            Failure.CONNECT: "no connection",
            Failure.SEND: "a connection that broke while sending",
            Failure.READ: "no complete answer",
        }[self.failure]


class Attempts(NamedTuple):
    """The retries that one operation has used so far, by what made each necessary."""

    connect: int = 0
    read: int = 0
    status: int = 0

    @property
    def total(self) -> int:
        """All retries so far; the first attempt is not one."""
        return self.connect + self.read + self.status

    def after(self, outcome: Outcome) -> Attempts:
        """Count one more retry, made because of ``outcome``."""
        return self._replace(**{outcome.budget: getattr(self, outcome.budget) + 1})


class Decision(NamedTuple):
    """Whether to send again, after how many seconds, and why or why not, in words."""

    retry: bool
    delay: float = 0.0
    reason: str = ""


class RetryPolicy(NamedTuple):
    """How often and how patiently a request is sent again. Waits are in seconds.

    The defaults are those of the mirrored client: on a status that persists, 4 attempts in all.

    :param total: All retries of one operation; 0 turns retries off.
    :param connect: Retries for want of a connection.
    :param read: Retries for an answer that did not come or broke.
    :param status: Retries for an answer with an error status.
    :param backoff_factor: Unit of the wait where the service names none.
    :param backoff_max: Longest such wait.
    :param mode: ``"exponential"`` doubles that wait each time, ``"fixed"`` keeps it.
    :param on_status_codes: Statuses that are retried for the methods that allow it.
    :param methods: The methods of which a repetition does no harm.
    :param retry_after_max: The longest ``Retry-After`` that is waited for; a longer one fails at once.
    """

    total: int = 10
    connect: int = 3
    read: int = 3
    status: int = 3
    backoff_factor: float = 0.8
    backoff_max: float = 120.0
    mode: Literal["exponential", "fixed"] = "exponential"
    on_status_codes: frozenset[int] = frozenset({408, 429, 500, 502, 503, 504})
    methods: frozenset[str] = IDEMPOTENT_METHODS
    retry_after_max: float = 300.0

    @classmethod
    def from_keywords(cls, base: RetryPolicy, keywords: Mapping[str, Any]) -> RetryPolicy:
        """Change a policy by the ``retry_*`` keywords of a client or a call.

        ``retry_on_status_codes`` adds to the statuses of ``base``, as in the mirrored client; ``retry_on_methods``
        replaces its methods, and so says of a POST named there that sending it twice does no harm.

        :param base: The policy to start from.
        :param keywords: Any keywords; those in ``KEYWORDS`` are read, one that is None counts as not given, and all
            others are left to the caller to refuse.
        :return: The changed policy; ``base`` stays as it is.
        :raises ValueError: A value does not fit; the text names the keyword.
        """
        changes: dict[str, Any] = {}
        for keyword, (name, read) in _KEYWORDS.items():
            if keywords.get(keyword) is not None:
                changes[name] = read(keyword, keywords[keyword])
        if "on_status_codes" in changes:
            changes["on_status_codes"] |= base.on_status_codes
        return base._replace(**changes)


def decide(
    policy: RetryPolicy,
    *,
    method: str,
    attempts: Attempts,
    outcome: Outcome,
    now: float,
    jitter: float,
    replayable: bool = True,
    idempotent: bool | None = None,
) -> Decision:
    """Decide whether a request is sent again.

    The wait is the service's own (``retry_after``), else the backoff: none before the first retry, then
    ``backoff_factor * 2**n`` with n = 1, 2, ... (1.6 s, 3.2 s, ...) up to ``backoff_max``, of which a random share between
    a half and the whole is waited, so that clients which failed together do not come back together.

    :param policy: The policy of the call.
    :param method: The HTTP method, in any case.
    :param attempts: The retries made before this outcome.
    :param outcome: What became of the last attempt.
    :param now: The time, in unix seconds, against which a ``Retry-After`` date is read.
    :param jitter: A random number, at least 0 and below 1.
    :param replayable: False for a body that cannot be produced again, such as a consumed iterator.
    :param idempotent: Whether a repetition does no harm; by default the method tells.
    :return: The decision. Its reason is fit for a log line or the end of an error text.
    """
    if outcome.failure is None and outcome.status is not None and outcome.status < 400:
        return Decision(False, reason=f"{outcome} is no error")
    harmless = method.upper() in policy.methods if idempotent is None else idempotent
    asked = retry_after(outcome.headers, now) if outcome.failure is None else None
    refusal = _refusal(policy, method.upper(), harmless, outcome, asked)
    if refusal is None and not replayable:
        refusal = f"not sent again after {outcome}: the body was read from a source that cannot be read twice"
    if refusal is None:
        refusal = _spent(policy, attempts, outcome)
    if refusal is None and asked is not None and asked > policy.retry_after_max:
        refusal = f"Retry-After of {_text(asked)} s is beyond the cap of {_text(policy.retry_after_max)} s (retry_after_max)"
    if refusal is not None:
        return Decision(False, reason=refusal)
    # A Retry-After of nought, or of a moment past, names no wait: the backoff keeps a busy service from being hammered.
    delay = asked or _backoff(policy, attempts.total + 1, jitter)
    source = " (Retry-After)" if asked else ""
    return Decision(True, delay, f"retry {attempts.total + 1} after {outcome}, in {_text(delay)} s{source}")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read how long the service asks to wait.

    ``retry-after-ms`` and ``x-ms-retry-after-ms`` (milliseconds) come before ``Retry-After`` (seconds, or an HTTP date).

    :param headers: The headers of the answer; their names in any case.
    :param now: The time in unix seconds, which a date is compared with.
    :return: Seconds, 0 for a negative number or a date that is past; None where no header has a usable value.
    """
    values = {str(name).lower(): str(value).strip() for name, value in headers.items()}
    for name, unit in (("retry-after-ms", 1000.0), ("x-ms-retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = _number(values.get(name, ""))
        if seconds is not None:
            return max(0.0, seconds / unit)
    moment = _moment(values.get("retry-after", ""))
    return None if moment is None else max(0.0, moment - now)


def _refusal(policy: RetryPolicy, method: str, harmless: bool, outcome: Outcome, asked: float | None) -> str | None:
    """Say why this kind of outcome is not retried at all, or None where it may be."""
    status = outcome.status if outcome.failure is None else None
    if status in _PERMANENT:
        return f"{outcome} is permanent"
    if outcome.failure is Failure.CONNECT or (status in _NOT_PROCESSED and status in policy.on_status_codes):
        return None
    listed = status is not None and (status in policy.on_status_codes or status > 505)
    if not harmless and (outcome.failure is not None or listed):
        return f"a {method} is not sent again after {outcome}: the service may have processed it"
    # With a Retry-After the service itself asks for the same request again, be it a 404 or a 409: obeyed where a
    # repetition does no harm.
    if outcome.failure is not None or listed or (harmless and asked is not None):
        return None
    return f"{outcome} is not retried"


def _spent(policy: RetryPolicy, attempts: Attempts, outcome: Outcome) -> str | None:
    """Say which limit is reached, or None where a retry is left."""
    kind = outcome.budget
    for used, limit, name in (
        (attempts.total, policy.total, "retry_total"),
        (getattr(attempts, kind), getattr(policy, kind), f"retry_{kind}"),
    ):
        if used >= limit:
            return f"{outcome} after {used} {'retry' if used == 1 else 'retries'}, the limit ({name}={limit})"
    return None


def _backoff(policy: RetryPolicy, number: int, jitter: float) -> float:
    """Wait before retry ``number`` (from 1), in seconds."""
    if number <= 1:
        return 0.0
    growth = 2.0 ** min(number - 1, _MAX_EXPONENT) if policy.mode == "exponential" else 1.0
    return min(policy.backoff_factor * growth, policy.backoff_max) * (0.5 + jitter / 2)


_NUMBER = r"[+-]?\d+(\.\d*)?"


def _number(text: str) -> float | None:
    # Not left to float() alone, which also reads "nan", "1e9", "1_000" and digits of other scripts.
    if not re.fullmatch(_NUMBER, text, re.ASCII):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def _moment(text: str) -> float | None:
    """Read an HTTP date as unix seconds."""
    try:
        moment = parsedate_to_datetime(text)
        # HTTP dates are UTC; "-0000" and the old asctime form come back without a zone.
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _text(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def _count(keyword: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{keyword} must be a whole number of retries, 0 or more, not {value!r}")
    return value


def _seconds(keyword: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        raise ValueError(f"{keyword} must be a finite number of seconds, 0 or more, not {value!r}")
    return float(value)


def _mode(keyword: str, value: Any) -> str:
    # An enum member, such as azure-core's RetryMode, gives its value.
    mode = getattr(value, "value", value)
    if not isinstance(mode, str) or mode.lower() not in ("exponential", "fixed"):
        raise ValueError(f"{keyword} must be 'exponential' or 'fixed', not {value!r}")
    return mode.lower()


def _status_codes(keyword: str, value: Any) -> frozenset[int]:
    codes = _members(value)
    if codes is None or not all(isinstance(code, int) and 400 <= code <= 599 for code in codes):
        raise ValueError(f"{keyword} must be a collection of HTTP statuses from 400 to 599, such as [409], not {value!r}")
    return frozenset(codes)


def _methods(keyword: str, value: Any) -> frozenset[str]:
    methods = _members(value)
    if methods is None or not all(isinstance(method, str) and method.isalpha() for method in methods):
        raise ValueError(f"{keyword} must be a collection of HTTP methods, such as ['GET', 'POST'], not {value!r}")
    return frozenset(method.upper() for method in methods)


def _members(value: Any) -> list[Any] | None:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)) else None


_KEYWORDS: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "retry_total": ("total", _count),
    "retry_connect": ("connect", _count),
    "retry_read": ("read", _count),
    "retry_status": ("status", _count),
    "retry_backoff_factor": ("backoff_factor", _seconds),
    "retry_backoff_max": ("backoff_max", _seconds),
    "retry_mode": ("mode", _mode),
    "retry_on_status_codes": ("on_status_codes", _status_codes),
    "retry_on_methods": ("methods", _methods),
    "retry_after_max": ("retry_after_max", _seconds),
}

KEYWORDS: tuple[str, ...] = tuple(_KEYWORDS)
"""The keywords that ``RetryPolicy.from_keywords`` reads."""
