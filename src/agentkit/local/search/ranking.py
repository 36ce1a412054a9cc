"""Ranks passages by BM25 over the passage, its file and its file's titles. Pure.

A question is a list of concepts: a word with what may stand for it. A concept counts once in each place, by its best variant. A
passage is ranked by itself and by its file: the passage says where the answer stands, the file whether it is the one on the matter.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = [
    "Concept",
    "File",
    "Passage",
    "Postings",
    "Ranked",
    "inverse_frequency",
    "rank",
    "saturation",
    "select",
]

_K1 = 1.2
_B = 0.9
_FILE_WEIGHT = 1.5
_HEADINGS_WEIGHT = 0.5
_NAME_WEIGHT = 1.0
# So many passages of one file come before those of files that match less well.
_PASSAGES_OF_FILE = 3


@dataclass(frozen=True)
class Concept:
    """What a question asks for with one word.

    :param variants: Terms of the index with their weights, the word's own term first, with weight 1.
    :param weight: How much the concept counts.
    """

    variants: tuple[tuple[str, float], ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Passage:
    """A chunk as the ranking sees it: the key of its file, and its length in words."""

    file: int
    words: int


@dataclass(frozen=True)
class File:
    """A file as the ranking sees it: the lengths of its text and of its headings in words."""

    words: int
    heading_words: int


@dataclass(frozen=True)
class Postings:
    """Where a term stands, and how often: by the keys of passages, and by the keys of files for headings and names."""

    passages: Mapping[int, int]
    headings: Mapping[int, int]
    names: Mapping[int, int]


@dataclass(frozen=True)
class Ranked:
    """A passage's key, its file's, and its score above 0 and up to 1, which all that could be found would get."""

    passage: int
    file: int
    score: float


def inverse_frequency(total: int, containing: int) -> float:
    """How much a term tells apart, at least 0: the more, the fewer places hold it.

    :param total: The number of places.
    :param containing: How many of them hold the term.
    """
    return math.log(1 + (total - containing + 0.5) / (containing + 0.5))


def saturation(count: int | float, length: int, average: float) -> float:
    """How much a term's occurrences in a place count, from 0 to below 1: each one more counts less, and less in a long place.

    :param count: How often the term occurs.
    :param length: The place's length in words.
    :param average: The mean length of all places.
    """
    return count / (count + _K1 * (1 - _B + _B * length / average)) if count else 0.0


def rank(
    concepts: Sequence[Concept],
    postings: Mapping[str, Postings],
    passages: Mapping[int, Passage],
    files: Mapping[int, File],
) -> list[Ranked]:
    """All passages in which any variant of a concept occurs, the best first.

    :param concepts: The question.
    :param postings: Where each variant stands. Keys that are not among ``passages`` and ``files`` are passed over.
    :param passages: Every passage to search, by key.
    :param files: Every file to search, by key.
    """
    ranking = _Ranking(passages, files)
    for concept in concepts:
        ranking.count(concept, postings)
    found = (Ranked(key, passages[key].file, score) for key, score in ranking.scores().items())
    return sorted((one for one in found if one.score > 0), key=lambda one: (-one.score, one.passage))


def select(ranked: Iterable[Ranked], limit: int) -> list[Ranked]:
    """The passages to show: no file crowds out the others, but where there is room it shows more.

    :param ranked: Passages, the best first.
    :param limit: How many to show at most.
    """
    shown: Counter[int] = Counter()
    first: list[Ranked] = []
    more: list[Ranked] = []
    for one in ranked:
        (first if shown[one.file] < _PASSAGES_OF_FILE else more).append(one)
        shown[one.file] += 1
    return sorted((first + more)[:limit], key=lambda one: (-one.score, one.passage))


class _Ranking:
    """The sums of one question."""

    def __init__(self, passages: Mapping[int, Passage], files: Mapping[int, File]) -> None:
        self._passages, self._files = passages, files
        self._passage_average = _mean(passage.words for passage in passages.values())
        self._file_average = _mean(file.words for file in files.values())
        self._heading_average = _mean(file.heading_words for file in files.values())
        indexed_words: defaultdict[int, int] = defaultdict(int)
        for passage in passages.values():
            indexed_words[passage.file] += passage.words
        # Passages overlap: what stands in two of them stands in the file once.
        self._once = {key: file.words / max(1, indexed_words[key]) for key, file in files.items()}
        self._of_passage: defaultdict[int, float] = defaultdict(float)
        self._of_file: defaultdict[int, float] = defaultdict(float)
        self._attainable = 0.0

    def count(self, concept: Concept, postings: Mapping[str, Postings]) -> None:
        """Add what a concept gives to each passage and to each file."""
        found = [
            (weight, self._per_passage(postings[term]), self._per_file(postings[term])) for term, weight in concept.variants
        ]
        in_passages: dict[int, float] = {}
        in_files: dict[int, float] = {}
        for weight, of_passages, of_files in found:
            for key, share in of_passages.items():
                in_passages[key] = max(weight * share, in_passages.get(key, 0.0))
            for key, share in of_files.items():
                in_files[key] = max(weight * share, in_files.get(key, 0.0))
        # What stands for a word tells no more than the word itself, however rare it is.
        _, with_word, files_with_word = found[0]
        value = concept.weight * inverse_frequency(len(self._passages), len(with_word))
        value_of_file = concept.weight * inverse_frequency(len(self._files), len(files_with_word))
        for key, share in in_passages.items():
            self._of_passage[key] += value * share
        for key, share in in_files.items():
            self._of_file[key] += value_of_file * share
        self._attainable += value + value_of_file * (_FILE_WEIGHT + _HEADINGS_WEIGHT + _NAME_WEIGHT)

    def scores(self) -> dict[int, float]:
        """The score of each passage that holds any of the question, or stands first in a file whose name or heading does."""
        reached = {self._passages[key].file for key in self._of_passage}
        for key in sorted(self._passages):
            file = self._passages[key].file
            if file in self._of_file and file not in reached:
                reached.add(file)
                self._of_passage[key] = 0.0
        return {
            key: (score + self._of_file[self._passages[key].file]) / self._attainable for key, score in self._of_passage.items()
        }

    def _per_passage(self, hits: Postings) -> dict[int, float]:
        """What a term gives to each passage, before its value."""
        return {
            key: saturation(count, passage.words, self._passage_average)
            for key, count in hits.passages.items()
            if (passage := self._passages.get(key))
        }

    def _per_file(self, hits: Postings) -> dict[int, float]:
        """What a term gives to each file, before its value."""
        in_text: defaultdict[int, int] = defaultdict(int)
        for key, count in hits.passages.items():
            if passage := self._passages.get(key):
                in_text[passage.file] += count
        shares = defaultdict(
            float,
            {
                key: _FILE_WEIGHT * saturation(count * self._once[key], self._files[key].words, self._file_average)
                for key, count in in_text.items()
            },
        )
        for key, count in hits.headings.items():
            if file := self._files.get(key):
                shares[key] += _HEADINGS_WEIGHT * saturation(count, file.heading_words, self._heading_average)
        for key, count in hits.names.items():
            # Names are all short: whether a term is in one counts, not how long the name is.
            if key in self._files:
                shares[key] += _NAME_WEIGHT * saturation(count, 1, 1)
        return shares


def _mean(lengths: Iterable[int]) -> float:
    values = list(lengths)
    return max(1.0, sum(values) / len(values)) if values else 1.0
