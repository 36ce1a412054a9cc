"""Lets a text through while it comes, as far as its tokens reach. Pure."""

from __future__ import annotations

import re

from agentkit.local.runs.tokens import count_tokens

__all__ = ["Budget"]

# A word that has ended, with what stands before it.
_ENDED = re.compile(r"\s*\S+(?=\s)")


class Budget:
    """Admits the beginning of a text that comes in pieces: as much of it as a number of tokens allows, in whole words.

    :param limit: The most tokens; None admits everything.
    """

    def __init__(self, limit: int | None) -> None:
        self._left = limit
        self._held = ""
        self.is_exhausted: bool = False

    def admit(self, piece: str) -> str:
        """What may be told of the text now; with a limit, the last word is held back until another one begins."""
        if self._left is None:
            return piece
        self._held += piece
        admitted = []
        end = 0
        for word in _ENDED.finditer(self._held):
            cost = count_tokens(word[0])
            if cost > self._left:
                self.is_exhausted = True
                break
            self._left -= cost
            admitted.append(word[0])
            end = word.end()
        self._held = self._held[end:]
        return "".join(admitted)
