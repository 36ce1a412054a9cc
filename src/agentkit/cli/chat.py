"""The command ``agentkit chat``: one question, or a conversation at the terminal."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ._running import DONE, FAILED, add_data, add_json, error_line, is_expected, opened, run
from ._terminal import document, put, styled

if TYPE_CHECKING:
    from ._conversation import Conversation
    from ._turn import Turn

__all__ = ["main"]

_PROGRAM = "agentkit chat"
_EPILOG = """\
With a MESSAGE, or with one on the standard input, the answer is printed and the command ends. Without, it is a conversation: Ctrl-C
cancels what the agent does, twice ends; Ctrl-D ends as well, and /help tells the rest.

The service is the one that the environment names, as AIProjectClient.from_env() takes it, or an embedded one.

exit status:
  0    the conversation was ended, or the one answer is complete
  1    the service or its run failed
  2    the command line is wrong
  130  the one answer was broken off by Ctrl-C
"""
_HELP = """\
/file PATH  upload a file that goes with the next message
/help       show this
/exit       end, as Ctrl-D does
Ctrl-C      cancel what the agent does; twice ends
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``agentkit chat``.

    :param arguments: Its command line; that of the process when None.
    :return: The exit status, as ``--help`` lists them.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    interactive = given.message is None and sys.stdin.isatty()
    if interactive and given.json:
        parser.error("--json prints one answer: give the message as an argument or on the standard input")
    missing = next((path for path in given.file if not path.is_file()), None)
    if missing is not None:
        parser.error(f"--file: there is no file '{missing}'")
    message = None
    if not interactive:
        message = given.message if given.message is not None else sys.stdin.read().rstrip("\n")
        if not message.strip():
            parser.error("the message is empty: give it as an argument, or on the standard input")
    return run(_PROGRAM, lambda: _talk(given, message), as_json=given.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        description="Talk with an agent, or ask it one thing.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("message", nargs="?", metavar="MESSAGE", help="what to ask; without it, a conversation begins")
    parser.add_argument("--agent", metavar="ID|NAME", help="agent to talk with (default: one made for this conversation)")
    parser.add_argument("--thread", metavar="ID", help="thread to go on with (default: a new one)")
    parser.add_argument("--instructions", metavar="TEXT", help="what the agent is to do, in place of its own instructions")
    parser.add_argument("--model", metavar="NAME", help="model or deployment (default: $MODEL_DEPLOYMENT_NAME, or gpt-4o-mini)")
    parser.add_argument(
        "--file",
        metavar="PATH",
        type=Path,
        action="append",
        default=[],
        help="upload a file with the first message, for search or, as data and with --code-interpreter, for code; may be repeated",
    )
    parser.add_argument("--code-interpreter", action="store_true", help="let the agent run code")
    parser.add_argument(
        "--save",
        metavar="DIR",
        type=Path,
        default=Path("agentkit-files"),
        help="folder for the files that the agent makes, in one of the thread's (default: agentkit-files)",
    )
    parser.add_argument("--no-stream", action="store_true", help="show the answer when it is complete")
    add_data(parser)
    add_json(parser)
    return parser


def _talk(given: argparse.Namespace, message: str | None) -> int:
    with opened(given.data, embeds=True) as client:
        # Only now: these need the models, and a wrong command line is told without.
        from ._conversation import Conversation
        from ._turn import Settings
        from ._view import View

        settings = Settings(
            agent=given.agent,
            thread=given.thread,
            instructions=given.instructions,
            model=given.model,
            code_interpreter=given.code_interpreter,
            streams=not (given.no_stream or given.json),
            folder=given.save,
        )
        with Conversation(client, View(shows=not given.json), settings) as conversation:
            for path in given.file:
                reader = conversation.attach(path)
                _note(f"[{path} goes with the message, for {reader}]")
            if message is None:
                status = _converse(conversation)
                _tell_how_to_resume(conversation, given, embedded=client._service is not None)
                return status
            turn = conversation.send(message)
            if given.json:
                document(turn.as_dict())
            else:
                _tell_how_to_resume(conversation, given, embedded=client._service is not None)
            return _ended(turn)


def _ended(turn: Turn) -> int:
    if turn.failure is None:
        return DONE
    put(f"{_PROGRAM}: {turn.failure}", stream=sys.stderr)
    return FAILED


def _converse(conversation: Conversation) -> int:
    """Read messages until the end of the input, ``/exit``, or Ctrl-C twice."""
    # Where it exists, importing it gives the prompt a history and keys to edit with.
    with suppress(ImportError):
        import readline  # noqa: F401

    _note("Ctrl-D ends, /help tells more.")
    interrupted = False
    while True:
        try:
            line = input("> ").strip()
            interrupted = False
            if line == "/exit":
                return DONE
            _answer(conversation, line)
        except EOFError:
            put("")
            return DONE
        except KeyboardInterrupt as error:
            put("")
            # The second one may come while the run is being cancelled for the first.
            if interrupted or isinstance(error.__context__, KeyboardInterrupt):
                return DONE
            interrupted = True
            _note("[cancelled; Ctrl-C again ends]")


def _answer(conversation: Conversation, line: str) -> None:
    """Do what one line asks for. A failure is told, and the conversation goes on."""
    command, _, rest = line.partition(" ")
    try:
        if command == "/help":
            put(_HELP, end="")
        elif command == "/file":
            reader = conversation.attach(Path(rest.strip()).expanduser())
            _note(f"[{rest.strip()} goes with the next message, for {reader}]")
        elif line:
            _ended(conversation.send(line))
    except Exception as error:
        if not is_expected(error):
            raise
        put(f"{_PROGRAM}: {error_line(error)}", stream=sys.stderr)


def _note(text: str) -> None:
    """Tell something that is no part of the answer."""
    put(styled(text, "dim", sys.stderr), stream=sys.stderr)


def _tell_how_to_resume(conversation: Conversation, given: argparse.Namespace, *, embedded: bool) -> None:
    if conversation.thread is None:
        return
    if embedded and given.data is None:
        _note("[this conversation was in memory and ends here; with --data DIR it is kept]")
        return
    words = ["agentkit", "chat"]
    for name in ("data", "agent"):
        value = getattr(given, name)
        words += [f"--{name}", value] if value is not None else []
    words += ["--thread", conversation.thread.id]
    # Neither shell takes the quotes of the other.
    line = " ".join(f'"{word}"' if " " in word else word for word in words) if os.name == "nt" else shlex.join(words)
    _note(f"[to go on: {line}]")
