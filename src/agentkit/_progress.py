"""Progress at a terminal: lines below what the program prints, which leave nothing behind.

They are shown on stderr where that is a terminal and rich or tqdm is installed to draw them; else nothing is shown. The cursor stays where
the program's own output has left it: the lines are drawn below, and taken away before the program prints and when the work is over.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TextIO

from ._core.meters import Meter, fitted, state_of

__all__ = ["Line", "Painter", "Screen", "check_shown", "new_line", "waiting"]

_log = logging.getLogger("agentkit")

REFRESH = 0.1
"""The least time between two drawings, in seconds."""

_CLEAR_BELOW = "\x1b[J"
_SAVE, _RESTORE = "\x1b7", "\x1b8"
# Unlike a line feed, this keeps the column, and no terminal driver adds a return to it.
_INDEX = "\x1bD"

Painter = Callable[[Meter, int], str]
"""Draws a meter as one line of at most so many columns."""


class Line:
    """One line on the screen, from the first thing that is told of the work until it is closed.

    :param screen: where it is shown.
    :param label: what is worked on; the attribute may be changed as the work moves on to something else.
    """

    def __init__(self, screen: Screen, label: str) -> None:
        self._screen, self.label = screen, label
        self._began = screen.clock()
        self._is_open = True

    def moved(self, done: int, total: int) -> None:
        """Show that so many bytes have gone by, of how many in all, 0 while that is not known."""
        self._show(Meter(self.label, self._elapsed, done, total))

    def waits(self, state: str) -> None:
        """Show what the object that is waited for says of itself."""
        self._show(Meter(self.label, self._elapsed, state=state))

    def close(self) -> None:
        """Take the line away, for good. A line that nobody closed goes with its last reference."""
        self._is_open = False
        self._screen.remove(id(self))

    __del__ = close

    def _show(self, meter: Meter) -> None:
        if self._is_open:
            self._screen.show(id(self), meter)

    @property
    def _elapsed(self) -> float:
        return self._screen.clock() - self._began


class Screen:
    """All lines of a process, below what it prints.

    :param clock: seconds, from any beginning.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        # A signal handler, or the end of an object, may print while a line is being drawn.
        self._lock = threading.RLock()
        self._meters: dict[int, Meter] = {}
        self._terminal: _Terminal | None = None
        self._is_given_up = False
        self._drawn = self._drawn_again = -REFRESH

    def line(self, label: str) -> Line | None:
        """A line for a piece of work; None where nothing is to be shown."""
        return None if _drawn_by(sys.stderr) is None else Line(self, label)

    def show(self, key: int, meter: Meter) -> None:
        """Show a line as it is now; a known one as often as eyes can follow."""
        with self._lock:
            is_new = key not in self._meters
            self._meters[key] = meter
            if is_new or self.clock() - self._drawn >= REFRESH:
                self._draw()

    def remove(self, key: int) -> None:
        """Take a line away; with the last one, everything is as if there had been none."""
        with self._lock:
            if self._meters.pop(key, None) is None or self._terminal is None:
                return
            if self._meters:
                self._draw()
            else:
                self._terminal.close()
                self._terminal = None

    def _draw(self) -> None:
        self._drawn = self.clock()
        try:
            self._terminal = self._terminal or self._opened()
            if self._terminal is not None:
                self._terminal.draw(list(self._meters.values()))
        except Exception:  # noqa: BLE001 - a package that cannot draw, such as an old one, is no reason for an upload to fail
            terminal, self._terminal, self._is_given_up = self._terminal, None, True
            if terminal is not None:
                terminal.close()
            _log.warning("progress is not shown any more: it cannot be drawn", exc_info=True)

    def _opened(self) -> _Terminal | None:
        """The terminal, once something is to be shown; None where nothing can be."""
        painter_of = None if self._is_given_up else _drawn_by(sys.stderr)
        if painter_of is None:
            return None
        return _Terminal(sys.stderr, painter_of(sys.stderr), self._lock, self._draw_again)

    def _draw_again(self, printed: str) -> None:
        """The program has printed. Where it prints a lot, the lines are not drawn after each of its own."""
        now = self.clock()
        if self._meters and printed.endswith("\n") and now - self._drawn_again >= REFRESH:
            self._drawn_again = now
            self._draw()


