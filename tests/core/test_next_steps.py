"""What an error answer tells the caller to do: the kind of endpoint, what was sent to it, what it takes, and what a 404 means."""

from __future__ import annotations

import json

import pytest

from agentkit._core.endpoint import Endpoint, from_url, hub_project
from agentkit._core.errors import explain

HUB = hub_project("https://eastus.api.azureml.ms", "s", "g", "w")
FOUNDRY = from_url("https://res.services.ai.azure.us/api/projects/p")
OPENAI = from_url("https://res.openai.azure.com")
LOCAL = from_url("http://127.0.0.1:8080")

KEY, TOKEN = "a key", "a token of the scope https://Own/.default"
OF_KINDS: dict[str, tuple[Endpoint, list[str]]] = {
    "hub": (HUB, ["a hub project at eastus.api.azureml.ms", "https://ml.azure.com/.default", "'Azure AI Developer'"]),
    "foundry": (FOUNDRY, ["a Foundry project at res.services.ai.azure.us", "https://ai.azure.us/.default", "'Azure AI User'"]),
    "openai": (
        OPENAI,
        [
            "an Azure OpenAI resource at res.openai.azure.com",
            "https://cognitiveservices.azure.com/.default",
            "its key, or a token",
            "'Cognitive Services OpenAI User'",
        ],
    ),
    "local": (LOCAL, ["a local service at 127.0.0.1:8080", "AGENTKIT_LOCAL_KEY"]),
}


def told(status: int, target: str, endpoint: Endpoint, sent: str = TOKEN, **error: str) -> str:
    """The whole text of an error answer."""
    body = json.dumps({"error": error}).encode() if error else b"<html>Not Found</html>"
    return explain("a_call", target, status, "Reason", {}, body, endpoint, sent=sent)


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("target", ["/assistants", "/assistants/asst_1"])
@pytest.mark.parametrize(("endpoint", "words"), OF_KINDS.values(), ids=OF_KINDS)
def test_kind_scope_and_role_are_named(status: int, target: str, endpoint: Endpoint, words: list[str]) -> None:
    text = told(status, target, endpoint, code="C", message="No.")
    for word in words:
        assert word in text
    assert "\n" not in text
    assert text.endswith(".")


@pytest.mark.parametrize("sent", [KEY, TOKEN])
def test_what_was_sent_is_told(sent: str) -> None:
    assert f"Check the credential: {sent} went to a Foundry project" in told(401, "/assistants", FOUNDRY, sent)
    forbidden = told(403, "/assistants", FOUNDRY, sent)
    assert f"Check the role, and the network rules of the resource: {sent} went to a Foundry project" in forbidden
    assert f"A{sent[1:]} went to" in told(404, "/assistants", FOUNDRY, sent)


def test_what_the_service_says_is_shown_as_a_part_of_one_line() -> None:
    text = told(400, "/threads", LOCAL, code="\x1b[31mC\x9b", message="a\x00b\r\nc\x1b]0;d" + "e" * 1_000_000)
    assert "a b c ]0;deee" in text
    assert "eee… (400 Reason [31mC)" in text
    assert len(text) < 2500


@pytest.mark.parametrize("retry", ["status 500 after 3 retries, the limit", "Status 500 after 3 retries, the limit."])
def test_why_it_was_not_sent_again_is_a_sentence_between_the_others(retry: str) -> None:
    text = explain("a_call", "/threads", 500, "Reason", {}, b"No.", LOCAL, retry)
    assert "No (500 Reason). Status 500 after 3 retries, the limit. The service failed" in text


@pytest.mark.parametrize(
    "target", ["/assistants", "/threads", "/threads/runs", "/evaluations/runs:run", "/evaluations/schedules", "/", "/files/"]
)
@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        (HUB, ["no such hub project", "subscription, resource group and project name", "reached by its endpoint"]),
        (FOUNDRY, ["the resource has no such project", "api_version", "reached by its connection string"]),
        (OPENAI, ["has no Assistants API", "region", "https://<resource>.services.ai.azure.com/api/projects/<project>"]),
        (LOCAL, ["no local service of agentkit", "check the port"]),
        (from_url("http://127.0.0.1:1/openai"), ["no local service of agentkit"]),
    ],
    ids=["hub", "foundry", "openai", "local", "local as openai"],
)
def test_a_404_of_a_whole_list_is_one_of_the_address(target: str, endpoint: Endpoint, words: list[str]) -> None:
    text = told(404, target, endpoint, code="404", message="Resource not found")
    assert "No id was asked for, so the address itself is wrong" in text
    assert f"its form is {endpoint.form()}" in text
    for word in words:
        assert word in text


def test_a_404_of_an_object_is_one_of_its_id_unless_no_such_service_answered() -> None:
    known = told(404, "/threads/t/runs", OPENAI, message="No thread found with id 't'.")
    assert "Check the id, and that it belongs to this endpoint: an Azure OpenAI resource" in known
    assert "address" not in known
    other = told(404, "/threads/t/runs", OPENAI)
    assert "Check the id" in other
    assert "The answer is not one of such a service, so the address may be of another kind" in other
    assert OPENAI.form() in other


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("/threads/runs", "No assistant found with id 'asst_1'."),
        ("/agents:import", "No manifest found with id 'm': this service knows none."),
        ("/agents", "No agent found with the name 'a'."),
    ],
)
def test_a_404_of_an_object_that_the_body_names_is_one_of_its_id(target: str, message: str) -> None:
    text = told(404, target, FOUNDRY, message=message)
    assert "Check the id, and that it belongs to this endpoint: a Foundry project" in text
    assert "address" not in text


def test_a_404_of_a_deployment_is_one_of_the_model() -> None:
    text = told(404, "/assistants", OPENAI, code="DeploymentNotFound", message="The API deployment does not exist.")
    assert "Check the name given as model: it is that of a deployment on an Azure OpenAI resource" in text
    assert "address" not in text


@pytest.mark.parametrize("status", [400, 409, 422])
def test_other_refusals_say_it_all_themselves(status: int) -> None:
    assert told(status, "/assistants", FOUNDRY, code="C", message="No.").endswith(" Reason C).")


@pytest.mark.parametrize("kind", OF_KINDS)
def test_another_status_of_success_says_what_to_look_at(kind: str) -> None:
    endpoint, _ = OF_KINDS[kind]
    text = explain("create", "/evaluations/runs:run", 200, "OK", {}, b"{}", endpoint)
    assert text.startswith(
        "create failed on /evaluations/runs:run: OK (200 OK). It is not the status that means success there."
    )
    assert text.endswith(f"Check that the endpoint is such a service: {endpoint.where()}.")
