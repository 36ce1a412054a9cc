"""The models that can be named in requests: whatever the name, the one model behind the service answers."""

from __future__ import annotations

from agentkit.local.dialects import Dialect
from agentkit.local.errors import bad_request
from agentkit.local.operations import Call, operation
from agentkit.local.store import Document, Transaction

__all__ = ["named_model"]


@operation("list_models")
def list_models(_tx: Transaction, call: Call) -> Document:
    return {"object": "list", "data": [_shown(call, call.context.completions.model)]}


@operation("get_model")
def get_model(_tx: Transaction, call: Call) -> Document:
    return _shown(call, call.path["model"])


def named_model(call: Call) -> str:
    """The name of the model that a body names.

    :raises ApiError: 400, it names none, and the endpoint is not one model's own.
    """
    name: str | None = call.body.get("model")
    if not name and call.dialect is not Dialect.INFERENCE:
        raise bad_request("model: required, but nothing was sent. Any name will do; see GET /models.", "model")
    return name or call.context.completions.model


def _shown(call: Call, name: str) -> Document:
    completions = call.context.completions
    return {"id": name, "object": "model", "created": completions.started, "owned_by": f"agentkit ({completions.model})"}
