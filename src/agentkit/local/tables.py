"""The collections of the store: how each is named, in SQL and in error text, and which document keys are columns too.

A resource is kept as its wire document in JSON. The keys that queries filter by are mirrored into columns of the same name.
A key that begins with an underscore is the store's own and never leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "AGENTS",
    "AGENT_VERSIONS",
    "ANSWERS",
    "CONVERSATIONS",
    "CONVERSATION_ITEMS",
    "EVALUATIONS",
    "EVALUATION_SCHEDULES",
    "FILES",
    "FILE_BATCHES",
    "MESSAGES",
    "RESPONSES",
    "RESPONSE_ITEMS",
    "RUNS",
    "STEPS",
    "THREADS",
    "VECTOR_STORES",
    "VECTOR_STORE_FILES",
    "VERSIONED_AGENTS",
    "Table",
]


@dataclass(frozen=True)
class Table:
    """One collection.

    ``owner`` is the column that holds the id of the object that the rows belong to, ``owner_noun`` what to call that object.
    """

    name: str
    noun: str
    columns: tuple[str, ...] = ()
    owner: str | None = None
    owner_noun: str = ""


AGENTS = Table("agents", "assistant")
THREADS = Table("threads", "thread", ("_outer_thread_id",))
MESSAGES = Table("messages", "message", ("thread_id", "run_id"), "thread_id", "thread")
RUNS = Table("runs", "run", ("thread_id", "status", "expires_at"), "thread_id", "thread")
STEPS = Table("steps", "run step", ("thread_id", "run_id", "status"), "run_id", "run")
FILES = Table("files", "file", ("purpose",))
VECTOR_STORES = Table("vector_stores", "vector store")
VECTOR_STORE_FILES = Table(
    "vector_store_files", "vector store file", ("vector_store_id", "_batch_id", "status"), "vector_store_id", "vector store"
)
FILE_BATCHES = Table("file_batches", "vector store file batch", ("vector_store_id",), "vector_store_id", "vector store")
EVALUATIONS = Table("evaluations", "evaluation")
EVALUATION_SCHEDULES = Table("evaluation_schedules", "evaluation schedule")
RESPONSES = Table("responses", "response", ("status",))
RESPONSE_ITEMS = Table("response_items", "item", ("response_id",), "response_id", "response")
CONVERSATIONS = Table("conversations", "conversation")
CONVERSATION_ITEMS = Table("conversation_items", "item", ("conversation_id",), "conversation_id", "conversation")
VERSIONED_AGENTS = Table("versioned_agents", "agent", ("_kind",))
AGENT_VERSIONS = Table("agent_versions", "agent version", ("name",), "name", "agent")
ANSWERS = Table("answers", "answer")
