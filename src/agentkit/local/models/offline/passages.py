"""Searches the files of the run and quotes what fits the question best, with the search's own citation markers."""

from __future__ import annotations

import re

from ..base import ModelRequest, ModelTurn, ToolCall
from .programs.describe_csv import words
from .voice import quoted, say

__all__ = ["answer"]

_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n{2,}|\n(?=[-*#|])")
_MOST_PASSAGES, _LONGEST = 3, 400
_SMALL = frozenset(
    [
        "a", "an", "and", "are", "as", "at", "be", "by", "can", "did", "do", "does", "for", "from", "has", "have",
        "how", "i", "in", "is", "it", "its", "may", "me", "my", "of", "on", "or", "our", "should", "tell", "that",
        "the", "their", "there", "they", "this", "to", "was", "we", "were", "what", "when", "where", "which", "who",
        "why", "will", "with", "you", "your",
    ]
)  # fmt: skip


def answer(request: ModelRequest) -> ModelTurn | None:
    """The search first, then its best passages; None where the run offers no search or there is nothing to look for."""
    question = request.last_user_text.strip()
    if not request.offers("file_search") or request.tool_choice == "none" or not question:
        return None
    searched = [result for result in request.results if result.call.kind == "file_search"]
    if not searched:
        return ModelTurn(tool_calls=[ToolCall(kind="file_search", input=question)])
    result = searched[-1]
    if result.failed:
        return say(f"The search of your files failed: {quoted(result.output)}")
    passages = list(result.passages)
    if not passages:
        return say(f'I searched the files for "{quoted(question)}" and found no passage that fits.')
    wanted = _terms(question)
    best = sorted(passages, key=lambda passage: -len(_terms(passage.text) & wanted))  # stable: the search's order decides ties
    found = [passage for passage in best if _terms(passage.text) & wanted][:_MOST_PASSAGES] or passages[:1]
    quotes = [f"> {_excerpt(passage.text, wanted)} {passage.marker}" for passage in found]
    return say("This is what your files say:", *quotes)


def _terms(text: str) -> set[str]:
    return {word[:6] for word in words(text).split() if word not in _SMALL}


def _excerpt(text: str, wanted: set[str]) -> str:
    """The sentences of a passage that share the most with the question, on one line."""
    sentences = [" ".join(sentence.split()) for sentence in _SENTENCE.split(text) if sentence.strip()]
    scores = [len(_terms(sentence) & wanted) for sentence in sentences]
    at = scores.index(max(scores))
    chosen = sentences[at]
    for following in sentences[at + 1 :]:
        if len(chosen) + len(following) > _LONGEST:
            break
        chosen = f"{chosen} {following}"
    return chosen if len(chosen) <= _LONGEST else chosen[: _LONGEST - 1].rstrip() + "…"
