from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentkit._core.endpoint import (
    LOCAL_KEY_VARIABLE,
    Endpoint,
    EndpointKind,
    from_url,
    hub_project,
    require_secure,
)

HUB, FOUNDRY, OPENAI, LOCAL = (
    EndpointKind.HUB_PROJECT,
    EndpointKind.FOUNDRY_PROJECT,
    EndpointKind.AZURE_OPENAI,
    EndpointKind.LOCAL,
)
HUB_PATH = "/agents/v1.0/subscriptions/sub/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/proj"
FOUNDRY_SCOPE = "https://ai.azure.com/.default"
OPENAI_SCOPE = "https://cognitiveservices.azure.com/.default"
HUB_SCOPE = "https://ml.azure.com/.default"

API_VERSIONS = {HUB: "2024-12-01-preview", FOUNDRY: "v1", OPENAI: "2024-05-01-preview", LOCAL: "v1"}
RES = "https://res.services.ai.azure"
AZURE = "https://cognitiveservices.azure"
HUB_HOST = "https://eastus.api.azureml.ms"
GOV_HOST = "https://usgovvirginia.api.ml.azure.us"

# url, kind, base URL, scope
URLS: list[tuple[str, EndpointKind, str, str | None]] = [
    (f"{RES}.com/api/projects/p", FOUNDRY, f"{RES}.com/api/projects/p", FOUNDRY_SCOPE),
    ("  https://RES.Services.AI.Azure.com/api/Projects/My-P//\n", FOUNDRY, f"{RES}.com/api/projects/My-P", FOUNDRY_SCOPE),
    (f"{RES}.com:443/api/projects/a%20b", FOUNDRY, f"{RES}.com/api/projects/a%20b", FOUNDRY_SCOPE),
    (f"{RES}.us/api/projects/p", FOUNDRY, f"{RES}.us/api/projects/p", "https://ai.azure.us/.default"),
    (f"{RES}.cn/api/projects/p", FOUNDRY, f"{RES}.cn/api/projects/p", "https://ai.azure.cn/.default"),
    ("https://res.openai.azure.com", OPENAI, "https://res.openai.azure.com/openai", OPENAI_SCOPE),
    ("https://res.openai.azure.com/", OPENAI, "https://res.openai.azure.com/openai", OPENAI_SCOPE),
    ("HTTPS://res.openai.azure.com/openai/", OPENAI, "https://res.openai.azure.com/openai", OPENAI_SCOPE),
    ("https://a.cognitiveservices.azure.com/", OPENAI, "https://a.cognitiveservices.azure.com/openai", OPENAI_SCOPE),
    ("https://res.openai.azure.us", OPENAI, "https://res.openai.azure.us/openai", f"{AZURE}.us/.default"),
    ("https://res.openai.azure.cn", OPENAI, "https://res.openai.azure.cn/openai", f"{AZURE}.cn/.default"),
    (HUB_HOST + HUB_PATH, HUB, HUB_HOST + HUB_PATH, HUB_SCOPE),
    (GOV_HOST + HUB_PATH.replace("agents", "AGENTS"), HUB, GOV_HOST + HUB_PATH, "https://ml.azure.us/.default"),
    ("http://127.0.0.1:8000", LOCAL, "http://127.0.0.1:8000/api/projects/local", None),
    ("http://127.0.0.1:8000/", LOCAL, "http://127.0.0.1:8000/api/projects/local", None),
    ("http://LOCALHOST", LOCAL, "http://localhost/api/projects/local", None),
    ("http://localhost:80", LOCAL, "http://localhost/api/projects/local", None),
    ("https://localhost:8443", LOCAL, "https://localhost:8443/api/projects/local", None),
    ("http://[::1]:9", LOCAL, "http://[::1]:9/api/projects/local", None),
    ("http://127.9.9.9:1/api/projects/p", FOUNDRY, "http://127.9.9.9:1/api/projects/p", FOUNDRY_SCOPE),
    ("http://localhost:1/openai", OPENAI, "http://localhost:1/openai", OPENAI_SCOPE),
    ("http://127.0.0.1:1" + HUB_PATH, HUB, "http://127.0.0.1:1" + HUB_PATH, HUB_SCOPE),
]


@pytest.mark.parametrize(("url", "kind", "base_url", "scope"), URLS)
def test_a_url_tells_its_kind(url: str, kind: EndpointKind, base_url: str, scope: str | None) -> None:
    endpoint = from_url(url)
    assert (endpoint.kind, endpoint.base_url, endpoint.scope) == (kind, base_url, scope)
    assert endpoint.api_version == API_VERSIONS[kind]
    assert endpoint.key_header == "api-key"
    assert base_url.startswith(endpoint.origin + "/")
    assert endpoint.loopback is (scope is None or "127." in url or "localhost" in url)
    require_secure(endpoint)


