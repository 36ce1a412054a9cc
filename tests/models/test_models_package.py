"""The names of ``agentkit.models``, and that they load without a word."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import pytest
from wire_samples import GENERATED

import agentkit.models
from agentkit._model import Model


def in_a_new_process(program: str) -> str:
    """What the program prints, where every warning is an error."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_every_name_can_be_imported() -> None:
    names: dict[str, Any] = {}
    exec("from agentkit.models import *", names)
    assert set(agentkit.models.__all__) <= names.keys()
    assert len(agentkit.models.__all__) == len(set(agentkit.models.__all__))
    assert all(names[name] is getattr(agentkit.models, name) for name in agentkit.models.__all__)


def test_dir_shows_every_name_before_it_is_loaded() -> None:
    program = (
        "import agentkit.models as m; print(len(set(m.__all__) - set(dir(m))), 'ThreadRun' in dir(m), 'ThreadRun' in vars(m))"
    )
    assert in_a_new_process(program) == "0 True False\n"
    assert dir(agentkit.models) == sorted(dir(agentkit.models))


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("ThreadRuns", "ThreadRun"),
        ("threadrun", "ThreadRun"),
        ("RunStats", "RunStatus"),
        ("CodeInterpretorTool", "CodeInterpreterTool"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_right_one(misspelt: str, meant: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'agentkit.models' has no attribute '{misspelt}'. Did you mean '{meant}'"):
        getattr(agentkit.models, misspelt)
    assert not hasattr(agentkit.models, misspelt)
    with pytest.raises(ImportError, match=misspelt):
        exec(f"from agentkit.models import {misspelt}", {})


def test_everything_loads_and_is_built_without_a_warning() -> None:
    program = (
        "import importlib, pkgutil\n"
        "import agentkit._generated.models as package\n"
        "from agentkit._model import Model\n"
        "for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    for name in importlib.import_module(module.name).__all__:\n"
        "        found = getattr(importlib.import_module(module.name), name)\n"
        "        if isinstance(found, type) and issubclass(found, Model):\n"
        "            assert found.model_validate_json('{}').model_dump_json()\n"
        "            print(name)\n"
    )
    assert sorted(in_a_new_process(program).split()) == GENERATED


def test_names_that_pydantic_reserves_cause_no_warning() -> None:
    program = (
        "from agentkit.models import EvaluationTarget, ResponseFormatJsonSchema\n"
        "target = EvaluationTarget(system_message='s', model_config={'type': 'AOAI'}, model_params={'a': 1})\n"
        "print(target.model_config.type, target.model_params, target)\n"
        "print(ResponseFormatJsonSchema(name='n', schema={'type': 'object'}).schema)\n"
    )
    shown = (
        "AOAI {'a': 1} {'systemMessage': 's', 'modelConfig': {'type': 'AOAI'}, 'modelParams': {'a': 1}}\n{'type': 'object'}\n"
    )
    assert in_a_new_process(program) == shown


def test_an_enum_is_there_without_pydantic() -> None:
    program = (
        "import sys\nfrom agentkit.models import MessageRole, RunStatus\nprint('pydantic' in sys.modules, MessageRole.AGENT)"
    )
    assert in_a_new_process(program) == "False assistant\n"


@pytest.mark.parametrize("name", GENERATED)
def test_every_class_says_what_it_is(name: str) -> None:
    cls = getattr(agentkit.models, name)
    assert issubclass(cls, Model)
    assert inspect.getdoc(cls)
    assert cls.__doc__ != Model.__doc__
    assert cls.__module__.startswith("agentkit._generated.models.")
