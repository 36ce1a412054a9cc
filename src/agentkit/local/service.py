"""Starts and stops the service: its settings, its folder, its threads."""

from __future__ import annotations

import atexit
import importlib.util
import logging
import math
import os
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from agentkit.local.blobs import Blobs
from agentkit.local.completions import Completions
from agentkit.local.connections import Given, connections_of, with_own
from agentkit.local.hosting import Hosting
from agentkit.local.models import model_from_text, resolve_model, runs_code
from agentkit.local.models.base import ChatModel, ModelRequest, ModelTurn
from agentkit.local.operations import Context
from agentkit.local.responses.desk import Responses
from agentkit.local.responses.tools import Shed
from agentkit.local.retrieval import Retrieval
from agentkit.local.runs.engine import RunEngine
from agentkit.local.runs.events import EventHub, EventStore
from agentkit.local.runs.sessions import CodeSessions
from agentkit.local.store import Store
from agentkit.local.tables import FILES
from agentkit.local.temporary import TemporaryFolder, sweep
from agentkit.local.variables import variables_for

if TYPE_CHECKING:
    from agentkit.local.certificates import Certificate

__all__ = ["LOG_LEVELS", "LocalService"]

_LOG = logging.getLogger("agentkit.local")

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
"""What a service can be told to log at least."""

_PACKAGES = ("starlette", "uvicorn", "jsonschema")
_FORM_PACKAGES = ("python_multipart", "multipart")
_SCOPE = "00000000-0000-0000-0000-000000000000;local;local"
_PREFIX = "agentkit-data-"  # only folders with a lock are called so
_CLIENT_TIMEOUT = 30.0
_ANY_MODEL = "gpt-4o-mini"
_LOGGERS = ("agentkit.local", "uvicorn.error")


