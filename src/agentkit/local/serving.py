"""The command that serves: its options, each of which may stand in the environment too, what it prints, and how it ends."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentkit.local.service import LOG_LEVELS, LocalService
from agentkit.local.store import StoreError
from agentkit.local.variables import export_line

__all__ = ["main"]

_PREFIX = "AGENTKIT_"
_LOCAL_KEY = "AGENTKIT_LOCAL_KEY"
_SWITCH = {"on": True, "off": False}
_TRUTH = {**_SWITCH, "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_CONTAINMENT = {
    "off": "off, turned on by --code-interpreter on",
    "subprocess": "subprocess, which contains nothing: only code of the offline model's own rules is run",
}


def main(arguments: Sequence[str] | None = None, *, program: str = "agentkit serve") -> int:
    """Serve until SIGINT or SIGTERM.

    :param arguments: Command line without the program; that of the process when None.
    :param program: What the command is called in what it says.
    :return: Exit status: 0 after a signal, 1 when the service could not start.
    """
    settings = _settings(arguments, program)
    as_json = settings.pop("json")
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        service = LocalService(**settings).start()
    except (OSError, ImportError, StoreError, ValueError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        if as_json:
            print(json.dumps({"error": {"type": type(error).__name__, "message": str(error)}}), flush=True)
        return 1
    with service:
        print(json.dumps(_document(service)) if as_json else _greeting(service), flush=True)
        while not ended.wait(1.0):  # with a timeout: some systems deliver no signal to a main thread that waits without one
            continue
    return 0


def _greeting(service: LocalService) -> str:
    about = service.about()
    rung = about["code_interpreter"]
    return "\n".join(
        (
            f"# The agents service listens at {service.url}; Ctrl-C ends it.",
            f"# Model: {about['model']}. Code interpreter: {_CONTAINMENT.get(rung, rung)}.",
            "# For the programs that are to use it:",
            *(export_line(name, value) for name, value in service.variables.items()),
        )
    )


def _document(service: LocalService) -> dict[str, Any]:
    """The greeting for programs, which read it as one line: the service serves on behind it."""
    about = service.about()
    told = {name: about[name] for name in ("model", "code_interpreter")}
    return {"url": service.url, **told, "variables": dict(service.variables)}


@dataclass(frozen=True)
class _Option:
    """An option of the command and a parameter of the service.

    :param parameter: The service's parameter, which the flag and the variable are named after.
    :param convert: Makes the parameter's value of a text; None for a flag without a value.
    :param shown: What stands for the value in the help.
    :param flag: The flag, where it has another name.
    """

    parameter: str
    text: str
    convert: Callable[[str], Any] | None = str
    shown: str | None = None
    flag: str | None = None

    @property
    def name(self) -> str:
        return self.flag or f"--{self.parameter.replace('_', '-')}"

    @property
    def variable(self) -> str:
        return _PREFIX + self.name.removeprefix("--").replace("-", "_").upper()


def _one_of(values: Mapping[str, Any]) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        if text.lower() not in values:
            raise argparse.ArgumentTypeError(f"'{text}' is none of {', '.join(values)}")
        return values[text.lower()]

    return convert


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"'{text}' is no port; give one from 1 to 65535, or 0 for a free one")
    return int(text)


_OPTIONS = (
    _Option("host", "address to listen on (default: 127.0.0.1)"),
    _Option("port", "port to listen on; 0 takes a free one (default: 0)", _port),
    _Option("port_file", "file that the port is written to once requests are accepted", Path, "F"),
    _Option("path", "folder to keep the data in (default: in memory)", Path, "DIR", "--data"),
    _Option("key", "key that requests must show (default: $AGENTKIT_LOCAL_KEY, or a random one)"),
    _Option("tls", "speak HTTPS, with a certificate by an authority made for this start", None),
    _Option("model", "offline | scripted:FILE | http(s)://.../v1 (default: offline)"),
    _Option("model_name", "name of the model at that URL (default: the one that the agent names)", str, "NAME"),
    _Option("model_key_env", "environment variable that holds the key for that URL", str, "VARIABLE"),
    _Option(
        "code_interpreter",
        "whether code that the model writes is run (default: on with the offline model and scripts, else off)",
        _one_of(_SWITCH),
        "on|off",
    ),
    _Option("allow_download", "give out the content of files that were uploaded for agents, too", None),
    _Option("connections", "file of connections of the project, JSON or TOML (default: to the service itself)", Path, "FILE"),
    _Option(
        "log_level",
        "least that is logged (default: warning)",
        _one_of({name: name for name in LOG_LEVELS}),
        "|".join(LOG_LEVELS),
    ),
)


def _settings(arguments: Sequence[str] | None, program: str) -> dict[str, Any]:
    """The parameters of the service that are given, by flags or else by variables."""
    parser = argparse.ArgumentParser(
        prog=program,
        description="Serve agents, threads, runs, files and vector stores to programs of this machine.",
        epilog="An option may be given by the environment variable in brackets instead; the option wins.",
        allow_abbrev=False,
    )
    for option in _OPTIONS:
        text = f"{option.text} [{option.variable}]"
        if option.convert is None:
            parser.add_argument(option.name, dest=option.parameter, help=text, action=argparse.BooleanOptionalAction)
        else:
            shown = option.shown or option.parameter.upper()
            parser.add_argument(option.name, dest=option.parameter, help=text, type=option.convert, metavar=shown)
    parser.add_argument("--json", action="store_true", help="print what is said at the start as a line of JSON")
    given = vars(parser.parse_args(arguments))
    for option in _OPTIONS:
        value = os.environ.get(option.variable, "").strip()
        if given[option.parameter] is None and value:
            try:
                given[option.parameter] = (option.convert or _one_of(_TRUTH))(value)
            except argparse.ArgumentTypeError as error:
                parser.error(f"environment variable {option.variable}: {error}")
    # The variable that clients read as well; kept by whoever wants one key for all starts.
    given["key"] = given["key"] or os.environ.get(_LOCAL_KEY) or None
    return {name: value for name, value in given.items() if value is not None}
