"""Carries out the code interpreter's calls of one run in the session of its thread, and keeps what the code makes as files of the service."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentkit.local.blobs import Blobs, bare_name, keep_file
from agentkit.local.models.base import FileRef
from agentkit.local.runs.sessions import CodeSession, CodeSessions
from agentkit.local.store import Store

if TYPE_CHECKING:
    from agentkit.local.interpreter import MadeFile, Outcome

__all__ = ["CodeOutcome", "Sandbox"]

_TURNED_OFF = (
    "The code interpreter of this service is turned off, so the code was not run. It is off by default where the model is not the "
    "service's own; 'agentkit serve --code-interpreter on' or LocalService(code_interpreter=True) turns it on."
)


@dataclass(frozen=True)
class CodeOutcome:
    """What came of one call: the outputs for the step, and the text, the files and the images that were shown, for the model."""

    outputs: list[dict[str, Any]]
    text: str
    files: tuple[FileRef, ...] = ()
    failed: bool = False
    images: tuple[FileRef, ...] = ()


class Sandbox:
    """The code interpreter as one run uses it; variables and ``/mnt/data`` are those of its thread.

    :param sessions: The code sessions of all threads.
    :param enabled: Whether code may be run at all.
    :param trusted: Whether the code comes from the service's own rules rather than from a model or a user.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        now: Callable[[], int],
        sessions: CodeSessions,
        *,
        enabled: bool,
        trusted: bool,
        cancelled: threading.Event,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._now = now
        self._sessions = sessions
        self._enabled = enabled
        self._trusted = trusted
        self._cancelled = cancelled
        self._names: dict[str, str] = {}
        self._images: list[str] = []

    @property
    def names(self) -> dict[str, str]:
        """File ids by the names that the files have under ``/mnt/data``: those that were put there and those that were made."""
        return dict(self._names)

    def take_images(self) -> list[str]:
        """The ids of the images that were shown since this was last asked."""
        images, self._images = self._images, []
        return images

    def execute(self, thread_id: str, code: str, inputs: Sequence[FileRef]) -> CodeOutcome:
        """Run code to its end.

        :param thread_id: The run's thread.
        :param inputs: The files that must be there; those that were put there earlier are left as the code made them.
        """
        if not self._enabled:
            return CodeOutcome([{"type": "logs", "logs": _TURNED_OFF}], _TURNED_OFF, failed=True)
        from agentkit.local.interpreter import InputFile

        with self._sessions.of(thread_id) as session:
            fresh = [
                file for file in inputs if file.id not in (session.given.get(file.filename), session.made.get(file.filename))
            ]
            outcome = session.interpreter.execute(
                code, [InputFile(file.filename, self._blobs.path(file.id)) for file in fresh], cancelled=self._cancelled
            )
            for file in fresh:
                session.given[file.filename] = file.id
                session.made.pop(file.filename, None)
            if self._trusted:
                # The service's own programs are complete in themselves, and the style of one chart is not to show in the next.
                session.interpreter.forget()
            kept = self._kept(session, outcome)
        if outcome.last:
            self._sessions.end(thread_id)
        return kept

    def _kept(self, session: CodeSession, outcome: Outcome) -> CodeOutcome:
        # What became of this session is of no interest where nothing lasts.
        after = None if self._trusted else outcome.notice
        before, session.notice = session.notice, after if self._cancelled.is_set() else None
        log = "\n".join(part.rstrip("\n") for part in (before, outcome.stdout, outcome.error, after) if part)
        outputs: list[dict[str, Any]] = [{"type": "logs", "logs": log}] if log else []
        files, images = [], []
        # Nobody reads what a cancelled run made, and its thread may be gone with the files.
        for made in () if self._cancelled.is_set() else outcome.files:
            file = self._keep(made)
            if made.shown and made.image:
                outputs.append({"type": "image", "image": {"file_id": file.id}})
                self._images.append(file.id)
                images.append(file)
            elif not made.shown:
                files.append(file)
                session.made[made.name] = file.id
        self._names |= {**session.given, **session.made}
        return CodeOutcome(outputs, log, tuple(files), outcome.error is not None, tuple(images))

    def _keep(self, made: MadeFile) -> FileRef:
        part = self._blobs.copy_in(made.path)
        made.path.unlink()  # a session may last for long
        with self._store.transaction() as tx:
            file = keep_file(tx, self._blobs, part, bare_name(made.name) or "file", "assistants_output", self._now())
        return FileRef(file["id"], made.name, file["bytes"])
