"""``client.upload_file``: by azure-ai-ml to a hub project, among its files to a local service."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from agentkit.local import LocalService

from .faces import Connect, Face, done

HUB = ("https://eastus.api.azureml.ms", "s", "g", "p")


class Token:
    def get_token(self, *scopes: str, **_: Any) -> Any:
        raise AssertionError("nothing is asked for here")


class AsyncToken:
    async def get_token(self, *scopes: str, **_: Any) -> Any:
        raise AssertionError("nothing is asked for here")


@pytest.fixture
def credential(face: Face) -> Any:
    return AsyncToken() if face.waits else Token()


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a stand-in for azure-ai-ml was given."""
    given: list[Any] = []

    def client(*arguments: Any) -> Any:
        given.append(arguments)
        return SimpleNamespace(data=SimpleNamespace(create_or_update=upload))

    def upload(data: Any) -> Any:
        given.append(data)
        return SimpleNamespace(id="azureml://asset", path="azureml://path")

    contents: dict[str, dict[str, Any]] = {
        "azure.ai.ml": {"MLClient": client},
        "azure.ai.ml.constants": {"AssetTypes": SimpleNamespace(URI_FILE="uri_file")},
        "azure.ai.ml.entities": {"Data": lambda **fields: fields},
    }
    for name, members in contents.items():
        module = ModuleType(name)
        module.__dict__.update(members)
        monkeypatch.setitem(sys.modules, name, module)
    return given


def test_a_hub_project_takes_it_by_azure_ai_ml(face: Face, credential: Any, uploads: list[Any]) -> None:
    """It is no coroutine in either client, as in the mirrored one."""
    client = face.Client(*HUB, credential)
    assert client.upload_file(Path("a") / "data.jsonl") == ("azureml://asset", "azureml://path")
    assert uploads[0] == (credential, "s", "g", "p")
    name = uploads[1].pop("name")
    assert len(name) == 36
    assert uploads[1] == {"path": str(Path("a") / "data.jsonl"), "type": "uri_file", "is_anonymous": True, "version": "1"}


def test_the_missing_package_is_named_with_what_does_without(
    face: Face, credential: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "azure.ai.ml", None)
    with pytest.raises(ImportError, match=r"pip install azure-ai-ml\. .*client\.agents\.upload_file"):
        face.Client(*HUB, credential).upload_file("data.jsonl")


@pytest.mark.parametrize("url", ["https://r.services.ai.azure.com/api/projects/p", "https://r.openai.azure.com"])
def test_another_kind_says_what_to_use(url: str, face: Face, credential: Any) -> None:
    with pytest.raises(ValueError, match=r"a hub project, and this is .*client\.agents\.upload_file"):
        face.Client(url, credential).upload_file("data.jsonl")


@pytest.mark.parametrize("path", ["", "/api/projects/p"])
async def test_a_local_service_has_it_among_its_files(
    path: str, service: LocalService, connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "data.jsonl").write_text('{"query": "q"}\n')
    client = connect(f"{service.url}{path}", service.key)
    asset, address = client.upload_file(tmp_path / "data.jsonl")
    kept = await done(client.agents.get_file(asset))
    assert (kept.filename, kept.bytes) == ("data.jsonl", 15)
    assert address.endswith(f"/files/{asset}/content")
    with pytest.raises(FileNotFoundError, match=r"none\.jsonl"):
        client.upload_file(tmp_path / "none.jsonl")