class LocalService:
    """An agents service on a port of this machine, with everything that belongs to it in this process.

    >>> with LocalService() as service:
    ...     address = service.connection_string

    :param path: Folder for the data, made where it is missing and found again later; None keeps the data in memory.
    :param host: Address to listen on; one that other machines reach is warned of.
    :param port: Port to listen on; 0 takes a free one.
    :param port_file: File that the port is written to once requests are accepted.
    :param key: What every request has to show; a random one when None.
    :param tls: Whether to speak HTTPS, with a certificate by an authority made for this start (:attr:`authority`).
    :param model: What answers in runs: a model, a callable from a ModelRequest to a ModelTurn or a text, ``"offline"``,
        ``"scripted:FILE"``, the URL of a chat endpoint, or None for the offline model.
    :param model_name: The name of the model at the chat endpoint, and of the model in :attr:`variables`.
    :param model_key_env: Name of the environment variable that holds the key of the chat endpoint.
    :param code_interpreter: Whether the code that a model writes is run; when None, that of the offline model and of a script is.
    :param allow_download: Whether the content of files of purpose ``assistants`` can be downloaded; as on the services that this
        one stands in for, it cannot unless this is set.
    :param app_insights: The connection string of the Application Insights resource of the project; None leaves it without one.
    :param clock: The present in unix seconds.
    :param delta_delay: Seconds before each piece of a text in an event stream; 0 sends the pieces as soon as they are there.
    :param client_timeout: How long a client may take to send the head of a request and may pause in its body, in seconds; to read
        an answer it has ten times as long.
    :param log_level: The least that the service logs: debug, info, warning, error or critical; None leaves it to the program.
    :param connections: What the project is connected to: descriptions by name, a list of them, or a JSON or TOML file of either. The
        connections that lead to the service itself come after them, unless a name is taken.
    :param hosting: How long deployments of hosted agents take, which of them fail, and which manifests there are.
    :raises ValueError: A setting has a value that it cannot have; the text names it.
    :raises TypeError: The model is none.
    :raises ImportError: The package for a chat endpoint is not installed.
    :raises OSError: The file of a script, or of connections, cannot be read.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        port_file: str | os.PathLike[str] | None = None,
        key: str | None = None,
        tls: bool = False,
        model: ChatModel | Callable[[ModelRequest], ModelTurn | str] | str | None = None,
        model_name: str | None = None,
        model_key_env: str | None = None,
        code_interpreter: bool | None = None,
        allow_download: bool = False,
        app_insights: str | None = None,
        clock: Callable[[], float] = time.time,
        delta_delay: float = 0.0,
        client_timeout: float = _CLIENT_TIMEOUT,
        log_level: str | None = None,
        connections: Given | str | os.PathLike[str] | None = None,
        hosting: Hosting | None = None,
    ) -> None:
        if not 0 <= delta_delay < math.inf:
            raise ValueError(f"delta_delay: got {delta_delay}, expected a number of seconds, 0 or more")
        if not 0 < client_timeout < math.inf:
            raise ValueError(f"client_timeout: got {client_timeout}, expected a number of seconds above 0")
        if not 0 <= port < 65536:
            raise ValueError(f"port: got {port}, expected one from 1 to 65535, or 0 for a free one")
        if not host.strip():
            # To the system an empty name means every address that it has.
            raise ValueError("host: it is empty; give an address or a name of this machine, such as 127.0.0.1")
        self._path = None if path is None else Path(path)
        self._host = host
        self._wanted_port = port
        self._port_file = None if port_file is None else Path(port_file)
        self._key = _checked_key(key)
        self._tls = tls
        if isinstance(model, str):
            model = model_from_text(model, model_name, model_key_env)
        self._model, self._trusted = resolve_model(model)
        self._model_name = model_name or _ANY_MODEL
        self._code_interpreter = runs_code(self._model) if code_interpreter is None else code_interpreter
        self._client_timeout = client_timeout
        self._log_level = None if log_level is None else _checked_level(log_level)
        self._allow_download = allow_download
        self._app_insights = app_insights
        self._connections = connections_of(connections)
        self._hosting = hosting or Hosting()
        self._clock = clock
        self._delta_delay = delta_delay
        self._resources: ExitStack | None = None
        self._certificate: Certificate | None = None
        self._port = 0

    @property
    def key(self) -> str:
        """What requests have to show, as ``api-key`` or as a bearer token."""
        return self._key

    @property
    def url(self) -> str:
        """Where the service listens, such as ``http://127.0.0.1:8080``.

        :raises RuntimeError: The service is not running.
        """
        if self._resources is None:
            raise RuntimeError("the local service is not running: call start(), or use it as a context manager")
        return self._address()

    def _address(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)
        return f"{'https' if self._tls else 'http'}://{f'[{host}]' if ':' in host else host}:{self._port}"

    @property
    def endpoint(self) -> str:
        """The same as :attr:`url`, by the name that clients call it."""
        return self.url

    @property
    def connection_string(self) -> str:
        """The four parts that a hub project's client takes: host, subscription, resource group, project.

        Clients take the host over https, so it stands alone with TLS, and with its scheme without.
        """
        return f"{self.url.removeprefix('https://')};{_SCOPE}"

    @property
    def authority(self) -> Path | None:
        """The certificate that clients have to trust where the service speaks TLS; it is gone when the service has stopped."""
        return None if self._certificate is None else self._certificate.authority

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment variables by which programs find this service, with their values.

        :raises RuntimeError: The service is not running.
        """
        return variables_for(self.url, self.connection_string, self._key, self._model_name, self.authority)

    def about(self) -> Mapping[str, str]:
        """What the service says of itself: the model behind it, and how the code that is run is contained."""
        rung = "off"
        if self._code_interpreter:
            from agentkit.local.interpreter import containment

            rung = containment()
        return {"name": "agentkit local service", "status": "ok", "model": self._model.name, "code_interpreter": rung}

    def start(self) -> LocalService:
        """Start to listen; returns once requests are accepted.

        :raises ImportError: The packages of the extra are not installed.
        :raises OSError: The port is taken, or the folder or the file for the port cannot be written.
        :raises StoreError: The data in the folder cannot be used.
        :raises RuntimeError: The service is running already, or did not come up.
        """
        if self._resources is not None:
            raise RuntimeError(f"the local service is running already, at {self.url}")
        _require_packages()
        if self._log_level is not None:
            for name in _LOGGERS:
                logging.getLogger(name).setLevel(self._log_level)
        with ExitStack() as resources:
            self._start(resources)
            self._resources = resources.pop_all()
        # A script that forgets to stop must not leave a folder or a program behind.
        atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Stop to listen, interrupt the runs, close the data. Does nothing when the service is not running."""
        resources, self._resources, self._certificate = self._resources, None, None
        if resources is not None:
            atexit.unregister(self.stop)
            resources.close()

    def __enter__(self) -> LocalService:
        return self if self._resources is not None else self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _start(self, resources: ExitStack) -> None:
        from agentkit.local.app import build_app
        from agentkit.local.certificates import PREFIX as TLS_PREFIX
        from agentkit.local.certificates import issue
        from agentkit.local.guards import Guards, is_loopback_host
        from agentkit.local.interpreter.session import PREFIX
        from agentkit.local.server import bound, serve

        for prefix in (_PREFIX, TLS_PREFIX, PREFIX):
            sweep(prefix)
        listener = resources.enter_context(bound(self._host, self._wanted_port))
        self._port = listener.getsockname()[1]
        hub = EventHub()
        store, blobs, retrieval = self._open_data(resources, hub)
        runs = RunEngine(
            store,
            blobs,
            retrieval,
            self._model,
            trusted=self._trusted,
            code_interpreter=self._code_interpreter,
            clock=self._clock,
            hub=hub,
            delta_delay=self._delta_delay,
        )
        resources.callback(runs.stop)
        completions = Completions(self._model, self._clock, self._delta_delay)
        resources.callback(completions.stop)
        sessions = CodeSessions(trusted=self._trusted)
        shed = Shed(store, blobs, retrieval, sessions, self._code_interpreter, self._trusted, lambda: int(self._clock()))
        responses = Responses(self._model, store, shed, self._clock, self._delta_delay)
        resources.callback(responses.stop)
        connections = with_own(self._connections, self._address(), self._key, self._app_insights)
        context = Context(
            store,
            blobs,
            retrieval,
            runs,
            completions,
            responses,
            self._clock,
            self._allow_download,
            connections,
            app_insights=self._app_insights,
            hosting=self._hosting,
        )
        guards = Guards(self._key, self._host, self._client_timeout)
        self._certificate = issue(self._host, resources) if self._tls else None
        app = build_app(context, guards, self.about)
        serve(app, listener, resources, client_timeout=self._client_timeout, certificate=self._certificate)
        # First of all at the end: the server waits for the streams that are open.
        resources.callback(runs.close_streams)
        resources.callback(completions.break_off)
        resources.callback(responses.break_off)
        if not is_loopback_host(self._host):
            _LOG.warning(
                "the service listens on %s, where other machines may reach it: all that keeps them out is the key%s",
                self._host,
                "" if self._tls else ", which travels unencrypted",
            )
        if self._port_file is not None:
            _write_at_once(self._port_file, str(self._port))

    def _open_data(self, resources: ExitStack, hub: EventHub) -> tuple[Store, Blobs, Retrieval]:
        if self._path is None:
            temporary = TemporaryFolder(_PREFIX)
            resources.callback(temporary.remove)
            folder = temporary.path
            store = EventStore(hub)
        else:
            folder = self._path
            if folder.exists() and not folder.is_dir():
                raise NotADirectoryError(f"path: '{folder}' is not a folder; give a folder for the service's data")
            folder.mkdir(parents=True, exist_ok=True)
            store = EventStore(hub, folder)
        resources.callback(store.close)
        blobs = Blobs(folder / "files")
        with store.transaction() as tx:
            blobs.sweep({file["id"] for file in tx.select(FILES)})
        retrieval = Retrieval(store, blobs, folder)
        resources.callback(retrieval.stop)
        return store, blobs, retrieval


def _checked_key(key: str | None) -> str:
    """The key as it was given, or a random one.

    :raises ValueError: No header can carry it; the text does not repeat it.
    """
    if key is None:
        return secrets.token_urlsafe(24)
    if not key.strip():
        raise ValueError("key: it is empty; give one, or leave it out for a random one")
    if key != key.strip() or not key.isprintable():
        raise ValueError(
            "key: it begins or ends with a blank, or has a control character in it, and no header carries that; give another"
        )
    return key


def _checked_level(level: str) -> str:
    """The name of a level as logging knows it.

    :raises ValueError: It is none.
    """
    if level.lower() not in LOG_LEVELS:
        raise ValueError(f"log_level: got '{level}', expected one of {', '.join(LOG_LEVELS)}")
    return level.upper()


def _require_packages() -> None:
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if not any(importlib.util.find_spec(name) for name in _FORM_PACKAGES):
        missing.append("python-multipart")
    if missing:
        raise ImportError(
            f"The local service needs packages that are not installed here ({', '.join(missing)}). "
            "Install its extra from the checkout: pip install '.[local]'",
            name=missing[0],
        )


def _write_at_once(path: Path, text: str) -> None:
    """Write a file so that a reader finds all of it or nothing.

    :raises OSError: It cannot be written; the text names it.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        problem = f"port_file: '{path}' cannot be written ({error.strerror}); give a file in a folder that exists"
        raise OSError(error.errno, problem) from error
