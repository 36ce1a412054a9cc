"""The models that the service can put behind its runs."""

from __future__ import annotations

from collections.abc import Callable

from agentkit.local.models.base import CallableModel, ChatModel, ModelRequest, ModelTurn

__all__ = ["resolve_model"]


def resolve_model(model: ChatModel | Callable[[ModelRequest], ModelTurn | str] | None) -> tuple[ChatModel, bool]:
    """The model behind a service, and whether the code that it writes is the service's own.

    :param model: A model, a callable from a request to a turn or a text, or None for the offline model.
    :raises TypeError: It is none of them.
    """
    from agentkit.local.models.offline import OfflineModel

    if model is None:
        return OfflineModel(), True
    if isinstance(model, ChatModel):
        return model, isinstance(model, OfflineModel)
    if callable(model):
        return CallableModel(model), False
    raise TypeError(
        f"model: got {type(model).__name__}, expected an object with 'name' and 'respond', a callable that takes a ModelRequest "
        "and gives a ModelTurn or a text, or None for the offline model"
    )
