"""The operations of the service, one module for each kind of resource; importing this registers them all."""

from agentkit.local.resources import (
    agents,
    chat,
    files,
    messages,
    models,
    runs,
    steps,
    threads,
    vector_store_files,
    vector_store_search,
    vector_stores,
)

__all__ = [
    "agents",
    "chat",
    "files",
    "messages",
    "models",
    "runs",
    "steps",
    "threads",
    "vector_store_files",
    "vector_store_search",
    "vector_stores",
]
