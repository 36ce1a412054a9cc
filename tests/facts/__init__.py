"""The facts of the mirrored client; README.md says how to read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["ALIASES", "CALLS", "ENUMS", "FAMILIES", "GENERATED", "MODELS", "subtypes"]


def _load(name: str) -> Any:
    return json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


MODELS: dict[str, dict[str, Any]] = _load("models.json")["models"]
ALIASES: dict[str, str] = _load("models.json")["aliases"]
ENUMS: dict[str, dict[str, str]] = _load("enums.json")
CALLS: dict[str, dict[str, Any]] = _load("operations.json")

GENERATED = sorted(name for name, fact in MODELS.items() if "hand_written" not in fact)
FAMILIES = sorted(name for name, fact in MODELS.items() if "discriminator" in fact and "tag" not in fact)


def subtypes(family: str) -> dict[str, str]:
    """The classes of a family by the value that tells them."""
    return {fact["tag"]: name for name, fact in MODELS.items() if fact.get("base") == family and "tag" in fact}
