"""Ends a text before a word that it is to stop at, while it comes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Stops"]


class Stops:
    """Admits a text that comes in pieces up to the first of some words, wherever the pieces are cut.

    :param words: The words; with none, everything is admitted.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._held = ""
        self.reached: bool = False

    def admit(self, piece: str) -> str:
        """What may be told of the text now; the beginning of what may become one of the words is held back."""
        if self.reached:
            return ""
        text, self._held = self._held + piece, ""
        found = [at for word in self._words if (at := text.find(word)) >= 0]
        if found:
            self.reached = True
            return text[: min(found)]
        held = max((_begun(text, word) for word in self._words), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def rest(self) -> str:
        """What was held back, once the text is over."""
        held, self._held = self._held, ""
        return held


def _begun(text: str, word: str) -> int:
    """How many of the last characters of a text may be the beginning of a word."""
    longest = min(len(text), len(word) - 1)
    return next((length for length in range(longest, 0, -1) if text.endswith(word[:length])), 0)
