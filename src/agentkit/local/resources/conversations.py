"""Conversations: items that responses go on with and add to."""

from __future__ import annotations

from agentkit.local import ids
from agentkit.local.operations import Call, operation
from agentkit.local.paging import Paging
from agentkit.local.responses.items import kept_items
from agentkit.local.responses.shelf import add_items, item_of
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import CONVERSATION_ITEMS, CONVERSATIONS


@operation("create_conversation")
def create_conversation(tx: Transaction, call: Call) -> Document:
    conversation: Document = {
        "id": ids.new_id(ids.CONVERSATION),
        "object": "conversation",
        "created_at": call.context.now(),
        "metadata": call.body.get("metadata") or {},
    }
    tx.insert(CONVERSATIONS, conversation)
    _add(tx, call, conversation["id"])
    return conversation


@operation("get_conversation")
def get_conversation(tx: Transaction, call: Call) -> Document:
    return tx.require(CONVERSATIONS, call.path["conversationId"])


@operation("update_conversation")
def update_conversation(tx: Transaction, call: Call) -> Document:
    conversation = tx.require(CONVERSATIONS, call.path["conversationId"])
    return tx.replace(CONVERSATIONS, {**conversation, "metadata": call.body["metadata"] or {}})


@operation("delete_conversation")
def delete_conversation(tx: Transaction, call: Call) -> Document:
    conversation_id = call.path["conversationId"]
    tx.delete(CONVERSATIONS, conversation_id)
    return {"id": conversation_id, "object": "conversation.deleted", "deleted": True}


@operation("list_conversation_items")
def list_conversation_items(tx: Transaction, call: Call) -> Document:
    conversation_id = tx.require(CONVERSATIONS, call.path["conversationId"])["id"]
    return tx.page(CONVERSATION_ITEMS, Paging.of(call.query), {"conversation_id": conversation_id}, present=item_of)


@operation("create_conversation_items")
def create_conversation_items(tx: Transaction, call: Call) -> Document:
    conversation_id = tx.require(CONVERSATIONS, call.path["conversationId"])["id"]
    added = _add(tx, call, conversation_id)
    return {
        "object": "list",
        "data": added,
        "first_id": added[0]["id"],
        "last_id": added[-1]["id"],
        "has_more": False,
    }


@operation("get_conversation_item")
def get_conversation_item(tx: Transaction, call: Call) -> Document:
    return item_of(tx.require(CONVERSATION_ITEMS, call.path["itemId"], call.path["conversationId"]))


@operation("delete_conversation_item")
def delete_conversation_item(tx: Transaction, call: Call) -> Document:
    conversation = tx.require(CONVERSATIONS, call.path["conversationId"])
    tx.delete(CONVERSATION_ITEMS, call.path["itemId"], conversation["id"])
    return conversation


def _add(tx: Transaction, call: Call, conversation_id: str) -> list[Document]:
    items = kept_items(call.body.get("items"), "items")
    add_items(tx, CONVERSATION_ITEMS, conversation_id, items, call.context.now())
    return items
