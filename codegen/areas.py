"""Emits the areas of the azure-ai-agents 1.x surface: each method takes what the operation takes that it stands for, and calls it.

The signatures, overloads and docstrings are read off the operations, generated and hand-written ones alike, so that there is one source of
them; ``codegen/spec/agents11.yaml`` says which method is which operation, and which keywords have another name there.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .spec import SPEC, Description
from .text import HEADER, docstring, wrapped

FOLDER = "src/agentkit/aio/_areas"
TABLE = "agents11.yaml"
_HELPERS, _MEMORY = "src/agentkit/aio/operations", "src/agentkit/aio/_memory.py"
_CLIENT = "client"
_INDENT = " " * 8

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class _Operation:
    """A method as it stands in its module, with the imports that its names come from."""

    function: Function
    imports: Mapping[str, str]
    overloads: list[Function] = field(default_factory=list)


@dataclass(frozen=True)
class _Method:
    """One line of the table."""

    area: str
    name: str
    of: str
    toolset_resources: bool = False
    text_outputs: bool = False
    defaults: Mapping[str, str] = field(default_factory=dict)

    @property
    def public_name(self) -> str:
        return self.name if self.area == _CLIENT else f"{self.area}.{self.name}"

    @property
    def deletes(self) -> bool:
        return self.of.startswith("delete_")


def load(path: Path = SPEC / TABLE) -> dict[str, Any]:
    """The table of areas and their methods."""
    table: dict[str, Any] = yaml.safe_load(_text(path))
    return table


def emit(root: Path, description: Description, one_liners: Mapping[str, str], table: Mapping[str, Any]) -> dict[str, str]:
    """The modules of ``aio/_areas``, by path from the project's root.

    :param root: the project's root, whose hand-written operations are read.
    :param one_liners: the generated operations, by path.
    :param table: which method of which area is which operation.
    :raises ValueError: a method is to be an operation that there is not.
    """
    areas = {_CLIENT: {"summary": "The operations on agents themselves.", "methods": table["client"]}, **table["areas"]}
    methods = {area: [_Method(area, n, **line) for n, line in entry["methods"].items()] for area, entry in areas.items()}
    writer = _Writer(
        operations={
            **_operations(_text(root / _MEMORY), further_in=1),
            **{name: operation for text in one_liners.values() for name, operation in _operations(text).items()},
            **{name: o for path in sorted((root / _HELPERS).glob("*.py")) for name, o in _operations(_text(path)).items()},
        },
        pages={o.name: item for o in description.operations if (item := _item(description, o.returns)) and _by_cursor(o.query)},
        keywords=table["keywords"],
        public_names={method.of: method.public_name for all_of in methods.values() for method in all_of},
    )
    unknown = [method for all_of in methods.values() for method in all_of if method.of not in writer.operations]
    if unknown:
        raise ValueError(f"{TABLE}: {unknown[0].public_name} is to be {unknown[0].of}, and there is no such operation")
    files = {f"{FOLDER}/{area}.py": writer.module(area, entry, methods[area]) for area, entry in areas.items()}
    return files | {f"{FOLDER}/__init__.py": _index(table["areas"])}


def _item(description: Description, page: str) -> str | None:
    return next((schema.item for schema in description.schemas if schema.name == page), None)


def _by_cursor(query: tuple[Any, ...]) -> bool:
    return any(parameter.wire == "after" for parameter in query)


def _class_name(area: str) -> str:
    return "AgentMethods" if area == _CLIENT else "".join(word.capitalize() for word in area.split("_")) + "Operations"


# --- reading the operations -----------------------------------------------------------------------------------------------------


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _operations(source: str, further_in: int = 0) -> dict[str, _Operation]:
    """The public methods of a module's classes, by name.

    :param further_in: so many packages further in are the modules that its relative imports are to stand in.
    """
    tree = ast.parse(source)
    lines = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    imports = {alias.name: _import(line, alias, further_in) for line in lines for alias in line.names}
    found: dict[str, _Operation] = {}
    for owner in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        overloads: list[Function] = []
        for function in (node for node in owner.body if isinstance(node, Function)):
            if any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in function.decorator_list):
                overloads.append(function)
            elif not function.name.startswith("_"):
                found[function.name] = _Operation(function, imports, [o for o in overloads if o.name == function.name])
    return found


def _import(node: ast.Import | ast.ImportFrom, alias: ast.alias, further_in: int) -> str:
    if isinstance(node, ast.Import):
        return f"import {alias.name}"
    dots = "." * (node.level + further_in if node.level else 0)
    return f"from {dots}{node.module or ''} import {alias.name}"


# --- writing the methods ----------------------------------------------------------------------------------------------------------


@dataclass
class _Writer:
    operations: Mapping[str, _Operation]
    pages: Mapping[str, str]
    keywords: Mapping[str, Mapping[str, str]]
    public_names: Mapping[str, str]

    def module(self, area: str, entry: Mapping[str, Any], methods: list[_Method]) -> str:
        name, base = _class_name(area), entry.get("by_hand", "Area")
        functions = [function for method in methods for function in self.method(method)]
        body = "".join(f"\n{_shifted(ast.unparse(function))}\n" for function in functions)
        own = "" if area == _CLIENT else f"\n    _area = {area!r}\n"
        runtime, typed = self._imports(methods, functions, body)
        return (
            f'{HEADER}"""{entry["summary"]}"""\n\nfrom __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\n'
            f"from .._{'area' if base == 'Area' else _snake(base)} import {base}\n{runtime}"
            f"\nif TYPE_CHECKING:\n{_shifted(typed)}\n\n__all__ = [{name!r}]\n\n\n"
            f"class {name}({base}):\n{docstring(entry['summary'])}{own}{body}"
        )

    def method(self, method: _Method) -> Iterator[Function]:
        """The method with its overloads before it."""
        operation = self.operations[method.of]
        if not self._is_lazy(method):
            for overload in operation.overloads:
                yield self._signed(method, overload)
        function = self._signed(method, operation.function)
        text = ast.get_docstring(operation.function, clean=True) or ""
        function.body = [ast.Expr(ast.Constant(self._docstring(method, text))), *ast.parse(self._call(method)).body]
        yield function

    def _is_lazy(self, method: _Method) -> bool:
        return method.of in self.pages

    def _signed(self, method: _Method, original: Function) -> Function:
        """The function under its new name, with the keywords that it has there."""
        function = copy.deepcopy(original)
        function.name = method.name
        arguments = function.args
        pairs = [
            pair
            for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            for pair in self._keyword(argument, default)
        ]
        arguments.kwonlyargs = [argument for argument, _ in pairs]
        arguments.kw_defaults = [self._default(method, argument.arg, default) for argument, default in pairs]
        if self._is_lazy(method):
            function = ast.FunctionDef(
                **{name: getattr(function, name) for name in function._fields if hasattr(function, name)}
            )
            function.returns = ast.parse(f"AsyncItemPaged[{self.pages[method.of]}]", mode="eval").body
        elif method.deletes:
            function.returns = ast.Constant(None)
        return ast.fix_missing_locations(function)

    def _default(self, method: _Method, keyword: str, usual: ast.expr | None) -> ast.expr | None:
        """What a keyword is unless given; in an overload, where the default is not spelt out, and in one that needs it, as it stands."""
        if keyword not in method.defaults or not isinstance(usual, ast.Constant) or usual.value is ...:
            return usual
        return ast.parse(method.defaults[keyword], mode="eval").body

    def _keyword(self, argument: ast.arg, default: ast.expr | None) -> Iterator[tuple[ast.arg, ast.expr | None]]:
        line = self.keywords.get(argument.arg)
        if line is None:
            yield argument, default
            return
        yield ast.arg(line["name"], argument.annotation), default
        for name in self._other_names(argument.arg):
            yield ast.arg(name, argument.annotation), ast.Name("UNSET")

    def _other_names(self, keyword: str) -> list[str]:
        """The further names under which a keyword is accepted."""
        line = self.keywords[keyword]
        return [*([keyword] if line["name"] != keyword else []), *([line["also"]] if "also" in line else [])]

    def _call(self, method: _Method) -> str:
        function = self.operations[method.of].function
        arguments = function.args
        positional = [argument.arg for argument in arguments.args[1:]]
        named = [
            f"{a.arg}={self._value(method, a.arg, d)}" for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        ]
        if self._is_lazy(method):
            return f"return self._listed({method.name!r}, requests.{method.of}({', '.join([*positional, *named])}), options)"
        options = [f"**self._checked({method.name!r}, options)"] if arguments.kwarg else []
        if method.text_outputs:
            options = [f"**self._with_text_outputs({method.name!r}, options)"]
        returns = ast.unparse(function.returns or ast.Constant(None))
        # A call that fits all overloads fits none of them.
        overloaded = bool(self.operations[method.of].overloads)
        call = f"self._{'overloaded' if overloaded else 'agents'}.{method.of}({', '.join([*positional, *named, *options])})"
        if isinstance(function, ast.AsyncFunctionDef):
            call = f"await {call}"
        if method.deletes or returns == "None":
            return call
        return f"answer: {returns} = {call}\nreturn answer" if overloaded and returns != "Any" else f"return {call}"

    def _value(self, method: _Method, keyword: str, default: ast.expr | None) -> str:
        if keyword == "tool_resources" and method.toolset_resources:
            return f"self._resources({method.name!r}, toolset, tool_resources)"
        if keyword not in self.keywords:
            return keyword
        name, usual = self.keywords[keyword]["name"], ast.unparse(default or ast.Constant(None))
        others = "".join(f", {other}={other}" for other in self._other_names(keyword))
        return f"self._either({method.name!r}, {usual}, {name}={name}{others})"

    # --- docstrings -------------------------------------------------------------------------------------------------------------

    def _docstring(self, method: _Method, text: str) -> str:
        """The operation's docstring with the names that there are here, in lines of the code's width."""
        text = re.sub(r"``(\w+)``", lambda found: f"``{self.public_names.get(found[1], found[1])}``", text)
        head, *fields = re.split(r"\n(?=:)", text)
        if self._is_lazy(method):
            head = f"{head.partition(chr(10))[0]}\n\nThe pages are requested one by one; ``limit`` is the size of each.\n"
        lines: list[str] = []
        for each in fields:
            lines += self._documented(method, each)
        return "\n".join([head.replace("\n", f"\n{_INDENT}"), *lines]) + f"\n{_INDENT}"

    def _documented(self, method: _Method, entry: str) -> Iterator[str]:
        found = re.match(r":keyword (\w+):", entry)
        if found and found[1] in self.keywords:
            line = self.keywords[found[1]]
            yield from _entry(entry.replace(f":keyword {found[1]}:", f":keyword {line['name']}:", 1))
            for name in self._other_names(found[1]):
                yield from _entry(f":keyword {name}: another name of ``{line['name']}``.")
        elif self._is_lazy(method) and entry.startswith(":return:"):
            yield from _entry(":return: all of them, page after page as they are asked for; nothing is requested before.")
        elif self._is_lazy(method) and entry.startswith(":rtype:"):
            yield from _entry(f":rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.{self.pages[method.of]}]")
        elif not (method.deletes and entry.startswith((":return:", ":rtype:"))):
            yield from _entry(entry)

    # --- imports ----------------------------------------------------------------------------------------------------------------

    def _imports(self, methods: list[_Method], functions: list[Function], body: str) -> tuple[str, str]:
        """The imports that run, and those for type checkers."""
        known = {name: line for method in methods for name, line in self.operations[method.of].imports.items()}
        known["UNSET"] = "from ..._types import UNSET"
        needed = set(re.findall(r"[A-Za-z_]\w*", body))
        at_run_time = {
            name for name in ("UNSET", "overload", "requests", *_constants(functions)) if name in needed and name in known
        }
        lines = sorted({line for name, line in known.items() if name in needed})
        runs = [line for line in lines if line.rpartition(" ")[2] in at_run_time]
        typed = [line for line in lines if line not in runs]
        if "AsyncItemPaged[" in body:
            typed.append("from .._pages import AsyncItemPaged")
            # The page itself is not named by a lazy list, but what it is a page of.
            typed += [
                f"from ..._generated.models.{self._home(m.of)} import {self.pages[m.of]}" for m in methods if self._is_lazy(m)
            ]
        return "".join(f"{line}\n" for line in runs), "\n".join(dict.fromkeys(typed))

    def _home(self, of: str) -> str:
        page = ast.unparse(self.operations[of].function.returns or ast.Constant(None))
        return self.operations[of].imports[page].split(" import ")[0].rpartition(".")[2]


def _constants(functions: list[Function]) -> set[str]:
    """The names in the defaults of parameters."""
    defaults = [d for function in functions for d in (*function.args.defaults, *function.args.kw_defaults) if d is not None]
    return {node.id for default in defaults for node in ast.walk(default) if isinstance(node, ast.Name)}


def _entry(text: str) -> list[str]:
    return wrapped(text, _INDENT, "    ")


def _shifted(text: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in text.splitlines())


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _index(areas: Mapping[str, Any]) -> str:
    """The class whose attributes the areas are; a module is loaded when its area is first used."""
    imports = "".join(f"    from .{area} import {_class_name(area)}\n" for area in areas)
    body = "".join(
        f"\n    @cached_property\n    def {area}(self) -> {_class_name(area)}:\n{docstring(entry['summary'], _INDENT)}"
        f"        from .{area} import {_class_name(area)}\n\n        return {_class_name(area)}(self._operations)\n"
        for area, entry in areas.items()
    )
    return (
        f'{HEADER}"""The operations on agents by area, as azure-ai-agents 1.x has them."""\n\nfrom __future__ import annotations\n\n'
        "from functools import cached_property\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
        f'    from ..operations import AgentsOperations\n{imports}\n__all__ = ["Areas"]\n\n\nclass Areas:\n'
        '    """Has the areas as attributes."""\n\n    @property\n    def _operations(self) -> AgentsOperations:\n'
        f'        """What the methods of the areas call."""\n        raise AttributeError("_operations")\n{body}'
    )
