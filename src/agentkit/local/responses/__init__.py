"""Responses: the model behind the service, or a prompt agent, asked item by item."""
