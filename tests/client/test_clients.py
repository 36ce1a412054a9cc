"""How clients are made, and how they end."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AzureKeyCredential

import agentkit
from agentkit._core.endpoint import SERVICE_VARIABLES, EndpointKind
from agentkit._types import LOCAL_KEYWORDS
from agentkit.exceptions import ServiceRequestError
from agentkit.local import LocalService

from .faces import KEY, Connect, Face, done, inside
from .servers import RawServer

HUB = ("s", "g", "p")
HUB_BASE = "/agents/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/p"
HOST = "https://eastus.api.azureml.ms"


@pytest.fixture
def closing(face: Face) -> Iterator[Callable[[Any], Any]]:
    """Closes the clients that a test which does not wait has made."""
    made: list[Any] = []

    def keep(client: Any) -> Any:
        made.append(client)
        return client

    yield keep
    for client in made:
        asyncio.run(done(client.close()))


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (((HOST, *HUB, KEY), {}), "hub_project"),
        (((HOST, *HUB), {"credential": KEY}), "hub_project"),
        (
            ((f"{HOST}/",), {"subscription_id": "s", "resource_group_name": "g", "project_name": "p", "credential": KEY}),
            "hub_project",
        ),
        (((), {"endpoint": "https://r.services.ai.azure.com/api/projects/p", "credential": KEY}), "foundry_project"),
        ((("https://R.Services.AI.azure.com/api/projects/p/", AzureKeyCredential(KEY)), {}), "foundry_project"),
        ((("https://r.openai.azure.com/", KEY), {}), "azure_openai"),
        ((("https://r.openai.azure.us/openai",), {"credential": KEY}), "azure_openai"),
        ((("http://127.0.0.1:8080", KEY), {}), "local"),
        (((" http://localhost:8080/ ", KEY), {}), "local"),
        ((("http://[::1]:8080/api/projects/p", KEY), {}), "foundry_project"),
        ((("http://127.0.0.1:8080", *HUB, KEY), {}), "hub_project"),
    ],
)
def test_forms_of_the_constructor(arguments: Any, kind: str, face: Face, closing: Callable[[Any], Any]) -> None:
    positional, named = arguments
    client = closing(face.Client(*positional, **named))
    assert client.endpoint_kind is EndpointKind(kind)
    assert kind in repr(client)
    assert KEY not in repr(client)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("", *HUB, KEY), "endpoint is empty"),
        (("", KEY), r"endpoint is empty; .*from_env\(\)"),
        (("http://127.0.0.1:8080", None), "a credential is missing: .*'agentkit serve' printed.*AGENTKIT_LOCAL_KEY"),
        ((HOST, "", "g", "p", KEY), "subscription_id"),
        ((HOST, "s", None, "p", KEY), "resource_group_name"),
        ((HOST, "s", "g", "", KEY), "project_name"),
        ((HOST, "s", "g/x", "p", KEY), "resource_group_name"),
        ((HOST, *HUB, None), "a credential is missing"),
        ((HOST, KEY), "from_connection_string"),
        ((f"{HOST};s;g;p", KEY), "from_connection_string"),
        (("https://r.services.ai.azure.com", KEY), "/api/projects/<project>"),
        (("https://example.com", KEY), "of no known kind of service"),
        (("r.openai.azure.com", KEY), "https://"),
        (("https://u:pass-w0rd@r.openai.azure.com", KEY), "user name or password"),
        (("https://r.openai.azure.com?api-version=1", KEY), "query"),
        (("'https://r.openai.azure.com'", KEY), "quotation marks"),
        ((None, KEY), "endpoint"),
        ((5, KEY), "endpoint"),
    ],
)
def test_arguments_that_make_no_client(arguments: Any, said: str, face: Face) -> None:
    with pytest.raises((ValueError, TypeError), match=said) as caught:
        face.Client(*arguments)
    assert "pass-w0rd" not in str(caught.value)


def own_threads() -> set[threading.Thread]:
    """The threads that agentkit runs now: other tests of this process may share a service that goes on."""
    return {thread for thread in threading.enumerate() if thread.name.startswith("agentkit")}


def test_unknown_keywords_of_the_constructor(face: Face) -> None:
    before = own_threads()
    with pytest.raises(TypeError, match=r"AIProjectClient\(\) got an unexpected keyword argument 'credentials'.*'credential'"):
        face.Client(HOST, *HUB, KEY, credentials=KEY)
    with pytest.raises(TypeError, match="Did you mean 'api_version'"):
        face.Client.from_connection_string("h.api.azureml.ms;s;g;p", KEY, api_verson="1")
    with pytest.raises(TypeError, match=r"AIProjectClient\.local\(\) got .*'pth'. Did you mean 'path'"):
        face.Client.local(pth="x")
    with pytest.raises(TypeError, match="Did you mean 'connections'"):
        face.Client.local(connection=[])
    with pytest.raises(TypeError, match="Did you mean 'user_agent'"):
        face.Client.local(user_agnt="x")
    with pytest.raises(TypeError, match="'request_id'"):
        face.Client(HOST, *HUB, KEY, request_id="of one call")
    assert own_threads() <= before


@pytest.mark.parametrize("options", [{"proxies": "http://127.0.0.1:1"}, {"proxies": {"http": 5}}])
def test_proxies_are_a_mapping(options: Any, face: Face) -> None:
    with pytest.raises(TypeError, match="proxies"):
        face.Client(HOST, *HUB, KEY, **options)


async def test_requests_go_through_a_proxy(raw: RawServer, connect: Connect) -> None:
    client = connect("http://127.0.0.1:1", proxies={"http": raw.url})
    assert (await done(client.agents.get_agent("asst_1"))).id == "asst_1"
    assert raw.last.target.startswith("http://127.0.0.1:1/api/projects/local/")


@pytest.mark.parametrize("option", ["connection_verify", "connection_cert"])
async def test_certificates_that_cannot_be_read_are_named(option: str, face: Face, tmp_path: Path) -> None:
    client = face.Client("https://127.0.0.1:1/openai", KEY, **{option: str(tmp_path / "none.pem")})
    with pytest.raises(ValueError, match=rf"{option}=.*none\.pem"):
        await done(client.agents.get_agent("asst_1", retry_total=0))
    await done(client.close())


async def test_from_connection_string(raw: RawServer, face: Face) -> None:
    client = face.Client.from_connection_string(f" {raw.url} ; s;g ;p", AzureKeyCredential(KEY), user_agent="mine")
    await done(client.agents.get_agent("asst_1"))
    assert raw.last.path == f"{HUB_BASE}/assistants/asst_1"
    assert raw.last.headers["User-Agent"].startswith("mine ")
    await done(client.close())
    plain = face.Client.from_connection_string("eastus.api.azureml.ms;s;g;p", credential=KEY)
    assert plain.endpoint_kind == "hub_project"
    await done(plain.close())


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "h.api.azureml.ms;s;g",
        "h.api.azureml.ms;s;g;p;x",
        ";s;g;p",
        "h.api.azureml.ms;;g;p",
        "h.api.azureml.ms;s; ;p",
        "h.api.azureml.ms;s;g;",
        "https://r.services.ai.azure.com/api/projects/p",
        "http://h.api.azureml.ms;s;g;p",
        "InstrumentationKey=s3cret;IngestionEndpoint=https://x",
        "127.0.0.1;s;g;p",
        "<host>;s;g;p",
        None,
        5,
    ],
)
def test_connection_strings_that_are_none(text: Any, face: Face) -> None:
    with pytest.raises((ValueError, TypeError), match="connection string") as caught:
        face.Client.from_connection_string(text, KEY)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("number", range(5))
async def test_from_env_takes_the_first_variable_that_is_set(
    number: int, raw: RawServer, face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {
        "PROJECT_CONNECTION_STRING": f"{raw.url};s;g;first",
        "AZURE_AI_PROJECTS_CONNECTION_STRING": f"{raw.url};s;g;second",
        "PROJECT_ENDPOINT": f"{raw.url}/api/projects/third",
        "AZURE_AI_PROJECT_ENDPOINT": f"{raw.url}/api/projects/fourth",
        "AZURE_OPENAI_ENDPOINT": f"{raw.url}/openai",
    }
    expected = ("/first/", "/second/", "/third/", "/fourth/", "/openai/")[number]
    monkeypatch.setenv("AGENTKIT_LOCAL_KEY", KEY)
    monkeypatch.setenv("PROJECT_CONNECTION_STRING", " ")
    for name in list(values)[number:]:
        monkeypatch.setenv(name, values[name])
    client = face.Client.from_env()
    await done(client.agents.get_agent("asst_1"))
    assert expected in raw.last.path
    assert raw.last.headers["api-key"] == KEY
    await done(client.close())


async def test_from_env_takes_the_key_of_azure_openai(raw: RawServer, face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", f"{raw.url}/openai")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "its-key")
    client = face.Client.from_env(api_version="2025-01-01-preview")
    await done(client.agents.get_agent("asst_1"))
    assert raw.last.headers["api-key"] == "its-key"
    assert raw.last.query == {"api-version": "2025-01-01-preview"}
    await done(client.close())


@pytest.mark.parametrize("name", [name for name in SERVICE_VARIABLES if "KEY" not in name])
def test_from_env_names_the_variable_of_a_bad_value(name: str, face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "nonsense")
    with pytest.raises(ValueError, match=f"environment variable {name}: "):
        face.Client.from_env()


async def test_from_env_with_nothing_set_says_so_in_one_line(face: Face, capfd: pytest.CaptureFixture[str]) -> None:
    client = face.Client.from_env()
    assert (await done(client.agents.create_agent(model="m"))).id
    await done(client.close())
    out, err = capfd.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "embedded local service at http://127.0.0.1:" in err


async def test_local_says_nothing_and_keeps_data_under_its_path(
    face: Face, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    client = face.Client.local(tmp_path / "new" / "data")
    agent = await done(client.agents.create_agent(model="m", name="kept"))
    await done(client.close())
    again = face.Client.local(str(tmp_path / "new" / "data"))
    assert (await done(again.agents.get_agent(agent.id))).name == "kept"
    await done(again.close())
    in_memory = face.Client.local()
    assert (await done(in_memory.agents.list_agents())).data == []
    await done(in_memory.close())
    assert capfd.readouterr() == ("", "")


async def test_local_takes_any_callable_as_model(face: Face) -> None:
    client = face.Client.local(model=lambda request: f"<{request.last_user_text}>")
    agent = await done(client.agents.create_agent(model="m"))
    thread = await done(client.agents.create_thread(messages=[{"role": "user", "content": "hello"}]))
    await done(client.agents.create_and_process_run(thread.id, agent_id=agent.id))
    messages = await done(client.agents.list_messages(thread.id))
    assert messages.data[0].text_messages[0].text.value == "<hello>"
    await done(client.close())


async def test_local_takes_what_its_service_takes(face: Face) -> None:
    assert list(LOCAL_KEYWORDS) == [name for name in signature(LocalService).parameters if name != "path"]
    own = {"name": "c", "type": "CognitiveSearch", "target": "https://c", "auth_type": "AAD"}
    async with inside(face.Client.local(connections=[own], app_insights="A=1", tls=True, user_agent="mine")) as client:
        assert (await done(client.connections.get_default(connection_type="CognitiveSearch"))).name == "c"
        assert await done(client.telemetry.get_connection_string()) == "A=1"


def test_a_client_that_cannot_be_made_stops_its_service(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    before = own_threads()
    stopped = []
    real = LocalService.stop

    def stop(service: LocalService) -> None:
        stopped.append(service)
        real(service)

    monkeypatch.setattr(LocalService, "stop", stop)
    monkeypatch.setattr(f"{face.package}._base.Pipeline", None)
    with pytest.raises(TypeError):
        face.Client.local()
    assert len(stopped) == 1
    assert own_threads() <= before


WITHOUT_EXTRA = """
import importlib.util, sys
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in {missing!r} else real(name, *rest)
for name in {missing!r}: sys.modules[name] = None
import agentkit
for make in (agentkit.AIProjectClient.local, agentkit.aio.AIProjectClient.from_env):
    try: make()
    except ImportError as error: print(error)
