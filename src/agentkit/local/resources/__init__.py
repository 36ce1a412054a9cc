"""The operations of the service, one module for each kind of resource; importing this registers them all."""

from agentkit.local.resources import agents, files, messages, runs, steps, threads, vector_store_files, vector_stores

__all__ = ["agents", "files", "messages", "runs", "steps", "threads", "vector_store_files", "vector_stores"]
