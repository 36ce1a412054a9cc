"""Models, enums and tools. A name is loaded, with the module that holds it, when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .. import tools
from .._generated.index import ENUMS, MODULES
from .._history import model_aliases

if TYPE_CHECKING:
    from .._connections import (
        AsyncSASTokenCredential as AsyncSASTokenCredential,
    )
    from .._connections import (
        ConnectionProperties as ConnectionProperties,
    )
    from .._connections import (
        SASTokenCredential as SASTokenCredential,
    )
    from .._core.purge import PurgedObject as PurgedObject
    from .._core.purge import PurgeReport as PurgeReport
    from .._generated.enums import *
    from .._generated.enums import AgentsApiResponseFormatMode as AgentsApiResponseFormatMode
    from .._generated.enums import AgentsApiToolChoiceOptionMode as AgentsApiToolChoiceOptionMode
    from .._generated.models.agents import *
    from .._generated.models.evaluations import *
    from .._generated.models.files import *
    from .._generated.models.files import OpenAIFile as OpenAIFile
    from .._generated.models.hosted import *
    from .._generated.models.messages import *
    from .._generated.models.run_steps import *
    from .._generated.models.runs import *
    from .._generated.models.streams import *
    from .._generated.models.threads import *
    from .._generated.models.tools import *
    from .._generated.models.tools import AgentsApiResponseFormat as AgentsApiResponseFormat
    from .._generated.models.tools import AgentsApiResponseFormatOption as AgentsApiResponseFormatOption
    from .._generated.models.tools import AgentsApiToolChoiceOption as AgentsApiToolChoiceOption
    from .._generated.models.tools import AzureAISearchResource as AzureAISearchResource
    from .._generated.models.vector_stores import *
    from .._sync._moments import (
        RunEventHandler as RunEventHandler,
    )
    from .._sync._streams import (
        AgentEventHandler as AgentEventHandler,
    )
    from .._sync._streams import (
        AgentRunStream as AgentRunStream,
    )
    from .._sync._streams import (
        BaseAgentEventHandler as BaseAgentEventHandler,
    )
    from .._sync._streams import (
        BaseAgentEventHandlerT as BaseAgentEventHandlerT,
    )
    from ..aio._moments import (
        AsyncRunEventHandler as AsyncRunEventHandler,
    )
    from ..aio._streams import (
        AsyncAgentEventHandler as AsyncAgentEventHandler,
    )
    from ..aio._streams import (
        AsyncAgentRunStream as AsyncAgentRunStream,
    )
    from ..aio._streams import (
        BaseAsyncAgentEventHandler as BaseAsyncAgentEventHandler,
    )
    from ..aio._streams import (
        BaseAsyncAgentEventHandlerT as BaseAsyncAgentEventHandlerT,
    )
    from ..tools import *

    # Second names, here for type checkers; the table in _history.py is what counts.
    AgentsResponseFormat = AgentsApiResponseFormat
    AgentsResponseFormatMode = AgentsApiResponseFormatMode
    AgentsResponseFormatOption = AgentsApiResponseFormatOption
    AgentsToolChoiceOption = AgentsApiToolChoiceOption
    AgentsToolChoiceOptionMode = AgentsApiToolChoiceOptionMode
    AzureAISearchToolResource = AzureAISearchResource
    FileInfo = OpenAIFile

_TOOLS = tools.__all__
_BY_HAND = {
    "AgentEventHandler": "_sync._streams",
    "AgentRunStream": "_sync._streams",
    "AsyncAgentEventHandler": "aio._streams",
    "AsyncAgentRunStream": "aio._streams",
    "AsyncRunEventHandler": "aio._moments",
    "AsyncSASTokenCredential": "_connections",
    "BaseAgentEventHandler": "_sync._streams",
    "BaseAgentEventHandlerT": "_sync._streams",
    "BaseAsyncAgentEventHandler": "aio._streams",
    "BaseAsyncAgentEventHandlerT": "aio._streams",
    "ConnectionProperties": "_connections",
    "PurgeReport": "_core.purge",
    "PurgedObject": "_core.purge",
    "RunEventHandler": "_sync._moments",
    "SASTokenCredential": "_connections",
}

_ALIASES = model_aliases()

_NAMES = (*sorted(ENUMS), *sorted(MODULES), *_BY_HAND, *_ALIASES, *_TOOLS)

if not TYPE_CHECKING:  # type checkers know the names from above, and are to report any other
    __all__ = list(_NAMES)

    def __getattr__(name: str) -> Any:
        if name in ENUMS:
            home = "agentkit._generated.enums"
        elif name in MODULES:
            home = f"agentkit._generated.models.{MODULES[name]}"
        elif name in _BY_HAND:
            home = f"agentkit.{_BY_HAND[name]}"
        elif name in _TOOLS:
            home = "agentkit.tools"
        elif name in _ALIASES:
            home = __name__
        else:
            from .._suggest import unknown_attribute

            raise unknown_attribute(f"module {__name__!r}", name, _NAMES)
        value = getattr(import_module(home), _ALIASES.get(name, name))
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES})
