"""Every operation under every fault, between the client and the local service."""
