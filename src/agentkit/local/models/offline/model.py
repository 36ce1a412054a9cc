"""The offline model: skills, each of which answers what it understands, and an honest answer where none does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..base import ModelRequest, ModelTurn
from . import curves, drawing, equations, forced, passages, recall, sheets, structured
from .voice import EXAMPLE, WHO, quoted, say

__all__ = ["OfflineModel"]

# These know only what their own code came to; the others see the outcome of every call.
_CODING: tuple[Callable[[ModelRequest], ModelTurn | None], ...] = (
    recall.answer_with_code,
    recall.answer_with_dark_version,
    equations.answer,
    curves.answer,
    sheets.answer,
    drawing.answer,
)
_LONGEST = 50_000
_REAL_MODEL = (
    "For free answers, put a real model behind the local service (the `model` parameter of agentkit.local.LocalService), "
    "or point the client at an online service."
)


class OfflineModel:
    """A model of rules: it needs no network, gives the same answer every time, and never passes for a language model.

    It draws charts of the data in a message, answers questions about uploaded CSV files, solves linear equations, draws
    waves, shows or redraws what earlier runs of the thread made, quotes passages of searched files, and fills JSON of a given
    form. Anything else is answered with what it is and what it can do.
    """

    @property
    def name(self) -> str:
        """``offline``."""
        return "offline"

    def respond(self, request: ModelRequest) -> ModelTurn:
        """Answer one turn: calls of tools first, then, with their results in hand, the text that ends the run."""
        if len(request.last_user_text) > _LONGEST and not structured.is_wanted(request):
            return say(
                f"Your message has {len(request.last_user_text):,} characters, and I read at most {_LONGEST:,}. "
                "Send less at once."
            )
        coding = replace(request, results=[result for result in request.results if result.call.kind == "code_interpreter"])
        turn = (
            structured.answer(request)
            or next((turn for skill in _CODING if (turn := skill(coding)) is not None), None)
            or passages.answer(request)
            or forced.answer_with_output(request)
            or _plain_answer(request)
        )
        return forced.forced_turn(request, turn)


def _plain_answer(request: ModelRequest) -> ModelTurn:
    text = quoted(request.last_user_text)
    said = f'You wrote: "{text}". I cannot answer that' if text else "There is no message to answer"
    return ModelTurn(
        text=f"This is {WHO}. {said}. What I can do here is draw charts: send labels with numbers and ask for a bar, line, pie "
        f"or scatter chart, for example: {EXAMPLE}. I also answer questions about the columns of uploaded CSV files, and solve "
        f"linear equations. {_REAL_MODEL}"
    )
