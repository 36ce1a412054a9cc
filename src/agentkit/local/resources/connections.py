"""The connections of the project, in the form of a hub project or of a Foundry project, as the path of the request says."""

from __future__ import annotations

from agentkit.local.connections import Connection, chosen, default_names, hub_form, project_form
from agentkit.local.dialects import Dialect
from agentkit.local.errors import ApiError
from agentkit.local.operations import Call, operation
from agentkit.local.store import Document, Transaction

_WORKSPACE = "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.MachineLearningServices/workspaces/{}"
_LOCAL = "local"


@operation("list_connections")
def list_connections(_tx: Transaction, call: Call) -> Document:
    query = call.query
    found = chosen(
        call.context.connections,
        query.get("category") or query.get("connectionType"),
        query.get("target"),
        query.get("defaultConnection"),
    )
    if call.dialect is Dialect.HUB:
        # A hub project does not say which is the default: its clients take the first of a kind.
        found.sort(key=lambda one: not one.is_default)
    return {"value": [_shown(call, one) for one in found], "nextLink": None}


@operation("get_connection")
def get_connection(_tx: Transaction, call: Call) -> Document:
    return _shown(call, _asked_for(call))


@operation("list_connection_secrets")
def list_connection_secrets(_tx: Transaction, call: Call) -> Document:
    return _shown(call, _asked_for(call), secrets=True)


@operation("get_connection_with_credentials")
def get_connection_with_credentials(_tx: Transaction, call: Call) -> Document:
    return _shown(call, _asked_for(call), secrets=True)


def _asked_for(call: Call) -> Connection:
    name = call.path["connectionName"]
    for one in call.context.connections:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in call.context.connections)
    raise ApiError(404, f"No connection found with name '{name}'. There are: {known}.", code="NotFound")


def _shown(call: Call, connection: Connection, *, secrets: bool = False) -> Document:
    path = call.path
    project = path.get("workspace") or path.get("project") or _LOCAL
    workspace = _WORKSPACE.format(path.get("subscription", _LOCAL), path.get("group", _LOCAL), project)
    if call.dialect is Dialect.HUB:
        return hub_form(connection, workspace, secrets=secrets)
    is_default = connection.name in default_names(call.context.connections)
    return project_form(connection, workspace, is_default=is_default, secrets=secrets)
