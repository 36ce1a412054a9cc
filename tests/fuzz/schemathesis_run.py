"""Lets schemathesis make requests out of the description, and holds the local service's answers against it.

``python tests/fuzz/schemathesis_run.py [--examples 60] [--seed 1]``. It runs in an environment of its own under ``.make``. An answer with
a status of 500 or more, or of a form that the description does not give it, is a finding; each is printed with the request.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2] / ".ci"))

from agentkit.local import LocalService
from agentkit.local.description import load_description
from environment import ensure

REQUIREMENTS = [".[local]", "schemathesis==4.32.5"]
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
_ANSWER = "Answer."
_SCHEMAS = "#/components/schemas/"
_NAME = re.compile(r"\{(\w+)(?::path)?\}")


def main() -> int:
    """Run it; exit status 1 where something was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--examples", type=int, default=60, help="how many requests are made up for an operation, at most")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--path", default=".", help="a regular expression for the paths to ask")
    options = parser.parse_args()
    python = ensure("schemathesis", REQUIREMENTS)
    settings = {
        "--checks": ",".join(CHECKS),
        "--max-examples": str(options.examples),
        "--seed": str(options.seed),
        "--include-path-regex": options.path,
        "--suppress-health-check": "all",
        "--request-timeout": "60",
        "--warnings": "off",
    }
    with tempfile.TemporaryDirectory() as folder, LocalService(model=_model) as service:
        description = Path(folder) / "openapi.json"
        description.write_text(json.dumps(held(load_description().document)), encoding="utf-8")
        where = ("--url", f"{service.url}/api/projects/local", "--header", f"api-key: {service.key}", "--continue-on-failure")
        command = [
            str(python),
            "-m",
            "schemathesis.cli",
            "run",
            str(description),
            *where,
            *(one for pair in settings.items() for one in pair),
        ]
        environ = {**os.environ, "PYTHONUTF8": "1"}
        return subprocess.run(command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, check=False).returncode


def _model(_: Any) -> str:
    return "An answer."


def held(document: Any) -> dict[str, Any]:
    """The document with schemas of their own for what is answered.

    In requests a null has to be allowed; in answers any field may be null, and what its kind is settles which others an object has.
    """
    schemas = document["components"]["schemas"]
    answers = {f"{_ANSWER}{name}": _answered(_whole(schema, schemas)) for name, schema in schemas.items()}
    paths = {
        path.replace(":path}", "}"): {method: _operation(path, operation) for method, operation in item.items()}
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths, "components": {**document["components"], "schemas": {**schemas, **answers}}}


def _operation(path: str, operation: Any) -> dict[str, Any]:
    """An operation; those that the service has beyond what the client speaks say nothing of their errors and of the names in their paths."""
    parameters = list(operation.get("parameters", ()))
    known = {parameter["name"] for parameter in parameters}
    named = (name for name in _NAME.findall(path) if name not in known)
    parameters += [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in named]
    responses = {"default": {"description": "The call failed."}, **operation["responses"]}
    return {**operation, "parameters": parameters, "responses": _answered(responses)}


def _whole(schema: Any, schemas: Any) -> Any:
    """A schema with what its bases say in itself: a family names its kinds, and following both ways would never end."""
    for arm in schema.get("allOf", ()):
        base = schemas[arm["$ref"].removeprefix(_SCHEMAS)]
        schema = {
            **{key: value for key, value in schema.items() if key != "allOf"},
            "properties": {**base.get("properties", {}), **schema.get("properties", {})},
            "required": [*base.get("required", ()), *schema.get("required", ())],
        }
    return schema


def _answered(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_answered(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _answered(value) for key, value in schema.items() if key != "discriminator"}
    if isinstance(schema.get("$ref"), str):
        made["$ref"] = schema["$ref"].replace(_SCHEMAS, _SCHEMAS + _ANSWER)
    if isinstance(schema.get("properties"), dict):
        made["properties"] = {name: {"anyOf": [_answered(one), {"type": "null"}]} for name, one in schema["properties"].items()}
    told = schema.get("discriminator")
    if isinstance(told, dict) and told.get("mapping"):
        made["allOf"] = [_if_kind(told["propertyName"], kind, at) for kind, at in told["mapping"].items()]
        if not told.get("x-open"):
            made["allOf"].append({"properties": {told["propertyName"]: {"enum": list(told["mapping"])}}})
    return made


def _if_kind(name: str, kind: str, at: str) -> dict[str, Any]:
    is_kind = {"properties": {name: {"const": kind}}, "required": [name]}
    return {"if": is_kind, "then": {"$ref": at.replace(_SCHEMAS, _SCHEMAS + _ANSWER)}}


if __name__ == "__main__":
    sys.exit(main())
