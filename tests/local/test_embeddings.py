"""Embeddings without a neural model: what makes texts and pictures alike, and what is answered over HTTP."""

from __future__ import annotations

import base64
import io
import math
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from service_wire import Wire

from agentkit.local.embeddings import embed_text
from agentkit.local.embeddings.pictures import DIMENSIONS, embed_picture
from agentkit.local.embeddings.text import embed_tokens
from agentkit.local.errors import ApiError

Serve = Callable[..., Wire]


def alike(first: list[float], second: list[float]) -> float:
    """The cosine of the angle between two vectors of length 1."""
    return sum(a * b for a, b in zip(first, second, strict=True))


def text(words: str) -> list[float]:
    return embed_text(words, 1536)


# --- texts ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("Harbour", "harbour"),
        ("the harbours", "the harbour"),
        ("cities", "city"),
        ("boxes", "box"),
        ("Café", "cafe\u0301"),
        ("red, harbour!", "red harbour"),
    ],
)
def test_what_makes_no_difference(one: str, same: str) -> None:
    assert text(one) == text(same)


@pytest.mark.parametrize("word", ["bus", "glass", "this", "is", "its"])
def test_not_every_s_is_of_a_plural(word: str) -> None:
    assert text(word) != text(word[:-1])


@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        ("When does the harbour open?", "The harbour opens at six.", "The recipe needs two eggs and some flour."),
        ("reset my password", "How to reset a forgotten password", "Where is my parcel?"),
        ("dog bites man", "dog bites man again", "man bites dog"),
        ("港口几点开门", "港口六点开门", "鸡蛋和面粉"),
    ],
)
def test_texts_that_share_words_are_alike(question: str, near: str, far: str) -> None:
    assert alike(text(question), text(near)) > alike(text(question), text(far)) + 0.1


def test_words_that_hold_a_sentence_together_count_little() -> None:
    assert alike(text("the cat and the dog"), text("the tax and the law")) < 0.3


def test_it_is_the_same_everywhere() -> None:
    assert embed_text("The harbour opens at six.", 8) == [
        0.23457872,
        -0.23457872,
        0.0,
        0.36490022,
        -0.33883592,
        -0.07819291,
        0.78192905,
        -0.15638581,
    ]


@given(st.text(max_size=60), st.integers(1, 64))
def test_every_vector_has_the_length_one(words: str, dimensions: int) -> None:
    vector = embed_text(words, dimensions)
    assert len(vector) == dimensions
    assert math.isclose(alike(vector, vector), 1.0, abs_tol=1e-5)


def test_numbers_of_tokens_are_words_of_their_own() -> None:
    assert alike(embed_tokens([1, 2, 3], 256), embed_tokens([1, 2, 3, 4], 256)) > 0.5
    assert abs(alike(embed_tokens([1, 2, 3], 256), embed_text("1 2 3", 256))) < 0.5


# --- pictures -------------------------------------------------------------------------------------------------------------


def picture(left: Any, right: Any, kind: str = "PNG", size: tuple[int, int] = (64, 32)) -> bytes:
    """A picture of two halves."""
    image = Image.new("RGBA" if kind in ("PNG", "WEBP") else "RGB", size, left)
    ImageDraw.Draw(image).rectangle((size[0] // 2, 0, *size), fill=right)
    written = io.BytesIO()
    image.save(written, kind)
    return written.getvalue()


def colours(picture: bytes, dimensions: int = 192) -> list[float]:
    return embed_picture(picture, dimensions, "input[0].image")


def test_pictures_that_look_alike_from_afar_are_alike() -> None:
    seen = colours(picture("red", "blue"))
    assert alike(seen, colours(picture("red", "blue", "JPEG", (300, 200)))) > 0.98
    assert alike(seen, colours(picture("darkred", "navy"))) > alike(seen, colours(picture("blue", "red"))) + 0.5


@pytest.mark.parametrize("dimensions", DIMENSIONS)
def test_each_square_has_three_numbers(dimensions: int) -> None:
    vector = colours(picture("red", "red"), dimensions)
    assert len(vector) == dimensions
    assert vector[:3] == pytest.approx([1 / math.sqrt(dimensions), *[-1 / math.sqrt(dimensions)] * 2], abs=1e-6)


def test_what_can_be_seen_through_is_white() -> None:
    assert colours(picture((0, 0, 0, 0), (0, 0, 0, 0)), 3) == colours(picture("white", "white"), 3)


@pytest.mark.parametrize("content", [b"", b"no picture", picture("red", "blue")[:60]])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ApiError, match=r"input\[0\]\.image: this is no picture that can be read"):
        colours(content)


def test_a_picture_may_be_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentkit.local.embeddings.pictures._MOST_PIXELS", 2047)
    with pytest.raises(ApiError, match="the picture has 2048 pixels, and 2047 are the most"):
        colours(picture("red", "blue"))


def test_the_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ApiError, match=r"Pillow, which is not installed .* pip install '\.\[local\]'"):
        colours(b"")


# --- over HTTP ------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["/v1", "/openai", "/models", "/api/projects/p/openai"])
def wire(request: pytest.FixtureRequest, shared: Wire) -> Iterator[Wire]:
    """A client of each base under which models are found."""
    with Wire(shared.service, request.param) as client:
        yield client


@pytest.fixture
def openai(shared: Wire) -> Iterator[Wire]:
    with Wire(shared.service, "/v1") as client:
        yield client


