"""The first call, done with azure-ai-projects 1.0.0b10 as its documentation begins: with a credential of azure-identity.

The client has no parameter for a key; ``with_azure_projects`` hands it one through a policy, which spares it the credential's package.
Here too the policy shows the key, since a token would have to be fetched.
"""

from __future__ import annotations

from azure.ai.projects import AIProjectClient
from azure.identity import DefaultAzureCredential
from with_azure_projects import Sync as WithKey
from with_azure_projects import settings


class Sync(WithKey):
    """The sync client, made with the credential that scripts make it with."""

    def __init__(self, url: str) -> None:
        self._client = AIProjectClient(**{**settings(url), "credential": DefaultAzureCredential()})
        self._agents = self._client.agents
