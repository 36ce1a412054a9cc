"""Runs that fail for a rate limit and are started anew, where their caller wants that."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest

from agentkit import RunRetry
from agentkit.aio import AIProjectClient
from agentkit.exceptions import ActiveRunError, WaitTimeoutError
from agentkit.local import LocalService
from agentkit.local.models.base import Failure, ModelRequest, ModelTurn
from agentkit.local.models.scripted import ScriptedModel, call
from agentkit.models import MessageRole, ThreadRun
from agentkit.tools import FunctionTool, ToolSet

from .faces import Connect, Face, done
from .fixtures import Naps

Serve = Callable[..., LocalService]
LIMITED = Failure("Rate limit is exceeded. Try again in 22 seconds.", "rate_limit_exceeded")


class Scene:
    """An agent on a service whose model answers by a script, with a thread and a question on it."""

    def __init__(self, agents: Any, agent: Any, thread: Any) -> None:
        self.agents = agents
        self.agent = agent
        self.thread = thread

    async def run(self, **settings: Any) -> Any:
        return await done(self.agents.create_and_process_run(self.thread.id, agent_id=self.agent.id, **settings))

    async def runs(self) -> list[str]:
        """The ids of the thread's runs, oldest first."""
        return [run.id for run in (await done(self.agents.list_runs(self.thread.id, order="asc"))).data]

    async def said(self) -> list[str]:
        """What stands on the thread, oldest first."""
        messages = (await done(self.agents.list_messages(self.thread.id, order="asc"))).data
        return [message.content[0].text.value for message in messages]


@pytest.fixture
def begin(connect: Connect, serve: Serve, naps: Naps) -> Callable[..., Any]:
    async def begun(*turns: Any, **settings: Any) -> Scene:
        agents = connect(serve(model=ScriptedModel(turns))).agents
        agent, thread = await done(agents.create_agent(model="m", **settings)), await done(agents.create_thread())
        await done(agents.create_message(thread.id, role="user", content="How are you?"))
        return Scene(agents, agent, thread)

    return begun


def _waits(naps: Naps) -> list[float]:
    """The sleeps that are not those between two looks."""
    return [seconds for seconds in naps.slept if seconds > 1]


async def test_a_limited_run_is_started_anew_after_the_wait_that_it_names(begin: Any, naps: Naps) -> None:
    scene = await begin(LIMITED, "Fine.")
    retried: list[tuple[str, str, float]] = []
    policy = RunRetry(on_retry=lambda run, seconds: retried.append((run.id, run.last_error.code, seconds)))
    run = await scene.run(run_retry=policy)
    failed, answered = await scene.runs()
    assert (run.id, run.status, run.last_error) == (answered, "completed", None)
    assert retried == [(failed, "rate_limit_exceeded", 22)]
    assert _waits(naps) == [22]
    assert await scene.said() == ["How are you?", "Fine."]


async def test_by_default_nothing_is_started_anew(begin: Any, naps: Naps) -> None:
    scene = await begin(LIMITED, "Fine.")
    run = await scene.run()
    assert (run.status, run.last_error.code) == ("failed", "rate_limit_exceeded")
    assert (await scene.runs(), _waits(naps)) == ([run.id], [])


async def test_every_run_is_told_of(begin: Any) -> None:
    scene = await begin(LIMITED, "Fine.")
    seen: list[tuple[str, str]] = []
    await scene.run(run_retry=RunRetry(), on_update=lambda run: seen.append((run.id, str(run.status))))
    failed, answered = await scene.runs()
    assert [one for one in seen if one[1] in ("failed", "completed")] == [(failed, "failed"), (answered, "completed")]
    assert list(dict.fromkeys(run_id for run_id, _ in seen)) == [failed, answered]


async def test_a_callback_may_be_awaited_where_somebody_awaits_it(face: Face, begin: Any) -> None:
    scene = await begin(LIMITED, "Fine.")
    retried: list[float] = []

    async def on_retry(run: ThreadRun, seconds: float) -> None:
        await asyncio.sleep(0)
        retried.append(seconds)

    if face.waits:
        await scene.run(run_retry=RunRetry(on_retry=on_retry))
        assert retried == [22]
    else:
        with pytest.raises(TypeError, match="does not await"):
            await scene.run(run_retry=RunRetry(on_retry=on_retry))


