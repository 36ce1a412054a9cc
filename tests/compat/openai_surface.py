"""What the scenarios of the openai package share: its operations without the rest of it, its pages and streams, sync and async."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import openai


def surface(client: Any) -> SimpleNamespace:
    """The operations that the service has: all of assistants, threads, vector stores and files, and those that only ask a model.

    Of models the service has one, which cannot be deleted, and it stores no chat completions.
    """
    threads, stores = client.beta.threads, client.vector_stores
    runs = operations(threads.runs, steps=operations(threads.runs.steps))
    return SimpleNamespace(
        beta=SimpleNamespace(
            assistants=operations(client.beta.assistants),
            threads=operations(threads, messages=operations(threads.messages), runs=runs),
        ),
        vector_stores=operations(stores, files=operations(stores.files), file_batches=operations(stores.file_batches)),
        files=operations(client.files),
        models=operations(client.models, only=("list", "retrieve")),
        chat=SimpleNamespace(completions=operations(client.chat.completions, only=("create", "parse", "stream"))),
    )


def operations(resource: Any, only: Sequence[str] = (), **groups: SimpleNamespace) -> SimpleNamespace:
    """The operations of a resource.

    :param only: Which ones; all when empty.
    :param groups: Those of the resources below it.
    """
    names = only or [name for name in dir(type(resource)) if not name.startswith(("_", "with_")) and name not in groups]
    return SimpleNamespace(**{name: getattr(resource, name) for name in names}, **groups)


@asynccontextmanager
async def reading(stream: Any) -> AsyncIterator[Any]:
    """What the context of a stream gives."""
    if hasattr(stream, "__aenter__"):
        async with stream as handler:
            yield handler
    else:
        with stream as handler:
            yield handler


async def each(source: Any) -> AsyncIterator[Any]:
    """Every item of all pages of a listing, or every event of a stream."""
    if hasattr(source, "__aiter__"):
        async for item in source:
            yield item
    else:
        for item in source:
            yield item


async def items(source: Any) -> list[Any]:
    return [item async for item in each(source)]


async def events_of(stream: Any) -> list[Any]:
    """All events of a stream of a run."""
    async with reading(stream) as handler:
        return await items(handler)


async def refused(call: Awaitable[Any], kind: type[openai.APIStatusError]) -> Any:
    """The error of a call that has to be refused.

    :raises AssertionError: It was not.
    """
    try:
        await call
    except kind as error:
        return error
    raise AssertionError(f"the call was not refused with {kind.__name__}")


async def broken_off(events: AsyncIterator[Any]) -> tuple[list[Any], openai.APIError]:
    """The events of a stream that has to break off, and the error with which it does.

    :raises AssertionError: It came to its end.
    """
    seen = []
    try:
        async for event in events:
            seen.append(event)
    except openai.APIError as error:
        return seen, error
    raise AssertionError("the stream ended as if nothing had happened")


def text_of(message: Any) -> str:
    """The text of a message of a thread."""
    return "\n".join(block.text.value for block in message.content if block.type == "text")
