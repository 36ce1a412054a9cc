"""What several kinds of resource ask of the values they are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from agentkit.local.errors import bad_request
from agentkit.local.operations import Call
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import FILES, VECTOR_STORES

__all__ = ["check_files", "check_tool_resources", "merged", "refuse_data_sources"]


def merged(document: Document, call: Call, defaults: Mapping[str, Any]) -> Document:
    """The document with the fields that were sent; a null brings a field back to its default.

    :param defaults: The fields that may be changed, each with its default.
    """
    sent = {name: call.body[name] for name in defaults if name in call.body}
    return {**document, **{name: defaults[name] if value is None else value for name, value in sent.items()}}


def check_files(tx: Transaction, file_ids: Iterable[str], param: str) -> None:
    """Refuse ids of files that are not here.

    :raises ApiError: 400, naming the first such id.
    """
    for file_id in file_ids:
        if tx.get(FILES, file_id) is None:
            raise bad_request(
                f"{param}: no file found with id '{file_id}'. Upload it first, and send the id that comes back.", param
            )


def refuse_data_sources(holder: Mapping[str, Any], param: str) -> None:
    """Refuse assets of a cloud project, which a service on this machine cannot read.

    :raises ApiError: 400, naming the field.
    """
    for name in ("data_source", "data_sources"):
        if holder.get(name):
            raise bad_request(
                f"{param}{name}: it names assets of a cloud project, which this local service cannot read. "
                "Upload the files and send their ids.",
                f"{param}{name}",
            )


def check_tool_resources(tx: Transaction, resources: Mapping[str, Any] | None, param: str = "tool_resources") -> None:
    """Refuse tool resources that name what is not here.

    :raises ApiError: 400, naming the field and the id.
    """
    interpreter = (resources or {}).get("code_interpreter") or {}
    refuse_data_sources(interpreter, f"{param}.code_interpreter.")
    check_files(tx, interpreter.get("file_ids") or (), f"{param}.code_interpreter.file_ids")
    search = (resources or {}).get("file_search") or {}
    if search.get("vector_stores"):
        raise bad_request(
            f"{param}.file_search.vector_stores: this local service makes no vector store along with another object. "
            "Create it first, and send its id under vector_store_ids.",
            f"{param}.file_search.vector_stores",
        )
    for store_id in search.get("vector_store_ids") or ():
        if tx.get(VECTOR_STORES, store_id) is None:
            where = f"{param}.file_search.vector_store_ids"
            raise bad_request(f"{where}: no vector store found with id '{store_id}'.", where)
