"""Which service an endpoint, a connection string or the environment stands for, and how that service is spoken to.

One table (``_ROWS``) holds the kinds of service; everything else reads it. Errors say what is wrong, what was expected and
where the right value is found, and never repeat a part of the input that may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from .._wire import WireEnum
from . import urls
from .lookalikes import wrong_connection_string, wrong_host, wrong_path, wrong_separator
from .urls import is_loopback

__all__ = [
    "LOCAL_KEY_VARIABLE",
    "SERVICE_VARIABLES",
    "ConnectionString",
    "Endpoint",
    "EndpointKind",
    "EnvironmentChoice",
    "from_environment",
    "from_url",
    "hub_project",
    "is_loopback",
    "local_key",
    "parse_connection_string",
    "require_secure",
    "require_secure_proxies",
]


class EndpointKind(WireEnum):
    """The kinds of service that a client speaks to."""

    HUB_PROJECT = "hub_project"
    FOUNDRY_PROJECT = "foundry_project"
    AZURE_OPENAI = "azure_openai"
    LOCAL = "local"


_HUB_PATH = "/agents/v1.0/subscriptions/{}/resourceGroups/{}/providers/Microsoft.MachineLearningServices/workspaces/{}"
_HUB_FORM = "<region>.api.azureml.ms;<subscription id>;<resource group name>;<project name>"
_HUB_HOST = "https://<region>.api.azureml.ms"
_HUB_FOUND = "on the project's overview page, as 'Project connection string'"
_USE_CONNECTION_STRING = (
    f"use AIProjectClient.from_connection_string(conn_str, credential) with {_HUB_FORM}, found {_HUB_FOUND}, "
    "or set PROJECT_CONNECTION_STRING"
)


class _Row(NamedTuple):
    """One kind of service. The three clouds differ in the top-level domain of hosts and scopes: com, us, cn."""

    kind: EndpointKind
    words: str
    hosts: Mapping[str, str]  # suffix of the host -> top-level domain of its cloud
    path: str  # a pattern that the URL's path must fit; on a loopback host it alone tells the kind
    base: str  # path of the agents API, with one {} for each group of `path`
    api_version: str
    audience: str | None  # the token scope without its top-level domain
    form: str
    found: str
    wants: str


def _pattern(base: str, *groups: str) -> str:
    literals = [re.escape(literal) for literal in base.split("{}")]
    names = [f"(?P<{group}>[^/]+)" for group in groups] + [""]
    return "".join(literal + name for literal, name in zip(literals, names, strict=True))


def _clouds(*suffixes: str) -> dict[str, str]:
    return {f"{suffix}.{domain}": domain for suffix in suffixes for domain in ("com", "us", "cn")}


_ROWS = {
    row.kind: row
    for row in (
        _Row(
            kind=EndpointKind.LOCAL,
            words="a local service",
            hosts={},
            path="",
            base="/api/projects/local",
            api_version="v1",
            audience=None,
            form="http://127.0.0.1:<port>",
            found="in what the service printed when it started",
            wants="the key that it printed, as AzureKeyCredential or in AGENTKIT_LOCAL_KEY",
        ),
        _Row(
            kind=EndpointKind.HUB_PROJECT,
            words="a hub project",
            hosts={".api.azureml.ms": "com", ".api.ml.azure.us": "us", ".api.ml.azure.cn": "cn"},
            path=_pattern(_HUB_PATH, "subscription_id", "resource_group_name", "project_name"),
            base=_HUB_PATH,
            api_version="2024-12-01-preview",
            audience="https://ml.azure",
            form=f"the connection string {_HUB_FORM}",
            found=_HUB_FOUND,
            wants="a token credential; the role 'Azure AI Developer' on the project",
        ),
        _Row(
            kind=EndpointKind.FOUNDRY_PROJECT,
            words="a Foundry project",
            hosts=_clouds(".services.ai.azure"),
            path=_pattern("/api/projects/{}", "project_name"),
            base="/api/projects/{}",
            api_version="v1",
            audience="https://ai.azure",
            form="https://<resource>.services.ai.azure.com/api/projects/<project>",
            found="on the project's overview page, as its endpoint",
            wants="a token credential; the role 'Azure AI User' (also named 'Foundry User') on the project or its resource",
        ),
        _Row(
            kind=EndpointKind.AZURE_OPENAI,
            words="an Azure OpenAI resource",
            hosts=_clouds(".openai.azure", ".cognitiveservices.azure"),
            path="(?:/openai)?",
            base="/openai",
            api_version="2024-05-01-preview",
            audience="https://cognitiveservices.azure",
            form="https://<resource>.openai.azure.com",
            found="on the resource's page 'Keys and Endpoint'",
            wants="its key, or a token credential with the role 'Cognitive Services OpenAI User' on the resource",
        ),
    )
}

_KNOWN_FORMS = "; ".join(f"{row.words}: {row.form}" for row in _ROWS.values())


@dataclass(frozen=True)
class Endpoint:
    """A service, and how it is spoken to.

    :param kind: The kind of service.
    :param origin: Scheme, host and, where it is not the scheme's own, port: ``https://host[:port]``.
    :param base_url: What the paths of the agents API are appended to; no slash at its end.
    :param api_version: The api-version that is sent unless the caller names another.
    :param scope: The token scope of the kind in the host's cloud; None where no token is taken.
    :param key_header: The header that carries a key.
    :param loopback: Whether the host is this machine.
    :param subscription_id: Of a hub project.
    :param resource_group_name: Of a hub project.
    :param project_name: Of a hub or Foundry project.
    """

    kind: EndpointKind
    origin: str
    base_url: str
    api_version: str
    scope: str | None
    key_header: str = "api-key"
    loopback: bool = False
    subscription_id: str | None = None
    resource_group_name: str | None = None
    project_name: str | None = None

    def where(self) -> str:
        """Say in one phrase, for an error text, what the service is and where."""
        words = _ROWS[self.kind].words
        if self.loopback:
            words = "a local service" if self.kind is EndpointKind.LOCAL else f"a local service spoken to as {words}"
        return f"{words} at {self.origin.partition('://')[2]}"

    def describe(self) -> str:
        """As :meth:`where`, with the token scope and the credential and role that the service wants."""
        scope = f" (token scope {self.scope})" if self.scope else ""
        return f"{self.where()}{scope}, which takes {self._row.wants}"

    def form(self) -> str:
        """Say what an endpoint of this kind looks like, and where it is found."""
        return f"{self._row.form}, found {self._row.found}"

    @property
    def _row(self) -> _Row:
        return _ROWS[EndpointKind.LOCAL if self.loopback else self.kind]


class ConnectionString(NamedTuple):
    """The four parts of a hub project's connection string, the first one as ``https://host``."""

    endpoint: str
    subscription_id: str
    resource_group_name: str
    project_name: str


