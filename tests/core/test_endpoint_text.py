"""Connection strings, and the environment's choice of a service."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit._core.endpoint import (
    LOCAL_KEY_VARIABLE,
    SERVICE_VARIABLES,
    ConnectionString,
    EndpointKind,
    from_environment,
    from_url,
    local_key,
    parse_connection_string,
)

HUB, FOUNDRY, OPENAI, LOCAL = (
    EndpointKind.HUB_PROJECT,
    EndpointKind.FOUNDRY_PROJECT,
    EndpointKind.AZURE_OPENAI,
    EndpointKind.LOCAL,
)
KNOWN = "https://<resource>.services.ai.azure.com/api/projects/<project>"


@pytest.mark.parametrize(
    ("conn_str", "parts"),
    [
        ("eastus.api.azureml.ms;sub;rg;proj", ("https://eastus.api.azureml.ms", "sub", "rg", "proj")),
        (" EastUS.api.azureml.ms ; sub ; rg ; my proj \n", ("https://eastus.api.azureml.ms", "sub", "rg", "my proj")),
        ("https://eastus.api.azureml.ms/;sub;rg;proj", ("https://eastus.api.azureml.ms", "sub", "rg", "proj")),
        ("http://127.0.0.1:8000;sub;rg;proj", ("http://127.0.0.1:8000", "sub", "rg", "proj")),
        ("127.0.0.1:8443;sub;rg;proj", ("https://127.0.0.1:8443", "sub", "rg", "proj")),
        ("[::1]:8443;sub;rg;proj", ("https://[::1]:8443", "sub", "rg", "proj")),
        ("http://[::1]:8000;sub;rg;proj", ("http://[::1]:8000", "sub", "rg", "proj")),
        ("chinaeast2.api.ml.azure.cn;sub;rg;proj", ("https://chinaeast2.api.ml.azure.cn", "sub", "rg", "proj")),
        ("agents.corp.example:8443;sub;rg;proj", ("https://agents.corp.example:8443", "sub", "rg", "proj")),
    ],
)
def test_a_connection_string_has_four_parts(conn_str: str, parts: tuple[str, str, str, str]) -> None:
    assert parse_connection_string(conn_str) == ConnectionString(*parts)


FORM = "<region>.api.azureml.ms;<subscription id>;<resource group name>;<project name>"


@pytest.mark.parametrize(
    ("conn_str", "said"),
    [
        (None, ["the connection string is missing", FORM, "overview page"]),
        ("", ["the connection string is empty", FORM]),
        ("eastus.api.azureml.ms", ["has 1 part instead of 4", FORM]),
        ("eastus.api.azureml.ms;sub;rg", ["has 3 parts instead of 4", FORM]),
        ("eastus.api.azureml.ms;sub;rg;proj;", ["has 5 parts instead of 4", FORM]),
        (";sub;rg;proj", ["part 1 of the connection string (host) is empty", FORM]),
        ("eastus.api.azureml.ms; ;rg;proj", ["part 2 of the connection string (subscription id) is empty", FORM]),
        ("eastus.api.azureml.ms;sub;;proj", ["part 3 of the connection string (resource group name) is empty", FORM]),
        ("eastus.api.azureml.ms;sub;rg;", ["part 4 of the connection string (project name) is empty", FORM]),
        ("eastus.api.azureml.ms;/subscriptions/x;rg;proj", ["part 2 of", "without '/' in it"]),
        ("eastus.api.azureml.ms;sub;..;proj", ["part 3 of", "without '..' in it"]),
        ("eastus.api.azureml.ms;sub;rg;a?b", ["part 4 of", "without '?' in it", FORM]),
        ("00000000-0000-0000-0000-000000000000;rg;proj;x", ["part 1 of", "host", "api.azureml.ms"]),
        ("https://eastus.api.azureml.ms/x;sub;rg;proj", ["part 1 of", "without a path"]),
        ("http://eastus.api.azureml.ms;sub;rg;proj", ["part 1 of", "is not secure"]),
        ("localhost;sub;rg;proj", ["part 1 of", "write it as http://localhost"]),
        ("res.openai.azure.com;sub;rg;proj", ["part 1 of", "host of an Azure OpenAI resource", "as endpoint= alone"]),
        ("res.services.ai.azure.com;sub;rg;proj", ["part 1 of", "host of a Foundry project", KNOWN, "as endpoint= alone"]),
        (
            "https://res.services.ai.azure.com/api/projects/p",
            ["this is an endpoint", "pass it as endpoint=", "PROJECT_ENDPOINT"],
        ),
        ("http://127.0.0.1:8000", ["this is an endpoint", "pass it as endpoint="]),
        ('"eastus.api.azureml.ms;sub;rg;proj"', ["quotation marks"]),
        ("PROJECT_CONNECTION_STRING=eastus.api.azureml.ms;sub;rg;proj", ["starts with NAME="]),
        ("eastus.api.azureml.ms;<subscription id>;rg;proj", ["placeholder"]),
        ("InstrumentationKey=x;IngestionEndpoint=https://a.example", ["connection string of another service"]),
        ("a.example;Key=x;b;c", ["NAME=value parts", FORM]),
    ],
)
def test_a_malformed_connection_string_says_which_part(conn_str: Any, said: list[str]) -> None:
    with pytest.raises(ValueError, match="connection string") as raised:
        parse_connection_string(conn_str)
    for words in said:
        assert words in str(raised.value)


CONN = "eastus.api.azureml.ms;sub;rg;proj"
FOUNDRY_URL = "https://res.services.ai.azure.com/api/projects/p"
OPENAI_URL = "https://res.openai.azure.com"


@pytest.mark.parametrize(
    ("environ", "variable", "kind", "key"),
    [
        ({"PROJECT_CONNECTION_STRING": CONN}, "PROJECT_CONNECTION_STRING", HUB, None),
        ({"AZURE_AI_PROJECTS_CONNECTION_STRING": CONN}, "AZURE_AI_PROJECTS_CONNECTION_STRING", HUB, None),
        ({"PROJECT_ENDPOINT": FOUNDRY_URL}, "PROJECT_ENDPOINT", FOUNDRY, None),
        ({"AZURE_AI_PROJECT_ENDPOINT": FOUNDRY_URL}, "AZURE_AI_PROJECT_ENDPOINT", FOUNDRY, None),
        ({"AZURE_OPENAI_ENDPOINT": OPENAI_URL}, "AZURE_OPENAI_ENDPOINT", OPENAI, None),
        ({"AZURE_OPENAI_ENDPOINT": OPENAI_URL, "AZURE_OPENAI_API_KEY": " k \n"}, "AZURE_OPENAI_ENDPOINT", OPENAI, "k"),
        ({"AZURE_OPENAI_ENDPOINT": OPENAI_URL, "AZURE_OPENAI_API_KEY": " "}, "AZURE_OPENAI_ENDPOINT", OPENAI, None),
        ({"AZURE_OPENAI_ENDPOINT": FOUNDRY_URL, "AZURE_OPENAI_API_KEY": "k"}, "AZURE_OPENAI_ENDPOINT", FOUNDRY, None),
        ({"PROJECT_ENDPOINT": FOUNDRY_URL, "AZURE_OPENAI_API_KEY": "k"}, "PROJECT_ENDPOINT", FOUNDRY, None),
        # the first that is set and not blank
        ({"PROJECT_ENDPOINT": FOUNDRY_URL, "PROJECT_CONNECTION_STRING": CONN}, "PROJECT_CONNECTION_STRING", HUB, None),
        ({"PROJECT_CONNECTION_STRING": "  ", "PROJECT_ENDPOINT": FOUNDRY_URL}, "PROJECT_ENDPOINT", FOUNDRY, None),
        ({"AZURE_OPENAI_ENDPOINT": OPENAI_URL, "PROJECT_ENDPOINT": FOUNDRY_URL}, "PROJECT_ENDPOINT", FOUNDRY, None),
        # the local key goes to loopback only
        ({"PROJECT_ENDPOINT": "http://127.0.0.1:1", LOCAL_KEY_VARIABLE: "lk"}, "PROJECT_ENDPOINT", LOCAL, "lk"),
        (
            {"PROJECT_CONNECTION_STRING": "http://127.0.0.1:1;s;r;p", LOCAL_KEY_VARIABLE: "lk"},
            "PROJECT_CONNECTION_STRING",
            HUB,
            "lk",
        ),
        ({"PROJECT_ENDPOINT": FOUNDRY_URL, LOCAL_KEY_VARIABLE: "lk"}, "PROJECT_ENDPOINT", FOUNDRY, None),
        (
            {"AZURE_OPENAI_ENDPOINT": "http://localhost:1/openai", "AZURE_OPENAI_API_KEY": "k", LOCAL_KEY_VARIABLE: "lk"},
            "AZURE_OPENAI_ENDPOINT",
            OPENAI,
            "lk",
        ),
        ({"AZURE_OPENAI_ENDPOINT": "http://localhost:1", "AZURE_OPENAI_API_KEY": "k"}, "AZURE_OPENAI_ENDPOINT", LOCAL, "k"),
    ],
)
def test_the_environment_chooses(environ: dict[str, str], variable: str, kind: EndpointKind, key: str | None) -> None:
    choice = from_environment(environ)
    assert choice is not None
    assert (choice.variable, choice.endpoint.kind, choice.key) == (variable, kind, key)
    assert "key=" not in repr(choice)


@pytest.mark.parametrize("environ", [{}, {"AZURE_OPENAI_API_KEY": "k", LOCAL_KEY_VARIABLE: "lk"}, {"PROJECT_ENDPOINT": " "}])
def test_an_environment_that_names_no_service(environ: dict[str, str]) -> None:
    assert from_environment(environ) is None


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"PROJECT_CONNECTION_STRING": FOUNDRY_URL}, "PROJECT_CONNECTION_STRING: this is an endpoint"),
        (
            {"AZURE_AI_PROJECTS_CONNECTION_STRING": "a;b"},
            "AZURE_AI_PROJECTS_CONNECTION_STRING: the connection string has 2 parts",
        ),
        ({"PROJECT_ENDPOINT": CONN}, "PROJECT_ENDPOINT: endpoint has a ';' in it"),
        ({"AZURE_AI_PROJECT_ENDPOINT": '"x"'}, "AZURE_AI_PROJECT_ENDPOINT: endpoint has quotation marks"),
        ({"AZURE_OPENAI_ENDPOINT": "res"}, "AZURE_OPENAI_ENDPOINT: endpoint has no scheme"),
    ],
)
def test_a_bad_value_in_the_environment_names_its_variable(environ: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match="environment variable ") as raised:
        from_environment(environ)
    assert str(raised.value).startswith(f"environment variable {said}")


def test_the_service_variables_are_named_in_order() -> None:
    assert SERVICE_VARIABLES == (
        "PROJECT_CONNECTION_STRING",
        "AZURE_AI_PROJECTS_CONNECTION_STRING",
        "PROJECT_ENDPOINT",
        "AZURE_AI_PROJECT_ENDPOINT",
        "AZURE_OPENAI_ENDPOINT",
        "AZURE_OPENAI_API_KEY",
        "AGENTKIT_LOCAL_KEY",
    )


def test_the_local_key_goes_to_loopback_only() -> None:
    environ = {LOCAL_KEY_VARIABLE: "lk"}
    assert local_key(from_url("http://localhost:1"), environ) == "lk"
    assert local_key(from_url("http://localhost:1"), {}) is None
    assert local_key(from_url(OPENAI_URL), environ) is None
