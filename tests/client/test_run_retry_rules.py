"""When a run is started anew, and after what wait: the pure decision, as tables."""

from __future__ import annotations

import math
from dataclasses import replace
from inspect import signature
from typing import Any

import pytest

from agentkit import AIProjectClient, RunRetry
from agentkit._core.polling import Wait, seconds_text
from agentkit._core.run_retry import check_run_retry, decide_run, hinted_wait, started_anew
from agentkit._generated import requests
from agentkit.models import RunError, ThreadRun

LIMITED = "rate_limit_exceeded"


def _failed(message: str = "Rate limit is exceeded. Try again in 20 seconds.", code: str = LIMITED) -> ThreadRun:
    return ThreadRun(id="run_1", thread_id="t_1", status="failed", last_error=RunError(code=code, message=message))


def test_calls_that_start_a_run_and_no_more_say_which_take_it() -> None:
    with AIProjectClient("http://127.0.0.1:9", "key") as client:
        agents: Any = client.agents
        for call in (agents.create_run, agents.create_stream):
            with pytest.raises(TypeError, match=r"\(\) does not take run_retry=: create_and_process_run\(\), .* take it"):
                call("thread_1", agent_id="asst_1", run_retry=RunRetry())


@pytest.mark.parametrize(("seconds", "said"), [(0, "0.0 s"), (0.0101, "0.010 s"), (0.05, "0.1 s"), (12.34, "12.3 s")])
def test_a_short_wait_is_told_as_more_than_none(seconds: float, said: str) -> None:
    assert seconds_text(seconds) == said


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit is exceeded. Try again in 20 seconds.", 20),
        ("Rate limit is exceeded. Try again in 1 second.", 1),
        ("TRY AGAIN IN 7 SECONDS", 7),
        ("Please retry after 86400 seconds. Contact support to raise the limit.", 86400),
        ("Retry after 20 seconds.", 20),
        ("Please retry your request after 3 secs", 3),
        ("Please wait 12 seconds before retrying.", 12),
        ("Please wait for 2 minutes and 30 seconds.", 150),
        ("Requests 4, limit 3. Please try again in 20s. Visit https://example.com/limits for more.", 20),
        ("Limit 10000, used 9990, requested 1500. Please try again in 1.2s.", 1.2),
        ("Please try again in 2m3s.", 123),
        ("Please try again in 1m3.5s.", 63.5),
        ("Please try again in 500ms.", 0.5),
        ("Please try again in 500 milliseconds.", 0.5),
        ("Please try again in 1h2m3s", 3723),
        ("Please try again in 24h0m0s.", 86400),
        ("Try again in 1 day, 2 hours", 93600),
        ("Try again in 1 minute, 5 seconds", 65),
        ("Try again in 1 min", 60),
        ("Try again in 0 seconds.", 0),
        ("Retrying is possible in 4 s", 4),
    ],
)
def test_a_wait_is_read_from_what_services_write(message: str, seconds: float) -> None:
    assert hinted_wait(message) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Slow down.",
        "Try again later.",
        "Try again in 20",
        "Try again in a minute.",
        "Retry after Sun, 22 Nov 2026 06:00:00 GMT",
        "Used 20 seconds of audio.",
        "Try again in twenty seconds.",
        "Try again in 5 smalls",
        "Try again in 99999999999999999999 seconds",
        "again " + "x" * 100 + " 5 seconds",
    ],
)
def test_of_other_texts_no_wait_is_made(message: str) -> None:
    assert hinted_wait(message) is None


def test_a_long_text_is_read_in_time_that_grows_with_it() -> None:
    # A regular expression that starts over at every word would not come to an end here.
    assert hinted_wait("retry in 1 s and " + "again " * 200_000) == 1
    assert hinted_wait("again " * 200_000) is None


