"""Decides which tools a message calls for, by their names, descriptions and parameters.

A tool is *sure* to be meant where the message says all that its name is about, and, if it changes something, the verb as well.
It *may* be meant where the message says a part of it, or words of its description; then it is called only if all of its
arguments can be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from .candidates import Candidate
from .lexicon import FILLERS, RELATED, SAID, SMALL, SPEAKING, VERB_SAID, stem
from .message import Message

__all__ = ["Match", "covers", "find_matches", "in_parts", "mentions"]

Span = tuple[int, int]

_SAID_BY_STEM = {stem(word): pattern for word, pattern in SAID.items()}
_RELATED_BY_STEM = {stem(word): pattern for word, pattern in RELATED.items()}
_NEGATED = re.compile(
    r"\b(?:not|never|don['’]?t|doesn['’]?t|didn['’]?t|without|no\s+need\s+to|instead\s+of|rather\s+than|avoid)\s+"
    r"(?:(?!and\b|but\b)\w+\s+){0,2}$",
    re.IGNORECASE,
)
_AS_A_VERB = re.compile(
    r"(?:^|[.!?,;:\n]\s*|\b(?:please|and|then|to|you|also|just|now|i|will|must|should|afterwards|finally|not|n't)\s+)$",
    re.IGNORECASE,
)
_MADE_UP = re.compile(
    r"\b(?:jokes?|poems?|stor(?:y|ies)|haikus?|songs?|essays?|limericks?|rhymes?)\s+(?:about|on|of|with|for)\b", re.IGNORECASE
)
_HOW_TO = re.compile(r"\bhow\s+(?:do|can|could|should|would|to)\s+(?:(?:i|we|you|one|people)\s+)?(?:\w+\s+)?$", re.IGNORECASE)
_WEB = re.compile(r"\b(?:web|internet|online|bing|google|wikipedia)\b", re.IGNORECASE)
_GENERIC = frozenset({"user", "customer", "file", "item", "product", "order", "account", "list", "message", "document", "name"})
_VERB_REACH = 60  # characters before the first word of a name's topic in which its verb is looked for


@dataclass(frozen=True)
class Match:
    """A tool that a message calls for.

    :param candidate: The tool.
    :param hits: Where the message says what it is about.
    :param score: How much of it is said.
    :param is_sure: Whether it is meant beyond doubt.
    :param start: Where the part of the message begins that tells of this call.
    :param end: Where that part ends.
    """

    candidate: Candidate
    hits: tuple[Span, ...]
    score: float
    is_sure: bool
    start: int = 0
    end: int = 0


def find_matches(candidates: Sequence[Candidate], message: Message) -> list[Match]:
    """The tools that a message calls for, or may call for, in the order in which it tells of them.

    What may be meant is given beside other such tools of the same words: which of them it is turns on the arguments.

    :param candidates: What can be called.
    :param message: The message.
    """
    found = [match for candidate in candidates if (match := _matched(candidate, message)) is not None]
    return in_parts(
        [match for match in found if not any(other.is_sure and covers(other, match, found) for other in found)], message
    )


def in_parts(matches: Iterable[Match], message: Message) -> list[Match]:
    """The matches in the order of the message, each with the part that belongs to it: up to where the next one is told of."""
    ordered = sorted(matches, key=lambda match: match.hits[0])
    starts = [0, *(match.hits[0][0] for match in ordered[1:]), len(message.text)]
    return [replace(match, start=starts[at], end=starts[at + 1]) for at, match in enumerate(ordered)]


def mentions(word: str, text: str) -> list[Span]:
    """Where a text says a word of a name."""
    return [match.span() for match in _pattern(word).finditer(text)]


def _matched(candidate: Candidate, message: Message) -> Match | None:
    """The match of one tool; None where it is not called for."""
    text = message.plain
    if candidate.asked_by is not None:
        asked = [match.span() for match in candidate.asked_by.finditer(text)]
        return Match(candidate, tuple(asked), 5.0, True) if asked and not _is_negated(text, asked[0][0]) else None
    named = _named(candidate, message)
    topics = {topic: mentions(topic, text) for topic in candidate.topics}
    said = {topic: spans for topic, spans in topics.items() if spans}
    related = {topic: spans for topic in candidate.topics if topic not in said and (spans := _related(topic, text))}
    hits = sorted({span for spans in (*said.values(), *related.values()) for span in spans})
    verb = _verb_at(candidate, text, hits)
    extra = _description_hits(candidate, message)
    if named:
        score, is_sure = 20.0, True
        hits = sorted({*hits, *named}) if not candidate.topics or said else named
    else:
        score = 3.0 * len(said) + len(related) + (3 if verb and candidate.verb else 0) + min(2, len(extra))
        is_whole = bool(candidate.topics) and len(said) == len(candidate.topics)
        is_sure = is_whole and (bool(verb) or not (candidate.acts or candidate.computes))
        if not is_sure and not _may_be_meant(candidate, len(said), len(related), verb, extra, message):
            return None
        is_sure = is_sure or (not candidate.topics and verb is not None)
    fillers = _fillers(candidate, text)
    score += len(fillers)
    is_sure = is_sure and not (_GENERIC.issuperset(candidate.topics) and candidate.topics and not (verb or fillers or named))
    every: set[Span] = {*hits, *fillers, *([verb] if verb else []), *([] if hits or verb else extra)}
    hits = sorted(every)
    if not hits or _is_negated(text, hits[0][0]) or (verb and _is_negated(text, verb[0])):
        return None
    if candidate.acts and verb and _HOW_TO.search(text, max(0, verb[0] - 60), verb[0]):
        return None
    made_up = _MADE_UP.search(text)
    if made_up and not named and all(start >= made_up.end() for start, _ in hits):
        return None
    return Match(candidate, tuple(hits), score, is_sure)


def _may_be_meant(
    candidate: Candidate, said: int, related: int, verb: Span | None, extra: Sequence[Span], message: Message
) -> bool:
    """Whether a part of the name, or of the description, is said that is large enough."""
    count = len(candidate.topics)
    if candidate.acts and verb is None:
        return False
    if count and (said == count or (said >= 2 and said / count > 0.6)):
        return True
    if candidate.verb in SPEAKING and verb is not None:
        return candidate.verb != "search" or not _WEB.search(message.plain)
    if not count:
        return verb is not None or _is_described(candidate, extra, message)
    if said + related == count or (said >= count / 2 and (verb is not None or extra)):
        return said + related > 0 and (said > 0 or verb is not None or not candidate.computes)
    return not candidate.acts and _is_described(candidate, extra, message)


def _is_described(candidate: Candidate, extra: Sequence[Span], message: Message) -> bool:
    """Whether a message says so many words of a description that it means the same."""
    stems = {stem(message.plain[start:end]) for start, end in extra}
    content = [word for word in re.findall(r"[^\W\d_]+", message.plain.lower()) if word not in SMALL]
    if len(stems) >= 2:
        return len(stems) >= len(set(content)) / 3
    return bool(stems) and len(candidate.description_words) <= 2


def _named(candidate: Candidate, message: Message) -> list[Span]:
    """Where the message names the tool by its very name; a name of one plain word is a word like any other."""
    if not re.search(r"[_\d.-]|[a-z][A-Z]", candidate.name):
        return []
    return [match.span() for match in re.finditer(rf"(?<!\w){re.escape(candidate.name)}(?!\w)", message.text)]


def _related(topic: str, text: str) -> list[Span]:
    pattern = _RELATED_BY_STEM.get(stem(topic))
    return [match.span() for match in _bounded(pattern).finditer(text)] if pattern else []


def _verb_at(candidate: Candidate, text: str, hits: Sequence[Span]) -> Span | None:
    """Where the verb of the name is said: before its topic, or anywhere where the name is nothing but a verb."""
    if not candidate.verb:
        return None
    pattern = VERB_SAID.get(candidate.verb)
    compiled = _bounded(_inflected(pattern)) if pattern else _pattern(candidate.verb)
    for match in compiled.finditer(text):
        near = not hits or any(-_VERB_REACH <= match.start() - start <= _VERB_REACH for start, _ in hits)
        is_noun = any(start <= match.start() < end for start, end in hits) and not _AS_A_VERB.search(
            text, max(0, match.start() - 60), match.start()
        )
        if near and not is_noun:
            return match.span()
    return None


def _inflected(pattern: str) -> str:
    """A pattern of verbs that also takes their other forms."""
    return rf"(?:{pattern})(?:s|es|d|ed|ing)?"


def _description_hits(candidate: Candidate, message: Message) -> list[Span]:
    """Where the message says telling words of the description that are not in the name."""
    own = {stem(word) for word in candidate.words}
    wanted = candidate.description_words - own
    found: dict[str, Span] = {}
    for span, word in message.stems:
        if word in wanted:
            found.setdefault(word, span)
    return list(found.values())


def _fillers(candidate: Candidate, text: str) -> list[Span]:
    """Where the message says the words of the name that need not be said; they tell one of two tools that are alike."""
    words = [word for word in candidate.words if word in FILLERS and len(word) > 3]
    return [span for word in words for span in mentions(word, text)[:1]]


def covers(one: Match, other: Match, all_of_them: Sequence[Match]) -> bool:
    """Whether one tool means all that another one does, and fits better; of two that fit as well it is the first."""
    if one is other or other.score >= 20:
        return False
    shared = all(any(start < right and left < end for left, right in one.hits) for start, end in other.hits)
    ranks = [(match.is_sure, match.score, -all_of_them.index(match)) for match in (one, other)]
    return shared and ranks[0] > ranks[1]


def _is_negated(text: str, at: int) -> bool:
    return _NEGATED.search(text[max(0, at - 60) : at]) is not None


@lru_cache(maxsize=512)
def _pattern(word: str) -> re.Pattern[str]:
    """A pattern for a word of a name, in all the forms that it is said in."""
    root = stem(word)
    if root.endswith("y"):
        forms = rf"{re.escape(root[:-1])}(?:y|ys|ies|ied|ying)"
    else:
        forms = rf"{re.escape(root)}(?:{re.escape(root[-1])}?(?:e?s|e?d|ing|e|er))?"
    return _bounded(_SAID_BY_STEM.get(root) or forms)


@lru_cache(maxsize=512)
def _bounded(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{pattern})(?![^\W\d_])", re.IGNORECASE)
