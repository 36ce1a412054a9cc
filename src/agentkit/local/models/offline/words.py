"""The words by which a request is told from data."""

from __future__ import annotations

import re

__all__ = ["is_request", "label_after_request"]

_REQUEST = frozenset(
    [
        "please",
        "could",
        "can",
        "would",
        "you",
        "chart",
        "charts",
        "graph",
        "graphs",
        "plot",
        "plots",
        "diagram",
        "histogram",
        "pie",
        "create",
        "make",
        "makes",
        "draw",
        "drawing",
        "show",
        "showing",
        "give",
        "need",
        "want",
        "build",
        "produce",
        "generate",
        "visualize",
        "visualise",
        "visualization",
        "visualisation",
        "render",
        "prepare",
        "display",
        "provide",
        "use",
        "using",
        "following",
        "data",
        "below",
        "compare",
        "comparing",
        "illustrate",
        "present",
        "turn",
        "put",
        "let's",
        "i'd",
        "save",
        "send",
        "export",
        "top",
        "visual",
        "infographic",
    ]
)
_VERBS = re.compile(
    r"^(?:(?:please|could|can|you|create|make|draw|plot|chart|graph|show|give|me|us|build|produce|generate|compare|use|using|"
    r"visuali[sz]e|the|an?|display|of|for|pie|bar|line|data|following|values?|numbers?)\s+)+",
    re.IGNORECASE,
)
_STRONG_CUT = re.compile(
    r"^.*\b(?:with|using|use|where|given|as\s+follows|following\s+\w+|data|values|numbers|figures|showing\s+that|that)\b[\s:,-]*",
    re.IGNORECASE | re.DOTALL,
)
_WEAK_CUT = re.compile(r"^.*\b(?:for|of|in|showing|from|by|chart|graph)\b\s+", re.IGNORECASE | re.DOTALL)
_CAPITAL = r"(?:[^\W\d_a-z][\w'’&.-]*|\d[\w-]*)"
_NAME = re.compile(rf"(?<!\S){_CAPITAL}(?:(?:(?<=[^\W\d_])\s+(?:of|and|the|de|la|du|von|&))?\s+{_CAPITAL})*$")


def is_request(text: str) -> bool:
    """Whether a stretch of text asks for something, so that its beginning is no label."""
    return any(word in _REQUEST for word in re.findall(r"[a-z']+", text.lower()))


def label_after_request(text: str) -> str:
    """The label at the end of a request: "draw a line chart with January" gives "January"; empty when there is none."""
    for cut in (re.split(r":\s+|:\n", text)[-1], _STRONG_CUT.sub("", text)):
        if cut.strip() and cut != text and not is_request(cut):
            return cut.strip()
    name = _NAME.search(text)
    if name is not None:
        found = _VERBS.sub("", name[0])
        return "" if is_request(found) else found
    for cut in (_WEAK_CUT.sub("", text), _VERBS.sub("", text)):
        if cut != text and not is_request(cut):
            return cut.strip()
    return ""
