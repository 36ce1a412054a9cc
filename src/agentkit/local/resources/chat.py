"""What the model behind the service answers without agents and threads, and what it cannot answer."""

from __future__ import annotations

from agentkit.local.completions import read
from agentkit.local.errors import ApiError, bad_request
from agentkit.local.operations import Awaited, Call, Result, operation
from agentkit.local.store import Transaction


@operation("create_chat_completion")
def create_chat_completion(_tx: Transaction, call: Call) -> Awaited:
    if not call.body.get("model"):
        raise bad_request("model: required, but nothing was sent. Any name will do; see GET /models.", "model")
    return call.context.completions.begin(read(call.body, call.body["model"]))


@operation("create_chat_completion_of_deployment")
def create_chat_completion_of_deployment(_tx: Transaction, call: Call) -> Awaited:
    return call.context.completions.begin(read(call.body, call.path["deployment"]))


@operation("create_embeddings")
def create_embeddings(_tx: Transaction, call: Call) -> Result:
    raise _no_embeddings(call)


@operation("create_embeddings_of_deployment")
def create_embeddings_of_deployment(_tx: Transaction, call: Call) -> Result:
    raise _no_embeddings(call)


def _no_embeddings(call: Call) -> ApiError:
    # Refused as a request that is wrong, for clients try again what they take for a fault of the service.
    return ApiError(
        400,
        f"The model behind this service ({call.context.completions.model}) gives no embeddings. To search files, put them into a "
        "vector store: this service finds their passages by words.",
        code="OperationNotSupported",
    )
