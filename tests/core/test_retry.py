from __future__ import annotations

import math
from email.utils import formatdate
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit._core.retry import KEYWORDS, Attempts, Decision, Failure, Outcome, RetryPolicy, decide, retry_after

NOW = 1_700_000_000.0
POLICY = RetryPolicy()
UNUSED = Attempts()


def choose(
    method: str = "GET",
    status: int | None = None,
    failure: Failure | None = None,
    headers: dict[str, str] | None = None,
    attempts: Attempts = UNUSED,
    policy: RetryPolicy = POLICY,
    jitter: float = 0.0,
    **more: Any,
) -> Decision:
    outcome = Outcome(status, headers or {}, failure)
    return decide(policy, method=method, attempts=attempts, outcome=outcome, now=NOW, jitter=jitter, **more)


AFTER_2 = {"Retry-After": "2"}
LONG = {"Retry-After": "86400"}
CONNECT, SEND, READ = {"failure": Failure.CONNECT}, {"failure": Failure.SEND}, {"failure": Failure.READ}


def status(code: int, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {"status": code, "headers": headers}


# method, outcome, the wait (None: not sent again), words of the reason
CASES: list[tuple[str, dict[str, Any], float | None, str]] = [
    # no error
    ("GET", status(200), None, "status 200 is no error"),
    ("POST", status(204, AFTER_2), None, "is no error"),
    ("GET", status(302), None, "is no error"),
    # methods of which a repetition does no harm
    ("GET", status(408), 0.0, "retry 1 after status 408"),
    ("GET", status(429), 0.0, "retry 1 after status 429"),
    ("GET", status(500), 0.0, "status 500"),
    ("GET", status(502), 0.0, "status 502"),
    ("GET", status(503), 0.0, "status 503"),
    ("GET", status(504), 0.0, "status 504"),
    ("GET", status(506), 0.0, "status 506"),
    ("GET", status(599), 0.0, "status 599"),
    ("get", status(503), 0.0, "status 503"),
    ("HEAD", status(500), 0.0, ""),
    ("PUT", status(500), 0.0, ""),
    ("DELETE", status(500), 0.0, ""),
    ("OPTIONS", status(500), 0.0, ""),
    ("TRACE", status(500), 0.0, ""),
    ("GET", CONNECT, 0.0, "after no connection"),
    ("GET", SEND, 0.0, "after a connection that broke while sending"),
    ("GET", READ, 0.0, "after no complete answer"),
    # never
    ("GET", status(400), None, "status 400 is not retried"),
    ("GET", status(401), None, "status 401 is not retried"),
    ("GET", status(404), None, "status 404 is not retried"),
    ("GET", status(409), None, "status 409 is not retried"),
    ("GET", status(501), None, "status 501 is permanent"),
    ("GET", status(505), None, "status 505 is permanent"),
    ("GET", status(501, AFTER_2), None, "status 501 is permanent"),
    ("GET", status(505, AFTER_2), None, "status 505 is permanent"),
    # with a Retry-After
    ("GET", status(429, AFTER_2), 2.0, "in 2 s (Retry-After)"),
    ("GET", status(404, AFTER_2), 2.0, "in 2 s (Retry-After)"),
    ("DELETE", status(409, AFTER_2), 2.0, "in 2 s (Retry-After)"),
    ("GET", status(503, {"Retry-After": "0"}), 0.0, "in 0 s"),
    ("GET", status(503, {"Retry-After": "300"}), 300.0, "in 300 s"),
    ("GET", status(503, {"Retry-After": "300.5"}), None, "Retry-After of 300.5 s is beyond the cap of 300 s (retry_after_max)"),
    ("GET", status(503, LONG), None, "Retry-After of 86400 s is beyond the cap of 300 s (retry_after_max)"),
    ("POST", status(429, LONG), None, "beyond the cap"),
    ("GET", status(429, {"retry-after": "soon"}), 0.0, "in 0 s"),
    ("GET", status(404, {"retry-after": "soon"}), None, "is not retried"),
    # methods that make something: only where it surely was not made
    ("POST", CONNECT, 0.0, "after no connection"),
    ("POST", status(429), 0.0, "status 429"),
    ("POST", status(503), 0.0, "status 503"),
    ("POST", status(429, AFTER_2), 2.0, "in 2 s"),
    ("POST", status(503, {"Retry-After": formatdate(NOW + 7, usegmt=True)}), 7.0, "in 7 s"),
    ("PATCH", status(429), 0.0, ""),
    ("POST", SEND, None, "a POST is not sent again after a connection that broke while sending: the service may have"),
    ("POST", READ, None, "a POST is not sent again after no complete answer: the service may have processed it"),
    ("POST", status(408), None, "a POST is not sent again after status 408: the service may have processed it"),
    ("POST", status(500), None, "may have processed it"),
    ("POST", status(502), None, "may have processed it"),
    ("POST", status(504), None, "may have processed it"),
    ("POST", status(507), None, "may have processed it"),
    ("POST", status(500, AFTER_2), None, "may have processed it"),
    ("PATCH", status(500), None, "a PATCH is not sent again"),
    ("POST", status(400, AFTER_2), None, "status 400 is not retried"),
    ("POST", status(409, AFTER_2), None, "status 409 is not retried"),
    ("POST", status(501), None, "is permanent"),
    # told otherwise
    ("POST", {**status(500), "idempotent": True}, 0.0, ""),
    ("POST", {**READ, "idempotent": True}, 0.0, ""),
    ("GET", {**status(500), "idempotent": False}, None, "a GET is not sent again"),
    ("GET", {**status(503), "replayable": False}, None, "body was read from a source that cannot be read twice"),
    ("POST", {**CONNECT, "replayable": False}, None, "cannot be read twice"),
    ("GET", {**status(404), "replayable": False}, None, "status 404 is not retried"),
    # the limits
    ("GET", {**status(503), "attempts": Attempts(status=2)}, 1.6, "retry 3"),
    ("GET", {**status(503), "attempts": Attempts(status=3)}, None, "status 503 after 3 retries, the limit (retry_status=3)"),
    ("GET", {**CONNECT, "attempts": Attempts(connect=3)}, None, "no connection after 3 retries, the limit (retry_connect=3)"),
    ("GET", {**READ, "attempts": Attempts(read=3)}, None, "the limit (retry_read=3)"),
    ("GET", {**SEND, "attempts": Attempts(read=3)}, None, "the limit (retry_read=3)"),
    ("GET", {**READ, "attempts": Attempts(connect=3, status=3)}, 25.6, "retry 7"),
    ("GET", {**READ, "attempts": Attempts(4, 2, 4)}, None, "after 10 retries, the limit (retry_total=10)"),
    ("GET", {**status(503), "policy": RetryPolicy(total=0)}, None, "after 0 retries, the limit (retry_total=0)"),
    ("GET", {**status(503), "policy": RetryPolicy(status=1), "attempts": Attempts(status=1)}, None, "after 1 retry, the"),
    # the backoff: none, then doubling, a share of a half to the whole
    ("GET", {**status(503), "attempts": Attempts(status=1), "jitter": 0.0}, 0.8, "in 0.8 s"),
    ("GET", {**status(503), "attempts": Attempts(status=1), "jitter": 0.5}, 1.2, "in 1.2 s"),
    ("GET", {**status(503), "attempts": Attempts(1, 1, 1), "jitter": 0.5}, 4.8, "retry 4"),
    ("GET", {**status(503), "attempts": Attempts(4, 3, 2), "jitter": 0.0}, 60.0, "retry 10"),
    ("GET", {**status(503), "attempts": Attempts(status=2), "policy": RetryPolicy(mode="fixed")}, 0.4, "retry 3"),
    ("GET", {**status(503, {"Retry-After": "-3"}), "attempts": Attempts(status=1)}, 0.8, "in 0.8 s"),
    ("GET", {**status(409), "policy": RetryPolicy(on_status_codes=frozenset({409}))}, 0.0, ""),
    ("POST", {**status(409), "policy": RetryPolicy(on_status_codes=frozenset({409}))}, None, "may have processed it"),
    ("POST", {**status(429), "policy": RetryPolicy(on_status_codes=frozenset())}, None, "status 429 is not retried"),
    ("POST", {**status(500), "policy": RetryPolicy(methods=frozenset({"POST"}))}, 0.0, ""),
    # a failure counts, not the status that came before it
    ("GET", {**READ, **status(200)}, 0.0, "after no complete answer"),
]


@pytest.mark.parametrize(("method", "case", "wait", "words"), CASES)
def test_decide(method: str, case: dict[str, Any], wait: float | None, words: str) -> None:
    decision = choose(method, **case)
    assert decision.retry is (wait is not None), decision.reason
    assert decision.delay == pytest.approx(wait or 0.0)
    assert words in decision.reason


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "2"}, 2.0),
        ({"RETRY-AFTER": " 2.5 "}, 2.5),
        ({"Retry-After": "-5"}, 0.0),
        ({"Retry-After": "+5"}, 5.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"x-ms-retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "-1"}, 0.0),
        ({"x-ms-retry-after-ms": "250", "retry-after-ms": "100", "Retry-After": "9"}, 0.1),
        ({"x-ms-retry-after-ms": "250", "Retry-After": "9"}, 0.25),
        ({"retry-after-ms": "soon", "Retry-After": "9"}, 9.0),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "1e9"}, None),
        ({"Retry-After": "1_000"}, None),
        ({"Retry-After": "٣"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:30 GMT"}, 10.0),
        ({"Retry-After": "Tuesday, 14-Nov-23 22:13:30 GMT"}, 10.0),
        ({"Retry-After": "Tue Nov 14 22:13:30 2023"}, 10.0),
        ({"Retry-After": "Tue, 14 Nov 2023 23:13:30 +0100"}, 10.0),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:30 -0000"}, 10.0),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:10 GMT"}, 0.0),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:30 +9999"}, None),
        ({"Retry-After": "Tue, 99 Nov 2023 22:13:30 GMT"}, None),
        ({"Retry-After": "Mon, 01 Jan 0001 00:00:00 +2300"}, 0.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


def test_attempts_are_charged_to_what_made_them_necessary() -> None:
    used = Attempts()
    for outcome in (Outcome(503), Outcome(429), Outcome(failure=Failure.CONNECT), Outcome(failure=Failure.SEND)):
        used = used.after(outcome)
    used = used.after(Outcome(200, failure=Failure.READ))
    assert used == Attempts(connect=1, read=2, status=2)
    assert used.total == 5


def test_an_outcome_is_something() -> None:
    with pytest.raises(ValueError, match="a status or a failure"):
        Outcome()


class Mode(str, Enum):
    FIXED = "fixed"


def test_keywords_change_the_policy() -> None:
    policy = RetryPolicy.from_keywords(
        POLICY,
        {
            "retry_total": 5,
            "retry_connect": 0,
            "retry_read": 1,
            "retry_status": 2,
            "retry_backoff_factor": 1,
            "retry_backoff_max": 10,
            "retry_mode": Mode.FIXED,
            "retry_on_status_codes": [409],
            "retry_on_methods": ["get", "Post"],
            "retry_after_max": 60.5,
            "headers": {"x": "y"},
        },
    )
    assert policy == RetryPolicy(
        5, 0, 1, 2, 1.0, 10.0, "fixed", POLICY.on_status_codes | {409}, frozenset({"GET", "POST"}), 60.5
    )
    assert RetryPolicy.from_keywords(POLICY, {"retry_mode": "Exponential"}).mode == "exponential"
    assert RetryPolicy.from_keywords(policy, dict.fromkeys(KEYWORDS)) == policy


BAD_VALUES: dict[str, list[Any]] = {
    "retry_total": [-1, 1.5, "3", True],
    "retry_connect": [-1],
    "retry_read": ["many"],
    "retry_status": [math.inf],
    "retry_backoff_factor": [-0.1, "1", math.nan, True],
    "retry_backoff_max": [math.inf],
    "retry_mode": ["linear", 3],
    "retry_on_status_codes": [409, "409", [200], ["409"], [True], {409: "x"}],
    "retry_on_methods": ["GET", [1], [""]],
    "retry_after_max": [-1, math.nan],
}


@pytest.mark.parametrize(("keyword", "value"), [(keyword, value) for keyword, values in BAD_VALUES.items() for value in values])
def test_a_bad_value_names_its_keyword(keyword: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{keyword} must be "):
        RetryPolicy.from_keywords(POLICY, {keyword: value})


def test_every_keyword_is_checked() -> None:
    assert set(BAD_VALUES) == set(KEYWORDS)


outcomes = st.one_of(
    st.builds(Outcome, status=st.sampled_from([400, 404, 408, 409, 429, 500, 501, 503, 504, 507])),
    st.builds(
        Outcome,
        status=st.sampled_from([404, 429, 503]),
        headers=st.fixed_dictionaries({"Retry-After": st.floats(-10, 1000).map(str)}),
    ),
    st.builds(Outcome, failure=st.sampled_from(Failure)),
)
policies = st.builds(
    RetryPolicy,
    total=st.integers(0, 12),
    connect=st.integers(0, 5),
    read=st.integers(0, 5),
    status=st.integers(0, 5),
    backoff_factor=st.floats(0, 1e300),
    backoff_max=st.floats(0, 1000),
    mode=st.sampled_from(["exponential", "fixed"]),
    retry_after_max=st.floats(0, 1000),
)
jitters = st.floats(0, 1, exclude_max=True)


@given(policies, st.sampled_from(["GET", "POST"]), st.lists(outcomes, min_size=20, max_size=20), jitters)
def test_attempts_end_and_no_wait_is_beyond_its_cap(
    policy: RetryPolicy, method: str, results: list[Outcome], jitter: float
) -> None:
    used = Attempts()
    for outcome in results:
        decision = decide(policy, method=method, attempts=used, outcome=outcome, now=NOW, jitter=jitter)
        if not decision.retry:
            break
        assert 0.0 <= decision.delay <= max(policy.backoff_max, policy.retry_after_max)
        used = used.after(outcome)
    assert not decision.retry
    assert used.total <= policy.total
    assert used.connect <= policy.connect
    assert used.read <= policy.read
    assert used.status <= policy.status


dates = st.from_regex(
    r"((Mon|Tue|Xyz),? )?-?[0-9]{1,3}[ -](Nov|Jan|feb|Abc)[ -][0-9]{1,5}( [0-9]{1,2}(:[0-9]{1,3}){0,3})?( [+-]?[0-9A-Z]{0,6})?",
    fullmatch=True,
)
header_names = st.sampled_from(["Retry-After", "retry-after-ms", "x-ms-retry-after-ms"]) | st.text()


@given(st.sampled_from([404, 429, 503]), st.dictionaries(header_names, st.text() | dates))
def test_no_header_text_makes_it_raise(code: int, headers: dict[str, str]) -> None:
    decision = choose("GET", code, headers=headers)
    assert decision.reason
    assert 0.0 <= decision.delay <= POLICY.retry_after_max


@given(st.integers(0, 10**6), jitters)
def test_any_number_of_retries_keeps_the_backoff_finite(number: int, jitter: float) -> None:
    generous = RetryPolicy(total=10**7, status=10**7)
    decision = choose(status=503, attempts=Attempts(status=number), policy=generous, jitter=jitter)
    assert decision.retry
    assert 0.0 <= decision.delay <= generous.backoff_max