def test_the_names_in_a_url_are_kept() -> None:
    hub = from_url("https://eastus.api.azureml.ms" + HUB_PATH)
    assert (hub.subscription_id, hub.resource_group_name, hub.project_name) == ("sub", "rg", "proj")
    foundry = from_url("https://res.services.ai.azure.com/api/projects/a%20b")
    assert (foundry.subscription_id, foundry.resource_group_name, foundry.project_name) == (None, None, "a b")


KNOWN = "https://<resource>.services.ai.azure.com/api/projects/<project>"
CONNECTION = "AIProjectClient.from_connection_string(conn_str, credential)"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (None, ["endpoint is missing", KNOWN]),
        ("", ["endpoint is empty", KNOWN]),
        ("  \n", ["endpoint is empty"]),
        ('"https://res.openai.azure.com"', ["quotation marks"]),
        ("'https://res.openai.azure.com", ["quotation marks"]),
        ("“https://res.openai.azure.com”", ["quotation marks"]),
        ("PROJECT_ENDPOINT=https://res.openai.azure.com", ["starts with NAME=", "give the value alone"]),
        ("https://<resource>.openai.azure.com", ["placeholder"]),
        ("https://res.openai.azure.com/\nfoo", ["line break"]),
        ("https://res.openai.azure.com/a b", ["blank"]),
        ("https://res.openai.azure.com\\x", ["malformed"]),
        ("res.openai.azure.com", ["no scheme", "https://"]),
        ("localhost:8000", ["no scheme", "http:// for a loopback host"]),
        ("ftp://res.openai.azure.com", ["scheme 'ftp'"]),
        ("https://", ["malformed"]),
        ("https:///api/projects/p", ["malformed"]),
        ("https://a..b", ["malformed"]),
        ("https://-a.services.ai.azure.com/api/projects/p", ["malformed"]),
        ("https://res.openai.azure.com:99999", ["malformed", "port"]),
        ("https://res.openai.azure.com:port", ["malformed", "port"]),
        ("https://[::1", ["malformed"]),
        ("https://[fe80::1%25eth0]/", ["malformed"]),
        ("http://res.openai.azure.com", ["http://res.openai.azure.com is not secure", "write it with https://"]),
        ("http://0.0.0.0:8000", ["is not secure", "127.0.0.1"]),
        ("http://127.0.0.1.example.com", ["is not secure"]),
        ("https://res.openai.azure.com/?api-version=v1", ["query or a fragment", "api_version="]),
        ("https://res.openai.azure.com/#top", ["query or a fragment"]),
        ("eastus.api.azureml.ms;sub;rg;proj", ["';'", CONNECTION, "PROJECT_CONNECTION_STRING"]),
        ("https://eastus.api.azureml.ms", ["host of a hub project", CONNECTION]),
        ("https://res.services.ai.azure.com", [KNOWN, "overview page"]),
        ("https://res.services.ai.azure.com/models", [KNOWN]),
        ("https://res.services.ai.azure.com/openai", [KNOWN]),
        ("https://res.services.ai.azure.com/api/projects", [KNOWN]),
        ("https://res.services.ai.azure.com/api/projects/p/assistants", [KNOWN]),
        ("https://res.services.ai.azure.com/api/projects/..", ["project_name in endpoint", "'..'"]),
        ("https://res.services.ai.azure.com/api/projects/a%2Fb", ["project_name in endpoint", "'/'"]),
        ("https://res.openai.azure.com/openai/v1", ["https://<resource>.openai.azure.com", "'Keys and Endpoint'"]),
        ("https://res.openai.azure.com/openai/deployments/gpt-4o", ["https://<resource>.openai.azure.com"]),
        (
            "https://api.openai.com/v1",
            ["no known kind", KNOWN, "http://127.0.0.1:<port>", "https://<resource>.openai.azure.com"],
        ),
        ("https://services.ai.azure.com/api/projects/p", ["no known kind"]),
        ("https://res.services.ai.azure.com.evil.example/api/projects/p", ["no known kind"]),
        ("http://127.0.0.1:8000/v1", ["no known kind", "give http://127.0.0.1:8000 alone"]),
        ("https://example.com/" + "x" * 500, ["no known kind", "x..."]),
    ],
)
def test_a_url_that_is_no_endpoint_is_refused(url: Any, said: list[str]) -> None:
    with pytest.raises(ValueError, match="endpoint ") as raised:
        from_url(url)
    for words in said:
        assert words in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("value", [3, b"https://res.openai.azure.com", ["x"]])
