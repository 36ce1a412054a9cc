# Derived by `python -m codegen` from src/agentkit/aio/operations/_housekeeping.py; change that and run it again.
"""Agents that are made once, and the removal of what nobody uses any more."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeVar

from ..._core.matching import holds
from ..._generated import requests
from ._temporary import TemporaryHelpers

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._core.options import CallSettings
    from ..._core.purge import PurgedObject, PurgeReport
    from ..._generated.models.agents import Agent
    from ..._generated.models.tools import AgentsApiResponseFormatOption, ToolDefinition, ToolResources
    from ..._request import Request
    from ..._types import CallOptions, ToolSource

__all__ = ["HousekeepingHelpers"]

_log = logging.getLogger("agentkit")
P = TypeVar("P")

# What a service answers that has no such list, as Azure OpenAI has none of threads.
_NO_SUCH_LIST = (404, 405, 501)
_LISTS: Mapping[str, Any] = {
    "agents": lambda: requests.list_agents(limit=100),
    "threads": lambda: requests.list_threads(limit=100),
    "vector_stores": lambda: requests.list_vector_stores(limit=100),
    "files": lambda: requests.list_files(),
}
_DELETIONS: Mapping[str, Any] = {
    "agents": requests.delete_agent,
    "threads": requests.delete_thread,
    "vector_stores": requests.delete_vector_store,
    "files": requests.delete_file,
}


class HousekeepingHelpers(TemporaryHelpers):
    """What keeps a project tidy."""

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
        :keyword update: whether an agent that was there is changed where it differs from what is given; otherwise it stays as it is.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the agent.
        :rtype: ~agentkit.models.Agent
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        :raises ValueError: the name is empty.
        """
        operation = "get_or_create_agent"
        settings = self._settings(operation, options, several=True)
        if not isinstance(name, str):
            raise TypeError(f"{operation}() takes name= as text, not {type(name).__name__}")
        if not name:
            raise ValueError(f"{operation}() needs a name= that is not empty: it finds the agent by it")
        request = requests.create_agent(
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
        )
        found = self._oldest_of(name, settings)
        if found is None:
            made = self._pipeline.send(request, settings)
            found = self._oldest_of(name, settings)
            # A service may list an agent only some time after it was created.
            if found is None or found.id == made.id:
                return self._agent_made(made, toolset)
            self._withdrawn(made, settings)
        if update and not holds(found.as_dict(), request.body):
            change = requests.update_agent(found.id, request.body)
            found = self._pipeline.send(change, self._lasting(settings))
        return self._agent_made(found, toolset)

    def _oldest_of(self, name: str, settings: CallSettings) -> Agent | None:
        """The first agent of a name, from the oldest on."""
        page = self._first_page(requests.list_agents(limit=100, order="asc"), settings)
        for agent in page.auto_paging_iter():
            if agent.name == name:
                return agent
        return None

    def _withdrawn(self, agent: Agent, settings: CallSettings) -> None:
        """Delete an agent that another program has forestalled. That it stays is no reason to fail: the other one is found in future too."""
        try:
            self._deleted(agent, requests.delete_agent(agent.id), settings)
        except Exception as error:  # noqa: BLE001 - the agent that was asked for is there
            _log.warning("the agent %s is one too many of its name and could not be deleted: %s", agent.id, error)

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
        :return: every object that was found, with what became of it; ``failed`` has those that could not be deleted, and ``unlisted``
            the kinds that the service does not list. ``print(report)`` shows all of it.
        :rtype: ~agentkit.models.PurgeReport
        :raises ~azure.core.exceptions.HttpResponseError: the service refused to list; nothing is deleted then.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        :raises ValueError: the age is negative, the prefix is empty, or a kind is unknown.
        """
        from ..._core.purge import PurgeReport, check_kinds, check_prefix, cut_off, looked_at

        settings = self._settings("purge", options, several=True)
        if not isinstance(dry_run, bool):
            raise TypeError(f"purge() takes dry_run= as True or False, not {dry_run!r}")
        before = cut_off(older_than, datetime.fromtimestamp(time.time(), timezone.utc))
        check_prefix(name_prefix)
        objects: list[PurgedObject] = []
        unlisted: dict[str, str] = {}
        for kind in check_kinds(kinds):
            if kind == "threads" and name_prefix is not None:
                unlisted[kind] = f"threads have no names, so that none begins with {name_prefix!r}"
                continue
            try:
                page = self._first_page(_LISTS[kind](), settings)
                for value in page.auto_paging_iter():
                    seen = looked_at(kind, value, before, name_prefix)
                    objects += [] if seen is None else [seen]
                if kind == "files" and page.get("has_more"):  # which has no pages, as services describe it
                    unlisted[kind] = "the service has listed the first of them only; purge once more for the others"
            except Exception as error:
                if getattr(error, "status_code", None) not in _NO_SUCH_LIST:
                    raise
                unlisted[kind] = f"the service has no list of them: {error}"
        if not dry_run:
            objects = self._purged(objects, settings)
        return PurgeReport(dry_run, before, tuple(objects), unlisted)

    def _purged(self, objects: Sequence[PurgedObject], settings: CallSettings) -> list[PurgedObject]:
        """Delete what was found, and say of each object what became of it."""
        from ...exceptions import AzureError, ClientAuthenticationError, HttpResponseError

        became: list[PurgedObject] = []
        ended_by = ""
        for each in objects:
            if each.outcome != "found":
                became.append(each)
            elif ended_by:
                became.append(each.became("not tried", ended_by))
            else:
                try:
                    there = self._deleted(each, _DELETIONS[each.kind](each.id), settings)
                    became.append(each.became("deleted" if there else "gone"))
                except AzureError as error:
                    became.append(each.became("failed", str(error)))
                    # Without a connection or a valid credential, the others would fail in the same way, each with all its retries.
                    if isinstance(error, ClientAuthenticationError) or not isinstance(error, HttpResponseError):
                        ended_by = f"the purge ended with {each.id}"
        return became

    def _first_page(self, request: Request[P], settings: CallSettings) -> P:
        """The first page of a list, from which the others can be fetched."""
        settings = self._lasting(settings)
        return self._page(self._pipeline.send(request, settings), request, settings)
