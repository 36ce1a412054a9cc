# Derived by `python -m codegen` from src/agentkit/aio/_api/runs.py; change that and run it again.
"""Runs: the single calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from ..._generated import requests
from ..._types import UNSET
from .._waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from ..._generated.enums import ListSortOrder, RunAdditionalFieldList
    from ..._generated.models.messages import ThreadMessageOptions
    from ..._generated.models.runs import OpenAIPageableListOfThreadRun, ThreadRun, ToolOutput, TruncationObject
    from ..._generated.models.tools import (
        AgentsApiResponseFormatOption,
        AgentsApiToolChoiceOption,
        ToolDefinition,
        ToolResources,
    )
    from ..._types import Body, CallOptions, StreamedOptions

__all__ = ["RunsCalls"]


class RunsCalls(Waiting):
    """Runs."""

    def list_runs(
        self,
        thread_id: str,
        *,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> OpenAIPageableListOfThreadRun:
        """List the runs of a thread.

        Answers one page, newest first unless `order` says otherwise; pass its `last_id` as `after` for the next.

        :param thread_id: Id of the thread.
        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.OpenAIPageableListOfThreadRun
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("list_runs", options)
        request = requests.list_runs(thread_id, limit=limit, order=order, after=after, before=before)
        return self._page(self._pipeline.send(request, settings), request, settings)

    @overload
    def create_run(
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
    def create_run(
        self,
        thread_id: str,
        body: Body,
        *,
        include: Sequence[str | RunAdditionalFieldList] | None = ...,
        if_active: str = ...,
        **options: Unpack[StreamedOptions],
    ) -> ThreadRun: ...

    def create_run(
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
        settings = self._settings("create_run", options)
        return self._on_free_thread(
            thread_id,
            requests.create_run(
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
            ),
            settings,
            if_active,
        )

    def get_run(self, thread_id: str, run_id: str, **options: Unpack[CallOptions]) -> ThreadRun:
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
        settings = self._settings("get_run", options)
        return self._pipeline.send(requests.get_run(thread_id, run_id), settings)

    @overload
    def update_run(
        self, thread_id: str, run_id: str, *, metadata: dict[str, str] | None = ..., **options: Unpack[CallOptions]
    ) -> ThreadRun: ...

    @overload
    def update_run(self, thread_id: str, run_id: str, body: Body, **options: Unpack[CallOptions]) -> ThreadRun: ...

    def update_run(
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
        settings = self._settings("update_run", options)
        return self._pipeline.send(requests.update_run(thread_id, run_id, body, metadata=metadata), settings)

    def cancel_run(self, thread_id: str, run_id: str, **options: Unpack[CallOptions]) -> ThreadRun:
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
        settings = self._settings("cancel_run", options)
        return self._run_answered(self._pipeline.send(requests.cancel_run(thread_id, run_id), settings), thread_id, run_id)

    @overload
    def submit_tool_outputs_to_run(
        self, thread_id: str, run_id: str, *, tool_outputs: Sequence[ToolOutput], **options: Unpack[StreamedOptions]
    ) -> ThreadRun: ...

    @overload
    def submit_tool_outputs_to_run(
        self, thread_id: str, run_id: str, body: Body, **options: Unpack[StreamedOptions]
    ) -> ThreadRun: ...

    def submit_tool_outputs_to_run(
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
        settings = self._settings("submit_tool_outputs_to_run", options)
        return self._run_answered(
            self._pipeline.send(
                requests.submit_tool_outputs_to_run(thread_id, run_id, body, tool_outputs=tool_outputs), settings
            ),
            thread_id,
            run_id,
        )
