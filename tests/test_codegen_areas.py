"""The generator of the areas: the methods of a table, as the operations that they stand for are written."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from codegen import areas
from codegen.spec import Description, load

HELPERS = '''
from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..._types import UNSET
from .._waiting import LIMIT, Waiting

if TYPE_CHECKING:
    import os

    from ..._generated.models.threads import AgentThread


class Helpers(Waiting):
    @overload
    async def make(self, *, name: str, **options: Any) -> AgentThread: ...

    @overload
    async def make(self, body: dict[str, Any], **options: Any) -> AgentThread: ...

    async def make(
        self, body: dict[str, Any] = UNSET, *, name: str = UNSET, flag: bool | None = None, **options: Any
    ) -> AgentThread:
        """Make a thing, as ``wait_for`` waits for one.

        :param body: the whole body.
        :keyword name: its name.
        :keyword flag: whether.
        :keyword options: more.
        :return: the thing.
        """

    async def wait_for(self, path: os.PathLike[str], *, nap: float = 1, limit: float | None = LIMIT, **options: Any) -> AgentThread:
        """Wait.

        :param path: where.
        :keyword nap: the longest nap, in
            seconds.
        :keyword limit: the longest wait.
        :keyword options: more.
        :return: the thing.
        """

    async def delete_thing(self, path: str, **options: Any) -> AgentThread:
        """Delete it.

        :param path: where.
        :keyword options: more.
        :return: that it is gone.
        :rtype: AgentThread
        :raises ValueError: never.
        """

    def _hidden(self) -> None: ...
'''
MEMORY = '''
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..tools import Tools


class Memory:
    def enable(self, tools: Tools, rounds: int = 3) -> None:
        """Enable them.

        :param tools: these.
        :param rounds: so often.
        """
'''
LIST = '''
from __future__ import annotations

from ..._generated import requests

from ..._generated.models.threads import OpenAIPageableListOfAgentThread


class Lists:
    async def list_threads(self, *, limit: int | None = None, after: str | None = None, **options: Any) -> OpenAIPageableListOfAgentThread:
        """List them.

        Answers one page.

        :keyword limit: so many.
        :keyword after: from here.
        :keyword options: more.
        :return: one page.
        :rtype: ~agentkit.models.OpenAIPageableListOfAgentThread
        """
'''
TABLE: dict[str, Any] = {
    "keywords": {"nap": {"name": "pause"}, "limit": {"name": "limit", "also": "most"}},
    "client": {"enable": {"of": "enable"}},
    "areas": {
        "things": {
            "summary": "Things.",
            "methods": {
                "make": {"of": "make", "defaults": {"flag": "False"}, "text_outputs": True},
                "wait": {"of": "wait_for"},
                "delete": {"of": "delete_thing"},
            },
        },
        "all_lists": {"summary": "Lists.", "by_hand": "LastMessages", "methods": {"list": {"of": "list_threads"}}},
    },
}


@pytest.fixture(scope="module")
def description() -> Description:
    return load()


def emitted(folder: Path, description: Description, table: dict[str, Any]) -> dict[str, str]:
    """What is made of the sources above, by the name of the module."""
    operations = folder / "src/agentkit/aio/operations"
    operations.mkdir(parents=True)
    (operations / "_helpers.py").write_text(HELPERS, encoding="utf-8")
    (operations.parent / "_memory.py").write_text(MEMORY, encoding="utf-8")
    files = areas.emit(folder, description, {"lists.py": LIST}, table)
    return {Path(name).stem: text for name, text in files.items()}


@pytest.fixture
def modules(tmp_path: Path, description: Description) -> dict[str, str]:
    return emitted(tmp_path, description, TABLE)


def methods(module: str) -> dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]]:
    """The methods of a module's class by name, overloads first."""
    (owner,) = (node for node in ast.parse(module).body if isinstance(node, ast.ClassDef))
    found: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
    for node in owner.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.setdefault(node.name, []).append(node)
    return found


