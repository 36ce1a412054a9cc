"""Turns the markers that a model leaves in its text into citations that a person can read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

__all__ = ["CitationStyle", "check_style", "cited_files", "message_files", "render_message", "render_text"]

CitationStyle = Literal["footnotes", "markdown", "strip", "keep"]


@dataclass(frozen=True)
class _Citation:
    """An annotation as far as it can be read: odd values of a service count as missing."""

    marker: str
    span: tuple[int, int] | None
    kind: Literal["file", "path", "url", "other"]
    file_id: str = ""
    quote: str = ""
    url: str = ""
    title: str = ""

    @classmethod
    def of(cls, annotation: Any) -> _Citation:
        marker = _text(annotation, "text")
        start, end = getattr(annotation, "start_index", None), getattr(annotation, "end_index", None)
        span = (start, end) if isinstance(start, int) and isinstance(end, int) else None
        file, path, url = (getattr(annotation, name, None) for name in ("file_citation", "file_path", "url_citation"))
        if file is not None:
            return cls(marker, span, "file", file_id=_text(file, "file_id"), quote=_text(file, "quote"))
        if path is not None:
            return cls(marker, span, "path", file_id=_text(path, "file_id"))
        if url is not None:
            return cls(marker, span, "url", url=_text(url, "url"), title=_text(url, "title"))
        return cls(marker, span, "other")

    def name(self, names: Mapping[str, str]) -> str:
        """The file's name: as given, else as the marker of a made file has it, else the id."""
        if self.file_id in names:
            return names[self.file_id]
        made = posixpath.basename(self.marker) if self.kind == "path" and "/" in self.marker else ""
        return made or self.file_id or "a file without an id"


@dataclass
class _Place:
    """A range of the text and the citations, by their index, that stand for it."""

    start: int
    end: int
    indices: list[int] = field(default_factory=list)


def render_message(message: Any, citations: CitationStyle = "footnotes", files: Mapping[str, str] | None = None) -> str:
    """The text parts of a message, their markers rendered, joined by line ends; see :func:`render_text`.

    The numbers go on from part to part, so that each stands for one citation of the message.
    """
    check_style(citations)
    rendered, first = [], 0
    for text, notes in _texts(message):
        rendered.append(render_text(text, notes, citations, files, first))
        first += len(notes)
    return "\n".join(rendered)


def render_text(
    text: str,
    annotations: Sequence[Any],
    citations: CitationStyle = "footnotes",
    files: Mapping[str, str] | None = None,
    first: int = 0,
) -> str:
    """One text with its markers rendered.

    :param text: the text as the model wrote it.
    :param annotations: its annotations; each replaces the marker at its own indices, or where its marker stands if they are wrong.
    :param citations: ``footnotes`` puts `` [n]`` in place of each marker and a list at the end; ``markdown`` uses Markdown's own
        footnotes and links; ``strip`` takes the markers out; ``keep`` changes nothing.
    :param files: file ids to names; a file that is not in it is called by its id, or by the name that its marker has.
    :param first: the number of the first annotation.
    :raises ValueError: the style is none of these.
    """
    check_style(citations)
    if citations == "keep" or not annotations:
        return text
    found = [_Citation.of(annotation) for annotation in annotations]
    places = _places(text, found)
    if citations == "strip":
        return _without(text, places)
    names = files or {}
    pieces, position = [], 0
    for place in places:
        pieces.append(text[position : place.start])
        for index in place.indices:
            number = first + index
            in_link = _is_target(text, place)
            pieces.append(f" [{number}]" if citations == "footnotes" else _markdown(found[index], number, names, in_link))
        position = place.end
    body = "".join([*pieces, text[position:]])
    if citations == "footnotes":
        return body + "\n" + "\n".join(_footnote(one, n, names) for n, one in enumerate(found, first) if one.kind != "other")
    notes = [f"[^{number}]: {_note(one, names)}" for number, one in enumerate(found, first) if one.kind == "file"]
    return "\n".join([body, "", *notes]) if notes else body


def check_style(citations: Any) -> None:
    """Refuse a style that there is not, with a ValueError that names the styles."""
    if citations not in get_args(CitationStyle):
        raise ValueError(f"citations is one of {', '.join(get_args(CitationStyle))}, not {citations!r}")


def message_files(message: Any) -> list[tuple[str, str]]:
    """The ids of the files that a message shows or links to, each once and in order, with distinct names to save them under."""
    files: dict[str, str] = {}
    for part in message.content if isinstance(message.content, list) else ():
        image = _text(getattr(part, "image_file", None), "file_id")
        if image:
            files.setdefault(image, f"{image}_image_file.png")
        for annotation in _items(getattr(getattr(part, "text", None), "annotations", None)):
            made = _Citation.of(annotation)
            if made.kind == "path" and made.file_id:
                name = posixpath.basename(made.marker)
                files.setdefault(made.file_id, made.file_id if name in ("", ".", "..") else name)
    taken: set[str] = set()
    return [(file_id, _distinct(name, taken)) for file_id, name in files.items()]


def _distinct(name: str, taken: set[str]) -> str:
    """The name, or where it is taken the name with a number before its ending; it is taken from now on."""
    stem, dot, ending = name.rpartition(".")
    chosen, count = name, 1
    # Some file systems take names that differ in case for one.
    while chosen.casefold() in taken:
        count += 1
        chosen = f"{stem}-{count}{dot}{ending}" if stem else f"{name}-{count}"
    taken.add(chosen.casefold())
    return chosen


