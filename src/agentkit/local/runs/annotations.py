"""Finds what an answer refers to: files of the interpreter's folder, and passages that file search found. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from agentkit.local.models.base import Passage

__all__ = ["SANDBOX", "annotations_of", "file_citation_annotations", "file_path_annotations"]

SANDBOX = "sandbox:/mnt/data/"

# A name ends where no longer name can: "a.png" is not linked by "a.png.txt", but it is by "a.png." at the end of a sentence.
_GOES_ON = re.compile(r"[\w-]|[./]\w")
# Models like to put the name of the file where "source" stands: the numbers alone say what is cited.
_MARKER = re.compile(r"【(\d+:\d+)†[^【】]*】")


def annotations_of(text: str, files: Mapping[str, str], passages: Mapping[str, Passage]) -> list[dict[str, Any]]:
    """All annotations of a text, in the order of their places.

    :param text: What the model answered.
    :param files: File ids by the names that the files have under ``/mnt/data``.
    :param passages: What file search found, by the markers that cite it.
    """
    found = [*file_path_annotations(text, files), *file_citation_annotations(text, passages)]
    return sorted(found, key=lambda annotation: annotation["start_index"])


def file_path_annotations(text: str, files: Mapping[str, str]) -> list[dict[str, Any]]:
    """The ``file_path`` annotations of a text.

    :param text: What the model answered.
    :param files: File ids by the names that the files have under ``/mnt/data``.
    :return: One annotation for each link to one of the files, in order; indices count characters, the end is exclusive.
    """
    spellings = {spelling: file_id for name, file_id in files.items() for spelling in (quote(name), name)}
    longest_first = sorted(spellings, key=len, reverse=True)
    found = []
    for link in re.finditer(re.escape(SANDBOX), text):
        for name in longest_first:
            end = link.end() + len(name)
            if text.startswith(name, link.end()) and not _GOES_ON.match(text, end):
                found.append(
                    {
                        "type": "file_path",
                        "text": text[link.start() : end],
                        "start_index": link.start(),
                        "end_index": end,
                        "file_path": {"file_id": spellings[name]},
                    }
                )
                break
    return found


def file_citation_annotations(text: str, passages: Mapping[str, Passage]) -> list[dict[str, Any]]:
    """The ``file_citation`` annotations of a text.

    :param text: What the model answered.
    :param passages: What file search found, by the markers that cite it.
    :return: One annotation for each marker of one of the passages, in order; indices count characters, the end is exclusive.
    """
    by_number = {match[1]: passage for marker, passage in passages.items() if (match := _MARKER.fullmatch(marker))}
    return [
        {
            "type": "file_citation",
            "text": match[0],
            "start_index": match.start(),
            "end_index": match.end(),
            "file_citation": {"file_id": by_number[match[1]].file_id, "quote": by_number[match[1]].text},
        }
        for match in _MARKER.finditer(text)
        if match[1] in by_number
    ]
