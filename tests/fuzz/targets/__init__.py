"""The fuzz targets, one for each parser, by their names."""

from __future__ import annotations

from collections.abc import Mapping

from ..target import Target
from . import addresses, answers, calls, foreign, models, service, streams, texts, wire

__all__ = ["TARGETS"]

TARGETS: Mapping[str, Target] = {
    target.name: target
    for module in (streams, models, calls, answers, addresses, texts, service, foreign, wire)
    for target in module.TARGETS
}
