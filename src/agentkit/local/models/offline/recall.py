"""Goes back to code that ran earlier in the thread: quotes it, or draws its picture again for dark mode."""

from __future__ import annotations

import re

from ..base import ModelRequest, ModelTurn, ToolCall
from .dark import darkened, wants_dark
from .pairs import read_pairs
from .voice import failure, link, listed, say, with_code

__all__ = ["answer_with_code", "answer_with_dark_version"]

_CODE = re.compile(r"\b(?:code|script|program|source|snippet)\b", re.IGNORECASE)
_SHOWS = re.compile(
    r"\b(?:show|see|print|display|share|give|what|which|where|quote|repeat|view|provide|send|post|paste)\b", re.IGNORECASE
)
_DONE = re.compile(
    r"\b(?:you|was|were|that|ran|used|executed|generated|made|wrote|behind|did|your|previous|last|same|the)\b", re.I
)
_BACK = re.compile(
    r"\b(?:this|that|it|these|those|same|previous|last|above|earlier|version|change|switch|turn|convert|redo|again|instead|now|my|the)\b",
    re.IGNORECASE,
)
_NEW = re.compile(
    r"^\W*(?:(?:please|can you|could you|would you|now)\W+)*(?:create|draw|plot|make|generate|visuali[sz]e|write|solve)\b", re.I
)
_DRAWS = re.compile(r"\bplt\.|\bsavefig\(|matplotlib")
_LOOKS = '"""Describe CSV files'
_TOPICLESS = frozenset(
    [
        "code", "used", "generate", "generated", "show", "script", "program", "python", "please", "chart", "graph",
        "plot", "visualization", "visualisation", "picture", "image", "that", "this", "with", "from", "which",
        "what", "your", "make", "made", "create", "created", "draw", "drew", "could", "would", "change", "version",
        "dark", "mode", "darkmode", "colors", "colours", "prefer", "visualizations", "want", "give", "have",
    ]
)  # fmt: skip


def answer_with_code(request: ModelRequest) -> ModelTurn | None:
    """The code that an earlier run of the thread executed, word for word; None where the newest message does not ask for it."""
    text = request.last_user_text
    if _NEW.search(text) or not (_CODE.search(text) and _SHOWS.search(text) and _DONE.search(text)):
        return None
    call = _meant(request, text, drawing=False)
    if call is None:
        return say(
            "You ask for the code that was used, but no earlier run of this thread has run any, so there is nothing to show."
        )
    fence = "`" * max(3, 1 + max((len(ticks) for ticks in re.findall("`+", call.input)), default=0))
    return say("This is the code that ran, word for word:", f"{fence}python\n{call.input.rstrip()}\n{fence}")


def answer_with_dark_version(request: ModelRequest) -> ModelTurn | None:
    """An earlier picture on a dark ground, its data unchanged; None where the newest message does not ask for one."""
    text = request.last_user_text
    if not wants_dark(text) or not _BACK.search(text) or len(read_pairs(text).pairs) > 1:
        return None
    call = _meant(request, text, drawing=True)
    if call is None:
        return None
    if not request.results:
        return with_code(request, darkened(call.input), "You ask for the earlier picture in dark mode.")
    result = request.results[-1]
    if result.failed:
        return failure("a dark version of the earlier picture", result, "picture")
    printed = [line for line in result.output.splitlines() if line.strip()]
    return say(
        "Here is the dark version: the code of the earlier run with matplotlib's dark_background style and brighter colours. "
        "The data is the same.",
        listed(printed),
        link(result, "Download the dark version"),
    )


def _meant(request: ModelRequest, text: str, *, drawing: bool) -> ToolCall | None:
    """The program of an earlier run that a message means: the newest of those that share the most words with it."""
    calls = [call for call in request.earlier_calls if call.kind == "code_interpreter" and call.input.strip()]
    calls = [call for call in calls if _DRAWS.search(call.input)] if drawing else calls
    answers = [call for call in calls if _LOOKS not in call.input] or calls
    topics = {word for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in _TOPICLESS}
    newest_first = answers[::-1]
    return max(newest_first, key=lambda call: _shared(call.input, topics), default=None)


def _shared(code: str, topics: set[str]) -> int:
    plain = re.sub(r"[\W_]+", "", code.lower())
    return sum(topic.rstrip("s") in plain for topic in topics)
