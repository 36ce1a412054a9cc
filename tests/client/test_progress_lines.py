"""The lines of progress: below what a program prints, drawn by whom, and gone when they are over."""

from __future__ import annotations

import io
import logging
import sys
import threading
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import pytest

from agentkit import _progress
from agentkit._progress import Line, Screen

from .faces import Overlay
from .terminals import Tty, is_untouched

SIZE = 1_000_000


def line_of(screen: Screen, label: str) -> Line:
    line = screen.line(label)
    assert line is not None
    return line


# --- the lines themselves -------------------------------------------------------------------------------------------------------


def test_a_line_stands_below_what_was_printed_and_leaves_nothing_behind(tty: Tty, screen: Screen, clock: list[float]) -> None:
    print("first", file=tty)
    print("and then ", end="", file=tty)
    line = line_of(screen, "data.csv")
    clock[0] = 1.0
    line.moved(500_000, 2_000_000)
    above, below = tty.screen.rsplit("\n", 1)
    assert above == "first\nand then"
    assert below.startswith("data.csv ")
    assert below.endswith(" 25 % 0.5/2.0 MB, 0.5 MB/s")
    print("more", file=tty)
    line.close()
    print("last", file=tty)
    assert tty.screen == "first\nand then more\nlast"
    assert is_untouched(tty)


def test_what_is_printed_meanwhile_stays_as_it_is(tty: Tty, screen: Screen, clock: list[float]) -> None:
    line = line_of(screen, "a")
    line.moved(1, 3)
    for number in range(40):
        clock[0] += 0.05
        line.moved(1 + number, 100)
        print(number, "[bold] x" * 5, end="," if number % 2 else "\n", file=tty)
        assert sum("\na " in "\n" + frame for frame in tty.frames[-3:]) <= 3
    line.close()
    wanted = io.StringIO()
    for number in range(40):
        print(number, "[bold] x" * 5, end="," if number % 2 else "\n", file=wanted)
    assert tty.screen == wanted.getvalue().rstrip("\n")
    assert any(" %" in frame for frame in tty.frames)


def test_at_the_foot_of_the_screen_room_is_made(tty: Tty, screen: Screen, clock: list[float]) -> None:
    for number in range(30):
        print(number, file=tty)
    lines = [line_of(screen, f"file-{number}") for number in range(3)]
    for line in lines:
        line.moved(1, 2)
    assert tty.screen.splitlines()[-3:] != [""] * 3
    assert [text.split()[0] for text in tty.screen.splitlines()[-3:]] == ["file-0", "file-1", "file-2"]
    print("then", file=tty)
    for line in lines:
        line.close()
    assert tty.screen.splitlines() == [*map(str, range(30)), "then"]


def test_a_log_whose_handler_is_older_is_written_above(tty: Tty, screen: Screen, clock: list[float]) -> None:
    handler = logging.StreamHandler(tty)
    line = line_of(screen, "a")
    line.moved(1, 2)
    clock[0] = 1.0
    handler.handle(logging.LogRecord("x", logging.WARNING, "", 0, "careful", None, None))
    assert tty.screen.splitlines()[0] == "careful"
    assert tty.screen.splitlines()[-1].startswith("a ")
    line.close()
    assert tty.screen == "careful"


def test_many_lines_leave_half_of_the_screen(tty: Tty, screen: Screen) -> None:
    lines = [line_of(screen, f"file-{number}") for number in range(20)]
    for line in lines:
        line.moved(1, 2)
    assert tty.screen.splitlines()[-1] == "... and 9 more"
    assert len(tty.screen.splitlines()) == 13
    for line in reversed(lines):
        line.close()
    assert tty.screen == ""


def test_a_long_name_and_codes_in_it_fit_one_line(tty: Tty, screen: Screen) -> None:
    line = line_of(screen, "evil\x1b[31m\n" + "漢字" * 60)
    line.moved(1, 2)
    (shown,) = filter(None, tty.screen.splitlines())
    assert shown.startswith("evil?[31m?漢字")
    assert "..." in shown
    line.close()


def test_it_is_drawn_ten_times_a_second(tty: Tty, screen: Screen, clock: list[float]) -> None:
    line = line_of(screen, "a")
    line.moved(0, 1000)
    before = len(tty.frames)
    for number in range(1000):
        clock[0] += 0.001
        line.moved(number, 1000)
    assert 8 <= len(tty.frames) - before <= 11
    line.close()


def test_lines_of_threads_do_not_mix(tty: Tty, screen: Screen, clock: list[float]) -> None:
    def work(number: int) -> None:
        line = line_of(screen, f"file-{number}")
        for done_so_far in range(50):
            clock[0] += 0.05
            line.moved(done_so_far, 50)
            print(f"{number}: {done_so_far}\n", end="", file=tty)
        line.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(tty.screen.splitlines()) == sorted(f"{n}: {d}" for n in range(4) for d in range(50))
    assert is_untouched(tty)


