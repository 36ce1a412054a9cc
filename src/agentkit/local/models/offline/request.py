"""Reads from a message whether it asks for a chart, of which kind, and of what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["ChartRequest", "Kind", "read_request"]

Kind = Literal["bar", "barh", "line", "pie", "scatter"]

_NOUN = re.compile(
    r"\b(?:charts?|graphs?|plots?|diagrams?|histograms?|bar\s?plots?|infographics?|visuali[sz]ations?|(?:bar|column|pie|line)s?charts?)\b",
    re.I,
)
_WISH = re.compile(
    r"\b(?:create|make|draw|plot|show|generate|give|need|want|like|produce|build|visuali[sz]e|render|prepare|display|provide|present|turn|"
    r"put|illustrate|compare|please|do|get|have|sketch|design|convert|redo|change)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"(?:^|[.?!,;:\n][ \t]*|\b(?:please|to|you|and|just|now|then)\s+)(?:plot|visuali[sz]e|graph|chart|diagram)\b(?!\s+(?:is|are|was)\b)",
    re.I,
)
_AS_KIND = re.compile(
    r"\bas\s+(?:an?\s+)?(?:(?:horizontal|vertical)\s+)?(?:bars?|columns?|pie|lines?|donut|doughnut|scatter)\b", re.IGNORECASE
)
_BARE_KIND = re.compile(r"\b(?:pie|donut|doughnut)\s+(?:of|for|with|showing|from)\b", re.IGNORECASE)
_QUESTION = re.compile(r"\b(?:what\s+(?:is|are)|explain|difference|how\s+(?:do|does|can)|tell\s+me|which|why)\b", re.IGNORECASE)

_THING = r"[\s-]*(?:charts?|graphs?|plots?|diagrams?)"
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "barh",
        re.compile(rf"\bhorizontal\s+(?:bars?|columns?)\b|\bbarh\b|\bbars?{_THING}?\s+horizontal|\bhorizontal{_THING}", re.I),
    ),
    ("pie", re.compile(r"\bpie\b|\bpiechart|\bdonut\b|\bdoughnut\b", re.I)),
    ("scatter", re.compile(rf"\bscatter\b|\bdot{_THING}", re.I)),
    ("bar", re.compile(rf"\b(?:bars?|columns?){_THING}|\bhistogram|\bas\s+(?:bars|columns|a\s+bar)\b", re.I)),
    ("line", re.compile(rf"\blines?{_THING}|\btrend|\bas\s+(?:a\s+)?lines?\b|\b(?:line|curve)\s+(?:of|for|showing)\b", re.I)),
)

_TITLED = re.compile(
    r"\b(?:titled|entitled|called|with\s+the\s+title|title:?)\s*(?:[\"“'‘](?P<quoted>[^\"”'’\n]+)[\"”'’])", re.I
)
_STOP = (
    r"(?=\s+(?:using|use\s+th\w+|with|from|based|given|where|in\s+which|whose|which|please|have|has|here|below|for\s+(?:me|us)\b|to\s+(?:me|us)\b|"
    r"as\s+an?\b|as\s+(?:bars|lines)|so\b|and\s+(?:then\s+)?(?:provide|save|give|send|share|let|make|use|show|return|export|attach|label|put|add)|"
    r"is\b|are\b|was\b|were\b|like\b|if\b)|\s*[:;.,?!(\n]|\s+[-–—=]|\s+(?!(?:19|20|21)\d\d\s*(?:[:;.,?!(\n]|$))\S*\d|$)"
)
_ARTICLE = r"(?:(?:the|our|my|their|its|an?|following|these|this|those)\s+)*"
_SUBJECTS = tuple(
    re.compile(pattern + _ARTICLE + r"(?P<subject>(?:\d{4}\s+)?[^\W\d_][^:;.,?!(\n=]*?)" + _STOP, re.IGNORECASE)
    for pattern in (
        r"\b(?:charts?|graphs?|plots?|diagrams?|histogram|visuali[sz]ation|pie|donut|scatter|piechart)\s+"
        r"(?:of|for|showing|comparing|about|on|depicting|to\s+(?:show|compare)|that\s+(?:shows|compares)|with|which\s+shows)\s+",
        r"\b(?:here\s+(?:are|is)|these\s+are|this\s+is|below\s+(?:are|is))\s+",
        r"\b(?:compare|visuali[sz]e|illustrate|plot|graph|chart|draw|show(?:\s+(?:me|us))?)\s+(?!me\b|us\b|an?\b)",
    )
)
_GENERIC = re.compile(
    r"^(?:(?:following|data|values?|numbers?|figures?|results?|this|these|those|it|them|that|me|us|chart|graph|plot|below|all|everything|"
    r"a|an|the|of|for|in|pie|bar|line|set|points?|information|table|list|top|with|by|"
    r"please|kindly|thanks|thank|you|x|y)\s*)+$|^(?:that|titled|entitled|called|showing|with|and|from|using|where|as)\b",
    re.IGNORECASE,
)
_FOLLOWING = re.compile(r"\s+(?:of|for|in)\s+(?:the\s+following|the\s+below|these|those|this|each)\b.*$", re.IGNORECASE)
_LOOSE_END = re.compile(
    r"(?:\s+(?:(?:for|in|of)\s+(?:the\s+)?(?:year|quarter|month)|for|of|in|the|our|my|by|per|and|with|from|at|on))+$",
    re.IGNORECASE,
)
_LINKED = r"(?:^|\s+)(?:(?:of|for|in|at|from|by|with)\s+)?(?:the\s+)?"
_UNIT_TAIL = re.compile(
    r"\s+in\s+(?:thousands?|millions?|billions?|trillions?|percent|%|[$€£]|US\$|[A-Z]{3}\b|euros?|dollars?|\w{1,3}\b).*$", re.I
)
_BY = re.compile(
    r"^(?P<subject>.+?)\s+(?:by|per|across|for\s+each|over\s+the|over)\s+(?P<category>[^\W\d].{0,40})$", re.IGNORECASE
)
_MOST_SUBJECT_WORDS = 7


@dataclass(frozen=True)
class ChartRequest:
    """A wish for a chart: its kind (``None`` when not said), what it is of, and what its labels are."""

    kind: Kind | None = None
    title: str = ""
    subject: str = ""
    category: str = ""


def read_request(text: str, labels: Sequence[str] = (), *, has_data: bool = False) -> ChartRequest | None:
    """The chart that a message asks for, or ``None`` when it asks for none.

    Parameters:
        text: the user's message.
        labels: the labels of the pairs that were read from it. With two of them a bare mention of a chart is a wish.
        has_data: whether there is data elsewhere, so that a bare mention is one in any case.
    """
    has_data = has_data or len(labels) > 1
    noun = _NOUN.search(text)
    wished = (
        bool(noun and _WISH.search(text))
        or bool(_VERB.search(text))
        or bool(_AS_KIND.search(text) and (has_data or _WISH.search(text)))
        or bool(has_data and _BARE_KIND.search(text) and _WISH.search(text))
    )
    if not (wished and (has_data or not _QUESTION.search(text))) and not (noun and has_data):
        return None
    titled = _TITLED.search(text)
    subject, category = _subject(text, labels)
    return ChartRequest(_kind(text), titled["quoted"].strip() if titled else "", subject, category)


def _kind(text: str) -> Kind | None:
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), None)


def _subject(text: str, labels: Sequence[str]) -> tuple[str, str]:
    """What the chart is of and by what, taken from the words of the request; the first label may stand right behind it."""
    for pattern in _SUBJECTS:
        for match in pattern.finditer(text):
            found = _FOLLOWING.sub("", _UNIT_TAIL.sub("", match["subject"])).strip(" \"'“”*_`-")
            for label in labels[:1]:
                found = re.sub(_LINKED + re.escape(label) + "$", "", found)
            found = _LOOSE_END.sub("", found)
            split = _BY.match(found)
            subject, category = (split["subject"], split["category"]) if split else (found, "")
            subject = re.sub(r"^(?:the|our|my)\s+", "", subject)
            if subject and not _GENERIC.match(subject) and len(subject.split()) <= _MOST_SUBJECT_WORDS:
                return subject, category.strip()
    return "", ""
