"""The connections of the service's project: how they are given, and how each kind of project shows them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from service_wire import PROJECT, Wire, answer

from agentkit.local import LocalService
from agentkit.local.connections import Connection, chosen, connections_of, default_names, read_connections, with_own

Serve = Callable[..., Wire]
SECRET = "s3cret-of-a-connection"
TARGET = "https://h/"
HUB = "/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"


def given(**fields: Any) -> dict[str, Any]:
    return {"name": "c", "type": "AzureOpenAI", "target": TARGET, **fields}


# --- how they are given ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "authentication", "secret"),
    [
        ({"key": SECRET}, "ApiKey", SECRET),
        ({"auth_type": "ApiKey", "key": SECRET}, "ApiKey", SECRET),
        ({"auth_type": "apikey", "key": SECRET}, "ApiKey", SECRET),
        ({}, "AAD", None),
        ({"sas": SECRET}, "SAS", SECRET),
        ({"keys": {"a": SECRET}}, "CustomKeys", {"a": SECRET}),
        ({"auth_type": "None"}, "None", None),
        ({"authType": "AAD", "key": None}, "AAD", None),
    ],
)
def test_what_belongs_to_a_kind_of_authentication(fields: Any, authentication: str, secret: Any) -> None:
    (made,) = read_connections([given(**fields)])
    assert (made.authentication, made.secret) == (authentication, secret)
    assert SECRET not in repr(made)


def test_they_come_by_name_or_in_a_list() -> None:
    described = {"category": "Tomorrow", "target": TARGET, "metadata": {"a": "b"}, "is_default": True}
    wanted = (Connection("c", "Tomorrow", TARGET, "AAD", metadata={"a": "b"}, is_default=True),)
    assert read_connections({"c": described}) == read_connections([{"name": "c", **described}]) == wanted
    assert read_connections(None) == ()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (SECRET, "connections: got str, expected descriptions by name, or a list of them"),
        ([SECRET], "connections[0]: got str"),
        ({"c": SECRET}, "connections['c']: got str"),
        ([{"name": "c"}], "connections[0].type: it is missing; usual ones: AzureOpenAI, Serverless"),
        ([given(target=None)], "connections[0].target: it is missing"),
        ([given(target="h")], "connections[0].target: it is no address that begins with http"),
        ([given(target="ftp://h")], "connections[0].target: it is no address"),
        ([given(target="https://[")], "connections[0].target: it is no address"),
        ([given(name="a/b")], "connections[0].name: 'a/b' cannot stand in a path"),
        ([given(name=" ")], "connections[0].name: it is empty"),
        ([given(name=7)], "connections[0].name: got int, expected text"),
        ([given(kee=SECRET)], "connections[0]: 'kee' is unknown; a connection has name,"),
        ([given(kee=SECRET)], "did you mean 'key'?"),
        ([given(category="x")], "'type' is there twice, once as 'category'"),
        ([given(auth_type="ApiKey")], "connections[0].key: it is missing, and a connection with auth_type ApiKey needs it"),
        ([given(auth_type="AAD", key=SECRET)], "connections[0].key: a connection with auth_type AAD has none"),
        ([given(key=SECRET, sas=SECRET)], "connections[0].auth_type: key and sas are given; give one of ApiKey,"),
        ([given(auth_type="Other")], "connections[0].auth_type: 'Other' is no kind of authentication; give one of"),
        ([given(key=7)], "connections[0].key: got int, expected text"),
        ([given(key=f"{SECRET}\n{SECRET}")], "connections[0].key: it is empty, or has a control character in it"),
        ([given(keys={"a": 1})], "connections[0].keys: expected an object whose values are text"),
        ([given(metadata=[])], "connections[0].metadata: expected an object"),
        ([given(is_default="yes")], "connections[0].is_default: got str, expected true or false"),
        ([given(), given()], "connections[1]: the name 'c' is there twice"),
    ],
)
def test_what_cannot_be_is_said_without_the_secret(wrong: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared as it is
        read_connections(wrong)
    assert message in str(caught.value)
    assert SECRET not in str(caught.value)


JSON = json.dumps({"c": {"type": "AzureOpenAI", "target": TARGET, "key": SECRET}})
TOML = f"[connections.c]\ntype = 'AzureOpenAI'\ntarget = '{TARGET}'\nkey = '{SECRET}'\n"
needs_toml = pytest.mark.skipif(sys.version_info < (3, 11), reason="Python reads TOML from 3.11 on")


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("a.json", JSON),
            ("b.JSON", f'{{"connections": {JSON}}}'),
            ("c.json", json.dumps([given(key=SECRET)])),
            pytest.param("d.toml", TOML, marks=needs_toml),
        ],
    )
    def test_one_is_read(self, name: str, text: str, tmp_path: Path) -> None:
        (tmp_path / name).write_text(text)
        assert connections_of(tmp_path / name) == (Connection("c", "AzureOpenAI", TARGET, "ApiKey", SECRET),)
        assert connections_of(str(tmp_path / name)) == connections_of(tmp_path / name)

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("a.yaml", "", "a file of an unknown kind; its name has to end in .json or .toml"),
            ("a.json", f'{{"key": "{SECRET}"', "is no JSON: "),
            ("a.json", json.dumps([given(auth_type="ApiKey")]), r"\[0\]\.key: it is missing"),
            ("a.json", "7", "got int, expected descriptions by name"),
            pytest.param("a.toml", f"key = {SECRET}", "is no TOML: ", marks=needs_toml),
        ],
    )
    def test_a_wrong_one_is_named(self, name: str, text: str, message: str, tmp_path: Path) -> None:
        (tmp_path / name).write_text(text)
        with pytest.raises(ValueError, match=message) as caught:
            connections_of(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)
        assert SECRET not in str(caught.value)

    def test_it_has_to_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match=r"^connections: there is no file '.*none\.json'$"):
            LocalService(connections=tmp_path / "none.json")


A, B, C = (
    Connection("a", "AIServices", TARGET, "AAD"),
    Connection("b", "AIServices", TARGET, "AAD", is_default=True),
    Connection("c", "AzureOpenAI", "https://other", "AAD"),
)


def test_the_default_of_a_kind_is_that_which_says_so_or_the_first() -> None:
    assert default_names([A, B, C]) == {"b", "c"}
    assert default_names([A, C]) == {"a", "c"}


@pytest.mark.parametrize(
    ("narrowed", "names"),
    [
        ({}, "abc"),
        ({"category": "AIServices"}, "ab"),
        ({"target": "https://other/"}, "c"),
        ({"is_default": True}, "bc"),
        ({"is_default": False, "category": "AIServices"}, "a"),
        ({"category": "Serverless"}, ""),
    ],
)
def test_a_list_can_be_narrowed(narrowed: Any, names: str) -> None:
    assert "".join(one.name for one in chosen([A, B, C], **narrowed)) == names


def test_those_of_the_service_come_last_unless_their_name_is_taken() -> None:
    taken = Connection("local-openai", "AzureOpenAI", "https://mine", "AAD")
    made = with_own([A, taken], "http://127.0.0.1:1", "key")
    assert [one.name for one in made] == ["a", "local-openai", "local-aiservices", "local-serverless"]
    assert [one.target for one in made[1:]] == ["https://mine", "http://127.0.0.1:1", "http://127.0.0.1:1/models"]


# --- how they are shown ---------------------------------------------------------------------------------------------------

GIVEN: list[dict[str, Any]] = [
    {"name": "one", "type": "AIServices", "target": TARGET, "metadata": {"region": "north"}},
    {"name": "two", "type": "AIServices", "target": TARGET, "sas": SECRET, "is_default": True},
    {"name": "three", "type": "CustomKeys", "target": TARGET, "keys": {"a": SECRET}},
    {"name": "four", "type": "ApiKey", "target": TARGET, "key": SECRET},
]


@pytest.fixture(scope="module")
def connected() -> Iterator[LocalService]:
    with LocalService(model=answer, connections=GIVEN) as service:
        yield service


@pytest.fixture
def hub(connected: LocalService) -> Iterator[Wire]:
    with Wire(connected, HUB) as wire:
        yield wire


@pytest.fixture
def foundry(connected: LocalService) -> Iterator[Wire]:
    with Wire(connected, PROJECT) as wire:
        yield wire


def test_a_hub_project_shows_its_properties(hub: Wire) -> None:
    shown = hub.get("/connections/one")
    assert shown == {
        "id": f"{HUB}/connections/one",
        "name": "one",
        "type": "Microsoft.MachineLearningServices/workspaces/connections",
        "properties": {"authType": "AAD", "category": "AIServices", "target": TARGET, "metadata": {"region": "north"}},
    }


def test_a_foundry_project_shows_them_flat(foundry: Wire) -> None:
    assert foundry.get("/connections/one") == {
        "id": f"{HUB.replace('s-1', 'local').replace('rg', 'local').replace('ws', 'local')}/connections/one",
        "name": "one",
        "type": "AIServices",
        "target": TARGET,
        "isDefault": False,
        "credentials": {"type": "AAD"},
        "metadata": {"region": "north"},
    }


@pytest.mark.parametrize(
    ("name", "secret"),
    [("one", None), ("two", {"SAS": SECRET}), ("three", {"keys": {"a": SECRET}}), ("four", {"key": SECRET})],
)
def test_secrets_of_a_hub_project_are_shown_where_they_are_asked_for(name: str, secret: Any, hub: Wire) -> None:
    assert "credentials" not in hub.get(f"/connections/{name}")["properties"]
    assert hub.post(f"/connections/{name}/listsecrets", ignored="ignore")["properties"].get("credentials") == secret


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("one", {"type": "AAD"}),
        ("two", {"type": "SAS", "SAS": SECRET}),
        ("three", {"type": "CustomKeys", "a": SECRET}),
        ("four", {"type": "ApiKey", "key": SECRET}),
    ],
)
def test_secrets_of_a_foundry_project_are_shown_where_they_are_asked_for(name: str, secret: Any, foundry: Wire) -> None:
    assert set(foundry.get(f"/connections/{name}")["credentials"]) == {"type"}
    asked = foundry.http.post(f"/connections/{name}/getConnectionWithCredentials")
    assert asked.json()["credentials"] == secret


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"includeAll": "true"}, ["two", "one", "three", "four", "local-openai", "local-aiservices", "local-serverless"]),
        ({"includeAll": "true", "category": "AIServices"}, ["two", "one", "local-aiservices"]),
        ({"category": "Serverless"}, ["local-serverless"]),
        ({"category": "OfTomorrow"}, []),
        ({"target": "https://h"}, ["two", "one", "three", "four"]),
    ],
)
def test_a_list_of_a_hub_project(query: Any, names: list[str], hub: Wire) -> None:
    shown = hub.get("/connections", **query)
    assert [one["name"] for one in shown["value"]] == names
    assert shown["nextLink"] is None
    assert SECRET not in json.dumps(shown)
    assert hub.service.key not in json.dumps(shown)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"connectionType": "AIServices"}, ["one", "two", "local-aiservices"]),
        ({"defaultConnection": "true"}, ["two", "three", "four", "local-openai", "local-serverless"]),
        ({"defaultConnection": "false", "connectionType": "AIServices"}, ["one", "local-aiservices"]),
    ],
)
def test_a_list_of_a_foundry_project(query: Any, names: list[str], foundry: Wire) -> None:
    assert [one["name"] for one in foundry.get("/connections", **query)["value"]] == names


@pytest.mark.parametrize("path", ["/connections?includeAll=perhaps", "/connections?defaultConnection=1"])
def test_a_switch_is_true_or_false(path: str, hub: Wire) -> None:
    assert "true or false" in hub.refused("GET", path)["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", "/listsecrets"), ("POST", "/getConnectionWithCredentials")],
)
def test_what_is_not_there_is_not_found(method: str, path: str, foundry: Wire) -> None:
    error = foundry.refused(method, f"/connections/none{path}", 404, json={"ignored": "ignore"})
    assert error["code"] == "NotFound"
    assert "'none'. There are: one, two," in error["message"]


def test_the_service_says_what_is_wrong_with_a_setting() -> None:
    with pytest.raises(ValueError, match=r"connections\[0\]\.target: it is missing"):
        LocalService(connections=[{"name": "c", "type": "AIServices"}])


def test_the_command_takes_a_file_and_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(json.dumps([{"name": "c", "type": "AIServices"}]))
    command = [sys.executable, "-m", "agentkit", "serve", "--connections", str(tmp_path / "c.json")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "c.json'[0].target: it is missing" in ended.stderr
    assert "Traceback" not in ended.stderr
