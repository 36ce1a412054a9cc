"""How much of a body is kept in memory: all of it up to a number of bytes, and of a longer one its beginning."""

from __future__ import annotations

__all__ = ["BEGINNING", "MOST_BYTES", "KeptBody"]

MOST_BYTES = 256 * 1024 * 1024
"""So long may an answer be that is read as a whole: longer than any page of a list that services give."""

BEGINNING = 1024 * 1024
"""So many bytes are kept of a body that is too long, which is enough for what an error tells."""


class KeptBody:
    """A body that is taken piece by piece.

    :param most: So many bytes are kept as a whole.

    :ivar is_whole: False once more than that came.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self._pieces: list[bytes] = []
        self.is_whole = True

    def takes(self, piece: bytes) -> bool:
        """Keep a piece; False where the body is too long, so that there is no use in reading on."""
        self._left -= len(piece)
        self.is_whole = self._left >= 0
        self._pieces.append(piece)
        return self.is_whole

    def content(self) -> bytes:
        """What is kept."""
        if self.is_whole:
            return b"".join(self._pieces)
        beginning = bytearray()
        for piece in self._pieces:
            beginning += piece[: BEGINNING - len(beginning)]
        return bytes(beginning)
