"""What stands around the objects of an answer: packed bodies, waits that a text names, addresses in logs, tokens that say when they end."""

from __future__ import annotations

import base64
import gzip
import json
import math
import zlib
from collections.abc import Sequence
from itertools import pairwise

from agentkit._connections import _end_of
from agentkit._core.masking import masked_url
from agentkit._core.run_retry import hinted_wait
from agentkit._core.unpacking import Unpacker, UnpackingError

from ..mutate import Mutator
from ..target import Target

__all__ = ["TARGETS"]

# --- packed bodies ----------------------------------------------------------------------------------------------------------------

_MOST_PIECE = 64 * 1024
_CONTENTS = (b"", b"{}", b'{"id": "run_1", "object": "thread.run"}', b"data: [DONE]\n\n" * 40, bytes(70_000), bytes(range(256)))


def _raw(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


_PACKED = tuple(
    (coding, pack(content))
    for content in _CONTENTS
    for coding, pack in (("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", _raw))
)


def _make_packed(mutator: Mutator) -> tuple[str, bytes, list[int]]:
    random = mutator.random
    coding, body = random.choice(_PACKED)
    if random.random() < 0.3:
        body += random.choice((b"\0" * 9, body, b"\n", random.choice(_PACKED)[1]))
    if random.random() < 0.8:
        body = mutator.bytes(body, (b"\x1f\x8b", b"\x78\x9c", b"\x03\x00", b"\0\0\xff\xff"))
    return coding, body, sorted(random.randrange(len(body) + 1) for _ in range(random.choice((0, 1, 1, 2, 5))))


def _unpacked(coding: str, pieces: Sequence[bytes]) -> bytes | None:
    """The content; None for a body that is refused."""
    unpacker, content = Unpacker(coding), b""
    try:
        for piece in pieces:
            for part in unpacker.feed(piece):
                assert 0 < len(part) <= _MOST_PIECE
                content += part
        unpacker.end()
    except UnpackingError:
        return None
    return content


def _check_packed(given: tuple[str, bytes, list[int]]) -> None:
    coding, body, cuts = given
    whole = _unpacked(coding, [body])
    edges = [0, *cuts, len(body)]
    assert _unpacked(coding, [body[start:end] for start, end in pairwise(edges)]) == whole
    if (coding, body) in _PACKED:
        assert whole in _CONTENTS


# --- waits that a text names ------------------------------------------------------------------------------------------------------

_WAITS = {
    "Rate limit is exceeded. Try again in 20 seconds.": 20.0,
    "Please try again in 1m3.5s. Contact us if you continue to have issues.": 63.5,
    "Requests have exceeded the limit; retry after 1 hour and 5 minutes, or tomorrow": 3900.0,
    "wait 250ms": 0.25,
}
_WAIT_WORDS = (
    "again",
    "retry",
    "wait",
    "in",
    "and",
    "1h",
    "5",
    "999999999",
    ".5",
    "ms",
    "days",
    "seconds",
    "١٢",
    "0.000000001",
    ",",
)


def _make_wait(mutator: Mutator) -> str:
    return mutator.text(mutator.random.choice(tuple(_WAITS)), _WAIT_WORDS)


def _check_wait(given: str) -> None:
    seconds = hinted_wait(given)
    assert seconds is None or (seconds >= 0 and math.isfinite(seconds))
    assert seconds == _WAITS.get(given, seconds)


# --- addresses in logs ------------------------------------------------------------------------------------------------------------

_SECRET = "c0ffee5ecret"
_ADDRESSES = (
    "https://acme.blob.core.windows.net/files/report.csv?sv=2024-05-04&sig=abc%2Fdef&se=2026-01-01",
    "GET http://127.0.0.1:8123/threads?api-version=v1&limit=20 'HTTP/1.1 200 OK'",
    "see https://user:word@example.com/a#b and /openai/files?code=1;token=2",
    "",
)
_ADDRESS_WORDS = (
    "?",
    "&",
    ";",
    "=",
    "#",
    " ",
    "'",
    "://",
    "@",
    "/",
    "sig",
    "code",
    "api-key=",
    "access_token",
    "%3D",
    "sig=",
    "*",
)
_SHOWS = (
    f"?sig={_SECRET}",
    f"&api-key={_SECRET}",
    f";access_token={_SECRET}&",
    f"?code={_SECRET} ",
    f"https://user:{_SECRET}@host/",
    f"&SharedAccessSignature={_SECRET}'",
)


def _make_address(mutator: Mutator) -> tuple[str, str, str]:
    random = mutator.random
    before, after = (mutator.text(random.choice(_ADDRESSES), _ADDRESS_WORDS) for _ in range(2))
    return before, random.choice(_SHOWS), after


def _check_address(given: tuple[str, str, str]) -> None:
    assert _SECRET not in masked_url("".join(given))


# --- tokens that say when they end ------------------------------------------------------------------------------------------------

_CLAIMS = ({"exp": 1_700_000_000}, {"exp": "1700000000", "iss": "x"}, {"exp": 1e9, "aud": ["a"]}, {"nbf": 1})


def _make_token(mutator: Mutator) -> str:
    random = mutator.random
    claims = json.dumps(mutator.json(random.choice(_CLAIMS))).encode("utf-8", "surrogatepass")
    if random.random() < 0.3:
        claims = mutator.bytes(claims, (b"exp", b"1e999", b"[" * 3000, b"NaN", b'"'))
    token = f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.{_SECRET}"
    return mutator.text(token, (".", "=", "-", "_", "e30")) if random.random() < 0.4 else token


def _check_token(given: str) -> None:
    try:
        assert math.isfinite(_end_of(given, "search"))
    except ValueError as error:
        refusal = error
    else:
        return
    assert "'search'" in str(refusal)
    assert _SECRET not in str(refusal)
    assert refusal.__context__ is None


TARGETS = (
    Target("packed bodies", _make_packed, _check_packed),
    Target("waits in words", _make_wait, _check_wait),
    Target("addresses in logs", _make_address, _check_address),
    Target("ends of tokens", _make_token, _check_token),
)
