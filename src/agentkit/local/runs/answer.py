"""The message that a run answers with: begun, written piece by piece, and ended together with its step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import Any

from agentkit.local.runs import documents
from agentkit.local.runs.deltas import image_piece, message_delta, stretches, text_piece
from agentkit.local.runs.events import GrowingText
from agentkit.local.runs.feed import Feed
from agentkit.local.runs.ledger import Ledger
from agentkit.local.store import Document, Transaction

__all__ = ["Answer"]

_DELTA = "thread.message.delta"


class Answer:
    """One message of a run, and the step that writes it.

    The store has the message from its beginning on, and its content once it is ended. What was written until then is known here:
    whoever ends the run before the message is complete, in whatever thread, closes it and takes that for its content.

    :param run: The run that answers.
    :param images: The ids of the images that the answer shows, before its text.
    """

    def __init__(self, run: Document, ledger: Ledger, feed: Feed, images: Sequence[str]) -> None:
        self._run = run
        self._ledger = ledger
        self._feed = feed
        self._images = images
        self._shown = 0
        self._text = StringIO()
        self._annotations: list[Mapping[str, Any]] = []
        self._has_text = False
        self._closed = False
        self._lock = threading.Lock()
        self._message = documents.answer(run, ledger.now())
        details = {"type": "message_creation", "message_creation": {"message_id": self._message["id"]}}
        self._step = documents.step(run, details, ledger.now())
        self._growing = GrowingText(_DELTA, lambda piece: self._delta(text_piece(len(images), piece)))

    @property
    def text(self) -> str:
        """The text that was written so far."""
        return self._text.getvalue()

    def begin(self, tx: Transaction) -> None:
        """Put message and step into the store, with no content yet."""
        self._ledger.begin_step(tx, self._step)
        self._ledger.begin_message(tx, self._message, self.closed)

    def show_images(self) -> None:
        """Tell of the images that were not told of yet; they come before the text."""
        for index, file_id in list(enumerate(self._images))[self._shown :]:
            with self._lock:
                if not self._closed:
                    self._feed.publish(_DELTA, self._delta(image_piece(index, file_id)))
                    self._shown += 1

    def write(self, piece: str, annotations: Sequence[Mapping[str, Any]] = ()) -> None:
        """Add to the text, unless the message was closed.

        :param annotations: Those that are complete with this piece, numbered by ``index``.
        """
        with self._lock:
            if self._closed:
                return
            if annotations or not self._has_text:
                self._feed.publish(_DELTA, self._delta(text_piece(len(self._images), piece, annotations)))
            else:
                self._feed.write(self._growing, piece)
            self._has_text = True
            self._text.write(piece)
            self._annotations += [{key: one for key, one in told.items() if key != "index"} for told in annotations]

    def complete(self, text: str, annotations: Sequence[Mapping[str, Any]], abandoned: Callable[[], bool]) -> None:
        """Write what is still missing of the text, paced, until the run is abandoned.

        :param text: The whole text, which goes on from what was written.
        :param annotations: All annotations of the text, in the order of their places.
        """
        for stretch, ending in stretches(text, annotations, len(self.text)):
            for piece in [stretch] if ending else self._feed.paced(stretch, abandoned):
                self.write(piece, ending)
            if abandoned():
                return
        if not self._has_text and not self._images:
            self.write("")

    def end(self, tx: Transaction, spent: Mapping[str, int], *, cut_short: bool = False) -> None:
        """Write the content into the store and end the step.

        :param spent: The usage of the step.
        :param cut_short: Whether the answer's token limit ended it.
        """
        self._ledger.end_message(tx, self._message, self.closed(), "max_tokens" if cut_short else None)
        self._ledger.end_step(tx, self._step, "completed", usage=spent)

    def closed(self) -> list[dict[str, Any]]:
        """The content as it was written so far; nothing is added any more."""
        with self._lock:
            self._closed = True
            images = [documents.image_content(file_id) for file_id in self._images[: self._shown]]
            words = [documents.text_content(self.text, self._annotations)] if self._has_text else []
            return images + words

    def _delta(self, content: Mapping[str, Any]) -> Document:
        return message_delta(self._message["id"], content)
