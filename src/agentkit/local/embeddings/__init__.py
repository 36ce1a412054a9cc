"""Embeddings without a neural model: of texts by their words, of pictures by their colours."""

from agentkit.local.embeddings.reading import Wanted, image_inputs, text_inputs, wanted
from agentkit.local.embeddings.text import embed_text
from agentkit.local.embeddings.writing import answer

__all__ = ["Wanted", "answer", "embed_text", "image_inputs", "text_inputs", "wanted"]
