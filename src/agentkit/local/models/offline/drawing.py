"""Draws the label-and-number pairs of a message: the code first, then, with its result in hand, what it came to."""

from __future__ import annotations

from dataclasses import dataclass

from ..base import ModelRequest, ModelTurn, ToolResult
from .chart import Chart, plan_chart, write_code
from .dark import dark_name, darkened, wants_dark
from .pairs import Reading, read_pairs
from .request import ChartRequest, read_request
from .series import to_series
from .voice import EXAMPLE, failure, say, with_code

__all__ = ["answer"]

_FEWEST_PAIRS = 2


@dataclass(frozen=True)
class _Wish:
    """A chart that the conversation asks for, and the data that it gives for it."""

    request: ChartRequest
    reading: Reading
    text: str

    @property
    def has_data(self) -> bool:
        return len(self.reading.pairs) >= _FEWEST_PAIRS

    def chart(self) -> Chart:
        series = to_series(self.reading, self.text)
        return plan_chart(self.request, series, self.reading.label_heading, self.reading.value_heading)


def answer(request: ModelRequest) -> ModelTurn | None:
    """The turn that a wish for a chart needs next; None where the newest message has none."""
    wish = _find_wish(request)
    if wish is None:
        return None
    if not wish.has_data:
        return _too_little_data(wish)
    chart = wish.chart()
    dark = wants_dark(request.last_user_text)
    if request.results:
        return _tell(chart, request.results[-1], dark_name(chart.filename) if dark else chart.filename)
    code = write_code(chart)
    return with_code(request, darkened(code) if dark else code, _understood(chart))


def _find_wish(request: ModelRequest) -> _Wish | None:
    """The chart that the newest message asks for; its data may stand in an earlier message ("now as a pie chart")."""
    text = request.last_user_text
    reading = read_pairs(text)
    wanted = read_request(text, [pair.label for pair in reading.pairs], has_data=bool(reading.problem))
    if wanted is None:
        return None
    if len(reading.pairs) >= _FEWEST_PAIRS or reading.problem:
        return _Wish(wanted, reading, text)
    earlier = [message.text for message in request.messages if message.role == "user"][:-1]
    for older in reversed(earlier):
        found = read_pairs(older)
        if len(found.pairs) >= _FEWEST_PAIRS:
            before = read_request(older, [pair.label for pair in found.pairs]) or ChartRequest()
            title, subject, category = (
                getattr(wanted, name) or getattr(before, name) for name in ("title", "subject", "category")
            )
            return _Wish(ChartRequest(wanted.kind or before.kind, title, subject, category), found, older)
    return _Wish(wanted, reading, text)


def _tell(chart: Chart, result: ToolResult, filename: str) -> ModelTurn:
    """What the code came to, from what it printed and made, not from what was hoped for."""
    if result.failed:
        return failure(f"the {chart.kind_name}", result, "chart")
    made = next((file.filename for file in result.files if file.filename == filename), None)
    if made is None:
        return say(f"The code for the {chart.kind_name} ran, but it left no file named {filename}.")
    rows, notes = _printed(result.output, chart)
    unit = f", in {chart.series.unit_text}" if chart.series.unit_text else ""
    return say(
        f'Here is the {chart.kind_name} "{chart.title}" with {len(chart.series.labels)} values{unit}. '
        "I read these from your message:",
        "\n".join(f"- {row}" for row in rows),
        *(f"Note: {note}" for note in (*chart.notes, *notes)),
        f"[Download the chart](sandbox:/mnt/data/{made})",
    )


def _printed(output: str, chart: Chart) -> tuple[list[str], list[str]]:
    """The rows of data and the notes that the code printed."""
    lines = output.splitlines()
    starts = tuple(f"{label}: " for label in chart.series.labels)
    notes = [line.removeprefix("Note: ") for line in lines if line.startswith("Note: ") and not line.startswith(starts)]
    return [line for line in lines if line.startswith(starts)], notes


def _too_little_data(wish: _Wish) -> ModelTurn:
    if wish.reading.problem:
        return say(f"You asked for a chart, but {wish.reading.problem}. Send as many values as labels, for example: {EXAMPLE}.")
    found = [f"{pair.label}: {pair.quantity.literal}" for pair in wish.reading.pairs]
    what = f"I found only one pair ({found[0]})" if found else "I found no label with a number"
    return say(
        f"You asked for a chart, but {what} in your message, and I draw nothing that I was not given. I need at least "
        f"{_FEWEST_PAIRS} pairs of a label and a number, for example: {EXAMPLE}."
    )


def _understood(chart: Chart) -> str:
    data = ", ".join(f"{label}: {number}" for label, number in zip(chart.series.labels, chart.series.numbers, strict=True))
    unit = f" (in {chart.series.unit_text})" if chart.series.unit_text else ""
    return f"I read the data for a {chart.kind_name}{unit}: {data}."
