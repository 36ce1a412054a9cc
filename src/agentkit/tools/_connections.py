"""Tools that reach another service through a connection of the project."""

from __future__ import annotations

from typing import TypeVar

from .._generated.enums import AzureAISearchQueryType
from .._generated.models.tools import (
    AISearchIndexResource,
    AzureAISearchResource,
    AzureAISearchToolDefinition,
    BingCustomSearchToolDefinition,
    BingGroundingToolDefinition,
    MicrosoftFabricToolDefinition,
    SearchConfiguration,
    SearchConfigurationList,
    SharepointToolDefinition,
    ToolConnection,
    ToolConnectionList,
    ToolDefinition,
    ToolResources,
)
from ._arguments import any_text, text
from ._base import ServiceTool

__all__ = ["AzureAISearchTool", "BingCustomSearchTool", "BingGroundingTool", "FabricTool", "SharepointTool"]

DefinitionT = TypeVar("DefinitionT", bound=ToolDefinition)


class ConnectionTool(ServiceTool[DefinitionT]):
    """A tool that is nothing but a connection.

    :param connection_id: the id of the connection.
    :raises TypeError: the id is no str.
    :raises ValueError: the id is blank.
    """

    def __init__(self, connection_id: str) -> None:
        self.connection_id = text(type(self).__name__, "connection_id", connection_id)

    def _connections(self) -> ToolConnectionList:
        return ToolConnectionList(connection_list=[ToolConnection(connection_id=self.connection_id)])


class BingGroundingTool(ConnectionTool[BingGroundingToolDefinition]):
    """Lets an agent search the web through Bing.

    :param connection_id: the id of the connection to the Bing resource.
    """

    @property
    def definitions(self) -> list[BingGroundingToolDefinition]:
        """One bing_grounding definition."""
        return [BingGroundingToolDefinition(bing_grounding=self._connections())]


class SharepointTool(ConnectionTool[SharepointToolDefinition]):
    """Lets an agent search a SharePoint site.

    :param connection_id: the id of the connection to the site.
    """

    @property
    def definitions(self) -> list[SharepointToolDefinition]:
        """One sharepoint_grounding definition."""
        return [SharepointToolDefinition(sharepoint_grounding=self._connections())]


class FabricTool(ConnectionTool[MicrosoftFabricToolDefinition]):
    """Lets an agent ask a Microsoft Fabric data agent.

    :param connection_id: the id of the connection to the data agent.
    """

    @property
    def definitions(self) -> list[MicrosoftFabricToolDefinition]:
        """One fabric_dataagent definition."""
        return [MicrosoftFabricToolDefinition(fabric_dataagent=self._connections())]


class BingCustomSearchTool(ServiceTool[BingCustomSearchToolDefinition]):
    """Lets an agent search the sites of a Bing Custom Search instance.

    :param connection_id: the id of the connection to the Bing resource.
    :param instance_name: the name of the instance.
    :raises TypeError: an argument is no str.
    :raises ValueError: an argument is blank.
    """

    def __init__(self, connection_id: str, instance_name: str) -> None:
        self.connection_id = text("BingCustomSearchTool", "connection_id", connection_id)
        self.instance_name = text("BingCustomSearchTool", "instance_name", instance_name)

    @property
    def definitions(self) -> list[BingCustomSearchToolDefinition]:
        """One bing_custom_search definition."""
        configuration = SearchConfiguration(connection_id=self.connection_id, instance_name=self.instance_name)
        return [
            BingCustomSearchToolDefinition(bing_custom_search=SearchConfigurationList(search_configurations=[configuration]))
        ]


class AzureAISearchTool(ServiceTool[AzureAISearchToolDefinition]):
    """Lets an agent query an index of Azure AI Search.

    :param index_connection_id: the id of the connection to the search service.
    :param index_name: the name of the index.
    :param query_type: the kind of query; None leaves it to the service.
    :param filter: an OData filter on the documents, sent also when it is empty; None sends none.
    :param top_k: the most documents that a query returns; None leaves it to the service.
    :raises TypeError: an argument has the wrong type.
    :raises ValueError: an id or a name is blank, or ``top_k`` is below 1.
    """

    def __init__(
        self,
        index_connection_id: str,
        index_name: str,
        query_type: str | AzureAISearchQueryType | None = AzureAISearchQueryType.SIMPLE,
        filter: str | None = "",
        top_k: int | None = 5,
    ) -> None:
        tool = "AzureAISearchTool"
        if top_k is not None and (isinstance(top_k, bool) or not isinstance(top_k, int)):
            raise TypeError(f"{tool}() takes top_k as a whole number of documents, not {type(top_k).__name__}")
        if top_k is not None and top_k < 1:
            raise ValueError(f"{tool}() takes top_k as a number of documents from 1 up, not {top_k}")
        self.index_list = [
            AISearchIndexResource(
                index_connection_id=text(tool, "index_connection_id", index_connection_id),
                index_name=text(tool, "index_name", index_name),
                query_type=None if query_type is None else text(tool, "query_type", query_type),
                filter=None if filter is None else any_text(tool, "filter", filter),
                top_k=top_k,
            )
        ]

    @property
    def definitions(self) -> list[AzureAISearchToolDefinition]:
        """One azure_ai_search definition."""
        return [AzureAISearchToolDefinition()]

    @property
    def resources(self) -> ToolResources:
        """The index."""
        return ToolResources(azure_ai_search=AzureAISearchResource(index_list=list(self.index_list)))
