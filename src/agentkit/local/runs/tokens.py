"""Counts tokens, roughly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["count_tokens", "cut_to_tokens", "total", "usage"]

_CHARACTERS = 4


def count_tokens(text: str) -> int:
    """About how many tokens a text is: one for every four characters of each word, begun ones included.

    This is an approximation. It needs no vocabulary and stays within a third of what tokenisers give for plain English, so that
    usage grows as it should; it is no basis for a bill.
    """
    return sum(-(-len(word) // _CHARACTERS) for word in text.split())


def cut_to_tokens(text: str, limit: int) -> str:
    """The longest beginning of a text, in whole words, that is at most ``limit`` tokens by the same count."""
    end, spent = 0, 0
    for word in text.split():
        spent += -(-len(word) // _CHARACTERS)
        if spent > limit:
            break
        end = text.index(word, end) + len(word)
    else:
        return text
    return text[:end]


def usage(prompt: int, completion: int) -> dict[str, int]:
    """The usage object of a step or a run."""
    return {"completion_tokens": completion, "prompt_tokens": prompt, "total_tokens": prompt + completion}


def total(usages: Iterable[dict[str, Any] | None]) -> dict[str, int]:
    """The sum of the usage objects that there are."""
    known = [one for one in usages if one]
    return usage(sum(one["prompt_tokens"] for one in known), sum(one["completion_tokens"] for one in known))
