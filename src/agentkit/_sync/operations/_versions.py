# Derived by `python -m codegen` from src/agentkit/aio/operations/_versions.py; change that and run it again.
"""Waiting for a version of an agent to be deployed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..._core.agent_hints import deployment_hint
from ..._core.polling import is_active, seconds_text
from ..._generated import requests
from ..._naming import either
from ..._primitives import sync_notify
from ..._progress import waiting
from ..._types import UNSET
from .._waiting import Waiting

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._generated.models.hosted import AgentVersionDetails
    from ..._types import CallOptions

__all__ = ["VERSION_TIMEOUT", "VersionHelpers"]

VERSION_TIMEOUT = 15 * 60.0


class VersionHelpers(Waiting):
    """What the single calls about versions do not do."""

    def wait_for_version(
        self,
        agent_name: str,
        agent_version: str = UNSET,
        *,
        version: str = UNSET,
        timeout: float | None = VERSION_TIMEOUT,
        sleep_interval: float = 1.0,
        on_update: Callable[[AgentVersionDetails], Any] | None = None,
        progress: bool | None = None,
        **options: Unpack[CallOptions],
    ) -> AgentVersionDetails:
        """Wait until a version of an agent is deployed.

        It looks at once, then after 0.1 s, then less and less often. It ends at every state but ``creating``, unknown ones and none
        included: agents that are not deployed, such as prompt agents, are ready at once.

        :param agent_name: Name of the agent.
        :param agent_version: Number of the version, as text.
        :keyword version: the earlier name of ``agent_version``.
        :keyword timeout: how long to wait at most, in seconds; None waits for ever.
        :keyword sleep_interval: the longest time between two looks, in seconds.
        :keyword on_update: is called with the version whenever it was looked at.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the version as it is then.
        :rtype: ~agentkit.models.AgentVersionDetails
        :raises ~agentkit.exceptions.VersionFailedError: the deployment failed; the error says what to do where that is known.
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; the deployment goes on.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: the name is the id of a classic agent, or a time is negative.
        """
        operation = "wait_for_version"
        number = either(operation, "agent_version", agent_version, "version", version, unset=UNSET)
        settings = self._lasting(self._settings(operation, options, several=True))
        wait = self._wait(operation, sleep_interval, timeout, on_update)
        look = self._by_name(requests.get_agent_version(agent_name, number), operation)
        seen: AgentVersionDetails | None = None
        with waiting(operation, "version", progress, on_update) as tell:
            while self._slept(wait):
                seen = self._pipeline.send(look, settings)
                sync_notify(tell, seen)
                if not is_active("agent_version", seen.state):
                    return _deployed(seen)
        from ...exceptions import WaitTimeoutError

        waited, state = wait.waited(time.monotonic()), getattr(seen, "state", None)
        raise WaitTimeoutError(
            f"version {number} of {agent_name} is still {state} after {seconds_text(waited)}; its deployment goes on. Look again later with "
            "get_version(), or wait longer with timeout=",
            last=seen,
            waited=waited,
        )


def _deployed(version: AgentVersionDetails) -> AgentVersionDetails:
    """The version, unless its deployment failed."""
    if version.state != "failed":
        return version
    from ...exceptions import version_failed

    code, said = getattr(version.error, "code", None), getattr(version.error, "message", None)
    raise version_failed(version, deployment_hint(code, said or ""))