@dataclass(frozen=True)
class EnvironmentChoice:
    """The service that the environment names: by which variable, and the key beside it, if there is one."""

    variable: str
    endpoint: Endpoint
    key: str | None = field(default=None, repr=False)


def require_secure(endpoint_or_url: Endpoint | str) -> None:
    """Refuse a target to which no key or token may go.

    :param endpoint_or_url: An endpoint, or any absolute URL, such as the target of a redirect.
    :raises ValueError: It is neither https nor http to a loopback host. The text holds no path and no query.
    """
    urls.require_secure(endpoint_or_url.origin if isinstance(endpoint_or_url, Endpoint) else endpoint_or_url)


def require_secure_proxies(endpoint: Endpoint, proxies: Mapping[str, str] | None) -> None:
    """Refuse a proxy to which the key would go in the open: on the way to a service over http, proxies read along.

    :param endpoint: The service.
    :param proxies: The addresses of proxies, by the scheme of what goes through them.
    :raises ValueError: One of them stands between the client and a service over http, and is neither on this machine nor over https.
    """
    if endpoint.origin.startswith("https:"):
        return  # what goes through a proxy is the service's alone to read
    for scheme, url in (proxies or {}).items():
        parts = urlsplit(url)
        if scheme != "https" and parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise ValueError(
                f"the proxy {parts.hostname} would be shown the key of {endpoint.where()}: a service on this machine needs no proxies="
            )


_PARTS = ("host", "subscription id", "resource group name", "project name")


