# Derived by `python -m codegen` from src/agentkit/aio/operations/_telemetry.py; change that and run it again.
"""Traces of what a client does, and where a project keeps its traces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote

from ... import _hooks
from ..._core.endpoint import Endpoint, EndpointKind
from ..._core.services import ProjectService, service_endpoint
from ..._request import Request
from .._group import OperationGroup
from ._connections import ConnectionsOperations

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._core.options import CallSettings
    from ..._generated.models.connections import ConnectionResource
    from ..._types import CallOptions
    from .._pipeline import Pipeline

__all__ = ["TelemetryOperations"]

_APP_INSIGHTS = "AppInsights"  # the type of the connection by which a Foundry project has the resource


class TelemetryOperations(OperationGroup):
    """Tracing by OpenTelemetry. A client makes it; it is not made by hand."""

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(pipeline)
        self._connection_string: str | None = None

    def get_connection_string(self, **options: Unpack[CallOptions]) -> str:
        """The connection string of the Application Insights resource that belongs to the project, for an exporter of traces.

        It is looked up once; later calls make no request.

        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the connection string. It holds a secret of the resource.
        :raises ~azure.core.exceptions.ResourceNotFoundError: no Application Insights resource is enabled for the project.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: the client's kind of project has no such resource.
        """
        settings = self._settings("get_connection_string", options, several=True)
        if self._connection_string is None:
            endpoint = self._client_pipeline.endpoint
            in_foundry = endpoint.kind is EndpointKind.FOUNDRY_PROJECT
            with _hooks.request(endpoint, _read("/"), settings):
                self._connection_string = self._of_connection(options) if in_foundry else self._looked_up(settings)
        return self._connection_string

    # As azure-ai-projects 1.0 calls it.
    get_application_insights_connection_string = get_connection_string

    def enable(self, *, destination: TextIO | str | None = None, **options: Unpack[CallOptions]) -> None:
        """Make spans of what the clients of this program do, from now on. Needs the extra ``telemetry``.

        Spans of agents, threads, messages, runs, function calls and streams follow OpenTelemetry's conventions for generative AI. The
        instrumentors of openai, langchain, azure-ai-inference and azure-core are turned on as well where they are installed. What people
        and models have written is in the spans only where the environment variable
        AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED is ``true``.

        :keyword destination: ``sys.stdout`` prints the spans; a URL such as ``http://localhost:4317``, or a host with its port, is where a
            collector takes them by OTLP over gRPC; None leaves it to the program where spans go, and where OpenTelemetry is not
            installed, that is nowhere: a warning says so.
        :keyword options: what every call accepts, and this one has no use for, as it makes no request.
        :raises ValueError: the destination is another stream, or no URL.
        :raises TypeError: the destination is neither text nor a stream, or a keyword is unknown.
        :raises ModuleNotFoundError: OpenTelemetry is not installed, and there is a destination; the error names the extra.
        """
        self._settings("enable", options)
        # Loaded here: OpenTelemetry is for those who trace.
        from ...telemetry._enable import enable

        enable(destination)

    def _of_connection(self, options: CallOptions) -> str:
        """The connection string as a Foundry project has it: as the key of a connection."""
        from ...exceptions import ResourceNotFoundError

        connections = ConnectionsOperations(self._client_pipeline)
        found = connections.list(connection_type=_APP_INSIGHTS, **options)
        if not found:
            raise ResourceNotFoundError(_not_enabled(self._client_pipeline.endpoint))
        connection = connections.get(connection_name=found[0].name, include_credentials=True, **options)
        if not connection.key:
            raise ResourceNotFoundError(
                f"the Application Insights connection {connection.name!r} gives no connection string: its authentication is "
                f"{connection.authentication_type}. Connect the resource with its key, and check that your role may read it"
            )
        return connection.key

    def _looked_up(self, settings: CallSettings) -> str:
        client = self._client_pipeline
        resources = service_endpoint(client.endpoint, ProjectService.APP_INSIGHTS)
        workspace = client.sibling(service_endpoint(client.endpoint, ProjectService.CONNECTIONS))
        following = replace(settings, follow_up=True)
        resource = _property(workspace.send(_read("/"), following), "applicationInsights")
        if not resource:
            from ...exceptions import ResourceNotFoundError

            raise ResourceNotFoundError(_not_enabled(client.endpoint))
        found = client.sibling(resources).send(_read(f"/{quote(resource, safe='')}"), following)
        connection_string = _property(found, "ConnectionString")
        if not connection_string:
            from ...exceptions import ResourceNotFoundError

            raise ResourceNotFoundError(
                f"the Application Insights resource {resource} gives no connection string. Check that it still exists, and that "
                "it may be read with the client's credential"
            )
        return connection_string


def _read(path: str) -> Request[ConnectionResource]:
    """The request for a resource, which has its properties as a connection of a hub project has them."""
    return Request("get_connection_string", "GET", path, returns="ConnectionResource")


def _not_enabled(endpoint: Endpoint) -> str:
    """The text of the error for a project without the resource."""
    step = "Enable it in the project's settings, under tracing"
    if endpoint.loopback:
        step = 'Start the service with LocalService(app_insights="..."), or the client with AIProjectClient.local(app_insights="...")'
    return f"Application Insights resource was not enabled for this project ({endpoint.where()}). {step}"


def _property(found: ConnectionResource, name: str) -> str | None:
    """A property of a resource; None where it has none."""
    value = found.properties.get(name) if isinstance(found.properties, Mapping) else None
    return value if isinstance(value, str) else None
