"""The commands ``agentkit agents``, ``threads``, ``files`` and ``stores``: list, show, save and delete what a service keeps."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._finding import source_names
from ._kinds import KINDS, Kind, moment, page_size
from ._running import DONE, FAILED, add_data, add_json, error_line, is_expected, opened, positive, run
from ._terminal import document, fields, one_line, printable, put, styled, table

if TYPE_CHECKING:
    from .. import AIProjectClient

__all__ = ["main"]

_LIMIT = 20


def main(kind: str, arguments: Sequence[str] | None = None) -> int:
    """Run ``agentkit agents`` and its like.

    :param kind: ``agents``, ``threads``, ``files`` or ``stores``.
    :param arguments: its command line; that of the process when None.
    :return: the exit status: 0 when everything was done, 1 when the service refused something or the user did, 2 for a wrong command
        line.
    """
    things = KINDS[kind]
    program = f"agentkit {kind}"
    given = _parser(program, things).parse_args(arguments)
    action: Callable[[AIProjectClient, Kind, argparse.Namespace], int] = given.action

    def act() -> int:
        with opened(given.data, embeds=False) as client:
            return action(client, things, given)

    return run(program, act, as_json=given.json)


def _parser(program: str, kind: Kind) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program, description=f"List, show and delete the {kind.one}s of a service.", allow_abbrev=False
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help=f"list {kind.one}s, the newest first", allow_abbrev=False)
    listing.set_defaults(action=_list)
    showing = commands.add_parser(
        "show", help=f"show one {kind.one}{_CONTENTS.get(kind.name, ('', ''))[1]}", allow_abbrev=False
    )
    showing.add_argument("id", metavar=kind.identifier, help=f"the {kind.one}")
    showing.set_defaults(action=_show)
    limited = [listing, *([showing] if kind.name in _CONTENTS else [])]
    made = [listing, showing]
    if kind.name == "files":
        saving = commands.add_parser("save", help="save the content of a file", allow_abbrev=False)
        saving.add_argument("id", metavar="ID", help="the file")
        saving.add_argument("--to", metavar="DIR", type=Path, default=Path(), help="folder to save it in (default: this one)")
        saving.add_argument("--overwrite", action="store_true", help="replace a file that is there")
        saving.set_defaults(action=_save)
        made.append(saving)
    deleting = commands.add_parser("delete", help=f"delete {kind.one}s, after asking", allow_abbrev=False)
    deleting.add_argument("ids", nargs="+", metavar="ID", help=f"the {kind.one}s")
    deleting.add_argument("--yes", action="store_true", help="do not ask")
    deleting.set_defaults(action=_delete)
    for command in limited:
        command.add_argument(
            "--limit",
            type=positive,
            default=_LIMIT,
            metavar="N",
            help=f"most that are shown, the newest ones (default: {_LIMIT})",
        )
    for command in (*made, deleting):
        add_data(command)
        add_json(command)
    return parser


def _list(client: AIProjectClient, kind: Kind, given: argparse.Namespace) -> int:
    things, more = _first(kind.some(client, given.limit), given.limit)
    if given.json:
        document({"data": [thing.as_dict() for thing in things], "has_more": more})
    elif not things:
        _aside(f"there are no {kind.one}s")
    else:
        table(list(kind.columns), [kind.row(thing) for thing in things])
        if more:
            _aside(f"There are more: --limit {2 * given.limit} shows up to {2 * given.limit}.")
    return DONE


def _show(client: AIProjectClient, kind: Kind, given: argparse.Namespace) -> int:
    thing = kind.get(client, given.id)
    show, _ = _CONTENTS.get(kind.name, (None, ""))
    if show is not None:
        show(client, thing, given)
    elif given.json:
        document(thing.as_dict())
    else:
        fields(_facts(thing))
    return DONE


def _save(client: AIProjectClient, kind: Kind, given: argparse.Namespace) -> int:
    file = client.agents.get_file(given.id)
    name = file.filename or given.id
    try:
        path = client.agents.save_file(given.id, name, given.to, overwrite=given.overwrite)
    except FileExistsError as error:
        if given.overwrite:  # then it is the folder that cannot be made
            raise
        raise FileExistsError(
            f"'{name}' is in {given.to.resolve()} already: say --overwrite, or name another folder by --to"
        ) from error
    if given.json:
        document({"file_id": given.id, "path": str(path)})
    else:
        put(printable(f"saved {path}"))
    return DONE


def _delete(client: AIProjectClient, kind: Kind, given: argparse.Namespace) -> int:
    identifiers = list(dict.fromkeys(given.ids))
    if not given.yes and not _confirmed(kind, identifiers):
        return FAILED
    deleted: list[str] = []
    failed: list[dict[str, str]] = []
    for identifier in identifiers:
        try:
            kind.delete(client, identifier)
        except Exception as error:
            if not is_expected(error):
                raise
            failed.append({"id": identifier, "message": error_line(error)})
            put(f"agentkit {kind.name}: {failed[-1]['message']}", stream=sys.stderr)
        else:
            deleted.append(identifier)
            if not given.json:
                put(f"deleted {identifier}")
    if given.json:
        document({"deleted": deleted, "failed": failed})
    return FAILED if failed else DONE


def _confirmed(kind: Kind, identifiers: Sequence[str]) -> bool:
    """Whether the user says yes; the question leaves the standard output alone.

    :raises ValueError: there is nobody to ask.
    """
    what = f"{kind.one} {identifiers[0]}" if len(identifiers) == 1 else f"{len(identifiers)} {kind.one}s"
    if not sys.stdin.isatty():
        raise ValueError(f"delete {what}? There is no terminal to ask at: say --yes")
    put(f"Delete {what}? [y/N] ", end="", stream=sys.stderr)
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    raise ValueError("nothing was deleted")


def _show_thread(client: AIProjectClient, thread: Any, given: argparse.Namespace) -> None:
    """A thread with its last messages, in the order in which they were written."""
    newest, more = _first(client.agents.list_messages(thread.id, limit=page_size(given.limit)).auto_paging_iter(), given.limit)
    messages = newest[::-1]
    if given.json:
        document({"thread": thread.as_dict(), "messages": [message.as_dict() for message in messages], "has_more": more})
        return
    fields(_facts(thread))
    if more:
        _aside(f"There are older messages than the {given.limit} below: --limit {2 * given.limit} shows more.")
    for message in messages:
        put("")
        put(styled(printable(f"{message.role}  {moment(message.created_at)}"), "bold"))
        put(printable(message.render(citations="strip")))
        sources = source_names(client, message)
        if sources:
            put(printable(f"[sources: {', '.join(sources)}]"))
        for image in message.image_contents:
            put(f"[image {image.image_file.file_id}]")
        for attachment in message.attachments or ():
            put(f"[file {attachment.file_id}]")


def _show_store(client: AIProjectClient, store: Any, given: argparse.Namespace) -> None:
    """A vector store with its files."""
    files, more = _first(
        client.agents.list_vector_store_files(store.id, limit=page_size(given.limit)).auto_paging_iter(), given.limit
    )
    if given.json:
        document({"vector_store": store.as_dict(), "files": [file.as_dict() for file in files], "has_more": more})
        return
    fields(_facts(store))
    if files:
        put("")
        problems = [file.last_error.message if file.last_error is not None else "" for file in files]
        rows = [[file.id, str(file.status), problem] for file, problem in zip(files, problems, strict=True)]
        table(["id", "status", "problem"], rows)


# What is shown below the facts of one, and in how many words the help says so.
_CONTENTS: dict[str, tuple[Callable[[AIProjectClient, Any, argparse.Namespace], None], str]] = {
    "threads": (_show_thread, ", with its messages"),
    "stores": (_show_store, ", with its files"),
}


def _first(things: Iterable[Any], limit: int) -> tuple[list[Any], bool]:
    """At most so many, and whether there are more."""
    found = list(islice(things, limit + 1))
    return found[:limit], len(found) > limit


def _facts(thing: Any) -> dict[str, str]:
    """What a thing says of itself, by the names of the wire, without what it leaves empty."""
    facts: dict[str, str] = {}
    for name, value in thing.as_dict().items():
        if value in (None, "", [], {}) or name == "object":
            continue
        moments = name.endswith("_at") and isinstance(value, int)
        facts[name] = moment(getattr(thing, name)) if moments else _told(value)
    return facts


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_told(inner)}" for name, inner in value.items() if inner not in (None, "", [], {}))
    if isinstance(value, list):
        return "\n".join(_told(inner) for inner in value)
    return one_line(str(value)) if not isinstance(value, str) else value


def _aside(text: str) -> None:
    put(text, stream=sys.stderr)
