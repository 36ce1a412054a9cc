from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit._suggest import did_you_mean, unknown_attribute, unknown_keyword

KNOWN = ["agent_id", "instructions", "model", "metadata", "name", "RunStatus"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("modle", " Did you mean 'model'?"),
        ("instruction", " Did you mean 'instructions'?"),
        ("agentid", " Did you mean 'agent_id'?"),
        ("AGENT_ID", " Did you mean 'agent_id'?"),
        ("runstatus", " Did you mean 'RunStatus'?"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_the_closest_name_is_suggested(name: str, hint: str) -> None:
    assert did_you_mean(name, KNOWN) == hint


def test_nothing_known_gives_no_hint() -> None:
    assert did_you_mean("model", ()) == ""


@given(st.permutations(["list_runs", "list_run_s", "get_run", "get_runs"]))
def test_the_order_of_the_known_names_makes_no_difference(known: list[str]) -> None:
    assert did_you_mean("gte_run", known) == " Did you mean 'get_run'?"


def test_unknown_keyword_reads_as_pythons_own_error() -> None:
    error = unknown_keyword("create_agent", "modle", KNOWN)
    assert isinstance(error, TypeError)
    assert str(error) == "create_agent() got an unexpected keyword argument 'modle'. Did you mean 'model'?"
    assert str(unknown_keyword("create_agent", "zzz", KNOWN)) == "create_agent() got an unexpected keyword argument 'zzz'"


def test_unknown_attribute_reads_as_pythons_own_error() -> None:
    error = unknown_attribute("'AgentsOperations' object", "creat_agent", {"create_agent", "get_agent"})
    assert isinstance(error, AttributeError)
    assert str(error) == "'AgentsOperations' object has no attribute 'creat_agent'. Did you mean 'create_agent'?"
    assert str(unknown_attribute("module 'agentkit'", "x", ())) == "module 'agentkit' has no attribute 'x'"
