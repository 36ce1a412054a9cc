"""The way to a service: its name, its port, and its certificate."""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from .._core.endpoint import Endpoint
from ._step import Step, within

__all__ = ["network_steps", "proxy_of"]

_SECONDS = 10.0
_NAMES = ("dns", "tcp", "tls")


def proxy_of(endpoint: Endpoint) -> str | None:
    """Host and port of the proxy that requests to a service go through; None where they go straight to it."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(endpoint.origin)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if endpoint.loopback or not proxy or proxy_bypass(parts.hostname or ""):
        return None
    # What stands before the host may be a login.
    return urlsplit(proxy if "://" in proxy else f"http://{proxy}").netloc.rpartition("@")[2]


def network_steps(endpoint: Endpoint) -> Iterator[Step]:
    """Name, port and certificate of a service, up to the first that fails; the others were not run."""
    proxy = proxy_of(endpoint)
    if proxy is not None:
        for name in _NAMES:
            yield Step.not_run(name, f"requests go through the proxy {proxy}; the round trip shows whether it lets them")
        return
    parts = urlsplit(endpoint.origin)
    host, port = parts.hostname or "", parts.port or {"https": 443}.get(parts.scheme, 80)
    failed = None
    for name in _NAMES:
        if failed is not None:
            yield Step.not_run(name, f"{failed} failed")
            continue
        step = _CHECKS[name](endpoint, host, port)
        failed = name if step.is_failed else None
        yield step


def _dns(endpoint: Endpoint, host: str, port: int) -> Step:
    try:
        found = within(_SECONDS, f"looking up {host}", lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        return Step.failed(
            "dns",
            f"{host} cannot be found: {reason}",
            f"Check the host's spelling (the form is {endpoint.form()}), and that this machine is on the network that knows it: a "
            "private endpoint is known inside of its own network only.",
        )
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    detail = f"{host} is an address already" if addresses == [host] else f"{host} is {', '.join(addresses)}"
    return Step.ok("dns", detail, host=host, addresses=addresses)


def _tcp(endpoint: Endpoint, host: str, port: int) -> Step:
    began = time.monotonic()
    try:
        socket.create_connection((host, port), _SECONDS).close()
    except OSError as error:
        next_step = (
            "Start it with 'agentkit serve', or check the port: a service that was started again may have another one."
            if endpoint.loopback
            else "Check firewalls, the VPN, and whether a proxy is needed (HTTPS_PROXY)."
        )
        return Step.failed("tcp", f"nothing answers at {host}:{port}: {error.strerror or error}", next_step)
    took = round(1000 * (time.monotonic() - began))
    return Step.ok("tcp", f"{host}:{port} answers in {took} ms", port=port, milliseconds=took)


def _tls(endpoint: Endpoint, host: str, port: int) -> Step:
    if endpoint.origin.startswith("http:"):
        return Step.not_run("tls", "the service is spoken to over plain http, which stays on this machine")
    paths = ssl.get_default_verify_paths()
    if os.name != "nt" and paths.cafile is None and paths.capath is None:
        return Step.not_run(
            "tls", "this Python finds no certificates of the system; the round trip checks with those of the client"
        )
    try:
        with (
            socket.create_connection((host, port), _SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            version, certificate = secure.version() or "TLS", secure.getpeercert() or {}
    except OSError as error:
        reason = getattr(error, "verify_message", None) or getattr(error, "reason", None) or error.strerror or str(error)
        next_step = (
            "A local service is started with --tls, and its certificate trusted by the SSL_CERT_FILE that it printed; one without is "
            "written with http://."
            if endpoint.loopback
            else "Something on the way may open TLS with a certificate of its own: name the file of its authority in SSL_CERT_FILE."
        )
        return Step.failed("tls", f"the certificate of {host} is not taken: {reason}", next_step)
    until = str(certificate.get("notAfter", ""))
    return Step.ok("tls", f"{version}" + (f", certificate until {until}" if until else ""), version=version, until=until)


_CHECKS = {"dns": _dns, "tcp": _tcp, "tls": _tls}
