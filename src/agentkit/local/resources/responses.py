"""Responses of the model, or of a prompt agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.local.errors import bad_request
from agentkit.local.operations import Call, Result, operation
from agentkit.local.paging import Paging
from agentkit.local.resources.prompt_agents import agent_definition
from agentkit.local.resources.response_means import means_of
from agentkit.local.responses.items import kept_items
from agentkit.local.responses.reading import Agent, merged_with_agent, read
from agentkit.local.responses.shelf import earlier_items, item_of
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import RESPONSE_ITEMS, RESPONSES


@operation("create_response")
def create_response(tx: Transaction, call: Call) -> Result:
    conversation = _conversation(call.body.get("conversation"))
    agent = _agent(tx, call.body)
    body = {**(merged_with_agent(call.body, agent) if agent else call.body), "conversation": conversation}
    earlier, own = earlier_items(tx, body), kept_items(body.get("input"))
    asked = read(body, [*earlier, *own], means_of(tx, body, earlier))
    asked.settings.update(
        conversation={"id": conversation} if conversation else None,
        agent={"type": "agent_id", "name": agent.name, "version": agent.version} if agent else None,
    )
    return call.context.responses.begin(tx, asked, own)


@operation("get_response")
def get_response(tx: Transaction, call: Call) -> Document:
    if call.query.get("stream") == "true":
        raise bad_request(
            "stream: a response is streamed when it is asked for, and not once more here. Get it without.", "stream"
        )
    return tx.require(RESPONSES, call.path["responseId"])


@operation("delete_response")
def delete_response(tx: Transaction, call: Call) -> Document:
    response_id = call.path["responseId"]
    tx.delete(RESPONSES, response_id)
    tx.afterwards(lambda: call.context.responses.leave(response_id))
    return {"id": response_id, "object": "response", "deleted": True}


@operation("cancel_response")
def cancel_response(tx: Transaction, call: Call) -> Document:
    return call.context.responses.cancel(tx, call.path["responseId"])


@operation("list_response_input_items")
def list_response_input_items(tx: Transaction, call: Call) -> Document:
    response_id = tx.require(RESPONSES, call.path["responseId"])["id"]
    return tx.page(RESPONSE_ITEMS, Paging.of(call.query), {"response_id": response_id}, present=item_of)


def _conversation(given: Any) -> str | None:
    """The id of a conversation, which may be sent in an object."""
    conversation_id = given.get("id") if isinstance(given, Mapping) else given
    if given is not None and not (isinstance(conversation_id, str) and conversation_id):
        raise bad_request('conversation: send the id of a conversation, or {"id": "..."}.', "conversation")
    return conversation_id


def _agent(tx: Transaction, body: Mapping[str, Any]) -> Agent | None:
    """The agent that is named, by either of the names that clients have for the field."""
    reference = body.get("agent") or body.get("agent_reference")
    if not reference:
        return None
    if reference.get("type", "agent_reference") != "agent_reference":
        raise bad_request(f"agent.type: '{reference['type']}' was sent, only 'agent_reference' is allowed.", "agent.type")
    found = agent_definition(tx, reference["name"], reference.get("version"))
    return Agent(found["name"], found["version"], found["definition"])
