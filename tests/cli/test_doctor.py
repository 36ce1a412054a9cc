"""``agentkit doctor``: what each step finds, what it says to do, and that it tells no secret."""

from __future__ import annotations

import base64
import importlib.metadata
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

from agentkit._core.endpoint import from_url
from agentkit.cli import _packages
from agentkit.cli._checks import Target, refusal_step
from agentkit.cli._claims import Claims, claims_of, wrong_audience
from agentkit.cli._step import within
from agentkit.local import LocalService
from cli.command import Command, Said

Serve = Callable[..., LocalService]
STEPS = ["endpoint", "dns", "tcp", "tls", "credential", "round trip"]
SCOPE = "https://ai.azure.com/.default"


def jwt(**claims: Any) -> str:
    """A token with these claims, signed by nobody."""
    parts = [{"alg": "none"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


@dataclass
class Login:
    """Stands in for azure-identity's default credential."""

    token: str = ""
    seconds: float = 3600
    error: Exception | None = None
    closed: int = 0

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        assert scopes == (SCOPE,)
        if self.error is not None:
            raise self.error
        return AccessToken(self.token, int(time.time() + self.seconds))

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> Iterator[Login]:
    """The login of the machine."""
    made = Login()
    monkeypatch.setattr("azure.identity.DefaultAzureCredential", lambda: made)
    yield made
    assert made.closed == 1


def statuses(said: Said) -> dict[str, str]:
    """How the steps of a document went, by their names."""
    assert [step["name"] for step in said.document["steps"]] == STEPS
    return {step["name"]: step["status"] for step in said.document["steps"]}


def step(said: Said, name: str) -> dict[str, Any]:
    """One step of a document."""
    found: dict[str, Any] = next(step for step in said.document["steps"] if step["name"] == name)
    return found


class TestLocal:
    def test_all_is_well_with_a_service_of_the_environment(self, command: Command, service: LocalService) -> None:
        said = command("doctor")
        assert said.status == 0
        assert said.out.splitlines()[0].startswith("agentkit ")
        for line in (
            f"ok       endpoint     a local service at {service.url.removeprefix('http://')}, from PROJECT_ENDPOINT",
            "                      kind: local",
            f"                      base URL: {service.url}/api/projects/local",
            "                      api-version: v1",
            "ok       credential   a key, from AGENTKIT_LOCAL_KEY",
            "All is well.",
        ):
            assert line in said.out.splitlines()
        assert f"code interpreter of a local service on this machine: {service.about()['code_interpreter']}" in said.out
        assert service.key not in said.out + said.err

    def test_the_document_has_all_of_it(self, command: Command, service: LocalService) -> None:
        said = command("doctor", "--json")
        assert (said.status, said.err) == (0, "")
        assert set(said.document) == {"ok", "agentkit", "python", "extras", "code_interpreter", "steps", "hint"}
        assert (said.document["ok"], said.document["hint"]) == (True, None)
        assert statuses(said) == {**dict.fromkeys(STEPS, "ok"), "tls": "not run"}
        assert all(set(one) == {"name", "status", "detail", "next", "facts"} for one in said.document["steps"])
        assert service.key not in said.out

    def test_nothing_set_tries_the_embedded_one_and_says_how_to_set_one(self, command: Command) -> None:
        said = command("doctor", "--json")
        assert (said.status, said.document["ok"]) == (0, True)
        assert step(said, "endpoint")["facts"]["source"] == "the embedded service"
        assert "PROJECT_ENDPOINT" in said.document["hint"]
        said = command("doctor")
        assert said.status == 0
        assert "No service is set in the environment, so the embedded one was tried." in said.out

    def test_nothing_set_and_no_packages(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(*_: Any, **__: Any) -> Any:
            raise ImportError("The local service needs packages: pip install '.[local]'")

        monkeypatch.setattr("agentkit._setup.local_service", missing)
        said = command("doctor", "--json")
        assert said.status == 1
        assert statuses(said) == {"endpoint": "failed", **dict.fromkeys(STEPS[1:], "not run")}
        assert "pip install '.[local]'" in step(said, "endpoint")["detail"]

    def test_a_key_that_is_not_the_services(
        self, command: Command, service: LocalService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AGENTKIT_LOCAL_KEY", "another-key-that-is-secret")
        said = command("doctor")
        assert said.status == 1
        assert "failed   round trip   401: " in said.out
        assert "next: Check the credential: a key went to a local service at " in said.out
        assert "another-key-that-is-secret" not in said.out + said.err

    def test_no_key(self, command: Command, service: LocalService, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AGENTKIT_LOCAL_KEY")
        said = command("doctor", "--json")
        assert (statuses(said)["credential"], statuses(said)["round trip"]) == ("failed", "not run")
        assert step(said, "credential")["next"].startswith("Set AGENTKIT_LOCAL_KEY to the key that the service printed")

    def test_nobody_at_the_port(self, command: Command) -> None:
        said = command("doctor", "--endpoint", "http://127.0.0.1:9", "--json")
        assert said.status == 1
        assert statuses(said) == {
            **dict.fromkeys(STEPS, "not run"),
            "endpoint": "ok",
            "dns": "ok",
            "tcp": "failed",
            "credential": "failed",
        }
        assert "agentkit serve" in step(said, "tcp")["next"]

    def test_an_endpoint_that_is_given_counts(self, command: Command, service: LocalService) -> None:
        for arguments in (
            ["--endpoint", service.url],
            ["--connection-string", service.connection_string],
            ["--endpoint", service.connection_string],
        ):
            said = command("doctor", *arguments, "--json")
            assert said.document["ok"] is True
            assert step(said, "endpoint")["facts"]["source"] == arguments[0]
        assert step(said, "endpoint")["facts"]["kind"] == "hub_project"

    def test_both_are_a_wrong_command_line(self, command: Command) -> None:
        assert command("doctor", "--endpoint", "a", "--connection-string", "b").status == 2

    def test_variables_that_do_not_count_are_named(
        self, command: Command, service: LocalService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://r.openai.azure.com")
        said = command("doctor", "--json")
        assert step(said, "endpoint")["detail"].endswith("from PROJECT_ENDPOINT (AZURE_OPENAI_ENDPOINT set too, not used)")

    def test_the_key_of_azure_openai(self, command: Command, offline: LocalService, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", offline.url)
        monkeypatch.setenv("AZURE_OPENAI_API_KEY", offline.key)
        said = command("doctor", "--json")
        assert said.document["ok"] is True
        assert step(said, "credential")["facts"] == {"type": "key", "source": "AZURE_OPENAI_API_KEY"}
        assert offline.key not in said.out


class TestMalformed:
    @pytest.mark.parametrize(
        ("variable", "value", "why"),
        [
            ("PROJECT_ENDPOINT", "https://r.services.ai.azure.com", "names a resource and none of its projects"),
            ("PROJECT_CONNECTION_STRING", "eastus.api.azureml.ms;only;three", "3 parts instead of 4"),
            ("PROJECT_ENDPOINT", "c2VjcmV0LWtleS1wYXN0ZWQtYnktbWlzdGFrZQ", "PROJECT_ENDPOINT"),
        ],
    )
    def test_a_variable(self, command: Command, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, why: str) -> None:
        monkeypatch.setenv(variable, value)
        said = command("doctor", "--json")
        assert said.status == 1
        found = step(said, "endpoint")
        assert found["status"] == "failed"
        assert variable in found["detail"]
        assert why in found["detail"]
        assert found["next"].startswith("Set the variable")
        assert value.startswith(("https:", "eastus.")) or value not in said.out

    def test_an_option(self, command: Command) -> None:
        said = command("doctor", "--connection-string", "AccountKey=secret-of-another;Name=x", "--json")
        assert said.status == 1
        assert step(said, "endpoint")["next"] == "Give it in the form that is expected."
        assert "secret-of-another" not in said.out


class TestTokens:
    @pytest.fixture
    def project(self, serve: Serve, login: Login, monkeypatch: pytest.MonkeyPatch) -> LocalService:
        """A service that is spoken to as a Foundry project, and takes one token."""
        login.token = jwt(aud="https://ai.azure.com", roles=["Agents.Use"], scp="user_impersonation")
        running = serve(key=login.token)
        monkeypatch.delenv("AGENTKIT_LOCAL_KEY")
        monkeypatch.setenv("PROJECT_ENDPOINT", f"{running.url}/api/projects/mine")
        return running

    def test_audience_expiry_and_roles_are_shown_and_the_token_is_not(
        self, command: Command, project: LocalService, login: Login
    ) -> None:
        said = command("doctor")
        login.closed = 0
        assert said.status == 0
        assert "a token for https://ai.azure.com, good for 60 minutes, roles Agents.Use" in said.out
        for line in (
            "token scope: https://ai.azure.com/.default",
            "audience: https://ai.azure.com",
            "scopes: user_impersonation",
        ):
            assert f"                      {line}\n" in said.out
        facts = step(command("doctor", "--json"), "credential")["facts"]
        assert (facts["audience"], facts["roles"], facts["scopes"]) == (
            "https://ai.azure.com",
            ["Agents.Use"],
            ["user_impersonation"],
        )
        assert all(part not in said.out for part in login.token.split("."))

    def test_a_token_for_another_service_fails(self, command: Command, project: LocalService, login: Login) -> None:
        login.token = jwt(aud="https://management.azure.com")
        said = command("doctor", "--json")
        assert said.status == 1
        found = step(said, "credential")
        assert found["status"] == "failed"
        assert found["detail"] == (
            "the token is for https://management.azure.com, and the service takes one for https://ai.azure.com"
        )
        assert SCOPE in found["next"]
        assert step(said, "round trip")["facts"]["status_code"] == 401
        assert login.token.split(".")[1] not in said.out

    def test_a_token_that_has_ended_fails(self, command: Command, project: LocalService, login: Login) -> None:
        login.seconds = -60
        found = step(command("doctor", "--json"), "credential")
        assert found["status"] == "failed"
        assert found["detail"].startswith("the token ended at ")

    def test_no_login(self, command: Command, project: LocalService, login: Login) -> None:
        login.error = ClientAuthenticationError("DefaultAzureCredential failed.\nAttempted credentials:\n\tone: why\n")
        said = command("doctor")
        assert said.status == 1
        assert (
            "failed   credential   there is no token for https://ai.azure.com/.default: DefaultAzureCredential failed.\n"
            in said.out
        )
        # It is on this machine, so that it is likelier to have printed a key.
        assert "next: Set AGENTKIT_LOCAL_KEY to the key that the service printed" in said.out
        assert "Log in with 'az login'" in said.out
        assert "not run  round trip   there is no credential" in said.out
        login.closed = 0
        said = command("agents", "list")
        assert said.status == 1
        assert len(said.err.splitlines()) == 1
        assert "Log in with 'az login'. Run 'agentkit doctor'" in said.err


class TestNetwork:
    def test_a_host_that_cannot_be_found(self, command: Command, login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: Any, **__: Any) -> Any:
            raise OSError(-2, "Name or service not known")

        monkeypatch.setattr("socket.getaddrinfo", unknown)
        login.error = ClientAuthenticationError("no login")
        said = command("doctor", "--endpoint", "https://r.services.ai.azure.com/api/projects/p", "--json")
        assert said.status == 1
        assert [statuses(said)[name] for name in ("dns", "tcp", "tls")] == ["failed", "not run", "not run"]
        assert step(said, "credential")["next"].startswith("Log in with 'az login'")
        assert "r.services.ai.azure.com cannot be found: Name or service not known" in step(said, "dns")["detail"]

    def test_a_proxy_stands_between_and_its_login_is_not_shown(
        self, command: Command, login: Login, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "http://user:secret-of-the-proxy@proxy.example:8080")
        login.error = ClientAuthenticationError("no login")
        said = command("doctor", "--endpoint", "https://r.services.ai.azure.com/api/projects/p", "--json")
        assert [statuses(said)[name] for name in ("dns", "tcp", "tls")] == ["not run"] * 3
        assert "the proxy proxy.example:8080" in step(said, "tcp")["detail"]
        assert "secret-of-the-proxy" not in said.out

    def test_a_certificate_that_is_trusted_and_one_that_is_not(
        self, command: Command, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        running = serve(tls=True)
        said = command("doctor", "--json")
        assert said.status == 1
        assert statuses(said)["tls"] == "failed"
        assert "SSL_CERT_FILE" in step(said, "tls")["next"]
        assert statuses(said)["round trip"] == "failed"
        monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
        said = command("doctor", "--json")
        assert said.document["ok"] is True
        assert step(said, "tls")["facts"]["version"].startswith("TLSv1.")

    def test_what_takes_too_long_is_left(self) -> None:
        with pytest.raises(TimeoutError, match=r"waiting took more than 0\.01 s"):
            within(0.01, "waiting", lambda: time.sleep(0.2))


class TestRefusals:
    """What is said of an answer that only a service in a cloud gives."""

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (401, ["Check the credential: a token of the scope https://ai.azure.com/.default", "Azure AI User"]),
            (403, ["Check the role", "Azure AI User", "A new role takes some minutes"]),
            (404, ["the address itself is wrong", "https://<resource>.services.ai.azure.com/api/projects/<project>"]),
            (503, ["try again"]),
            (418, ["check the endpoint"]),
        ],
    )
    def test_the_next_step_names_scope_role_and_form(self, status: int, words: list[str]) -> None:
        error = HttpResponseError("refused")
        error.status_code, error.reason = status, "Refused"
        target = Target("PROJECT_ENDPOINT", from_url("https://r.services.ai.azure.com/api/projects/p"))
        found = refusal_step(target, error)
        assert (found.is_failed, found.facts["status_code"], found.detail) == (True, status, f"{status}: Refused")
        assert all(word in found.next for word in words)


class TestClaims:
    @pytest.mark.parametrize(
        ("token", "claims"),
        [
            (jwt(aud="a", roles=["r", "s"], scp="one two"), Claims("a", ("r", "s"), ("one", "two"))),
            (jwt(), Claims()),
            (jwt(aud=["a", "b"], roles={"r": 1}), Claims()),
            ("opaque", Claims()),
            ("a.!!!.c", Claims()),
            ("a.W10.c", Claims()),
            ("a.eyJhIjo.c", Claims()),
        ],
    )
    def test_they_are_read_where_there_are_any(self, token: str, claims: Claims) -> None:
        assert claims_of(token) == claims

    @pytest.mark.parametrize(
        ("audience", "wanted"),
        [
            ("https://ai.azure.com", None),
            ("https://AI.azure.com/", None),
            ("00000000-0000-0000-0000-000000000000", None),
            (None, None),
            ("https://ml.azure.com", "https://ai.azure.com"),
        ],
    )
    def test_an_audience_is_right_or_wrong(self, audience: str | None, wanted: str | None) -> None:
        assert wrong_audience(audience, SCOPE) == wanted


def test_extras_are_told_by_their_packages(command: Command, service: LocalService, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        "httpx>=0.27",
        "pytest>=8; extra == 'dev'",
        'pydantic>=2; extra == "here"',
        "no-such-package<2,>=1; extra == 'gone'",
        "httpx; extra == 'gone'",
    ]
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: lines)
    assert [(extra.name, extra.missing) for extra in _packages.extras()] == [("gone", ("no-such-package",)), ("here", ())]
    said = command("doctor")
    assert "  gone        not installed (no-such-package): pip install '.[gone]' in the checkout\n" in said.out
    assert "  here        installed\n" in said.out
    assert said.status == 0, "what is optional is no failure"


def test_an_agentkit_that_is_not_installed_has_no_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> Any:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", unknown)
    assert _packages.extras() == []


def test_nothing_is_left_behind_in_the_folder(command: Command, service: LocalService, folder: Path) -> None:
    command("doctor")
    assert list(folder.iterdir()) == []
