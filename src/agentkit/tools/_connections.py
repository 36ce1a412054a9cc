"""Tools that reach another service through a connection of the project."""

from __future__ import annotations

from typing import TypeVar

from .._generated.enums import AzureAISearchQueryType
from .._generated.models.tools import (
    AISearchIndexResource,
    AzureAISearchResource,
    AzureAISearchToolDefinition,
    BingCustomSearchToolDefinition,
    BingGroundingSearchConfiguration,
    BingGroundingSearchToolParameters,
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
from ._arguments import any_text, at_least_one, text
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
        self.connection_id: str = text(type(self).__name__, "connection_id", connection_id)

    def _connections(self) -> ToolConnectionList:
        return ToolConnectionList(connection_list=[ToolConnection(connection_id=self.connection_id)])


class BingGroundingTool(ConnectionTool[BingGroundingToolDefinition]):
    """Lets an agent search the web through Bing.

    With the connection alone, the definition has the form of azure-ai-projects 1.0.0b10, a list of connections. With any of the settings of
    the search it has that of azure-ai-agents 1.1, in which those that are not given have its defaults.

    :param connection_id: the id of the connection to the Bing resource.
    :param market: the market that results are for, such as ``en-US``; empty unless given.
    :param set_lang: the language of what surrounds the results, such as ``en``; empty unless given.
    :param count: the most results of a search; 5 unless given.
    :param freshness: the age of results, such as ``Day``, ``Week`` or a range of dates; empty unless given.
    :raises TypeError: an argument has the wrong type.
    :raises ValueError: the id is blank, or ``count`` is below 1.
    """

    def __init__(
        self,
        connection_id: str,
        market: str | None = None,
        set_lang: str | None = None,
        count: int | None = None,
        freshness: str | None = None,
    ) -> None:
        super().__init__(connection_id)
        texts = {"market": market, "set_lang": set_lang, "freshness": freshness}
        self._search: BingGroundingSearchConfiguration | None = None
        if count is not None or any(value is not None for value in texts.values()):
            tool = "BingGroundingTool"
            self._search = BingGroundingSearchConfiguration(
                connection_id=self.connection_id,
                count=5 if count is None else at_least_one(tool, "count", count, "results"),
                **{name: "" if value is None else any_text(tool, name, value) for name, value in texts.items()},
            )

    @property
    def definitions(self) -> list[BingGroundingToolDefinition]:
        """One bing_grounding definition."""
        if self._search is None:
            return [BingGroundingToolDefinition(bing_grounding=self._connections())]
        return [
            BingGroundingToolDefinition(
                bing_grounding=BingGroundingSearchToolParameters(search_configurations=[self._search.model_copy()])
            )
        ]


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
        self.connection_id: str = text("BingCustomSearchTool", "connection_id", connection_id)
        self.instance_name: str = text("BingCustomSearchTool", "instance_name", instance_name)

    @property
    def definitions(self) -> list[BingCustomSearchToolDefinition]:
        """One bing_custom_search definition."""
        configuration = SearchConfiguration(connection_id=self.connection_id, instance_name=self.instance_name)
        return [
            BingCustomSearchToolDefinition(bing_custom_search=SearchConfigurationList(search_configurations=[configuration]))
        ]


class AzureAISearchTool(ServiceTool[AzureAISearchToolDefinition]):
    """Lets an agent query an index of Azure AI Search.

    It is made with its index, or with no argument at all, and then given one by :meth:`add_index`.

    :param index_connection_id: the id of the connection to the search service; needed unless ``index_asset_id`` tells the index.
    :param index_name: the name of the index; needed unless ``index_asset_id`` tells the index.
    :param query_type: the kind of query; None leaves it to the service.
    :param filter: an OData filter on the documents, sent also when it is empty; None sends none.
    :param top_k: the most documents that a query returns; None leaves it to the service.
    :param index_asset_id: the id of the index as an asset of the project, sent also when it is empty; None sends none. Services of version v1
        know it.
    :raises TypeError: an argument has the wrong type.
    :raises ValueError: an id or a name is blank, or ``top_k`` is below 1.
    """

    def __init__(
        self,
        index_connection_id: str | None = None,
        index_name: str | None = None,
        query_type: str | AzureAISearchQueryType | None = AzureAISearchQueryType.SIMPLE,
        filter: str | None = "",
        top_k: int | None = 5,
        index_asset_id: str | None = None,
    ) -> None:
        tool = "AzureAISearchTool"
        self.index_list: list[AISearchIndexResource] = []
        if index_connection_id is index_name is index_asset_id is None:
            return
        # An asset tells the index by itself; what is said of it beside that goes along.
        named = {"index_connection_id": index_connection_id, "index_name": index_name}
        needed = {name: value for name, value in named.items() if not index_asset_id or value is not None}
        check = any_text if index_asset_id else text
        self.index_list = [
            AISearchIndexResource(
                **{name: check(tool, name, value) for name, value in needed.items()},
                query_type=None if query_type is None else text(tool, "query_type", query_type),
                filter=None if filter is None else any_text(tool, "filter", filter),
                top_k=None if top_k is None else at_least_one(tool, "top_k", top_k, "documents"),
                index_asset_id=None if index_asset_id is None else any_text(tool, "index_asset_id", index_asset_id),
            )
        ]

    def add_index(self, index: str, index_name: str) -> None:
        """Add an index, as scripts for the first betas of azure-ai-projects do.

        :param index: the id of the connection to the search service.
        :param index_name: the name of the index.
        :raises TypeError: an argument has the wrong type.
        :raises ValueError: the id or the name is blank.
        """
        added = AISearchIndexResource(
            index_connection_id=text("add_index", "index", index), index_name=text("add_index", "index_name", index_name)
        )
        self.index_list.append(added)

    @property
    def definitions(self) -> list[AzureAISearchToolDefinition]:
        """One azure_ai_search definition."""
        return [AzureAISearchToolDefinition()]

    @property
    def resources(self) -> ToolResources:
        """The index.

        :raises ValueError: there is none yet.
        """
        if not self.index_list:
            raise ValueError("AzureAISearchTool() was given no index: name its connection and its name, or call add_index()")
        return ToolResources(azure_ai_search=AzureAISearchResource(index_list=list(self.index_list)))
