"""Writes the lines that draw the values of a CSV file; how many there are is known only when they run."""

from __future__ import annotations

from ..source import BLUE, PALETTE, RED, WIDE_FONTS, literal
from .question import Question

__all__ = ["MOST_BARS", "drawing"]

MOST_BARS = 25
_PADDING = "fig.get_layout_engine().set(w_pad=0.12, h_pad=0.12)"


def drawing(question: Question, title: str, filename: str) -> list[str]:
    """Lines that draw ``data``, decimals by their labels, save the picture under ``/mnt/data`` and show it."""
    kind = question.chart
    lines = ["", 'plt.rcParams["text.parse_math"] = False  # a dollar sign is a dollar sign']
    lines += WIDE_FONTS if question.sheet.wide else ()
    shown = "{value:,.2f}" if question.group_operation == "Average" else "{value:,}"
    lines += ["labels, values = list(data), [float(value) for value in data.values()]"]
    lines += [f'texts = [f"{shown}" for value in data.values()]']
    lines += _pie() if kind == "pie" else _bars(question) if kind in ("bar", "barh") else _points(question)
    lines += [f'ax.set_title({literal(title)}, fontsize=14, fontweight="bold", pad=16)']
    return [*lines, "", f"fig.savefig({literal('/mnt/data/' + filename)}, dpi=150)", "plt.show()"]


def _axis(question: Question, value: str) -> list[str]:
    """The lines that charts with two axes share; ``value`` is the axis of the numbers."""
    category = "x" if value == "y" else "y"
    amount = "Count"
    if question.value is not None:
        unit = f" ({question.value.unit})" if question.value.unit else ""
        amount = question.value.words[:1].upper() + question.value.words[1:] + unit
    label = question.label.words if question.label is not None else "row"
    return [
        f"ax.set_{category}label({literal(label[:1].upper() + label[1:])}, fontsize=11)",
        f"ax.set_{value}label({literal(amount)}, fontsize=11)",
        "if max(map(abs, values)) >= 1000:",
        f'    ax.{value}axis.set_major_formatter("{{x:,.0f}}")',
        f'ax.grid(axis="{value}", color="#E3E3E3")',
        "ax.set_axisbelow(True)",
        'ax.spines[["top", "right"]].set_visible(False)',
    ]


def _turned() -> list[str]:
    return [
        "if max(map(len, labels)) * len(labels) > 90:",
        '    plt.setp(ax.get_xticklabels(), rotation=40, ha="right", rotation_mode="anchor")',
    ]


def _bars(question: Question) -> list[str]:
    colors = f'colors = ["{BLUE}" if value >= 0 else "{RED}" for value in values]'
    if question.chart == "barh":
        return [
            colors,
            'fig, ax = plt.subplots(figsize=(9, max(4, 0.4 * len(labels) + 1.5)), layout="constrained")',
            _PADDING,
            "bars = ax.barh(labels, values, color=colors, height=0.7)",
            "ax.bar_label(bars, labels=texts, padding=4, fontsize=9)",
            "ax.invert_yaxis()  # the first label on top",
            "ax.margins(x=0.15)",
            'ax.axvline(0, color="#333333", linewidth=0.8)',
            *_axis(question, "x"),
        ]
    return [
        colors,
        'fig, ax = plt.subplots(figsize=(max(8, 0.6 * len(labels)), 6), layout="constrained")',
        _PADDING,
        "bars = ax.bar(labels, values, color=colors, width=0.7)",
        "crowded = len(labels) > 12",
        "ax.bar_label(bars, labels=texts, padding=4, fontsize=8 if crowded else 9, rotation=90 if crowded else 0)",
        "ax.margins(y=0.2 if crowded else 0.12)",
        'ax.axhline(0, color="#333333", linewidth=0.8)',
        *_axis(question, "y"),
        *_turned(),
    ]


def _points(question: Question) -> list[str]:
    draw = f'ax.plot(labels, values, color="{BLUE}", marker="o", linewidth=2)'
    if question.chart == "scatter":
        draw = f'ax.scatter(labels, values, color="{BLUE}", s=50)'
    return [
        'fig, ax = plt.subplots(figsize=(min(18, max(8, 0.5 * len(labels))), 5.5), layout="constrained")',
        _PADDING,
        draw,
        "step = -(-len(labels) // 40)  # so that the labels stay apart",
        "ax.set_xticks(range(0, len(labels), step), labels[::step])",
        *_axis(question, "y"),
        *_turned(),
    ]


def _pie() -> list[str]:
    """A pie with its captions beside it, where they cannot stand on one another."""
    return [
        "total = sum(values)",
        'captions = [f"{label}: {text} ({value / total:.1%})" for label, text, value in zip(labels, texts, values)]',
        f"colors = [{', '.join(map(literal, (*PALETTE, '#3F4A5A', '#C9CDD2')))}]",
        'fig, ax = plt.subplots(figsize=(11, 6), layout="constrained")',
        _PADDING,
        'wedges, _ = ax.pie(values, colors=colors, startangle=90, counterclock=False, wedgeprops={"edgecolor": "white"})',
        'fig.legend(wedges, captions, loc="outside right center", frameon=False, fontsize=11)',
    ]
