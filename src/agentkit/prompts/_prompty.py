"""Reads prompts of the Prompty format: settings in YAML between lines of dashes, and the prompt after them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Prompty", "read_prompty"]

_SETTINGS = re.compile(
    r"\A\ufeff?\s*---[ \t]*\r?\n(?P<settings>.*?)^---[ \t]*\r?$\n?(?P<content>.*)\Z", re.DOTALL | re.MULTILINE
)
_VARIABLE = re.compile(r"\$\{env:(?P<name>\w+)(?::(?P<usual>[^}]*))?\}")


@dataclass(frozen=True)
class Prompty:
    """A prompt with its settings.

    :param content: the prompt, with placeholders.
    :param api: ``chat`` or ``completion``.
    :param configuration: which model it is for.
    :param parameters: what the model is asked with, such as ``temperature``.
    :param sample: values for placeholders that get no others.
    """

    content: str
    api: str = "chat"
    name: str = ""
    description: str = ""
    configuration: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    sample: Mapping[str, Any] = field(default_factory=dict)


def read_prompty(path: Path) -> Prompty:
    """Read a file.

    ``${env:NAME}`` and ``${env:NAME:usual}`` in its settings stand for environment variables; one that is not set stays as it is.

    :param path: the file.
    :raises ValueError: it is not of the format; the text names it.
    :raises ModuleNotFoundError: PyYAML, which reads the settings, is not installed.
    :raises OSError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text in UTF-8: {error.reason} at byte {error.start}") from None
    found = _SETTINGS.match(text)
    if found is None:
        raise ValueError(
            f"{path} has no settings between two lines of ---; PromptTemplate.from_string() takes a prompt without them"
        )
    settings = _settings(found["settings"], path)
    model, sample = _part(settings, "model", path), settings.get("sample")
    return Prompty(
        content=found["content"].strip(),
        api=str(model.get("api") or "chat"),
        name=str(settings.get("name") or ""),
        description=str(settings.get("description") or ""),
        configuration=_part(model, "configuration", path),
        parameters=_part(model, "parameters", path),
        sample=sample if isinstance(sample, Mapping) else {},
    )


def _settings(text: str, path: Path) -> Mapping[str, Any]:
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "PromptTemplate.from_prompty() reads settings by PyYAML, which is not installed here. Install it by its own name: "
            "pip install pyyaml. PromptTemplate.from_string() does without",
            name=error.name,
        ) from error
    try:
        settings = _resolved(yaml.safe_load(text))
    except RecursionError:
        raise ValueError(f"the settings of {path} are nested too deeply, or hold themselves") from None
    except Exception as error:  # a value that is not of the kind that its tag says makes PyYAML raise whatever it met
        raise ValueError(f"the settings of {path} are no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(settings, Mapping):
        raise ValueError(f"the settings of {path} are no names with values")
    return settings


def _part(settings: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Any]:
    part = settings.get(name) or {}
    if not isinstance(part, Mapping):
        raise ValueError(f"{name} in the settings of {path} is {type(part).__name__}, expected names with values")
    return part


def _resolved(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _resolved(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner) for inner in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: os.environ.get(found["name"], found["usual"]) or found.group(), value)
    return value
