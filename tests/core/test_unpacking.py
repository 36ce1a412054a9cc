"""Packed bodies: the same content however they are cut, in pieces, and an error for what is not whole."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit._core.unpacking import ACCEPTED, Unpacker, UnpackingError

PIECE = 64 * 1024


def raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


FORMS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "several gzips": (
        "gzip",
        lambda content: gzip.compress(content[: len(content) // 2]) + gzip.compress(content[len(content) // 2 :]),
    ),
    "gzip in a block": ("x-gzip", lambda content: gzip.compress(content) + bytes(512)),
    "deflate": ("deflate", zlib.compress),
    "deflate without a frame": ("deflate", raw_deflate),
}


def unpacked(coding: str, chunks: Iterable[bytes]) -> list[bytes]:
    unpacker = Unpacker(coding)
    pieces = [piece for chunk in chunks for piece in unpacker.feed(chunk)]
    unpacker.end()
    return pieces


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("form", FORMS)
@given(content=st.binary(max_size=400), size=st.integers(2, 500))
def test_however_a_body_is_cut_its_content_is_the_same(form: str, content: bytes, size: int) -> None:
    coding, pack = FORMS[form]
    assert b"".join(unpacked(coding, cut(pack(content), size))) == content


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", [PIECE - 1, PIECE, PIECE + 1, 10 * PIECE])
def test_what_unpacks_to_much_comes_in_pieces(form: str, count: int) -> None:
    coding, pack = FORMS[form]
    pieces = unpacked(coding, [pack(bytes(count))])
    assert sum(map(len, pieces)) == count
    assert max(map(len, pieces)) <= PIECE


@pytest.mark.parametrize("form", ["gzip", "several gzips", "deflate", "deflate without a frame"])
def test_a_body_that_ends_early_is_an_error_wherever_it_ends(form: str) -> None:
    coding, pack = FORMS[form]
    packed = pack(b"some words, and some more words")
    whole = {len(packed), len(gzip.compress(b"some words, and"))} if form == "several gzips" else {len(packed)}
    for end in range(1, len(packed)):
        if end not in whole:
            with pytest.raises(UnpackingError, match=f"ended in the middle of its {coding} content"):
                unpacked(coding, [packed[:end]])


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_of_another_coding_is_an_error(coding: str) -> None:
    with pytest.raises(UnpackingError, match=f"no {coding}, as it says"):
        unpacked(coding, [b'{"id": "asst_1"}'])


def test_what_comes_after_the_end_is_an_error() -> None:
    with pytest.raises(UnpackingError, match="no gzip, as it says"):
        unpacked("gzip", [gzip.compress(b"a"), b"HTTP/1.1 200 OK"])


def test_an_answer_without_content_is_whole() -> None:
    assert unpacked("gzip", []) == []


def test_the_codings_that_are_known() -> None:
    headers = ["gzip", " GZip ", "x-gzip", "deflate", "br", "identity", "gzip, gzip", ""]
    assert [Unpacker.named(header) for header in headers] == ["gzip", "gzip", "x-gzip", "deflate", None, None, None, None]
    assert [Unpacker.named(coding) for coding in ACCEPTED.split(",")] == ["gzip", "deflate"]
