"""The fixtures of the folder."""

from __future__ import annotations

import asyncio

from client.fixtures import *  # noqa: F403
from client.terminals import *  # noqa: F403

# On Python 3.10, pytest-asyncio would have a loop made for the main thread, and the first test that calls asyncio.run leaves it behind
# unclosed. A thread that was once told that it has no loop is not given one.
asyncio.set_event_loop(None)