def test_a_line_goes_with_its_last_reference_and_does_not_come_back(tty: Tty, screen: Screen) -> None:
    line = line_of(screen, "a")
    line.moved(1, 2)
    assert tty.screen
    del line
    assert tty.screen == ""
    closed = line_of(screen, "b")
    closed.close()
    closed.moved(1, 2)
    assert tty.screen == ""


def test_a_terminal_that_went_away_stops_nothing(tty: Tty, screen: Screen, clock: list[float]) -> None:
    line = line_of(screen, "a")
    line.moved(1, 2)
    tty.close()
    clock[0] = 1.0
    line.moved(2, 2)
    line.close()


def test_who_hooked_in_later_keeps_his_hook(tty: Tty, screen: Screen) -> None:
    line = line_of(screen, "a")
    line.moved(1, 2)
    ours: Any = tty.write
    seen: list[str] = []
    tty.write = lambda text: seen.append(text) or ours(text)  # type: ignore[method-assign, func-returns-value]
    line.close()
    print("after", file=tty)
    assert "after" in seen
    assert tty.screen == "after"


def test_letters_that_the_terminal_lacks_are_question_marks(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    tty = Tty("ascii")
    monkeypatch.setattr(_progress, "sys", Overlay(sys, stderr=tty))
    monkeypatch.setenv("TERM", "xterm")
    line = line_of(screen, "é")
    line.moved(1, 2)
    assert tty.screen.isascii()
    assert tty.screen.strip().startswith("? -")
    line.close()


# --- who draws, and where nothing is drawn --------------------------------------------------------------------------------------


def _without(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    monkeypatch.setattr(_progress, "find_spec", lambda name: None if name in packages else find_spec(name))


def test_a_stream_that_is_no_terminal_stays_silent(capsys: pytest.CaptureFixture[str], screen: Screen) -> None:
    assert screen.line("a") is None
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_terminal_without_a_cursor_stays_silent(term: str, tty: Tty, screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)
    assert screen.line("a") is None


def test_the_old_console_of_windows_stays_silent(tty: Tty, screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress, "os", SimpleNamespace(name="nt", environ={}))
    assert screen.line("a") is None
    monkeypatch.setattr(_progress, "os", SimpleNamespace(name="nt", environ={"WT_SESSION": "1"}))
    assert screen.line("a") is not None


def test_a_program_without_streams_stays_silent(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress, "sys", Overlay(sys, stderr=None))
    assert screen.line("a") is None


def test_without_rich_and_tqdm_it_stays_silent(tty: Tty, screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    _without(monkeypatch, "rich", "tqdm")
    assert screen.line("a") is None


def test_without_rich_tqdm_draws(tty: Tty, screen: Screen, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    _without(monkeypatch, "rich")
    sent, unknown, run = (line_of(screen, label) for label in ("a.bin", "b.bin", "run run_1"))
    clock[0] = 2.0
    sent.moved(SIZE, 4 * SIZE)
    unknown.moved(SIZE, 0)
    run.waits("in_progress")
    first, second, third = filter(None, tty.screen.splitlines())
    assert first.startswith("a.bin:  25%|")
    assert "1.00M/4.00M" in first
    assert second.startswith("b.bin: 1.00MB")
    assert third == "run run_1: in_progress, 2 s"
    for line in (sent, unknown, run):
        line.close()
    assert tty.screen == ""


@pytest.mark.parametrize("is_late", [False, True], ids=["when it is asked for a painter", "when it paints"])
def test_a_package_that_cannot_draw_stops_nothing(
    is_late: bool,
    tty: Tty,
    screen: Screen,
    clock: list[float],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> Any:
        raise TypeError("an old one")

    monkeypatch.setitem(_progress._PAINTERS, "rich", (lambda stream: broken) if is_late else broken)
    line = line_of(screen, "a")
    with caplog.at_level(logging.WARNING, "agentkit"):
        for second in range(3):
            clock[0] = float(second)
            line.moved(second, 2)
            print("more", file=tty)
    line.close()
    assert tty.screen == "more\nmore\nmore"
    assert [record.getMessage() for record in caplog.records] == ["progress is not shown any more: it cannot be drawn"]
    assert "an old one" in caplog.text
    assert is_untouched(tty)


def test_only_what_goes_to_the_terminal_is_watched(
    tty: Tty, screen: Screen, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = io.StringIO()
    monkeypatch.setattr(_progress, "sys", Overlay(sys, stdout=piped, stderr=tty))
    line = line_of(screen, "a")
    line.moved(1, 2)
    print("to a file", file=piped)
    line.close()
    assert piped.getvalue() == "to a file\n"
    assert tty.screen == ""
