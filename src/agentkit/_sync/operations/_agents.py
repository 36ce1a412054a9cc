# Derived by `python -m codegen` from src/agentkit/aio/operations/_agents.py; change that and run it again.
"""Agents, threads, messages, runs, files and vector stores: the single calls, and the helpers that combine them."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..._core.polling import Wait, check_interval, is_active
from ..._core.runloop import MAX_ERROR_ROUNDS, function_calls, unavailable_outputs
from ..._files import AtomicFile, open_upload
from ..._generated import requests
from ..._naming import check_id, either
from ..._primitives import sync_call, sync_sleep
from ..._request import Request, tools_of
from ..._types import UNSET
from .._api import AgentsApi

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from typing_extensions import Unpack

    from ..._generated.enums import FilePurpose, RunAdditionalFieldList
    from ..._generated.models.files import OpenAIFile
    from ..._generated.models.messages import ThreadMessageOptions
    from ..._generated.models.runs import ThreadRun, TruncationObject
    from ..._generated.models.tools import AgentsApiResponseFormatOption, AgentsApiToolChoiceOption
    from ..._types import JSON, CallOptions, FileType, ToolSource
    from .._pipeline import ByteStream

__all__ = ["AgentsOperations"]

_log = logging.getLogger("agentkit")

RUN_TIMEOUT = 15 * 60.0
FILE_TIMEOUT = 30 * 60.0


class AgentsOperations(AgentsApi):
    """The agents API of one endpoint. A client makes it; it is not made by hand."""

    # --- runs ---------------------------------------------------------------------------------------------------------

    def create_and_process_run(
        self,
        thread_id: str,
        *,
        agent_id: str = UNSET,
        assistant_id: str = UNSET,
        include: list[str | RunAdditionalFieldList] | None = None,
        model: str | None = None,
        instructions: str | None = None,
        additional_instructions: str | None = None,
        additional_messages: list[ThreadMessageOptions] | None = None,
        toolset: ToolSource | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        max_prompt_tokens: int | None = None,
        max_completion_tokens: int | None = None,
        truncation_strategy: TruncationObject | None = None,
        tool_choice: AgentsApiToolChoiceOption | None = None,
        response_format: AgentsApiResponseFormatOption | None = None,
        parallel_tool_calls: bool | None = None,
        metadata: dict[str, str] | None = None,
        sleep_interval: float = 1,
        timeout: float | None = RUN_TIMEOUT,
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
        :keyword response_format: the form of the answer.
        :keyword parallel_tool_calls: whether several functions may be asked for at once.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword sleep_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the run as it ended, whatever its status.
        :rtype: ~agentkit.models.ThreadRun
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; the run goes on, and ``last`` holds it.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: an id is empty or cannot stand in a path, or a time is negative.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("create_and_process_run", options, several=True)
        wait = _wait("create_and_process_run", sleep_interval, timeout)
        run = self._pipeline.send(
            requests.create_run(
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
            ),
            settings,
        )
        rounds = 0
        while is_active("run", run.status):
            calls = function_calls(run)
            if calls is not None and (not calls or rounds == MAX_ERROR_ROUNDS):
                run = self.cancel_run(thread_id, run.id, **_lasting(options))
            elif calls:
                rounds += 1
                names = ", ".join(sorted({call.function.name for call in calls}))
                _log.warning("%s asks for %s: no implementation is known here, so it is told that there is none", run.id, names)
                outputs: Any = unavailable_outputs(calls)
                self.submit_tool_outputs_to_run(thread_id, run.id, tool_outputs=outputs, **_lasting(options))
            self._pause(wait, "run", run)
            run = self.get_run(thread_id, run.id, **_lasting(options))
        return run

    # --- files --------------------------------------------------------------------------------------------------------

    def upload_file(
        self,
        body: JSON | None = None,
        *,
        file: FileType | None = None,
        file_path: str | os.PathLike[str] | None = None,
        purpose: str | FilePurpose | None = None,
        filename: str | None = None,
        **options: Unpack[CallOptions],
    ) -> OpenAIFile:
        """Upload a file, read piece by piece as it is sent.

        :param body: ``file``, ``purpose`` and ``filename`` in one mapping, instead of the keywords.
        :keyword file: the content (bytes, text, an open binary file), or (name, content), or (name, content, content type).
        :keyword file_path: the path of the file instead; only its last component travels.
        :keyword purpose: what the file is for; ``FilePurpose.AGENTS`` for files that agents read.
        :keyword filename: the name that the service stores the file under.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the stored file.
        :rtype: ~agentkit.models.OpenAIFile
        :raises FileNotFoundError: there is no regular file at the path.
        :raises ValueError: there is nothing to upload, or no purpose.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        settings = self._settings("upload_file", options)
        upload = sync_call(lambda: open_upload(body, file=file, file_path=file_path, purpose=purpose, filename=filename))
        try:
            request: Request[OpenAIFile] = Request("upload_file", "POST", "/files", "OpenAIFile", parts=upload)
            stored = self._pipeline.send(request, settings)
        finally:
            upload.close()
        return stored

    def upload_file_and_poll(
        self,
        body: JSON | None = None,
        *,
        file: FileType | None = None,
        file_path: str | os.PathLike[str] | None = None,
        purpose: str | FilePurpose | None = None,
        filename: str | None = None,
        sleep_interval: float = 1,
        timeout: float | None = FILE_TIMEOUT,
        **options: Unpack[CallOptions],
    ) -> OpenAIFile:
        """Upload a file and wait until the service has taken it in.

        :param body: ``file``, ``purpose`` and ``filename`` in one mapping, instead of the keywords.
        :keyword file: the content, or (name, content), or (name, content, content type).
        :keyword file_path: the path of the file instead; only its last component travels.
        :keyword purpose: what the file is for; ``FilePurpose.AGENTS`` for files that agents read.
        :keyword filename: the name that the service stores the file under.
        :keyword sleep_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the file as it ended, whatever its status.
        :rtype: ~agentkit.models.OpenAIFile
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the file.
        :raises FileNotFoundError: there is no regular file at the path.
        :raises ValueError: there is nothing to upload, no purpose, or a time is negative.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        self._settings("upload_file_and_poll", options, several=True)
        wait = _wait("upload_file_and_poll", sleep_interval, timeout)
        stored = self.upload_file(body, file=file, file_path=file_path, purpose=purpose, filename=filename, **options)
        while is_active("file", stored.status):
            self._pause(wait, "file", stored)
            stored = self.get_file(stored.id, **_lasting(options))
        return stored

    def get_file_content(self, file_id: str, **options: Unpack[CallOptions]) -> Iterator[bytes]:
        """Download a file's content piece by piece.

        :param file_id: the file.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the pieces, at most 64 KiB each; errors of the service are raised here, not by the iteration. As a context manager
            it frees the connection also where the iteration is left early.
        :rtype: iterator of bytes
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: the id is empty or cannot stand in a path.
        """
        settings = self._settings("get_file_content", options)
        content: Iterator[bytes] = self._pipeline.send(requests.get_file_content(file_id), settings)
        return content

    def save_file(
        self, file_id: str, file_name: str, target_dir: str | Path | None = None, **options: Unpack[CallOptions]
    ) -> Path:
        """Download a file to disk, where it appears under its name only when it is complete.

        :param file_id: the file.
        :param file_name: its name on disk; folders in it are dropped, only the last component counts.
        :param target_dir: the folder, made if it is missing; by default the current one. ``~`` is expanded.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the path that was written. A file that was there is replaced.
        :rtype: ~pathlib.Path
        :raises ValueError: the name is empty or ``..``, or the id cannot stand in a path.
        :raises FileExistsError: the target folder is a file.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; no file is left.
        """
        settings = self._settings("save_file", options, several=True)
        check_id("save_file", "file_id", file_id)
        target = AtomicFile(file_name, target_dir)
        content: ByteStream = self._pipeline.send(requests.get_file_content(file_id), settings)
        try:
            for chunk in content:
                sync_call(target.write, chunk)
            return sync_call(target.commit)
        finally:
            content.close()
            sync_call(target.discard)

    # --- waiting ------------------------------------------------------------------------------------------------------

    def _pause(self, wait: Wait, kind: str, last: Any) -> None:
        """Sleep as long as the wait says before the next look.

        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over.
        """
        delay = wait.next_delay(time.monotonic())
        if delay is not None:
            sync_sleep(delay)
            return
        from ...exceptions import WaitTimeoutError

        waited = wait.waited(time.monotonic())
        raise WaitTimeoutError(
            f"the {kind} {last.id} is still {last.status} after {waited:.1f} s; it goes on. Look again later by its id, "
            "or wait longer with timeout=",
            last=last,
            waited=waited,
        )


def _wait(operation: str, sleep_interval: float, timeout: float | None) -> Wait:
    interval = check_interval(f"{operation}(sleep_interval=)", sleep_interval)
    limit = None if timeout is None else check_interval(f"{operation}(timeout=)", timeout)
    return Wait(interval, limit, time.monotonic())


def _lasting(options: Mapping[str, Any]) -> Any:
    """The options of the first call that its follow-up calls share; what belongs to one request or result is left out."""
    return {k: v for k, v in options.items() if k not in ("params", "content_type", "request_id", "cls", "stream")}
