"""Reads from a message whether it asks for a chart, of which kind, and of what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["ChartRequest", "Kind", "read_request"]

Kind = Literal["bar", "barh", "line", "pie", "scatter"]

_NOUN = re.compile(
    r"\b(?:charts?|graphs?|plots?|diagrams?|histograms?|bar\s?plots?|infographics?|visuali[sz]ations?|(?:bar|column|pie|line)s?charts?)\b", re.I
)
_WISH = re.compile(
    r"\b(?:create|make|draw|plot|show|generate|give|need|want|like|produce|build|visuali[sz]e|render|prepare|display|provide|present|turn|"
    r"put|illustrate|compare|please|do|get|sketch|design|convert|redo|change)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"(?:^|[.?!,;:\n]\s*|\b(?:please|to|you|and|just|now|then)\s+)(?:plot|visuali[sz]e|graph|chart|diagram)\b(?!\s+(?:is|are|was)\b)", re.I
)
_AS_KIND = re.compile(r"\bas\s+(?:an?\s+)?(?:bars?|columns?|pie|lines?|donut|doughnut|scatter)\b", re.IGNORECASE)
_QUESTION = re.compile(r"\b(?:what\s+(?:is|are)|explain|difference|how\s+(?:do|does|can)|tell\s+me|which|why)\b", re.IGNORECASE)

_THING = r"[\s-]*(?:charts?|graphs?|plots?|diagrams?)"
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("barh", re.compile(rf"\bhorizontal\s+(?:bars?|columns?)\b|\bbarh\b|\bbars?{_THING}?\s+horizontal|\bhorizontal{_THING}", re.I)),
    ("pie", re.compile(r"\bpie\b|\bpiechart|\bdonut\b|\bdoughnut\b", re.I)),
    ("scatter", re.compile(rf"\bscatter\b|\bdot{_THING}", re.I)),
    ("bar", re.compile(rf"\b(?:bars?|columns?){_THING}|\bhistogram|\bas\s+(?:bars|columns|a\s+bar)\b", re.I)),
    ("line", re.compile(rf"\blines?{_THING}|\btrend|\bas\s+(?:a\s+)?lines?\b|\b(?:line|curve)\s+(?:of|for|showing)\b", re.I)),
)

_TITLED = re.compile(r"\b(?:titled|entitled|called|with\s+the\s+title|title:?)\s*(?:[\"“'‘](?P<quoted>[^\"”'’\n]+)[\"”'’])", re.I)
_STOP = (
    r"(?=\s+(?:using|use|with|from|based|given|where|in\s+which|whose|which|please|have|has|here|below|for\s+(?:me|us)\b|to\s+(?:me|us)\b|"
    r"as\s+an?\b|as\s+(?:bars|lines)|so\b|and\s+(?:then\s+)?(?:provide|save|give|send|share|let|make|use|show|return|export|attach|label|put|add)|"
    r"is\b|are\b|was\b|were\b|like\b|if\b)|\s*[:;.,?!(\n]|\s+[-–—=]|\s+\S*\d|$)"
)
_ARTICLE = r"(?:(?:the|our|my|their|its|an?|following|these|this|those)\s+)*"
_SUBJECTS = tuple(
    re.compile(pattern + _ARTICLE + r"(?P<subject>[^\W\d_][^:;.,?!(\n=]*?)" + _STOP, re.IGNORECASE)
    for pattern in (
        r"\b(?:charts?|graphs?|plots?|diagrams?|histogram|visuali[sz]ation|pie|donut|scatter|piechart)\s+"
        r"(?:of|for|showing|comparing|about|on|depicting|to\s+(?:show|compare)|that\s+(?:shows|compares)|with|which\s+shows)\s+",
        r"\b(?:compare|visuali[sz]e|illustrate|plot|graph|chart|draw|show(?:\s+(?:me|us))?)\s+(?!me\b|us\b|an?\b)",
    )
)
_GENERIC = re.compile(
    r"^(?:(?:following|data|values?|numbers?|figures?|results?|this|these|those|it|them|that|me|us|chart|graph|plot|below|all|everything|"
    r"a|an|the|of|for|in|pie|bar|line|set|points?|information|table|list)\s*)+$",
    re.IGNORECASE,
)
_UNIT_TAIL = re.compile(r"\s+in\s+(?:thousands?|millions?|billions?|trillions?|percent|%|[$€£]|US\$|[A-Z]{3}\b|euros?|dollars?|\w{1,3}\b).*$", re.I)
_BY = re.compile(r"^(?P<subject>.+?)\s+(?:by|per|across|for\s+each|over\s+the|over)\s+(?P<category>[^\W\d].{0,40})$", re.IGNORECASE)
_MOST_SUBJECT_WORDS = 7


@dataclass(frozen=True)
class ChartRequest:
    """A wish for a chart: its kind (``None`` when not said), what it is of, and what its labels are."""

    kind: Kind | None = None
    title: str = ""
    subject: str = ""
    category: str = ""


def read_request(text: str, *, has_data: bool) -> ChartRequest | None:
    """The chart that a message asks for, or ``None`` when it asks for none.

    Parameters:
        text: the user's message.
        has_data: whether label-and-number pairs were read from it; a bare mention of a chart is then a wish.
    """
    noun = _NOUN.search(text)
    wished = bool(noun and _WISH.search(text)) or bool(_VERB.search(text)) or bool(_AS_KIND.search(text) and (noun or has_data))
    if not (wished and (has_data or not _QUESTION.search(text))) and not (noun and has_data):
        return None
    titled = _TITLED.search(text)
    subject, category = _subject(text)
    return ChartRequest(_kind(text), titled["quoted"].strip() if titled else "", subject, category)


def _kind(text: str) -> Kind | None:
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), None)


def _subject(text: str) -> tuple[str, str]:
    """What the chart is of and by what, taken from the words of the request."""
    for pattern in _SUBJECTS:
        for match in pattern.finditer(text):
            found = _UNIT_TAIL.sub("", match["subject"]).strip(" \"'“”*_`-")
            split = _BY.match(found)
            subject, category = (split["subject"], split["category"]) if split else (found, "")
            subject = re.sub(r"^(?:the|our|my)\s+", "", subject)
            if subject and not _GENERIC.match(subject) and len(subject.split()) <= _MOST_SUBJECT_WORDS:
                return subject, category.strip()
    return "", ""
