"""Turns the markers that a model leaves in its text into citations that a person can read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

__all__ = ["CitationStyle", "check_style", "cited_files", "message_files", "render_message", "render_text"]

CitationStyle = Literal["footnotes", "markdown", "strip", "keep"]


@dataclass
class _Place:
    """A range of the text and the annotations, by their numbers, that stand for it."""

    start: int
    end: int
    numbers: list[int] = field(default_factory=list)


def render_message(message: Any, citations: CitationStyle = "footnotes", files: Mapping[str, str] | None = None) -> str:
    """The text parts of a message, their markers rendered, joined by line ends; see :func:`render_text`."""
    parts = [part.text for part in message.text_messages if part.text]
    return "\n".join(render_text(text.value or "", text.annotations or (), citations, files) for text in parts)


def render_text(
    text: str, annotations: Sequence[Any], citations: CitationStyle = "footnotes", files: Mapping[str, str] | None = None
) -> str:
    """One text with its markers rendered.

    :param text: the text as the model wrote it.
    :param annotations: its annotations; each replaces the marker at its own indices, or where its marker stands if they are wrong.
    :param citations: ``footnotes`` puts `` [n]`` in place of each marker and a list at the end; ``markdown`` uses Markdown's own
        footnotes and links; ``strip`` takes the markers out; ``keep`` changes nothing.
    :param files: file ids to names; a file that is not in it is called by its id, or by the name that its marker has.
    :raises ValueError: the style is none of these.
    """
    check_style(citations)
    if citations == "keep" or not annotations:
        return text
    names = files or {}
    pieces, position = [], 0
    for place in _places(text, annotations):
        if citations == "strip":
            place = _with_link(text, place)
        pieces += [text[position : place.start], _replacement(text, place, annotations, citations, names)]
        position = place.end
    rendered = "".join([*pieces, text[position:]])
    notes = _notes(annotations, citations, names)
    return rendered + "\n" + "\n".join(notes) if citations == "footnotes" or notes else rendered


def check_style(citations: Any) -> None:
    """Refuse a style that there is not, with a ValueError that names the styles."""
    if citations not in get_args(CitationStyle):
        raise ValueError(f"citations is one of {', '.join(get_args(CitationStyle))}, not {citations!r}")


def message_files(message: Any) -> list[tuple[str, str]]:
    """The ids of the files that a message shows or links to, each once and in order, with distinct names to save them under."""
    files: dict[str, str] = {}
    for part in message.content if isinstance(message.content, list) else ():
        image: Any = getattr(part, "image_file", None)
        if getattr(image, "file_id", None):
            files.setdefault(image.file_id, f"{image.file_id}_image_file.png")
        for annotation in getattr(getattr(part, "text", None), "annotations", None) or ():
            file_id = getattr(getattr(annotation, "file_path", None), "file_id", None)
            if file_id:
                files.setdefault(file_id, posixpath.basename(getattr(annotation, "text", None) or "") or file_id)
    named: list[tuple[str, str]] = []
    for file_id, name in files.items():
        stem, dot, ending = name.rpartition(".")
        taken, count, distinct = {n for _, n in named}, 1, name
        while distinct in taken:
            count += 1
            distinct = f"{stem}-{count}{dot}{ending}" if stem else f"{name}-{count}"
        named.append((file_id, distinct))
    return named


def cited_files(message: Any) -> list[str]:
    """The ids of the files that a message's annotations name, each once, in order."""
    found = (_file_id(annotation) for part in message.text_messages if part.text for annotation in part.text.annotations or ())
    return list(dict.fromkeys(file_id for file_id in found if file_id))


def _places(text: str, annotations: Sequence[Any]) -> list[_Place]:
    """Where the markers stand, in order, none overlapping another: annotations whose ranges overlap share one place."""
    places: list[_Place] = []
    taken: set[tuple[int, int]] = set()
    for number, annotation in enumerate(annotations):
        span = _span(text, annotation, taken)
        if span is not None:
            taken.add(span)
            places.append(_Place(*span, [number]))
    places += _repeated(text, annotations, places)
    merged: list[_Place] = []
    for place in sorted(places, key=lambda p: (p.start, p.end)):
        if merged and place.start < merged[-1].end:
            merged[-1].end = max(merged[-1].end, place.end)
            merged[-1].numbers += place.numbers
        else:
            merged.append(place)
    return merged


