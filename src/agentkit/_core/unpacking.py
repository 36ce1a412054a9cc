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
_FRAME = 2  # bytes by which "deflate" tells whether it is in the frame of zlib


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
        self._start = b""
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
        if not self._has_begun:
            data, self._start = self._start + data, b""
            if len(data) < _FRAME:
                self._start = data
                return
            self._begin(data)
        piece = b""
        while data or len(piece) == _PIECE:  # after a full piece more may be left, also of bytes that were taken in
            if self._stream.eof:  # a body may be several, one after the other, and zeros may fill up a block
                data = data.lstrip(b"\0")
                if not data:
                    return
                self._stream = zlib.decompressobj(self._bits)
            piece = self._unpacked(data)
            data = self._stream.unconsumed_tail or self._stream.unused_data
            if piece:
                yield piece

    def end(self) -> None:
        """Take the end of the body. One without a byte is whole: answers without content name a coding, too.

        :raises UnpackingError: Its content goes on.
        """
        if self._start or (self._has_begun and not self._stream.eof):
            raise UnpackingError(f"the answer ended in the middle of its {self._coding} content")

    def _begin(self, data: bytes) -> None:
        self._has_begun = True
        if self._bits == zlib.MAX_WBITS and not _is_framed(data):  # some services leave out the frame of "deflate"
            self._bits = -zlib.MAX_WBITS
            self._stream = zlib.decompressobj(self._bits)

    def _unpacked(self, data: bytes) -> bytes:
        try:
            return self._stream.decompress(data, _PIECE)
        except zlib.error as error:
            raise UnpackingError(f"the answer is no {self._coding}, as it says it is ({error})") from error


def _is_framed(data: bytes) -> bool:
    """Whether bytes begin as RFC 1950 has it: method 8, a window of at most 32 KiB, and a checksum of these two."""
    method, flags = data[:_FRAME]
    return method & 0x0F == 8 and method >> 4 <= 7 and (method << 8 | flags) % 31 == 0
