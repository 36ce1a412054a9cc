"""Finds the links to files of the interpreter's folder in an answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

__all__ = ["SANDBOX", "file_path_annotations"]

SANDBOX = "sandbox:/mnt/data/"

# A name ends where no longer name can: "a.png" is not linked by "a.png.txt", but it is by "a.png." at the end of a sentence.
_GOES_ON = re.compile(r"[\w-]|[./]\w")


def file_path_annotations(text: str, files: Mapping[str, str]) -> list[dict[str, Any]]:
    """The ``file_path`` annotations of a text.

    :param text: What the model answered.
    :param files: File ids by the names that the files have under ``/mnt/data``.
    :return: One annotation for each link to one of the files, in order; indices count characters, the end is exclusive.
    """
    spellings = {spelling: file_id for name, file_id in files.items() for spelling in (quote(name), name)}
    longest_first = sorted(spellings, key=len, reverse=True)
    annotations = []
    for link in re.finditer(re.escape(SANDBOX), text):
        for name in longest_first:
            end = link.end() + len(name)
            if text.startswith(name, link.end()) and not _GOES_ON.match(text, end):
                annotations.append(
                    {
                        "type": "file_path",
                        "text": text[link.start() : end],
                        "start_index": link.start(),
                        "end_index": end,
                        "file_path": {"file_id": spellings[name]},
                    }
                )
                break
    return annotations
