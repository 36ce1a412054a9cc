"""What the model behind the service answers without agents and threads."""

from __future__ import annotations

from agentkit.local.completions import read
from agentkit.local.operations import Awaited, Call, operation
from agentkit.local.resources.models import named_model
from agentkit.local.store import Transaction


@operation("create_chat_completion")
def create_chat_completion(_tx: Transaction, call: Call) -> Awaited:
    return call.context.completions.begin(read(call.body, named_model(call)))


@operation("create_chat_completion_of_deployment")
def create_chat_completion_of_deployment(_tx: Transaction, call: Call) -> Awaited:
    return call.context.completions.begin(read(call.body, call.path["deployment"]))
