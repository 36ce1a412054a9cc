"""Against a service that the environment names, every sample deletes what it made."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

import samples
from agentkit import AIProjectClient
from agentkit.local import LocalService
from index_of_samples import row

# One turns tracing on for the whole process, and one ends it.
NOT_IN_THIS_PROCESS = ("27_tracing", "28_testing")
SAMPLES = [path for path in samples.samples() if path.stem not in NOT_IN_THIS_PROCESS]


@pytest.fixture(scope="module")
def service() -> Iterator[LocalService]:
    """What stands for a service in the cloud."""
    with LocalService() as running:
        yield running


def environment(service: LocalService, variables: tuple[str, ...]) -> dict[str, str]:
    """How the environment names the service to a sample that takes these variables: by the first of them."""
    address = {
        "PROJECT_CONNECTION_STRING": service.connection_string,
        "PROJECT_ENDPOINT": f"{service.url}/api/projects/trial",
        "AZURE_OPENAI_ENDPOINT": f"{service.url}/openai",
    }
    return {
        variables[0]: address[variables[0]],
        "AGENTKIT_LOCAL_KEY": service.key,
        "AZURE_OPENAI_API_KEY": service.key,
    }


def kept(service: LocalService) -> dict[str, str]:
    """What is on the service, by its id; files that agents made do not count."""
    with AIProjectClient(service.url, service.key) as client:
        agents = client.agents
        return {
            **{agent.id: f"agent {agent.name}" for agent in agents.list_agents(limit=100).data},
            **{agent.id: f"agent {agent.name}" for agent in agents.list()},
            **{thread.id: "thread" for thread in agents.list_threads(limit=100).data},
            **{store.id: f"vector store {store.name}" for store in agents.list_vector_stores(limit=100).data},
            **{file.id: f"file {file.filename}" for file in agents.list_files().data if file.purpose != "assistants_output"},
        }


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_deletes_what_it_made_on_a_service(
    path: Path,
    service: LocalService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = kept(service)
    monkeypatch.chdir(tmp_path)
    for name, value in environment(service, row(path).variables).items():
        monkeypatch.setenv(name, value)
    runpy.run_path(str(path), run_name="__main__")
    printed = capsys.readouterr()
    assert printed.out.strip()
    assert samples.NOTICE not in printed.err
    assert [what for key, what in kept(service).items() if key not in before] == []
