"""What every tool has: definitions and resources to send, and a way to run a call here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from .._generated.models.tools import ToolDefinition, ToolResources

__all__ = ["ServiceTool", "Tool"]

ToolDefinitionT = TypeVar("ToolDefinitionT", bound=ToolDefinition)


class Tool(ABC, Generic[ToolDefinitionT]):
    """A tool of an agent."""

    @property
    @abstractmethod
    def definitions(self) -> list[ToolDefinitionT]:
        """The definitions to send as ``tools``."""

    @property
    @abstractmethod
    def resources(self) -> ToolResources:
        """The resources to send as ``tool_resources``."""

    @abstractmethod
    def execute(self, tool_call: Any) -> Any:
        """Run a call of this tool here.

        :param tool_call: the call as a run asks for it.
        :return: the call's output; None for a tool that the service runs.
        """


class ServiceTool(Tool[ToolDefinitionT]):
    """A tool that the service runs: there is nothing to execute here, and in most cases nothing to send beside the definition."""

    @property
    def resources(self) -> ToolResources:
        """No resources."""
        return ToolResources()

    def execute(self, tool_call: Any) -> None:
        """Nothing: the service runs this tool."""
