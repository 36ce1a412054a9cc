"""Bodies that were packed for the way: unpacked piece by piece, and known to be whole at their end."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

__all__ = ["ACCEPTED", "Unpacker", "UnpackingError"]

ACCEPTED = "gzip, deflate"
"""What a service is told that it may pack its answers with: what can be known here to be whole."""

_PIECE = 64 * 1024
_GZIP = zlib.MAX_WBITS | 16
_BITS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}


class UnpackingError(ValueError):
    """A body is not of the coding that its answer names, or ends before its content does."""


class Unpacker:
    """Unpacks one body.

    :param coding: The coding, one that :meth:`named` gives.
    """

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._bits = _BITS[coding]
        self._stream = zlib.decompressobj(self._bits)
        self._has_begun = False

    @staticmethod
    def named(header: str) -> str | None:
        """The coding that a ``Content-Encoding`` names; None for one that cannot be unpacked here."""
        coding = header.strip().lower()
        return coding if coding in _BITS else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes of the body unpack to.

        :param data: Any number of bytes.
        :return: Pieces of at most 64 KiB, however much the bytes unpack to.
        :raises UnpackingError: The body is not of its coding.
        """
        piece = b""
        while data or len(piece) == _PIECE:  # after a full piece more may be left, also of bytes that were taken in
            if self._stream.eof:  # a body may be several, one after the other, and zeros may fill up a block
                data = data.lstrip(b"\0")
                if not data:
                    return
                self._stream = zlib.decompressobj(self._bits)
            piece = self._unpacked(data)
            data = self._stream.unconsumed_tail or self._stream.unused_data
            self._has_begun = True
            if piece:
                yield piece

    def end(self) -> None:
        """Take the end of the body. One without a byte is whole: answers without content name a coding, too.

        :raises UnpackingError: Its content goes on.
        """
        if self._has_begun and not self._stream.eof:
            raise UnpackingError(f"the answer ended in the middle of its {self._coding} content")

    def _unpacked(self, data: bytes) -> bytes:
        try:
            return self._stream.decompress(data, _PIECE)
        except zlib.error as error:
            if self._bits == zlib.MAX_WBITS and not self._has_begun:  # some services leave out the frame of "deflate"
                self._bits = -zlib.MAX_WBITS
                self._stream = zlib.decompressobj(self._bits)
                return self._unpacked(data)
            raise UnpackingError(f"the answer is no {self._coding}, as it says it is ({error})") from error
