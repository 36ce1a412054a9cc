# Derived by `python -m codegen` from src/agentkit/aio/operations/_thread_runs.py; change that and run it again.
"""A thread and a run on it in one call, with the run as the answer or its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from ..._generated import requests
from ..._primitives import sync_call, sync_opened
from ..._request import streamed, tools_of
from ..._types import UNSET, ToolOptions
from ._streams import StreamHelpers

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._generated.models.runs import ThreadRun, TruncationObject
    from ..._generated.models.threads import AgentThreadCreationOptions
    from ..._generated.models.tools import (
        AgentsApiResponseFormatOption,
        AgentsApiToolChoiceOption,
        ToolDefinition,
        ToolResources,
        UpdateToolResourcesOptions,
    )
    from ..._types import Body, RunOptions, ToolSource
    from .._keywords import ThreadAndRunKeywords
    from .._streams import (
        AgentEventHandler,
        AgentRunStream,
        BaseAgentEventHandler,
        BaseAgentEventHandlerT,
    )

__all__ = ["ThreadRunHelpers"]


class ThreadRunHelpers(StreamHelpers):
    """Threads that are created with a run."""

    @overload
    def create_thread_and_run(
        self, body: Body = ..., *, stream_parameter: Literal[False] | None = None, **options: Unpack[ThreadAndRunKeywords]
    ) -> ThreadRun: ...

    @overload
    def create_thread_and_run(
        self,
        body: Body = ...,
        *,
        stream_parameter: Literal[True],
        event_handler: None = None,
        cancel_on_exit: bool = False,
        raise_on_failure: bool = False,
        **options: Unpack[ThreadAndRunKeywords],
    ) -> AgentRunStream[AgentEventHandler[Any]]: ...

    @overload
    def create_thread_and_run(
        self,
        body: Body = ...,
        *,
        stream_parameter: Literal[True],
        event_handler: BaseAgentEventHandlerT,
        cancel_on_exit: bool = False,
        raise_on_failure: bool = False,
        **options: Unpack[ThreadAndRunKeywords],
    ) -> AgentRunStream[BaseAgentEventHandlerT]: ...

    def create_thread_and_run(
        self,
        body: Body = UNSET,
        *,
        agent_id: str = UNSET,
        assistant_id: str = UNSET,
        thread: AgentThreadCreationOptions | None = None,
        model: str | None = None,
        instructions: str | None = None,
        tools: Sequence[ToolDefinition] | None = None,
        tool_resources: ToolResources | UpdateToolResourcesOptions | None = None,
        toolset: ToolSource | None = None,
        stream_parameter: bool | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        max_prompt_tokens: int | None = None,
        max_completion_tokens: int | None = None,
        truncation_strategy: TruncationObject | None = None,
        tool_choice: AgentsApiToolChoiceOption | None = None,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = None,
        parallel_tool_calls: bool | None = None,
        metadata: dict[str, str] | None = None,
        event_handler: BaseAgentEventHandler[Any] | None = None,
        cancel_on_exit: bool = False,
        raise_on_failure: bool = False,
        **options: Unpack[RunOptions],
    ) -> Any:
        """Create a thread and run an agent on it.

        Does in one call what creating a thread and creating a run do in two. With ``stream_parameter=True`` the answer is the stream
        of the run's events, as ``create_stream`` gives it, the first of which is ``thread.created``.

        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword agent_id: the agent to run.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :keyword thread: the thread to create, with its first messages; None for an empty one.
        :keyword model: a model for this run in place of the agent's.
        :keyword instructions: instructions for this run in place of the agent's.
        :keyword tools: the run's tools in place of the agent's.
        :keyword tool_resources: what the run's tools work with, in place of the agent's.
        :keyword toolset: gives tools and tool_resources together, and, for a stream, functions to call.
        :keyword stream_parameter: True reads the run's events; with ``stream=True`` as well, their bytes.
        :keyword temperature: 0 to 2; lower is more deterministic.
        :keyword top_p: the probability mass of the tokens considered, 0 to 1.
        :keyword max_prompt_tokens: the most prompt tokens that the run may use; beyond, it ends as incomplete.
        :keyword max_completion_tokens: the most completion tokens that the run may use; beyond, it ends as incomplete.
        :keyword truncation_strategy: how much of the thread the model sees.
        :keyword tool_choice: which tool the model must or may call.
        :keyword response_format: the form of the answer; a pydantic model class stands for its JSON schema.
        :keyword parallel_tool_calls: whether several functions may be asked for at once.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword event_handler: reads the events; by default a new AsyncAgentEventHandler.
        :keyword cancel_on_exit: of a stream: cancel the run when the block is left before its end.
        :keyword raise_on_failure: of a stream: raise a failed run as an error, after its last event.
        :keyword options: what every call accepts, and how a stream calls functions; see :class:`~agentkit._types.RunOptions`.
        :return: the run; with ``stream_parameter=True`` its stream.
        :rtype: ~agentkit.models.ThreadRun or ~agentkit.models.AsyncAgentRunStream
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        if toolset is not None:
            given = tools_of("create_thread_and_run", toolset)
            tools, tool_resources = given["tools"], given["tool_resources"]
        request = requests.create_thread_and_run(
            body,
            agent_id=agent_id,
            assistant_id=assistant_id,
            thread=thread,
            model=model,
            instructions=instructions,
            tools=tools,
            tool_resources=tool_resources,
            stream_parameter=stream_parameter,
            temperature=temperature,
            top_p=top_p,
            max_prompt_tokens=max_prompt_tokens,
            max_completion_tokens=max_completion_tokens,
            truncation_strategy=truncation_strategy,
            tool_choice=tool_choice,
            response_format=response_format,
            parallel_tool_calls=parallel_tool_calls,
            metadata=metadata,
        )
        if not stream_parameter or options.get("stream"):
            own = {"event_handler": event_handler, "cancel_on_exit": cancel_on_exit, "raise_on_failure": raise_on_failure}
            unread = [name for name, value in own.items() if value not in (None, False)]
            unread += [name for name in ToolOptions.__annotations__ if name in options]
            if unread:
                raise TypeError(
                    f"create_thread_and_run() takes {unread[0]}= with stream_parameter=True alone: without it, or with stream=True, "
                    "nothing reads the run's events or calls its functions"
                )
            asked: dict[str, Any] = {**options, "stream_parameter": stream_parameter}
            return self._pipeline.send(request, self._settings("create_thread_and_run", asked))
        settings, tool_settings = self._stream_settings("create_thread_and_run", options)
        handler = self._handler("create_thread_and_run", event_handler)
        driver = self._driver(None, settings, tool_settings, toolset, cancel_on_exit, raise_on_failure)

        def send() -> Any:
            with driver.sending(request):
                return self._pipeline.send(sync_call(streamed, request), self._streaming(settings))

        return sync_opened(self._run_stream(send, driver, handler))
