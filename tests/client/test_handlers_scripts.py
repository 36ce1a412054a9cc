"""Streaming scripts as people have written them for azure-ai-projects 1.0.0b10, in both clients, with nothing but the imports changed.

Each gets its two functions called, one way or the other, and ends with the agent's answer.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from agentkit import AIProjectClient
from agentkit.aio import AIProjectClient as AsyncAIProjectClient
from agentkit.local import LocalService
from agentkit.local.models.scripted import ScriptedModel, call
from agentkit.models import (
    AgentEventHandler,
    AgentStreamEvent,
    AsyncAgentEventHandler,
    AsyncFunctionTool,
    AsyncToolSet,
    BaseAgentEventHandler,
    BaseAsyncAgentEventHandler,
    FunctionTool,
    MessageDeltaChunk,
    RequiredFunctionToolCall,
    SubmitToolOutputsAction,
    ThreadRun,
    ToolOutput,
    ToolSet,
)

from .streaming import weather

Serve = Callable[..., LocalService]

ANSWER = "It is sunny in Oslo and in Rome."
OUTPUTS = ["sunny in Oslo", "sunny in Rome"]


def chunk_of(event_data_str: str) -> str | None:
    """The text of an event, where it has any: scripts take the two lines apart."""
    event_type, event_data = "", ""
    for line in event_data_str.strip().split("\n"):
        if line.startswith("event:"):
            event_type = line.split(":", 1)[1].strip()
        elif line.startswith("data:"):
            event_data = line.split(":", 1)[1].strip()
    if event_type != AgentStreamEvent.THREAD_MESSAGE_DELTA.value:
        return None
    return MessageDeltaChunk(**json.loads(event_data)).text


def outputs_of(run: ThreadRun, functions: FunctionTool) -> list[ToolOutput]:
    """What a script submits for the calls of a run."""
    assert isinstance(run.required_action, SubmitToolOutputsAction)
    tool_outputs = []
    for tool_call in run.required_action.submit_tool_outputs.tool_calls:
        if isinstance(tool_call, RequiredFunctionToolCall):
            output = functions.execute(tool_call)
            tool_outputs.append(ToolOutput(tool_call_id=tool_call.id, output=output))
    return tool_outputs


@pytest.fixture
def service(serve: Serve) -> Iterator[LocalService]:
    """The service; after the script, its run has ended well and its functions were called once each."""
    service = serve(model=ScriptedModel([[call("weather", city="Oslo"), call("weather", city="Rome")], ANSWER]))
    yield service
    with AIProjectClient(service.url, service.key) as client:
        (thread,) = client.agents.list_threads().data
        (run,) = client.agents.list_runs(thread.id).data
        first, _ = client.agents.list_run_steps(thread.id, run.id, order="asc").data
        details: Any = first.step_details
        assert run.status == "completed"
        assert [one.function.output for one in details.tool_calls] == OUTPUTS


class TestSync:
    @pytest.fixture
    def client(self, service: LocalService) -> Iterator[AIProjectClient]:
        with AIProjectClient(service.url, service.key) as client:
            yield client

    @pytest.fixture
    def ids(self, client: AIProjectClient) -> dict[str, Any]:
        agent = client.agents.create_agent(model="gpt-4o", name="w", tools=FunctionTool([weather]).definitions)
        thread = client.agents.create_thread()
        client.agents.create_message(thread_id=thread.id, role="user", content="How is the weather in Oslo and Rome?")
        return {"thread_id": thread.id, "agent_id": agent.id}

    def test_an_own_base_handler_with_a_generator_of_chunks(self, client: AIProjectClient, ids: dict[str, Any]) -> None:
        class MyEventHandler(BaseAgentEventHandler[str | None]):
            def _process_event(self, event_data_str: str) -> str | None:
                return chunk_of(event_data_str)

            def get_stream_chunks(self) -> Iterator[str]:
                for chunk in self:
                    if chunk:
                        yield chunk

        client.agents.enable_auto_function_calls(functions={weather})
        with client.agents.create_stream(**ids, event_handler=MyEventHandler()) as stream:
            chunks = list(stream.get_stream_chunks())
        assert "".join(chunks) == ANSWER
        assert len(chunks) > 1

    def test_callbacks_that_print(
        self, client: AIProjectClient, ids: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        class MyEventHandler(AgentEventHandler[None]):
            def on_message_delta(self, delta: MessageDeltaChunk) -> None:
                print(delta.text, end="")

            def on_thread_run(self, run: ThreadRun) -> None:
                if run.status == "completed":
                    print(f" ({run.status})")

            def on_error(self, data: str) -> None:
                print(f"An error occurred. Data: {data}")

        client.agents.enable_auto_function_calls(toolset=_toolset(ToolSet(), FunctionTool([weather])))
        with client.agents.create_stream(**ids, event_handler=MyEventHandler()) as stream:
            stream.until_done()
        assert capsys.readouterr().out == f"{ANSWER} (completed)\n"

    def test_functions_called_by_the_handler(self, client: AIProjectClient, ids: dict[str, Any]) -> None:
        class MyEventHandler(AgentEventHandler[None]):
            def __init__(self, functions: FunctionTool) -> None:
                super().__init__()
                self.functions = functions
                self.text = ""

            def on_message_delta(self, delta: MessageDeltaChunk) -> None:
                self.text += delta.text

            def on_thread_run(self, run: ThreadRun) -> None:
                if run.status == "requires_action" and isinstance(run.required_action, SubmitToolOutputsAction):
                    client.agents.submit_tool_outputs_to_stream(
                        thread_id=run.thread_id,
                        run_id=run.id,
                        tool_outputs=outputs_of(run, self.functions),
                        event_handler=self,
                    )

        handler = MyEventHandler(FunctionTool({weather}))
        with client.agents.create_stream(**ids, event_handler=handler) as stream:
            stream.until_done()
        assert handler.text == ANSWER

    def test_functions_called_in_the_loop(self, client: AIProjectClient, ids: dict[str, Any]) -> None:
        functions, text = FunctionTool({weather}), ""
        with client.agents.create_stream(**ids) as stream:
            for event_type, event_data, _ in stream:
                if isinstance(event_data, MessageDeltaChunk):
                    text += event_data.text
                elif isinstance(event_data, ThreadRun) and event_data.status == "requires_action":
                    client.agents.submit_tool_outputs_to_stream(
                        thread_id=event_data.thread_id,
                        run_id=event_data.id,
                        tool_outputs=outputs_of(event_data, functions),
                        event_handler=stream,
                    )
                elif event_type == AgentStreamEvent.ERROR:
                    raise AssertionError(event_data)
        assert text == ANSWER

    @pytest.mark.parametrize("by_handler", [False, True], ids=["by iteration", "by handler"])
    def test_functions_called_by_the_client(self, by_handler: bool, client: AIProjectClient, ids: dict[str, Any]) -> None:
        class MyEventHandler(AgentEventHandler[None]):
            text = ""

            def on_message_delta(self, delta: MessageDeltaChunk) -> None:
                self.text += delta.text

        client.agents.enable_auto_function_calls(function_tool=FunctionTool([weather]))
        handler = MyEventHandler()
        with client.agents.create_stream(**ids, event_handler=handler) as stream:
            if by_handler:
                stream.until_done()
            else:
                kinds = [event_type for event_type, _, _ in stream]
                assert kinds.count(AgentStreamEvent.DONE) == 2
        assert handler.text == ANSWER

    def test_a_stream_from_the_submission_on(self, client: AIProjectClient, ids: dict[str, Any]) -> None:
        class MyEventHandler(AgentEventHandler[None]):
            text = ""

            def on_message_delta(self, delta: MessageDeltaChunk) -> None:
                self.text += delta.text

        run = client.agents.create_run(**ids)
        while run.status in ("queued", "in_progress"):
            run = client.agents.get_run(run.thread_id, run.id)
        handler = MyEventHandler()
        client.agents.submit_tool_outputs_to_stream(
            run.thread_id, run.id, tool_outputs=outputs_of(run, FunctionTool([weather])), event_handler=handler
        )
        handler.until_done()
        assert handler.text == ANSWER


class TestAsync:
    @pytest.fixture
    async def client(self, service: LocalService) -> AsyncIterator[AsyncAIProjectClient]:
        async with AsyncAIProjectClient(service.url, service.key) as client:
            yield client

    @pytest.fixture
    async def ids(self, client: AsyncAIProjectClient) -> dict[str, Any]:
        agent = await client.agents.create_agent(model="gpt-4o", name="w", tools=AsyncFunctionTool([weather]).definitions)
        thread = await client.agents.create_thread()
        await client.agents.create_message(thread_id=thread.id, role="user", content="How is the weather in Oslo and Rome?")
        return {"thread_id": thread.id, "agent_id": agent.id}

    async def test_an_own_base_handler_with_a_generator_of_chunks(
        self, client: AsyncAIProjectClient, ids: dict[str, Any]
    ) -> None:
        class MyEventHandler(BaseAsyncAgentEventHandler[str | None]):
            async def _process_event(self, event_data_str: str) -> str | None:
                return chunk_of(event_data_str)

            async def get_stream_chunks(self) -> AsyncIterator[str]:
                async for chunk in self:
                    if chunk:
                        yield chunk

        client.agents.enable_auto_function_calls(functions={weather})
        async with await client.agents.create_stream(**ids, event_handler=MyEventHandler()) as stream:
            chunks = [chunk async for chunk in stream.get_stream_chunks()]
        assert "".join(chunks) == ANSWER
        assert len(chunks) > 1

    async def test_callbacks_that_print(
        self, client: AsyncAIProjectClient, ids: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        class MyEventHandler(AsyncAgentEventHandler[None]):
            async def on_message_delta(self, delta: MessageDeltaChunk) -> None:
                print(delta.text, end="")

            async def on_thread_run(self, run: ThreadRun) -> None:
                if run.status == "completed":
                    print(f" ({run.status})")

            async def on_error(self, data: str) -> None:
                print(f"An error occurred. Data: {data}")

        client.agents.enable_auto_function_calls(toolset=_toolset(AsyncToolSet(), AsyncFunctionTool([weather])))
        async with await client.agents.create_stream(**ids, event_handler=MyEventHandler()) as stream:
            await stream.until_done()
        assert capsys.readouterr().out == f"{ANSWER} (completed)\n"

    async def test_functions_called_by_the_handler(self, client: AsyncAIProjectClient, ids: dict[str, Any]) -> None:
        class MyEventHandler(AsyncAgentEventHandler[None]):
            def __init__(self, functions: FunctionTool) -> None:
                super().__init__()
                self.functions = functions
                self.text = ""

            async def on_message_delta(self, delta: MessageDeltaChunk) -> None:
                self.text += delta.text

            async def on_thread_run(self, run: ThreadRun) -> None:
                if run.status == "requires_action" and isinstance(run.required_action, SubmitToolOutputsAction):
                    await client.agents.submit_tool_outputs_to_stream(
                        thread_id=run.thread_id,
                        run_id=run.id,
                        tool_outputs=outputs_of(run, self.functions),
                        event_handler=self,
                    )

        handler = MyEventHandler(FunctionTool({weather}))
        async with await client.agents.create_stream(**ids, event_handler=handler) as stream:
            await stream.until_done()
        assert handler.text == ANSWER

    async def test_functions_called_in_the_loop(self, client: AsyncAIProjectClient, ids: dict[str, Any]) -> None:
        functions, text = FunctionTool({weather}), ""
        async with await client.agents.create_stream(**ids) as stream:
            async for event_type, event_data, _ in stream:
                if isinstance(event_data, MessageDeltaChunk):
                    text += event_data.text
                elif isinstance(event_data, ThreadRun) and event_data.status == "requires_action":
                    await client.agents.submit_tool_outputs_to_stream(
                        thread_id=event_data.thread_id,
                        run_id=event_data.id,
                        tool_outputs=outputs_of(event_data, functions),
                        event_handler=stream,
                    )
                elif event_type == AgentStreamEvent.ERROR:
                    raise AssertionError(event_data)
        assert text == ANSWER

    @pytest.mark.parametrize("by_handler", [False, True], ids=["by iteration", "by handler"])
    async def test_functions_called_by_the_client(
        self, by_handler: bool, client: AsyncAIProjectClient, ids: dict[str, Any]
    ) -> None:
        class MyEventHandler(AsyncAgentEventHandler[None]):
            text = ""

            async def on_message_delta(self, delta: MessageDeltaChunk) -> None:
                self.text += delta.text

        client.agents.enable_auto_function_calls(function_tool=AsyncFunctionTool([weather]))
        handler = MyEventHandler()
        async with await client.agents.create_stream(**ids, event_handler=handler) as stream:
            if by_handler:
                await stream.until_done()
            else:
                kinds = [event_type async for event_type, _, _ in stream]
                assert kinds.count(AgentStreamEvent.DONE) == 2
        assert handler.text == ANSWER

    async def test_a_stream_from_the_submission_on(self, client: AsyncAIProjectClient, ids: dict[str, Any]) -> None:
        class MyEventHandler(AsyncAgentEventHandler[None]):
            text = ""

            async def on_message_delta(self, delta: MessageDeltaChunk) -> None:
                self.text += delta.text

        run = await client.agents.create_run(**ids)
        while run.status in ("queued", "in_progress"):
            run = await client.agents.get_run(run.thread_id, run.id)
        handler = MyEventHandler()
        await client.agents.submit_tool_outputs_to_stream(
            run.thread_id, run.id, tool_outputs=outputs_of(run, FunctionTool([weather])), event_handler=handler
        )
        await handler.until_done()
        assert handler.text == ANSWER


def _toolset(toolset: Any, tool: Any) -> Any:
    toolset.add(tool)
    return toolset
