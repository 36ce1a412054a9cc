"""Enum members are their wire values, on every Python."""

from __future__ import annotations

import copy
import json
import pickle
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel

import agentkit.models
from agentkit.models import MessageRole, RunStatus
from facts import ENUMS

MEMBERS = [
    pytest.param(getattr(agentkit.models, name)[member], value, id=f"{name}.{member}")
    for name, members in ENUMS.items()
    for member, value in members.items()
]


@pytest.mark.parametrize(("member", "value"), MEMBERS)
class TestEveryMember:
    def test_it_is_its_wire_value(self, member: Any, value: str) -> None:
        assert isinstance(member, str)
        assert isinstance(member, Enum)
        assert member == value
        assert value == member
        assert (member != value) is False
        assert member.value == value
        assert hash(member) == hash(value)
        assert member in (value,)
        assert value in [member]
        assert {value: 1}[member] == {member: 1}[value] == 1

    def test_it_is_written_as_its_wire_value(self, member: Any, value: str) -> None:
        assert str(member) == f"{member}" == f"{member!s}" == "{}".format(member) == "%s" % member == format(member) == value  # noqa: UP031,UP032
        assert f"{member:>40}" == f"{value:>40}"
        assert "-".join([member]) == value
        assert "" + member == value
        assert json.loads(json.dumps([member, {member: member}])) == [value, {value: value}]
        assert repr(member) == f"<{type(member).__name__}.{member.name}: {value!r}>"

    def test_it_is_one_object(self, member: Any, value: str) -> None:
        cls = type(member)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(member, protocol)) is member
        assert copy.copy(member) is copy.deepcopy(member) is cls(value) is cls(member) is member

    def test_its_name_is_found_whatever_its_case(self, member: Any, value: str) -> None:
        cls, name = type(member), member.name
        for spelt in (name, name.lower(), name.capitalize(), name.swapcase()):
            assert cls[spelt] is member
            assert getattr(cls, spelt) is member


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_every_enum_has_its_text(name: str) -> None:
    cls = getattr(agentkit.models, name)
    assert cls.__doc__
    assert cls.__name__ == name
    assert [str(member) for member in cls] == list(ENUMS[name].values())
    assert all(value in cls._value2member_map_ for value in ENUMS[name].values())


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(AttributeError, match=r"enum RunStatus has no attribute 'completd'\. Did you mean 'COMPLETED'"):
        _ = RunStatus.completd
    with pytest.raises(KeyError, match=r"enum RunStatus has no member 'Completd'\. Did you mean 'COMPLETED'"):
        RunStatus["Completd"]
    assert not hasattr(RunStatus, "completd")
    assert getattr(RunStatus, "completd", None) is None
    with pytest.raises(AttributeError):
        _ = RunStatus.__nothing__
    with pytest.raises(KeyError, match="no member 5"):
        RunStatus[5]


def test_values_are_exact() -> None:
    with pytest.raises(ValueError, match="'Completed' is not a valid RunStatus"):
        RunStatus("Completed")
    assert MessageRole("assistant") is MessageRole.AGENT
    assert RunStatus.COMPLETED != "COMPLETED"


def test_a_users_model_takes_members_and_values() -> None:
    class Filter(BaseModel):
        status: RunStatus

    assert Filter(status="completed").status is RunStatus.COMPLETED
    assert Filter(status=RunStatus.COMPLETED).model_dump_json() == '{"status":"completed"}'


def test_members_match() -> None:
    match "completed":
        case RunStatus.COMPLETED:
            found = True
        case _:
            found = False
    assert found
