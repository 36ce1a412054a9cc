"""Finds what the tools of a response work with whose calls the service makes itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agentkit.local import ids
from agentkit.local.blobs import bare_name, distinct_names
from agentkit.local.filters import matches
from agentkit.local.models.base import FileRef
from agentkit.local.resources.rules import check_code_files
from agentkit.local.responses.means import Means
from agentkit.local.store import Transaction
from agentkit.local.tables import FILES, VECTOR_STORE_FILES, VECTOR_STORES

__all__ = ["means_of"]

_COMPLETED = "vector_store_id = ? AND status = 'completed'"


def means_of(tx: Transaction, body: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]]) -> Means:
    """What the tools of a request work with.

    :param body: What is asked for.
    :param earlier: The items of what it goes on with; their container is used again.
    :raises ApiError: 404, a vector store is not here; 400, a file is not, or the code interpreter does not take it.
    """
    tools: dict[str, tuple[int, Mapping[str, Any]]] = {
        tool["type"]: (index, tool) for index, tool in enumerate(body.get("tools") or ())
    }
    index, interpreter = tools.get("code_interpreter", (0, None))
    _, search = tools.get("file_search", (0, None))
    stores = tuple((search or {}).get("vector_store_ids") or ())
    for store_id in stores:
        tx.require(VECTOR_STORES, store_id)
    filters = (search or {}).get("filters")
    return Means(
        container=_container(interpreter, earlier) if interpreter else "",
        files=_files(tx, interpreter, f"tools[{index}].container.file_ids") if interpreter else (),
        vector_stores=stores,
        search=search,
        searched_files=set(_passing(tx, stores, filters)) if filters else None,
        most_calls=body.get("max_tool_calls"),
    )


def _container(tool: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]]) -> str:
    """The id of the container that is named, of the one that was used before, or of a new one."""
    wanted = tool.get("container")
    if isinstance(wanted, str) and wanted != "auto":
        return wanted
    used = [item["container_id"] for item in earlier if item.get("container_id")]
    return used[-1] if used else ids.new_id(ids.CONTAINER)


def _files(tx: Transaction, tool: Mapping[str, Any], param: str) -> tuple[FileRef, ...]:
    """The files that are to be in the container, by the names that they have there."""
    wanted = tool.get("container")
    file_ids = (wanted.get("file_ids") or ()) if isinstance(wanted, Mapping) else ()
    check_code_files(tx, file_ids, param)
    files = [tx.require(FILES, file_id) for file_id in dict.fromkeys(file_ids)]
    names = distinct_names([bare_name(file["filename"]) or file["id"] for file in files])
    return tuple(FileRef(file["id"], name, file["bytes"]) for file, name in zip(files, names, strict=True))


def _passing(tx: Transaction, store_ids: Iterable[str], filters: Mapping[str, Any]) -> Iterator[str]:
    for store_id in store_ids:
        for entry in tx.select(VECTOR_STORE_FILES, _COMPLETED, store_id):
            if matches(filters, entry.get("attributes") or {}):
                yield entry["id"]
