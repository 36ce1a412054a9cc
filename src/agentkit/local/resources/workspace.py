"""The workspace that stands behind a hub project, and the Application Insights resource that may belong to it."""

from __future__ import annotations

from agentkit.local.dialects import Dialect
from agentkit.local.errors import ApiError
from agentkit.local.operations import Call, Context, operation
from agentkit.local.store import Document, Transaction

__all__ = ["APP_INSIGHTS_PATH", "app_insights_resource"]

_WORKSPACE = (
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{workspace}"
)
_RESOURCE = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Insights/components/{workspace}"

APP_INSIGHTS_PATH = "//subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/components/{name}"
"""Where the resource stands: clients send its whole id as one segment of the path, its slashes encoded."""


@operation("get_workspace")
def get_workspace(_tx: Transaction, call: Call) -> Document:
    if call.dialect is not Dialect.HUB:
        raise ApiError(404, "There is nothing at this path: only the project of a hub has a workspace.", code="NotFound")
    properties = {"applicationInsights": _RESOURCE.format(**call.path)} if call.context.app_insights else {}
    return {
        "id": _WORKSPACE.format(**call.path),
        "name": call.path["workspace"],
        "type": "Microsoft.MachineLearningServices/workspaces",
        "kind": "Project",
        "properties": properties,
    }


def app_insights_resource(context: Context, path: str, name: str) -> Document:
    """The resource, with the connection string that the service was given for it.

    :param context: What the service works on.
    :param path: The path of the request.
    :param name: The name of the resource in it.
    :raises ApiError: There is none, which is a 404.
    """
    if not context.app_insights:
        raise ApiError(
            404, "No Application Insights resource is enabled: start the service with app_insights=.", code="ResourceNotFound"
        )
    properties = {"ConnectionString": context.app_insights}
    return {"id": path[1:], "name": name, "type": "microsoft.insights/components", "properties": properties}
