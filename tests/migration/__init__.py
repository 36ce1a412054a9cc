"""Moving scripts to agentkit."""
