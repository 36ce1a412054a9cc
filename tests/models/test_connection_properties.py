"""Connections as a script sees them, and the credential of a SAS token: tables, without a service."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import traceback
from typing import Any

import pytest
from azure.core.credentials import TokenCredential
from sas_tokens import LONG, jwt

from agentkit import models
from agentkit._connections import default_index
from agentkit.models import (
    AsyncSASTokenCredential,
    AuthenticationType,
    ConnectionProperties,
    ConnectionType,
    SASTokenCredential,
)

KEY = "k3y-of-the-tests"
TARGET = "https://res.openai.azure.com/"
ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/connections/c"


def hub(auth: str = "ApiKey", category: str = "AzureOpenAI", target: Any = TARGET, **properties: Any) -> dict[str, Any]:
    return {"id": ID, "name": "c", "properties": {"authType": auth, "category": category, "target": target, **properties}}


def foundry(auth: str = "ApiKey", kind: str = "AzureOpenAI", target: Any = TARGET, **credentials: Any) -> dict[str, Any]:
    told = {"type": auth, **credentials}
    return {
        "id": ID,
        "name": "c",
        "type": kind,
        "target": target,
        "isDefault": True,
        "credentials": told,
        "metadata": {"a": "b"},
    }


WITH_KEY = ConnectionProperties(connection=hub(credentials={"key": KEY}))


@pytest.mark.parametrize("wire", [hub(credentials={"key": KEY}), foundry(key=KEY)])
def test_both_kinds_of_project_come_to_the_same(wire: dict[str, Any]) -> None:
    found = ConnectionProperties(connection=wire)
    assert (found.id, found.name, found.endpoint_url, found.key) == (ID, "c", "https://res.openai.azure.com", KEY)
    assert found.authentication_type == AuthenticationType.API_KEY == "ApiKey"
    assert found.connection_type is ConnectionType.AZURE_OPEN_AI
    assert found.token_credential is None


@pytest.mark.parametrize(
    ("wire", "attribute", "value"),
    [
        (hub(target="https://h//"), "endpoint_url", "https://h/"),
        (hub(target="https://h"), "endpoint_url", "https://h"),
        (hub(target=None), "endpoint_url", ""),
        (hub(category="OfTomorrow"), "connection_type", "OfTomorrow"),
        (hub(), "key", None),
        (hub("CustomKeys", credentials={"keys": {"key": KEY}}), "key", None),
        (hub("SAS", credentials={"SAS": KEY}), "key", None),
        (hub("None"), "authentication_type", "None"),
        (hub(), "is_default", None),
        (hub(metadata={"x": "y"}), "metadata", {"x": "y"}),
        (foundry(), "is_default", True),
        (foundry(), "metadata", {"a": "b"}),
        (foundry("AAD"), "authentication_type", "AAD"),
        ({"id": ID, "name": "c", "type": "ApiKey", "target": "https://h"}, "authentication_type", "None"),
        ({}, "name", ""),
    ],
)
def test_an_attribute(wire: dict[str, Any], attribute: str, value: Any) -> None:
    assert getattr(ConnectionProperties(connection=wire), attribute) == value


@pytest.mark.parametrize(
    ("connection", "include", "wanted"),
    [
        (WITH_KEY, True, {"type": "azure_openai", "api_key": KEY}),
        (WITH_KEY, False, {"type": "azure_openai", "api_key": f"{ID}/credentials/key"}),
        (ConnectionProperties(connection=hub()), True, {"type": "azure_openai", "api_key": f"{ID}/credentials/key"}),
        (ConnectionProperties(connection=hub("AAD")), True, {"type": "azure_openai"}),
        (ConnectionProperties(connection=hub("AAD", "Serverless")), False, {"type": "Serverless"}),
        (
            ConnectionProperties(connection=hub(category="OfTomorrow", credentials={"key": KEY})),
            True,
            {"type": "OfTomorrow", "api_key": KEY},
        ),
    ],
)
def test_what_an_evaluator_is_told(connection: ConnectionProperties, include: bool, wanted: dict[str, str]) -> None:
    told = connection.to_evaluator_model_config("gpt", "2024-10-21", include_credentials=include)
    assert told == {
        "azure_deployment": "gpt",
        "azure_endpoint": "https://res.openai.azure.com",
        "api_version": "2024-10-21",
        **wanted,
    }
    assert {type(value) for value in told.values()} == {str}


@pytest.mark.parametrize(
    ("connection", "key", "credential"),
    [
        (WITH_KEY, "REDACTED", None),
        (ConnectionProperties(connection=hub("AAD"), token_credential=object()), None, "REDACTED"),  # type: ignore[arg-type]
        (ConnectionProperties(connection=hub("None")), None, None),
    ],
)
def test_printing_shows_everything_but_secrets(connection: ConnectionProperties, key: Any, credential: Any) -> None:
    shown = json.loads(str(connection))
    assert list(shown) == ["name", "id", "authentication_type", "connection_type", "endpoint_url", "key", "token_credential"]
    assert (shown["key"], shown["token_credential"]) == (key, credential)
    assert shown["connection_type"] == "AzureOpenAI"
    assert KEY not in f"{connection}{connection!r}{[connection]}"


@pytest.mark.parametrize("target", [f"https://h/p?sig={KEY}", f"https://user:{KEY}@h/p"])
def test_printing_shows_no_signature_of_an_address(target: str) -> None:
    connection = ConnectionProperties(connection=hub(target=target))
    assert connection.endpoint_url == target
    assert KEY not in f"{connection}{connection!r}"
    assert "//h/p" in str(connection)


# --- the token of a connection --------------------------------------------------------------------------------------------

PARTS: dict[str, Any] = {
    "subscription_id": "s",
    "resource_group_name": "g",
    "project_name": "p",
    "connection_name": "storage",
}


def made(token: str, **parts: Any) -> SASTokenCredential:
    return SASTokenCredential(sas_token=token, credential=object(), **{**PARTS, **parts})  # type: ignore[arg-type]


def test_a_token_is_given_out_as_it_is_whatever_is_asked() -> None:
    credential = made(jwt())
    token = credential.get_token("any/.default", claims="c", tenant_id="t", enable_cae=True, more=1)
    assert (token.token, token.expires_on) == (jwt(), LONG)
    assert isinstance(credential, TokenCredential)
    assert jwt() not in repr(credential)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "sv=2023-01-03&sig=s3cret",
        "a.s3cret",
        "a.!!!.c",
        "a.bnVsbA.c",
        jwt("s3cret"),
        jwt(None),
        jwt(float("inf")),
        f"a.{base64.urlsafe_b64encode(b'{}').decode()}.c",
    ],
)
def test_a_token_that_does_not_say_when_it_ends_fails_at_once(token: str) -> None:
    with pytest.raises(ValueError, match="SAS token of the connection 'storage' is no JWT") as caught:
        made(token)
    assert caught.value.__cause__ is caught.value.__context__ is None
    text = "".join(traceback.format_exception_only(caught.value))
    assert not token or token not in text
    assert "s3cret" not in text


def test_a_token_that_has_ended_is_asked_for_again_once() -> None:
    ends, asked = [time.time() - 5, LONG, 1], []

    def renew() -> str:
        asked.append(1)
        return jwt(ends[len(asked)])

    credential = SASTokenCredential.renewed_by(renew, sas_token=jwt(ends[0]), connection_name="c")
    assert [credential.get_token("x").expires_on for _ in range(3)] == [LONG] * 3
    assert len(asked) == 1


def test_a_token_that_is_about_to_end_is_not_given_out() -> None:
    credential = SASTokenCredential.renewed_by(lambda: jwt(), sas_token=jwt(time.time() + 10), connection_name="c")
    assert credential.get_token("x").expires_on == LONG


def test_the_async_one_is_awaited() -> None:
    async def renew() -> str:
        return jwt()

    async def use() -> int:
        credential = AsyncSASTokenCredential.renewed_by(renew, sas_token=jwt(1), connection_name="c")
        async with credential as entered:
            assert entered is credential
            return (await credential.get_token("x")).expires_on

    assert asyncio.run(use()) == LONG


class _Connections:
    """What a client has, in place of one that reaches a cloud."""

    def __init__(self, found: Any) -> None:
        self.found = found
        self.asked: list[Any] = []

    def __call__(self, *arguments: Any) -> _Connections:
        self.asked.append(arguments)
        return self

    @property
    def connections(self) -> _Connections:
        return self

    def get(self, **keywords: Any) -> Any:
        self.asked.append(keywords)
        return self.found

    def __enter__(self) -> _Connections:
        return self

    def __exit__(self, *_: object) -> None:
        self.asked.append("closed")


class TestMadeByHand:
    def test_it_asks_the_project_for_the_connection(self, monkeypatch: pytest.MonkeyPatch) -> None:
        renewed = ConnectionProperties(connection=hub("SAS"), token_credential=made(jwt()))
        project = _Connections(renewed)
        monkeypatch.setattr("agentkit._sync._client.AIProjectClient", project)
        credential = SASTokenCredential(sas_token=jwt(1), credential="who", **PARTS)  # type: ignore[arg-type]
        assert credential.get_token("x").expires_on == LONG
        (where, *rest), asked, closed = project.asked
        assert where.startswith("https://")
        assert rest == ["s", "g", "p", "who"]
        assert (asked, closed) == ({"connection_name": "storage", "include_credentials": True}, "closed")

    def test_a_connection_may_have_changed_meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("agentkit._sync._client.AIProjectClient", _Connections(WITH_KEY))
        with pytest.raises(ValueError, match="'c' has no SAS token any more: ApiKey"):
            made(jwt(1)).get_token("x")


@pytest.mark.parametrize(("text", "index"), [("", None), (" ", None), ("0", 0), ("2", 2), ("-1", -1)])
def test_the_environment_says_which_is_the_default(text: str, index: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_CONNECTION_INDEX", text)
    assert default_index() == index


def test_an_index_is_a_whole_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_CONNECTION_INDEX", "first")
    with pytest.raises(ValueError, match="DEFAULT_CONNECTION_INDEX is 'first'"):
        default_index()


def test_the_classes_are_public() -> None:
    assert {"AsyncSASTokenCredential", "ConnectionProperties", "SASTokenCredential"} <= set(models.__all__)
