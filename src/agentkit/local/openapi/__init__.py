"""OpenAPI documents of users: what they describe, what a call of them carries, and the calls themselves, on this machine only."""
