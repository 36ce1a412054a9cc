"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from agentkit._core.endpoint import SERVICE_VARIABLES
from watching import *  # noqa: F403

# For `make full`: many more made-up cases where a test does not say how many it takes.
settings.register_profile("fuzz", max_examples=3000, deadline=None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def _no_service_in_the_environment() -> Iterator[None]:
    """No test reaches the service that the developer's shell points at."""
    with pytest.MonkeyPatch.context() as patch:
        for name in SERVICE_VARIABLES:
            patch.delenv(name, raising=False)
        yield
