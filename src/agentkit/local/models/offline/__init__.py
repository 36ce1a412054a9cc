"""The offline model: rules that need no network, give the same answer every time, and say what they are."""

from __future__ import annotations

from .model import OfflineModel

__all__ = ["OfflineModel"]
