"""What the commands on a service share: their common options, how they find the service, and how they fail."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ._terminal import document, one_line, put

if TYPE_CHECKING:
    from .. import AIProjectClient

__all__ = ["DONE", "FAILED", "INTERRUPTED", "add_data", "add_json", "error_line", "is_expected", "opened", "positive", "run"]

DONE, FAILED, INTERRUPTED = 0, 1, 130

_NO_SERVICE = (
    "no service is set in the environment, and an embedded one would be new and empty. Set PROJECT_ENDPOINT, or start one with "
    "'agentkit serve' and paste the lines that it prints, or name the folder of its data with --data DIR; 'agentkit doctor' tells more"
)
_DOCTOR = "Run 'agentkit doctor' to see which step fails."


def add_json(parser: argparse.ArgumentParser) -> None:
    """Give a command the option ``--json``."""
    parser.add_argument("--json", action="store_true", help="print one JSON document, and nothing else, on the standard output")


def add_data(parser: argparse.ArgumentParser) -> None:
    """Give a command the option ``--data``."""
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="use an embedded service with its data in this folder, whatever the environment names",
    )


def positive(text: str) -> int:
    """A number of things from a command line."""
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 1 up")
    return int(text)


@contextmanager
def opened(data: str | None, *, embeds: bool) -> Iterator[AIProjectClient]:
    """A client of the service that a command works on.

    :param data: the folder of an embedded service; None for the service of the environment.
    :param embeds: whether the command is of use on an embedded service that is new, where the environment names none.
    :raises ValueError: the environment names no service, or a malformed one.
    """
    from .. import AIProjectClient
    from .._setup import from_environment

    if data is not None:
        client = AIProjectClient.local(data)
    elif embeds or from_environment() is not None:
        client = AIProjectClient.from_env()
    else:
        raise ValueError(_NO_SERVICE)
    with client:
        yield client


def run(program: str, action: Callable[[], int], *, as_json: bool = False) -> int:
    """Run a command, and make one line of whatever it fails with.

    :param program: what the command is called.
    :param action: does it, and returns the exit status.
    :param as_json: print an error as the JSON document, besides.
    :return: the exit status: 1 for an error, 130 for Ctrl-C.
    """
    _keep_azure_quiet()
    try:
        return action()
    except KeyboardInterrupt:
        put("", stream=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads has gone. What is left in the buffer has nowhere to go, and the interpreter would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if not is_expected(error):
            raise
        line = error_line(error)
        put(f"{program}: {line}", stream=sys.stderr)
        if as_json:
            document({"error": _as_document(error, line)})
        return FAILED


def error_line(error: BaseException) -> str:
    """An error as one readable line that ends with what to do next."""
    text = one_line(str(error)) or type(error).__name__
    status = getattr(error, "status_code", None)
    if type(error).__module__.startswith("azure.identity") or (status is None and _is_of_login(error)):
        # azure-identity lists what each credential of its chain said, on many lines.
        first = one_line(str(error).strip().splitlines()[0])
        return f"there is no token: {first} Log in with 'az login'. {_DOCTOR}"
    if type(error).__name__ in ("ServiceRequestError", "ServiceRequestTimeoutError") or status in (401, 403):
        return f"{text.rstrip('.')}. {_DOCTOR}"
    return text


def _is_of_login(error: BaseException) -> bool:
    from azure.core.exceptions import ClientAuthenticationError

    return isinstance(error, ClientAuthenticationError)


def is_expected(error: Exception) -> bool:
    """Whether an error is of the kinds that say themselves what is wrong and what to do; any other is a defect."""
    from ..exceptions import AzureError

    return isinstance(error, (AzureError, ImportError, OSError, RuntimeError, ValueError))


def _as_document(error: Exception, line: str) -> dict[str, Any]:
    told: dict[str, Any] = {"type": type(error).__name__, "message": line}
    for name in ("status_code", "request_id"):
        value = getattr(error, name, None)
        if value is not None:
            told[name] = value
    return told


def _keep_azure_quiet() -> None:
    """Let azure-identity's warnings not be printed beside the line that says the same."""
    import logging

    logger = logging.getLogger("azure")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
