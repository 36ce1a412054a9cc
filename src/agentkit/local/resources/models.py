"""The models that can be named in requests: whatever the name, the one model behind the service answers."""

from __future__ import annotations

from agentkit.local.operations import Call, operation
from agentkit.local.store import Document, Transaction


@operation("list_models")
def list_models(_tx: Transaction, call: Call) -> Document:
    return {"object": "list", "data": [_shown(call, call.context.completions.model)]}


@operation("get_model")
def get_model(_tx: Transaction, call: Call) -> Document:
    return _shown(call, call.path["model"])


def _shown(call: Call, name: str) -> Document:
    completions = call.context.completions
    return {"id": name, "object": "model", "created": completions.started, "owned_by": f"agentkit ({completions.model})"}