def cited_files(message: Any) -> list[str]:
    """The ids of the files that a message's annotations name, each once, in order."""
    found = (_Citation.of(annotation).file_id for _, notes in _texts(message) for annotation in notes)
    return list(dict.fromkeys(file_id for file_id in found if file_id))


# --- where the markers stand ----------------------------------------------------------------------------------------------


def _places(text: str, found: Sequence[_Citation]) -> list[_Place]:
    """The markers in order, none overlapping another: citations whose ranges overlap share one place."""
    places: list[_Place] = []
    taken: set[tuple[int, int]] = set()
    for index, citation in enumerate(found):
        span = _span(text, citation, taken)
        if span is not None:
            taken.add(span)
            places.append(_Place(*span, [index]))
    places += _repeated(text, found, taken)
    merged: list[_Place] = []
    for place in sorted(places, key=lambda p: (p.start, p.end)):
        if merged and place.start < merged[-1].end:
            merged[-1].end = max(merged[-1].end, place.end)
            merged[-1].indices += place.indices
        else:
            merged.append(place)
    return merged


def _span(text: str, citation: _Citation, taken: set[tuple[int, int]]) -> tuple[int, int] | None:
    """The range of a citation: by its indices where its marker really stands there, else the first free one of its marker."""
    if not citation.marker:
        return None
    if citation.span is not None:
        start, end = citation.span
        if 0 <= start < end and text[start:end] == citation.marker:
            return citation.span
    return next((span for span in _occurrences(text, citation.marker) if span not in taken), None)


def _repeated(text: str, found: Sequence[_Citation], taken: set[tuple[int, int]]) -> Iterator[_Place]:
    """Further occurrences of markers that no citation points at; they mean what the first citation of that marker means."""
    first = {citation.marker: index for index, citation in reversed(list(enumerate(found))) if citation.marker}
    for marker, index in first.items():
        for span in _occurrences(text, marker):
            if not any(span[0] < end and start < span[1] for start, end in taken):
                yield _Place(*span, [index])


def _occurrences(text: str, marker: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in re.finditer(re.escape(marker), text))


# --- what stands in their place -------------------------------------------------------------------------------------------


def _without(text: str, places: Sequence[_Place]) -> str:
    """The text without the markers; of a link to one its text remains, so that no empty link is left."""
    cuts: list[tuple[int, int]] = []
    for place in places:
        opened = _link_start(text, place.start - 2) if _is_target(text, place) else None
        if opened is None:
            cuts.append((place.start, place.end))
        else:
            image = text[opened - 1 : opened] == "!"
            cuts += [(opened - image, opened + 1), (place.start - 2, place.end + 1)]
    pieces, position = [], 0
    for start, end in sorted(cuts):
        pieces.append(text[position : max(start, position)])
        position = max(end, position)
    return "".join([*pieces, text[position:]])


def _is_target(text: str, place: _Place) -> bool:
    """Whether the place is the target of a Markdown link."""
    return text[max(place.start - 2, 0) : place.start] == "](" and text[place.end : place.end + 1] == ")"


def _link_start(text: str, closing: int) -> int | None:
    """Where the bracket opens that closes at a position; None where it does not."""
    depth = 0
    for position in range(closing, -1, -1):
        depth += {"]": 1, "[": -1}.get(text[position], 0)
        if depth == 0:
            return position
    return None


def _footnote(citation: _Citation, number: int, names: Mapping[str, str]) -> str:
    if citation.kind == "path":
        return f"[{number}] Click <here> to download {citation.name(names)}"
    if citation.kind == "url":
        return f"[{number}] {citation.title} at {citation.url}" if citation.title else f"[{number}] {citation.url}"
    return (
        f"[{number}] {citation.quote} from {citation.name(names)}" if citation.quote else f"[{number}] {citation.name(names)}"
    )


def _markdown(citation: _Citation, number: int, names: Mapping[str, str], in_link: bool) -> str:
    if citation.kind == "path":
        name = citation.name(names)
        return _link_target(name) if in_link else name
    if citation.kind == "url":
        title = re.sub(r"([\[\]\\])", r"\\\1", citation.title or citation.url)
        return f" [{title}]({_link_target(citation.url)})"
    return f"[^{number}]" if citation.kind == "file" else citation.marker


def _note(citation: _Citation, names: Mapping[str, str]) -> str:
    """The text of a Markdown footnote, which ends at an empty line, so that a quote has to stand on one."""
    quote = " ".join(citation.quote.split())
    return f"{quote} from {citation.name(names)}" if quote else citation.name(names)


def _link_target(text: str) -> str:
    """The text as it can stand between the parentheses of a link."""
    return re.sub(r"[\s()<>]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


# --- reading what a service sent ------------------------------------------------------------------------------------------


def _texts(message: Any) -> Iterator[tuple[str, list[Any]]]:
    """Each text of a message with its annotations."""
    for part in message.text_messages:
        if part.text:
            value = part.text if isinstance(part.text, str) else _text(part.text, "value")
            yield value, _items(getattr(part.text, "annotations", None))


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(owner: Any, name: str) -> str:
    """A text attribute; empty where it is missing or no text."""
    value = getattr(owner, name, None)
    return value if isinstance(value, str) else ""
