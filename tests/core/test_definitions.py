"""What becomes of a definition before it is sent: sizes, spellings, tools; and who may be meant by a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agentkit._core.agent_hints import agent_hint, deployment_hint
from agentkit._core.agent_tools import wire_tools
from agentkit._core.definitions import HOSTED_FEATURES, Prepared, agent_of, check_has_named_agents, prepared
from agentkit._core.endpoint import from_url, hub_project
from agentkit._generated import requests
from agentkit.models import (
    AgentProtocol,
    AzureAISearchTool,
    BingGroundingTool,
    CodeInterpreterTool,
    ContainerConfiguration,
    FileSearchTool,
    FunctionTool,
    HostedAgentDefinition,
    ImageBasedHostedAgentDefinition,
    PromptAgentDefinition,
    ProtocolVersionRecord,
    ToolSet,
)

NO_SIZES: list[Any] = ["2GB", "2 GB", "2gi", "2G", "two", "-1", "", "2", "0Gi", "0", 2, []]
PROTOCOLS = [{"protocol": "responses", "version": "v1"}]
HOSTED: Mapping[str, Any] = {"kind": "hosted", "container_protocol_versions": PROTOCOLS, "image": "registry.example/a:1"}


def made(definition: Any) -> Prepared:
    return prepared(requests.create_agent_version("an-agent", definition=definition), ())


def sent(definition: Any) -> dict[str, Any]:
    wire: dict[str, Any] = made(definition).request.body["definition"]
    return wire


class TestSizes:
    @pytest.mark.parametrize("cpu", ["0.5", "1", "2", "4", "4.0", "500m", "1500m"])
    def test_a_number_of_cores_goes_out_as_it_is(self, cpu: str) -> None:
        assert (sent({**HOSTED, "cpu": cpu})["cpu"], made({**HOSTED, "cpu": cpu}).warnings) == (cpu, ())

    @pytest.mark.parametrize(("cpu", "text"), [(1, "1"), (0.5, "0.5"), (2.0, "2")])
    def test_a_number_is_written_as_text(self, cpu: float, text: str) -> None:
        assert sent({**HOSTED, "cpu": cpu})["cpu"] == text

    @pytest.mark.parametrize("cpu", ["two", "", "-1", "1 core", "0", "0.0", "0m", 0, -1, True, "1,5", "½", [], "1\n"])
    def test_what_is_no_number_of_cores_is_refused(self, cpu: Any) -> None:
        with pytest.raises(
            ValueError, match=r"^create_version\(\), definition of 'an-agent': cpu=.* write '1', '0\.5' or '500m'"
        ):
            made({**HOSTED, "cpu": cpu})

    @pytest.mark.parametrize("memory", ["1Gi", "2Gi", "8Gi", "1.5Gi", "2048Mi"])
    def test_a_size_goes_out_as_it_is(self, memory: str) -> None:
        assert (sent({**HOSTED, "memory": memory})["memory"], made({**HOSTED, "memory": memory}).warnings) == (memory, ())

    @pytest.mark.parametrize(
        ("memory", "meant"),
        [
            *((wrong, "2Gi") for wrong in NO_SIZES),
            ("512MB", "512Mi"),
            ("1.5GB", "1.5Gi"),
        ],
    )
    def test_what_is_no_size_is_refused_with_what_was_meant(self, memory: Any, meant: str) -> None:
        with pytest.raises(ValueError, match=rf"^create_version\(\), definition of 'an-agent': memory=.*'{meant}'"):
            made({**HOSTED, "memory": memory})

    @pytest.mark.parametrize(
        ("size", "told"),
        [
            ({"cpu": "0.25"}, "cpu='0.25' is out of the range of hosted agents, 0.5 to 4:"),
            ({"cpu": "4.5"}, "cpu='4.5'"),
            ({"cpu": "400m"}, "cpu='400m'"),
            ({"memory": "512Mi"}, "memory='512Mi' is out of the range of hosted agents, 1Gi to 8Gi:"),
            ({"memory": "16Gi"}, "memory='16Gi'"),
            ({"memory": "1Ti"}, "memory='1Ti'"),
        ],
    )
    def test_a_size_out_of_the_range_is_sent_with_a_warning(self, size: dict[str, str], told: str) -> None:
        (warning,) = made({**HOSTED, **size}).warnings
        assert warning.startswith(f"create_version(), definition of 'an-agent': {told}")
        assert sent({**HOSTED, **size}).items() >= size.items()

    def test_what_is_left_out_is_left_to_the_service(self) -> None:
        assert sent(HOSTED) == HOSTED
        assert sent({**HOSTED, "cpu": None, "memory": None}).keys() == {*HOSTED, "cpu", "memory"}

    def test_sizes_are_those_of_hosted_agents_alone(self) -> None:
        assert sent({"kind": "prompt", "model": "m", "cpu": "two"})["cpu"] == "two"


class TestSpellings:
    RECORD = ProtocolVersionRecord(protocol=AgentProtocol.RESPONSES, version="v1")

    @pytest.mark.parametrize("kind", [HostedAgentDefinition, ImageBasedHostedAgentDefinition])
    def test_either_spelling_goes_out_in_the_earlier_one(self, kind: type[HostedAgentDefinition]) -> None:
        earlier = kind(container_protocol_versions=[self.RECORD], image="r/a:1", cpu="1", memory="2Gi")
        later = kind(
            protocol_versions=[self.RECORD],
            container_configuration=ContainerConfiguration(image="r/a:1"),
            cpu="1",
            memory="2Gi",
        )
        assert sent(earlier) == sent(later) == sent(later.as_dict())
        assert sent(earlier) == {
            "kind": "hosted",
            "container_protocol_versions": PROTOCOLS,
            "image": "r/a:1",
            "cpu": "1",
            "memory": "2Gi",
        }

    def test_what_only_the_later_one_says_goes_along(self) -> None:
        container = {"image": "r/a:1", "registry_connection_id": "c"}
        definition = {"kind": "hosted", "protocol_versions": PROTOCOLS, "container_configuration": container}
        assert sent(definition) == {
            "kind": "hosted",
            "container_protocol_versions": PROTOCOLS,
            "image": "r/a:1",
            "container_configuration": container,
        }

    def test_both_spellings_of_the_same_are_no_contradiction(self) -> None:
        assert sent({**HOSTED, "protocol_versions": PROTOCOLS, "container_configuration": {"image": HOSTED["image"]}}) == HOSTED

    @pytest.mark.parametrize(
        ("more", "told"),
        [
            ({"protocol_versions": [{"protocol": "responses", "version": "v2"}]}, "two names for the same"),
            ({"container_configuration": {"image": "r/other:1"}}, "two images"),
        ],
    )
    def test_a_contradiction_is_refused(self, more: dict[str, Any], told: str) -> None:
        with pytest.raises(ValueError, match=rf"^create_version\(\), definition of 'an-agent': .*{told}"):
            made({**HOSTED, **more})

    def test_the_given_definition_stays_as_it_was(self) -> None:
        definition = {"kind": "hosted", "protocol_versions": PROTOCOLS, "container_configuration": {"image": "r/a:1"}}
        before = repr(definition)
        made(definition)
        assert repr(definition) == before

    def test_what_is_given_in_one_spelling_is_read_in_both(self) -> None:
        later = HostedAgentDefinition(
            protocol_versions=[self.RECORD],
            container_configuration=ContainerConfiguration(image="r/a:1"),
        )
        assert later.container_protocol_versions == later.protocol_versions == [self.RECORD]
        assert later.image == "r/a:1"
        later.image = "r/b:1"
        assert later == {
            "kind": "hosted",
            "protocol_versions": PROTOCOLS,
            "image": "r/b:1",
            "container_configuration": {"image": "r/b:1"},
        }
        earlier = HostedAgentDefinition(container_protocol_versions=[self.RECORD], image="r/a:1")
        assert earlier.protocol_versions is not None
        earlier.protocol_versions.append(ProtocolVersionRecord(protocol="mcp", version="1"))
        assert earlier["container_protocol_versions"] == [*PROTOCOLS, {"protocol": "mcp", "version": "1"}]
        assert (HostedAgentDefinition().image, HostedAgentDefinition().protocol_versions) == (None, None)


class TestTools:
    def test_mappings_and_models_go_out_as_they_are(self) -> None:
        tools = [{"type": "code_interpreter"}, {"type": "mcp", "server_label": "l", "server_url": "https://tools.example"}]
        definition = ImageBasedHostedAgentDefinition(tools=tools)  # type: ignore[arg-type]
        assert sent(definition)["tools"] == tools
        assert sent({**HOSTED, "tools": tools})["tools"] == tools
        assert sent({**HOSTED, "tools": []})["tools"] == []

    def test_tools_of_classic_agents_take_the_form_of_here(self) -> None:
        def add(a: int, b: int) -> int:
            """Add two numbers.

            :param a: one.
            :param b: another.
            """
            return a + b

        tools = ToolSet()
        tools.add(FunctionTool({add}))
        tools.add(FileSearchTool(vector_store_ids=["vs_1"]))
        tools.add(CodeInterpreterTool(file_ids=["file_1"]))
        found = sent(PromptAgentDefinition(model="m", tools=tools))["tools"]  # type: ignore[arg-type]
        function = next(tool for tool in found if tool["type"] == "function")
        assert function["name"] == "add"
        assert (function["strict"], set(function)) == (False, {"type", "name", "description", "parameters", "strict"})
        assert {"type": "file_search", "vector_store_ids": ["vs_1"]} in found
        assert {"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["file_1"]}} in found
        assert sent(PromptAgentDefinition(model="m", tools=FunctionTool({add}).definitions))["tools"] == [function]  # type: ignore[arg-type]
        assert wire_tools([tools, {"type": "local_shell"}]) == [*found, {"type": "local_shell"}]

    def test_connections_are_called_as_they_are_called_here(self) -> None:
        search = AzureAISearchTool(index_connection_id="c", index_name="i")
        assert wire_tools([search, BingGroundingTool(connection_id="b")]) == [
            {
                "type": "azure_ai_search",
                "azure_ai_search": {"indexes": [{"project_connection_id": "c", **_rest(search)}]},
            },
            {"type": "bing_grounding", "bing_grounding": {"search_configurations": [{"project_connection_id": "b"}]}},
        ]
        connections = {"connections": [{"connection_id": "x"}]}
        assert wire_tools([{"type": "sharepoint_grounding", "sharepoint_grounding": connections}]) == [
            {
                "type": "sharepoint_grounding_preview",
                "sharepoint_grounding_preview": {"project_connections": [{"project_connection_id": "x"}]},
            }
        ]

    @pytest.mark.parametrize("tools", ["code_interpreter", 7, {"type": "code_interpreter"}])
    def test_what_is_no_list_of_tools_is_left_to_the_service(self, tools: Any) -> None:
        assert wire_tools(tools) == tools


def _rest(search: AzureAISearchTool) -> dict[str, Any]:
    (index,) = search.resources["azure_ai_search"]["indexes"]
    return {name: value for name, value in index.items() if name != "index_connection_id"}


class TestNames:
    @pytest.mark.parametrize(
        ("request_", "name"),
        [
            (requests.get_versioned_agent("my agent"), "my agent"),
            (requests.get_agent_version("a", version="1"), "a"),
            (requests.create_versioned_agent(name="a", definition=HOSTED), "a"),
            (requests.create_versioned_agent({"name": "a", "definition": HOSTED}), "a"),
            (requests.list_versioned_agents(), None),
            (requests.create_versioned_agent_from_manifest(name="a", manifest_id="m", parameter_values={}), "a"),
        ],
    )
    def test_the_agent_of_a_request_is_known(self, request_: Any, name: str | None) -> None:
        assert agent_of(request_) == name

    def test_the_feature_is_named_for_hosted_agents_and_no_others(self) -> None:
        assert made(HOSTED).request.headers == HOSTED_FEATURES == {"Foundry-Features": "HostedAgents=V1Preview"}
        assert made({"kind": "prompt", "model": "m"}).request.headers == {}
        assert prepared(requests.get_versioned_agent("a"), {"a"}).request.headers == HOSTED_FEATURES
        assert prepared(requests.get_versioned_agent("b"), {"a"}).request.headers == {}
        assert prepared(requests.list_versioned_agents(kind="hosted"), ()).request.headers == HOSTED_FEATURES
        assert prepared(requests.list_versioned_agents(kind="prompt"), ()).request.headers == {}

    @pytest.mark.parametrize(
        ("request_", "told"),
        [
            (requests.get_versioned_agent("asst_1"), "call get_agent('asst_1')"),
            (requests.update_versioned_agent("asst_1", definition=HOSTED), "call update_agent('asst_1')"),
            (requests.delete_versioned_agent("asst_1"), "call delete_agent('asst_1')"),
            (requests.list_agent_versions("asst_1"), "classic agents have no versions"),
            (requests.create_agent_version("asst_1", definition=HOSTED), "update_agent() changes it"),
        ],
    )
    def test_the_id_of_a_classic_agent_is_no_name(self, request_: Any, told: str) -> None:
        with pytest.raises(ValueError, match="'asst_1' is the id of a classic one") as caught:
            prepared(request_, ())
        assert told in str(caught.value)

    @pytest.mark.parametrize("definition", ["hosted", 7, [HOSTED]])
    def test_what_is_no_definition_is_refused(self, definition: Any) -> None:
        with pytest.raises(TypeError, match="takes as definition a model such as HostedAgentDefinition"):
            made(definition)

    @pytest.mark.parametrize("definition", [{}, {"kind": None}, {"image": "a"}])
    def test_a_definition_says_its_kind(self, definition: Any) -> None:
        with pytest.raises(ValueError, match="without a kind"):
            made(definition)


FOUNDRY = "https://r.services.ai.azure.com/api/projects/p"


@pytest.mark.parametrize("url", [FOUNDRY, "http://127.0.0.1:8080", "http://127.0.0.1:8080/api/projects/p"])
def test_projects_and_local_services_have_agents_with_names(url: str) -> None:
    check_has_named_agents("create_version", from_url(url))


@pytest.mark.parametrize(
    "endpoint",
    [
        hub_project("https://eastus.api.azureml.ms", "s", "g", "p"),
        from_url("https://r.openai.azure.com"),
        from_url("http://127.0.0.1:8080/openai"),
    ],
)
def test_other_kinds_say_where_they_are(endpoint: Any) -> None:
    with pytest.raises(ValueError, match=r"https://<resource>\.services\.ai\.azure\.com/api/projects/<project>") as caught:
        check_has_named_agents("create_version", endpoint)
    assert endpoint.where() in str(caught.value)


LOCAL = from_url("http://127.0.0.1:8080")


def hint(operation: str, target: str, status: int, code: str | None, said: str = "", endpoint: Any = LOCAL) -> str:
    return agent_hint(operation, target, status, code, said, endpoint)


CODES = {
    "ImagePullBackOff": "AcrPull",
    "InvalidContainerImage": "REGISTRY/PATH:TAG",
    "CapabilityHostNotFound": "enablePublicHostingEnvironment=true",
    "ProtocolVersionNotSupported": 'version="v1"',
}


@pytest.mark.parametrize(("code", "step"), CODES.items())
def test_a_failed_deployment_says_what_to_do(code: str, step: str) -> None:
    assert step in deployment_hint(code)
    assert deployment_hint("BadRequest", f"The deployment failed: {code}.") == deployment_hint(code)
    assert hint("create_version", "/agents/a/versions", 400, code) == deployment_hint(code)


def test_other_failures_have_no_hint_of_these() -> None:
    assert deployment_hint(None) == deployment_hint("BadRequest", "no") == ""
    assert hint("get_agent", "/assistants/my-agent", 500, None, "") == ""
    assert hint("get_agent", "/assistants/asst_1", 404, None, "No assistant found with id 'asst_1'.") == ""
    assert hint("get_thread", "/threads/my-agent", 404, None, "No thread found.") == ""


@pytest.mark.parametrize(("operation", "named"), [("get_agent", "get"), ("update_agent", "update"), ("delete_agent", "delete")])
def test_a_name_is_no_id_of_a_classic_agent(operation: str, named: str) -> None:
    assert f"call {named}('my-agent')" in hint(operation, "/assistants/my-agent", 404, "NotFound", "")


def test_a_service_without_names_is_not_asked_for_them() -> None:
    openai = from_url("https://r.openai.azure.com")
    assert hint("get_agent", "/assistants/my-agent", 404, "NotFound", "", openai) == ""


def test_a_run_is_not_of_an_agent_with_a_name() -> None:
    told = hint("create_run", "/threads/t/runs", 400, None, "No assistant found with id 'my-agent'.")
    assert "get_openai_client().responses" in told