class _Terminal:
    """Draws lines below the cursor, and takes them away before anything else is written."""

    def __init__(self, stream: TextIO, paint: Painter, lock: threading.RLock, printed: Callable[[str], None]) -> None:
        self._stream, self._paint, self._lock, self._printed = stream, paint, lock, printed
        self._write = stream.write
        self._is_drawn = False
        self._unhook = [
            _hooked(one, self._between) for one in {id(s): s for s in (stream, sys.stdout)}.values() if _is_terminal(one)
        ]

    def draw(self, meters: list[Meter]) -> None:
        width, height = _size(self._stream)
        most = max(1, height // 2)
        lines = [self._paint(meter, width - 1) for meter in meters[:most]]
        if len(meters) > most:
            lines[-1] = fitted(f"... and {len(meters) - most + 1} more", width - 1)
        # Room is made first: at the foot of the screen it scrolls, and what was saved before would be another place.
        room = _INDEX * len(lines) + f"\x1b[{len(lines)}A"
        self._put(_CLEAR_BELOW + room + _SAVE + "".join(f"\x1b[1B\r{line}" for line in lines) + _RESTORE)
        self._is_drawn = True

    def close(self) -> None:
        for unhook in self._unhook:
            unhook()
        self._clear()

    @contextmanager
    def _between(self, text: str) -> Iterator[None]:
        """Around whatever else is written."""
        with self._lock:
            self._clear()
            yield
            self._printed(text)

    def _clear(self) -> None:
        if self._is_drawn:
            self._is_drawn = False
            self._put(_CLEAR_BELOW)

    def _put(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        try:
            self._write(text.encode(encoding, "replace").decode(encoding))
            self._stream.flush()
        except (OSError, ValueError):
            # A terminal that has gone away, or a stream that was closed, is no reason for an upload to fail.
            self._is_drawn = False


def _hooked(stream: Any, between: Callable[[str], Any]) -> Callable[[], None]:
    """Have something done around every write of a stream, whoever holds the stream; returns what ends it.

    The stream stays the same object, so that also those who took hold of it earlier, such as handlers of logs, write above the lines.
    """
    original, was_set = stream.write, "write" in getattr(stream, "__dict__", {})

    def write(text: str) -> Any:
        with between(text):
            return original(text)

    def unhook() -> None:
        # Who has hooked in after us has to go first; till then our part does nothing.
        if stream.__dict__.get("write") is not write:
            return
        if was_set:
            stream.write = original
        else:
            del stream.write

    try:
        stream.write = write
    except AttributeError:
        return lambda: None
    return unhook


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # there is no stream in programs without a console; a closed one raises
        return False


def _size(stream: TextIO) -> tuple[int, int]:
    """Columns and lines of a terminal; 80 and 24 where it does not say."""
    try:
        columns, lines = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        columns, lines = 0, 0
    return columns or 80, lines or 24


# --- who draws ----------------------------------------------------------------------------------------------------------------


def _drawn_by(stream: Any) -> Callable[[TextIO], Painter] | None:
    """Who draws on a stream: rich where it is installed, else tqdm; None where nothing is to be drawn."""
    if not _is_terminal(stream) or os.environ.get("TERM") in ("dumb", "unknown") or not _reads_codes():
        return None
    return next((painter for package, painter in _PAINTERS.items() if find_spec(package) is not None), None)


def _reads_codes() -> bool:
    """Whether the terminal moves its cursor as it is told: the old console of Windows shows the codes themselves."""
    return os.name != "nt" or any(os.environ.get(name) for name in ("WT_SESSION", "ANSICON", "ConEmuANSI", "TERM"))


class _Sheet(io.StringIO):
    """What rich is to believe that it writes to: it chooses its signs by the encoding."""

    def __init__(self, encoding: str | None) -> None:
        super().__init__()
        self._encoding = encoding or "utf-8"

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding


def _with_rich(stream: TextIO) -> Painter:
    from rich.console import Console
    from rich.progress_bar import ProgressBar
    from rich.spinner import Spinner
    from rich.table import Table
    from rich.text import Text

    console = Console(file=_Sheet(stream.encoding), force_terminal=True, legacy_windows=False, highlight=False)

    def paint(meter: Meter, width: int) -> str:
        cells: list[Any] = [Text(fitted(meter.label, width // 2), "bold")]
        if meter.done is None:
            spinner = Spinner("dots").render(meter.elapsed)
            cells = [spinner, *cells, Text(fitted(meter.state, width), "cyan"), Text(f"{meter.elapsed:.0f} s")]
        else:
            share = [Text(f"{100 * meter.done // meter.total} %")] if meter.total else []
            bar = ProgressBar(meter.total or None, meter.done, width=max(5, width // 4), animation_time=meter.elapsed)
            cells = [*cells, bar, *share, Text(meter.amount, "green")]
        row = Table.grid(padding=(0, 1))
        for _ in cells:
            row.add_column(no_wrap=True)
        row.add_row(*cells)
        with console.capture() as drawn:
            console.print(row, width=width, height=1, overflow="ellipsis", crop=True, end="")
        return drawn.get().rstrip("\n").split("\n")[0]

    return paint


def _with_tqdm(stream: TextIO) -> Painter:
    # It has no types, and is in no extra: who has it has it for other reasons.
    meter_of: Callable[..., str] = import_module("tqdm").tqdm.format_meter

    def paint(meter: Meter, width: int) -> str:
        if meter.done is None:
            return fitted(meter.in_words, width)
        known = {"total": meter.total} if meter.total else {"total": None}
        label = fitted(meter.label, width // 2)
        return meter_of(n=meter.done, elapsed=meter.elapsed, ncols=width, prefix=label, unit="B", unit_scale=True, **known)

    return paint


_PAINTERS: dict[str, Callable[[TextIO], Painter]] = {"rich": _with_rich, "tqdm": _with_tqdm}


# --- what shows it ------------------------------------------------------------------------------------------------------------

_screen = Screen()


def new_line(label: str) -> Line | None:
    """A line for a piece of work; None where nothing is to be shown."""
    return _screen.line(label)


def check_shown(operation: str, progress: object, instead: str = "") -> None:
    """Refuse what is not a yes or no to a line at the terminal.

    :param operation: who was given it.
    :param progress: what was given.
    :param instead: what else there is.
    :raises TypeError: it is no boolean, and not None.
    """
    if not (progress is None or isinstance(progress, bool)):
        raise TypeError(f"{operation}() takes progress= as True or False, not {type(progress).__name__}{instead}")


@contextmanager
def waiting(
    operation: str, kind: str, progress: bool | None, on_update: Callable[[Any], Any] | None
) -> Iterator[Callable[[Any], Any] | None]:
    """A block in which an object is waited for, with a line that says how it is.

    :param operation: who waits.
    :param kind: what is waited for, such as a run.
    :param progress: whether to show the line.
    :param on_update: the caller's own callback.
    :return: what is to be called with each state of the object in place of it.
    :raises TypeError: ``progress`` is no boolean.
    """
    check_shown(operation, progress, "; a callable goes to on_update=")
    line: Line | None = None

    def tell(value: Any) -> Any:
        nonlocal line
        # A run that failed may be followed by another one.
        label = f"{kind} {getattr(value, 'id', '')}"
        line = line or new_line(label)
        if line is not None:
            line.label = label
            line.waits(state_of(value))
        return None if on_update is None else on_update(value)

    try:
        yield tell if progress else on_update
    finally:
        if line is not None:
            line.close()
