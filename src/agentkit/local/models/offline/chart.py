"""Plans a chart and writes the Python code that draws it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from .request import ChartRequest, Kind
from .series import Series
from .source import BLUE, PALETTE, RED, WIDE_FONTS, literal, slug

__all__ = ["Chart", "plan_chart", "write_code"]

_KIND_NAMES: dict[Kind, str] = {
    "bar": "bar chart",
    "barh": "horizontal bar chart",
    "line": "line chart",
    "pie": "pie chart",
    "scatter": "scatter plot",
}
_MONTHS = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?(?:\s+\d{2,4})?", re.IGNORECASE)
_DAYS = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?", re.IGNORECASE)
_NATURES = (
    (re.compile(r"(?:19|20|21)\d\d"), "Year"),
    (re.compile(r"Q[1-4](?:\s*/?\s*\d{2,4})?|(?:19|20|21)\d\d[\s-]?Q[1-4]", re.IGNORECASE), "Quarter"),
    (_MONTHS, "Month"),
    (_DAYS, "Day"),
)
_LONG_LABEL = 14


@dataclass(frozen=True)
class Chart:
    """A chart as planned: what it shows, what stands on it, and the file that it is saved as; ``notes`` are for the user."""

    kind: Kind
    series: Series
    title: str
    category: str
    value_axis: str
    filename: str
    notes: tuple[str, ...] = ()

    @property
    def kind_name(self) -> str:
        """The kind in words: ``bar chart``."""
        return _KIND_NAMES[self.kind]


def plan_chart(request: ChartRequest, series: Series, label_heading: str = "", value_heading: str = "") -> Chart:
    """Decide the kind, the words and the file name of a chart.

    Parameters:
        request: what the user asked for.
        series: the data.
        label_heading, value_heading: the headings over the data, where it stood in a table.
    """
    kind, notes = _possible_kind(request.kind or "bar", series)
    heading = re.sub(r"\s*(?:\([^()]*\)|\bin\s+\S+(?:\s+\S+)?)\s*$", "", value_heading).strip()
    unit = series.unit_text
    is_money = re.fullmatch(r"[^\w\s]|[A-Z]{3}", series.unit) is not None
    subject = request.subject or heading or ("" if series.scale or is_money else series.unit)
    title = request.title or _capital(subject) or "Values"
    quantity = _capital(subject or request.title) or "Value"
    value_axis = quantity if not unit or quantity.lower() == unit.lower() else f"{quantity} ({unit})"
    category = _capital(request.category or label_heading or _common_nature(series.labels))
    filename = f"{slug(request.subject or title) or 'values'}_{_KIND_NAMES[kind].replace(' ', '_')}.png"
    return Chart(kind, series, title, category, value_axis, filename, (*series.notes, *notes))


def _possible_kind(wanted: Kind, series: Series) -> tuple[Kind, tuple[str, ...]]:
    if wanted != "pie":
        return wanted, ()
    if any(value < 0 for value in series.values):
        return "bar", ("A pie chart cannot show negative values, so this is a bar chart.",)
    if not any(series.values):
        return "bar", ("A pie chart cannot show values that are all zero, so this is a bar chart.",)
    return "pie", ()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _common_nature(labels: Sequence[str]) -> str:
    """What all the labels are: years, months, or the word that each begins with ("Company A", "Company B")."""
    for pattern, nature in _NATURES:
        if all(pattern.fullmatch(label) for label in labels):
            return nature
    first = {label.partition(" ")[0] for label in labels}
    word = next(iter(first))
    return word if len(first) == 1 and word.isalpha() and all(len(label.split()) > 1 for label in labels) else ""


def write_code(chart: Chart) -> str:
    """Python code that prints the data, draws the chart with matplotlib, saves it under ``/mnt/data`` and shows it."""
    series = chart.series
    same = series.unit_text.lower() in ("", chart.title.lower())
    heading = chart.title if same else f"{chart.title} ({series.unit_text})"
    rows = [f"    {literal(label)}: {number}," for label, number in zip(series.labels, series.numbers, strict=True)]
    lines = ["import matplotlib.pyplot as plt"]
    lines += ["", "# The data, as read from the message.", "data = {", *rows, "}"]
    lines += ["", f"print({literal(heading)})", "for label, value in data.items():", '    print(f"{label}: {value}")', ""]
    lines += _text_settings(chart)
    lines += ["labels, values = list(data), list(data.values())", *_DRAWERS[chart.kind](chart)]
    lines += [f'ax.set_title({literal(chart.title)}, fontsize=15, fontweight="bold", pad=16)']
    lines += ["", f"fig.savefig({literal('/mnt/data/' + chart.filename)}, dpi=150)", "plt.show()", ""]
    return "\n".join(lines)


def _text_settings(chart: Chart) -> list[str]:
    """Settings that only some texts need: dollar signs taken as they are, and a font for wide characters."""
    texts = "".join((*chart.series.labels, chart.title, chart.category, chart.value_axis))
    lines = []
    if "$" in texts:
        lines += ['plt.rcParams["text.parse_math"] = False  # a dollar sign is a dollar sign']
    if any(unicodedata.east_asian_width(character) in "WF" for character in texts):
        lines += WIDE_FONTS
    return lines


def _figure(width: float, height: float = 5.0) -> list[str]:
    return [
        "",
        f'fig, ax = plt.subplots(figsize=({width:g}, {height:g}), layout="constrained")',
        "fig.get_layout_engine().set(w_pad=0.12, h_pad=0.12)",
    ]


def _frame(chart: Chart, value: str = "y") -> list[str]:
    """The lines that every chart with two axes shares; ``value`` is the axis of the numbers."""
    category = "x" if value == "y" else "y"
    lines = [f"ax.set_{category}label({literal(chart.category)}, fontsize=11)"] if chart.category else []
    lines += [f"ax.set_{value}label({literal(chart.value_axis)}, fontsize=11)"]
    if any(abs(number) >= 1000 for number in chart.series.values):
        lines += [f'ax.{value}axis.set_major_formatter("{{x:,.0f}}")']
    lines += [f"ax.margins({value}=0.15)", f'ax.grid(axis="{value}", color="#E3E3E3")', "ax.set_axisbelow(True)"]
    lines += ['ax.spines[["top", "right"]].set_visible(False)']
    return lines


def _value_text(chart: Chart) -> str:
    """The f-string that writes a value on the chart."""
    return 'f"{value:,}%"' if chart.series.unit_text == "%" else 'f"{value:,}"'


def _colors(chart: Chart) -> list[str]:
    if all(value >= 0 for value in chart.series.values):
        return [f'colors = "{BLUE}"']
    return [f'colors = ["{BLUE}" if value >= 0 else "{RED}" for value in values]']


def _zero_line(chart: Chart, call: str) -> list[str]:
    below = any(value < 0 for value in chart.series.values)
    return [f'ax.{call}(0, color="#333333", linewidth=0.8)'] if below else []


def _turned_labels(chart: Chart) -> list[str]:
    labels = chart.series.labels
    crowded = max(map(len, labels)) * len(labels) > 90 or max(map(len, labels)) > _LONG_LABEL
    return ['plt.setp(ax.get_xticklabels(), rotation=30, ha="right", rotation_mode="anchor")'] if crowded else []


def _width(chart: Chart) -> float:
    return min(16.0, max(8.0, 0.9 * len(chart.series.labels)))


def _draw_bars(chart: Chart) -> list[str]:
    return [
        *_colors(chart),
        *_figure(_width(chart)),
        "bars = ax.bar(labels, values, color=colors, width=0.6)",
        f"ax.bar_label(bars, labels=[{_value_text(chart)} for value in values], padding=4)",
        *_zero_line(chart, "axhline"),
        *_frame(chart),
        *_turned_labels(chart),
    ]


def _draw_horizontal_bars(chart: Chart) -> list[str]:
    return [
        *_colors(chart),
        *_figure(8, min(16.0, max(4.0, 1.5 + 0.55 * len(chart.series.labels)))),
        "bars = ax.barh(labels, values, color=colors, height=0.6)",
        f"ax.bar_label(bars, labels=[{_value_text(chart)} for value in values], padding=4)",
        "ax.invert_yaxis()  # the first label on top",
        *_zero_line(chart, "axvline"),
        *_frame(chart, "x"),
    ]


def _draw_points(chart: Chart, draw: str) -> list[str]:
    return [
        *_figure(_width(chart)),
        draw,
        'paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}  # so that a line does not cross a number',
        "for label, value in data.items():",
        f'    ax.annotate({_value_text(chart)}, (label, value), xytext=(0, 10), textcoords="offset points", ha="center", bbox=paper)',
        *_zero_line(chart, "axhline"),
        *_frame(chart),
        "ax.margins(x=0.08)",
        *_turned_labels(chart),
    ]


def _draw_line(chart: Chart) -> list[str]:
    return _draw_points(chart, f'ax.plot(labels, values, color="{BLUE}", marker="o", linewidth=2)')


def _draw_scatter(chart: Chart) -> list[str]:
    return _draw_points(chart, f'ax.scatter(labels, values, color="{BLUE}", s=60)')


def _draw_pie(chart: Chart) -> list[str]:
    """A pie whose captions tell the values, and the shares where the values are not shares already."""
    unit, count = chart.series.unit_text, len(chart.series.labels)
    if unit == "%":
        lines = ['captions = [f"{label}\\n{value:,}%" for label, value in data.items()]']
    else:
        lines = ["total = sum(values)"]
        lines += ['captions = [f"{label}\\n{value:,} ({value / total:.1%})" for label, value in data.items()]']
    palette = ", ".join(f'"{color}"' for color in PALETTE[:count])
    lines += [f"colors = [{palette}]", *_figure(8, 6)]
    lines += [
        "ax.pie(",
        "    values, labels=captions, colors=colors, startangle=90, counterclock=False,",
        '    labeldistance=1.15, wedgeprops={"edgecolor": "white"},',
        ")",
    ]
    if unit not in ("", "%"):
        lines += [f"ax.set_xlabel({literal('Values in ' + unit)}, fontsize=11)"]
    return lines


_DRAWERS = {"bar": _draw_bars, "barh": _draw_horizontal_bars, "line": _draw_line, "pie": _draw_pie, "scatter": _draw_scatter}
