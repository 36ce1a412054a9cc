# Derived by `python -m codegen` from src/agentkit/aio/_base.py; change that and run it again.
"""What the clients share: how they are made from the environment or with a service of their own, and how they are closed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from inspect import signature
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .._core.endpoint import Endpoint, EndpointKind
from .._core.options import client_settings
from .._primitives import sync_call
from .._setup import DefaultCredential, endpoint_from_parts, from_environment, local_service, with_local_key
from .._suggest import unknown_attribute
from .._types import LOCAL_KEYWORDS
from ._pipeline import Pipeline
from .operations import AgentsOperations

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from .._types import ClientOptions, LocalClientOptions
    from ..local import LocalService

__all__ = ["Client"]


class Client:
    """A client of one endpoint, with one credential."""

    _agents: AgentsOperations
    _pipeline: Pipeline
    _service: LocalService | None

    @classmethod
    def from_env(cls, **options: Unpack[ClientOptions]) -> Self:
        """A client of the service that the environment names, or of the embedded local service where it names none.

        The first of these that is set counts: PROJECT_CONNECTION_STRING, AZURE_AI_PROJECTS_CONNECTION_STRING, PROJECT_ENDPOINT,
        AZURE_AI_PROJECT_ENDPOINT, AZURE_OPENAI_ENDPOINT (with AZURE_OPENAI_API_KEY). The credential is the key beside the
        endpoint, or azure-identity's DefaultAzureCredential.

        :keyword options: as of the constructor.
        :raises ValueError: the variable holds no endpoint or connection string; the error names it.
        :raises ImportError: the local service is to be used and its packages are missing.
        """
        found = from_environment()
        if found is None:
            return cls._embedded("from_env", None, True, {}, options)
        where, who = found
        return cls._made(where, who, options, owned=(who,) if isinstance(who, DefaultCredential) else ())

    @classmethod
    def local(cls, path: str | os.PathLike[str] | None = None, **options: Unpack[LocalClientOptions]) -> Self:
        """A client of an embedded local service, which is started now and stopped with the client.

        The service takes these keywords, of which :class:`~agentkit.local.LocalService` tells more: ``host``, ``port``, ``port_file``,
        ``key``, ``tls``, ``model``, ``model_name``, ``model_key_env``, ``code_interpreter``, ``allow_download``, ``app_insights``,
        ``clock``, ``delta_delay``, ``client_timeout``, ``log_level``, ``connections``, ``hosting``.

        :param path: the folder that keeps the data; None keeps it in memory.
        :keyword model: what answers: None is the rule-based offline model, otherwise a model, a callable or a text that the service takes.
        :keyword connections: what the project is connected to: descriptions by name, a list of them, or a JSON or TOML file of either.
        :keyword app_insights: the connection string that ``telemetry.get_connection_string()`` is to answer.
        :keyword hosting: how long deployments of hosted agents take, and which of them fail.
        :keyword port: the port to listen on, and ``key`` what other clients have to show there; by default any free one, and a random one.
        :keyword delta_delay: seconds before each piece of a text in a stream.
        :keyword options: as of the constructor, and the other keywords of the service.
        :raises ImportError: the service's packages are missing; the error names the extra.
        :raises TypeError: a keyword is one of neither the client nor the service.
        :raises ValueError: a setting has a value that it cannot have; the text names it.
        """
        given: dict[str, Any] = {**options}
        settings = {name: given.pop(name) for name in LOCAL_KEYWORDS if name in given}
        return cls._embedded("local", path, False, settings, given, LOCAL_KEYWORDS)

    @property
    def endpoint_kind(self) -> EndpointKind:
        """Which kind of service the endpoint was recognised as."""
        return self._pipeline.endpoint.kind

    def close(self) -> None:
        """Close the connections, a credential that the client made, and the local service that it started."""
        try:
            self._pipeline.close()
        finally:
            service, self._service = self._service, None
            if service is not None:
                sync_call(service.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        endpoint = self._pipeline.endpoint
        return f"<{type(self).__name__} of {endpoint.origin} ({endpoint.kind.value})>"

    if not TYPE_CHECKING:  # a type checker is to report an unknown attribute itself

        def __getattr__(self, name: str) -> Any:
            known = [known for known in dir(self) if not known.startswith("_")]
            raise unknown_attribute(f"{type(self).__name__!r} object", name, known)

    # --- construction -------------------------------------------------------------------------------------------------

    @classmethod
    def _made(cls, where: Endpoint, who: Any, options: Any, *, owned: tuple[Any, ...] = (), service: Any = None) -> Self:
        client = cls.__new__(cls)
        client._set_up(where, who, options, owned=owned, service=service)
        return client

    @classmethod
    def _embedded(
        cls, maker: str, path: Any, announce: bool, settings: dict[str, Any], options: Any, taken: Iterable[str] = ()
    ) -> Self:
        # Before the service is started: a wrong keyword must not leave one behind.
        client_settings(f"{cls.__name__}.{maker}", options, lambda: [*_keywords(getattr(cls, maker)), *taken])
        service = local_service(path, announce=announce, **settings)
        if service.authority is not None:
            options = {"connection_verify": service.authority, **options}
        try:
            where, who = endpoint_from_parts(service.endpoint, None, None, None, service.key)
            return cls._made(where, who, options, service=service)
        except BaseException:
            service.stop()
            raise

    def _set_up(self, where: Endpoint, who: Any, options: Any, *, owned: tuple[Any, ...] = (), service: Any = None) -> None:
        settings = client_settings(type(self).__name__, options, lambda: _keywords(type(self)))
        if service is not None and settings.repeatability is None:
            settings = replace(settings, repeatability=True)  # which service it is, is known
        credential = who if service is not None else with_local_key(where, who)
        self._pipeline = Pipeline(where, credential, settings, owned=owned)
        self._service = service
        self._agents = AgentsOperations(self._pipeline)
        functions = options.get("enable_auto_function_calls")
        if functions is not None:
            self._agents.enable_auto_function_calls(functions)


def _keywords(function: Callable[..., Any]) -> list[str]:
    parameters = signature(function).parameters.values()
    return [parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_KEYWORD]
