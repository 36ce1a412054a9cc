"""Whether a run that failed is started anew, and after what wait: a pure decision over the policy, the run and the time that is left.

A run that fails because of a rate limit says so in its ``last_error``, and no request fails: the retries of requests never see it. When to
try again stands in the text of that error alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._generated import requests
from .._request import Request
from .._suggest import suggesting
from .retry import Decision

__all__ = ["RunRetry", "check_run_retry", "decide_run", "hinted_wait", "started_anew"]


@suggesting
@dataclass(frozen=True)
class RunRetry:
    """How often and how patiently a run is started anew that failed for the moment only.

    The next run starts on the same thread with the same settings, and no message is added again. When nothing of this is left, or when
    there is not enough time, the last failed run is the result, as it is without a ``RunRetry``.

    :param max_attempts: So many runs are started in all; 1 starts none anew.
    :param max_wait: The longest wait before a run, in seconds; where the service asks for a longer one, no run is started.
    :param codes: The codes of ``last_error`` after which a run is started anew.
    :param default_wait: The wait where the service names none, in seconds.
    :param on_retry: Called with the run that failed, and with the seconds that are waited from now on; what it raises comes out.
    :raises TypeError: A value is of the wrong type; the text names it.
    :raises ValueError: A value is out of range; the text names it.
    """

    max_attempts: int = 3
    max_wait: float = 60.0
    codes: Sequence[str] = ("rate_limit_exceeded",)
    default_wait: float = 20.0
    on_retry: Callable[[Any, float], Any] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.max_attempts, bool) or not isinstance(self.max_attempts, int):
            raise TypeError(f"RunRetry(max_attempts=) is a number of runs, not {type(self.max_attempts).__name__}")
        if self.max_attempts < 1:
            raise ValueError(f"RunRetry(max_attempts=) is a number of runs from 1 up, not {self.max_attempts}")
        for name in ("max_wait", "default_wait"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise TypeError(f"RunRetry({name}=) is a number of seconds, not {type(value).__name__}")
            if not 0 <= value < math.inf:
                raise ValueError(f"RunRetry({name}=) is a finite number of seconds from 0 up, not {value}")
        if isinstance(self.codes, (str, bytes)) or not all(isinstance(code, str) for code in self.codes):
            raise TypeError("RunRetry(codes=) is a list of codes of errors, such as ['rate_limit_exceeded']")
        if self.on_retry is not None and not callable(self.on_retry):
            raise TypeError(f"RunRetry(on_retry=) is a function of a run and seconds, not {type(self.on_retry).__name__}")


def check_run_retry(operation: str, value: Any) -> RunRetry | None:
    """What a call was given as ``run_retry``.

    :raises TypeError: it is neither a :class:`RunRetry` nor None.
    """
    if value is not None and not isinstance(value, RunRetry):
        raise TypeError(
            f"{operation}() takes run_retry= as a RunRetry, such as RunRetry(max_attempts=3), not {type(value).__name__}"
        )
    return value


def decide_run(policy: RunRetry, run: Any, attempt: int, left: float | None) -> Decision:
    """Decide whether a run that has ended is started anew.

    :param policy: The policy of the call.
    :param run: The run as it ended.
    :param attempt: So many runs were started so far.
    :param left: The seconds that are left of the time of the call; None where it has no end.
    :return: The decision. Its reason is empty where the run did not fail in a way that the policy is about.
    """
    error = getattr(run, "last_error", None)
    code = str(getattr(error, "code", ""))
    if str(getattr(run, "status", "")) != "failed" or code not in policy.codes:
        return Decision(False)
    hinted = hinted_wait(str(getattr(error, "message", "")))
    delay = policy.default_wait if hinted is None else hinted
    if attempt >= policy.max_attempts:
        return Decision(False, reason=f"it was run {attempt} of {policy.max_attempts} (max_attempts)")
    if delay > policy.max_wait:
        return Decision(False, reason=f"the wait of {delay:g} s is beyond the cap of {policy.max_wait:g} s (max_wait)")
    if left is not None and delay >= left:
        return Decision(
            False, reason=f"of the time of the call {max(left, 0):.1f} s are left, and the wait is {delay:g} s (timeout)"
        )
    return Decision(True, delay, f"failed with {code}: run {attempt + 1} of {policy.max_attempts} starts in {delay:g} s")


def started_anew(request: Request[Any], run: Any) -> Request[Any]:
    """The request that starts a run like another one on its thread.

    :param request: What started the other run: on a thread that was there, or on one that it made.
    :param run: The other run.
    """
    # What it added to the thread, and the thread that it made, are there already.
    body = {name: value for name, value in request.body.items() if name not in ("additional_messages", "thread")}
    if request.operation == "create_thread_and_run":
        return requests.create_run(run.thread_id, {**body, "stream": False})
    return replace(request, body=body)


_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_AMOUNT = (
    r"\d{1,9}(?:\.\d{1,9})?\s*"
    r"(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)(?![a-z])"
)
# Compiled when a run has failed: all programs load this, and few ever read such a text.
_HINT = rf"\b(?:again|retry\w*|wait)\b\D{{0,40}}?({_AMOUNT}(?:(?:\s|,|and){{0,6}}{_AMOUNT}){{0,3}})"
_PART = r"(\d+(?:\.\d+)?)\s*([a-z]+)"


def hinted_wait(message: str) -> float | None:
    """The wait that the text of an error asks for, such as that of "Try again in 20 seconds." or "Please try again in 1m3.5s".

    :param message: The text.
    :return: Seconds; None where it names none.
    """
    hint = re.search(_HINT, message, re.IGNORECASE)
    if hint is None:
        return None
    return sum(float(number) * _UNITS[_unit(unit.lower())] for number, unit in re.findall(_PART, hint[1], re.IGNORECASE))


def _unit(word: str) -> str:
    return "ms" if word.startswith(("ms", "milli")) else word[0]
