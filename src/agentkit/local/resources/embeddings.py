"""What endpoints for models answer besides chat completions: embeddings of texts and of pictures, and what the model is."""

from __future__ import annotations

from collections.abc import Callable

from agentkit.local.embeddings import Wanted, answer, embed_text, image_inputs, text_inputs, wanted
from agentkit.local.embeddings.pictures import embed_picture
from agentkit.local.embeddings.reading import Text
from agentkit.local.embeddings.text import embed_tokens
from agentkit.local.operations import Call, Later, operation
from agentkit.local.resources.models import named_model
from agentkit.local.store import Document, Transaction


@operation("create_embeddings")
def create_embeddings(_tx: Transaction, call: Call) -> Later:
    return Later(_of_texts(call, named_model(call)))


@operation("create_embeddings_of_deployment")
def create_embeddings_of_deployment(_tx: Transaction, call: Call) -> Later:
    return Later(_of_texts(call, call.path["deployment"]))


@operation("create_image_embeddings")
def create_image_embeddings(_tx: Transaction, call: Call) -> Later:
    asked = wanted(call.body, named_model(call), pictures=True)
    pictures = image_inputs(call.body)
    return Later(lambda: answer(asked, [embed_picture(one.content, asked.dimensions, one.param) for one in pictures], 0))


@operation("get_model_info")
def get_model_info(_tx: Transaction, call: Call) -> Document:
    return {
        "model_name": call.context.completions.model,
        "model_type": "chat_completion",
        "model_provider_name": "agentkit",
    }


def _of_texts(call: Call, model: str) -> Callable[[], Document]:
    asked, texts = wanted(call.body, model), text_inputs(call.body)
    return lambda: answer(asked, [_vector(one, asked) for one in texts], sum(one.tokens for one in texts))


def _vector(text: Text, asked: Wanted) -> list[float]:
    if isinstance(text.content, str):
        return embed_text(text.content, asked.dimensions)
    return embed_tokens(text.content, asked.dimensions)
