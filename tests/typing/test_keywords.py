"""What completions, ``help()`` and notebooks show: every public callable names its keywords."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pydantic
import pytest

from agentkit import models
from agentkit._generated.index import MODULES
from agentkit.models import Agent, EvaluationTarget, ThreadRun

# Errors are missing: they are made as azure-core's are, and not by users.
PUBLIC = (
    "agentkit",
    "agentkit.aio",
    "agentkit.aio.operations",
    "agentkit.local",
    "agentkit.models",
    "agentkit.models.hosted",
    "agentkit.operations",
    "agentkit.prompts",
    "agentkit.telemetry",
    "agentkit.tools",
)

# What takes keywords of any name beside those that it names, and whose they are.
OPEN = {
    "call": "the arguments of a function of the caller's",
    "create_messages": "the values of a template",
    "get_azure_openai_client": "what the openai package's client takes",
    "get_chat_completions_client": "what azure-ai-inference's client takes",
    "get_embeddings_client": "what azure-ai-inference's client takes",
    "get_image_embeddings_client": "what azure-ai-inference's client takes",
    "get_openai_client": "what the openai package's client takes",
    "get_token": "what azure-core asks of a credential",
}


def is_ours(value: Any) -> bool:
    """Whether something is made here: what has no module is the language's own."""
    return callable(value) and str(getattr(value, "__module__", "")).startswith("agentkit.")


def callables() -> Iterator[tuple[str, Any]]:
    """Every public function, class and method of ours by its name, each once."""
    seen: set[Any] = set()
    for module in map(import_module, PUBLIC):
        for name in module.__all__:
            value = getattr(module, name)
            members = inspect.getmembers(value, is_ours) if inspect.isclass(value) else []
            for path, found in [(name, value), *((f"{name}.{method}", one) for method, one in members if method[0] != "_")]:
                what = getattr(found, "__func__", found)
                if is_ours(value) and is_ours(what) and what not in seen:
                    seen.add(what)
                    yield path, found


def overrides_pydantic(path: str) -> bool:
    """Whether a method has its signature from pydantic's base class."""
    return hasattr(pydantic.BaseModel, path.rpartition(".")[2])


def unnamed(signature: inspect.Signature) -> list[str]:
    """The parameters of a signature that stand for keywords whose names nothing tells."""
    return [
        parameter.name
        for parameter in signature.parameters.values()
        if parameter.kind is parameter.VAR_KEYWORD and not str(parameter.annotation).startswith("Unpack[")
    ]


def test_every_public_callable_names_its_keywords() -> None:
    found = {path: inspect.signature(what) for path, what in callables() if not overrides_pydantic(path)}
    assert len(found) > 600
    hiding = {path for path, signature in found.items() if unnamed(signature)}
    assert {path.rpartition(".")[2] for path in hiding} == set(OPEN)


def test_what_takes_any_keyword_names_some_all_the_same() -> None:
    for path, what in callables():
        if path.rpartition(".")[2] in OPEN:
            named = [parameter for parameter in inspect.signature(what).parameters.values() if parameter.name != "self"]
            assert len(named) > 1, path


# --- models -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(name for name in MODULES if inspect.isclass(getattr(models, name))))
def test_a_model_names_its_keywords(name: str) -> None:
    model = getattr(models, name)
    mapping, *keywords = inspect.signature(model).parameters.values()
    assert mapping.kind is mapping.POSITIONAL_ONLY
    assert {keyword.kind for keyword in keywords} <= {inspect.Parameter.KEYWORD_ONLY}
    # What is named is taken: None leaves a keyword out.
    assert model(**{keyword.name: None for keyword in keywords}) == model()
    assert inspect.signature(model) == inspect.Signature([mapping, *keywords])  # also once the class is built


def test_keywords_are_named_as_in_python_and_by_earlier_names_too() -> None:
    assert {"agent_id", "assistant_id", "thread_id", "status"} < set(inspect.signature(ThreadRun).parameters)
    assert {"object", "type"}.isdisjoint(inspect.signature(ThreadRun).parameters)
    assert list(inspect.signature(EvaluationTarget).parameters) == ["mapping", "system_message", "model_config", "model_params"]
    assert "name: Optional[str] = None" in str(inspect.signature(Agent)).replace("str | None", "Optional[str]")


def test_a_subclass_shows_its_fields_or_its_own_way_of_being_made() -> None:
    class Named(Agent):
        nickname: str = "none"

    class Made(Agent):
        def __init__(self, city: str) -> None:
            super().__init__(name=city)

    assert list(inspect.signature(Named).parameters)[-1] == "nickname"
    assert str(inspect.signature(Made)) == "(city: 'str') -> 'None'"
    assert Made("Oslo").name == "Oslo"
    assert str(inspect.signature(Made)) == "(city: 'str') -> 'None'"


def test_an_object_has_no_signature() -> None:
    assert not hasattr(Agent(name="a"), "__signature__")
