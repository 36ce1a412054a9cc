"""Counts tokens, roughly, and what is left of those that a run may use. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agentkit.local.models.base import Usage

__all__ = ["Allowance", "Cost", "count_tokens", "cut_to_tokens", "total", "usage"]

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


@dataclass(frozen=True)
class Cost:
    """What one turn of a model costs the steps that come of it: as the model counts it, or else as it is estimated here.

    :param prompt: About how many tokens the model read.
    :param counted: What the model says of it.
    """

    prompt: int
    counted: Usage | None = None

    def whole(self, written: int) -> dict[str, int]:
        """The usage of a turn of one step.

        :param written: About how many tokens were written in it.
        """
        if self.counted is None:
            return usage(self.prompt, written)
        return usage(self.counted.prompt_tokens, self.counted.completion_tokens)

    def remark(self, said: int) -> dict[str, int]:
        """The usage of the step that says something before the calls of its turn; it pays for the prompt."""
        if self.counted is None:
            return usage(self.prompt, said)
        return usage(self.counted.prompt_tokens, min(said, self.counted.completion_tokens))

    def calls(self, called: int, said: int) -> dict[str, int]:
        """The usage of the step that makes the calls, after a remark."""
        return usage(0, called if self.counted is None else max(0, self.counted.completion_tokens - said))


@dataclass(frozen=True)
class Allowance:
    """How many tokens a run may still read and write; None is any number."""

    prompt: int | None = None
    completion: int | None = None

    @classmethod
    def of(cls, run: Mapping[str, Any], spent: Mapping[str, int]) -> Allowance:
        """What is left of the limits of a run, which hold for all its turns together.

        :param spent: The usage so far.
        """
        return cls(
            _rest(run["max_prompt_tokens"], spent["prompt_tokens"]),
            _rest(run["max_completion_tokens"], spent["completion_tokens"]),
        )

    def exhausted_by(self, prompt: int) -> str | None:
        """The limit that forbids a turn which reads so many tokens, by its name; None where there is none."""
        if self.prompt is not None and prompt > self.prompt:
            return "max_prompt_tokens"
        return "max_completion_tokens" if self.completion == 0 else None


def _rest(limit: int | None, spent: int) -> int | None:
    return None if limit is None else max(0, limit - spent)