def test_a_text_is_answered_with_its_vector(wire: Wire) -> None:
    answer = wire.post("/embeddings", model="m", input="the red harbour")
    (item,) = answer["data"]
    assert item == {"object": "embedding", "index": 0, "embedding": text("the red harbour")}
    assert (answer["object"], answer["model"]) == ("list", "m")
    assert answer["usage"] == {"prompt_tokens": 4, "total_tokens": 4}


def test_a_deployment_is_a_model(openai: Wire) -> None:
    answer = openai.http.post("/deployments/mine/embeddings", json={"input": "a"}).json()
    assert (answer["model"], len(answer["data"])) == ("mine", 1)


@pytest.mark.parametrize(
    ("body", "length"),
    [
        ({"model": "text-embedding-3-small"}, 1536),
        ({"model": "text-embedding-3-large"}, 3072),
        ({"model": "text-embedding-3-large", "dimensions": 256}, 256),
        ({"model": "m", "dimensions": None, "encoding_format": None, "user": "u"}, 1536),
    ],
)
def test_the_length_can_be_chosen(body: dict[str, Any], length: int, openai: Wire) -> None:
    (item,) = openai.post("/embeddings", input="a", **body)["data"]
    assert len(item["embedding"]) == length


def test_numbers_may_be_packed(openai: Wire) -> None:
    (item,) = openai.post("/embeddings", model="m", input="the harbour", dimensions=16, encoding_format="base64")["data"]
    assert struct.unpack("<16f", base64.b64decode(item["embedding"])) == pytest.approx(embed_text("the harbour", 16), abs=1e-6)


@pytest.mark.parametrize(
    ("given", "count"), [("a", 1), (["a", "b"], 2), ([1, 2, 3], 1), ([[1, 2], [3]], 2), (["a"] * 2048, 2048)]
)
def test_there_may_be_several(given: Any, count: int, openai: Wire) -> None:
    answer = openai.post("/embeddings", model="m", input=given, dimensions=4)
    assert [item["index"] for item in answer["data"]] == list(range(count))


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"model": "m"}, 400, "input"),
        ({"input": "a"}, 400, "model: required"),
        ({"model": "m", "input": ""}, 400, "input: it is empty"),
        ({"model": "m", "input": []}, 400, "input: 0 were sent"),
        ({"model": "m", "input": ["a"] * 2049}, 400, "input: 2049 were sent, from 1 to 2048"),
        ({"model": "m", "input": ["a", ""]}, 400, r"input[1]: it is empty"),
        ({"model": "m", "input": [["a"]]}, 400, "input[0]: it is neither a text nor a list"),
        ({"model": "m", "input": [1] * 8193}, 400, "input: it has 8193 tokens, and 8192"),
        ({"model": "m", "input": "a", "dimensions": 0}, 400, "dimensions"),
        ({"model": "m", "input": "a", "dimensions": 4097}, 400, "dimensions: 4097 was sent, the most is 4096"),
        ({"model": "m", "input": "a", "encoding_format": "int8"}, 422, "encoding_format: 'int8' was sent"),
    ],
)
def test_what_cannot_be_is_refused(body: dict[str, Any], status: int, message: str, openai: Wire) -> None:
    assert message in openai.refused("POST", "/embeddings", status, json=body)["message"]


def url(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def test_pictures_are_answered_with_their_colours(wire: Wire) -> None:
    answer = wire.post("/images/embeddings", model="m", input=[{"image": url(picture("red", "red"))}])
    assert [len(item["embedding"]) for item in answer["data"]] == [768]
    assert answer["usage"] == {"prompt_tokens": 0, "total_tokens": 0}


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"input": [{"image": "https://host/picture.png"}]}, 400, "addresses are not fetched"),
        ({"input": [{"image": "data:image/png;base64,a"}]}, 400, "is no base64"),
        ({"input": [{"image": url(b"x")}]}, 400, "this is no picture"),
        ({"input": [{"image": url(picture("red", "red")), "text": "a hat"}]}, 422, "by their colours alone"),
        ({"input": [{"image": url(picture("red", "red"))}], "dimensions": 100}, 422, "one of 3, 12, 48, 192, 768, 3072"),
        ({"input": []}, 400, "input: 0 were sent"),
        ({"input": "a"}, 400, "input"),
        ({"input": [{}]}, 400, "image"),
    ],
)
def test_a_picture_that_cannot_be_is_refused(body: dict[str, Any], status: int, message: str, openai: Wire) -> None:
    assert message in openai.refused("POST", "/images/embeddings", status, json={"model": "m", **body})["message"]


def test_an_endpoint_of_one_model_needs_no_name_of_it(shared: Wire) -> None:
    headers = {"Authorization": f"Bearer {shared.service.key}"}
    with httpx.Client(base_url=f"{shared.service.url}/models", headers=headers) as http:
        assert http.get("/info", params={"api-version": "2024-05-01-preview"}).json() == {
            "model_name": "answer",
            "model_type": "chat_completion",
            "model_provider_name": "agentkit",
        }
        assert http.post("/embeddings", json={"input": ["a"]}).json()["model"] == "answer"
        said = http.post("/chat/completions", json={"messages": [{"role": "user", "content": "hi"}]}).json()
        assert (said["model"], said["choices"][0]["message"]["content"]) == ("answer", "You said: hi")
