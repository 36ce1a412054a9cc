"""Server-sent events: bytes in, events out.

The rules are those of the WHATWG event stream, applied to bytes: chunks may end inside a character or between CR and LF. In two
points nothing is dropped where a browser would drop it, since what a service said last may be why it stopped: a last block counts
although no blank line follows, and so does a block that names an event and has no data. azure-ai-projects 1.0.0b10 delivers both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["MAX_EVENT_BYTES", "SSEDecoder", "ServerSentEvent"]

MAX_EVENT_BYTES = 16 * 1024 * 1024
"""So long may a line be, and the data of an event, in bytes, where nothing else is said."""

_BOM = b"\xef\xbb\xbf"

# The specification says "digits" and no more; a wait of more than this is none, and int() refuses thousands of them.
_MOST_RETRY_DIGITS = 15

# Whatever str.splitlines() takes for a line end. JSON has the first ones only between its tokens, where a space does as well,
# and the others only inside its strings, where an escape means the same.
_IN_ONE_LINE = {ord(end): " " for end in "\n\r\x0b\x0c\x1c\x1d\x1e"} | {
    ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"
}


@dataclass(slots=True)  # not frozen, which would double what it costs to make one
class ServerSentEvent:
    """One event of a stream.

    :param event: Its name; ``"message"`` where the stream gives none.
    :param data: Its data, the lines joined by LF.
    :param id: The id that the stream gave last, in this event or before it; empty where it gave none.
    :param retry: The wait before a new connection that the stream asked for last, in milliseconds; None where it asked for none.
    """

    event: str
    data: str
    id: str = ""
    retry: int | None = None

    def wire_text(self) -> str:
        """The event as two lines, ``event: NAME`` and ``data: DATA``, whatever its framing was.

        JSON data of several lines means the same in one. It stays in one line also for a reader that splits text by
        ``str.splitlines()``, which takes U+2028 inside a string for a line end.
        """
        data = self.data
        if data.splitlines() != [data]:  # most data is in one line, and looking for an end is cheaper than replacing every end
            data = data.translate(_IN_ONE_LINE)
        return f"event: {self.event}\ndata: {data}"


class SSEDecoder:
    """Decodes one stream, fed in chunks of any size, in time and memory that grow with its bytes alone.

    However the bytes are cut, the same events come out, and the same error: events in front of what is too long are delivered
    first. After the error the decoder gives nothing but the error.

    :param max_event_bytes: So long may a line be, and the data lines of an event together, in bytes.
    """

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max_event_bytes = max_event_bytes
        self._failure: ValueError | None = None
        self._at_start = True
        self._after_cr = False
        self._open_line = bytearray()
        self._event = ""
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._id = ""
        self._retry: int | None = None

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Take the next bytes of the stream.

        :param data: Any number of bytes.
        :return: The events that are complete with them, in order.
        :raises ValueError: A line or an event is longer than ``max_event_bytes``.
        """
        if not data:
            return []
        chunk = data[1:] if self._after_cr and data.startswith(b"\n") else data
        self._after_cr = data.endswith(b"\r")
        lines = chunk.splitlines()  # of bytes: at LF, CR and CR LF, and at nothing else
        rest = b"" if not chunk or chunk.endswith((b"\n", b"\r")) else lines.pop()
        if lines and self._open_line:
            self._open_line += lines[0]
            lines[0] = bytes(self._open_line)
            self._open_line.clear()
        return self._read(lines, rest)

    def end(self) -> list[ServerSentEvent]:
        """Take the end of the stream, after which nothing is fed.

        :return: The event of the last block, where no blank line has ended it.
        :raises ValueError: A line or an event is longer than ``max_event_bytes``.
        """
        last = bytes(self._open_line)
        self._open_line.clear()
        return self._read([last, b""])

    def _read(self, lines: Iterable[bytes], rest: bytes = b"") -> list[ServerSentEvent]:
        """The events of whole lines; ``rest`` begins or goes on with a line that has not ended."""
        if self._failure is not None:
            raise self._failure
        events: list[ServerSentEvent] = []
        try:
            for line in lines:
                event = self._read_line(line)
                if event is not None:
                    events.append(event)
            self._check("a line", len(self._open_line) + len(rest))
            self._open_line += rest
        except ValueError as failure:
            self._failure = failure
            self._open_line.clear()
            self._data.clear()
            if not events:
                raise
        return events

    def _read_line(self, line: bytes) -> ServerSentEvent | None:
        """The event that a line completes, if it is blank and anything stands before it."""
        if len(line) > self._max_event_bytes:
            self._check("a line", len(line))
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(_BOM)
        if not line:
            return self._complete()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            # The whole line counts: a million empty ones would take memory too.
            self._data_bytes += len(line)
            self._check("the data of an event", self._data_bytes)
            self._data.append(value)
        elif name == b"event":
            self._event = _text(value)
        elif name == b"id" and b"\0" not in value:
            self._id = _text(value)
        elif name == b"retry" and value.isdigit() and len(value) <= _MOST_RETRY_DIGITS:
            self._retry = int(value)
        return None  # a comment, or a field of no meaning, is passed over

    def _complete(self) -> ServerSentEvent | None:
        if not self._data and not self._event:
            return None
        event = ServerSentEvent(self._event or "message", _text(b"\n".join(self._data)), self._id, self._retry)
        self._event, self._data, self._data_bytes = "", [], 0
        return event

    def _check(self, what: str, length: int) -> None:
        if length > self._max_event_bytes:
            raise ValueError(
                f"the event stream cannot be read on: {what} has more than {self._max_event_bytes} bytes (max_event_bytes). "
                "Check that the answer is an event stream, or allow for longer events."
            )


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
