"""Draws sine and cosine waves, which need no data."""

from __future__ import annotations

import re

from ..base import ModelRequest, ModelTurn
from .dark import darkened, wants_dark
from .request import read_request
from .source import BLUE, RED
from .voice import failure, link, listed, say, with_code

__all__ = ["answer"]

_WAVES = {
    "sine": re.compile(
        r"\bsin(?:e|us|usoid(?:al)?)?[\s-]*(?:waves?|curves?|functions?)\b|\b(?:sine|sinus|sinusoid)\b|\bsin\s*\(\s*x\s*\)",
        re.I,
    ),
    "cosine": re.compile(r"\bcos(?:ine|inus)?[\s-]*(?:waves?|curves?|functions?)\b|\bcosine\b|\bcos\s*\(\s*x\s*\)", re.I),
}
_ASKS = re.compile(
    r"\b(?:visuali[sz]\w*|draw|plot|graph|chart|show|create|make|generate|picture|image|sketch|display|give)\b", re.IGNORECASE
)
_NUMBER = r"(?P<number>\d+(?:\.\d+)?)"
_AMPLITUDE = re.compile(rf"\bamplitude\s*(?:of|=|:|is)?\s*{_NUMBER}", re.IGNORECASE)
_FREQUENCY = re.compile(rf"\bfrequency\s*(?:of|=|:|is)?\s*{_NUMBER}|\b(?P<hertz>\d+(?:\.\d+)?)\s*Hz\b", re.IGNORECASE)
_PERIODS = re.compile(rf"\b{_NUMBER}\s*(?:full\s+)?(?:periods|cycles|oscillations|waves)\b", re.IGNORECASE)
_COLORS = {"sine": BLUE, "cosine": RED}


def answer(request: ModelRequest) -> ModelTurn | None:
    """The turn that a wish for a wave needs next; None where the newest message has none."""
    text = request.last_user_text
    names = [name for name, pattern in _WAVES.items() if pattern.search(text)]
    if not names or not (_ASKS.search(text) or read_request(text) is not None):
        return None
    if not request.results:
        code = _write(text, names)
        return with_code(request, darkened(code) if wants_dark(text) else code, f"You ask for a {' and a '.join(names)} wave.")
    result = request.results[-1]
    if result.failed:
        return failure(f"the {' and '.join(names)} wave", result, "picture")
    return say(
        f"Here is the visualization of a {' and a '.join(names)} wave.",
        listed([line for line in result.output.splitlines() if line.strip()]),
        link(result, "Download the picture"),
    )


def _write(text: str, names: list[str]) -> str:
    amplitude, periods, hertz = _parameter(_AMPLITUDE, text), _parameter(_PERIODS, text) or "2", _parameter(_FREQUENCY, text)
    title = " and ".join(names).capitalize() + (" waves" if len(names) > 1 else " wave")
    functions = {"sine": "np.sin", "cosine": "np.cos"}
    factor = f"{amplitude} * " if amplitude else ""
    angle = f"2 * np.pi * {hertz} * x" if hertz else "x"
    end = f"{periods} / {hertz}" if hertz else f"{2 * float(periods):g} * np.pi"
    unit = "time in seconds" if hertz else "x"
    lines = ["import matplotlib.pyplot as plt", "import numpy as np", ""]
    lines += [f"# {periods} full periods, close enough together to look smooth.", f"x = np.linspace(0, {end}, 1000)"]
    lines += [f"{name} = {factor}{functions[name]}({angle})" for name in names]
    lines += ["", 'print(f"{len(x)} points of x from {x[0]:g} to {x[-1]:.4f}")']
    lines += [f'print(f"{name} from {{{name}.min():.4f}} to {{{name}.max():.4f}}")' for name in names]
    lines += ["", 'fig, ax = plt.subplots(figsize=(9, 5), layout="constrained")']
    lines += ["fig.get_layout_engine().set(w_pad=0.12, h_pad=0.12)"]
    lines += [f'ax.plot(x, {name}, color="{_COLORS[name]}", linewidth=2, label="{name}")' for name in names]
    lines += ['ax.axhline(0, color="#333333", linewidth=0.8)', 'ax.grid(color="#E3E3E3")']
    lines += [f'ax.set_xlabel("{unit}", fontsize=11)']
    if hertz is None:
        step = max(1, round(float(periods) / 6))
        spacing = "np.pi" if step == 1 else f"{step} * np.pi"
        lines += [f"ticks = np.arange(0, x[-1] + 0.01, {spacing})"]
        lines += ['ax.set_xticks(ticks, [f"{tick / np.pi:.0f}π" if tick else "0" for tick in ticks])']
    name = "value" if len(names) > 1 else f"{names[0]} of x" if hertz is None else names[0]
    lines += [f'ax.set_ylabel("{name}", fontsize=11)']
    lines += ["ax.legend()"] if len(names) > 1 else []
    lines += [f'ax.set_title("{title}", fontsize=15, fontweight="bold", pad=12)']
    file = f"{'_'.join(names)}_wave.png"
    return "\n".join([*lines, "", f'fig.savefig("/mnt/data/{file}", dpi=150)', "plt.show()", ""])


def _parameter(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    number = next((value for value in match.groups() if value), None) if match is not None else None
    return number if number is not None and 0 < float(number) <= 1000 else None
