"""Turns texts into words to index, and questions into words to look for. Pure.

The words of scripts without blanks are indexed by character and by pair of characters; identifiers such as ``max_size`` or
``callLater`` whole and by their parts. Everything else is left to SQLite's tokenizer, which drops accents and stems English.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from agentkit.local.search.english import COMMON_WORDS, STOP_WORDS
from agentkit.local.search.scripts import UNSPACED

__all__ = ["TOKENIZER", "indexed", "query_pairs", "query_words", "word_weight"]

TOKENIZER = "porter unicode61 remove_diacritics 2 tokenchars '_'"

_MOST_WORDS = 64
_COMMON_WEIGHT = 0.4
_RUN = re.compile(rf"[{UNSPACED}]+")
# A name with an underscore, a capital after a small letter, or a capital word after an abbreviation.
_IDENTIFIER = re.compile(r"\b(?=\w*_|\w*[a-z0-9][A-Z]|\w*[A-Z]{2}[a-z]{2})[^\W\d]\w*")
_SPECIAL = re.compile(f"{_RUN.pattern}|{_IDENTIFIER.pattern}")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+")
_WORD = re.compile(rf"[{UNSPACED}]+|[^\W{UNSPACED}]+")


def indexed(text: str) -> str:
    """The text as the tokenizer is to see it: with the parts of what it would take for one word.

    :param text: Text as it was read.
    """
    return _SPECIAL.sub(_spelt_out, text)


def query_words(query: str) -> list[str]:
    """The words of a question that are worth looking for, each once, in their order.

    :param query: Any text. Of a long one the first words count.
    :return: Words that hold nothing but letters, digits and underscores. Where a question has nothing but stop words, these.
    """
    return list(dict.fromkeys(_telling(query)))[:_MOST_WORDS]


def query_pairs(query: str) -> list[tuple[str, str]]:
    """The pairs of words that follow each other in a question, stop words left out, each once, in their order.

    :param query: Any text. Of a long one the first words count.
    """
    pairs = dict.fromkeys(pairwise(_telling(query)))
    return [(first, second) for first, second in pairs if first != second][:_MOST_WORDS]


def word_weight(word: str) -> float:
    """How much a word of a question counts: 1, or less where it is one of any conversation."""
    return _COMMON_WEIGHT if word in COMMON_WORDS else 1.0


def _telling(query: str) -> list[str]:
    words = list(_words(unicodedata.normalize("NFC", query)))
    return [
        word for word in words if word not in STOP_WORDS and (len(word) > 1 or not word.isascii() or word.isdigit())
    ] or words


def _words(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text):
        word = match.group()
        if _RUN.match(word):
            yield from [word] if len(word) == 1 else _pairs(word)
            continue
        yield word.lower()
        if _IDENTIFIER.fullmatch(word):
            yield from (part.lower() for part in _PART.findall(word))


def _spelt_out(match: re.Match[str]) -> str:
    word = match.group()
    return _joined((*word, *_pairs(word)) if _RUN.match(word) else (word, *_PART.findall(word)))


def _pairs(run: str) -> list[str]:
    return [run[index : index + 2] for index in range(len(run) - 1)]


def _joined(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "
