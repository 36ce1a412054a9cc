"""How the function calls of a run are made, as the keywords of a call say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .._types import ToolOptions
from .polling import check_callback

__all__ = ["ToolSettings", "check_limits", "split_tool_options"]

ON_MISSING_TOOL = ("answer", "raise")
TOOL_OUTPUTS = ("json", "str")
_KEYWORDS = frozenset(ToolOptions.__annotations__)


class ToolSettings(NamedTuple):
    """How the function calls of one run are made.

    :ivar on_tool_call: asked before each call, with its name and arguments; None allows, a ``Refuse`` does not.
    :ivar on_tool_result: told what came of each call.
    :ivar on_missing_tool: ``answer`` tells the model that a function is not there, ``raise`` cancels the run and raises.
    :ivar max_parallel: so many calls of one round run at once.
    :ivar in_thread: sync functions run in threads.
    :ivar tool_timeout: seconds that each call has; None sets no limit.
    :ivar tool_output: how what a function returned becomes text: ``json``, or ``str`` for what ``str()`` makes of it.
    """

    on_tool_call: Callable[[str, Mapping[str, Any]], Any] | None = None
    on_tool_result: Callable[[Any], Any] | None = None
    on_missing_tool: str = "answer"
    max_parallel: int = 1
    in_thread: bool = False
    tool_timeout: float | None = None
    tool_output: str = "json"

    @property
    def raises_missing(self) -> bool:
        """Whether a function that is not there is an error of the caller's."""
        return self.on_missing_tool == "raise"


def split_tool_options(operation: str, options: Mapping[str, Any]) -> tuple[ToolSettings, dict[str, Any]]:
    """The settings that some of a call's keywords make, and the other keywords.

    :param operation: the method's name, for errors.
    :param options: the keywords of the call that are not its own.
    :raises TypeError: a value is of the wrong type.
    :raises ValueError: a value is out of range.
    """
    mine = {name: value for name, value in options.items() if name in _KEYWORDS}
    settings = ToolSettings(**mine)
    check_callback(f"{operation}(on_tool_call=)", settings.on_tool_call, "a function of a name and its arguments")
    check_callback(f"{operation}(on_tool_result=)", settings.on_tool_result)
    if settings.on_missing_tool not in ON_MISSING_TOOL:
        raise ValueError(f"{operation}() takes on_missing_tool= as 'answer' or 'raise', not {settings.on_missing_tool!r}")
    if settings.tool_output not in TOOL_OUTPUTS:
        raise ValueError(f"{operation}() takes tool_output= as 'json' or 'str', not {settings.tool_output!r}")
    check_limits(settings.max_parallel, settings.tool_timeout, prefix="tool_")
    return settings, {name: value for name, value in options.items() if name not in _KEYWORDS}


def check_limits(max_parallel: Any, timeout: Any, *, prefix: str = "") -> None:
    """Check how calls are to be run.

    :keyword prefix: what stands before ``timeout`` in the name of the keyword.
    :raises TypeError: a limit is no number.
    :raises ValueError: a limit is not positive.
    """
    if isinstance(max_parallel, bool) or not isinstance(max_parallel, int):
        raise TypeError(f"max_parallel is a number of calls, not {type(max_parallel).__name__}")
    if max_parallel < 1:
        raise ValueError(f"max_parallel is a number of calls from 1 up, not {max_parallel}")
    if timeout is None:
        return
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise TypeError(f"{prefix}timeout is a number of seconds or None, not {type(timeout).__name__}")
    if not timeout > 0:
        raise ValueError(f"{prefix}timeout is a number of seconds above 0, not {timeout}")
