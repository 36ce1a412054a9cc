"""What several kinds of resource ask of the values they are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agentkit.local.errors import bad_request
from agentkit.local.filetypes import CODE_INTERPRETER, extension
from agentkit.local.openapi.reading import SpecError, operations_of
from agentkit.local.operations import Call
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import AGENTS, FILES

__all__ = ["check_code_files", "check_files", "check_tools", "files_of_sources", "merged"]


def merged(document: Document, call: Call, defaults: Mapping[str, Any]) -> Document:
    """The document with the fields that were sent; a null brings a field back to its default.

    :param defaults: The fields that may be changed, each with its default.
    """
    sent = {name: call.body[name] for name in defaults if name in call.body}
    return {**document, **{name: defaults[name] if value is None else value for name, value in sent.items()}}


def check_files(tx: Transaction, file_ids: Iterable[str], param: str) -> list[Document]:
    """Refuse ids of files that are not here.

    :return: The files.
    :raises ApiError: 400, naming the first such id.
    """
    files = []
    for file_id in file_ids:
        file = tx.get(FILES, file_id)
        if file is None:
            raise bad_request(
                f"{param}: no file found with id '{file_id}'. Upload it first, and send the id that comes back.", param
            )
        files.append(file)
    return files


def check_code_files(tx: Transaction, file_ids: Iterable[str], param: str) -> None:
    """Refuse files that are not here, or that the code interpreter does not take.

    :raises ApiError: 400, naming the first such file.
    """
    for file in check_files(tx, file_ids, param):
        kind = extension(file["filename"])
        if kind not in CODE_INTERPRETER:
            has = f"the extension '{kind}'" if kind else "no extension"
            raise bad_request(
                f"{param}: file '{file['id']}' ('{file['filename']}') has {has}, which the code interpreter does not take. "
                f"Supported are {', '.join(sorted(CODE_INTERPRETER))}.",
                param,
            )


def files_of_sources(tx: Transaction, sources: Sequence[Mapping[str, Any]] | None, param: str) -> list[str]:
    """The ids of the files that data sources stand for.

    A data source names an asset of a cloud project, which a service on this machine cannot read; but one of type ``id_asset``
    with the id of a file of this service stands for that file.

    :raises ApiError: 400, naming the field and the first source that is no file of this service.
    """
    file_ids = []
    for source in sources or ():
        if source["type"] != "id_asset" or tx.get(FILES, source["uri"]) is None:
            raise bad_request(
                f"{param}: '{source['uri']}' names an asset of a cloud project, which this local service cannot read. "
                "Upload the file and send its id, as a file id or in a data source of type 'id_asset'.",
                param,
            )
        file_ids.append(source["uri"])
    return file_ids


def check_tools(tx: Transaction, tools: Sequence[Mapping[str, Any]], param: str = "tools") -> None:
    """Refuse tools that could never be used: agents that are not here, two agents of one name, APIs without operations.

    :raises ApiError: 400, naming the first such tool.
    """
    names: set[str] = set()
    for index, tool in enumerate(tools):
        if tool["type"] == "connected_agent":
            _check_agent(tx, tool["connected_agent"], names, f"{param}[{index}].connected_agent")
        elif tool["type"] == "openapi":
            try:
                operations_of(tool["openapi"]["spec"])
            except SpecError as error:
                where = f"{param}[{index}].openapi.spec"
                raise bad_request(f"{where}: {error}", where) from None


def _check_agent(tx: Transaction, named: Mapping[str, Any], names: set[str], param: str) -> None:
    if tx.get(AGENTS, named["id"]) is None:
        raise bad_request(
            f"{param}.id: no assistant found with id '{named['id']}'. Create it first, and send the id that comes back.",
            f"{param}.id",
        )
    if named["name"] in names:
        raise bad_request(
            f"{param}.name: '{named['name']}' is the name of another connected agent already; a model calls them by their "
            "names, so give each its own.",
            f"{param}.name",
        )
    names.add(named["name"])
