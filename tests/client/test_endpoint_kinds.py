"""What holds for every kind of endpoint: which one it is, own api-versions and token scopes, and what a refusal tells."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.credentials import AccessToken

from agentkit.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from agentkit.models import Dataset, Evaluation

from .faces import KEY, Connect, Face, done
from .servers import AGENT, Answer, RawServer

HUB_PATH = "/agents/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"

KINDS = {
    "hub_project": (
        HUB_PATH,
        "2024-12-01-preview",
        "https://ml.azure.com/.default",
        "a local service spoken to as a hub project",
    ),
    "foundry_project": ("/api/projects/p", "v1", "https://ai.azure.com/.default", "spoken to as a Foundry project"),
    "azure_openai": (
        "/openai",
        "2024-05-01-preview",
        "https://cognitiveservices.azure.com/.default",
        "spoken to as an Azure OpenAI resource",
    ),
}


class Tokens:
    """A token credential that keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.asked.append(scopes)
        return AccessToken("t0ken", 4_000_000_000)


@pytest.mark.parametrize(("kind", "path", "version", "scope", "_words"), [(kind, *row) for kind, row in KINDS.items()])
async def test_the_kind_gives_version_and_scope_and_the_caller_may_give_others(
    kind: str, path: str, version: str, scope: str, _words: str, raw: RawServer, connect: Connect
) -> None:
    usual, own = Tokens(), Tokens()
    client = connect(raw.url + path, usual)
    assert (client.endpoint_kind, client.endpoint_kind.value, f"{client.endpoint_kind}") == (kind, kind, kind)
    assert str(client.endpoint_kind) == kind
    await done(client.agents.get_agent("asst_1"))
    assert (raw.last.path, raw.last.query["api-version"]) == (f"{path}/assistants/asst_1", version)
    assert usual.asked == [(scope,)]
    client = connect(raw.url + path, own, api_version="2031-01-01", credential_scopes=["https://own/.default"])
    await done(client.agents.get_agent("asst_1"))
    assert raw.last.query["api-version"] == "2031-01-01"
    assert raw.last.headers["Authorization"] == "Bearer t0ken"
    assert own.asked == [("https://own/.default",)]


async def test_a_local_service_takes_its_key_alone(raw: RawServer, connect: Connect) -> None:
    client = connect(raw)
    assert client.endpoint_kind == "local"
    await done(client.agents.get_agent("asst_1", params={"more": "1"}))
    assert raw.last.query == {"api-version": "v1", "more": "1"}
    await done(connect(raw, api_version="v9").agents.get_agent("asst_1"))
    assert raw.last.query == {"api-version": "v9"}
    with pytest.raises(ValueError, match="takes its key, not a token"):
        connect(raw.url, Tokens())


async def test_services_that_take_the_same_tokens_take_the_callers_scopes(raw: RawServer, connect: Connect) -> None:
    tokens = Tokens()
    client = connect(raw.url + HUB_PATH, tokens, credential_scopes="https://own/.default", api_version="2031-01-01")
    raw.answers = [Answer(201, {"id": "eval_1"})]
    await done(client.evaluations.create(Evaluation(data=Dataset(id="d"), evaluators={})))
    assert tokens.asked == [("https://own/.default",)]
    assert raw.last.query == {"apiVersion": "2024-07-01-preview"}


@pytest.mark.parametrize(("kind", "path", "_version", "_scope", "words"), [(kind, *row) for kind, row in KINDS.items()])
@pytest.mark.parametrize(
    ("status", "error"), [(401, ClientAuthenticationError), (403, HttpResponseError), (404, ResourceNotFoundError)]
)
async def test_a_refusal_names_the_kind_and_what_was_sent_to_it(
    status: int,
    error: type[HttpResponseError],
    kind: str,
    path: str,
    _version: str,
    _scope: str,
    words: str,
    raw: RawServer,
    connect: Connect,
) -> None:
    raw.answers = [Answer(status, {"error": {"code": "C", "message": "No."}})]
    with pytest.raises(error) as caught:
        await done(connect(raw.url + path, Tokens(), credential_scopes=["https://own/.default"]).agents.list_agents())
    assert words in str(caught.value)
    assert "token of the scope https://own/.default went to" in str(caught.value)
    assert "t0ken" not in str(caught.value)
    with pytest.raises(error) as caught:
        await done(connect(raw.url + path).agents.list_agents())
    assert f"{words} at 127.0.0.1" in str(caught.value)
    assert "key went to" in str(caught.value)
    assert KEY not in str(caught.value)


async def test_an_answer_that_is_no_agents_at_all_says_so(raw: RawServer, connect: Connect, face: Face) -> None:
    raw.answers = [Answer(404, "<html>nginx</html>")]
    with pytest.raises(ResourceNotFoundError, match=r"The answer is not one of such a service.* its form is http://127"):
        await done(connect(raw).agents.get_agent("asst_1"))
    raw.answers = [Answer(404, {"error": {"code": "DeploymentNotFound", "message": "No such deployment."}})]
    with pytest.raises(ResourceNotFoundError, match="Check the name given as model"):
        await done(connect(raw.url + "/openai").agents.create_agent(model="nobody"))
    raw.answers = [Answer(body=AGENT)]
    with pytest.raises(ValueError, match="names a resource and none of its projects: add /api/projects/<project>"):
        face.Client("https://res.services.ai.azure.com", KEY)
