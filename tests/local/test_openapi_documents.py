"""OpenAPI documents: what is read from them, and the requests that calls of their operations make."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentkit.local.openapi.filling import FillError, request_for
from agentkit.local.openapi.loopback import is_loopback
from agentkit.local.openapi.reading import Operation, SpecError, callable_operations, operations_of

ITEM = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "unit": {"default": "kg"}}}


def document(path: str = "/items", method: str = "get", **operation: Any) -> dict[str, Any]:
    return {
        "openapi": "3.0.3",
        "servers": [{"url": "http://127.0.0.1:1/v1"}],
        "paths": {path: {method: {"operationId": "call", **operation}}},
    }


def parameter(name: str, place: str = "query", **settings: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "schema": {"type": "string"}, **settings}


def body(schema: Any, media_type: str = "application/json", **settings: Any) -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema}}, **settings}


def only(spec: Any) -> Operation:
    (operation,) = operations_of(spec)
    return operation


class TestReading:
    def test_operations_come_in_order_with_what_their_path_says(self) -> None:
        spec = {
            "servers": [{"url": "http://a"}],
            "paths": {
                "/items/{id}": {
                    "summary": "no operation",
                    "parameters": [parameter("id", "path", required=True), parameter("lang", schema={"default": "en"})],
                    "get": {"operationId": "read", "parameters": [parameter("lang", schema={"default": "fr"})]},
                    "delete": {"operationId": "remove", "servers": [{"url": "http://b"}, {"url": "http://c"}]},
                },
                "/": {
                    "servers": [{"url": "http://{at}:{port}", "variables": {"at": {"default": "d"}}}],
                    "post": {"operationId": "add"},
                },
            },
        }
        read, remove, add = operations_of(spec)
        assert [(one.id, one.method, one.path) for one in (read, remove, add)] == [
            ("read", "GET", "/items/{id}"),
            ("remove", "DELETE", "/items/{id}"),
            ("add", "POST", "/"),
        ]
        assert [(p.name, p.place, p.required) for p in read.parameters] == [("id", "path", True), ("lang", "query", False)]
        assert [one.parameters[1].schema["default"] for one in (read, remove)] == ["fr", "en"]
        assert [one.servers for one in (read, remove, add)] == [("http://a",), ("http://b", "http://c"), ("http://d:{port}",)]

    def test_references_inside_the_document_are_followed(self) -> None:
        spec = {
            "paths": {"/a": {"$ref": "#/components/pathItems/a~1b"}},
            "components": {
                "pathItems": {
                    "a/b": {
                        "put": {
                            "operationId": "put",
                            "parameters": [{"$ref": "#/components/parameters/0"}],
                            "requestBody": {"$ref": "#/components/requestBodies/some%20body"},
                        }
                    }
                },
                "parameters": [parameter("q")],
                "requestBodies": {"some body": body({"$ref": "#/components/schemas/Made"}, required=True)},
                "schemas": {
                    "Made": {
                        "allOf": [
                            {"$ref": "#/components/schemas/Item"},
                            {"properties": {"age": {"$ref": "#/components/schemas/Made"}}},
                        ]
                    },
                    "Item": {**ITEM, "additionalProperties": False},
                },
            },
        }
        operation = only(spec)
        assert [p.name for p in operation.parameters] == ["q"]
        assert operation.body is not None
        assert set(operation.body.fields) == {"id", "name", "unit", "age"}
        assert (operation.body.required, operation.body.is_object, operation.body.is_open) == (True, True, False)

    def test_a_schema_that_is_made_of_itself_is_read_once(self) -> None:
        itself = [{"$ref": "#/components/schemas/Node"}] * 20
        spec = document(requestBody=body({"$ref": "#/components/schemas/Node"}))
        node = {"properties": {"name": {}}, "anyOf": itself, "oneOf": itself, "allOf": itself}
        operation = only({**spec, "components": {"schemas": {"Node": node}}})
        assert operation.body is not None
        assert set(operation.body.fields) == {"name"}

    def test_extensions_are_no_paths(self) -> None:
        spec = document()
        assert only({**spec, "paths": {"x-owner": "us", **spec["paths"]}}).id == "call"

    @pytest.mark.parametrize(
        ("spec", "words"),
        [
            ("{}", "an OpenAPI document is an object, str was sent"),
            ({}, "describes no operation"),
            ({"paths": {}}, "describes no operation"),
            ({"paths": {"/a": {"parameters": []}}}, "describes no operation"),
            ({"swagger": "2.0", "paths": {}}, "Swagger 2"),
            ({"paths": {"/a": {"get": {}}}}, "paths['/a'].get: it has no operationId"),
            ({"paths": {"/a": {"get": {"operationId": " "}}}}, "paths['/a'].get: it has no operationId"),
            ({"paths": {"/a": {"get": []}}}, "paths['/a'].get: an object is expected, list was found"),
            (
                {"paths": {"/a": {"get": {"operationId": "x"}, "put": {"operationId": "x"}}}},
                "2 operations have the operationId 'x'",
            ),
            (document(parameters={}), None),
            (document(parameters={"q": 1}), "'parameters' must be a list, dict was found"),
            (document(parameters=[{"name": "q"}]), "a parameter needs a name, and 'in' as one of path, query"),
            (document(parameters=[{"$ref": "other.json#/q"}]), "'other.json#/q' leads out of the document"),
            (document(parameters=[{"$ref": "#/components/q"}]), "'#/components/q' leads to nothing"),
            (document(parameters=[{"$ref": "#/paths/~1items/get/parameters/0"}]), "round in a circle"),
        ],
    )
    def test_a_document_that_cannot_be_called_is_refused_with_the_place(self, spec: Any, words: str | None) -> None:
        if words is None:
            assert operations_of(spec)
            return
        with pytest.raises(SpecError) as caught:
            operations_of(spec)
        assert words in str(caught.value)

    def test_operations_are_called_by_their_id_and_by_api_only_where_two_share_one(self) -> None:
        shared = document()
        more = {**document(), "paths": {**document()["paths"], "/b": {"get": {"operationId": "other"}}}}
        tools: list[dict[str, Any]] = [
            {"type": "openapi", "openapi": {"name": "one", "spec": shared}},
            {"type": "code_interpreter"},
            {"type": "openapi", "openapi": {"name": "two", "spec": more}},
        ]
        found = callable_operations(tools)
        assert {name: (api["name"], operation.path) for name, (api, operation) in found.items()} == {
            "one_call": ("one", "/items"),
            "two_call": ("two", "/items"),
            "other": ("two", "/b"),
        }


class TestFilling:
    @pytest.mark.parametrize(
        ("settings", "value", "query"),
        [
            ({}, "a b&c=é/?", "q=a%20b%26c%3D%C3%A9%2F%3F"),
            ({}, 5, "q=5"),
            ({}, 2.5, "q=2.5"),
            ({}, True, "q=true"),
            ({}, [1, "b c"], "q=1&q=b%20c"),
            ({"explode": False}, [1, 2], "q=1%2C2"),
            ({"style": "spaceDelimited", "explode": False}, [1, 2], "q=1%202"),
            ({"style": "pipeDelimited"}, ["a", "b"], "q=a%7Cb"),
            ({}, {"a": 1, "b": "x"}, "a=1&b=x"),
            ({"explode": False}, {"a": 1, "b": "x"}, "q=a%2C1%2Cb%2Cx"),
            ({"style": "deepObject", "explode": True}, {"a": 1}, "q%5Ba%5D=1"),
            ({"schema": None, "content": {"application/json": {"schema": {}}}}, {"a": [1]}, "q=%7B%22a%22%3A%20%5B1%5D%7D"),
        ],
    )
    def test_a_parameter_of_the_query_is_written_in_its_style(self, settings: dict[str, Any], value: Any, query: str) -> None:
        operation = only(document(parameters=[parameter("q", **settings)]))
        assert request_for(operation, json.dumps({"q": value})).target == f"/items?{query}"

    def test_every_argument_goes_to_its_place(self) -> None:
        operation = only(
            document(
                "/shelf items/{id}/{ids}",
                "put",
                parameters=[
                    parameter("id", "path"),
                    parameter("ids", "path"),
                    parameter("X-Trace", "header"),
                    parameter("Host", "header"),
                    parameter("a", "cookie"),
                    parameter("b", "cookie"),
                    parameter("left_out"),
                ],
                requestBody=body(ITEM),
            )
        )
        given = {"id": "a/b?c", "ids": [1, 2], "X-Trace": "t", "a": "1", "b": "2", "left_out": None, "name": "Öl", "size": None}
        made = request_for(operation, json.dumps(given))
        assert (made.method, made.target) == ("PUT", "/shelf%20items/a%2Fb%3Fc/1,2")
        assert made.headers == {"X-Trace": "t", "Cookie": "a=1; b=2", "Content-Type": "application/json"}
        assert made.body is not None
        assert json.loads(made.body) == {"id": "a/b?c", "name": "Öl", "size": None}

    @pytest.mark.parametrize(
        ("described", "given", "sent", "kind"),
        [
            (body(ITEM), {}, None, ""),
            (body(ITEM, required=True), {}, b"{}", "application/json"),
            (body(ITEM), {"body": {"id": 1}}, b'{"id": 1}', "application/json"),
            (body({"properties": {"body": {}}}), {"body": "x"}, b'{"body": "x"}', "application/json"),
            (body({"type": "array"}), {"body": [1, 2]}, b"[1, 2]", "application/json"),
            (body({"type": "array"}), {}, None, ""),
            (body({"type": ["object", "null"]}), {"any": 1}, b'{"any": 1}', "application/json"),
            (body(ITEM, "application/merge-patch+json"), {"id": 1}, b'{"id": 1}', "application/merge-patch+json"),
            (
                body(ITEM, "application/x-www-form-urlencoded"),
                {"id": 1, "name": "a b"},
                b"id=1&name=a+b",
                "application/x-www-form-urlencoded",
            ),
            (body({"type": "string"}, "text/plain"), {"body": "hé"}, "hé".encode(), "text/plain"),
            (
                {"content": {"text/plain": {}, "application/json": {"schema": ITEM}}},
                {"id": 1},
                b'{"id": 1}',
                "application/json",
            ),
            ({}, {}, None, ""),
        ],
    )
    def test_a_body_is_made_of_what_is_left(self, described: Any, given: Any, sent: bytes | None, kind: str) -> None:
        made = request_for(only(document(method="post", requestBody=described)), json.dumps(given))
        assert (made.body, made.headers.get("Content-Type", "")) == (sent, kind)

    def test_default_params_always_have_the_default_of_the_document(self) -> None:
        spec = document(
            method="post",
            parameters=[
                parameter("version", schema={"default": "v2"}),
                parameter("page", schema={"default": 1}),
                parameter("free"),
            ],
            requestBody=body(ITEM),
        )
        made = request_for(only(spec), '{"version": "v1", "unit": "g", "id": 1}', ["version", "unit", "free"])
        assert made.target == "/items?version=v2"
        assert json.loads(made.body or b"") == {"unit": "kg", "id": 1}

    def test_a_parameter_that_must_be_sent_has_its_default_where_none_is_given(self) -> None:
        operation = only(document(parameters=[parameter("q", required=True, schema={"default": 3})]))
        assert request_for(operation, "").target == "/items?q=3"

    @pytest.mark.parametrize(
        ("spec", "arguments", "words"),
        [
            (document(), "{", "the arguments are no JSON"),
            (document(), "[" * 100_000, "the arguments are no JSON"),
            (document(), "[1]", "must be a JSON object"),
            (document(), '{"q": 1}', "it has no parameter 'q'; it has: none"),
            (document(parameters=[parameter("b"), parameter("a")]), '{"q": 1}', "it has: a, b"),
            (document(parameters=[parameter("q", required=True)]), "{}", "the parameter 'q' is missing"),
            (document(parameters=[parameter("q", required=True)]), '{"q": null}', "the parameter 'q' is missing"),
            (document("/{id}", parameters=[parameter("id", "path")]), '{"id": ".."}', "'id' cannot be '..'"),
            (document("/{id}", parameters=[parameter("id", "path")]), '{"id": ""}', "'id' cannot be ''"),
            (document("/{id}", parameters=[parameter("id", "path", style="matrix")]), '{"id": "1"}', "the style 'matrix'"),
            (document("/{id}/{x}", parameters=[parameter("id", "path")]), '{"id": "1"}', "describes as no parameter"),
            (document(parameters=[parameter("X-A", "header")]), '{"X-A": "a\\r\\nB: c"}', "control characters"),
            (document(parameters=[parameter("X-A", "header")]), '{"X-A": "π"}', "no header field can hold"),
            (document(parameters=[parameter("q", style="tabDelimited")]), '{"q": {"a": 1}}', "the style 'tabDelimited'"),
            (document(requestBody=body({**ITEM, "additionalProperties": False})), '{"q": 1}', "it has: id, name, unit"),
            (document(requestBody=body({"type": "array"}, required=True)), "{}", "its body is missing; give it as 'body'"),
            (document(requestBody=body(ITEM, "multipart/form-data")), '{"id": 1}', "a body of the type 'multipart/form-data'"),
        ],
    )
    def test_arguments_that_make_no_call_are_refused_with_what_is_expected(self, spec: Any, arguments: str, words: str) -> None:
        with pytest.raises(FillError) as caught:
            request_for(only(spec), arguments)
        assert words in str(caught.value)

    def test_a_default_param_without_a_default_cannot_be_filled_in(self) -> None:
        operation = only(document(parameters=[parameter("q", required=True)]))
        with pytest.raises(FillError, match="'q' is one of default_params, but the document gives it no default"):
            request_for(operation, '{"q": "x"}', ["q"])


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:80/x", True),
        ("https://127.8.9.10", True),
        ("http://[::1]:5", True),
        ("http://localhost", True),
        ("HTTP://LOCALHOST/", True),
        ("http://0.0.0.0", False),
        ("http://127.1", False),
        ("http://2130706433", False),
        ("http://[::ffff:127.0.0.1]", False),
        ("http://169.254.169.254", False),
        ("http://example.com", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1@example.com", False),
        ("http://example.com@127.0.0.1", False),
        ("http://127.0.0.1:99999", False),
        ("http://[::1", False),
        ("ftp://127.0.0.1", False),
        ("file:///etc/hosts", False),
        ("/v1", False),
        ("", False),
    ],
)
def test_only_this_machine_is_this_machine(url: str, here: bool) -> None:
    assert is_loopback(url) is here