def test_there_is_a_module_for_each_area_the_client_and_the_index(modules: dict[str, str]) -> None:
    assert sorted(modules) == ["__init__", "all_lists", "client", "things"]
    assert list(methods(modules["things"])) == ["make", "wait", "delete"]
    assert "class AllListsOperations(LastMessages):" in modules["all_lists"]
    assert "from .._last_messages import LastMessages" in modules["all_lists"]
    assert "def all_lists(self) -> AllListsOperations:" in modules["__init__"]


def test_overloads_are_kept_and_the_call_goes_past_them(modules: dict[str, str]) -> None:
    first, second, make = methods(modules["things"])["make"]
    assert ast.unparse(first.args) == "self, *, name: str, **options: Any"
    assert ast.unparse(second.args) == "self, body: dict[str, Any], **options: Any"
    assert ast.unparse(make.args).endswith("name: str=UNSET, flag: bool | None=False, **options: Any")
    assert [ast.unparse(line) for line in make.body[1:]] == [
        "answer: AgentThread = await self._overloaded.make(body, name=name, flag=flag, **self._with_text_outputs('make', options))",
        "return answer",
    ]


def test_a_keyword_is_accepted_under_all_its_names(modules: dict[str, str]) -> None:
    (wait,) = methods(modules["things"])["wait"]
    assert ast.unparse(wait.args) == (
        "self, path: os.PathLike[str], *, pause: float=1, nap: float=UNSET, limit: float | None=LIMIT, most: float | None=UNSET, "
        "**options: Any"
    )
    assert ast.unparse(wait.body[1]) == (
        "return await self._agents.wait_for(path, nap=self._either('wait', 1, pause=pause, nap=nap), "
        "limit=self._either('wait', LIMIT, limit=limit, most=most), **self._checked('wait', options))"
    )


def test_docstrings_are_those_of_the_operations_in_the_names_of_the_areas(modules: dict[str, str]) -> None:
    *_, make = methods(modules["things"])["make"]
    assert (ast.get_docstring(make) or "").startswith("Make a thing, as ``things.wait`` waits for one.\n\n:param body:")
    (wait,) = methods(modules["things"])["wait"]
    assert ":keyword pause: the longest nap, in seconds.\n:keyword nap: another name of ``pause``.\n" in (
        ast.get_docstring(wait) or ""
    )


def test_a_deletion_returns_nothing(modules: dict[str, str]) -> None:
    (delete,) = methods(modules["things"])["delete"]
    assert ast.unparse(delete.returns or delete) == "None"
    assert ast.unparse(delete.body[1]) == "await self._agents.delete_thing(path, **self._checked('delete', options))"
    text = ast.get_docstring(delete) or ""
    assert (":return" in text, ":rtype" in text, ":raises" in text) == (False, False, True)


def test_a_list_by_cursor_is_lazy(modules: dict[str, str]) -> None:
    (listed,) = methods(modules["all_lists"])["list"]
    assert isinstance(listed, ast.FunctionDef)
    assert ast.unparse(listed.returns or listed) == "AsyncItemPaged[AgentThread]"
    call = "requests.list_threads(limit=self._either('list', None, limit=limit, most=most), after=after)"
    assert ast.unparse(listed.body[1]) == f"return self._listed('list', {call}, options)"
    text = ast.get_docstring(listed) or ""
    assert "Answers one page" not in text
    assert ":rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.AgentThread]" in text
    assert "    from ..._generated.models.threads import AgentThread" in modules["all_lists"]


def test_imports_come_along_and_only_those_that_are_needed_run(modules: dict[str, str]) -> None:
    before, _, typed = modules["things"].partition("if TYPE_CHECKING:")
    assert {"from ..._types import UNSET", "from .._waiting import LIMIT", "from typing import overload"} <= set(
        before.splitlines()
    )
    assert "    import os\n" in typed
    assert "Waiting" not in modules["things"].replace("_waiting", "")
    assert "    from ...tools import Tools" in modules["client"], "one package further in"


def test_an_operation_that_there_is_not_is_named(tmp_path: Path, description: Description) -> None:
    table = {**TABLE, "areas": {"things": {"summary": "Things.", "methods": {"get": {"of": "get_thing"}}}}}
    with pytest.raises(ValueError, match=r"agents11\.yaml: things\.get is to be get_thing, and there is no such operation"):
        emitted(tmp_path, description, table)