def parse_connection_string(conn_str: str) -> ConnectionString:
    """Take a hub project's connection string apart.

    :param conn_str: ``host;subscription id;resource group name;project name``; blanks around the parts are dropped. The
        host is taken over https, so ``127.0.0.1:PORT`` is a local service with TLS, and ``http://127.0.0.1:PORT`` one without.
    :return: The four parts.
    :raises TypeError: It is no string.
    :raises ValueError: It is no such connection string; the text says which part is wrong.
    """
    expected = f"expected {_HUB_FORM}, found {_HUB_FOUND}"
    text = urls.clean("the connection string", conn_str, expected)
    if problem := wrong_connection_string(text):
        raise ValueError(f"{problem}; {expected}")
    parts = [part.strip() for part in text.split(";")]
    if len(parts) != 4:
        count = "1 part" if len(parts) == 1 else f"{len(parts)} parts"
        raise ValueError(f"the connection string has {count} instead of 4; {expected}")
    host, *names = parts
    host_label, *labels = (f"part {number} of the connection string ({part})" for number, part in enumerate(_PARTS, 1))
    if host and "://" not in host:
        if is_loopback(host):
            raise ValueError(f"{host_label} is a loopback host without a scheme; write it as http://{host}")
        host = f"https://{host}"
    try:
        endpoint = _hub_url(host_label, host).origin
        return ConnectionString(endpoint, *(urls.segment(label, name) for label, name in zip(labels, names, strict=True)))
    except ValueError as error:
        problem = f"{error}; the whole has the form {_HUB_FORM}"
    raise ValueError(problem)  # outside of the handler, so that no error with the text as it came hangs on this one


def hub_project(endpoint: str, subscription_id: str, resource_group_name: str, project_name: str) -> Endpoint:
    """Name a hub project by its parts.

    :param endpoint: ``https://<region>.api.azureml.ms``, or ``http://127.0.0.1:PORT`` for a local service.
    :param subscription_id: The subscription's id.
    :param resource_group_name: The resource group's name.
    :param project_name: The project's name.
    :return: The endpoint.
    :raises TypeError: A part is no string.
    :raises ValueError: A part is empty or malformed; the text names it.
    """
    url = _hub_url("endpoint", endpoint)
    names = {
        "subscription_id": urls.segment("subscription_id", subscription_id),
        "resource_group_name": urls.segment("resource_group_name", resource_group_name),
        "project_name": urls.segment("project_name", project_name),
    }
    return _endpoint(_ROWS[EndpointKind.HUB_PROJECT], url, names)


def from_url(url: str) -> Endpoint:
    """Find out by its form which service a URL stands for.

    :param url: The endpoint. A loopback host alone is a local service; with the path of another kind, it is spoken to as
        that.
    :return: The endpoint.
    :raises TypeError: It is no string.
    :raises ValueError: It is the endpoint of no known kind of service, or not all of it; the text shows the expected
        form.
    """
    forms = f"expected one of these: {_KNOWN_FORMS}"
    is_blank = isinstance(url, str) and not url.strip()
    text = urls.clean("endpoint", url, f"{forms}; from_env() takes it from the environment" if is_blank else forms)
    if problem := wrong_separator(text):
        raise ValueError(f"endpoint {problem}: {_USE_CONNECTION_STRING}")
    start = re.split("[:/]", text)[0].lower()
    is_known = is_loopback(start) or any(_domain(row, start) for row in _ROWS.values())
    target = urls.parse("endpoint", text, "" if is_known else f"; {forms}")
    row = _row(target)
    if row is None:
        local = f" For a local service give {target.origin} alone." if target.loopback else ""
        taken = wrong_host(target.host, (suffix for row in _ROWS.values() for suffix in row.hosts))
        raise ValueError(f"endpoint {target} is of no known kind of service.{taken}{local} The known kinds: {_KNOWN_FORMS}")
    match = re.fullmatch(row.path, target.path, re.IGNORECASE)
    if match is None and row.kind is EndpointKind.HUB_PROJECT:
        raise ValueError(
            f"endpoint {target} is the host of a hub project, which needs its other parts: {_USE_CONNECTION_STRING}"
        )
    if match is None:
        problem = wrong_path(row.kind.value, target.path) or f"does not have the form of the endpoint of {row.words}"
        raise ValueError(f"endpoint {target} {problem}; expected {row.form}, found {row.found}")
    names = {name: urls.segment(f"{name} in endpoint", unquote(part)) for name, part in match.groupdict().items()}
    return _endpoint(row, target, names)


LOCAL_KEY_VARIABLE = "AGENTKIT_LOCAL_KEY"