"""


@pytest.mark.parametrize(
    "missing", [["starlette"], ["uvicorn", "starlette"], ["python_multipart", "multipart"], ["jsonschema"]]
)
def test_local_without_its_extra_names_it(missing: list[str]) -> None:
    program = WITHOUT_EXTRA.format(missing=missing)
    environ = {name: value for name, value in os.environ.items() if name not in SERVICE_VARIABLES}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], env=environ, capture_output=True, text=True, check=True
    )
    lines = ran.stdout.splitlines()
    assert len(lines) == 2
    assert all("pip install '.[local]'" in line for line in lines)
    assert all(missing[0].replace("python_", "python-") in line for line in lines)


async def test_context_manager_and_close_twice(raw: RawServer, face: Face) -> None:
    client = face.Client(raw.url, KEY)
    async with inside(client) as entered:
        assert entered is client
        await done(client.agents.get_agent("asst_1"))
    await done(client.close())
    await done(client.close())


async def test_an_exception_inside_the_block_closes_and_comes_out(face: Face) -> None:
    before = own_threads()
    with pytest.raises(KeyError, match="mine"):
        async with inside(face.Client.local()):
            raise KeyError("mine")
    assert own_threads() <= before


async def test_a_closed_client_says_so(raw: RawServer, face: Face) -> None:
    client = face.Client(raw.url, KEY)
    await done(client.agents.get_agent("asst_1"))
    await done(client.close())
    with pytest.raises(ValueError, match=r"get_agent\(\) was called on a client that is closed"):
        await done(client.agents.get_agent("asst_1"))
    assert len(raw.seen) == 1


async def test_closing_stops_the_service_and_leaves_no_thread_or_socket(face: Face) -> None:
    before = own_threads()
    client = face.Client.local()
    url = repr(client).split()[2]
    await done(client.agents.create_thread())
    await done(client.close())
    assert own_threads() <= before
    with pytest.raises(OSError, match="refused"), socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 1):
        pass


async def test_two_clients_at_once_keep_apart(face: Face, serve: Callable[..., LocalService], connect: Connect) -> None:
    first, second = connect(serve()), connect(serve())
    one = await done(first.agents.create_agent(model="m", name="one"))
    two = await done(second.agents.create_agent(model="m", name="two"))
    assert [agent.name for agent in (await done(first.agents.list_agents())).data] == ["one"]
    assert (one.id, two.name) != (two.id, one.name)


def test_one_sync_client_serves_many_threads(service: LocalService) -> None:
    with agentkit.AIProjectClient(service.url, service.key) as client:
        start = threading.Barrier(6)
        made: list[str] = []

        def work() -> None:
            start.wait()
            made.extend(client.agents.create_thread().id for _ in range(5))

        workers = [threading.Thread(target=work) for _ in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(set(made)) == 30


def test_one_async_client_serves_several_event_loops(service: LocalService) -> None:
    client = agentkit.aio.AIProjectClient(service.url, service.key)

    async def work() -> str:
        threads = await asyncio.gather(*(client.agents.create_thread() for _ in range(3)))
        return threads[0].id

    assert asyncio.run(work()) != asyncio.run(work())
    asyncio.run(client.close())


async def test_refused_local_endpoint_after_its_service_ended(face: Face, connect: Connect) -> None:
    with LocalService() as service:
        client = connect(service)
        await done(client.agents.create_thread())
    with pytest.raises(ServiceRequestError, match=r"Does the service run\? Start it with 'agentkit serve'.*a local service"):
        await done(client.agents.create_thread(retry_total=0))


def test_unknown_attributes_say_what_was_meant(face: Face, closing: Callable[[Any], Any]) -> None:
    client = closing(face.Client(HOST, *HUB, KEY))
    assert not hasattr(client, "connectionz")
    with pytest.raises(AttributeError, match=r"has no attribute 'agent'.*Did you mean 'agents'"):
        _ = client.agent
    with pytest.raises(AttributeError, match="Did you mean 'endpoint_kind'"):
        _ = client.endpoint_kin
