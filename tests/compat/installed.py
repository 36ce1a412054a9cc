"""The models of the client that is installed: scenarios that two clients are put through take them from here."""

from __future__ import annotations

try:
    from azure.ai.projects import models
except ImportError:  # an environment has one of the clients
    from azure.ai.agents import models

__all__ = ["models"]
