"""Asks the questions of this folder of the local search, over the 1,000 files that they were written for, and prints the ranks.

The ranking and its weights were chosen by the questions of development.json, which `--questions` asks instead, with the results of
these in sight; so the figures are those of the search as it was set up, not of one that had never met the questions.

The corpus is fetched once, into a folder that is used again if it is named. Every file is read, cut and indexed as the local service
does it; the rank of a file is that of its best passage among the files found. The exit status is that of the measurement, not of
the goal: a figure below the goal is printed, and is no failure of the program.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import corpus

from agentkit.local.search import Index, InvalidFile, UnsupportedFile

HERE = Path(__file__).resolve().parent
STORE = "corpus"
# Enough passages that the right file's rank is known even where it is poor.
DEPTH = 1_000


@dataclass(frozen=True)
class Answer:
    """What the search made of one question.

    :param number: The question's number, from 1.
    :param right: The file that answers it.
    :param found: The files found, the best first, each once.
    :param seconds: The time that the search took.
    """

    number: int
    right: str
    found: tuple[str, ...]
    seconds: float

    @property
    def rank(self) -> int | None:
        """Where the right file stands, from 1, or None where it was not found."""
        return self.found.index(self.right) + 1 if self.right in self.found else None


def fill(index: Index, folder: Path) -> int:
    """Put every file of a folder into the index.

    :return: The number of chunks.
    :raises InvalidFile: A file of the corpus could not be read.
    """
    return sum(index.add(STORE, path.name, path.name, path, {"type": "auto"}).chunks for path in sorted(folder.iterdir()))


def ask(index: Index, number: int, question: str, right: str) -> Answer:
    """Ask one question and note the files in the order found."""
    start = time.perf_counter()
    hits = index.search([STORE], question, limit=DEPTH)
    taken = time.perf_counter() - start
    return Answer(number, right, tuple(dict.fromkeys(hit.file_id for hit in hits)), taken)


def report(answers: Sequence[Answer]) -> list[str]:
    """The table of ranks, and the totals."""
    lines = [" no  rank  the first three found (* is right)"]
    for answer in answers:
        three = ", ".join(f"*{name}" if name == answer.right else name for name in answer.found[:3])
        lines.append(f"{answer.number:3}  {answer.rank or '-':>4}  {three}")
    ranks = [answer.rank for answer in answers]
    first = sum(rank == 1 for rank in ranks)
    three_first = sum(rank is not None and rank <= 3 for rank in ranks)
    mean = sum(1 / rank for rank in ranks if rank) / len(ranks)
    lines.append(
        f"first: {first}/{len(ranks)}   in the first three: {three_first}/{len(ranks)}   mean reciprocal rank: {mean:.3f}"
    )
    return lines


def measure(folder: Path, questions: Path) -> list[str]:
    """Index a folder, ask the questions of a file, and say what came of it and how long it took."""
    asked = json.loads(questions.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "index.sqlite3"
        index = Index(path)
        try:
            start = time.perf_counter()
            chunks = fill(index, folder)
            taken = time.perf_counter() - start
            answers = [ask(index, number, one["question"], one["file"]) for number, one in enumerate(asked, start=1)]
        finally:
            index.close()
        size = path.stat().st_size
    seconds = sorted(answer.seconds for answer in answers)
    return [
        *report(answers),
        f"indexing: {chunks:,} chunks in {taken:.1f} s, {size / 1e6:.0f} MB on disk; "
        f"a question: {seconds[len(seconds) // 2] * 1000:.0f} ms (median), {seconds[-1] * 1000:.0f} ms (slowest)",
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch, index, ask and print."""
    parser = argparse.ArgumentParser(description="Which ranks the local search gives to the files that answer the questions.")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="a folder to keep the corpus in (default: a temporary one)")
    parser.add_argument(
        "--questions", type=Path, metavar="FILE", default=HERE / "questions.json", help="other questions to ask"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.corpus or Path(scratch) / "corpus"
        try:
            corpus.fill(folder)
        except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
            print(f"not run: the corpus could not be made: {error}")
            return 0
        try:
            print("\n".join(measure(folder, options.questions)))
        except (InvalidFile, UnsupportedFile) as error:
            print(f"A file of the corpus could not be indexed: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