def _span(text: str, annotation: Any, taken: set[tuple[int, int]]) -> tuple[int, int] | None:
    """The range of an annotation: by its indices where its marker really stands there, else the first free one of its marker."""
    marker = getattr(annotation, "text", None) or ""
    start, end = getattr(annotation, "start_index", None), getattr(annotation, "end_index", None)
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text) and text[start:end] == marker:
        return start, end
    free = (found.span() for found in re.finditer(re.escape(marker), text) if found.span() not in taken) if marker else iter(())
    return next(free, None)


def _repeated(text: str, annotations: Sequence[Any], places: Iterable[_Place]) -> list[_Place]:
    """Further occurrences of markers that no annotation points at; they mean what the first annotation of that marker means."""
    taken = [(place.start, place.end) for place in places]
    first = {getattr(annotation, "text", None): number for number, annotation in reversed(list(enumerate(annotations)))}
    found = [
        _Place(*match.span(), [number])
        for marker, number in first.items()
        if marker
        for match in re.finditer(re.escape(marker), text)
    ]
    return [place for place in found if not any(place.start < end and start < place.end for start, end in taken)]


def _with_link(text: str, place: _Place) -> _Place:
    """The place widened to the whole Markdown link when the marker is a link's target, so that no empty link is left."""
    opened = text.rfind("[", 0, place.start)
    if text[max(place.start - 2, 0) : place.start] == "](" and text[place.end : place.end + 1] == ")" and opened >= 0:
        return _Place(opened, place.end + 1, place.numbers)
    return place


def _replacement(text: str, place: _Place, annotations: Sequence[Any], citations: str, names: Mapping[str, str]) -> str:
    if citations == "footnotes":
        return "".join(f" [{number}]" for number in place.numbers)
    if citations == "strip":
        link = re.fullmatch(r"\[(.*)\]\(.*\)", text[place.start : place.end], re.DOTALL)
        return link[1] if link else ""
    return "".join(_markdown(number, annotations[number], names) for number in place.numbers)


def _markdown(number: int, annotation: Any, names: Mapping[str, str]) -> str:
    url = getattr(annotation, "url_citation", None)
    if url is not None:
        return f" [{url.title or url.url}]({url.url})"
    if getattr(annotation, "file_path", None) is not None:
        return _name(annotation, names)
    return f"[^{number}]"


def _notes(annotations: Sequence[Any], citations: str, names: Mapping[str, str]) -> list[str]:
    notes = []
    for number, annotation in enumerate(annotations):
        citation, path = getattr(annotation, "file_citation", None), getattr(annotation, "file_path", None)
        url = getattr(annotation, "url_citation", None)
        if citation is not None:
            label = f"[{number}]" if citations == "footnotes" else f"[^{number}]:"
            notes.append(
                f"{label} {citation.quote} from {_name(annotation, names)}"
                if citation.quote
                else f"{label} {_name(annotation, names)}"
            )
        elif citations == "footnotes" and path is not None:
            notes.append(f"[{number}] Click <here> to download {_name(annotation, names)}")
        elif citations == "footnotes" and url is not None:
            notes.append(f"[{number}] {url.title or url.url} at {url.url}" if url.title else f"[{number}] {url.url}")
    return notes if citations != "strip" else []


def _file_id(annotation: Any) -> str | None:
    target = getattr(annotation, "file_citation", None) or getattr(annotation, "file_path", None)
    return getattr(target, "file_id", None)


def _name(annotation: Any, names: Mapping[str, str]) -> str:
    """The file's name: as given, else as the marker of a made file has it, else the id."""
    file_id = _file_id(annotation) or ""
    if file_id in names:
        return names[file_id]
    marker = getattr(annotation, "text", None) or ""
    if getattr(annotation, "file_path", None) is not None and "/" in marker:
        return posixpath.basename(marker)
    return file_id
