# Derived by `python -m codegen` from src/agentkit/aio/operations/_runs.py; change that and run it again.
"""Running an agent and waiting for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..._core.busy import check_if_active
from ..._core.runloop import MAX_ERROR_ROUNDS, function_calls, unavailable_outputs
from ..._generated import requests
from ..._naming import either
from ..._primitives import sync_notify
from ..._request import tools_of
from ..._types import UNSET
from .._waiting import RUN_TIMEOUT, Waiting, Watch

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._generated.enums import RunAdditionalFieldList
    from ..._generated.models.messages import ThreadMessageOptions
    from ..._generated.models.runs import ThreadRun, TruncationObject
    from ..._generated.models.tools import AgentsApiResponseFormatOption, AgentsApiToolChoiceOption
    from ..._types import CallOptions, ToolSource

__all__ = ["RunHelpers"]

_log = logging.getLogger("agentkit")


class RunHelpers(Waiting):
    """Runs, started and waited for."""

    def create_and_process_run(
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
        if_active: str = "error",
        **options: Unpack[CallOptions],
    ) -> ThreadRun:
        """Run an agent on a thread and wait until the run has ended.

        Functions that the run asks for have no implementation here and are answered with an error, so that the run can end.

        :param thread_id: the thread to run on.
        :keyword agent_id: the agent to run.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :keyword include: extra fields of the answer, such as the content of search results.
        :keyword model: a model for this run in place of the agent's.
        :keyword instructions: instructions for this run in place of the agent's.
        :keyword additional_instructions: appended to the instructions for this run.
        :keyword additional_messages: added to the thread before the run.
        :keyword toolset: its definitions are the run's tools.
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
        :keyword if_active: what to do when the thread has an active run already: ``error``, ``wait`` for its end, or ``cancel`` it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the run as it ended, whatever its status.
        :rtype: ~agentkit.models.ThreadRun
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the run.
        :raises ~agentkit.exceptions.ActiveRunError: the thread has an active run already, and ``if_active`` is ``error``.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: an id is empty or cannot stand in a path, or a time is negative.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("create_and_process_run", options, several=True)
        wait = self._wait("create_and_process_run", sleep_interval, timeout, on_update)
        cancelling = self._cancels("create_and_process_run", on_timeout)
        check_if_active("create_and_process_run", if_active)
        request = requests.create_run(
            thread_id,
            agent_id=either("create_and_process_run", "agent_id", agent_id, "assistant_id", assistant_id, unset=UNSET),
            include=include,
            model=model,
            instructions=instructions,
            additional_instructions=additional_instructions,
            additional_messages=additional_messages,
            tools=tools_of("create_and_process_run", toolset)["tools"] if toolset is not None else None,
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
        run = self._on_free_thread(thread_id, request, settings, if_active, wait)
        following = self._lasting(settings)
        cancel = requests.cancel_run(thread_id, run.id)
        look = requests.get_run(thread_id, run.id)
        watch = Watch("run", look, following, wait, on_update, cancel if cancelling else None)
        sync_notify(on_update, run)
        rounds = 0
        while watch.is_active(run):
            calls = function_calls(run)
            if calls is not None and (not calls or rounds == MAX_ERROR_ROUNDS):
                run = self._pipeline.send(cancel, following)
            elif calls:
                rounds += 1
                names = ", ".join(sorted({call.function.name for call in calls}))
                _log.warning("%s asks for %s: no implementation is known here, so it is told that there is none", run.id, names)
                outputs = unavailable_outputs(calls)
                self._pipeline.send(requests.submit_tool_outputs_to_run(thread_id, run.id, tool_outputs=outputs), following)
            run = self._look_again(watch, run)
        return run
