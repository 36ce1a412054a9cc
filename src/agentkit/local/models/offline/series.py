"""Brings pairs to one unit and one scale, so that one axis can show them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .pairs import Pair, Reading
from .quantities import SCALES, Quantity

__all__ = ["Hint", "Series", "to_series", "unit_hint"]

_CURRENCIES = {"dollar": "$", "us dollar": "$", "euro": "EUR", "percent": "%"}
_HINT = re.compile(
    r"(?:\bin|\()\s*(?:in\s+)?(?P<scale>thousand|million|billion|trillion)?s?\s*(?:of\s+)?"
    r"(?P<unit>US\$|[$€£¥₹%°]C?|USD|EUR|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|(?:us\s+)?dollars?|euros?|percent|[kMGT]?Wh?|"
    r"km/h|km|kg|mm|cm|tons?|tonnes?|litres?|liters?|hours?|minutes?|seconds?|days?|units?|people|points?|mg|ms)?"
    r"(?=[\s),:;.?!]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Hint:
    """A unit and a scale that a message gives for all of its numbers, as "in million EUR" does."""

    unit: str = ""
    scale: str = ""


@dataclass(frozen=True)
class Series:
    """Labels with their numbers, as Python writes them, in one ``scale`` and one ``unit``; ``notes`` tell what was decided."""

    labels: tuple[str, ...]
    numbers: tuple[str, ...]
    unit: str = ""
    scale: str = ""
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[Decimal, ...]:
        """The numbers as exact decimals."""
        return tuple(map(Decimal, self.numbers))

    @property
    def unit_text(self) -> str:
        """Scale and unit as an axis names them: ``million $``, ``%``, ``thousand people``."""
        return f"{self.scale} {self.unit}".strip()


def unit_hint(text: str) -> Hint:
    """The unit or scale that a heading or a request gives in words such as "in million EUR" or "(%)"."""
    for match in _HINT.finditer(text):
        scale, unit = (match["scale"] or "").lower(), match["unit"] or ""
        if scale or unit:
            return Hint(_CURRENCIES.get(unit.lower().rstrip("s"), unit), scale)
    return Hint()


def to_series(reading: Reading, request: str = "") -> Series:
    """Bring what was read to one unit and one scale.

    Parameters:
        reading: the pairs and the headings over them.
        request: the words around the data, which may give a unit for all of it.
    """
    quantities, notes = _settle_ambiguous([pair.quantity for pair in reading.pairs])
    hint = unit_hint(reading.value_heading) if reading.value_heading else unit_hint(request)
    if hint.scale and not any(quantity.scale for quantity in quantities):
        quantities = [replace(quantity, scale=hint.scale) for quantity in quantities]
    labels = tuple(pair.label for pair in reading.pairs)
    unit, unit_notes = _common_unit(reading.pairs, quantities, hint.unit)
    scale = _common_scale(quantities)
    numbers = tuple(_rescale(quantity, scale) for quantity in quantities)
    return Series(labels, numbers, unit, scale, (*reading.notes, *notes, *unit_notes))


def _settle_ambiguous(quantities: Sequence[Quantity]) -> tuple[list[Quantity], tuple[str, ...]]:
    """Read "900k, 1.2m" as thousand and million, and "1.2, 2.5 and 3 million" as millions throughout."""
    scaled = [quantity for quantity in quantities if quantity.scale]
    if scaled:
        quantities = [
            replace(quantity, unit="", scale={"m": "million", "b": "billion"}[quantity.unit])
            if quantity.unit in ("m", "b")
            else quantity
            for quantity in quantities
        ]
    first, last = quantities[0], quantities[-1]
    only = last if len(scaled) == 1 and last.scale else first if len(scaled) == 1 and first.scale else None
    units = {quantity.unit for quantity in quantities if quantity.unit}
    if only is None or len(quantities) < 2 or len(units) > 1:
        return list(quantities), ()
    sizes = [abs(quantity.value) for quantity in quantities if quantity.value]
    if len(sizes) < 2 or max(sizes) / min(sizes) >= 100:
        return list(quantities), ()
    shared = [replace(quantity, scale=only.scale) for quantity in quantities]
    return shared, (f'"{only.scale}" stands at one number only; it is taken to hold for all of them.',)


def _singular(unit: str) -> str:
    return unit.lower().removesuffix("s") if len(unit) > 2 else unit


def _common_unit(pairs: Sequence[Pair], quantities: Sequence[Quantity], hint: str) -> tuple[str, tuple[str, ...]]:
    """The unit of all the quantities; where they differ there is none, and a note says so."""
    written = Counter(quantity.unit for quantity in quantities if quantity.unit)
    if not written:
        return hint, ()
    if len({_singular(unit) for unit in written}) == 1:
        return max(written, key=lambda unit: (written[unit], len(unit))), ()
    listed = ", ".join(
        f"{pair.label}: {quantity.unit}" for pair, quantity in zip(pairs, quantities, strict=True) if quantity.unit
    )
    return "", (f"The units differ ({listed}); the numbers are drawn on one axis as they were given.",)


def _common_scale(quantities: Sequence[Quantity]) -> str:
    """The scale that most quantities have, the larger of two that are as frequent; zeros do not count."""
    used = Counter(quantity.scale for quantity in quantities if quantity.value) or Counter(q.scale for q in quantities)
    return max(used, key=lambda scale: (used[scale], SCALES[scale]))


def _rescale(quantity: Quantity, scale: str) -> str:
    """The number in another scale, exactly; as it was written where the scale is its own."""
    if quantity.scale == scale:
        return quantity.literal
    shifted = quantity.value.scaleb(SCALES[quantity.scale] - SCALES[scale])
    text = format(shifted, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
