# Derived by `python -m codegen` from src/agentkit/aio/operations/_streams.py; change that and run it again.
"""Runs whose events are read as they happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from ..._core.busy import check_if_active
from ..._core.tool_settings import ToolSettings, split_tool_options
from ..._generated import requests
from ..._naming import check_id, either
from ..._primitives import sync_call, sync_opened
from ..._request import check_body, streamed, tools_of
from ..._types import UNSET
from .._answering import Answering
from .._submitting import Submitting

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._core.options import CallSettings
    from ..._generated.enums import RunAdditionalFieldList
    from ..._generated.models.messages import ThreadMessageOptions
    from ..._generated.models.runs import ToolOutput, TruncationObject
    from ..._generated.models.tools import (
        AgentsApiResponseFormatOption,
        AgentsApiToolChoiceOption,
        ToolDefinition,
        ToolResources,
    )
    from ..._types import Body, RunOptions, StreamOptions, ToolSource
    from .._driver import RunDriver
    from .._keywords import StreamKeywords
    from .._streams import (
        AgentEventHandler,
        AgentRunStream,
        BaseAgentEventHandler,
        BaseAgentEventHandlerT,
    )

__all__ = ["StreamHelpers"]


class StreamHelpers(Submitting):
    """Runs, started or gone on with, whose events are read as they happen."""

    @overload
    def create_stream(
        self, thread_id: str, body: Body = ..., *, event_handler: None = None, **options: Unpack[StreamKeywords]
    ) -> AgentRunStream[AgentEventHandler[Any]]: ...

    @overload
    def create_stream(
        self,
        thread_id: str,
        body: Body = ...,
        *,
        event_handler: BaseAgentEventHandlerT,
        **options: Unpack[StreamKeywords],
    ) -> AgentRunStream[BaseAgentEventHandlerT]: ...

    def create_stream(
        self,
        thread_id: str,
        body: Body = UNSET,
        *,
        include: Sequence[str | RunAdditionalFieldList] | None = None,
        agent_id: str = UNSET,
        assistant_id: str = UNSET,
        model: str | None = None,
        instructions: str | None = None,
        additional_instructions: str | None = None,
        additional_messages: Sequence[ThreadMessageOptions] | None = None,
        tools: Sequence[ToolDefinition] | None = None,
        tool_resources: ToolResources | None = None,
        toolset: ToolSource | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        max_prompt_tokens: int | None = None,
        max_completion_tokens: int | None = None,
        truncation_strategy: TruncationObject | None = None,
        tool_choice: AgentsApiToolChoiceOption | None = None,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = None,
        parallel_tool_calls: bool | None = None,
        metadata: dict[str, str] | None = None,
        content_type: str | None = "application/json",
        event_handler: BaseAgentEventHandler[Any] | None = None,
        if_active: str = "error",
        cancel_on_exit: bool = False,
        raise_on_failure: bool = False,
        **options: Unpack[StreamOptions],
    ) -> AgentRunStream[Any]:
        """Run an agent on a thread and read the run's events as they happen.

        The ``with`` block of what is returned gives the event handler, which is iterated over, or read by ``until_done()``,
        ``text_deltas()`` or ``get_final_run()``. Where the run asks for functions, the event is given out first; if the caller has
        not answered when the next event is asked for, the functions that are known here are called and the events go on. A
        connection that drops is made up for by looking at the run.

        :param thread_id: the thread to run on.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword include: extra fields of the answer, such as the content of search results.
        :keyword agent_id: the agent to run.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :keyword model: a model for this run in place of the agent's.
        :keyword instructions: instructions for this run in place of the agent's.
        :keyword additional_instructions: appended to the instructions for this run.
        :keyword additional_messages: added to the thread before the run.
        :keyword tools: the run's tools in place of the agent's.
        :keyword tool_resources: what the run's tools work with, in place of the agent's; known to services of version v1.
        :keyword toolset: gives the run's tools, and functions to call.
        :keyword temperature: 0 to 2; lower is more deterministic.
        :keyword top_p: the probability mass of the tokens considered, 0 to 1.
        :keyword max_prompt_tokens: the most prompt tokens that the run may use; beyond, it ends as incomplete.
        :keyword max_completion_tokens: the most completion tokens that the run may use; beyond, it ends as incomplete.
        :keyword truncation_strategy: how much of the thread the model sees.
        :keyword tool_choice: which tool the model must or may call.
        :keyword response_format: the form of the answer; a pydantic model class stands for its JSON schema.
        :keyword parallel_tool_calls: whether several functions may be asked for at once.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword content_type: the kind of the body.
        :keyword event_handler: reads the events; by default a new AsyncAgentEventHandler.
        :keyword if_active: what to do when the thread has an active run already: ``error``, ``wait`` for its end, or ``cancel`` it.
        :keyword cancel_on_exit: cancel the run when the block is left before its end; by default it goes on.
        :keyword raise_on_failure: raise a failed run as an error, after its last event.
        :keyword options: what every call accepts, and how functions are called; see :class:`~agentkit._types.StreamOptions`.
        :return: the run's stream.
        :rtype: ~agentkit.models.AsyncAgentRunStream
        :raises ~agentkit.exceptions.ActiveRunError: the thread has an active run already, and ``if_active`` is ``error``.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings, tool_settings = self._stream_settings("create_stream", {**options, "content_type": content_type})
        check_if_active("create_stream", if_active)
        check_id("create_stream", "thread_id", thread_id)
        if toolset is not None:
            tools = tools_of("create_stream", toolset)["tools"]
        agent_id = either("create_stream", "agent_id", agent_id, "assistant_id", assistant_id, unset=UNSET, required=False)
        check_body("create_stream", body, {"agent_id": agent_id})
        request = requests.create_run(
            thread_id,
            body,
            include=include,
            agent_id=agent_id,
            model=model,
            instructions=instructions,
            additional_instructions=additional_instructions,
            additional_messages=additional_messages,
            tools=tools,
            tool_resources=tool_resources,
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
        handler = self._handler("create_stream", event_handler)
        driver = self._driver(thread_id, settings, tool_settings, toolset, cancel_on_exit, raise_on_failure)

        def send() -> Any:
            with driver.sending(request):
                sent = sync_call(streamed, request, "create_stream")
                return self._on_free_thread(thread_id, sent, self._streaming(settings), if_active)

        return sync_opened(self._run_stream(send, driver, handler))

    def submit_tool_outputs_to_stream(
        self,
        thread_id: str,
        run_id: str,
        body: Body = UNSET,
        *,
        tool_outputs: Sequence[ToolOutput | Mapping[str, Any]] = UNSET,
        event_handler: BaseAgentEventHandler[Any],
        **options: Unpack[RunOptions],
    ) -> None:
        """Submit the outputs of function calls, and read the events of how the run goes on.

        :param thread_id: the run's thread.
        :param run_id: the run, which is in ``requires_action``.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword tool_outputs: the output of each call, with its ``tool_call_id``.
        :keyword event_handler: reads the events, after those that it reads already.
        :keyword options: what every call accepts, and how functions are called; see :class:`~agentkit._types.RunOptions`.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings, tool_settings = self._stream_settings("submit_tool_outputs_to_stream", options)
        handler = self._handler("submit_tool_outputs_to_stream", event_handler)
        check_id("submit_tool_outputs_to_stream", "thread_id", thread_id)
        check_id("submit_tool_outputs_to_stream", "run_id", run_id)
        check_body("submit_tool_outputs_to_stream", body, {"tool_outputs": tool_outputs})
        request = requests.submit_tool_outputs_to_run(thread_id, run_id, body, tool_outputs=tool_outputs)
        sent = sync_call(streamed, request, "submit_tool_outputs_to_stream")
        driver = self._drivers.get(run_id) or self._driver(thread_id, settings, tool_settings)
        with driver.sending(sent):
            answer = driver.submit(sent, self._streaming(settings), run_id, _call_ids(sent.body))
        driver.answered_by_caller = True
        if tool_settings != ToolSettings():
            driver.make_calls(tool_settings)
        handler._go_on(run_id, answer, driver)

    def _stream_settings(self, operation: str, options: Mapping[str, Any]) -> tuple[CallSettings, ToolSettings]:
        """How the requests of a stream are sent, and how its functions are called."""
        tool_settings, rest = split_tool_options(operation, options)
        # Scripts of the mirrored clients ask for it where they give a whole body; the answer is read as a stream in any case.
        rest.pop("stream", None)
        settings = self._settings(operation, rest, several=True)
        return settings, tool_settings

    def _handler(self, operation: str, handler: Any) -> BaseAgentEventHandler[Any]:
        """The caller's handler, or a new one.

        :raises TypeError: it is no handler of this client.
        """
        from .._streams import AgentEventHandler, BaseAgentEventHandler

        if handler is None and operation != "submit_tool_outputs_to_stream":
            return AgentEventHandler()
        if isinstance(handler, BaseAgentEventHandler):
            return handler
        base = BaseAgentEventHandler.__name__
        what = f"the class {handler.__name__}: make one of it" if isinstance(handler, type) else type(handler).__name__
        raise TypeError(f"{operation}() takes as event_handler an instance of a subclass of {base}, not {what}")

    def _driver(
        self,
        thread_id: str | None,
        settings: CallSettings,
        tool_settings: ToolSettings,
        toolset: ToolSource | None = None,
        cancel_on_exit: bool = False,
        raise_on_failure: bool = False,
    ) -> RunDriver:
        from .._driver import RunDriver

        answering = Answering(lambda agent: self._levels(agent, toolset), tool_settings)
        return RunDriver(
            self,
            self._lasting(settings),
            answering,
            thread_id=thread_id,
            max_retry=self._max_retry,
            cancel_on_exit=cancel_on_exit,
            raise_on_failure=raise_on_failure,
        )

    def _run_stream(
        self, send: Callable[[], Any], driver: RunDriver, handler: BaseAgentEventHandler[Any]
    ) -> AgentRunStream[Any]:
        from .._driver import ResponseBytes
        from .._streams import AgentRunStream

        return AgentRunStream(ResponseBytes(send), driver, handler)


def _call_ids(body: Mapping[str, Any]) -> list[Any]:
    """The ids of the calls whose outputs a body holds."""
    outputs = body.get("tool_outputs")
    entries = outputs if isinstance(outputs, list) else []
    return [entry.get("tool_call_id") for entry in entries if isinstance(entry, Mapping)]
