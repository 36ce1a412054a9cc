"""The HTTP server in its thread: listens, serves an application, and closes connections whose clients are too slow."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import sys
import threading
import time
from contextlib import ExitStack
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from agentkit.local.certificates import Certificate
from agentkit.local.guards import MAX_HEAD_BYTES

__all__ = ["bound", "serve"]

_LOG = logging.getLogger("agentkit.local")

_START_SECONDS = 15.0
_GRACE_SECONDS = 3
_FLUSH_SECONDS = 1.0
_KEEP_ALIVE_SECONDS = 65
_BACKLOG = 128
_MOST_CONNECTIONS = 10_000
# What is accepted at once and what is about to be closed count too, besides the data and the programs that are run.
_SPARE_FILES = 2 * _BACKLOG + 64
_READING = 10
"""How many times longer than to send, a client may take to read: it may do something with what it has read."""

_TOO_SLOW = b"The head of the request did not come in time; send the request again.\n"
_TIMED_OUT = (
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(_TOO_SLOW), _TOO_SLOW)
)


def bound(host: str, port: int) -> socket.socket:
    """A socket on an address of this machine; nobody can connect to it yet.

    :param host: Name or address.
    :param port: 0 takes a free one.
    :raises OSError: It cannot be had; the text names the address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio knows it for TCP and sends small answers without delay.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        of_port = error.errno in (errno.EADDRINUSE, errno.EACCES)
        advice = "give another port, or 0 for a free one" if of_port else "give an address of this machine, such as 127.0.0.1"
        raise OSError(error.errno, f"the local service cannot listen on {host}:{port} ({error.strerror}); {advice}") from error
    except BaseException:
        listener.close()
        raise
    return listener


def serve(
    app: Any, listener: socket.socket, resources: ExitStack, *, client_timeout: float, certificate: Certificate | None = None
) -> None:
    """Serve an application in a thread of its own, until ``resources`` are closed; returns once requests are accepted.

    :param app: The ASGI application.
    :param listener: A socket that is bound.
    :param client_timeout: How long a client may take to send the head of a request, in seconds.
    :param certificate: What to prove the server's identity with; None serves without TLS.
    :raises RuntimeError: The server did not come up.
    """
    chain, key = (None, None) if certificate is None else (certificate.chain, certificate.key)
    config = uvicorn.Config(
        app,
        http=_protocol(client_timeout),
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ssl_certfile=chain,
        ssl_keyfile=key,
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


def most_connections() -> int:
    """How many connections there may be at once: a process that may open no more files could accept none, and write no data."""
    if sys.platform == "win32":
        return _MOST_CONNECTIONS
    import resource  # not on Windows

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return min(_MOST_CONNECTIONS, max(files // 2, files - _SPARE_FILES))


def _protocol(client_timeout: float) -> type[asyncio.Protocol]:
    """The protocol of the server's connections.

    The server waits for the head of a request, and for a client to read, as long as it takes, and accepts whatever comes; here all
    of this comes to an end.
    """
    most = most_connections()

    class Protocol(H11Protocol):
        _head: asyncio.TimerHandle | None = None
        _reading: asyncio.TimerHandle | None = None
        _heard = False
        _since = 0.0

        @property
        def is_idle(self) -> bool:
            """Whether no request is being answered."""
            return (self.cycle is None or self.cycle.response_complete) and not self.transport.is_closing()

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)  # type: ignore[arg-type]
            self._since = self.loop.time()
            self._await_head()
            if len(self.connections) > most:
                self._make_room()

        def data_received(self, data: bytes) -> None:
            self._heard = True
            super().data_received(data)
            if self.cycle is not None and not self.cycle.response_complete:
                self._since = self.loop.time()
                self._end_waiting()
            elif self._head is None:
                self._await_head()

        def connection_lost(self, exc: Exception | None) -> None:
            self._end_waiting()
            self._end_reading()
            super().connection_lost(exc)

        def pause_writing(self) -> None:
            super().pause_writing()
            self._reading = self.loop.call_later(_READING * client_timeout, self.transport.abort)

        def resume_writing(self) -> None:
            self._end_reading()
            super().resume_writing()

        def _make_room(self) -> None:
            """Hang up on the client that has asked for nothing the longest, which may be this one."""
            idle = [one for one in self.connections if isinstance(one, Protocol) and one.is_idle]
            _LOG.debug("there are more than %d connections, %d of them idle", most, len(idle))
            min(idle, key=lambda one: one._since).transport.abort()

        def _await_head(self) -> None:
            self._head = self.loop.call_later(client_timeout, self._give_up)

        def _give_up(self) -> None:
            # A client that has said nothing expects no answer, and would take one for that to its first request.
            if self._heard and not self.transport.is_closing():
                self.transport.write(_TIMED_OUT)
            self.transport.close()

        def _end_waiting(self) -> None:
            if self._head is not None:
                self._head.cancel()
                self._head = None

        def _end_reading(self) -> None:
            if self._reading is not None:
                self._reading.cancel()
                self._reading = None

    return Protocol


def _halt(server: uvicorn.Server, thread: threading.Thread) -> None:
    server.should_exit = True
    thread.join(_FLUSH_SECONDS)
    if thread.is_alive():
        # A client that reads no more, or does not answer the end of TLS, would be waited for in vain and be reported as an error.
        for connection in list(server.server_state.connections):
            transport = connection.transport
            if (transport.is_closing() or transport.get_write_buffer_size()) and not connection.loop.is_closed():
                connection.loop.call_soon_threadsafe(transport.abort)
    thread.join(_GRACE_SECONDS + _START_SECONDS)
    if thread.is_alive():
        _LOG.warning("the local service is still at work after it was told to stop")
