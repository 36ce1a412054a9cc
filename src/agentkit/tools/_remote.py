"""Tools that hand work to something else that runs: another agent, an HTTP API, an Azure function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._generated.models.tools import (
    AzureFunctionBinding,
    AzureFunctionDefinition,
    AzureFunctionStorageQueue,
    AzureFunctionToolDefinition,
    ConnectedAgentDetails,
    ConnectedAgentToolDefinition,
    FunctionDefinition,
    OpenApiAuthDetails,
    OpenApiConnectionAuthDetails,
    OpenApiFunctionDefinition,
    OpenApiManagedAuthDetails,
    OpenApiToolDefinition,
)
from .._suggest import did_you_mean
from ._arguments import any_text, mapping, text, unique_ids
from ._base import ServiceTool

__all__ = ["AzureFunctionTool", "ConnectedAgentTool", "OpenApiTool"]


class ConnectedAgentTool(ServiceTool[ConnectedAgentToolDefinition]):
    """Lets an agent hand a task to another agent.

    :param id: the id of the other agent.
    :param name: the name by which the calling model refers to it.
    :param description: when to call it; the calling model decides by this text.
    :raises TypeError: an argument is no str.
    :raises ValueError: the id or the name is blank.
    """

    def __init__(self, id: str, name: str, description: str) -> None:
        tool = "ConnectedAgentTool"
        self.connected_agent: ConnectedAgentDetails = ConnectedAgentDetails(
            id=text(tool, "id", id), name=text(tool, "name", name), description=any_text(tool, "description", description)
        )

    @property
    def definitions(self) -> list[ConnectedAgentToolDefinition]:
        """One connected_agent definition."""
        return [ConnectedAgentToolDefinition(connected_agent=self.connected_agent)]


class OpenApiTool(ServiceTool[OpenApiToolDefinition]):
    """Lets an agent call HTTP APIs that OpenAPI documents describe: one at first, more by :meth:`add_definition`.

    :param name: the name by which the model calls the API.
    :param description: what the API is for; the model decides by this text.
    :param spec: the OpenAPI document, parsed.
    :param auth: how to sign in; also the default of APIs that are added later.
    :param default_parameters: the names of parameters that the caller fills in for the model.
    :raises TypeError: an argument has the wrong type.
    :raises ValueError: the name is blank, the document is empty, or the way to sign in is incomplete.
    """

    def __init__(
        self,
        name: str,
        description: str,
        spec: Any,
        auth: OpenApiAuthDetails,
        default_parameters: list[str] | None = None,
    ) -> None:
        self._auth = _checked_auth(auth)
        self._definitions: dict[str, OpenApiToolDefinition] = {}
        self.add_definition(name, description, spec, default_parameters=default_parameters)

    def add_definition(
        self,
        name: str,
        description: str,
        spec: Any,
        auth: OpenApiAuthDetails | None = None,
        default_parameters: list[str] | None = None,
    ) -> None:
        """Offer one more API.

        :param name: the name by which the model calls it.
        :param description: what it is for.
        :param spec: the OpenAPI document, parsed.
        :param auth: how to sign in; None for the way that the tool was made with.
        :param default_parameters: the names of parameters that the caller fills in for the model.
        :raises TypeError: an argument has the wrong type.
        :raises ValueError: the name is blank or taken, the document is empty, or the way to sign in is incomplete.
        """
        tool = "OpenApiTool"
        if text(tool, "name", name) in self._definitions:
            raise ValueError(f"this OpenApiTool has a definition {name!r} already; remove it first, or take another name")
        if not mapping(tool, "spec", spec, "a parsed OpenAPI document"):
            raise ValueError(f"{tool}() needs spec, an OpenAPI document, and got an empty one for {name!r}")
        self._definitions[name] = OpenApiToolDefinition(
            openapi=OpenApiFunctionDefinition(
                name=name,
                description=any_text(tool, "description", description),
                spec=spec,
                auth=self._auth if auth is None else _checked_auth(auth),
                default_params=list(unique_ids(tool, "default_parameters", default_parameters, "names")),
            )
        )

    def remove_definition(self, name: str) -> None:
        """Take an API away.

        :param name: the name that it was added under.
        :raises ValueError: there is none of that name.
        """
        if name not in self._definitions:
            raise ValueError(f"this OpenApiTool has no definition {name!r}.{did_you_mean(str(name), self._definitions)}")
        del self._definitions[name]

    @property
    def definitions(self) -> list[OpenApiToolDefinition]:
        """One openapi definition for each API, in the order in which they were added."""
        return list(self._definitions.values())


def _checked_auth(auth: object) -> OpenApiAuthDetails:
    """The way to sign in, complete. A mapping by wire names becomes the class of its ``type``."""
    if isinstance(auth, Mapping) and not isinstance(auth, OpenApiAuthDetails):
        auth = OpenApiFunctionDefinition({"auth": dict(auth)}).auth
    if not isinstance(auth, OpenApiAuthDetails):
        raise TypeError(
            "OpenApiTool() takes auth as OpenApiAnonymousAuthDetails, OpenApiConnectionAuthDetails or OpenApiManagedAuthDetails, "
            f"not {type(auth).__name__}"
        )
    if not auth.type:
        raise ValueError("OpenApiTool() needs auth with a type: use one of the classes OpenApi...AuthDetails, not their base")
    for kind, needed in ((OpenApiConnectionAuthDetails, "connection_id"), (OpenApiManagedAuthDetails, "audience")):
        if isinstance(auth, kind) and not getattr(auth.security_scheme, needed, None):
            raise ValueError(f"OpenApiTool() needs auth of kind {auth.type!r} with a security_scheme that has {needed}")
    return auth


class AzureFunctionTool(ServiceTool[AzureFunctionToolDefinition]):
    """Lets an agent call a function in Azure Functions, by one storage queue out and another back.

    :param name: the name by which the model calls the function.
    :param description: what it does; the model decides by this text.
    :param parameters: its parameters as a JSON schema.
    :param input_queue: the queue that takes the arguments.
    :param output_queue: the queue that brings the results.
    :raises TypeError: an argument has the wrong type.
    :raises ValueError: the name is blank, or a queue has no name or no endpoint.
    """

    def __init__(
        self,
        name: str,
        description: str,
        parameters: dict[str, Any],
        input_queue: AzureFunctionStorageQueue,
        output_queue: AzureFunctionStorageQueue,
    ) -> None:
        tool = "AzureFunctionTool"
        self._definition = AzureFunctionToolDefinition(
            azure_function=AzureFunctionDefinition(
                function=FunctionDefinition(
                    name=text(tool, "name", name),
                    description=any_text(tool, "description", description),
                    parameters=mapping(tool, "parameters", parameters, "a JSON schema"),
                ),
                input_binding=AzureFunctionBinding(storage_queue=_checked_queue("input_queue", input_queue)),
                output_binding=AzureFunctionBinding(storage_queue=_checked_queue("output_queue", output_queue)),
            )
        )

    @property
    def definitions(self) -> list[AzureFunctionToolDefinition]:
        """One azure_function definition."""
        return [self._definition]


def _checked_queue(parameter: str, queue: object) -> AzureFunctionStorageQueue:
    if isinstance(queue, Mapping) and not isinstance(queue, AzureFunctionStorageQueue):
        queue = AzureFunctionStorageQueue(queue)
    if not isinstance(queue, AzureFunctionStorageQueue):
        raise TypeError(f"AzureFunctionTool() takes {parameter} as AzureFunctionStorageQueue, not {type(queue).__name__}")
    text("AzureFunctionTool", f"{parameter}.queue_name", queue.queue_name)
    text("AzureFunctionTool", f"{parameter}.storage_service_endpoint", queue.storage_service_endpoint)
    return queue
