from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit._naming import check_id, either, safe_file_name

UNSET = object()


def agent_id(current: Any = UNSET, old: Any = UNSET, *, required: bool = True) -> Any:
    return either("get_agent", "agent_id", current, "assistant_id", old, unset=UNSET, required=required)


def test_a_renamed_argument_is_taken_under_either_name() -> None:
    assert agent_id("asst_1") == "asst_1"
    assert agent_id(old="asst_1") == "asst_1"
    assert agent_id("asst_1", "asst_1") == "asst_1"
    assert agent_id(None) is None
    assert agent_id(old=None) is None


def test_two_different_values_are_refused() -> None:
    with pytest.raises(TypeError) as raised:
        agent_id("asst_1", "asst_2")
    assert str(raised.value) == (
        "get_agent() got agent_id='asst_1' and assistant_id='asst_2': "
        "'assistant_id' is the older name of 'agent_id', so give only one of them"
    )


def test_a_required_argument_that_is_missing() -> None:
    with pytest.raises(TypeError) as raised:
        agent_id()
    assert str(raised.value) == "get_agent() missing 1 required argument: 'agent_id'"
    assert agent_id(required=False) is UNSET


@pytest.mark.parametrize("value", ["asst_abc123", "a", "...", "ünïcode", "has blank", "a%2Fb", "a.b", "assistant-xY1"])
def test_an_id_is_passed_as_it_is(value: str) -> None:
    assert check_id("get_agent", "agent_id", value) == value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "is empty ('')"),
        ("  ", "is blank ('  ')"),
        ("\u3000", "is blank"),
        ("a/b", "must not contain '/', but is 'a/b'"),
        ("..\\b", r"must not contain '\\'"),
        ("a?b=c", "must not contain '?'"),
        ("a#b", "must not contain '#'"),
        ("a\n", r"must not contain '\n'"),
        ("a\0b", r"must not contain '\x00'"),
        ("a\x7f", r"must not contain '\x7f'"),
        ("a\x85b", r"must not contain '\x85'"),
        ("a\ud800", r"must not contain '\ud800'"),
        (".", "is '.', which is no id"),
        ("..", "is '..', which is no id"),
    ],
)
def test_an_id_that_would_change_the_path_is_refused(value: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^get_agent\(\): agent_id ") as raised:
        check_id("get_agent", "agent_id", value)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "delete_thread(): thread_id must be a str, not NoneType"),
        (7, "delete_thread(): thread_id must be a str, not int"),
        (b"thread_1", "delete_thread(): thread_id must be a str, not bytes"),
        (SimpleNamespace(id="thread_1"), "delete_thread(): thread_id must be a str, not SimpleNamespace; pass thread.id"),
        (SimpleNamespace(id=None), "delete_thread(): thread_id must be a str, not SimpleNamespace"),
    ],
)
def test_an_id_of_another_type_is_refused(value: object, message: str) -> None:
    with pytest.raises(TypeError) as raised:
        check_id("delete_thread", "thread_id", value)
    assert str(raised.value) == message


def test_the_number_of_a_version_may_be_a_number() -> None:
    assert check_id("get_version", "agent_version", 3) == "3"
    with pytest.raises(TypeError, match="agent_version must be a str, not bool"):
        check_id("get_version", "agent_version", True)


def test_what_is_no_id_is_not_called_one() -> None:
    with pytest.raises(ValueError, match=r"agent_name is empty \(''\); pass the agent_name that the service returned"):
        check_id("get", "agent_name", "")


@given(st.text())
def test_an_accepted_id_is_one_segment_of_a_path(text: str) -> None:
    try:
        assert check_id("f", "x", text) == text
    except ValueError:
        return
    assert PurePosixPath("/base", text).parts == ("/", "base", text)
    assert text.encode("utf-8")


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("chart.png", "chart.png"),
        ("/mnt/data/chart.png", "chart.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a/b\\c.txt", "c.txt"),
        ("folder/", "folder"),
        ("C:\\temp\\x.csv", "x.csv"),
        ("C:x.csv", "x.csv"),
        ("C:D:x.csv", "x.csv"),
        ("\\\\server\\share\\x.csv", "x.csv"),
        ("Übersicht für März.pdf", "Übersicht für März.pdf"),
        ("図表.png", "図表.png"),
        (" spaced .txt ", " spaced .txt "),
        (".hidden", ".hidden"),
        ("...", "..."),
        ("10:30.txt", "10:30.txt"),
        (Path("out") / "chart.png", "chart.png"),
        (PureWindowsPath("C:/out/chart.png"), "chart.png"),
    ],
)
def test_a_file_name_is_reduced_to_its_last_component(given_name: str | os.PathLike[str], name: str) -> None:
    assert safe_file_name(given_name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "/", "\\", "a/..", "a\\..", "a/.", "../", "C:", "C:..", "///", Path(".."), Path()]
)
def test_a_name_of_no_file_is_refused(name: str | os.PathLike[str]) -> None:
    with pytest.raises(ValueError, match="names no file; give a name such as"):
        safe_file_name(name)


def test_a_nul_character_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL character"):
        safe_file_name("chart\0.png")


@pytest.mark.parametrize("name", [None, 3, b"chart.png"])
def test_a_file_name_of_another_type_is_refused(name: Any) -> None:
    with pytest.raises(TypeError, match=f"file_name must be a str or a path, not {type(name).__name__}"):
        safe_file_name(name)


@given(st.text(alphabet=st.sampled_from("./\\:aC é\0")))
def test_a_safe_name_stays_in_its_folder_on_every_platform(text: str) -> None:
    try:
        name = safe_file_name(text)
    except ValueError:
        return
    assert PurePosixPath("folder", name).parts == ("folder", name)
    assert "\\" not in name
    assert not re.match("[A-Za-z]:", name)
    assert text.rstrip("/\\").endswith(name)


@pytest.mark.parametrize("name", ["NUL", "con.txt", "Com1.tar.gz", "lpt¹", "a/aux .txt", "...", "b/. ."])
def test_names_that_stand_for_no_file_on_windows_are_refused_there(name: str) -> None:
    with pytest.raises(ValueError, match="stands for no file on Windows"):
        safe_file_name(name, windows=True)
    assert safe_file_name(name, windows=False)


@pytest.mark.parametrize("name", ["nullable.txt", "console", "com.txt", "com12", ".con", "a.", "lpt"])
def test_names_that_are_like_devices_are_files(name: str) -> None:
    assert safe_file_name(name, windows=True) == name


def test_half_of_a_character_is_refused_before_anything_is_written() -> None:
    with pytest.raises(ValueError, match="half of a character"):
        safe_file_name("a\ud800.txt", windows=False)
