"""What one run says: brings the text of a model into messages, whole or as it comes, and completes the run with the last one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, Protocol

from agentkit.local.models.base import ChatModel
from agentkit.local.runs.annotations import annotations_of
from agentkit.local.runs.answer import Answer
from agentkit.local.runs.feed import Feed
from agentkit.local.runs.filesearch import FileSearch
from agentkit.local.runs.formats import answer_problem
from agentkit.local.runs.ledger import Ledger
from agentkit.local.runs.problems import RunProblem
from agentkit.local.runs.sandbox import Sandbox
from agentkit.local.runs.tokens import count_tokens, cut_to_tokens
from agentkit.local.store import Document, Store, Transaction

__all__ = ["Bill", "Desk", "Replies"]

Bill = Callable[[int], dict[str, int]]
"""The usage of a step, by the tokens that were written in it."""


class Desk(Protocol):
    """What messages are written with, and in whose name."""

    @property
    def store(self) -> Store: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def model(self) -> ChatModel: ...


class Replies:
    """The messages of one run.

    :param current: The run, if it is still to be worked on.
    :param abandoned: Whether a run is over.
    """

    def __init__(
        self,
        desk: Desk,
        feed: Feed,
        sandbox: Sandbox,
        search: FileSearch,
        current: Callable[[Transaction], Document | None],
        abandoned: Callable[[Document], Callable[[], bool]],
    ) -> None:
        self._store = desk.store
        self._ledger = desk.ledger
        self._author = desk.model.name
        self._feed = feed
        self._sandbox = sandbox
        self._search = search
        self._current = current
        self._abandoned = abandoned
        self._begun: Answer | None = None

    def say(self, run: Document, piece: str) -> bool:
        """Add to the message that is being written, which is begun with its first piece; False where the run is over."""
        if self._begun is None:
            with self._store.transaction() as tx:
                if self._current(tx) is None:
                    return False
                self._begun = self._opened(tx, run)
            self._begun.show_images()
        self._begun.write(piece)
        return True

    def end_remark(self, run: Document, text: str, bill: Bill) -> bool:
        """Complete what was said before calls that follow in the same turn; False where nothing was."""
        answer, self._begun = self._begun, None
        if answer is None:
            return False
        answer.complete(text, self._annotations(text), self._abandoned(run))
        with self._store.transaction() as tx:
            if self._current(tx) is not None:
                answer.end(tx, bill(count_tokens(text)))
        return True

    def conclude(self, run: Document, text: str, limit: int | None, bill: Bill, *, cut_short: bool = False) -> None:
        """Complete the answer, and the run with it in one stroke: nobody sees a completed run without its answer.

        Where nobody reads along, the answer is begun in the same stroke.

        :param text: The whole text, of which some may have been said already.
        :param limit: How many tokens it may have at most.
        :param cut_short: Whether it is a beginning only, for the model came to its limit.
        :raises RunProblem: It is not of the run's response format.
        """
        if limit is not None and count_tokens(text) > limit:
            text, cut_short = cut_to_tokens(text, limit), True
        if not cut_short:
            self._check_format(run, text)
        with nullcontext() if self._begun or self._feed.is_watched else self._store.transaction():
            with self._store.transaction() as tx:
                if self._current(tx) is None:
                    return
                answer = self._begun or self._opened(tx, run)
            answer.show_images()
            answer.complete(text, self._annotations(text), self._abandoned(run))
            with self._store.transaction() as tx:
                current = self._current(tx)
                if current is None:
                    return
                answer.end(tx, bill(count_tokens(text)), cut_short=cut_short)
                if cut_short:
                    self._ledger.move(tx, current, "incomplete", incomplete_details={"reason": "max_completion_tokens"})
                else:
                    self._ledger.move(tx, current, "completed")

    def _opened(self, tx: Transaction, run: Document) -> Answer:
        answer = Answer(run, self._ledger, self._feed, self._sandbox.take_images())
        answer.begin(tx)
        return answer

    def _annotations(self, text: str) -> Sequence[dict[str, Any]]:
        return annotations_of(text, self._sandbox.names, self._search.passages)

    def _check_format(self, run: Document, text: str) -> None:
        problem = answer_problem(text, run["response_format"])
        if problem:
            raise RunProblem(f"The answer of the model '{self._author}' is not of the response_format of this run: {problem}.")
