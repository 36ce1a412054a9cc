"""The work: what scripts do with agents, one piece after the other, every object written down before it is asked for.

It is written once. With the sync client nothing in it ever waits, so a thread carries it out in one step; see :func:`at_once`.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from agentkit.exceptions import AzureError, ResourceNotFoundError
from agentkit.models import CodeInterpreterTool, FileSearchTool, FunctionTool, ThreadMessage
from soaking.ledger import Ledger
from soaking.tally import Tally, Wrong

T = TypeVar("T")

KEPT = 0.1
"""The share of the objects that stay until the end."""

WEATHER = "What is the weather in Oslo?"
RAIN = "4 degrees and rain"
OUT_OF_TIME = "it ran longer than"
"""What an answer says of code that was stopped at its limit of time, as it happens on a machine that is too busy."""
CHART = "Make a bar chart of the profit. Company A: $1.2 million, Company B: $2.5 million"


def get_weather(city: str) -> str:
    """Get the weather of a city.

    :param city: the name of the city.
    """
    return f"{len(city)} degrees and rain"


@dataclass(frozen=True)
class Staff:
    """The ids of the agents that all runs share: one with no tools, and one with each kind."""

    plain: str
    functions: str
    search: str
    code: str

    @classmethod
    def hired(cls, agents: Any) -> Staff:
        """Make them with a sync client."""

        def hire(tools: list[Any]) -> str:
            return str(agents.create_agent(model="offline", name="staff", tools=tools).id)

        return cls(
            plain=hire([]),
            functions=hire(FunctionTool([get_weather]).definitions),
            search=hire(FileSearchTool().definitions),
            code=hire(CodeInterpreterTool().definitions),
        )


class Worker:
    """Does one piece of work after the other.

    :param agents: The operations of a client, sync or async.
    :param tools: A tool set for them that has the function :func:`get_weather`.
    :param folder: Where downloads are saved.
    """

    def __init__(
        self, agents: Any, tools: Any, staff: Staff, ledger: Ledger, tally: Tally, chance: random.Random, folder: Path
    ) -> None:
        self._agents = agents
        self._tools = tools
        self._staff = staff
        self._ledger = ledger
        self._tally = tally
        self._chance = chance
        self._folder = folder
        self._works: dict[str, tuple[Callable[[], Awaitable[None]], int]] = {
            "run": (self._run, 8),
            "run with a function": (self._run_with_function, 8),
            "stream": (self._stream, 8),
            "stream with a function": (self._stream_with_function, 8),
            "stream that is left": (self._stream_left, 4),
            "run that is cancelled": (self._cancel, 6),
            "file": (self._file, 10),
            "search in a vector store": (self._search, 4),
            "agent": (self._agent, 6),
            "chart": (self._chart, 1),
        }

    async def work(self) -> None:
        """Do one piece; what it comes to is counted."""
        name = self._chance.choices(list(self._works), [weight for _, weight in self._works.values()])[0]
        whole = False
        try:
            await self._works[name][0]()
            whole = True
        except AzureError:
            pass  # counted by the call that raised it; what was acknowledged by then stays
        except Wrong as error:
            self._tally.is_wrong(f"{name}: {error}")
        except Exception as error:  # noqa: BLE001 - only errors of the client's are to get here
            self._tally.is_wrong(f"{name}: {type(error).__name__}: {error}")
        finally:
            self._tally.ended(name, whole=whole)

    # --- pieces of work -----------------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        thread = await self._thread("What is the average of 3 and 5?")
        await self._processed(thread, self._staff.plain)
        await self._leave(thread, answers=1)

    async def _run_with_function(self) -> None:
        thread = await self._thread(WEATHER)
        await self._processed(thread, self._staff.functions, toolset=self._tools)
        await self._leave(thread, answers=1, saying=RAIN)

    async def _stream(self) -> None:
        thread = await self._thread("What is the average of 3 and 5?")
        await self._streamed(thread, self._staff.plain)
        await self._leave(thread, answers=1)

    async def _stream_with_function(self) -> None:
        thread = await self._thread(WEATHER)
        await self._streamed(thread, self._staff.functions, toolset=self._tools)
        await self._leave(thread, answers=1, saying=RAIN)

    async def _stream_left(self) -> None:
        thread = await self._thread(WEATHER)
        events = self._chance.randrange(1, 12)
        await self._streamed(thread, self._staff.functions, toolset=self._tools, cancel_on_exit=True, events=events)
        await self._leave(thread)

    async def _cancel(self) -> None:
        thread = await self._thread(WEATHER)
        run = await self._make("run", "create_run", self._staff.functions, thread, agent_id=self._staff.functions)
        await self._call("cancel_run", thread.id, run.id)
        again = await self._call("get_run", thread.id, run.id)
        if again.status not in ("cancelling", "cancelled"):
            raise Wrong(f"{run.id} is {again.status} after it was cancelled")
        await self._leave(thread)

    async def _file(self) -> None:
        data = self._chance.randbytes(self._chance.choice((10, 5_000, 300_000)))
        file = await self._uploaded(data, ".bin")
        there = await self._call("get_file", file.id)
        if there.bytes != len(data):
            raise Wrong(f"{file.id} has {there.bytes} bytes of {len(data)}")
        content = await _joined(await self._call("get_file_content", file.id))
        saved: Path = await self._call("save_file", file.id, f"{file.id}.bin", self._folder)
        same = content == data == saved.read_bytes()
        saved.unlink()
        if not same:
            raise Wrong(f"{file.id} came back with other bytes than it went")
        await self._drop("delete_file", file)

    async def _search(self) -> None:
        word = f"Quill{self._chance.randrange(10**6)}"
        file = await self._uploaded(f"# Towers\n\nThe keeper of the tower is Miss {word}.\n".encode(), ".md")
        mark = self._ledger.new_mark()
        about = {"name": mark, "metadata": {"mark": mark}, "file_ids": [file.id]}
        store = await self._make("vector store", "create_vector_store_and_poll", file.id, mark=mark, **about)
        tool = FileSearchTool(vector_store_ids=[store.id])
        thread = await self._thread("Who is the keeper of the tower?", tool_resources=tool.resources)
        await self._processed(thread, self._staff.search)
        await self._leave(thread, answers=1, saying=word)
        # A file that is deleted is taken out of its stores as well, so it stays where its store stays.
        if await self._drop("delete_vector_store", store):
            await self._drop("delete_file", file, always=True)

    async def _agent(self) -> None:
        mark = self._ledger.new_mark()
        about = {"model": "offline", "name": mark, "instructions": f"You are {mark}."}
        agent = await self._make("agent", "create_agent", about["instructions"], mark=mark, **about)
        await self._call("update_agent", agent.id, description="Made for a while.")
        there = await self._call("get_agent", agent.id)
        if (there.name, there.description) != (mark, "Made for a while."):
            raise Wrong(f"{agent.id} is {there.name!r}, {there.description!r}")
        await self._call("list_agents", limit=5)
        await self._drop("delete_agent", agent)

    async def _chart(self) -> None:
        thread = await self._thread(CHART)
        await self._processed(thread, self._staff.code)
        messages = await self._call("list_messages", thread.id)
        if not messages.image_contents:
            said = [text_of(message) for message in messages.data]
            if any(OUT_OF_TIME in text for text in said):
                return self._tally.ran_out_of_time()
            raise Wrong(f"the answer on {thread.id} has no image: {said}")
        for image in messages.image_contents:
            content = await _joined(await self._call("get_file_content", image.image_file.file_id))
            if not content.startswith(b"\x89PNG"):
                raise Wrong(f"{image.image_file.file_id} is no image")
        for file_id in {image.image_file.file_id for image in messages.image_contents}:
            await self._call("delete_file", file_id)
        # Its code has a session of its own, which is to end with it.
        await self._drop("delete_thread", thread, always=True)
        return None

    # --- what they are made of ----------------------------------------------------------------------------------------------------

    async def _call(self, name: str, /, *arguments: Any, **given: Any) -> Any:
        self._tally.called(name)
        try:
            result = getattr(self._agents, name)(*arguments, **given)
            return await result if inspect.isawaitable(result) else result
        except AzureError as error:
            self._tally.failed(name, error)
            raise

    async def _make(
        self, kind: str, name: str, content: str, owner: Any = None, /, *, mark: str | None = None, **given: Any
    ) -> Any:
        """Make an object that carries a mark, and write down how that came out."""
        mark = mark or self._ledger.new_mark()
        self._ledger.asked(mark, kind, content, owner.id if owner else "")
        if owner or kind == "thread":
            given["metadata"] = {"mark": mark}
        try:
            made = await self._call(name, *([owner.id] if owner else []), **given)
        except AzureError as error:
            self._ledger.refused(mark, type(error).__name__)
            raise
        self._ledger.acknowledged(mark, made.id)
        return made

    async def _thread(self, question: str, **given: Any) -> Any:
        thread = await self._make("thread", "create_thread", "", **given)
        await self._make("message", "create_message", question, thread, role="user", content=question)
        return thread

    async def _uploaded(self, data: bytes, suffix: str) -> Any:
        mark = self._ledger.new_mark()
        digest = hashlib.sha256(data).hexdigest()
        return await self._make(
            "file", "upload_file", digest, mark=mark, file=(mark + suffix, data), filename=mark + suffix, purpose="assistants"
        )

    async def _processed(self, thread: Any, agent_id: str, **given: Any) -> None:
        run = await self._make("run", "create_and_process_run", agent_id, thread, agent_id=agent_id, **given)
        if run.status != "completed":
            raise Wrong(f"{run.id} is {run.status}: {run.last_error}")

    async def _streamed(self, thread: Any, agent_id: str, *, events: int | None = None, **given: Any) -> None:
        """Stream a run to its end, or leave after so many events."""
        mark = self._ledger.new_mark()
        self._ledger.asked(mark, "run", agent_id, thread.id)
        self._tally.called("create_stream")
        try:
            stream = self._agents.create_stream(thread.id, agent_id=agent_id, metadata={"mark": mark}, **given)
            run, text = await (_read(stream, events) if hasattr(stream, "__aenter__") else _read_at_once(stream, events))
        except AzureError as error:
            self._tally.failed("create_stream", error)
            self._ledger.refused(mark, type(error).__name__)
            raise
        self._ledger.acknowledged(mark, run.id)
        if events is None and (run.status != "completed" or not text):
            raise Wrong(f"{run.id} is {run.status} at the end of its stream, and says {text!r}")

    async def _leave(self, thread: Any, answers: int | None = None, saying: str = "") -> None:
        """Look that a thread has everything once, then delete it, or most of them.

        :param answers: So many messages its runs have written; None where that depends on when they were left.
        :param saying: What stands in them.
        """
        messages = (await self._call("list_messages", thread.id, limit=100)).data
        runs = (await self._call("list_runs", thread.id, limit=100)).data
        written = [message for message in messages if message.run_id is not None]
        doubled = [mark for mark, count in _marks([*runs, *messages]).items() if count != 1]
        if doubled or len(runs) != 1 or len(messages) - len(written) != 1:
            raise Wrong(f"{thread.id} has {len(runs)} runs and {len(messages)} messages, doubled are {doubled}")
        if answers is not None and len(written) != answers:
            raise Wrong(f"{thread.id} has {len(written)} answers instead of {answers}")
        if saying and not any(saying in text_of(message) for message in written):
            raise Wrong(f"{thread.id}: {saying!r} is not in {[text_of(message) for message in written]}")
        await self._drop("delete_thread", thread)

    async def _drop(self, name: str, made: Any, *, always: bool = False) -> bool:
        """Delete an object, or keep it now and then; whether it is deleted."""
        if not always and self._chance.random() < KEPT:
            return False
        self._ledger.leaving(made.id)
        # Not found: it was sent a second time, when the answer to the first was lost.
        with suppress(ResourceNotFoundError):
            await self._call(name, made.id)
        self._ledger.gone(made.id)
        return True


async def _read(stream: Any, events: int | None) -> tuple[Any, str]:
    """Read a stream of the async client to its end, or so many events: its run and the text of its last message."""
    text = ""
    async with stream as handler:
        async for _, data, _ in handler:
            text = text_of(data) if isinstance(data, ThreadMessage) else text
            events = None if events is None else events - 1
            if events is not None and events <= 0:
                break
        return (await handler.get_final_run() if events is None else stream.current_run), text


async def _read_at_once(stream: Any, events: int | None) -> tuple[Any, str]:
    """The same for the sync client."""
    text = ""
    with stream as handler:
        for _, data, _ in handler:
            text = text_of(data) if isinstance(data, ThreadMessage) else text
            events = None if events is None else events - 1
            if events is not None and events <= 0:
                break
        return (handler.get_final_run() if events is None else stream.current_run), text


async def _joined(pieces: Any) -> bytes:
    return b"".join([piece async for piece in pieces] if hasattr(pieces, "__aiter__") else pieces)


def text_of(message: Any) -> str:
    """The text of a message."""
    return "".join(part.text.value for part in message.text_messages)


def _marks(objects: list[Any]) -> Counter[str]:
    return Counter(thing.metadata["mark"] for thing in objects if "mark" in (thing.metadata or {}))


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that never waits.

    :raises RuntimeError: It waits.
    """
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    raise RuntimeError("the work of a sync client waited for something")


def in_thread(worker: Worker, ended: Callable[[], bool], pause: Callable[[], None]) -> None:
    """Work with the sync client until it is enough."""
    while not ended():
        at_once(worker.work())
        pause()


async def in_loop(worker: Worker, ended: Callable[[], bool], pause: Callable[[], float]) -> None:
    """Work with the async client until it is enough."""
    while not ended():
        await worker.work()
        await asyncio.sleep(pause())
