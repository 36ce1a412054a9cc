"""Running an agent and waiting for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ... import _hooks
from ..._core.busy import check_if_active
from ..._core.run_retry import check_run_retry, decide_run, started_anew
from ..._core.runloop import function_calls, function_names
from ..._core.tool_settings import split_tool_options
from ..._generated import requests
from ..._naming import check_id, either
from ..._primitives import async_notify, async_result, async_sleep
from ..._progress import waiting
from ..._request import check_body, tools_of
from ..._types import UNSET
from .._answering import Answering
from .._submitting import TOO_MANY_FAILED, CancelledOnError, Submitting
from .._waiting import RUN_TIMEOUT, Watch

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._core.options import CallSettings
    from ..._core.polling import Wait
    from ..._core.run_retry import RunRetry
    from ..._generated.enums import RunAdditionalFieldList
    from ..._generated.models.messages import ThreadMessageOptions
    from ..._generated.models.runs import ThreadRun, TruncationObject
    from ..._generated.models.threads import AgentThreadCreationOptions
    from ..._generated.models.tools import (
        AgentsApiResponseFormatOption,
        AgentsApiToolChoiceOption,
        ToolResources,
        UpdateToolResourcesOptions,
    )
    from ..._request import Request
    from ..._types import RunOptions, ToolSource

__all__ = ["RunHelpers"]

_log = logging.getLogger("agentkit")

TOLD_ANEW = {True: "the run %s %s", False: "the run %s failed, and no other is started: %s"}


class RunHelpers(Submitting):
    """Runs, started and waited for."""

    async def create_and_process_run(
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
        sleep_interval: float = 1,
        timeout: float | None = RUN_TIMEOUT,
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
        :keyword tool_resources: what the run's tools work with, in place of the agent's; known to services of version v1.
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
        :keyword sleep_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword timeout: the longest time to wait in all, also for the thread to be free, in seconds; None waits for ever.
        :keyword on_timeout: ``raise`` lets the run go on when the time is over, ``cancel`` cancels it before raising.
        :keyword on_update: called with each state of the run, from the first on.
        :keyword run_retry: when to start another run where one failed for a rate limit; by default none is. See
            :class:`~agentkit.RunRetry`.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword if_active: what to do when the thread has an active run already: ``error``, ``wait`` for its end, or ``cancel`` it.
        :keyword options: what every call accepts, and how functions are called; see :class:`~agentkit._types.RunOptions`.
        :return: the run as it ended, whatever its status; with ``run_retry`` the last one.
        :rtype: ~agentkit.models.ThreadRun
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the run.
        :raises ~agentkit.exceptions.MissingToolError: a function is not here, and ``on_missing_tool`` is ``raise``.
        :raises ~agentkit.exceptions.ActiveRunError: the thread has an active run already, and ``if_active`` is ``error``.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: an id is empty or cannot stand in a path, or a time is negative.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        tools, options_left = split_tool_options("create_and_process_run", options)
        settings = self._settings("create_and_process_run", options_left, several=True)
        wait = self._wait("create_and_process_run", sleep_interval, timeout, on_update)
        cancelling = self._cancels("create_and_process_run", on_timeout)
        check_run_retry("create_and_process_run", run_retry)
        check_if_active("create_and_process_run", if_active)
        check_id("create_and_process_run", "thread_id", thread_id)
        agent_id = either("create_and_process_run", "agent_id", agent_id, "assistant_id", assistant_id, unset=UNSET)
        request = requests.create_run(
            thread_id,
            agent_id=agent_id,
            include=include,
            model=model,
            instructions=instructions,
            additional_instructions=additional_instructions,
            additional_messages=additional_messages,
            tools=tools_of("create_and_process_run", toolset)["tools"] if toolset is not None else None,
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
        answering = Answering(lambda agent: self._levels(agent, toolset), tools)
        answering.warn_early(agent_id, self._functions_of(agent_id, toolset))
        shown = waiting("create_and_process_run", "run", progress, on_update)
        with shown as tell:
            return await self._seen_through(
                request, thread_id, answering, settings, wait, tell, cancelling, if_active=if_active, run_retry=run_retry
            )

    async def create_thread_and_process_run(
        self,
        *,
        agent_id: str = UNSET,
        assistant_id: str = UNSET,
        thread: AgentThreadCreationOptions | None = None,
        model: str | None = None,
        instructions: str | None = None,
        tool_resources: ToolResources | UpdateToolResourcesOptions | None = None,
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
        sleep_interval: float = 1,
        timeout: float | None = RUN_TIMEOUT,
        on_timeout: str = "raise",
        on_update: Callable[[ThreadRun], Any] | None = None,
        run_retry: RunRetry | None = None,
        progress: bool | None = None,
        **options: Unpack[RunOptions],
    ) -> ThreadRun:
        """Create a thread, run an agent on it, make the function calls that it asks for, and wait until the run has ended.

        Functions are looked up, and answered where they fail, as ``create_and_process_run`` does it.

        :keyword agent_id: the agent to run.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :keyword thread: the thread to create, with its first messages; None for an empty one.
        :keyword model: a model for this run in place of the agent's.
        :keyword instructions: instructions for this run in place of the agent's.
        :keyword tool_resources: what the run's tools work with, in place of the agent's and of the toolset's.
        :keyword toolset: gives the run's tools and what they work with, and its functions are called.
        :keyword temperature: 0 to 2; lower is more deterministic.
        :keyword top_p: the probability mass of the tokens considered, 0 to 1.
        :keyword max_prompt_tokens: the most prompt tokens that the run may use; beyond, it ends as incomplete.
        :keyword max_completion_tokens: the most completion tokens that the run may use; beyond, it ends as incomplete.
        :keyword truncation_strategy: how much of the thread the model sees.
        :keyword tool_choice: which tool the model must or may call.
        :keyword response_format: the form of the answer; a pydantic model class stands for its JSON schema.
        :keyword parallel_tool_calls: whether several functions may be asked for at once.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword sleep_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword on_timeout: ``raise`` lets the run go on when the time is over, ``cancel`` cancels it before raising.
        :keyword on_update: called with each state of the run, from the first on.
        :keyword run_retry: when to start another run where one failed for a rate limit; by default none is. See
            :class:`~agentkit.RunRetry`.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword options: what every call accepts, and how functions are called; see :class:`~agentkit._types.RunOptions`.
        :return: the run as it ended, whatever its status, and with ``run_retry`` the last one; ``thread_id`` names its thread.
        :rtype: ~agentkit.models.ThreadRun
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the run.
        :raises ~agentkit.exceptions.MissingToolError: a function is not here, and ``on_missing_tool`` is ``raise``.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: no agent is given, or a time is negative.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        tools, options_left = split_tool_options("create_thread_and_process_run", options)
        settings = self._settings("create_thread_and_process_run", options_left, several=True)
        wait = self._wait("create_thread_and_process_run", sleep_interval, timeout, on_update)
        cancelling = self._cancels("create_thread_and_process_run", on_timeout)
        check_run_retry("create_thread_and_process_run", run_retry)
        agent_id = either(
            "create_thread_and_process_run", "agent_id", agent_id, "assistant_id", assistant_id, unset=UNSET, required=False
        )
        check_body("create_thread_and_process_run", None, {"agent_id": agent_id})
        given = {} if toolset is None else tools_of("create_thread_and_process_run", toolset)
        request = requests.create_thread_and_run(
            agent_id=agent_id,
            thread=thread,
            model=model,
            instructions=instructions,
            tools=given.get("tools"),
            tool_resources=given.get("tool_resources") if tool_resources is None else tool_resources,
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
        answering = Answering(lambda agent: self._levels(agent, toolset), tools)
        answering.warn_early(agent_id, self._functions_of(agent_id, toolset))
        shown = waiting("create_thread_and_process_run", "run", progress, on_update)
        with shown as tell:
            return await self._seen_through(request, None, answering, settings, wait, tell, cancelling, run_retry=run_retry)

    async def _seen_through(
        self,
        request: Request[ThreadRun],
        thread_id: str | None,
        answering: Answering,
        settings: CallSettings,
        wait: Wait,
        on_update: Callable[[ThreadRun], Any] | None,
        cancelling: bool,
        *,
        if_active: str = "error",
        run_retry: RunRetry | None = None,
    ) -> ThreadRun:
        """Start a run and lead it to its end; where it failed for the moment only, and the caller wants that, start another one.

        :param request: what starts the first run.
        :param thread_id: the thread to run on; None where the first run makes it.
        """
        following, attempt = self._lasting(settings), 1
        while True:
            with _hooks.run(self._pipeline.endpoint, request) as watched:
                if thread_id is None:
                    run = await self._pipeline.send(request, settings)
                    thread_id = run.thread_id
                else:
                    run = await self._on_free_thread(thread_id, request, settings, if_active, wait)
                watched.saw(run)
                run = watched.saw(await self._processed(thread_id, run, answering, following, wait, on_update, cancelling))
            if run_retry is None:
                return run
            decision = decide_run(run_retry, run, attempt, wait.left(time.monotonic()))
            if decision.reason:
                _log.log(
                    logging.INFO if decision.retry else logging.WARNING, TOLD_ANEW[decision.retry], run.id, decision.reason
                )
            if not decision.retry:
                return run
            if run_retry.on_retry is not None:
                await async_result(run_retry.on_retry(run, decision.delay))
            await async_sleep(decision.delay)
            request, settings = started_anew(request, run), replace(settings, request_id=None)
            attempt, wait, answering.failed_rounds = attempt + 1, wait.anew(), 0

    async def _processed(
        self,
        thread_id: str,
        run: ThreadRun,
        answering: Answering,
        settings: CallSettings,
        wait: Wait,
        on_update: Callable[[ThreadRun], Any] | None,
        cancelling: bool,
    ) -> ThreadRun:
        """Wait until a run that was just started has ended, and answer its function calls meanwhile."""
        cancel = requests.cancel_run(thread_id, run.id) if cancelling else None
        watch = Watch("run", requests.get_run(thread_id, run.id), settings, wait, on_update, cancel)
        await async_notify(on_update, run)
        while watch.is_active(run):
            answering.saw(run)
            calls = function_calls(run)
            if calls is not None and not await self._answered(run, calls, answering, settings):
                run = await self._cancel(thread_id, run.id, settings)
            run = await self._look_again(watch, run)
        return run

    def _functions_of(self, agent_id: str, toolset: ToolSource | None) -> tuple[str, ...]:
        """The functions that a run may ask for, as far as this client knows them without asking the service."""
        if toolset is not None:
            return function_names(toolset.definitions)
        known = self._known_agents.get(agent_id)
        return () if known is None else known.functions

    async def _answered(self, run: ThreadRun, calls: Sequence[Any], answering: Answering, settings: CallSettings) -> bool:
        """Answer the calls that a run asks for; False where it is to be cancelled instead.

        :raises Exception: what the caller's own rule for calls raised, or that a function is not here; the run is cancelled.
        """
        if not calls:
            return False
        if answering.is_answered(calls):
            return True
        rounds = answering.failed_rounds
        async with CancelledOnError(self, run, settings):
            answering.check_missing(run, calls)
            outputs = await answering.outputs(run, calls)
        if rounds < answering.failed_rounds and answering.failed_rounds > self._max_retry:
            _log.warning(TOO_MANY_FAILED, run.id)
            return False
        request = requests.submit_tool_outputs_to_run(run.thread_id, run.id, tool_outputs=outputs)
        ids = [call.id for call in calls]
        moved = await self._submit(request, settings, thread_id=run.thread_id, run_id=run.id, call_ids=ids, following=settings)
        if moved is not None:
            answering.saw(moved)
        return True
