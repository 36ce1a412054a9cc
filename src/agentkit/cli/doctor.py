"""The command ``agentkit doctor``: which service is meant, and which step on the way to it fails."""

from __future__ import annotations

import argparse
import platform
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from shutil import get_terminal_size
from typing import Any

from .._version import __version__
from ._running import DONE, FAILED, add_json, is_expected, run
from ._step import Step
from ._terminal import document, one_line, printable, put, styled

__all__ = ["main"]

_PROGRAM = "agentkit doctor"
_EPILOG = """\
Without an option it looks at the service of the environment, as AIProjectClient.from_env() finds it, or tries the embedded one. No key
and no token is ever printed.

exit status:
  0  no step failed
  1  a step failed; what to do stands below it
  2  the command line is wrong
"""
_HOW_TO_SET = (
    "No service is set in the environment, so the embedded one was tried. To use another one, set PROJECT_ENDPOINT "
    "(https://<resource>.services.ai.azure.com/api/projects/<project>), PROJECT_CONNECTION_STRING (of a hub project), or "
    "AZURE_OPENAI_ENDPOINT with AZURE_OPENAI_API_KEY; 'agentkit serve' prints the lines for a local one."
)
_WIDTHS = (8, 12)
_INDENT = sum(_WIDTHS) + 2
_MOST_COLUMNS = 110
_LABELS = {"kind": "kind", "base_url": "base URL", "api_version": "api-version", "token_scope": "token scope"}
_STYLES = {"ok": "green", "failed": "red", "not run": "yellow"}
_AFTER_ENDPOINT = ("dns", "tcp", "tls", "credential", "round trip")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``agentkit doctor``.

    :param arguments: Its command line; that of the process when None.
    :return: The exit status, as ``--help`` lists them.
    """
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        description="Check the endpoint, the way to it, the credential and a round trip, and say what to do.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--endpoint", metavar="URL", help="look at this service in place of the environment's")
    which.add_argument(
        "--connection-string", metavar="S", help="look at this hub project in place of the environment's service"
    )
    add_json(parser)
    given = parser.parse_args(arguments)
    return run(_PROGRAM, lambda: _examine(given), as_json=given.json)


def _examine(given: argparse.Namespace) -> int:
    facts = _facts_of_machine()
    if not given.json:
        put(
            styled(
                f"agentkit {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}", "bold"
            )
        )
        put("")
    steps = []
    with ExitStack() as resources:
        for step in _steps(given, resources):
            steps.append(step)
            if not given.json:
                _show(step)
    failed = any(step.is_failed for step in steps)
    embedded = any(step.facts.get("source") == "the embedded service" for step in steps)
    if given.json:
        told = [{**asdict(step), "next": step.next or None} for step in steps]
        document({"ok": not failed, **facts, "steps": told, "hint": _HOW_TO_SET if embedded else None})
    else:
        _show_machine(facts)
        if embedded:
            put(f"\n{_wrapped(_HOW_TO_SET, indent=0)}")
        put("\n" + (styled("Something is to be done; see 'next' above.", "red") if failed else styled("All is well.", "green")))
    return FAILED if failed else DONE


def _steps(given: argparse.Namespace, resources: ExitStack) -> Iterator[Step]:
    """The steps one by one, as they are made."""
    from ._checks import credential_step, endpoint_step, round_trip_step
    from ._network import network_steps

    try:
        target = _target(given, resources)
    except Exception as error:
        if not is_expected(error):
            raise
        yield Step.failed("endpoint", one_line(str(error)), _next_of(error, given))
        yield from (Step.not_run(name, "the endpoint is not known") for name in _AFTER_ENDPOINT)
        return
    yield endpoint_step(target)
    reached = True
    for step in network_steps(target.endpoint):
        # The client may trust other certificates than the system does, so its own word counts.
        reached = reached and not (step.is_failed and step.name != "tls")
        yield step
    step, credential = credential_step(target)
    yield step
    if hasattr(credential, "close"):
        resources.callback(credential.close)
    if credential is None:
        yield Step.not_run("round trip", "there is no credential")
    elif not reached:
        yield Step.not_run("round trip", "the service cannot be reached")
    else:
        yield round_trip_step(target, credential)


def _target(given: argparse.Namespace, resources: ExitStack) -> Any:
    """The service that is meant: the one given, the environment's, or one that is started now."""
    from ._checks import Target, given_target, named_target

    if given.endpoint is not None:
        return given_target("--endpoint", given.endpoint)
    if given.connection_string is not None:
        return given_target("--connection-string", given.connection_string)
    target = named_target()
    if target is not None:
        return target
    from .._core.endpoint import from_url
    from .._setup import local_service

    service = resources.enter_context(local_service(None, announce=False))
    return Target("the embedded service", from_url(service.endpoint), service.key, "the embedded service")


def _next_of(error: Exception, given: argparse.Namespace) -> str:
    if isinstance(error, ImportError):
        return "Install the packages of the embedded service, or name a service: set PROJECT_ENDPOINT."
    if given.endpoint is not None or given.connection_string is not None:
        return "Give it in the form that is expected."
    return "Set the variable in the form that is expected; 'agentkit doctor --endpoint URL' tries one without setting it."


def _facts_of_machine() -> dict[str, Any]:
    """Versions, extras, and how the code interpreter of a local service on this machine contains what it runs."""
    from ..local.interpreter import containment
    from ._packages import extras

    return {
        "agentkit": __version__,
        "python": platform.python_version(),
        "extras": {extra.name: {"installed": extra.is_installed, "missing": list(extra.missing)} for extra in extras()},
        "code_interpreter": containment(),
    }


def _show(step: Step) -> None:
    status = styled(f"{step.status:<{_WIDTHS[0]}}", _STYLES[step.status])
    put(f"{status} {step.name:<{_WIDTHS[1]}} {_wrapped(step.detail)}")
    indent = " " * _INDENT
    if step.name == "endpoint":
        for name, label in _LABELS.items():
            if step.facts.get(name):
                put(f"{indent}{label}: {printable(str(step.facts[name]))}")
    elif step.facts.get("type") == "token":
        for name in ("audience", "expires"):
            put(f"{indent}{name}: {printable(str(step.facts[name] or 'not told'))}")
        for name in ("roles", "scopes"):
            told = ", ".join(step.facts[name]) or f"no {name} claim"
            put(f"{indent}{name}: {printable(told)}")
    if step.next:
        put(f"{indent}{styled('next:', 'bold')} {_wrapped(step.next, first=len('next: '))}")


def _wrapped(text: str, *, indent: int = _INDENT, first: int = 0) -> str:
    """Text in lines that end before the terminal does, the first one behind what stands there already."""
    width = min(_MOST_COLUMNS, get_terminal_size((_MOST_COLUMNS, 24)).columns)
    lines = textwrap.wrap(
        printable(text), max(width - indent, 40), initial_indent=" " * first, break_long_words=False, break_on_hyphens=False
    )
    return f"\n{' ' * indent}".join(lines).lstrip()


def _show_machine(facts: dict[str, Any]) -> None:
    put("\nextras:")
    for name, told in facts["extras"].items():
        lacks = f"not installed ({', '.join(told['missing'])}): pip install '.[{name}]' in the checkout"
        put(f"  {name:<{_WIDTHS[1]}}{'installed' if told['installed'] else lacks}")
    put(f"code interpreter of a local service on this machine: {facts['code_interpreter']}")
