"""Cuts a text into overlapping chunks of bounded size. Pure.

Tokens are approximated: one for each Chinese, Japanese or Korean character, and one for every four characters, begun ones
included, of any other word. That stays within a third of what tokenisers give for plain English and needs no vocabulary.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentkit.local.search.scripts import UNSPACED

__all__ = ["AUTO", "Chunk", "Chunking", "chunks", "count_tokens"]

_TOKEN = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]{{1,4}}")
_SENTENCE_END = re.compile(r"[.!?…:;]['\")\]”’]*$|[。！？]['\")\]”’」』]*$")
_PARAGRAPH, _LINE, _SENTENCE, _WORD, _INSIDE = range(5)


@dataclass(frozen=True)
class Chunk:
    """A piece of a text: where it begins and where it ends, in characters."""

    start: int
    end: int


@dataclass(frozen=True)
class Chunking:
    """How a text is cut.

    :param size: Most tokens of a chunk, 100 to 4096.
    :param overlap: Most tokens that a chunk shares with the one before, at most half of ``size``.
    :raises ValueError: A number is out of its range.
    """

    size: int
    overlap: int

    def __post_init__(self) -> None:
        if not 100 <= self.size <= 4096:
            raise ValueError(f"max_chunk_size_tokens is {self.size}; choose a number from 100 to 4096.")
        if not 0 <= self.overlap * 2 <= self.size:
            raise ValueError(
                f"chunk_overlap_tokens is {self.overlap}; choose a number from 0 to half of max_chunk_size_tokens ({self.size})."
            )

    @classmethod
    def of(cls, strategy: Mapping[str, Any] | None) -> Chunking:
        """The chunking that a strategy of the wire asks for; none is ``auto``.

        :param strategy: ``{"type": "auto"}``, or ``{"type": "static", "static": {...}}`` with ``max_chunk_size_tokens`` and
            ``chunk_overlap_tokens``.
        :raises ValueError: The strategy is of another type, or a number is missing or out of its range.
        """
        kind = (strategy or {}).get("type", "auto")
        if strategy is None or kind == "auto":
            return AUTO
        if kind != "static":
            raise ValueError(f"The chunking strategy '{kind}' is not known; choose 'auto' or 'static'.")
        static = strategy.get("static") or {}
        try:
            return cls(int(static["max_chunk_size_tokens"]), int(static["chunk_overlap_tokens"]))
        except KeyError as error:
            raise ValueError(f"The static chunking strategy lacks {error}.") from None


AUTO = Chunking(800, 400)


def count_tokens(text: str) -> int:
    """About how many tokens a text is."""
    return sum(1 for _ in _TOKEN.finditer(text))


def chunks(text: str, chunking: Chunking = AUTO) -> list[Chunk]:
    """Cut a text into chunks that together hold all of it but the blanks between them.

    A chunk ends, and its overlap begins, at the best border within reach: between paragraphs rather than lines, sentences or words.

    :param text: Any text; one without anything but blanks has no chunks.
    :param chunking: The sizes.
    """
    return list(_cut(_Tokens(text), chunking))


class _Tokens:
    """The tokens of a text, and what lies between two of them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.starts, self.ends = array("L"), array("L")
        for match in _TOKEN.finditer(text):
            self.starts.append(match.start())
            self.ends.append(match.end())

    def __len__(self) -> int:
        return len(self.starts)

    def border(self, index: int) -> int:
        """How good a border there is before a token, the lower the better."""
        end, start = self.ends[index - 1], self.starts[index]
        gap = self._text[end:start]
        if not gap:
            return _INSIDE
        if "\n" in gap:
            return _PARAGRAPH if gap.count("\n") > 1 else _LINE
        # Quotation marks may follow the full stop.
        return _SENTENCE if _SENTENCE_END.search(self._text[max(0, end - 4) : end]) else _WORD


def _cut(tokens: _Tokens, chunking: Chunking) -> Iterator[Chunk]:
    # A border may cost up to a quarter of the room, so a chunk is at least three quarters full and always ends beyond its overlap.
    size, overlap = chunking.size, chunking.overlap
    first = 0
    while first < len(tokens):
        if first + size >= len(tokens):
            yield Chunk(tokens.starts[first], tokens.ends[-1])
            return
        end = min(range(first + size, first + size - size // 4, -1), key=tokens.border)
        yield Chunk(tokens.starts[first], tokens.ends[end - 1])
        first = min(range(end - overlap, end - overlap + overlap // 4 + 1), key=tokens.border)
