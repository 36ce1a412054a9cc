"""The tools that a service runs through connections, other agents, HTTP APIs and Azure functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentkit.models import (
    Agent,
    AzureAISearchQueryType,
    AzureFunctionStorageQueue,
    BingGroundingSearchToolParameters,
    OpenApiAnonymousAuthDetails,
    OpenApiAuthDetails,
    OpenApiConnectionAuthDetails,
    OpenApiConnectionSecurityScheme,
    OpenApiManagedAuthDetails,
    OpenApiManagedSecurityScheme,
    ToolResources,
)
from agentkit.tools import (
    AzureAISearchTool,
    AzureFunctionTool,
    BingCustomSearchTool,
    BingGroundingTool,
    ConnectedAgentTool,
    FabricTool,
    OpenApiTool,
    SharepointTool,
    Tool,
    ToolSet,
)

CONNECTION = "/subscriptions/s/resourceGroups/g/providers/p/connections/c"
SPEC = {"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {}}
ANONYMOUS = OpenApiAnonymousAuthDetails()
BY_CONNECTION = OpenApiConnectionAuthDetails(security_scheme=OpenApiConnectionSecurityScheme(connection_id=CONNECTION))
MANAGED = OpenApiManagedAuthDetails(security_scheme=OpenApiManagedSecurityScheme(audience="https://a"))
QUEUE = AzureFunctionStorageQueue(storage_service_endpoint="https://a.queue.core.windows.net", queue_name="in")


def azure_function(**changes: Any) -> AzureFunctionTool:
    arguments = {
        "name": "foo",
        "description": "Foos.",
        "parameters": {"type": "object", "properties": {}},
        "input_queue": QUEUE,
        "output_queue": QUEUE,
    }
    return AzureFunctionTool(**{**arguments, **changes})


TOOLS: list[tuple[Tool[Any], list[dict[str, Any]]]] = [
    (
        BingGroundingTool(connection_id=CONNECTION),
        [{"type": "bing_grounding", "bing_grounding": {"connections": [{"connection_id": CONNECTION}]}}],
    ),
    (
        SharepointTool(CONNECTION),
        [{"type": "sharepoint_grounding", "sharepoint_grounding": {"connections": [{"connection_id": CONNECTION}]}}],
    ),
    (
        FabricTool(CONNECTION),
        [{"type": "fabric_dataagent", "fabric_dataagent": {"connections": [{"connection_id": CONNECTION}]}}],
    ),
    (
        BingCustomSearchTool(connection_id=CONNECTION, instance_name="i"),
        [
            {
                "type": "bing_custom_search",
                "bing_custom_search": {"search_configurations": [{"connection_id": CONNECTION, "instance_name": "i"}]},
            }
        ],
    ),
    (AzureAISearchTool(CONNECTION, "i"), [{"type": "azure_ai_search"}]),
    (
        ConnectedAgentTool(id="asst_1", name="stocks", description="Knows stock prices."),
        [
            {
                "type": "connected_agent",
                "connected_agent": {"id": "asst_1", "name": "stocks", "description": "Knows stock prices."},
            }
        ],
    ),
    (
        OpenApiTool(name="a", description="An API.", spec=SPEC, auth=ANONYMOUS),
        [
            {
                "type": "openapi",
                "openapi": {
                    "name": "a",
                    "description": "An API.",
                    "spec": SPEC,
                    "auth": {"type": "anonymous"},
                    "default_params": [],
                },
            }
        ],
    ),
    (
        azure_function(),
        [
            {
                "type": "azure_function",
                "azure_function": {
                    "function": {
                        "name": "foo",
                        "description": "Foos.",
                        "parameters": {"type": "object", "properties": {}},
                    },
                    "input_binding": {
                        "type": "storage_queue",
                        "storage_queue": {"queue_service_endpoint": "https://a.queue.core.windows.net", "queue_name": "in"},
                    },
                    "output_binding": {
                        "type": "storage_queue",
                        "storage_queue": {"queue_service_endpoint": "https://a.queue.core.windows.net", "queue_name": "in"},
                    },
                },
            }
        ],
    ),
]


@pytest.mark.parametrize(("tool", "definitions"), TOOLS, ids=[type(row[0]).__name__ for row in TOOLS])
def test_a_tool_sends_its_definition(tool: Tool[Any], definitions: list[dict[str, Any]]) -> None:
    assert tool.definitions == definitions
    assert type(tool.resources) is ToolResources
    if not isinstance(tool, AzureAISearchTool):
        assert tool.resources == {}
    assert tool.execute(object()) is None
    tools = ToolSet()
    tools.add(tool)
    assert Agent(tools=tools.definitions)["tools"] == definitions


def test_an_index_is_sent_with_its_defaults() -> None:
    index = {"index_connection_id": CONNECTION, "index_name": "i"}
    assert AzureAISearchTool(CONNECTION, "i").resources == {
        "azure_ai_search": {"indexes": [{**index, "query_type": "simple", "filter": "", "top_k": 5}]}
    }
    tool = AzureAISearchTool(CONNECTION, "i", AzureAISearchQueryType.VECTOR, "a eq 1", 3)
    assert tool.resources == {
        "azure_ai_search": {"indexes": [{**index, "query_type": "vector", "filter": "a eq 1", "top_k": 3}]}
    }
    assert AzureAISearchTool(CONNECTION, "i", query_type="new kind").index_list[0].query_type == "new kind"
    nothing = AzureAISearchTool(CONNECTION, "i", query_type=None, filter=None, top_k=None)
    assert nothing.resources == {"azure_ai_search": {"indexes": [index]}}


def test_an_index_is_added_as_in_the_first_betas() -> None:
    tool = AzureAISearchTool()
    assert tool.definitions == [{"type": "azure_ai_search"}]
    with pytest.raises(ValueError, match=r"was given no index: .* call add_index\(\)"):
        _ = tool.resources
    tool.add_index(CONNECTION, "i")
    assert tool.resources == {"azure_ai_search": {"indexes": [{"index_connection_id": CONNECTION, "index_name": "i"}]}}
    with pytest.raises(ValueError, match=r"add_index\(\) needs index"):
        tool.add_index("", "i")


def test_an_index_can_be_told_by_its_asset() -> None:
    plain = {"query_type": "simple", "filter": "", "top_k": 5}
    index = {"index_connection_id": CONNECTION, "index_name": "i", **plain}
    tools = {
        AzureAISearchTool(CONNECTION, "i", AzureAISearchQueryType.SIMPLE, "", 5, "asset"): {**index, "index_asset_id": "asset"},
        AzureAISearchTool(index_asset_id="asset"): {**plain, "index_asset_id": "asset"},
        AzureAISearchTool("", "", index_asset_id="asset"): {
            **plain,
            "index_connection_id": "",
            "index_name": "",
            "index_asset_id": "asset",
        },
        AzureAISearchTool(CONNECTION, "i", index_asset_id=""): {**index, "index_asset_id": ""},
    }
    for tool, sent in tools.items():
        assert tool.resources == {"azure_ai_search": {"indexes": [sent]}}


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({"market": "en-US"}, {"market": "en-US"}),
        ({"set_lang": "en", "count": 3}, {"set_lang": "en", "count": 3}),
        ({"freshness": "Day"}, {"freshness": "Day"}),
        ({"market": ""}, {}),
        ({"market": "de-DE", "set_lang": "de", "count": 1, "freshness": "Week"},) * 2,
    ],
)
def test_a_search_of_the_web_can_be_told_how_to_search(settings: dict[str, Any], sent: dict[str, Any]) -> None:
    defaults = {"connection_id": CONNECTION, "market": "", "set_lang": "", "count": 5, "freshness": ""}
    tool = BingGroundingTool(CONNECTION, **settings)
    assert tool.definitions == [{"type": "bing_grounding", "bing_grounding": {"search_configurations": [{**defaults, **sent}]}}]
    parameters = tool.definitions[0].bing_grounding
    assert isinstance(parameters, BingGroundingSearchToolParameters)
    parameters.search_configurations[0].market = "changed"
    assert tool.definitions == [{"type": "bing_grounding", "bing_grounding": {"search_configurations": [{**defaults, **sent}]}}]


class TestOpenApiTool:
    @pytest.mark.parametrize(
        ("auth", "sent"),
        [
            (ANONYMOUS, {"type": "anonymous"}),
            (BY_CONNECTION, {"type": "connection", "security_scheme": {"connection_id": CONNECTION}}),
            (MANAGED, {"type": "managed_identity", "security_scheme": {"audience": "https://a"}}),
            ({"type": "anonymous"}, {"type": "anonymous"}),
            (
                {"type": "managed_identity", "security_scheme": {"audience": "https://a"}},
                {"type": "managed_identity", "security_scheme": {"audience": "https://a"}},
            ),
        ],
    )
    def test_every_way_to_sign_in(self, auth: Any, sent: dict[str, Any]) -> None:
        tool = OpenApiTool("a", "A.", SPEC, auth, ["key"])
        assert tool.definitions[0].openapi.auth == sent
        assert tool.definitions[0].openapi.default_params == ["key"]
        assert isinstance(tool.definitions[0].openapi.auth, OpenApiAuthDetails)

    def test_definitions_come_and_go_in_their_order(self) -> None:
        tool = OpenApiTool("a", "A.", SPEC, MANAGED)
        tool.add_definition("b", "B.", SPEC)
        tool.add_definition(name="c", description="C.", spec=SPEC, auth=ANONYMOUS, default_parameters=["x", "x", "y"])
        assert [definition.openapi.name for definition in tool.definitions] == ["a", "b", "c"]
        assert [definition.openapi.auth.type for definition in tool.definitions] == [
            "managed_identity",
            "managed_identity",
            "anonymous",
        ]
        assert tool.definitions[2].openapi.default_params == ["x", "y"]
        tool.remove_definition("a")
        assert [definition.openapi.name for definition in tool.definitions] == ["b", "c"]

    def test_a_name_is_taken_once_and_removed_once(self) -> None:
        tool = OpenApiTool("weather", "A.", SPEC, ANONYMOUS)
        with pytest.raises(ValueError, match="has a definition 'weather' already"):
            tool.add_definition("weather", "B.", SPEC)
        with pytest.raises(ValueError, match=r"has no definition 'wether'\. Did you mean 'weather'\?"):
            tool.remove_definition("wether")
        assert len(tool.definitions) == 1


MISTAKES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: BingGroundingTool(None), TypeError, r"BingGroundingTool\(\) takes connection_id as a str, not NoneType$"),  # type: ignore[arg-type]
    (lambda: BingGroundingTool(5), TypeError, "not int"),  # type: ignore[arg-type]
    (lambda: BingGroundingTool(Agent(id="a")), TypeError, "not Agent; pass its id$"),  # type: ignore[arg-type]
    (lambda: SharepointTool(""), ValueError, r"SharepointTool\(\) needs connection_id, which is empty \(''\)"),
    (lambda: FabricTool("  "), ValueError, r"FabricTool\(\) needs connection_id, which is blank \('  '\)"),
    (lambda: BingCustomSearchTool("c", ""), ValueError, "needs instance_name"),
    (lambda: BingCustomSearchTool(None, "i"), TypeError, "takes connection_id as a str"),  # type: ignore[arg-type]
    (lambda: AzureAISearchTool("", "i"), ValueError, "needs index_connection_id"),
    (lambda: AzureAISearchTool("c", None), TypeError, "takes index_name as a str"),
    (lambda: AzureAISearchTool("c"), TypeError, "takes index_name as a str"),
    (lambda: AzureAISearchTool(5, index_asset_id="a"), TypeError, "takes index_connection_id as a str"),  # type: ignore[arg-type]
    (lambda: AzureAISearchTool("c", "i", index_asset_id=5), TypeError, "takes index_asset_id as a str"),  # type: ignore[arg-type]
    (lambda: BingGroundingTool("c", 5), TypeError, "takes market as a str"),  # type: ignore[arg-type]
    (lambda: BingGroundingTool("c", count=0), ValueError, "count as a number of results from 1 up, not 0"),
    (lambda: BingGroundingTool("c", count="5"), TypeError, "count as a whole number of results, not str"),  # type: ignore[arg-type]
    (lambda: AzureAISearchTool("c", "i", query_type=5), TypeError, "takes query_type as a str"),  # type: ignore[arg-type]
    (lambda: AzureAISearchTool("c", "i", filter=5), TypeError, "takes filter as a str"),  # type: ignore[arg-type]
    (lambda: AzureAISearchTool("c", "i", top_k=0), ValueError, "top_k as a number of documents from 1 up, not 0"),
    (lambda: AzureAISearchTool("c", "i", top_k="5"), TypeError, "top_k as a whole number of documents, not str"),  # type: ignore[arg-type]
    (lambda: AzureAISearchTool("c", "i", top_k=True), TypeError, "not bool"),
    (lambda: ConnectedAgentTool("", "n", "d"), ValueError, "needs id, which is empty"),
    (lambda: ConnectedAgentTool("i", " ", "d"), ValueError, "needs name, which is blank"),
    (lambda: ConnectedAgentTool("i", "n", None), TypeError, "takes description as a str"),  # type: ignore[arg-type]
    (lambda: OpenApiTool("", "d", SPEC, ANONYMOUS), ValueError, "needs name"),
    (lambda: OpenApiTool("n", None, SPEC, ANONYMOUS), TypeError, "takes description"),  # type: ignore[arg-type]
    (lambda: OpenApiTool("n", "d", None, ANONYMOUS), TypeError, "takes spec as a parsed OpenAPI document, not NoneType$"),
    (lambda: OpenApiTool("n", "d", "{}", ANONYMOUS), TypeError, r"not str; parse it first, as with json.loads\(\)"),
    (lambda: OpenApiTool("n", "d", {}, ANONYMOUS), ValueError, "got an empty one for 'n'"),
    (lambda: OpenApiTool("n", "d", SPEC, None), TypeError, "takes auth as OpenApiAnonymousAuthDetails.*, not NoneType"),  # type: ignore[arg-type]
    (lambda: OpenApiTool("n", "d", SPEC, "key"), TypeError, "not str"),  # type: ignore[arg-type]
    (lambda: OpenApiTool("n", "d", SPEC, OpenApiAuthDetails()), ValueError, "needs auth with a type"),
    (lambda: OpenApiTool("n", "d", SPEC, OpenApiConnectionAuthDetails()), ValueError, "security_scheme that has connection_id"),
    (lambda: OpenApiTool("n", "d", SPEC, OpenApiManagedAuthDetails()), ValueError, "security_scheme that has audience"),
    (
        lambda: OpenApiTool("n", "d", SPEC, ANONYMOUS, "p"),  # type: ignore[arg-type]
        TypeError,
        r"default_parameters as a list of names, not one text; write \['p'\]",
    ),
    (lambda: OpenApiTool("n", "d", SPEC, ANONYMOUS, 5), TypeError, "default_parameters as a list of names, not int"),  # type: ignore[arg-type]
    (lambda: azure_function(name=""), ValueError, "needs name"),
    (lambda: azure_function(description=5), TypeError, "takes description"),
    (lambda: azure_function(parameters="{}"), TypeError, "takes parameters as a JSON schema, not str; parse it first"),
    (lambda: azure_function(input_queue=None), TypeError, "takes input_queue as AzureFunctionStorageQueue, not NoneType"),
    (
        lambda: azure_function(output_queue={"queue_name": "q"}),
        TypeError,
        "takes output_queue.storage_service_endpoint as a str",
    ),
    (
        lambda: azure_function(output_queue=AzureFunctionStorageQueue(storage_service_endpoint="e", queue_name="")),
        ValueError,
        "needs output_queue.queue_name",
    ),
]


@pytest.mark.parametrize(("make", "kind", "text"), MISTAKES, ids=[row[2][:40] for row in MISTAKES])
def test_a_mistake_is_told_where_it_is_made(make: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        make()
