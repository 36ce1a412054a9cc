"""Carries out the code interpreter's calls of one run, and keeps what the code makes as files of the service."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentkit.local.blobs import Blobs, bare_name, keep_file
from agentkit.local.models.base import FileRef
from agentkit.local.store import Store

if TYPE_CHECKING:
    from agentkit.local.interpreter import Interpreter, MadeFile, Outcome

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
    """The code interpreter of one run; its ``/mnt/data`` lasts as long as the run.

    :param enabled: Whether code may be run at all.
    :param trusted: Whether the code comes from the service's own rules rather than from a model or a user.
    """

    def __init__(
        self, store: Store, blobs: Blobs, now: Callable[[], int], *, enabled: bool, trusted: bool, cancelled: threading.Event
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._now = now
        self._enabled = enabled
        self._trusted = trusted
        self._cancelled = cancelled
        self._interpreter: Interpreter | None = None
        self._given: dict[str, str] = {}
        self._made: dict[str, str] = {}
        self._images: list[str] = []

    @property
    def names(self) -> dict[str, str]:
        """File ids by the names that the files have under ``/mnt/data``: those that were put there and those that were made."""
        return {**self._given, **self._made}

    def take_images(self) -> list[str]:
        """The ids of the images that were shown since this was last asked."""
        images, self._images = self._images, []
        return images

    def execute(self, code: str, inputs: Sequence[FileRef]) -> CodeOutcome:
        """Run code to its end.

        :param inputs: The files that must be there; those that were put there earlier are left as the code made them.
        """
        if not self._enabled:
            return CodeOutcome([{"type": "logs", "logs": _TURNED_OFF}], _TURNED_OFF, failed=True)
        from agentkit.local.interpreter import InputFile, Interpreter

        if self._interpreter is None:
            self._interpreter = Interpreter(trusted=self._trusted)
        fresh = [file for file in inputs if self._given.get(file.filename) != file.id]
        self._given.update({file.filename: file.id for file in fresh})
        outcome = self._interpreter.execute(
            code, [InputFile(file.filename, self._blobs.path(file.id)) for file in fresh], cancelled=self._cancelled
        )
        return self._kept(outcome)

    def close(self) -> None:
        """End what still runs and remove the folder."""
        interpreter, self._interpreter = self._interpreter, None
        if interpreter is not None:
            interpreter.close()

    def _kept(self, outcome: Outcome) -> CodeOutcome:
        log = "\n".join(part.rstrip("\n") for part in (outcome.stdout, outcome.error) if part)
        outputs: list[dict[str, Any]] = [{"type": "logs", "logs": log}] if log else []
        files, images = [], []
        for made in outcome.files:
            file = self._keep(made)
            if made.shown and made.image:
                outputs.append({"type": "image", "image": {"file_id": file.id}})
                self._images.append(file.id)
                images.append(file)
            elif not made.shown:
                files.append(file)
                self._made[made.name] = file.id
        return CodeOutcome(outputs, log, tuple(files), outcome.error is not None, tuple(images))

    def _keep(self, made: MadeFile) -> FileRef:
        part = self._blobs.copy_in(made.path)
        with self._store.transaction() as tx:
            file = keep_file(tx, self._blobs, part, bare_name(made.name) or "file", "assistants_output", self._now())
        return FileRef(file["id"], made.name, file["bytes"])
