"""Chat completions: the model behind the service, asked without agents and threads."""

from agentkit.local.completions.desk import Completions
from agentkit.local.completions.reading import Asked, read

__all__ = ["Asked", "Completions", "read"]
