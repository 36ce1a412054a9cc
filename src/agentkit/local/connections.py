"""What the project of a service is connected to: read from code or a file, checked, and written as each kind of project writes it.

A service has two connections of its own that lead to itself, so that what is made from a connection really answers.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

__all__ = [
    "Connection",
    "Given",
    "chosen",
    "connections_of",
    "default_names",
    "hub_form",
    "project_form",
    "read_connections",
    "with_own",
]

Given = Mapping[str, Mapping[str, Any]] | Sequence[Mapping[str, Any]]
"""Connections as they are given: descriptions by name, or a list of descriptions with their names."""

AUTHENTICATIONS = ("ApiKey", "AAD", "SAS", "CustomKeys", "None")
KINDS = (
    "AzureOpenAI",
    "Serverless",
    "AzureBlob",
    "AIServices",
    "CognitiveSearch",
    "ApiKey",
    "CustomKeys",
    "CognitiveService",
    "AppInsights",
)
"""The usual kinds. Any other is taken too: services have more with every year."""

_FIELDS = ("name", "type", "target", "auth_type", "key", "sas", "keys", "metadata", "is_default")
_OTHER_NAMES = {"category": "type", "connection_type": "type", "authType": "auth_type", "authentication_type": "auth_type"}
_SECRETS = {"ApiKey": "key", "SAS": "sas", "CustomKeys": "keys"}
_SUFFIXES = (".json", ".toml")


@dataclass(frozen=True)
class Connection:
    """A connection.

    :param category: What it leads to, such as ``AzureOpenAI``.
    :param target: The address that it leads to.
    :param authentication: How one proves there who one is; one of :data:`AUTHENTICATIONS`.
    :param secret: What proves it: a key, a token, or keys by their names; None where there is none.
    :param is_default: Whether it is the one to use of its kind.
    """

    name: str
    category: str
    target: str
    authentication: str
    secret: str | Mapping[str, str] | None = field(default=None, repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict)
    is_default: bool = False


def connections_of(given: Given | str | os.PathLike[str] | None) -> tuple[Connection, ...]:
    """The connections that a service was given, in either way; see :func:`read_connections` and :func:`from_file`."""
    if isinstance(given, (str, os.PathLike)):
        return from_file(Path(given))
    return read_connections(given)


def with_own(given: Sequence[Connection], url: str, key: str, app_insights: str | None = None) -> tuple[Connection, ...]:
    """Connections that were given, and after them the service's own, unless their name is taken: those that lead to itself, and the
    one to the Application Insights resource.

    :param url: Where the service listens.
    :param key: What it takes.
    :param app_insights: The connection string of the resource; None where there is none.
    """
    taken = {one.name for one in given}
    own = [*_own(url, key), *([] if app_insights is None else [_to_app_insights(app_insights)])]
    return (*given, *(one for one in own if one.name not in taken))


def read_connections(given: Given | None, origin: str = "connections") -> tuple[Connection, ...]:
    """Check connections that were given.

    :param given: Descriptions by name, or a list of descriptions, each with ``name``, ``type``, ``target``, ``auth_type`` and what
        belongs to that: ``key``, ``sas`` or ``keys``; ``metadata`` and ``is_default`` may be there.
    :param origin: Where they come from, for error texts.
    :return: The connections in their order.
    :raises ValueError: One of them cannot be; the text says which and why, and repeats no secret.
    """
    made: dict[str, Connection] = {}
    for where, description in _descriptions(given or (), origin):
        connection = _connection(description, where)
        if connection.name in made:
            raise ValueError(f"{where}: the name '{connection.name}' is there twice; names tell connections apart")
        made[connection.name] = connection
    return tuple(made.values())


def from_file(path: Path) -> tuple[Connection, ...]:
    """Read connections from a file of JSON or TOML, which holds what :func:`read_connections` takes, or that under ``connections``.

    :param path: The file; its name ends in ``.json`` or ``.toml``.
    :raises ValueError: It is no such file, or a connection in it cannot be.
    :raises OSError: It cannot be read.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise ValueError(f"connections: '{path}' is a file of an unknown kind; its name has to end in .json or .toml")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileNotFoundError(f"connections: there is no file '{path}'") from None
    try:
        held = _toml(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except ValueError as error:
        # The errors of both parsers tell the place, and no value that stands there.
        raise ValueError(f"connections: '{path}' is no {path.suffix[1:].upper()}: {error}") from None
    if isinstance(held, dict) and isinstance(held.get("connections"), (list, dict)):
        held = held["connections"]
    return read_connections(held, f"connections in '{path}'")


def chosen(
    connections: Iterable[Connection], category: str | None = None, target: str | None = None, is_default: bool | None = None
) -> list[Connection]:
    """The connections of a kind, to an address, or that are the default of their kind; None narrows nothing."""
    everything = list(connections)
    defaults = default_names(everything)
    return [
        one
        for one in everything
        if (category is None or one.category == category)
        and (target is None or one.target.rstrip("/") == target.rstrip("/"))
        and (is_default is None or (one.name in defaults) == is_default)
    ]


def default_names(connections: Iterable[Connection]) -> set[str]:
    """The names of the connections to use of each kind: the one that says so, else the first of the kind."""
    first: dict[str, Connection] = {}
    for one in connections:
        if one.category not in first or (one.is_default and not first[one.category].is_default):
            first[one.category] = one
    return {one.name for one in first.values()}


def hub_form(connection: Connection, workspace: str, *, secrets: bool = False) -> dict[str, Any]:
    """A connection as hub projects write it.

    :param workspace: The full id of the project.
    :param secrets: Whether its secret is written too.
    """
    properties: dict[str, Any] = {
        "authType": connection.authentication,
        "category": connection.category,
        "target": connection.target,
        "metadata": dict(connection.metadata),
    }
    secret = _secret(connection)
    if secrets and secret:
        properties["credentials"] = {"keys": secret} if connection.authentication == "CustomKeys" else secret
    return {
        "id": f"{workspace}/connections/{connection.name}",
        "name": connection.name,
        "type": "Microsoft.MachineLearningServices/workspaces/connections",
        "properties": properties,
    }


def project_form(connection: Connection, workspace: str, *, is_default: bool, secrets: bool = False) -> dict[str, Any]:
    """A connection as Foundry projects write it; see :func:`hub_form`."""
    return {
        "id": f"{workspace}/connections/{connection.name}",
        "name": connection.name,
        "type": connection.category,
        "target": connection.target,
        "isDefault": is_default,
        "credentials": {**(_secret(connection) if secrets else {}), "type": connection.authentication},
        "metadata": dict(connection.metadata),
    }


def _secret(connection: Connection) -> dict[str, str]:
    if connection.secret is None:
        return {}
    if isinstance(connection.secret, Mapping):
        return dict(connection.secret)
    return {"SAS" if connection.authentication == "SAS" else "key": connection.secret}


def _own(url: str, key: str) -> tuple[Connection, ...]:
    label = {"description": "the local service itself"}
    return (
        Connection("local-openai", "AzureOpenAI", url, "ApiKey", key, label),
        Connection("local-aiservices", "AIServices", url, "ApiKey", key, label),
        Connection("local-serverless", "Serverless", f"{url}/models", "ApiKey", key, label),
    )


def _to_app_insights(connection_string: str) -> Connection:
    """A Foundry project keeps the connection string as the key of a connection."""
    resource = "/subscriptions/local/resourceGroups/local/providers/microsoft.insights/components/local"
    return Connection("local-app-insights", "AppInsights", resource, "ApiKey", connection_string)


def _toml(text: str) -> Any:
    if sys.version_info >= (3, 11):
        import tomllib

        return tomllib.loads(text)
    raise ValueError("Python reads TOML from 3.11 on; write it as JSON")


def _descriptions(given: Any, origin: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Each description with where it stands."""
    if isinstance(given, Mapping):
        for name, description in given.items():
            where = f"{origin}[{name!r}]"
            if not isinstance(description, Mapping):
                raise ValueError(f"{where}: got {type(description).__name__}, expected an object with type and target")
            yield where, {"name": name, **description}
    elif isinstance(given, Sequence) and not isinstance(given, (str, bytes)):
        for index, description in enumerate(given):
            where = f"{origin}[{index}]"
            if not isinstance(description, Mapping):
                raise ValueError(f"{where}: got {type(description).__name__}, expected an object with name, type and target")
            yield where, description
    else:
        raise ValueError(f"{origin}: got {type(given).__name__}, expected descriptions by name, or a list of them")


def _connection(description: Mapping[str, Any], where: str) -> Connection:
    fields = _known(description, where)
    name = _text(fields, "name", where)
    if any(character in name for character in "/\\?#%") or name in (".", ".."):
        raise ValueError(f"{where}.name: '{name}' cannot stand in a path; use letters, digits, '-', '_' and '.'")
    authentication, secret = _authentication(fields, where)
    return Connection(
        name=name,
        category=_text(fields, "type", where, f"; usual ones: {', '.join(KINDS)}"),
        target=_address(fields, where),
        authentication=authentication,
        secret=secret,
        metadata=_texts(fields.get("metadata", {}), f"{where}.metadata"),
        is_default=_flag(fields, where),
    )


def _known(description: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The fields by the names that they have here."""
    fields: dict[str, Any] = {}
    for given, value in description.items():
        name = _OTHER_NAMES.get(given, given)
        if name not in _FIELDS:
            close = get_close_matches(str(given), _FIELDS, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise ValueError(f"{where}: '{given}' is unknown; a connection has {', '.join(_FIELDS)}{hint}")
        if name in fields:
            raise ValueError(f"{where}: '{name}' is there twice, once as '{given}'")
        fields[name] = value
    return fields


def _authentication(fields: Mapping[str, Any], where: str) -> tuple[str, str | Mapping[str, str] | None]:
    """How one proves there who one is, and with what."""
    given = [name for name in _SECRETS.values() if fields.get(name) is not None]
    kind = fields.get("auth_type")
    if kind is None:
        # What is given tells the kind; nothing is a token of the client's own.
        kind = next((kind for kind, name in _SECRETS.items() if given == [name]), "AAD" if not given else None)
    matching = next((known for known in AUTHENTICATIONS if isinstance(kind, str) and known.lower() == kind.lower()), None)
    if matching is None:
        wrong = f"'{kind}' is no kind of authentication" if kind is not None else f"{' and '.join(given)} are given"
        raise ValueError(f"{where}.auth_type: {wrong}; give one of {', '.join(AUTHENTICATIONS)}")
    wanted = _SECRETS.get(matching)
    superfluous = next((name for name in given if name != wanted), None)
    if superfluous is not None:
        raise ValueError(f"{where}.{superfluous}: a connection with auth_type {matching} has none; leave it out")
    if wanted is None:
        return matching, None
    if wanted not in given:
        raise ValueError(f"{where}.{wanted}: it is missing, and a connection with auth_type {matching} needs it")
    if wanted == "keys":
        return matching, _texts(fields[wanted], f"{where}.{wanted}")
    return matching, _text(fields, wanted, where)


def _text(fields: Mapping[str, Any], name: str, where: str, hint: str = "") -> str:
    value = fields.get(name)
    if value is None:
        raise ValueError(f"{where}.{name}: it is missing{hint}")
    if not isinstance(value, str):
        raise ValueError(f"{where}.{name}: got {type(value).__name__}, expected text")
    if not value.strip() or not value.isprintable():
        raise ValueError(f"{where}.{name}: it is empty, or has a control character in it")
    return value.strip()


def _address(fields: Mapping[str, Any], where: str) -> str:
    target = _text(fields, "target", where)
    try:
        parts = urlsplit(target)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{where}.target: it is no address that begins with http:// or https://")
    return target


def _texts(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(part, str) for pair in value.items() for part in pair):
        raise ValueError(f"{where}: expected an object whose values are text")
    return dict(value)


def _flag(fields: Mapping[str, Any], where: str) -> bool:
    value = fields.get("is_default", False)
    if not isinstance(value, bool):
        raise ValueError(f"{where}.is_default: got {type(value).__name__}, expected true or false")
    return value