async def test_what_a_callback_raises_comes_out_and_no_run_is_started(begin: Any) -> None:
    def stop(run: ThreadRun, seconds: float) -> None:
        raise KeyError("enough")

    scene = await begin(LIMITED, "Fine.")
    with pytest.raises(KeyError, match="enough"):
        await scene.run(run_retry=RunRetry(on_retry=stop))
    assert len(await scene.runs()) == 1


class TestItEnds:
    """With the run that failed last, as without it."""

    async def test_when_the_runs_are_used_up(self, begin: Any, naps: Naps, caplog: pytest.LogCaptureFixture) -> None:
        scene = await begin(*[LIMITED] * 3, "never asked")
        run = await scene.run(run_retry=RunRetry(max_attempts=3))
        runs = await scene.runs()
        assert (run.id, run.status, len(runs), _waits(naps)) == (runs[-1], "failed", 3, [22, 22])
        assert f"the run {run.id} failed, and no other is started: it was run 3 of 3 (max_attempts)" in caplog.text

    async def test_when_the_wait_is_too_long(self, begin: Any, naps: Naps, caplog: pytest.LogCaptureFixture) -> None:
        scene = await begin(LIMITED, "never asked")
        run = await scene.run(run_retry=RunRetry(max_wait=21))
        assert (await scene.runs(), run.status, _waits(naps)) == ([run.id], "failed", [])
        assert "the wait of 22 s is beyond the cap of 21 s (max_wait)" in caplog.text

    async def test_when_the_time_of_the_call_would_be_over(
        self, begin: Any, naps: Naps, caplog: pytest.LogCaptureFixture
    ) -> None:
        scene = await begin(LIMITED, LIMITED, "never asked")
        run = await scene.run(run_retry=RunRetry(), timeout=40)
        assert (len(await scene.runs()), run.status, _waits(naps)) == (2, "failed", [22])
        assert "(timeout)" in caplog.text

    async def test_when_it_failed_for_something_else(self, begin: Any, naps: Naps) -> None:
        scene = await begin(LIMITED, Failure("Sorry, something went wrong.", "server_error"), "never asked")
        run = await scene.run(run_retry=RunRetry())
        assert (len(await scene.runs()), run.last_error.code, _waits(naps)) == (2, "server_error", [22])

    async def test_unless_that_is_named_too(self, begin: Any, naps: Naps) -> None:
        scene = await begin(Failure("Sorry, something went wrong.", "server_error"), "Fine.")
        run = await scene.run(run_retry=RunRetry(codes=["server_error"], default_wait=5))
        assert (run.status, _waits(naps)) == ("completed", [5])


async def test_the_time_is_that_of_the_whole_call(begin: Any, naps: Naps) -> None:
    held = threading.Event()

    def stalls(request: ModelRequest) -> str:
        held.wait(20)
        return "late"

    scene = await begin(LIMITED, stalls)
    try:
        with pytest.raises(WaitTimeoutError) as caught:
            await scene.run(run_retry=RunRetry(), timeout=30, on_timeout="cancel")
    finally:
        held.set()
    assert 30 <= caught.value.waited < 32
    assert caught.value.last.id == (await scene.runs())[-1]


async def test_functions_are_called_in_the_second_run_too(begin: Any) -> None:
    cities: list[str] = []

    def weather(city: str) -> str:
        """The weather.

        :param city: where.
        """
        cities.append(city)
        return "sunny"

    toolset = ToolSet()
    toolset.add(FunctionTool({weather}))
    scene = await begin(call("weather", city="Oslo"), LIMITED, call("weather", city="Rome"), "Sunny.", toolset=toolset)
    run = await scene.run(run_retry=RunRetry())
    assert (run.status, cities) == ("completed", ["Oslo", "Rome"])
    assert await scene.said() == ["How are you?", "Sunny."]


async def test_messages_of_the_call_are_added_once(begin: Any) -> None:
    scene = await begin(LIMITED, LIMITED, "Fine.")
    run = await scene.run(run_retry=RunRetry(), additional_messages=[{"role": "user", "content": "And you?"}])
    assert str(run.status) == "completed"
    assert await scene.said() == ["How are you?", "And you?", "Fine."]


