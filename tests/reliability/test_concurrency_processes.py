"""A client and the end of a process, or its doubling: programs of their own, whose every word on stderr is looked at."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from agentkit.local import LocalService

HEAD = """
import asyncio, os, sys, threading, time
import agentkit, agentkit.aio
url, key = sys.argv[1:3]
"""

SYNC = """
client = agentkit.AIProjectClient(url, key)
agent, thread = client.agents.create_agent(model="m"), client.agents.create_thread()
"""

EXITS = {
    "sync, a stream that is open": SYNC
    + """
stream = client.agents.create_stream(thread.id, agent_id=agent.id)
print(next(iter(stream.text_deltas())))
""",
    "sync, a stream in its block": SYNC
    + """
with client.agents.create_stream(thread.id, agent_id=agent.id) as events:
    print(next(iter(events.text_deltas())))
    sys.exit(0)
""",
    "sync, a stream in a thread that does not end": SYNC
    + """
begun = threading.Event()
def read():
    for text in client.agents.create_stream(thread.id, agent_id=agent.id).text_deltas():
        print(text, flush=True)
        begun.set()
        time.sleep(600)
threading.Thread(target=read, daemon=True).start()
begun.wait(30)
""",
    "async, a stream that is open": """
async def main():
    client = agentkit.aio.AIProjectClient(url, key)
    agent, thread = await client.agents.create_agent(model="m"), await client.agents.create_thread()
    stream = await client.agents.create_stream(thread.id, agent_id=agent.id)
    async for text in stream.text_deltas():
        print(text)
        return stream
kept = asyncio.run(main())
""",
    "async, tasks that still read": """
async def read(client, agent):
    thread = await client.agents.create_thread()
    async with client.agents.create_stream(thread.id, agent_id=agent.id) as events:
        async for text in events.text_deltas():
            print(text, flush=True)
            await asyncio.sleep(600)
async def main():
    client = agentkit.aio.AIProjectClient(url, key)
    agent = await client.agents.create_agent(model="m")
    tasks = [asyncio.create_task(read(client, agent)) for _ in range(3)]
    await asyncio.sleep(0.5)
asyncio.run(main())
print("Once upon")
""",
    "an embedded service, with a stream": """
client = agentkit.AIProjectClient.local(model=lambda request: "Once upon a time.")
agent, thread = client.agents.create_agent(model="m"), client.agents.create_thread()
stream = client.agents.create_stream(thread.id, agent_id=agent.id)
print(next(iter(stream.text_deltas())))
""",
}


@pytest.fixture(scope="module")
def telling() -> Iterator[LocalService]:
    """A service whose model tells a story."""
    with LocalService(model=lambda request: "Once upon a time.") as service:
        yield service


def outcome(service: LocalService, program: str, warnings: str = "always") -> tuple[int, str, str]:
    """The exit status of a program, and what it says on stdout and stderr."""
    command = [sys.executable, "-W", warnings, "-c", HEAD + program, service.url, service.key]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize("name", EXITS)
def test_the_interpreter_ends_in_peace(name: str, telling: LocalService) -> None:
    status, said, complaints = outcome(telling, EXITS[name], "ignore::ResourceWarning")
    assert (status, complaints) == (0, "")
    assert "Once" in said


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="there is no fork on this system")
class TestForks:
    BOTH = """
def work(client, word):
    for turn in range(20):
        thread = client.agents.create_thread(metadata={"word": f"{word}-{turn}"})
        assert client.agents.get_thread(thread.id).metadata == {"word": f"{word}-{turn}"}
def child(body):
    process = os.fork()
    if process == 0:
        try:
            body()
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    return process
def ended(process):
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
"""

    def test_a_client_that_was_used_before_works_in_both(self, telling: LocalService) -> None:
        program = (
            self.BOTH
            + SYNC
            + """
processes = [child(lambda: work(client, f"child-{n}")) for n in range(3)]
work(client, "parent")
for process in processes:
    ended(process)
