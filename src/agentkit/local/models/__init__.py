"""The models that the service can put behind its runs."""

from __future__ import annotations

import os
from collections.abc import Callable

from agentkit.local.models.base import CallableModel, ChatModel, Failure, ModelRequest, ModelTurn, ToolCall
from agentkit.local.models.chat import ChatEndpoint
from agentkit.local.models.scripted import Delay, ScriptedModel, call, code

__all__ = [
    "ChatEndpoint",
    "ChatModel",
    "Delay",
    "Failure",
    "ModelRequest",
    "ModelTurn",
    "ScriptedModel",
    "ToolCall",
    "call",
    "code",
    "model_from_text",
    "resolve_model",
    "runs_code",
]


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


def model_from_text(text: str, name: str | None = None, key_env: str | None = None) -> ChatModel:
    """The model that a setting names.

    :param text: ``offline``, ``scripted:FILE``, or the http or https URL at which the API of a chat endpoint begins.
    :param name: The name by which the endpoint knows the model; that of each run when None.
    :param key_env: Name of the environment variable that holds the endpoint's key; None sends no key.
    :raises ValueError: It is none of them, the variable is not set, or the script or the URL cannot be used.
    :raises OSError: The script cannot be read.
    :raises ImportError: The package for chat endpoints is not installed.
    """
    kind, _, rest = text.partition(":")
    if kind in ("http", "https"):
        return ChatEndpoint(text, model=name, key=_key_in(key_env))
    if key_env is not None:
        raise ValueError(f"model_key_env: only a chat endpoint takes a key, and the model is '{text}'")
    if kind == "scripted" and rest:
        return ScriptedModel.from_file(rest)
    if text == "offline":
        from agentkit.local.models.offline import OfflineModel

        return OfflineModel()
    raise ValueError(
        f"model: got '{text}', expected 'offline', 'scripted:FILE' or the URL of a chat endpoint, such as http://127.0.0.1:11434/v1"
    )


def runs_code(model: ChatModel) -> bool:
    """Whether the code of a model is run unless the service is told otherwise: code of our own rules, or of the user's own script."""
    from agentkit.local.models.offline import OfflineModel

    return isinstance(model, (OfflineModel, ScriptedModel))


def _key_in(variable: str | None) -> str | None:
    if variable is None:
        return None
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ValueError(
            f"model_key_env: the environment variable {variable} is not set; set it to the key of the chat endpoint"
        )
    return key
