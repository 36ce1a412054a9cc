"""The rules of the comparison, apart from measuring: which figures a work has, what they are held to, and how that is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["BARE", "BEST_PEER", "OURS", "PEERS", "Bound", "Row", "growth", "lines_of", "missed"]

OURS = "agentkit"
PEERS = ("azure-ai-projects", "azure-ai-agents", "openai")
BARE = "httpx"
BEST_PEER = "best peer"

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Bound:
    """So much of a figure is allowed at most.

    :ivar most: The limit: a factor, where there is another client to compare with, otherwise a figure.
    :ivar of: The client that it is a multiple of, or :data:`BEST_PEER`; None for a limit of its own.
    """

    most: float
    of: str | None = None

    def ratio(self, figures: Figures, ours: str) -> float:
        """What is compared with the limit."""
        return figures[ours] / self._other(figures) if self.of else figures[ours]

    def _other(self, figures: Figures) -> float:
        if self.of == BEST_PEER:
            return min(figures[peer] for peer in PEERS if peer in figures)
        return figures[str(self.of)]


@dataclass(frozen=True)
class Row:
    """A work with its figures.

    :ivar work: What is done, in words.
    :ivar unit: What the figures are in.
    :ivar figures: By client.
    :ivar bounds: What they are held to; nothing where they are there for comparison.
    :ivar ours: The client that is held to them.
    """

    work: str
    unit: str
    figures: Figures
    bounds: Sequence[Bound]
    ours: str = OURS


def missed(rows: Sequence[Row]) -> int:
    """How many bounds are missed."""
    return sum(bound.ratio(row.figures, row.ours) > bound.most for row in rows for bound in row.bounds)


def lines_of(rows: Sequence[Row], clients: Sequence[str]) -> list[str]:
    """The table: a line for each bound, one for a work without any, with the figures before the first of a work."""
    width = max(len(row.work) for row in rows) + 2
    columns = [max(len(client), 8) + 2 for client in clients]
    heading = "".join(f"{client:>{column}}" for client, column in zip(clients, columns, strict=True))
    lines = [f"{'work':{width}}{'unit':<10}{heading}  held to"]
    for row in rows:
        shown = "".join(
            f"{_number(row.figures[client]) if client in row.figures else '-':>{column}}"
            for client, column in zip(clients, columns, strict=True)
        )
        lead = f"{row.work:{width}}{row.unit:<10}{shown}"
        if not row.bounds:
            lines.append(f"{lead}  for comparison")
        for bound in row.bounds:
            lines.append(f"{lead}  {_held(bound, row)}")
            lead = " " * len(lead)
    return lines


def _held(bound: Bound, row: Row) -> str:
    ratio = bound.ratio(row.figures, row.ours)
    verdict = "held" if ratio <= bound.most else "MISSED"
    if bound.of is None:
        return f"{_number(ratio)} {row.unit}, at most {bound.most:g}: {verdict}"
    return f"{ratio:.2f} x {bound.of}, at most {bound.most:.3g}: {verdict}"


def _number(value: float) -> str:
    if value == 0 or (value == int(value) and value < 1_000):
        return f"{value:g}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def growth(work: str, unit: str, costs: Mapping[int, float], most: float | None) -> tuple[str, bool]:
    """A line of the table of growth, and whether the cost of one of the largest number stays within the limit.

    :param costs: Seconds that one of so many takes, by their number.
    :param most: How much one of the largest number may cost of what one of the number before it costs; at fewer, what begins
        a call is what counts. None holds it to nothing.
    """
    counts = sorted(costs)
    ratio = costs[counts[-1]] / costs[counts[-2]]
    shown = "".join(f"{costs[count] * 1e6:>12,.1f}" for count in counts)
    line = f"{work:34}{unit:<10}{shown}  {ratio:.2f} x"
    if most is None:
        return f"{line}, for comparison", True
    return f"{line}, at most {most:g}: {'held' if ratio <= most else 'MISSED'}", ratio <= most