_OPENAI_VARIABLE, _OPENAI_KEY_VARIABLE = "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY"
_CONNECTION_STRING_VARIABLES = ("PROJECT_CONNECTION_STRING", "AZURE_AI_PROJECTS_CONNECTION_STRING")
_ENDPOINT_VARIABLES = (*_CONNECTION_STRING_VARIABLES, "PROJECT_ENDPOINT", "AZURE_AI_PROJECT_ENDPOINT", _OPENAI_VARIABLE)

SERVICE_VARIABLES: tuple[str, ...] = (*_ENDPOINT_VARIABLES, _OPENAI_KEY_VARIABLE, LOCAL_KEY_VARIABLE)
"""The environment variables that choose the service, in the order in which they are looked at, and those that hold keys."""


def local_key(endpoint: Endpoint, environ: Mapping[str, str]) -> str | None:
    """Find the key of a local service: AGENTKIT_LOCAL_KEY where the endpoint is loopback; no other host ever gets it."""
    return (environ.get(LOCAL_KEY_VARIABLE, "").strip() or None) if endpoint.loopback else None


def from_environment(environ: Mapping[str, str]) -> EnvironmentChoice | None:
    """Choose the service by the first of the endpoint variables that is set and not blank.

    :param environ: The environment.
    :return: The choice. Its key is AGENTKIT_LOCAL_KEY for a loopback endpoint, else AZURE_OPENAI_API_KEY beside
        AZURE_OPENAI_ENDPOINT, else None: a token is needed. None where no variable is set.
    :raises ValueError: The variable's value is no endpoint or connection string; the text names the variable.
    """
    variable = next((name for name in _ENDPOINT_VARIABLES if environ.get(name, "").strip()), None)
    if variable is None:
        return None
    try:
        if variable in _CONNECTION_STRING_VARIABLES:
            parts = parse_connection_string(environ[variable])
            endpoint = hub_project(parts.endpoint, parts.subscription_id, parts.resource_group_name, parts.project_name)
        else:
            endpoint = from_url(environ[variable])
    except ValueError as error:
        raise ValueError(f"environment variable {variable}: {error}") from None
    key = local_key(endpoint, environ)
    # The key of an Azure OpenAI resource goes to no other kind of service.
    if key is None and variable == _OPENAI_VARIABLE and endpoint.kind in (EndpointKind.AZURE_OPENAI, EndpointKind.LOCAL):
        key = environ.get(_OPENAI_KEY_VARIABLE, "").strip() or None
    return EnvironmentChoice(variable, endpoint, key)


def _domain(row: _Row, host: str) -> str | None:
    """The top-level domain of the cloud in which the host serves this kind, if it does."""
    return next((domain for suffix, domain in row.hosts.items() if host.endswith(suffix)), None)


def _row(url: urls.Url) -> _Row | None:
    if url.loopback:
        return next((row for row in _ROWS.values() if re.fullmatch(row.path, url.path, re.IGNORECASE)), None)
    return next((row for row in _ROWS.values() if _domain(row, url.host)), None)


def _endpoint(row: _Row, url: urls.Url, names: Mapping[str, str]) -> Endpoint:
    return Endpoint(
        kind=row.kind,
        origin=url.origin,
        base_url=url.origin + row.base.format(*(quote(name, safe="") for name in names.values())),
        api_version=row.api_version,
        # A private or a loopback host of a kind is taken for the public cloud's.
        scope=f"{row.audience}.{_domain(row, url.host) or 'com'}/.default" if row.audience else None,
        loopback=url.loopback,
        **names,
    )


def _hub_url(label: str, value: str) -> urls.Url:
    """Check the host of a hub project. A host of no known cloud is taken as it is: networks may give it a name of their own."""
    text = urls.clean(label, value, f"expected {_HUB_HOST}")
    if problem := wrong_separator(text):
        raise ValueError(f"{label} {problem}: {_USE_CONNECTION_STRING}")
    url = urls.parse(label, text)
    row = None if url.loopback else _row(url)
    if row is not None and row.kind is not EndpointKind.HUB_PROJECT:
        raise ValueError(
            f"{label} is the host of {row.words}, not of a hub project: pass {row.form}, found {row.found}, as endpoint= alone"
        )
    if url.path or not (url.loopback or "." in url.host or ":" in url.host):
        raise ValueError(f"{label} must be a host without a path, such as {_HUB_HOST}; it is found {_HUB_FOUND}")
    return url
