"""Many streams of one client at a time: all come to their end, quietly, and leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections import Counter
from typing import Any

import pytest

from agentkit import aio
from agentkit.local import LocalService

from .conversations import *  # noqa: F403
from .conversations import ANSWER, Conversation, Script
from .faces import Face

STREAMS = 100
AT_ONCE = 20


async def test_a_hundred_streams_twenty_at_a_time(
    scripted: tuple[LocalService, Script], caplog: pytest.LogCaptureFixture
) -> None:
    """Each with two rounds of functions; after the second half there are as many objects of ours as after the first."""
    service, script = scripted
    face, left = Face("async"), list[Counter[str]]()
    async with aio.AIProjectClient(service.url, service.key) as client:
        agent = await client.agents.create_agent(model="m")

        async def converse(numbers: Any) -> None:
            for _ in numbers:
                one = Conversation(face, client.agents)
                async with client.agents.create_stream(**await one.begin(agent.id)) as events:
                    assert "".join([piece async for piece in events.text_deltas()]) == ANSWER
                    assert (await events.get_final_run()).status == "completed"
                assert (sum(one.calls.values()), script.asked(one.text)) == (3, [0, 2, 3])

        for _ in range(2):
            numbers = iter(range(STREAMS // 2))
            await asyncio.gather(*(converse(numbers) for _ in range(AT_ONCE)))
            gc.collect()
            left.append(Counter(type(item).__qualname__ for item in gc.get_objects() if _is_ours(item)))
            assert len(client.agents._drivers) == 0
    assert left[0] == left[1]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def _is_ours(item: Any) -> bool:
    module = type(item).__module__
    return isinstance(module, str) and module.startswith("agentkit") and not module.startswith("agentkit.local")