work(client, "after")
client.close()
print("well")
"""
        )
        assert outcome(telling, program) == (0, "well\n", "")

    def test_while_threads_use_it(self, telling: LocalService) -> None:
        """What another thread holds in the moment of the fork, nobody lets go of in the child."""
        program = (
            self.BOTH
            + SYNC
            + """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
stop = threading.Event()
def busy():
    while not stop.is_set():
        client.agents.get_thread(thread.id)
threads = [threading.Thread(target=busy) for _ in range(4)]
for one in threads:
    one.start()
for n in range(10):
    ended(child(lambda: work(client, f"child-{n}")))
stop.set()
for one in threads:
    one.join()
client.close()
print("well")
"""
        )
        assert outcome(telling, program) == (0, "well\n", "")

    def test_a_child_that_closes_it_leaves_it_to_the_parent(self, telling: LocalService) -> None:
        program = (
            self.BOTH
            + SYNC
            + """
ended(child(client.close))
work(client, "parent")
client.close()
print("well")
"""
        )
        assert outcome(telling, program) == (0, "well\n", "")

    def test_a_class_that_is_being_built(self, telling: LocalService) -> None:
        """The process is doubled when the thread that builds it is through: the child finds it whole, and nothing locked."""
        program = (
            self.BOTH
            + """
import signal, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from agentkit import models
from agentkit._model import _BUILDING
building, go_on = threading.Event(), threading.Event()
def build():
    with _BUILDING:
        building.set()
        go_on.wait(20)
def use():
    signal.alarm(20)
    assert models.ThreadRun({"id": "r"}).id == "r"
thread = threading.Thread(target=build)
thread.start()
building.wait(20)
threading.Timer(0.1, go_on.set).start()
ended(child(use))
thread.join()
print("well")
"""
        )
        assert outcome(telling, program) == (0, "well\n", "")

    def test_a_token_that_is_being_asked_for(self, telling: LocalService) -> None:
        """A thread asks for one while the process is doubled: the child asks for its own."""
        program = (
            self.BOTH
            + """
from azure.core.credentials import AccessToken
asking, go_on = threading.Event(), threading.Event()
parent = os.getpid()
class Caller:
    def get_token(self, *scopes, **options):
        if os.getpid() == parent:
            asking.set()
            go_on.wait(20)
        return AccessToken(key, 4_000_000_000)
client = agentkit.AIProjectClient(url + "/api/projects/p", Caller(), credential_scopes=["s"])
def use():
    try:
        client.agents.list_agents()
    except agentkit.exceptions.ClientAuthenticationError:
        pass  # it is no token that this service takes
thread = threading.Thread(target=use)
thread.start()
asking.wait(20)
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
ended(child(use))
go_on.set()
thread.join()
client.close()
print("well")
"""
        )
        assert outcome(telling, program) == (0, "well\n", "")

    def test_the_async_client_has_connections_of_its_own_in_the_child(self, telling: LocalService) -> None:
        program = (
            self.BOTH
            + """
client = agentkit.aio.AIProjectClient(url, key)
async def work_async(word):
    for turn in range(10):
        thread = await client.agents.create_thread(metadata={"word": f"{word}-{turn}"})
        assert (await client.agents.get_thread(thread.id)).metadata == {"word": f"{word}-{turn}"}
asyncio.run(work_async("before"))
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
process = child(lambda: asyncio.run(work_async("child")))
asyncio.run(work_async("parent"))
ended(process)
asyncio.run(client.close())
print("well")
"""
        )
        assert outcome(telling, program) == (0, "well\n", "")

    def test_a_child_ends_without_the_embedded_service_of_its_parent(self, telling: LocalService) -> None:
        """The service goes on in the parent, with its data, whatever becomes of the child."""
        program = (
            self.BOTH
            + """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
client = agentkit.AIProjectClient.local()
file = client.agents.upload_file(file=b"words", purpose="assistants_output")
def leave():
    work(client, "child")
    client.close()
    sys.exit(0)
process = os.fork()
if process == 0:
    leave()
ended(process)
work(client, "parent")
assert client.agents.get_file(file.id).bytes == 5
client.close()
print("well")
"""
        )
        assert outcome(telling, program) == (0, "well\n", "")
