"""Embeds texts by their words. Pure.

This is signed feature hashing: each word, and each pair of words that follow each other, adds to four places of the vector or takes away
from them, all told by a hash of it. Texts that share words point the same way, texts that share none stand at right angles, but for chance.
It is lexical: a synonym is another word, and another language another text. The same text gives the same vector on every machine.
"""

from __future__ import annotations

import math
import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise

from agentkit.local.search.english import STOP_WORDS
from agentkit.local.search.scripts import UNSPACED
from agentkit.local.search.words import word_weight

__all__ = ["embed_text", "embed_tokens"]

_WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
_PLACES = struct.Struct(">4I")
_STOP_WEIGHT = 0.1
_PAIR_WEIGHT = 0.5
_DIGITS = 8  # of the decimals that are kept: what single precision holds


def embed_text(text: str, dimensions: int) -> list[float]:
    """The vector of a text.

    :param text: Any text. Case, accents and the plural of English words make no difference.
    :param dimensions: How many numbers to give.
    :return: A vector of length 1.
    """
    return _embedded([_stem(word) for word in _words(text)] or [text], dimensions)


def embed_tokens(tokens: Sequence[int], dimensions: int) -> list[float]:
    """The vector of a text that comes as numbers of tokens: they are taken as its words, so it is comparable with its like alone."""
    return _embedded([f"#{token}" for token in tokens], dimensions)


def _words(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    yield from _WORD.findall(unicodedata.normalize("NFC", letters).casefold())


def _stem(word: str) -> str:
    """An English word without the ending of its plural."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "sses", "xes", "zes")) else word[:-1]


def _embedded(words: Sequence[str], dimensions: int) -> list[float]:
    vector = [0.0] * dimensions
    telling = [word for word in words if word not in STOP_WORDS]
    features = [(word, _weight(word)) for word in words]
    features += [(f"{first} {second}", _PAIR_WEIGHT) for first, second in pairwise(telling)]
    for (feature, weight), count in Counter(features).items():
        digest = blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=_PLACES.size).digest()
        for place in _PLACES.unpack(digest):
            # The bit for the sign is none of those that tell the place.
            vector[(place >> 1) % dimensions] += (weight if place & 1 else -weight) * (1.0 + math.log(count))
    return unit(vector)


def _weight(word: str) -> float:
    return _STOP_WEIGHT if word in STOP_WORDS else word_weight(word)


def unit(vector: Sequence[float]) -> list[float]:
    """The vector of length 1 that points the same way; one that points nowhere becomes one that points to all sides alike."""
    length = math.sqrt(sum(value * value for value in vector))
    if length == 0.0:
        return [round(1.0 / math.sqrt(len(vector)), _DIGITS)] * len(vector)
    return [round(value / length, _DIGITS) for value in vector]
