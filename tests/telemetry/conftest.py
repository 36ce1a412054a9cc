"""The fixtures of the folder."""

from __future__ import annotations

from client.fixtures import *  # noqa: F403
from telemetry.spans import *  # noqa: F403
