"""The keywords of calls that start a run, for the overloads of those calls; type checkers alone read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._types import RunOptions

if TYPE_CHECKING:
    from .._generated.enums import RunAdditionalFieldList
    from .._generated.models.messages import ThreadMessageOptions
    from .._generated.models.runs import TruncationObject
    from .._generated.models.threads import AgentThreadCreationOptions
    from .._generated.models.tools import (
        AgentsApiResponseFormatOption,
        AgentsApiToolChoiceOption,
        ToolDefinition,
        ToolResources,
        UpdateToolResourcesOptions,
    )
    from .._types import ToolSource

__all__ = ["RunKeywords", "StreamKeywords", "ThreadAndRunKeywords"]


class _SharedKeywords(RunOptions, total=False):
    agent_id: str
    assistant_id: str
    model: str | None
    instructions: str | None
    tools: Sequence[ToolDefinition] | None
    toolset: ToolSource | None
    temperature: float | None
    top_p: float | None
    max_prompt_tokens: int | None
    max_completion_tokens: int | None
    truncation_strategy: TruncationObject | None
    tool_choice: AgentsApiToolChoiceOption | None
    response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None
    parallel_tool_calls: bool | None
    metadata: dict[str, str] | None


class RunKeywords(_SharedKeywords, total=False):
    """What ``create_run`` takes."""

    include: Sequence[str | RunAdditionalFieldList] | None
    additional_instructions: str | None
    additional_messages: Sequence[ThreadMessageOptions] | None
    tool_resources: ToolResources | None


class StreamKeywords(RunKeywords, total=False):
    """What ``create_stream`` takes."""

    if_active: str
    cancel_on_exit: bool
    raise_on_failure: bool


class ThreadAndRunKeywords(_SharedKeywords, total=False):
    """What ``create_thread_and_run`` takes."""

    thread: AgentThreadCreationOptions | None
    tool_resources: ToolResources | UpdateToolResourcesOptions | None
