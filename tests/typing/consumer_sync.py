"""A program of the sync client as a user with a strict type checker writes it; both checkers read it, and it is run."""

# pyright: strict
from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from openai import OpenAI
from pydantic import BaseModel
from typing_extensions import assert_type

from agentkit import AgentsClient, AIProjectClient, ItemPaged
from agentkit.models import (
    Agent,
    AgentDeletionStatus,
    AgentEventHandler,
    AgentRunStream,
    AgentThread,
    AgentVersionDetails,
    BaseAgentEventHandler,
    Evaluation,
    MessageDeltaChunk,
    MessageRole,
    MessageTextContent,
    OpenAIFile,
    OpenAIPageableListOfAgent,
    OpenAIPageableListOfThreadMessage,
    PromptAgentDefinition,
    RunStatus,
    ThreadMessage,
    ThreadRun,
    VectorStore,
)


class Weather(BaseModel):
    """The form of an answer."""

    city: str
    celsius: float


class Printing(AgentEventHandler[str]):
    """Callbacks that return text."""

    def on_message_delta(self, delta: MessageDeltaChunk) -> str | None:
        return delta.text

    def on_thread_run(self, run: ThreadRun) -> str | None:
        return str(run.status)


class Lengths(BaseAgentEventHandler[int]):
    """A handler that makes something of its own of each event."""

    def _process_event(self, event_data_str: str) -> int:
        return len(event_data_str)


def agents(client: AIProjectClient) -> None:
    """The overloads of what creates an agent, lists, and temporary ones."""
    made = client.agents.create_agent(model="gpt-4o-mini", name="typed", response_format=Weather)
    assert_type(made, Agent)
    assert_type(client.agents.create_agent({"model": "gpt-4o-mini"}), Agent)
    assert_type(client.agents.create_agent(io.BytesIO(b'{"model": "gpt-4o-mini"}')), Agent)
    assert_type(made.name, str)
    assert_type(made.created_at, datetime)
    assert_type(made.as_dict(), dict[str, Any])

    page = client.agents.list_agents(limit=2)
    assert_type(page, OpenAIPageableListOfAgent)
    assert_type(page.data, list[Agent])
    for one in page.auto_paging_iter():
        assert_type(one, Agent)
    assert_type(client.agents.update_agent(made.id, name="renamed"), Agent)
    assert_type(client.agents.delete_agent(made.id), AgentDeletionStatus)
    with client.agents.temporary_agent(model="gpt-4o-mini") as temporary:
        assert_type(temporary, Agent)
    version = client.agents.create_version("typed-prompt", definition=PromptAgentDefinition(model="gpt-4o-mini"))
    assert_type(version, AgentVersionDetails)
    client.agents.delete("typed-prompt")


def conversation(client: AIProjectClient, agent: Agent) -> None:
    """Messages, runs, and answers that are read back in a form of their own."""
    with client.agents.temporary_thread() as thread:
        assert_type(thread, AgentThread)
        client.agents.create_message(thread.id, role=MessageRole.USER, content="The weather in Oslo, as JSON.")
        run = client.agents.create_and_process_run(thread.id, agent_id=agent.id, response_format=Weather, timeout=30)
        assert_type(run, ThreadRun)
        assert run.status == RunStatus.COMPLETED, run.last_error
        messages = client.agents.list_messages(thread.id)
        assert_type(messages, OpenAIPageableListOfThreadMessage)
        assert_type(client.agents.get_messages(thread.id, limit=1).data, list[ThreadMessage])
        assert_type(messages.parse_last(Weather), Weather)
        assert_type(messages.parse_last(dict[str, Any]), dict[str, Any])
        last = messages.get_last_text_message_by_role(MessageRole.AGENT)
        assert_type(last, MessageTextContent | None)
        assert last is not None
        assert_type(last.text.value, str)


def streams(client: AIProjectClient, agent: Agent) -> None:
    """A stream is typed by its handler: without one, with callbacks, and with a base handler."""
    thread = client.agents.create_thread()
    client.agents.create_message(thread.id, role="user", content="Say hello.")
    with client.agents.create_stream(thread.id, agent_id=agent.id) as plain:
        assert_type(plain, AgentEventHandler[Any])
        for event, _, returned in plain:
            assert_type(event, str)
            assert_type(returned, Any | None)
    with client.agents.create_stream(thread.id, agent_id=agent.id, event_handler=Printing()) as printing:
        assert_type(printing, Printing)
        for _, data, text in printing:
            assert_type(text, str | None)
            if isinstance(data, ThreadRun):
                assert_type(data, ThreadRun)
        assert_type(printing.get_final_run(), ThreadRun)
    with client.agents.runs.stream(thread.id, agent_id=agent.id, event_handler=Lengths()) as lengths:
        assert_type(lengths, Lengths)
        assert_type(sum(lengths), int)
    stream = client.agents.create_stream(thread.id, agent_id=agent.id)
    assert_type(stream, AgentRunStream[AgentEventHandler[Any]])
    assert_type(list(stream.text_deltas()), list[str])
    client.agents.delete_thread(thread.id)


def areas(client: AIProjectClient, agent: Agent) -> None:
    """The calls by area give lists that are walked whole, or page by page."""
    threads = client.agents.threads.list(limit=1)
    assert_type(threads, ItemPaged[AgentThread])
    for page in threads.by_page():
        assert_type(page, Iterator[AgentThread])
        assert_type(list(page), list[AgentThread])
    thread = client.agents.threads.create()
    message = client.agents.messages.create(thread.id, role="user", content="Hello")
    assert_type(message, ThreadMessage)
    assert_type(client.agents.runs.create_and_process(thread.id, agent_id=agent.id), ThreadRun)
    assert_type(client.agents.messages.list(thread.id), ItemPaged[ThreadMessage])
    client.agents.threads.delete(thread.id)


def files(client: AIProjectClient, folder: str) -> None:
    """Files, and the stores that search in them."""
    path = os.path.join(folder, "typed.txt")
    with open(path, "w", encoding="utf-8") as written:
        written.write("Oslo is the capital of Norway.")
    uploaded = client.agents.upload_file_and_poll(file_path=path, purpose="assistants")
    assert_type(uploaded, OpenAIFile)
    store = client.agents.create_vector_store_and_poll(file_ids=[uploaded.id], name="typed", timeout=30)
    assert_type(store, VectorStore)
    assert_type(client.agents.get_file_content(uploaded.id), Iterator[bytes])
    client.agents.delete_vector_store(store.id)
    client.agents.delete_file(uploaded.id)


def groups(client: AIProjectClient) -> None:
    """What a project has beside agents."""
    assert_type(client.evaluations.list(), ItemPaged[Evaluation])
    assert_type(client.scope, dict[str, str | None])
    with client.get_openai_client(timeout=5.0) as spoken:
        assert_type(spoken, OpenAI)


def alone(client: AgentsClient) -> None:
    """The client of agents alone gives lists in place of pages."""
    assert_type(client.list_agents(), ItemPaged[Agent])
    with client as entered:
        assert_type(entered, AgentsClient)


def main(client: AIProjectClient, folder: str) -> None:
    """Everything, on any service."""
    agents(client)
    with client.agents.temporary_agent(model="gpt-4o-mini", instructions="You help.") as agent:
        conversation(client, agent)
        streams(client, agent)
        areas(client, agent)
    files(client, folder)
    groups(client)