def test_an_endpoint_of_another_type_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=f"endpoint must be a str, not {type(value).__name__}"):
        from_url(value)


def test_a_hub_project_by_its_parts() -> None:
    endpoint = hub_project("https://eastus.api.azureml.ms/", "sub", "rg (1)", "my proj/ü".replace("/", "-"))
    assert endpoint == Endpoint(
        kind=HUB,
        origin="https://eastus.api.azureml.ms",
        base_url="https://eastus.api.azureml.ms/agents/v1.0/subscriptions/sub/resourceGroups/rg%20%281%29/providers/"
        "Microsoft.MachineLearningServices/workspaces/my%20proj-%C3%BC",
        api_version="2024-12-01-preview",
        scope=HUB_SCOPE,
        subscription_id="sub",
        resource_group_name="rg (1)",
        project_name="my proj-ü",
    )


@pytest.mark.parametrize(
    ("endpoint", "scope", "loopback"),
    [
        ("https://usgovarizona.api.ml.azure.us", "https://ml.azure.us/.default", False),
        ("https://chinaeast2.api.ml.azure.cn", "https://ml.azure.cn/.default", False),
        ("https://gateway.corp.example", HUB_SCOPE, False),
        ("http://127.0.0.1:5000", HUB_SCOPE, True),
    ],
)
def test_a_hub_projects_scope_is_that_of_its_cloud(endpoint: str, scope: str, loopback: bool) -> None:
    hub = hub_project(endpoint, "sub", "rg", "proj")
    assert (hub.scope, hub.loopback) == (scope, loopback)


@pytest.mark.parametrize("part", ["endpoint", "subscription_id", "resource_group_name", "project_name"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_a_missing_part_of_a_hub_project_is_named(part: str, value: Any) -> None:
    parts = {
        "endpoint": "https://eastus.api.azureml.ms",
        "subscription_id": "s",
        "resource_group_name": "r",
        "project_name": "p",
        part: value,
    }
    with pytest.raises(ValueError, match=f"^{part} is (missing|empty)"):
        hub_project(**parts)


def test_a_connection_string_as_the_endpoint_of_a_hub_project() -> None:
    with pytest.raises(ValueError, match="from_connection_string"):
        hub_project("eastus.api.azureml.ms;sub;rg;proj", "sub", "rg", "proj")


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="/\\?#;<>{}\"'`"), min_size=1)


@given(names, names, names)
@example("a%2Fb", "%2e%2e", "100%")
def test_a_hub_projects_base_url_reads_back(subscription: str, group: str, project: str) -> None:
    try:
        endpoint = hub_project("https://eastus.api.azureml.ms", subscription, group, project)
    except ValueError:
        return
    assert endpoint.base_url.isascii()
    assert from_url(endpoint.base_url) == endpoint


@given(
    st.text()
    | st.text(alphabet="htps:/@?#[]().;127localhost%\\ \n\t")
    | st.builds("https://{}.openai.azure.com{}".format, st.text(), st.text())
)
def test_any_text_is_an_endpoint_or_a_value_error(text: str) -> None:
    try:
        endpoint = from_url(text)
    except ValueError:
        return
    require_secure(endpoint)
    assert endpoint.base_url.startswith(endpoint.origin)
    assert endpoint.base_url.isascii()


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        (
            from_url("https://res.services.ai.azure.com/api/projects/p"),
            ["a Foundry project", "res.services.ai.azure.com", "'Azure AI User'"],
        ),
        (from_url("https://res.openai.azure.com"), ["an Azure OpenAI resource", OPENAI_SCOPE, "its key", "OpenAI User"]),
        (hub_project("https://eastus.api.azureml.ms", "s", "r", "p"), ["a hub project", HUB_SCOPE, "'Azure AI Developer'"]),
        (from_url("http://127.0.0.1:8000"), ["a local service at 127.0.0.1:8000", "AGENTKIT_LOCAL_KEY"]),
        (
            from_url("http://127.0.0.1:8000/openai"),
            ["a local service spoken to as an Azure OpenAI resource", LOCAL_KEY_VARIABLE],
        ),
    ],
)
def test_describe_says_what_the_service_is_and_wants(endpoint: Endpoint, said: list[str]) -> None:
    for words in said:
        assert words in endpoint.describe()
