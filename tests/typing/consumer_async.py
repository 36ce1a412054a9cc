"""The same for the async client."""

# pyright: strict
from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from openai import AsyncOpenAI
from pydantic import BaseModel
from typing_extensions import assert_type

from agentkit.aio import AgentsClient, AIProjectClient, AsyncItemPaged
from agentkit.models import (
    Agent,
    AgentThread,
    AsyncAgentEventHandler,
    AsyncAgentRunStream,
    AsyncFunctionTool,
    AsyncToolSet,
    BaseAsyncAgentEventHandler,
    MessageDeltaChunk,
    MessageTextContent,
    OpenAIPageableListOfAgent,
    ThreadMessage,
    ThreadRun,
)


class Weather(BaseModel):
    """The form of an answer."""

    city: str
    celsius: float


class Printing(AsyncAgentEventHandler[str]):
    """Callbacks that return text."""

    async def on_message_delta(self, delta: MessageDeltaChunk) -> str | None:
        return delta.text


class Lengths(BaseAsyncAgentEventHandler[int]):
    """A handler that makes something of its own of each event."""

    async def _process_event(self, event_data_str: str) -> int:
        return len(event_data_str)


async def add(first: int, second: int) -> int:
    """Add two numbers."""
    return first + second


async def agents(client: AIProjectClient) -> None:
    """What creates an agent, and lists."""
    tools = AsyncToolSet()
    tools.add(AsyncFunctionTool([add]))
    made = await client.agents.create_agent(model="gpt-4o-mini", toolset=tools)
    assert_type(made, Agent)
    assert_type(await client.agents.create_agent({"model": "gpt-4o-mini"}), Agent)
    page = await client.agents.list_agents(limit=2)
    assert_type(page, OpenAIPageableListOfAgent)
    async for one in page.auto_paging_iter():
        assert_type(one, Agent)
        await client.agents.delete_agent(one.id)
    async with client.agents.temporary_agent(model="gpt-4o-mini") as temporary:
        assert_type(temporary, Agent)


async def conversation(client: AIProjectClient, agent: Agent) -> None:
    """Messages, runs, and answers that are read back in a form of their own."""
    thread = await client.agents.create_thread()
    await client.agents.create_message(thread.id, role="user", content="The weather in Oslo, as JSON.")
    run = await client.agents.create_and_process_run(thread.id, agent_id=agent.id, response_format=Weather, timeout=30)
    assert_type(run, ThreadRun)
    messages = await client.agents.list_messages(thread.id)
    assert_type(messages.parse_last(Weather), Weather)
    assert_type((await client.agents.get_messages(thread.id)).data, list[ThreadMessage])
    assert_type(messages.get_last_text_message_by_role("assistant"), MessageTextContent | None)


async def streams(client: AIProjectClient, agent: Agent) -> None:
    """A stream is entered at once or awaited before, and typed by its handler."""
    thread = await client.agents.threads.create()
    await client.agents.messages.create(thread.id, role="user", content="Say hello.")
    async with client.agents.create_stream(thread.id, agent_id=agent.id) as plain:
        assert_type(plain, AsyncAgentEventHandler[Any])
        await plain.until_done()
    async with await client.agents.create_stream(thread.id, agent_id=agent.id, event_handler=Printing()) as printing:
        assert_type(printing, Printing)
        async for event, _, text in printing:
            assert_type(event, str)
            assert_type(text, str | None)
        assert_type(await printing.get_final_run(), ThreadRun)
    async with client.agents.create_stream(thread.id, agent_id=agent.id, event_handler=Lengths()) as lengths:
        async for length in lengths:
            assert_type(length, int)
    stream = client.agents.create_stream(thread.id, agent_id=agent.id)
    assert_type(stream, AsyncAgentRunStream[AsyncAgentEventHandler[Any]])
    async for piece in stream.text_deltas():
        assert_type(piece, str)


async def areas(client: AIProjectClient) -> None:
    """The calls by area give lists that are walked whole, or page by page."""
    threads = client.agents.threads.list(limit=1)
    assert_type(threads, AsyncItemPaged[AgentThread])
    async for page in threads.by_page():
        assert_type(page, AsyncIterator[AgentThread])
        async for thread in page:
            assert_type(thread, AgentThread)
    async with client.get_openai_client(max_retries=0) as spoken:
        assert_type(spoken, AsyncOpenAI)


async def alone(client: AgentsClient) -> None:
    """The client of agents alone gives lists in place of pages."""
    assert_type(client.list_agents(), AsyncItemPaged[Agent])
    uploaded = await client.files.upload(file=("typed.txt", b"Oslo"), purpose="assistants")
    content = await client.files.get_content(uploaded.id)
    assert_type(content, AsyncIterator[bytes])
    assert b"".join([chunk async for chunk in content]) == b"Oslo"
    async with client as entered:
        assert_type(entered, AgentsClient)


async def main(client: AIProjectClient) -> None:
    """Everything, on any service."""
    await agents(client)
    async with client.agents.temporary_agent(model="gpt-4o-mini", instructions="You help.") as agent:
        await conversation(client, agent)
        await streams(client, agent)
    await areas(client)
