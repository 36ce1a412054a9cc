"""Agents that are addressed by a name and kept in versions: hosted ones, prompt agents, workflows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from agentkit.local.description import load_description
from agentkit.local.errors import ApiError, bad_request
from agentkit.local.hosting import FAILURES, settled
from agentkit.local.operations import Call, Context, operation
from agentkit.local.paging import Paging
from agentkit.local.store import Document, Transaction, public
from agentkit.local.tables import AGENT_VERSIONS, VERSIONED_AGENTS
from agentkit.local.validation import RequestValidator, registry_of

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


@operation("list_versioned_agents")
def list_versioned_agents(tx: Transaction, call: Call) -> Document:
    filters = {"_kind": call.query["kind"]} if call.query.get("kind") else {}
    return tx.page(VERSIONED_AGENTS, Paging.of(call.query), filters, present=_agent_of(tx, call.context))


@operation("create_versioned_agent")
def create_versioned_agent(tx: Transaction, call: Call) -> Document:
    return _created(tx, call, call.body["definition"])


@operation("create_versioned_agent_from_manifest")
def create_versioned_agent_from_manifest(tx: Transaction, call: Call) -> Document:
    return _created(tx, call, _of_manifest(call))


@operation("get_versioned_agent")
def get_versioned_agent(tx: Transaction, call: Call) -> Document:
    return _agent_of(tx, call.context)(_required(tx, call))


@operation("update_versioned_agent")
def update_versioned_agent(tx: Transaction, call: Call) -> Document:
    return _updated(tx, call, call.body["definition"])


@operation("update_versioned_agent_from_manifest")
def update_versioned_agent_from_manifest(tx: Transaction, call: Call) -> Document:
    return _updated(tx, call, _of_manifest(call))


@operation("delete_versioned_agent")
def delete_versioned_agent(tx: Transaction, call: Call) -> Document:
    agent = _required(tx, call)
    _forget(tx, agent["name"])
    return {"object": "agent.deleted", "name": agent["name"], "deleted": True}


@operation("list_agent_versions")
def list_agent_versions(tx: Transaction, call: Call) -> Document:
    agent = _required(tx, call)
    filters = {"name": agent["name"]}
    return tx.page(AGENT_VERSIONS, Paging.of(call.query), filters, present=_version_of(call.context))


@operation("create_agent_version")
def create_agent_version(tx: Transaction, call: Call) -> Document:
    return _new_version(tx, call, call.path["agent_name"], call.body["definition"])


@operation("create_agent_version_from_manifest")
def create_agent_version_from_manifest(tx: Transaction, call: Call) -> Document:
    return _new_version(tx, call, call.path["agent_name"], _of_manifest(call))


@operation("get_agent_version")
def get_agent_version(tx: Transaction, call: Call) -> Document:
    return _version_of(call.context)(_required_version(tx, call))


@operation("delete_agent_version")
def delete_agent_version(tx: Transaction, call: Call) -> Document:
    version = _required_version(tx, call)
    name = version["name"]
    tx.delete(AGENT_VERSIONS, version["id"], name)
    left = tx.select(AGENT_VERSIONS, "name = ?", name)
    if left:
        # What the agent is, is what its newest version says.
        tx.replace(VERSIONED_AGENTS, {**tx.require(VERSIONED_AGENTS, name), "_kind": left[-1]["definition"]["kind"]})
    else:
        tx.delete(VERSIONED_AGENTS, name)
    return {"object": "agent.version.deleted", "name": name, "version": version["version"], "deleted": True}


# --- the one way in ---------------------------------------------------------------------------------------------------------


def _created(tx: Transaction, call: Call, definition: Mapping[str, Any]) -> Document:
    name = call.body["name"]
    if tx.get(VERSIONED_AGENTS, name) is not None:
        raise ApiError(
            409,
            f"There is an agent named '{name}' already. Add a version to it with POST /agents/{name}/versions, or delete it first.",
            code="Conflict",
            param="name",
        )
    _new_version(tx, call, name, definition)
    return _agent_of(tx, call.context)(tx.require(VERSIONED_AGENTS, name))


def _updated(tx: Transaction, call: Call, definition: Mapping[str, Any]) -> Document:
    agent = _required(tx, call)
    latest = tx.select(AGENT_VERSIONS, "name = ?", agent["name"])[-1]
    if any(latest[name] != value for name, value in _content(call, definition).items()):
        _new_version(tx, call, agent["name"], definition)
    return _agent_of(tx, call.context)(tx.require(VERSIONED_AGENTS, agent["name"]))


def _new_version(tx: Transaction, call: Call, name: str, definition: Mapping[str, Any]) -> Document:
    """Add a version to the agent of a name, which is made where there is none."""
    if not _NAME.fullmatch(name):
        raise bad_request(
            f"name: '{name[:80]}' was sent, a name has 1 to 63 letters, digits and hyphens, with a letter or digit at both ends.",
            "name",
        )
    content, hosted, context = _content(call, definition), definition["kind"] == "hosted", call.context
    agent = tx.get(VERSIONED_AGENTS, name)
    number = 1 if agent is None else agent["_last"] + 1
    changed = {"_kind": definition["kind"], "_last": number}
    if agent is None:
        tx.insert(VERSIONED_AGENTS, {"id": name, "created_at": context.now(), "object": "agent", "name": name, **changed})
    else:
        tx.replace(VERSIONED_AGENTS, {**agent, **changed})
    version = {
        "id": f"{name}:{number}",
        "object": "agent.version",
        "name": name,
        "version": str(number),
        "created_at": context.now(),
        **content,
        "status": "creating" if hosted else "active",
    }
    if hosted:
        version["_done_at"] = context.clock() + context.hosting.seconds
        version["_failure"] = context.hosting.failure(name, definition)
    return _version_of(context)(tx.insert(AGENT_VERSIONS, version))


def _content(call: Call, definition: Mapping[str, Any]) -> Document:
    """What the caller says of a version."""
    sent = call.body
    return {"metadata": sent.get("metadata") or {}, "description": sent.get("description"), "definition": settled(definition)}


def _of_manifest(call: Call) -> Mapping[str, Any]:
    definition = call.context.hosting.definition(call.body["manifest_id"], call.body["parameter_values"])
    checked: Mapping[str, Any] = _validator().body({"definition": definition})["definition"]
    return checked


@lru_cache(maxsize=1)
def _validator() -> RequestValidator:
    """What checks a definition that came from a manifest, as one that was sent is checked."""
    description = load_description()
    facts = next(facts for facts in description.operations if facts.id == "create_agent_version")
    return RequestValidator(facts, registry_of(description))


def _required(tx: Transaction, call: Call) -> Document:
    return tx.require(VERSIONED_AGENTS, call.path["agent_name"])


def _required_version(tx: Transaction, call: Call) -> Document:
    name, number = call.path["agent_name"], call.path["agent_version"]
    _required(tx, call)
    version = tx.get(AGENT_VERSIONS, f"{name}:{number}", name)
    if version is None:
        raise ApiError(404, f"No version '{number}' found of agent '{name}'.", code="NotFound")
    return version


def _forget(tx: Transaction, name: str) -> None:
    for version in tx.select(AGENT_VERSIONS, "name = ?", name):
        tx.delete(AGENT_VERSIONS, version["id"], name)
    tx.delete(VERSIONED_AGENTS, name)


# --- how they look from outside ---------------------------------------------------------------------------------------------


def _version_of(context: Context) -> Callable[[Document], Document]:
    """What turns a stored version into the one of the wire, as it stands by now."""

    def present(version: Document) -> Document:
        shown = public(version)
        if shown["status"] == "creating" and context.clock() >= version["_done_at"]:
            code = version["_failure"]
            shown["status"] = "failed" if code else "active"
            if code:
                shown["error"] = {"code": code, "message": FAILURES[code], "param": None, "type": "invalid_request_error"}
        return shown

    return present


def _agent_of(tx: Transaction, context: Context) -> Callable[[Document], Document]:
    """What turns a stored agent into the one of the wire, with its newest version."""
    version_of = _version_of(context)

    def present(agent: Document) -> Document:
        latest = tx.select(AGENT_VERSIONS, "name = ?", agent["name"])[-1]
        return {"object": "agent", "id": agent["id"], "name": agent["name"], "versions": {"latest": version_of(latest)}}

    return present
