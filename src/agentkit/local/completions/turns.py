"""Takes one turn of a model for a request that is made outside of a run, and says what a failure of it is over HTTP."""

from __future__ import annotations

from collections.abc import Callable

from agentkit.local.errors import ApiError
from agentkit.local.models.base import ChatModel, ModelRequest, ModelTurn, StreamingChatModel
from agentkit.local.runs.choice import Demand, urged
from agentkit.local.runs.problems import RunProblem
from agentkit.local.runs.talk import ask, hear

__all__ = ["refusal_of", "take_turn"]

# A model's refusals that are not faults of the service.
_STATUSES = {"rate_limit_exceeded": 429, "content_filter": 400, "refusal": 400}


def take_turn(
    model: ChatModel,
    request: ModelRequest,
    demand: Demand | None,
    abandoned: Callable[[], bool],
    say: Callable[[str], bool] | None = None,
) -> ModelTurn | None:
    """The model's turn; None where nobody waits for it any more. A call that is demanded is asked for twice.

    :param say: Is given the pieces of the text as they come; False ends the listening. None where they are not wanted.
    :raises RunProblem: The model failed, or did not make the call.
    """
    if demand is None:
        if say is None or not isinstance(model, StreamingChatModel):
            return ask(model, request, abandoned)
        return hear(model, request, abandoned, say)
    for once_more in (request, urged(request, demand)):
        turn = ask(model, once_more, abandoned)
        if turn is None or turn.cut_short or demand.is_met(turn.tool_calls):
            return turn
    raise RunProblem(
        f"The tool_choice forces a call of {demand}, but the model '{model.name}' was asked twice and did not make it."
    )


def refusal_of(problem: RunProblem) -> ApiError:
    """What a client is answered whose request a model could not fulfil."""
    status = _STATUSES.get(problem.code, 500)
    kind = "server_error" if status == 500 else "invalid_request_error" if status == 400 else "requests"
    return ApiError(status, str(problem), code=problem.code, kind=kind)
