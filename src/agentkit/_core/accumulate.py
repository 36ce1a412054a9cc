"""What is known of a streamed run so far: the run, its messages and its steps, as they grow event by event.

A piece is taken in by adding it to a list, so an event costs the same however much came before it. Text is joined when a snapshot
is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .events import StreamEvent, fields_of, model_of

if TYPE_CHECKING:
    from .._generated.models.messages import ThreadMessage
    from .._generated.models.run_steps import RunStep
    from .._generated.models.runs import RunCompletionUsage, RunError, ThreadRun

__all__ = ["Accumulator"]

# The strings that come in pieces, and the lists whose items come with their index, wherever they stand, so that kinds of content
# and of tools which are not known here grow as well. Of any other field the value that came last counts.
_JOINED = frozenset({"arguments", "input", "logs", "refusal", "value"})
_INDEXED = frozenset({"annotations", "content", "outputs", "tool_calls"})

# What nests deeper than any piece does (an image among the outputs of a call in a step: 7) is taken whole.
_MOST_LEVELS = 10

_FINAL = frozenset({"cancelled", "completed", "expired", "failed", "incomplete"})


class Accumulator:
    """Gathers the events of one streamed run, over all its tool rounds.

    A whole object replaces what its pieces have built up, at the latest when it is final; pieces that come after that are not
    added. Pieces of an object that was never announced build one up as well, with the fields that pieces have. Whatever the
    events hold, nothing in here raises.
    """

    def __init__(self) -> None:
        self._run: ThreadRun | None = None
        self._error: StreamEvent | None = None
        self._messages: dict[str, _Draft] = {}
        self._steps: dict[str, _Draft] = {}

    def add(self, event: StreamEvent) -> str:
        """Take in the next event.

        :param event: An event as ``parse_event`` gives it.
        :return: The text that it adds to the agent's messages: that of a piece, or what a whole message has beyond the pieces
            that came before it. Joined, these texts are the text of the messages, also where pieces are missing at the end.
        """
        name, data = event.event_type, event.data
        if isinstance(data, str):
            if name == "error":
                self._error = event
        elif name == "thread.message.delta":
            return self._add_to_message(event)
        elif name.startswith("thread.message."):
            return self._take_message(event)
        elif name == "thread.run.step.delta":
            self._draft(self._steps, "thread.run.step.created", event).add(event.raw.get("delta"))
        elif name.startswith("thread.run.step."):
            self._draft(self._steps, name, event).take(event)
        elif name.startswith("thread.run."):
            self._run = data  # type: ignore[assignment]  # told by the name
        return ""

    @property
    def run(self) -> ThreadRun | None:
        """The run as the last event about it had it; None before the first."""
        return self._run

    @property
    def usage(self) -> RunCompletionUsage | None:
        """The tokens that the run has spent; None until the run says so, which is at its end."""
        return getattr(self._run, "usage", None)

    @property
    def last_error(self) -> RunError | None:
        """Why the run failed, or what an ``error`` event said; None where nothing did."""
        of_run: RunError | None = getattr(self._run, "last_error", None)
        return of_run if of_run is not None or self._error is None else _run_error(self._error)

    @property
    def messages(self) -> list[ThreadMessage]:
        """The messages as they are by now, in the order of their first events."""
        return [draft.snapshot() for draft in self._messages.values()]

    @property
    def steps(self) -> list[RunStep]:
        """The steps as they are by now, in the order of their first events."""
        return [draft.snapshot() for draft in self._steps.values()]

    def message(self, message_id: str) -> ThreadMessage | None:
        """The message of an id as it is by now; None where no event was about it. It does not change any more."""
        draft = self._messages.get(message_id) if isinstance(message_id, str) else None
        return draft.snapshot() if draft else None

    def step(self, step_id: str) -> RunStep | None:
        """The step of an id as it is by now; None where no event was about it. It does not change any more."""
        draft = self._steps.get(step_id) if isinstance(step_id, str) else None
        return draft.snapshot() if draft else None

    def _add_to_message(self, event: StreamEvent) -> str:
        draft = self._draft(self._messages, "thread.message.created", event)
        piece = event.raw.get("delta")
        text = _only_text(piece)
        if text is not None and draft.add_text(*text):
            return text[1]
        if not draft.add(piece):
            return ""
        content = piece.get("content")
        return "".join([text for _, text in _texts(enumerate(content))]) if isinstance(content, list) else ""

    def _take_message(self, event: StreamEvent) -> str:
        draft = self._draft(self._messages, event.event_type, event)
        before = draft.texts()
        draft.take(event)
        if getattr(event.data, "role", None) == "user":
            return ""
        # A text that does not go on from its pieces was rewritten: it cannot be told as an addition.
        texts = ((text, before.get(index, "")) for index, text in draft.texts().items())
        return "".join(text[len(known) :] for text, known in texts if text.startswith(known))

    @staticmethod
    def _draft(drafts: dict[str, _Draft], name: str, event: StreamEvent) -> _Draft:
        """The draft of the object that an event is about; ``name`` is an event that carries one of its kind whole."""
        identity = getattr(event.data, "id", None)
        key = identity if isinstance(identity, str) else ""
        draft = drafts.get(key)
        if draft is None:
            draft = drafts[key] = _Draft(model_of(name), key)
        return draft


class _Draft:
    """An object that grows: the whole object that came last, and the pieces that came since."""

    def __init__(self, kind: Any, identity: str) -> None:
        self._kind = kind
        self._fields = _Object({"id": identity})
        self._grown: set[str] = set()
        self._final = False
        self._snapshot: Any = None
        self._texts: dict[int, _Text] = {}

    def take(self, event: StreamEvent) -> None:
        """Replace everything; while the object is not final, what has grown is ahead of it and stays."""
        final = event.event_type.rpartition(".")[2] in _FINAL
        if self._final and not final:
            return
        kept = {} if final else {name: self._fields.parts[name] for name in self._grown}
        self._fields = _Object({**fields_of(event.event_type, event.raw), **kept})
        self._final = final
        self._snapshot = None if kept else event.data
        self._texts.clear()

    def add(self, piece: Any) -> bool:
        """Add a piece; False where the object is final, or the piece is no object."""
        if self._final or not isinstance(piece, dict):
            return False
        self._fields.add(piece, _MOST_LEVELS)
        self._grown.update(piece)
        self._texts.clear()  # the piece may have put something else in a text's place
        self._snapshot = None
        return True

    def add_text(self, index: int, text: str) -> bool:
        """Add to the text of a content part that has grown before; False where it has not.

        Nearly every event of a run is such a piece, and this is the short way for it: what it comes to is what :meth:`add` does.
        """
        if self._final:
            return False
        known = self._texts.get(index)
        if known is None:
            known = self._growing_text(index)
            if known is None:
                return False
            self._texts[index] = known
        known.add(text)
        self._snapshot = None
        return True

    def _growing_text(self, index: int) -> _Text | None:
        content = self._fields.parts.get("content")
        part = content.at(index) if isinstance(content, _Items) else None
        text = part.parts.get("text") if isinstance(part, _Object) and part.parts.get("type") == "text" else None
        value = text.parts.get("value") if isinstance(text, _Object) else None
        return value if isinstance(value, _Text) else None

    def snapshot(self) -> Any:
        """The object as it is by now."""
        if self._snapshot is None:
            self._snapshot = self._kind(self._fields.value())
        return self._snapshot

    def texts(self) -> dict[int, str]:
        """The texts of a message by the indices of their parts."""
        content = self._fields.parts.get("content")
        return dict(_texts(content.items() if isinstance(content, _Items) else _numbered(content)))


class _Text:
    """A string that comes in pieces."""

    def __init__(self, known: Any) -> None:
        self._pieces: list[str] = [known] if isinstance(known, str) else []

    def add(self, piece: str, levels: int = 0) -> None:
        self._pieces.append(piece)

    def value(self) -> str:
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0]


class _Object:
    """An object whose fields grow."""

    def __init__(self, known: Any) -> None:
        self.parts: dict[str, Any] = dict(known) if isinstance(known, dict) else {}

    def add(self, piece: dict[str, Any], levels: int) -> None:
        for name, value in piece.items():
            self.parts[name] = _grown(self.parts.get(name), name, value, levels - 1)

    def value(self) -> dict[str, Any]:
        return {name: _value(part) for name, part in self.parts.items()}


class _Items:
    """A list whose items grow, each at the index that its pieces name; one that names none is a new item at the end."""

    def __init__(self, known: Any) -> None:
        self._parts: dict[int, Any] = dict(_numbered(known))
        self._end = len(self._parts)

    def add(self, pieces: list[Any], levels: int) -> None:
        for piece in pieces:
            index = piece.get("index") if isinstance(piece, dict) else None
            if type(index) is int:
                piece = {name: value for name, value in piece.items() if name != "index"}
            else:
                index = self._end
            self._end = max(self._end, index + 1)
            self._parts[index] = _grown(self._parts.get(index), "", piece, levels - 1)

    def at(self, index: int) -> Any:
        return self._parts.get(index)

    def items(self) -> list[tuple[int, Any]]:
        return [(index, _value(self._parts[index])) for index in sorted(self._parts)]

    def value(self) -> list[Any]:
        return [item for _, item in self.items()]


def _grown(known: Any, name: str, piece: Any, levels: int) -> Any:
    """What a value becomes by a piece: the same with the piece added, or the piece in its place. Null changes nothing."""
    if piece is None:
        return known
    kind: type[_Text] | type[_Items] | type[_Object]
    if isinstance(piece, str) and name in _JOINED:
        kind = _Text
    elif isinstance(piece, list) and name in _INDEXED:
        kind = _Items
    elif isinstance(piece, dict):
        kind = _Object
    else:
        return piece
    if levels <= 0:
        return piece
    growing: Any = known if isinstance(known, kind) else kind(known)
    growing.add(piece, levels)
    return growing


def _value(part: Any) -> Any:
    return part.value() if isinstance(part, _Text | _Items | _Object) else part


def _numbered(items: Any) -> Iterable[tuple[int, Any]]:
    """The items of a list with their places; nothing of what is no list."""
    return enumerate(items if isinstance(items, list) else ())


def _texts(parts: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, str]]:
    """The texts among the content parts of a message, or of a piece of one, each with the index of its part."""
    for index, part in parts:
        text = part.get("text") if isinstance(part, dict) else None
        value = text.get("value") if isinstance(text, dict) else None
        if isinstance(value, str):
            yield index, value


def _only_text(piece: Any) -> tuple[int, str] | None:
    """The index and the text of a piece that has one text and nothing besides; None for any other piece."""
    if type(piece) is not dict or len(piece) != 1:
        return None
    content = piece.get("content")
    if type(content) is not list or len(content) != 1:
        return None
    part = content[0]
    if type(part) is not dict or len(part) != 3 or part.get("type") != "text":
        return None
    index, text = part.get("index"), part.get("text")
    if type(index) is not int or type(text) is not dict or len(text) != 1:
        return None
    value = text.get("value")
    return (index, value) if type(value) is str else None


def _run_error(event: StreamEvent) -> RunError:
    """An ``error`` event, whose data no schema fixes, as the error of a run; it has a message in any case."""
    from .._generated.models.runs import RunError

    told = event.raw.get("error", event.raw) if isinstance(event.raw, dict) else event.raw
    if not isinstance(told, dict):
        return RunError(message=told if isinstance(told, str) else str(event.data))
    try:
        return RunError({"message": str(event.data), **told})
    except ValueError:  # half a surrogate pair in a name, which no field can have
        return RunError(message=str(event.data))
