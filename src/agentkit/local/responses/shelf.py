"""Keeps responses with their items, and gives the items of what was said before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agentkit.local.errors import ApiError, bad_request
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import CONVERSATION_ITEMS, CONVERSATIONS, RESPONSE_ITEMS, RESPONSES, Table

__all__ = ["add_items", "earlier_items", "item_of", "items_of", "keep_response"]


def keep_response(tx: Transaction, document: Document, items: Sequence[Document]) -> None:
    """Keep a new response.

    :param items: The items that were sent for it.
    """
    tx.insert(RESPONSES, document)
    add_items(tx, RESPONSE_ITEMS, document["id"], items, document["created_at"])


def add_items(tx: Transaction, table: Table, owner: str, items: Iterable[Document], now: int) -> None:
    """Keep items as the newest of a response or a conversation; one that is there already is kept as it was.

    :param owner: The id of the response or the conversation.
    :param now: Unix seconds.
    """
    for item in items:
        if tx.get(table, item["id"], owner) is None:
            tx.insert(table, {"id": item["id"], "created_at": now, f"{table.owner}": owner, "item": item})


def item_of(row: Document) -> Document:
    """An item as it is given out."""
    item: Document = row["item"]
    return item


def items_of(tx: Transaction, table: Table, owner: str) -> list[Document]:
    """The items of a response or a conversation, oldest first."""
    return [item_of(row) for row in tx.select(table, f"{table.owner} = ?", owner)]


def earlier_items(tx: Transaction, body: Mapping[str, Any]) -> list[Document]:
    """The items of what a response goes on with, oldest first: a conversation, or an earlier response and those before it.

    :param body: What is asked for.
    :raises ApiError: 404 for a conversation and 400 for a response that is not here; 400 for one that is still worked on, or where
        both are named.
    """
    previous, conversation = body.get("previous_response_id"), body.get("conversation")
    if previous and conversation:
        raise bad_request(
            "conversation: it was sent together with previous_response_id, and a response goes on with one of them. Send one.",
            "conversation",
        )
    if conversation:
        tx.require(CONVERSATIONS, conversation)
        return items_of(tx, CONVERSATION_ITEMS, conversation)
    chain: list[Document] = []
    while previous:
        chain.append(_previous(tx, previous))
        previous = chain[-1]["previous_response_id"]
    return [item for one in reversed(chain) for item in (*items_of(tx, RESPONSE_ITEMS, one["id"]), *one["output"])]


def _previous(tx: Transaction, response_id: str) -> Document:
    document = tx.get(RESPONSES, response_id)
    if document is None:
        raise ApiError(
            400,
            f"previous_response_id: no response found with id '{response_id}'. It may have been deleted, or was asked for with "
            "store=false; send what was said before as items of the input.",
            code="previous_response_not_found",
            param="previous_response_id",
        )
    if document["status"] == "in_progress":
        raise bad_request(
            f"previous_response_id: the response '{response_id}' is still worked on. Wait until it is completed.",
            "previous_response_id",
        )
    return document
