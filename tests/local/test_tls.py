"""A service that speaks TLS: its certificate, who trusts it, what is left of it."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from service_wire import answer

from agentkit.local import LocalService
from agentkit.local.certificates import require_trustme

CLIENT = """
import os
from agentkit import AIProjectClient
from agentkit.aio import AIProjectClient as AsyncAIProjectClient
import asyncio, httpx

key = os.environ["AGENTKIT_LOCAL_KEY"]
with AIProjectClient.from_env() as client:
    thread = client.agents.create_thread(messages=[{"role": "user", "content": "over TLS"}])

async def listed():
    async with AsyncAIProjectClient(endpoint=os.environ["PROJECT_ENDPOINT"], credential=key) as client:
        return await client.agents.list_messages(thread.id)

print(asyncio.run(listed()).data[0].text_messages[0].text.value)
print(httpx.get(os.environ["AZURE_OPENAI_ENDPOINT"] + "/health").status_code)
"""


@pytest.fixture(scope="module")
def secure() -> Iterator[LocalService]:
    with LocalService(model=answer, tls=True) as service:
        yield service


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """This environment, with these variables in it."""
    return {**os.environ, **variables}


def trusting(service: LocalService) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(service.authority))


def test_its_address_says_so(secure: LocalService) -> None:
    port = secure.url.rpartition(":")[2]
    assert secure.url == f"https://127.0.0.1:{port}"
    # The published clients put https:// before the host themselves.
    assert secure.connection_string == f"127.0.0.1:{port};00000000-0000-0000-0000-000000000000;local;local"


def test_the_clients_work_with_the_variables_alone(secure: LocalService) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CLIENT],
        env=environment(secure.variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.split("\n")[:2], done.stderr) == (["over TLS", "200"], "")


def test_variables_that_were_left_behind_stop_no_client_of_a_service_without_tls() -> None:
    with LocalService(model=answer, tls=True) as service:
        left = dict(service.variables)
    program = (
        "from agentkit import AIProjectClient\n"
        "with AIProjectClient.local() as client:\n"
        "    print(client.agents.create_thread().object)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(left),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("thread\n", "")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_the_certificate_is_for_every_name_of_this_machine(name: str) -> None:
    host = "::1" if name == "[::1]" else "127.0.0.1"
    with LocalService(model=answer, tls=True, host=host) as service, httpx.Client(verify=trusting(service)) as client:
        port = service.url.rpartition(":")[2]
        assert client.get(f"https://{name}:{port}/health").status_code == 200


def test_whoever_does_not_trust_the_authority_is_not_served(secure: LocalService) -> None:
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"), httpx.Client() as client:
        client.get(f"{secure.url}/health")


def test_each_start_has_an_authority_of_its_own(secure: LocalService) -> None:
    with (
        LocalService(model=answer, tls=True) as other,
        httpx.Client(verify=trusting(secure)) as client,
        pytest.raises(httpx.ConnectError, match="certificate verify failed"),
    ):
        client.get(f"{other.url}/health")


def test_the_files_are_the_users_alone_and_go_with_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with LocalService(model=answer, tls=True) as service:
        authority = service.authority
        assert authority is not None
        assert authority.parent.parent == tmp_path
        assert authority.parent.stat().st_mode & 0o077 == 0
        assert "PRIVATE KEY" not in authority.read_text()
        variables = service.variables
        assert {
            variables[name] for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        } == {str(authority)}
    assert service.authority is None
    assert list(tmp_path.iterdir()) == []


def test_it_stops_although_a_client_stays_connected(caplog: pytest.LogCaptureFixture) -> None:
    with LocalService(model=answer, tls=True) as service:
        client = httpx.Client(verify=trusting(service))
        assert client.get(f"{service.url}/health").status_code == 200
    client.close()
    # The server logs an error when it has to give up on a connection.
    assert caplog.text == ""


def test_without_tls_there_is_no_authority() -> None:
    with LocalService(model=answer) as service:
        assert service.authority is None
        assert "SSL_CERT_FILE" not in service.variables


def test_a_client_that_speaks_plain_http_to_it_is_told_what_to_write(secure: LocalService) -> None:
    program = (
        "import sys\n"
        "from agentkit import AIProjectClient\n"
        "client = AIProjectClient(endpoint=sys.argv[1], credential='key')\n"
        "with client:\n"
        "    try:\n"
        "        client.agents.list_agents(retry_total=0)\n"
        "    except Exception as error:\n"
        "        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, secure.url], capture_output=True, text=True, timeout=60, check=True)
    assert "its certificate is trusted by the SSL_CERT_FILE that it printed" in done.stdout


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(ImportError, match=r"TLS needs the package 'trustme'.*pip install '\.\[local\]'"):
        require_trustme()
    with pytest.raises(ImportError, match="trustme"):
        LocalService(model=answer, tls=True).start()
