# Derived by `python -m codegen` from src/agentkit/aio/_areas/runs.py; change that and run it again.
"""The runs of an agent on a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..._generated import requests
from ..._types import UNSET
from .._area import Area
from .._waiting import RUN_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from typing_extensions import Unpack

    from ..._core.run_retry import RunRetry
    from ..._generated.enums import ListSortOrder, RunAdditionalFieldList
    from ..._generated.models.messages import ThreadMessageOptions
    from ..._generated.models.runs import ThreadRun, ToolOutput, TruncationObject
    from ..._generated.models.tools import (
        AgentsApiResponseFormatOption,
        AgentsApiToolChoiceOption,
        ToolDefinition,
        ToolResources,
    )
    from ..._types import Body, CallOptions, RunOptions, StreamedOptions, StreamOptions, ToolSource
    from .._keywords import StreamKeywords
    from .._pages import ItemPaged
    from .._streams import AgentEventHandler, AgentRunStream, BaseAgentEventHandler, BaseAgentEventHandlerT

__all__ = ["RunsOperations"]


class RunsOperations(Area):
    """The runs of an agent on a thread."""

    _area = "runs"

    @overload
    def create(
        self,
        thread_id: str,
        *,
        include: Sequence[str | RunAdditionalFieldList] | None = ...,
        agent_id: str = ...,
        assistant_id: str = ...,
        model: str | None = ...,
        instructions: str | None = ...,
        additional_instructions: str | None = ...,
        additional_messages: Sequence[ThreadMessageOptions] | None = ...,
        tools: Sequence[ToolDefinition] | None = ...,
        tool_resources: ToolResources | None = ...,
        temperature: float | None = ...,
        top_p: float | None = ...,
        max_prompt_tokens: int | None = ...,
        max_completion_tokens: int | None = ...,
        truncation_strategy: TruncationObject | None = ...,
        tool_choice: AgentsApiToolChoiceOption | None = ...,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = ...,
        parallel_tool_calls: bool | None = ...,
        metadata: dict[str, str] | None = ...,
        if_active: str = ...,
        **options: Unpack[StreamedOptions],
    ) -> ThreadRun: ...

    @overload
    def create(
        self,
        thread_id: str,
        body: Body,
        *,
        include: Sequence[str | RunAdditionalFieldList] | None = ...,
        if_active: str = ...,
        **options: Unpack[StreamedOptions],
    ) -> ThreadRun: ...

    def create(
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
        temperature: float | None = None,
        top_p: float | None = None,
        max_prompt_tokens: int | None = None,
        max_completion_tokens: int | None = None,
        truncation_strategy: TruncationObject | None = None,
        tool_choice: AgentsApiToolChoiceOption | None = None,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = None,
        parallel_tool_calls: bool | None = None,
        metadata: dict[str, str] | None = None,
        if_active: str = "error",
        **options: Unpack[StreamedOptions],
    ) -> ThreadRun:
        """Run an agent on a thread.

        Returns at once with a queued run; fetch it until it has ended or asks for tool outputs. The thread takes no
        other message or run meanwhile.

        :param thread_id: Id of the thread.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword include: Details to add to the steps; the only one is the text that file search found.
        :keyword agent_id: Agent to run.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :keyword model: Model or deployment to use instead of the agent's; null keeps the agent's.
        :keyword instructions: Instructions to use instead of the agent's; null keeps the agent's.
        :keyword additional_instructions: Text to add to the instructions for this run; null for none.
        :keyword additional_messages: Messages to add to the thread before the run, in order; null for none.
        :keyword tools: Tools to use instead of the agent's, at most 128; null keeps the agent's.
        :keyword tool_resources: Data for the run's tools instead of the agent's; null keeps the agent's. Known to
            services of version v1.
        :keyword temperature: Sampling temperature, 0 (steady) to 2 (varied); null for the default.
        :keyword top_p: Share of the probability mass that sampling considers, 0 to 1; null for the default.
        :keyword max_prompt_tokens: Most prompt tokens that the whole run may use, at least 256; null for no limit.
        :keyword max_completion_tokens: Most completion tokens that the whole run may use, at least 256; null for no
            limit.
        :keyword truncation_strategy: How much of the thread the model sees; null means `auto`.
        :keyword tool_choice: Which tool the run calls; null lets the model pick.
        :keyword response_format: Shape of the answers; null for the default.
        :keyword parallel_tool_calls: Whether the model may call several functions in one turn; null means true.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword if_active: what to do when the thread has an active run: ``error`` raises, ``wait`` waits for its end,
            at most 15 minutes, ``cancel`` cancels it first.
        :keyword options: what every call accepts; see :class:`~agentkit._types.StreamedOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.ThreadRun
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ~agentkit.exceptions.ActiveRunError: the thread has an active run, and ``if_active`` is ``error``.
        :raises ~agentkit.exceptions.WaitTimeoutError: the active run does not end.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: ThreadRun = self._overloaded.create_run(
            thread_id,
            body,
            include=include,
            agent_id=agent_id,
            assistant_id=assistant_id,
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
            if_active=if_active,
            **self._checked("create", options),
        )
        return answer

    def create_and_process(
        self,
        thread_id: str,
        *,
        agent_id: str = UNSET,
        assistant_id: str = UNSET,
        include: Sequence[str | RunAdditionalFieldList] | None = None,
        model: str | None = None,
        instructions: str | None = None,
        additional_instructions: str | None = None,
        additional_messages: Sequence[ThreadMessageOptions] | None = None,
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
        polling_interval: float = 1,
        sleep_interval: float = UNSET,
        timeout: float | None = RUN_TIMEOUT,
        polling_timeout: float | None = UNSET,
        on_timeout: str = "raise",
        on_update: Callable[[ThreadRun], Any] | None = None,
        run_retry: RunRetry | None = None,
        progress: bool | None = None,
        if_active: str = "error",
        **options: Unpack[RunOptions],
    ) -> ThreadRun:
        """Run an agent on a thread, make the function calls that it asks for, and wait until the run has ended.

        A function is looked up in this call's toolset, then in the one that the agent was made with, then in what
        ``enable_auto_function_calls`` was given. A call that fails, or for which there is no function, is answered with an error
        that the model reads; after ``max_retry`` rounds with one, the next cancels the run.

        :param thread_id: the thread to run on.
        :keyword agent_id: the agent to run.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :keyword include: extra fields of the answer, such as the content of search results.
        :keyword model: a model for this run in place of the agent's.
        :keyword instructions: instructions for this run in place of the agent's.
        :keyword additional_instructions: appended to the instructions for this run.
        :keyword additional_messages: added to the thread before the run.
        :keyword tool_resources: what the run's tools work with, in place of the agent's; known to services of version
            v1.
        :keyword toolset: its definitions are the run's tools, and its functions are called.
        :keyword temperature: 0 to 2; lower is more deterministic.
        :keyword top_p: the probability mass of the tokens considered, 0 to 1.
        :keyword max_prompt_tokens: the most prompt tokens that the run may use; beyond, it ends as incomplete.
        :keyword max_completion_tokens: the most completion tokens that the run may use; beyond, it ends as incomplete.
        :keyword truncation_strategy: how much of the thread the model sees.
        :keyword tool_choice: which tool the model must or may call.
        :keyword response_format: the form of the answer; a pydantic model class stands for its JSON schema.
        :keyword parallel_tool_calls: whether several functions may be asked for at once.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword polling_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword sleep_interval: another name of ``polling_interval``.
        :keyword timeout: the longest time to wait in all, also for the thread to be free, in seconds; None waits for
            ever.
        :keyword polling_timeout: another name of ``timeout``.
        :keyword on_timeout: ``raise`` lets the run go on when the time is over, ``cancel`` cancels it before raising.
        :keyword on_update: called with each state of the run, from the first on.
        :keyword run_retry: when to start another run where one failed for a rate limit; by default none is. See
            :class:`~agentkit.RunRetry`.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword if_active: what to do when the thread has an active run already: ``error``, ``wait`` for its end, or
            ``cancel`` it.
        :keyword options: what every call accepts, and how functions are called; see
            :class:`~agentkit._types.RunOptions`.
        :return: the run as it ended, whatever its status; with ``run_retry`` the last one.
        :rtype: ~agentkit.models.ThreadRun
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the run.
        :raises ~agentkit.exceptions.MissingToolError: a function is not here, and ``on_missing_tool`` is ``raise``.
        :raises ~agentkit.exceptions.ActiveRunError: the thread has an active run already, and ``if_active`` is
            ``error``.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: an id is empty or cannot stand in a path, or a time is negative.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.create_and_process_run(
            thread_id,
            agent_id=agent_id,
            assistant_id=assistant_id,
            include=include,
            model=model,
            instructions=instructions,
            additional_instructions=additional_instructions,
            additional_messages=additional_messages,
            tool_resources=self._resources("create_and_process", toolset, tool_resources),
            toolset=toolset,
            temperature=temperature,
            top_p=top_p,
            max_prompt_tokens=max_prompt_tokens,
            max_completion_tokens=max_completion_tokens,
            truncation_strategy=truncation_strategy,
            tool_choice=tool_choice,
            response_format=response_format,
            parallel_tool_calls=parallel_tool_calls,
            metadata=metadata,
            sleep_interval=self._either(
                "create_and_process", 1, polling_interval=polling_interval, sleep_interval=sleep_interval
            ),
            timeout=self._either("create_and_process", RUN_TIMEOUT, timeout=timeout, polling_timeout=polling_timeout),
            on_timeout=on_timeout,
            on_update=on_update,
            run_retry=run_retry,
            progress=progress,
            if_active=if_active,
            **self._with_text_outputs("create_and_process", options),
        )

    @overload
    def stream(
        self, thread_id: str, body: Body = ..., *, event_handler: None = None, **options: Unpack[StreamKeywords]
    ) -> AgentRunStream[AgentEventHandler[Any]]: ...

    @overload
    def stream(
        self, thread_id: str, body: Body = ..., *, event_handler: BaseAgentEventHandlerT, **options: Unpack[StreamKeywords]
    ) -> AgentRunStream[BaseAgentEventHandlerT]: ...

    def stream(
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
        :keyword tool_resources: what the run's tools work with, in place of the agent's; known to services of version
            v1.
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
        :keyword if_active: what to do when the thread has an active run already: ``error``, ``wait`` for its end, or
            ``cancel`` it.
        :keyword cancel_on_exit: cancel the run when the block is left before its end; by default it goes on.
        :keyword raise_on_failure: raise a failed run as an error, after its last event.
        :keyword options: what every call accepts, and how functions are called; see
            :class:`~agentkit._types.StreamOptions`.
        :return: the run's stream.
        :rtype: ~agentkit.models.AsyncAgentRunStream
        :raises ~agentkit.exceptions.ActiveRunError: the thread has an active run already, and ``if_active`` is
            ``error``.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: AgentRunStream[Any] = self._overloaded.create_stream(
            thread_id,
            body,
            include=include,
            agent_id=agent_id,
            assistant_id=assistant_id,
            model=model,
            instructions=instructions,
            additional_instructions=additional_instructions,
            additional_messages=additional_messages,
            tools=tools,
            tool_resources=self._resources("stream", toolset, tool_resources),
            toolset=toolset,
            temperature=temperature,
            top_p=top_p,
            max_prompt_tokens=max_prompt_tokens,
            max_completion_tokens=max_completion_tokens,
            truncation_strategy=truncation_strategy,
            tool_choice=tool_choice,
            response_format=response_format,
            parallel_tool_calls=parallel_tool_calls,
            metadata=metadata,
            content_type=content_type,
            event_handler=event_handler,
            if_active=if_active,
            cancel_on_exit=cancel_on_exit,
            raise_on_failure=raise_on_failure,
            **self._with_text_outputs("stream", options),
        )
        return answer

    def get(self, thread_id: str, run_id: str, **options: Unpack[CallOptions]) -> ThreadRun:
        """Get a run.

        Tells where the run stands, what it waits for and what it has cost.

        :param thread_id: Id of the thread.
        :param run_id: Id of the run.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.ThreadRun
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.get_run(thread_id, run_id, **self._checked("get", options))

    @overload
    def update(
        self, thread_id: str, run_id: str, *, metadata: dict[str, str] | None = ..., **options: Unpack[CallOptions]
    ) -> ThreadRun: ...

    @overload
    def update(self, thread_id: str, run_id: str, body: Body, **options: Unpack[CallOptions]) -> ThreadRun: ...

    def update(
        self,
        thread_id: str,
        run_id: str,
        body: Body = UNSET,
        *,
        metadata: dict[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> ThreadRun:
        """Change the notes on a run.

        Nothing else of a run can be changed.

        :param thread_id: Id of the thread.
        :param run_id: Id of the run.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword metadata: New notes, in place of the old, of at most 16 pairs; null keeps them.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.ThreadRun
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: ThreadRun = self._overloaded.update_run(
            thread_id, run_id, body, metadata=metadata, **self._checked("update", options)
        )
        return answer

    def cancel(self, thread_id: str, run_id: str, **options: Unpack[CallOptions]) -> ThreadRun:
        """Cancel a run.

        Only a run that has not ended can be cancelled. Its status is `cancelling` until the work has stopped.

        :param thread_id: Id of the thread.
        :param run_id: Id of the run.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.ThreadRun
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.cancel_run(thread_id, run_id, **self._checked("cancel", options))

    def list(
        self,
        thread_id: str,
        *,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ItemPaged[ThreadRun]:
        """List the runs of a thread.

        The pages are requested one by one; ``limit`` is the size of each.

        :param thread_id: Id of the thread.
        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all of them, page after page as they are asked for; nothing is requested before.
        :rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.ThreadRun]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._listed(
            "list", requests.list_runs(thread_id, limit=limit, order=order, after=after, before=before), options
        )

    @overload
    def submit_tool_outputs(
        self, thread_id: str, run_id: str, *, tool_outputs: Sequence[ToolOutput], **options: Unpack[StreamedOptions]
    ) -> ThreadRun: ...

    @overload
    def submit_tool_outputs(self, thread_id: str, run_id: str, body: Body, **options: Unpack[StreamedOptions]) -> ThreadRun: ...

    def submit_tool_outputs(
        self,
        thread_id: str,
        run_id: str,
        body: Body = UNSET,
        *,
        tool_outputs: Sequence[ToolOutput] = UNSET,
        **options: Unpack[StreamedOptions],
    ) -> ThreadRun:
        """Submit the outputs of function calls.

        The run must be in `requires_action`; it goes on once every call that it asked for has its output, all in one
        submission.

        :param thread_id: Id of the thread.
        :param run_id: Id of the run.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword tool_outputs: One output for each call that the run waits for.
        :keyword options: what every call accepts; see :class:`~agentkit._types.StreamedOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.ThreadRun
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: ThreadRun = self._overloaded.submit_tool_outputs_to_run(
            thread_id, run_id, body, tool_outputs=tool_outputs, **self._checked("submit_tool_outputs", options)
        )
        return answer

    def submit_tool_outputs_stream(
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
        :keyword options: what every call accepts, and how functions are called; see
            :class:`~agentkit._types.RunOptions`.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        self._agents.submit_tool_outputs_to_stream(
            thread_id,
            run_id,
            body,
            tool_outputs=tool_outputs,
            event_handler=event_handler,
            **self._checked("submit_tool_outputs_stream", options),
        )
