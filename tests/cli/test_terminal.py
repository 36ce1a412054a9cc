"""What is written to terminals, files and pipes."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from types import SimpleNamespace
from typing import Any

import pytest

from agentkit.cli import _terminal
from agentkit.cli._kinds import size
from agentkit.cli._terminal import fields, has_colours, one_line, printable, put, shortened, styled, table
from agentkit.cli._view import CitationFilter, call_name, call_outputs


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("caf\u00e9\u3000\u4e2d", "caf\u00e9\u3000\u4e2d"),
        ("two\r\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x07\x9b", "\\x1b[31mred\\x07\\x9b"),
        ("gpj.\u202etxt", "gpj.\\x202etxt"),
    ],
)
def test_control_characters_are_shown_as_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_text_becomes_one_line() -> None:
    assert one_line(" a\n  b\tc ") == "a b c"
    assert shortened("one two three", 9) == "one tw..."
    assert shortened("one two", 7) == "one two"


def test_characters_that_a_stream_lacks_are_escaped() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    put("\u4e2d", stream=stream)
    assert stream.buffer.getvalue() == b"\\u4e2d\n"


@pytest.mark.parametrize(
    ("system", "variables", "colours"),
    [
        ("posix", {}, True),
        ("posix", {"NO_COLOR": "1"}, False),
        ("posix", {"NO_COLOR": ""}, True),
        ("posix", {"TERM": "dumb"}, False),
        ("nt", {}, False),
        ("nt", {"WT_SESSION": "1"}, True),
        ("nt", {"WT_SESSION": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_are_for_terminals_that_read_them(
    monkeypatch: pytest.MonkeyPatch, system: str, variables: dict[str, str], colours: bool
) -> None:
    monkeypatch.setattr(_terminal, "os", SimpleNamespace(name=system, environ=variables))
    assert has_colours(Screen()) is colours
    assert has_colours(io.StringIO()) is False
    assert styled("x", "red", Screen()) == ("\x1b[31mx\x1b[0m" if colours else "x")


def test_a_table_in_a_pipe_is_columns_of_blanks(capsys: pytest.CaptureFixture[str]) -> None:
    table(["id", "name"], [["a", "\u4e2d\u6587"], ["long-id", "b\nc"], ["e\u0301", ""]])
    assert capsys.readouterr().out == "ID       NAME\na        \u4e2d\u6587\nlong-id  b c\ne\u0301\n"


@pytest.mark.parametrize(("variables", "coloured"), [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False)])
def test_a_table_on_a_terminal_is_by_rich_and_takes_no_markup(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], coloured: bool
) -> None:
    pytest.importorskip("rich")
    for name, value in {"COLUMNS": "80", **variables}.items():
        monkeypatch.setenv(name, value)
    with redirect_stdout(Screen()) as screen:
        table(["id", "name"], [["asst_1", "[red]guide[/red]"]])
    shown = screen.getvalue()
    assert "\u2500" in shown
    assert "[red]guide[/red]" in shown
    assert ("\x1b[" in shown) is coloured


def test_a_table_without_rich_is_columns_on_a_terminal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_terminal, "find_spec", lambda name: None)
    with redirect_stdout(Screen()) as screen:
        table(["id"], [["asst_1"]])
    assert screen.getvalue() == "ID\nasst_1\n"


def test_fields_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    fields({"id": "x", "instructions": "one\ntwo", "empty": ""})
    assert capsys.readouterr().out == "id            x\ninstructions  one\n              two\nempty         \n"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_000_000, "2.0 MB"), (5 * 10**12, "5000.0 GB"), (None, "")],
)
def test_sizes_have_units(value: Any, shown: str) -> None:
    assert size(value) == shown


TEXTS = {
    "All have 30 days\u30104:0\u2020handbook.md\u3011.": "All have 30 days.",
    "\u30104:0\u2020a\u3011\u301012:3\u2020b\u3011end": "end",
    "\u3010title\u3011 and \u30104:x": "\u3010title\u3011 and \u30104:x",
    "an open \u30104:0\u2020one": "an open \u30104:0\u2020one",
    "plain": "plain",
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.items())
def test_markers_are_taken_out_wherever_the_pieces_end(text: str, shown: str) -> None:
    for first in range(len(text) + 1):
        for second in range(first, len(text) + 1):
            pieces = CitationFilter()
            seen = "".join(map(pieces.feed, (text[:first], text[first:second], text[second:])))
            assert seen + pieces.rest() == shown


def test_text_without_a_marker_is_not_held_back() -> None:
    pieces = CitationFilter()
    assert pieces.feed("one") == "one"
    assert pieces.feed(" two \u3010") == " two "
    assert pieces.feed("title") == "\u3010title"


def test_calls_are_shown_in_short() -> None:
    function = SimpleNamespace(type="function", function=SimpleNamespace(name="add", arguments='{"a": 1}', output="[3]"))
    assert (call_name(function), call_outputs(function)) == ('add("a": 1)', ["[3]"])
    logs = SimpleNamespace(type="logs", logs="\n".join(map(str, range(7))))
    image = SimpleNamespace(type="image", image=SimpleNamespace(file_id="f"))
    code = SimpleNamespace(type="code_interpreter", code_interpreter=SimpleNamespace(outputs=[logs, image]))
    assert call_name(code) == "code interpreter"
    assert call_outputs(code) == ["0", "1", "2", "3", "4", "... 2 more lines", "an image"]
    search = SimpleNamespace(type="file_search", file_search=SimpleNamespace(results=[]))
    assert call_outputs(search) == ["found nothing"]
    assert call_name(SimpleNamespace(type="bing_grounding")) == "bing grounding"