@pytest.mark.parametrize(
    ("policy", "run", "attempt", "left", "delay", "reason"),
    [
        (RunRetry(), _failed(), 1, None, 20, "run 2 of 3 starts in 20 s"),
        (RunRetry(), _failed(), 2, 20.1, 20, "run 3 of 3"),
        (RunRetry(), _failed("Slow down."), 1, None, 20, ""),
        (RunRetry(default_wait=0.5), _failed("Slow down."), 1, None, 0.5, ""),
        (RunRetry(max_wait=86400), _failed("Retry after 86400 seconds."), 1, None, 86400, ""),
        (RunRetry(codes=["server_error"]), _failed(code="server_error"), 1, None, 20, "server_error"),
        (RunRetry(), _failed(), 3, None, None, "run 3 of 3 (max_attempts)"),
        (RunRetry(max_attempts=1), _failed(), 1, None, None, "run 1 of 1"),
        (RunRetry(), _failed("Try again in 61 seconds."), 1, None, None, "cap of 60 s (max_wait)"),
        (RunRetry(), _failed(), 1, 20.0, None, "20.0 s are left, and the wait is 20 s (timeout)"),
        (RunRetry(), _failed(), 1, -3.0, None, "0.0 s are left"),
        (RunRetry(), _failed(code="server_error"), 1, None, None, ""),
        (RunRetry(), ThreadRun(status="completed"), 1, None, None, ""),
        (RunRetry(), ThreadRun(status="failed"), 1, None, None, ""),
        (RunRetry(), ThreadRun(status="incomplete", last_error=RunError(code=LIMITED, message="")), 1, None, None, ""),
        (RunRetry(), ThreadRun(status="expired", last_error=None), 1, None, None, ""),
    ],
)
def test_the_decision(
    policy: RunRetry, run: ThreadRun, attempt: int, left: float | None, delay: float | None, reason: str
) -> None:
    decision = decide_run(policy, run, attempt, left)
    assert (decision.retry, decision.delay) == (delay is not None, delay or 0)
    assert reason in decision.reason
    if not decision.retry and not reason:
        assert decision.reason == ""


@pytest.mark.parametrize(
    ("settings", "error", "says"),
    [
        ({"max_attempts": 0}, ValueError, "max_attempts"),
        ({"max_attempts": 2.5}, TypeError, "max_attempts"),
        ({"max_attempts": True}, TypeError, "max_attempts"),
        ({"max_wait": -1}, ValueError, "max_wait"),
        ({"max_wait": math.inf}, ValueError, "max_wait"),
        ({"max_wait": math.nan}, ValueError, "max_wait"),
        ({"max_wait": None}, TypeError, "max_wait"),
        ({"default_wait": "20"}, TypeError, "default_wait"),
        ({"codes": "rate_limit_exceeded"}, TypeError, "codes"),
        ({"codes": [429]}, TypeError, "codes"),
        ({"on_retry": 5}, TypeError, "on_retry"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(settings: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=rf"RunRetry\({says}=\)"):
        RunRetry(**settings)


def test_a_keyword_that_is_misspelt_is_told_with_the_one_that_was_meant() -> None:
    misspelt: dict[str, Any] = {"max_attemps": 2}
    with pytest.raises(
        TypeError, match=r"^RunRetry\(\) got an unexpected keyword argument 'max_attemps'\. Did you mean 'max_attempts'\?$"
    ):
        RunRetry(**misspelt)
    assert list(signature(RunRetry).parameters) == ["max_attempts", "max_wait", "codes", "default_wait", "on_retry"]
    assert RunRetry(2, max_wait=5) == replace(RunRetry(max_wait=5), max_attempts=2)


@pytest.mark.parametrize("value", [True, 3, {"max_attempts": 3}, RunRetry])
def test_what_is_no_policy_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"takes run_retry= as a RunRetry"):
        check_run_retry("create_and_process_run", value)


MESSAGES = [{"role": "user", "content": "Hello"}]


class TestTheNextRun:
    def test_is_asked_for_as_the_first_without_its_messages(self) -> None:
        first = requests.create_run(
            "t_1", agent_id="a", additional_messages=MESSAGES, instructions="Be brief.", temperature=0, include=["x"]
        )
        again = started_anew(first, _failed())
        assert (again.path, again.params) == (first.path, first.params)
        assert again.body == {"assistant_id": "a", "instructions": "Be brief.", "temperature": 0, "stream": False}
        assert first.body["additional_messages"] == MESSAGES
        assert started_anew(again, _failed()) == again

    def test_stands_on_the_thread_that_the_first_one_made(self) -> None:
        first = requests.create_thread_and_run(agent_id="a", thread={"messages": MESSAGES}, model="m")
        again = started_anew(first, _failed())
        assert (again.operation, again.method, again.path) == ("create_run", "POST", "/threads/t_1/runs")
        assert again.body == {"assistant_id": "a", "model": "m", "stream": False}


def test_the_time_goes_on_while_the_looks_begin_anew() -> None:
    wait = Wait(interval=1.0, timeout=30.0, started=100.0)
    assert [wait.next_delay(100), wait.next_delay(100)] == [0.0, 0.1]
    assert wait.left(112.5) == 17.5
    again = wait.anew()
    assert (again.left(112.5), again.next_delay(112.5), again.next_delay(112.5)) == (17.5, 0.0, 0.1)
    assert Wait(1.0, None, 0.0).left(5.0) is None
