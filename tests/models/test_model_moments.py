"""Moments: aware UTC datetimes as attributes, unix seconds or RFC 3339 text on the wire."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit._wire import as_utc, to_rfc3339, to_unix, to_wire
from agentkit.models import Evaluation, RunStep, SystemData, ThreadRun, VectorStore

UTC = timezone.utc
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
NOON_SECONDS = 1_714_564_800


class Vague(tzinfo):
    """A zone that does not know its offset, which makes a datetime naive."""

    def utcoffset(self, moment: datetime | None) -> None:
        return None

    def dst(self, moment: datetime | None) -> None:
        return None


class TestUnixSeconds:
    def test_the_attribute_is_a_datetime_and_the_item_is_seconds(self) -> None:
        for run in (ThreadRun({"created_at": NOON_SECONDS}), ThreadRun.model_validate_json('{"created_at": 1714564800}')):
            assert run.created_at == NOON
            assert run.created_at.tzinfo is UTC
            assert run["created_at"] == NOON_SECONDS
            assert type(run["created_at"]) is int
            assert run.as_dict()["created_at"] == dict(run)["created_at"] == NOON_SECONDS
            assert json.loads(run.model_dump_json())["created_at"] == NOON_SECONDS

    @pytest.mark.parametrize(
        ("given", "seconds"),
        [
            (NOON, NOON_SECONDS),
            (NOON.astimezone(timezone(timedelta(hours=5, minutes=30))), NOON_SECONDS),
            (NOON.replace(tzinfo=None), NOON_SECONDS),
            (NOON.replace(tzinfo=Vague()), NOON_SECONDS),
            (NOON + timedelta(microseconds=999_999), NOON_SECONDS),
            (NOON_SECONDS, NOON_SECONDS),
            (float(NOON_SECONDS), NOON_SECONDS),
            (0, 0),
            (-1, -1),
            (datetime(1900, 1, 1), -2_208_988_800),
        ],
    )
    def test_what_can_be_set(self, given: Any, seconds: int) -> None:
        by_item, by_attribute = VectorStore(), VectorStore()
        by_item["expires_at"] = given
        by_attribute.expires_at = given
        for store in (VectorStore(expires_at=given), VectorStore({"expires_at": given}), by_item, by_attribute):
            assert store["expires_at"] == seconds
            assert type(store.as_dict()["expires_at"]) is int
            assert store.expires_at == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
            assert store.expires_at.tzinfo is UTC

    def test_a_fraction_that_a_service_sent_comes_back(self) -> None:
        run = ThreadRun.model_validate_json('{"created_at": 1714564800.25}')
        assert run.created_at == NOON + timedelta(milliseconds=250)
        assert run["created_at"] == run.as_dict()["created_at"] == 1_714_564_800.25

    @pytest.mark.parametrize(
        "odd", [10**12, -(10**12), 10**30, 1e300, -1e300, "soon", "2024-05-01T12:00:00Z", True, [1], {}, None]
    )
    def test_what_is_no_moment_stays_as_it_came(self, odd: Any) -> None:
        run = ThreadRun.model_validate_json(json.dumps({"created_at": odd}))
        assert run.created_at == run["created_at"] == odd
        assert type(run.created_at) is type(odd)
        assert ThreadRun({"created_at": odd}).as_dict()["created_at"] == odd

    def test_a_datetime_at_the_end_of_the_calendar_does_no_harm(self) -> None:
        last = datetime.max.replace(tzinfo=timezone(-timedelta(hours=12)))
        assert VectorStore(expires_at=last).expires_at == last.replace(microsecond=0)
        assert VectorStore(expires_at=last)["expires_at"] == to_unix(last) > 253_402_300_799
        assert SystemData(created_at=last)["createdAt"] == to_rfc3339(last) == "9999-12-31T23:59:59.999999-12:00"

    @given(st.integers(-62_135_596_800, 253_402_300_799))
    def test_every_second_of_the_calendar_comes_back(self, seconds: int) -> None:
        step = RunStep.model_validate_json(json.dumps({"expired_at": seconds}))
        assert isinstance(step.expired_at, datetime)
        assert step["expired_at"] == seconds
        assert RunStep(expired_at=step.expired_at) == step

    @given(st.datetimes(timezones=st.none() | st.timezones()))
    def test_every_datetime_is_whole_seconds(self, moment: datetime) -> None:
        wire = RunStep(expired_at=moment)["expired_at"]
        assert type(wire) is int
        elapsed = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
        assert timedelta(seconds=wire) <= elapsed < timedelta(seconds=wire + 1)

    def test_none_takes_it_away(self) -> None:
        run = ThreadRun(created_at=NOON, completed_at=None)
        assert "completed_at" not in run
        run.created_at = None
        assert run == {"object": "thread.run"}


class TestRfc3339:
    @pytest.mark.parametrize(
        ("sent", "moment", "wire"),
        [
            ("2024-05-01T12:00:00Z", NOON, "2024-05-01T12:00:00Z"),
            ("2024-05-01t12:00:00z", NOON, "2024-05-01T12:00:00Z"),
            ("2024-05-01T12:00:00", NOON, "2024-05-01T12:00:00Z"),
            ("2024-05-01T14:00:00+02:00", NOON, "2024-05-01T12:00:00Z"),
            ("2024-05-01T12:00:00.5Z", NOON + timedelta(milliseconds=500), "2024-05-01T12:00:00.500000Z"),
            ("2024-05-01T12:00:00.1234567+00:00", NOON + timedelta(microseconds=123_456), "2024-05-01T12:00:00.123456Z"),
        ],
    )
    def test_text_becomes_a_moment_in_utc(self, sent: str, moment: datetime, wire: str) -> None:
        for read in (SystemData.model_validate_json(json.dumps({"createdAt": sent})), SystemData({"createdAt": sent})):
            assert read.created_at == moment
            assert read.created_at.tzinfo is UTC
            assert read["createdAt"] == read.as_dict()["createdAt"] == wire
            assert json.loads(read.model_dump_json()) == {"createdAt": wire}

    @pytest.mark.parametrize("given", [NOON, NOON.replace(tzinfo=None), NOON.astimezone(timezone(timedelta(hours=-3)))])
    def test_a_datetime_can_be_set(self, given: datetime) -> None:
        made = SystemData(created_at=given)
        assert made["createdAt"] == "2024-05-01T12:00:00Z"
        assert made.created_at == NOON
        made.last_modified_at = given
        made["createdAt"] = given + timedelta(hours=1)
        assert made == {"createdAt": "2024-05-01T13:00:00Z", "lastModifiedAt": "2024-05-01T12:00:00Z"}

    @pytest.mark.parametrize("odd", [NOON_SECONDS, 1.5, "yesterday", "2024-05-01", "2024-13-01T00:00:00Z", "T", True, [], None])
    def test_what_is_no_moment_stays_as_it_came(self, odd: Any) -> None:
        read = SystemData.model_validate_json(json.dumps({"createdAt": odd}))
        assert read.created_at == read["createdAt"] == odd

    def test_it_is_found_inside_another_model(self) -> None:
        read = Evaluation.model_validate_json('{"systemData": {"createdAt": "2024-05-01T12:00:00Z"}}')
        assert read.system_data.created_at == NOON
        assert read["systemData"] == {"createdAt": "2024-05-01T12:00:00Z"}

    @given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.timezones()))
    def test_every_datetime_comes_back(self, moment: datetime) -> None:
        text = SystemData(created_at=moment)["createdAt"]
        assert text.endswith("Z")
        assert SystemData({"createdAt": text}).created_at == moment.astimezone(UTC)


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (NOON, NOON_SECONDS),
        (NOON.replace(tzinfo=None, microsecond=5), NOON_SECONDS),
        (NOON.date(), "2024-05-01"),
        ({"at": [NOON]}, {"at": [NOON_SECONDS]}),
    ],
)
def test_moments_in_plain_bodies_are_whole_seconds(value: Any, wire: Any) -> None:
    assert to_wire(value) == wire


def test_a_naive_moment_is_taken_as_utc() -> None:
    assert as_utc(datetime(2024, 5, 1, 12)) == NOON
    assert to_unix(datetime(2024, 5, 1, 12)) == NOON_SECONDS
    assert to_rfc3339(datetime(2024, 5, 1, 12)) == "2024-05-01T12:00:00Z"
