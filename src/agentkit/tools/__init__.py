"""The tools that an agent can be given."""

from ._base import Tool
from ._service import CodeInterpreterTool, FileSearchTool

__all__ = ["CodeInterpreterTool", "FileSearchTool", "Tool"]
