"""The offline model: skills, each of which answers what it understands, and an honest answer where none does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..base import ModelRequest, ModelTurn
from . import curves, drawing, equations, forced, functions, passages, recall, sheets, structured
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
    waves, shows or redraws what earlier runs of the thread made, quotes passages of searched files, fills JSON of a given form,
    and calls the functions, other agents and APIs that a message asks for. Anything else is answered with what it is and what it can do.
    """

    computes = True
    """It keeps this machine busy while it answers, and is not only waited for."""

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
        planned = functions.plan(request)
        if structured.is_wanted(request):
            turn = _calls_of(functions.answer(request, planned)) or structured.answer(request)
        else:
            turn = _coded(request, planned) or passages.answer(request) or forced.answer_with_output(request)
        return forced.forced_turn(request, turn or _plain_answer(request))


def _coded(request: ModelRequest, planned: functions.Plan) -> ModelTurn | None:
    """The turn of the first skill that runs code, or of the functions where none has code to run; None where there is neither."""
    coding = replace(request, results=[result for result in request.results if result.call.kind == "code_interpreter"])
    for skill in _CODING:
        # With a table at hand nearly any question may be about it; one that names a function and not the table is not.
        if skill is sheets.answer and planned.is_sure and not sheets.is_named(request):
            continue
        turn = skill(coding)
        if turn is not None:
            runs_code = bool(turn.tool_calls or coding.results)
            return turn if runs_code else functions.answer(request, planned) or turn
    return functions.answer(request, planned)


def _calls_of(turn: ModelTurn | None) -> ModelTurn | None:
    return turn if turn is not None and turn.tool_calls else None


def _plain_answer(request: ModelRequest) -> ModelTurn:
    text = quoted(request.last_user_text)
    names = functions.names(request)
    offered = f"I also call what this run offers where a message asks for what it does: {names}. " if names else ""
    said = f'You wrote: "{text}". I cannot answer that' if text else "There is no message to answer"
    return ModelTurn(
        text=f"This is {WHO}. {said}. What I can do here is draw charts: send labels with numbers and ask for a bar, line, pie "
        f"or scatter chart, for example: {EXAMPLE}. I also answer questions about the columns of uploaded CSV files, and solve "
        f"linear equations. {offered}{_REAL_MODEL}"
    )
