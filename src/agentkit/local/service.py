"""Starts and stops the service: its folder, its threads, its socket."""

from __future__ import annotations

import atexit
import importlib.util
import logging
import math
import os
import secrets
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from agentkit.local.blobs import Blobs
from agentkit.local.models import resolve_model
from agentkit.local.models.base import ChatModel, ModelRequest, ModelTurn
from agentkit.local.operations import Context
from agentkit.local.retrieval import Retrieval
from agentkit.local.runs.engine import RunEngine
from agentkit.local.runs.events import EventHub, EventStore
from agentkit.local.store import Store

if TYPE_CHECKING:
    import uvicorn

__all__ = ["LocalService"]

_LOG = logging.getLogger("agentkit.local")

_PACKAGES = ("starlette", "uvicorn", "jsonschema")
_FORM_PACKAGES = ("python_multipart", "multipart")
_SCOPE = "00000000-0000-0000-0000-000000000000;local;local"
_START_SECONDS = 15.0
_GRACE_SECONDS = 3
_FLUSH_SECONDS = 1.0
_KEEP_ALIVE_SECONDS = 65


class LocalService:
    """An agents service on a port of this machine, with everything that belongs to it in this process.

    >>> with LocalService() as service:
    ...     address = service.connection_string

    :param path: Folder for the data, made where it is missing and found again later; None keeps the data in memory.
    :param host: Address to listen on.
    :param port: Port to listen on; 0 takes a free one.
    :param key: What every request has to show; a random one when None.
    :param model: What answers in runs: a model, a callable from a ModelRequest to a ModelTurn or a text, or None for the
        offline model.
    :param code_interpreter: Whether the code that a model writes is run.
    :param allow_download: Whether the content of files of purpose ``assistants`` can be downloaded; as on the services that this
        one stands in for, it cannot unless this is set.
    :param clock: The present in unix seconds.
    :param delta_delay: Seconds before each piece of a text in an event stream; 0 sends the pieces as soon as they are there.
    :raises ValueError: The key is empty, or the delay is no number of seconds.
    :raises TypeError: The model is none.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        key: str | None = None,
        model: ChatModel | Callable[[ModelRequest], ModelTurn | str] | None = None,
        code_interpreter: bool = True,
        allow_download: bool = False,
        clock: Callable[[], float] = time.time,
        delta_delay: float = 0.0,
    ) -> None:
        if key is not None and not key.strip():
            raise ValueError("key: it is empty; give one, or leave it out for a random one")
        if not 0 <= delta_delay < math.inf:
            raise ValueError(f"delta_delay: got {delta_delay}, expected a number of seconds, 0 or more")
        self._path = None if path is None else Path(path)
        self._host = host
        self._wanted_port = port
        self._key = key or secrets.token_urlsafe(24)
        self._model, self._trusted = resolve_model(model)
        self._code_interpreter = code_interpreter
        self._allow_download = allow_download
        self._clock = clock
        self._delta_delay = delta_delay
        self._resources: ExitStack | None = None
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
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)
        return f"http://[{host}]:{self._port}" if ":" in host else f"http://{host}:{self._port}"

    @property
    def endpoint(self) -> str:
        """The same as :attr:`url`, by the name that clients call it."""
        return self.url

    @property
    def connection_string(self) -> str:
        """The four parts that a hub project's client takes: host, subscription, resource group, project."""
        return f"{self.url};{_SCOPE}"

    def start(self) -> LocalService:
        """Start to listen; returns once requests are accepted.

        :raises ImportError: The packages of the extra are not installed.
        :raises OSError: The port is taken, or the folder cannot be written.
        :raises StoreError: The data in the folder cannot be used.
        :raises RuntimeError: The service is running already, or did not come up.
        """
        if self._resources is not None:
            raise RuntimeError(f"the local service is running already, at {self.url}")
        _require_packages()
        with ExitStack() as resources:
            self._start(resources)
            self._resources = resources.pop_all()
        # A script that forgets to stop must not leave a folder or a program behind.
        atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Stop to listen, interrupt the runs, close the data. Does nothing when the service is not running."""
        resources, self._resources = self._resources, None
        if resources is not None:
            atexit.unregister(self.stop)
            resources.close()

    def __enter__(self) -> LocalService:
        return self if self._resources is not None else self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _start(self, resources: ExitStack) -> None:
        from agentkit.local.app import build_app

        listener = resources.enter_context(_bound(self._host, self._wanted_port))
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
        context = Context(store, blobs, retrieval, runs, self._clock, self._allow_download)
        _serve(build_app(context, self._key, self._about), listener, resources)
        # First of all at the end: the server waits for the streams that are open.
        resources.callback(runs.close_streams)

    def _open_data(self, resources: ExitStack, hub: EventHub) -> tuple[Store, Blobs, Retrieval]:
        if self._path is None:
            folder = Path(tempfile.mkdtemp(prefix="agentkit-local-"))
            resources.callback(shutil.rmtree, folder, ignore_errors=True)
            store = EventStore(hub)
        else:
            folder = self._path
            if folder.exists() and not folder.is_dir():
                raise NotADirectoryError(f"path: '{folder}' is not a folder; give a folder for the service's data")
            folder.mkdir(parents=True, exist_ok=True)
            store = EventStore(hub, folder)
        resources.callback(store.close)
        blobs = Blobs(folder / "files")
        retrieval = Retrieval(store, blobs, folder)
        resources.callback(retrieval.stop)
        return store, blobs, retrieval

    def _about(self) -> Mapping[str, Any]:
        rung = "off"
        if self._code_interpreter:
            from agentkit.local.interpreter import containment

            rung = containment()
        return {"name": "agentkit local service", "status": "ok", "model": self._model.name, "code_interpreter": rung}


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


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio knows it for TCP and sends small answers without delay.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise OSError(
            error.errno,
            f"the local service cannot listen on {host}:{port} ({error.strerror}); give another port, or 0 for a free one",
        ) from error
    except BaseException:
        listener.close()
        raise
    return listener


def _serve(app: Any, listener: socket.socket, resources: ExitStack) -> None:
    import uvicorn

    config = uvicorn.Config(
        app,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            server.run(sockets=[listener])
        except BaseException as error:  # noqa: BLE001 - raised again by whoever started the thread
            failures.append(error)

    thread = threading.Thread(target=run, name="agentkit-local", daemon=True)
    thread.start()
    resources.callback(_halt, server, thread)
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if failures or not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the local service did not come up") from (failures[0] if failures else None)
        time.sleep(0.005)


def _halt(server: uvicorn.Server, thread: threading.Thread) -> None:
    server.should_exit = True
    thread.join(_FLUSH_SECONDS)
    if thread.is_alive():
        # A client that reads no more would be waited for in vain, and then be reported as an error.
        for connection in list(server.server_state.connections):
            if connection.transport.get_write_buffer_size() and not connection.loop.is_closed():
                connection.loop.call_soon_threadsafe(connection.transport.abort)
    thread.join(_GRACE_SECONDS + _START_SECONDS)
    if thread.is_alive():
        _LOG.warning("the local service is still at work after it was told to stop")