async def test_settings_of_the_call_hold_for_every_run(connect: Connect, serve: Serve, naps: Naps) -> None:
    asked: list[tuple[str, float | None]] = []

    def model(request: ModelRequest) -> ModelTurn | str:
        asked.append((request.instructions, request.temperature))
        if len(asked) == 1:
            raise LIMITED
        return "Fine."

    agents = connect(serve(model=model)).agents
    agent = await done(agents.create_agent(model="m", instructions="Be long."))
    run = await done(
        agents.create_thread_and_process_run(
            agent_id=agent.id,
            thread={"messages": [{"role": "user", "content": "Hello"}]},
            instructions="Be brief.",
            temperature=0.5,
            run_retry=RunRetry(),
        )
    )
    assert asked == [("Be brief.", 0.5)] * 2
    messages = (await done(agents.list_messages(run.thread_id, order="asc"))).data
    assert [str(message.role) for message in messages] == [str(MessageRole.USER), str(MessageRole.AGENT)]
    assert len((await done(agents.list_runs(run.thread_id))).data) == 2
    assert len((await done(agents.list_threads())).data) == 1


async def test_somebody_else_may_take_the_thread_meanwhile(begin: Any) -> None:
    held = threading.Event()

    def stalls(request: ModelRequest) -> str:
        held.wait(20)
        return "late"

    scene = await begin(LIMITED, stalls, "Fine.")

    async def other(run: ThreadRun, seconds: float) -> None:
        await done(scene.agents.create_run(scene.thread.id, agent_id=scene.agent.id))

    def other_sync(run: ThreadRun, seconds: float) -> None:
        scene.agents.create_run(scene.thread.id, agent_id=scene.agent.id)

    on_retry = other if asyncio.iscoroutinefunction(scene.agents.create_run) else other_sync
    try:
        with pytest.raises(ActiveRunError):
            await scene.run(run_retry=RunRetry(on_retry=on_retry))
    finally:
        held.set()


async def test_a_wait_can_be_cancelled(serve: Serve) -> None:
    """No run is started, and none is left."""
    service = serve(model=ScriptedModel([LIMITED, "never asked"]))
    async with AIProjectClient(service.url, service.key) as client:
        agents = client.agents
        agent, thread = await agents.create_agent(model="m"), await agents.create_thread()
        waiting = asyncio.Event()
        policy = RunRetry(on_retry=lambda run, seconds: waiting.set())
        task = asyncio.ensure_future(agents.create_and_process_run(thread.id, agent_id=agent.id, run_retry=policy))
        await asyncio.wait_for(waiting.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [str(run.status) for run in (await agents.list_runs(thread.id)).data] == ["failed"]


async def test_the_client_of_agents_alone_has_it_too(connect_agents: Connect, serve: Serve, naps: Naps) -> None:
    client = connect_agents(serve(model=ScriptedModel([LIMITED, "Fine."])))
    agent, thread = await done(client.create_agent(model="m")), await done(client.threads.create())
    run = await done(client.runs.create_and_process(thread.id, agent_id=agent.id, run_retry=RunRetry()))
    assert (str(run.status), _waits(naps)) == ("completed", [22])


async def test_a_retry_is_told_in_the_log(begin: Any, caplog: pytest.LogCaptureFixture) -> None:
    scene = await begin(LIMITED, "Fine.")
    with caplog.at_level(logging.INFO, "agentkit"):
        await scene.run(run_retry=RunRetry())
    failed, _ = await scene.runs()
    assert f"the run {failed} failed with rate_limit_exceeded: run 2 of 3 starts in 22 s" in caplog.messages


async def test_a_policy_that_is_none_is_refused_before_anything_is_sent(begin: Any) -> None:
    scene = await begin("never asked")
    with pytest.raises(TypeError, match="run_retry"):
        await scene.run(run_retry=3)
    assert await scene.runs() == []


async def test_users_row_13_a_run_fails_with_try_again_in_22_seconds(begin: Any, naps: Naps) -> None:
    """No request fails: the hint stands in the run's last error alone."""
    scene = await begin(LIMITED, "It works.")
    run = await scene.run(run_retry=RunRetry())
    assert (str(run.status), _waits(naps), (await scene.said())[-1]) == ("completed", [22], "It works.")
