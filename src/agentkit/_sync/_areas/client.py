# Derived by `python -m codegen` from src/agentkit/aio/_areas/client.py; change that and run it again.
"""The operations on agents themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..._core.runloop import MAX_ERROR_ROUNDS
from ..._generated import requests
from ..._types import UNSET
from .._area import Area
from .._waiting import RUN_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import timedelta
    from typing import Any, Literal

    from typing_extensions import Unpack

    from ..._core.purge import PurgeReport
    from ..._core.run_retry import RunRetry
    from ..._generated.enums import ListSortOrder
    from ..._generated.models.agents import Agent
    from ..._generated.models.runs import ThreadRun, TruncationObject
    from ..._generated.models.threads import AgentThreadCreationOptions
    from ..._generated.models.tools import (
        AgentsApiResponseFormatOption,
        AgentsApiToolChoiceOption,
        ToolDefinition,
        ToolResources,
        UpdateToolResourcesOptions,
    )
    from ..._types import Body, CallOptions, RunOptions, ToolSource
    from ...tools import FunctionTool, ToolSet
    from .._keywords import ThreadAndRunKeywords
    from .._pages import ItemPaged
    from .._streams import AgentEventHandler, AgentRunStream, BaseAgentEventHandler, BaseAgentEventHandlerT

__all__ = ["AgentMethods"]


class AgentMethods(Area):
    """The operations on agents themselves."""

    @overload
    def create_agent(
        self,
        *,
        model: str,
        name: str | None = ...,
        description: str | None = ...,
        instructions: str | None = ...,
        tools: Sequence[ToolDefinition] | None = ...,
        tool_resources: ToolResources | None = ...,
        temperature: float | None = ...,
        top_p: float | None = ...,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = ...,
        metadata: dict[str, str] | None = ...,
        toolset: ToolSource | None = ...,
        **options: Unpack[CallOptions],
    ) -> Agent: ...

    @overload
    def create_agent(self, body: Body, **options: Unpack[CallOptions]) -> Agent: ...

    def create_agent(
        self,
        body: Body = UNSET,
        *,
        model: str = UNSET,
        name: str | None = None,
        description: str | None = None,
        instructions: str | None = None,
        tools: Sequence[ToolDefinition] | None = None,
        tool_resources: ToolResources | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = None,
        metadata: dict[str, str] | None = None,
        toolset: ToolSource | None = None,
        **options: Unpack[CallOptions],
    ) -> Agent:
        """Create an agent.

        Stores a model with its instructions and tools, for runs on any thread.

        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword model: Model or deployment that answers.
        :keyword name: Name of the agent, at most 256 characters; null for none.
        :keyword description: What the agent is for, at most 512 characters; null for none.
        :keyword instructions: System instructions, at most 256,000 characters; null for none.
        :keyword tools: Tools that the agent may use, at most 128; null for none.
        :keyword tool_resources: Files, vector stores and indexes of those tools; null for none.
        :keyword temperature: Sampling temperature, 0 (steady) to 2 (varied); null for the default.
        :keyword top_p: Share of the probability mass that sampling considers, 0 to 1; null for the default.
        :keyword response_format: Shape of the answers; null for the default.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword toolset: gives tools and tool_resources together: a tool or a set of tools.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.Agent
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: Agent = self._overloaded.create_agent(
            body,
            model=model,
            name=name,
            description=description,
            instructions=instructions,
            tools=tools,
            tool_resources=tool_resources,
            temperature=temperature,
            top_p=top_p,
            response_format=response_format,
            metadata=metadata,
            toolset=toolset,
            **self._checked("create_agent", options),
        )
        return answer

    def get_agent(self, agent_id: str = UNSET, *, assistant_id: str = UNSET, **options: Unpack[CallOptions]) -> Agent:
        """Get an agent.

        Fails with 404 when no agent has this id.

        :param agent_id: Id of the agent.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.Agent
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.get_agent(agent_id, assistant_id=assistant_id, **self._checked("get_agent", options))

    @overload
    def update_agent(
        self,
        agent_id: str = ...,
        *,
        assistant_id: str = ...,
        model: str | None = ...,
        name: str | None = ...,
        description: str | None = ...,
        instructions: str | None = ...,
        tools: Sequence[ToolDefinition] | None = ...,
        tool_resources: ToolResources | None = ...,
        temperature: float | None = ...,
        top_p: float | None = ...,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = ...,
        metadata: dict[str, str] | None = ...,
        toolset: ToolSource | None = ...,
        **options: Unpack[CallOptions],
    ) -> Agent: ...

    @overload
    def update_agent(
        self, agent_id: str = ..., *, body: Body, assistant_id: str = ..., **options: Unpack[CallOptions]
    ) -> Agent: ...

    def update_agent(
        self,
        agent_id: str = UNSET,
        body: Body = UNSET,
        *,
        assistant_id: str = UNSET,
        model: str | None = None,
        name: str | None = None,
        description: str | None = None,
        instructions: str | None = None,
        tools: Sequence[ToolDefinition] | None = None,
        tool_resources: ToolResources | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = None,
        metadata: dict[str, str] | None = None,
        toolset: ToolSource | None = None,
        **options: Unpack[CallOptions],
    ) -> Agent:
        """Change an agent.

        Fields that are left out keep their value; a list or mapping that is given replaces the old one. Runs already
        under way keep what they started with.

        :param agent_id: Id of the agent.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword model: New model or deployment; null keeps it.
        :keyword name: New name, at most 256 characters; null keeps it.
        :keyword description: New description, at most 512 characters; null keeps it.
        :keyword instructions: New system instructions, at most 256,000 characters; null keeps them.
        :keyword tools: New tools, at most 128, in place of all the old ones; null keeps them.
        :keyword tool_resources: New tool data, in place of the old; null keeps it.
        :keyword temperature: New sampling temperature, 0 to 2; null keeps it.
        :keyword top_p: New share of the probability mass, 0 to 1; null keeps it.
        :keyword response_format: New shape of the answers; null keeps it.
        :keyword metadata: New notes, in place of the old, of at most 16 pairs; null keeps them.
        :keyword toolset: gives tools and tool_resources together: a tool or a set of tools.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.Agent
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: Agent = self._overloaded.update_agent(
            agent_id,
            body,
            assistant_id=assistant_id,
            model=model,
            name=name,
            description=description,
            instructions=instructions,
            tools=tools,
            tool_resources=tool_resources,
            temperature=temperature,
            top_p=top_p,
            response_format=response_format,
            metadata=metadata,
            toolset=toolset,
            **self._checked("update_agent", options),
        )
        return answer

    def delete_agent(self, agent_id: str = UNSET, *, assistant_id: str = UNSET, **options: Unpack[CallOptions]) -> None:
        """Delete an agent.

        Threads on which it ran stay, with their messages; so do its files and vector stores.

        :param agent_id: Id of the agent.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        self._agents.delete_agent(agent_id, assistant_id=assistant_id, **self._checked("delete_agent", options))

    def list_agents(
        self,
        *,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ItemPaged[Agent]:
        """List agents.

        The pages are requested one by one; ``limit`` is the size of each.

        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all of them, page after page as they are asked for; nothing is requested before.
        :rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.Agent]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        """
        return self._listed("list_agents", requests.list_agents(limit=limit, order=order, after=after, before=before), options)

    @overload
    def create_thread_and_run(
        self, body: Body = ..., *, stream_parameter: Literal[False] | None = False, **options: Unpack[ThreadAndRunKeywords]
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
        stream_parameter: bool | None = False,
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
        of the run's events, as ``runs.stream`` gives it, the first of which is ``thread.created``.

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
        :keyword options: what every call accepts, and how a stream calls functions; see
            :class:`~agentkit._types.RunOptions`.
        :return: the run; with ``stream_parameter=True`` its stream.
        :rtype: ~agentkit.models.ThreadRun or ~agentkit.models.AsyncAgentRunStream
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._overloaded.create_thread_and_run(
            body,
            agent_id=agent_id,
            assistant_id=assistant_id,
            thread=thread,
            model=model,
            instructions=instructions,
            tools=tools,
            tool_resources=tool_resources,
            toolset=toolset,
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
            event_handler=event_handler,
            cancel_on_exit=cancel_on_exit,
            raise_on_failure=raise_on_failure,
            **self._checked("create_thread_and_run", options),
        )

    def create_thread_and_process_run(
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
        polling_interval: float = 1,
        sleep_interval: float = UNSET,
        timeout: float | None = RUN_TIMEOUT,
        polling_timeout: float | None = UNSET,
        on_timeout: str = "raise",
        on_update: Callable[[ThreadRun], Any] | None = None,
        run_retry: RunRetry | None = None,
        progress: bool | None = None,
        **options: Unpack[RunOptions],
    ) -> ThreadRun:
        """Create a thread, run an agent on it, make the function calls that it asks for, and wait until the run has ended.

        Functions are looked up, and answered where they fail, as ``runs.create_and_process`` does it.

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
        :keyword polling_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword sleep_interval: another name of ``polling_interval``.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword polling_timeout: another name of ``timeout``.
        :keyword on_timeout: ``raise`` lets the run go on when the time is over, ``cancel`` cancels it before raising.
        :keyword on_update: called with each state of the run, from the first on.
        :keyword run_retry: when to start another run where one failed for a rate limit; by default none is. See
            :class:`~agentkit.RunRetry`.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword options: what every call accepts, and how functions are called; see
            :class:`~agentkit._types.RunOptions`.
        :return: the run as it ended, whatever its status, and with ``run_retry`` the last one; ``thread_id`` names its
            thread.
        :rtype: ~agentkit.models.ThreadRun
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the run.
        :raises ~agentkit.exceptions.MissingToolError: a function is not here, and ``on_missing_tool`` is ``raise``.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: no agent is given, or a time is negative.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.create_thread_and_process_run(
            agent_id=agent_id,
            assistant_id=assistant_id,
            thread=thread,
            model=model,
            instructions=instructions,
            tool_resources=tool_resources,
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
                "create_thread_and_process_run", 1, polling_interval=polling_interval, sleep_interval=sleep_interval
            ),
            timeout=self._either(
                "create_thread_and_process_run", RUN_TIMEOUT, timeout=timeout, polling_timeout=polling_timeout
            ),
            on_timeout=on_timeout,
            on_update=on_update,
            run_retry=run_retry,
            progress=progress,
            **self._with_text_outputs("create_thread_and_process_run", options),
        )

    def enable_auto_function_calls(
        self,
        tools: Any = None,
        max_retry: int = MAX_ERROR_ROUNDS,
        *,
        functions: Iterable[Callable[..., Any]] | None = None,
        function_tool: FunctionTool | None = None,
        toolset: ToolSet | None = None,
    ) -> None:
        """Let the runs of this client call functions of this program, whichever agent they are of.

        What was enabled before is replaced. The tools of a call come before these, and so do those that an agent was made with.

        :param tools: functions, a function tool or a set of tools.
        :param max_retry: so many rounds of a run in which a call failed are answered; the next one cancels the run.
        :keyword functions: functions, in any iterable; comes before the next two.
        :keyword function_tool: a function tool; comes before the next.
        :keyword toolset: a set of tools that holds a function tool.
        :raises TypeError: what was given holds no functions, or ``max_retry`` is no number.
        :raises ValueError: the set of tools holds no function tool, two functions have one name, or ``max_retry`` is
            negative.
        """
        self._agents.enable_auto_function_calls(
            tools, max_retry, functions=functions, function_tool=function_tool, toolset=toolset
        )

    def temporary_agent(
        self,
        *,
        model: str = UNSET,
        name: str | None = None,
        description: str | None = None,
        instructions: str | None = None,
        tools: Sequence[ToolDefinition] | None = None,
        tool_resources: ToolResources | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = None,
        metadata: dict[str, str] | None = None,
        toolset: ToolSource | None = None,
        **options: Unpack[CallOptions],
    ) -> AbstractContextManager[Agent]:
        """An agent for one block, deleted when the block is left, also by an error.

        An error of the block comes out as it is: if the agent cannot be deleted then, that is logged. One that is gone already is no error.

        :keyword model: the model or deployment that answers.
        :keyword name: the agent's name.
        :keyword description: what the agent is for.
        :keyword instructions: what the agent is told to do.
        :keyword tools: the tools that the agent may use.
        :keyword tool_resources: the files, vector stores and indexes of those tools; they are not deleted.
        :keyword temperature: 0 to 2; lower is more deterministic.
        :keyword top_p: the probability mass of the tokens considered, 0 to 1.
        :keyword response_format: the form of the answers; a pydantic model class stands for its JSON schema.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword toolset: gives tools and tool_resources together, and functions to call.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: a context manager that gives the agent.
        :rtype: context manager of ~agentkit.models.Agent
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; raised by the block.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.temporary_agent(
            model=model,
            name=name,
            description=description,
            instructions=instructions,
            tools=tools,
            tool_resources=tool_resources,
            temperature=temperature,
            top_p=top_p,
            response_format=response_format,
            metadata=metadata,
            toolset=toolset,
            **self._checked("temporary_agent", options),
        )

    def get_or_create_agent(
        self,
        *,
        name: str,
        model: str,
        description: str | None = None,
        instructions: str | None = None,
        tools: Sequence[ToolDefinition] | None = None,
        tool_resources: ToolResources | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = None,
        metadata: dict[str, str] | None = None,
        toolset: ToolSource | None = None,
        update: bool = False,
        **options: Unpack[CallOptions],
    ) -> Agent:
        """The agent of a name, created if there is none.

        Of several agents of the name it is the oldest, in the order of the service, so that all programs agree on one. A program that
        has created one looks once more: if another program was first, its own agent is deleted and the other one returned.

        :keyword name: the name, which is compared letter by letter.
        :keyword model: the model or deployment that answers.
        :keyword description: what the agent is for.
        :keyword instructions: what the agent is told to do.
        :keyword tools: the tools that the agent may use.
        :keyword tool_resources: the files, vector stores and indexes of those tools.
        :keyword temperature: 0 to 2; lower is more deterministic.
        :keyword top_p: the probability mass of the tokens considered, 0 to 1.
        :keyword response_format: the form of the answers; a pydantic model class stands for its JSON schema.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword toolset: gives tools and tool_resources together; its functions are called also if the agent was there.
        :keyword update: whether an agent that was there is changed where it differs from what is given; otherwise it
            stays as it is.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the agent.
        :rtype: ~agentkit.models.Agent
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        :raises ValueError: the name is empty.
        """
        return self._agents.get_or_create_agent(
            name=name,
            model=model,
            description=description,
            instructions=instructions,
            tools=tools,
            tool_resources=tool_resources,
            temperature=temperature,
            top_p=top_p,
            response_format=response_format,
            metadata=metadata,
            toolset=toolset,
            update=update,
            **self._checked("get_or_create_agent", options),
        )

    def purge(
        self,
        *,
        older_than: timedelta | float,
        dry_run: bool = True,
        name_prefix: str | None = None,
        kinds: str | Iterable[str] = ("agents", "threads", "vector_stores", "files"),
        **options: Unpack[CallOptions],
    ) -> PurgeReport:
        """Delete what was created long ago: agents, threads, vector stores and files of the whole project, whoever created them.

        Unless ``dry_run=False`` is given, it only tells what it would delete. Everything is listed before anything is deleted. Age counts
        from the creation, not from the last use. Of files, those of agents alone are looked at.

        :keyword older_than: the age from which on something goes, as a timedelta or in seconds.
        :keyword dry_run: whether to look only; True unless given.
        :keyword name_prefix: only what has a name that begins with this; threads have none and stay then.
        :keyword kinds: what to look at, of ``agents``, ``threads``, ``vector_stores`` and ``files``; all unless given.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: every object that was found, with what became of it; ``failed`` has those that could not be deleted,
            and ``unlisted`` the kinds that the service does not list. ``print(report)`` shows all of it.
        :rtype: ~agentkit.models.PurgeReport
        :raises ~azure.core.exceptions.HttpResponseError: the service refused to list; nothing is deleted then.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        :raises ValueError: the age is negative, the prefix is empty, or a kind is unknown.
        """
        return self._agents.purge(
            older_than=older_than, dry_run=dry_run, name_prefix=name_prefix, kinds=kinds, **self._checked("purge", options)
        )
