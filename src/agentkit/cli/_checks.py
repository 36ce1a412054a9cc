"""What the doctor looks at apart from the network: which service is meant, the credential, and a round trip."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .._core.endpoint import (
    LOCAL_KEY_VARIABLE,
    SERVICE_VARIABLES,
    Endpoint,
    EndpointKind,
    from_environment,
    from_url,
    hub_project,
    local_key,
    parse_connection_string,
)
from .._core.errors import ServiceError, next_step
from ._claims import claims_of, wrong_audience
from ._running import is_expected
from ._step import Step, within
from ._terminal import one_line, shortened

__all__ = ["Target", "credential_step", "endpoint_step", "given_target", "named_target", "refusal_step", "round_trip_step"]

_OPENAI_KEY = "AZURE_OPENAI_API_KEY"
_LOGIN = (
    "Log in with 'az login' (or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET for an application), in the tenant that the "
    "project is in."
)
_TOKEN_SECONDS = 90.0


@dataclass(frozen=True)
class Target:
    """The service that is meant.

    :param source: where its endpoint is from: a variable, an option, or that it is embedded.
    :param endpoint: the endpoint.
    :param key: its key; None where a token is needed.
    :param key_source: where the key is from.
    """

    source: str
    endpoint: Endpoint
    key: str | None = field(default=None, repr=False)
    key_source: str = ""


def named_target() -> Target | None:
    """The service that the environment names; None where it names none.

    :raises ValueError: the variable holds no endpoint or connection string; the text names it.
    """
    choice = from_environment(os.environ)
    if choice is None:
        return None
    key_source = LOCAL_KEY_VARIABLE if local_key(choice.endpoint, os.environ) else _OPENAI_KEY
    return Target(choice.variable, choice.endpoint, choice.key, key_source if choice.key else "")


def given_target(source: str, text: str) -> Target:
    """The service of an endpoint or a connection string, with the key that the environment has for its kind.

    :raises ValueError: it is neither.
    """
    if source == "--connection-string" or ";" in text:
        parts = parse_connection_string(text)
        endpoint = hub_project(parts.endpoint, parts.subscription_id, parts.resource_group_name, parts.project_name)
    else:
        endpoint = from_url(text)
    key, key_source = local_key(endpoint, os.environ), LOCAL_KEY_VARIABLE
    if key is None and endpoint.kind is EndpointKind.AZURE_OPENAI:
        key, key_source = os.environ.get(_OPENAI_KEY, "").strip() or None, _OPENAI_KEY
    return Target(source, endpoint, key, key_source if key else "")


def endpoint_step(target: Target) -> Step:
    """What the endpoint was understood as."""
    endpoint = target.endpoint
    others = [name for name in SERVICE_VARIABLES if name.endswith(("ENDPOINT", "STRING")) and os.environ.get(name, "").strip()]
    unread = [name for name in others if name != target.source] if target.source in others else []
    return Step.ok(
        "endpoint",
        f"{endpoint.where()}, from {target.source}" + (f" ({', '.join(unread)} set too, not used)" if unread else ""),
        source=target.source,
        kind=endpoint.kind.value,
        base_url=endpoint.base_url,
        api_version=endpoint.api_version,
        token_scope=endpoint.scope,
    )


def credential_step(target: Target) -> tuple[Step, Any]:
    """The credential: a key, or a token that is asked for now. Returns it with the step; None where there is none."""
    endpoint = target.endpoint
    if target.key is not None:
        return Step.ok("credential", f"a key, from {target.key_source}", type="key", source=target.key_source), target.key
    if endpoint.scope is None:
        return Step.failed("credential", f"{endpoint.where()} takes a key, and none is set", _set_key()), None
    from .._setup import DefaultCredential

    credential = DefaultCredential()
    scope = endpoint.scope
    try:
        token = within(_TOKEN_SECONDS, "asking for a token", lambda: credential.get_token(scope))
    except Exception as error:
        credential.close()
        if not is_expected(error):
            raise
        first = shortened(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__, 300)
        todo = f"{_set_key()} Where it takes logins: {_LOGIN}" if endpoint.loopback else _LOGIN
        return Step.failed("credential", f"there is no token for {scope}: {first}", todo), None
    return _token_step(token, scope), credential


def _token_step(token: Any, scope: str) -> Step:
    claims = claims_of(str(token.token))
    expires = datetime.fromtimestamp(float(token.expires_on), timezone.utc)
    left = round((float(token.expires_on) - time.time()) / 60)
    facts: dict[str, Any] = {
        "type": "token",
        "audience": claims.audience,
        "expires": expires.isoformat(),
        "roles": list(claims.roles),
        "scopes": list(claims.scopes),
    }
    wanted = wrong_audience(claims.audience, scope)
    if wanted is not None:
        return Step.failed(
            "credential",
            f"the token is for {claims.audience}, and the service takes one for {wanted}",
            _ask_for(scope),
            **facts,
        )
    if left <= 0:
        return Step.failed(
            "credential", f"the token ended at {expires:%Y-%m-%d %H:%M} UTC", f"{_LOGIN} Check the clock.", **facts
        )
    roles = f", roles {', '.join(claims.roles)}" if claims.roles else ""
    detail = f"a token for {claims.audience or 'an audience that it does not tell'}, good for {left} minutes{roles}"
    return Step.ok("credential", detail, **facts)


def round_trip_step(target: Target, credential: Any) -> Step:
    """Ask the service for one agent."""
    from .. import AIProjectClient

    endpoint = target.endpoint
    began = time.monotonic()
    try:
        options = {"connection_timeout": 10, "read_timeout": 60, "retry_total": 0}
        with AIProjectClient._made(endpoint, credential, options) as client:
            page = client.agents.list_agents(limit=1)
    except Exception as error:
        if not is_expected(error):
            raise
        return refusal_step(target, error)
    took = round(1000 * (time.monotonic() - began))
    count = "there is one at least" if page.data else "there are none yet"
    return Step.ok("round trip", f"agents were listed in {took} ms; {count}", milliseconds=took)


def refusal_step(target: Target, error: Exception) -> Step:
    """What an error of the round trip means, and what to do about it."""
    endpoint = target.endpoint
    status = getattr(error, "status_code", None)
    if status is None:
        return Step.failed("round trip", one_line(str(error)), "See which of the steps above failed, and try again.")
    told = getattr(error, "error", None)
    code, message = getattr(told, "code", None), getattr(told, "message", None)
    said = message or getattr(error, "reason", None) or "no reason given"
    sent = "a key" if target.key is not None else f"a token of the scope {endpoint.scope}"
    advice = next_step(status, endpoint, "/assistants", ServiceError(code, message), sent)
    identifier = getattr(error, "request_id", None)
    return Step.failed(
        "round trip",
        f"{status}: {shortened(str(said), 300)}" + (f" (request id {identifier})" if identifier else ""),
        advice or "Look the service's words up, and check the endpoint.",
        status_code=status,
        request_id=identifier,
    )


def _set_key() -> str:
    return f"Set {LOCAL_KEY_VARIABLE} to the key that the service printed when it started."


def _ask_for(scope: str) -> str:
    return f"Ask for a token with the scope {scope}; a credential of your own is told it as credential_scopes=."
