"""Agents, which the wire calls assistants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.local import ids
from agentkit.local.errors import bad_request
from agentkit.local.operations import Call, operation
from agentkit.local.paging import Paging
from agentkit.local.resources.rules import check_tools, merged
from agentkit.local.resources.tool_resources import settled
from agentkit.local.runs.formats import check_response_format
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import AGENTS

_DEFAULTS: Mapping[str, Any] = {
    "name": None,
    "description": None,
    "model": None,
    "instructions": None,
    "tools": [],
    "tool_resources": {},
    "temperature": 1.0,
    "top_p": 1.0,
    "response_format": "auto",
    "metadata": {},
}


@operation("create_agent")
def create_agent(tx: Transaction, call: Call) -> Document:
    new = {"id": ids.new_id(ids.AGENT), "object": "assistant", "created_at": call.context.now(), **_DEFAULTS}
    return tx.insert(AGENTS, _changed(tx, new, call))


@operation("get_agent")
def get_agent(tx: Transaction, call: Call) -> Document:
    return tx.require(AGENTS, call.path["assistantId"])


@operation("list_agents")
def list_agents(tx: Transaction, call: Call) -> Document:
    return tx.page(AGENTS, Paging.of(call.query))


@operation("update_agent")
def update_agent(tx: Transaction, call: Call) -> Document:
    agent = tx.require(AGENTS, call.path["assistantId"])
    if "model" in call.body and call.body["model"] is None:
        raise bad_request(
            "model: null was sent, but an assistant always has a model. Send a name, or leave the field out.", "model"
        )
    return tx.replace(AGENTS, _changed(tx, agent, call))


@operation("delete_agent")
def delete_agent(tx: Transaction, call: Call) -> Document:
    agent_id = call.path["assistantId"]
    tx.delete(AGENTS, agent_id)
    return {"id": agent_id, "object": "assistant.deleted", "deleted": True}


def _changed(tx: Transaction, agent: Document, call: Call) -> Document:
    """The agent with what was sent, once that is checked."""
    check_response_format(call.body.get("response_format"))
    check_tools(tx, call.body.get("tools") or ())
    agent = merged(agent, call, _DEFAULTS)
    if call.body.get("tool_resources"):
        agent["tool_resources"] = settled(tx, call.context, call.body["tool_resources"])
    return agent
