"""Runs the service by itself: ``python -m agentkit.local``, the same as ``agentkit serve``."""

from __future__ import annotations

import sys

from agentkit.local.serving import main

if __name__ == "__main__":
    sys.exit(main(program="python -m agentkit.local"))
