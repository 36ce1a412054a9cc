"""The command ``agentkit``, in this process and at a terminal, on real local services."""
