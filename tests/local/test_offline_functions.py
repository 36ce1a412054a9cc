"""The functions that the offline model calls, and the arguments that it takes from a message."""

from __future__ import annotations

from typing import Any

import pytest
from function_talk import DATETIME, USUAL, WEATHER, calls_for, function

from agentkit.local.models.offline.functions.lexicon import split_name, stem

CITY_WEATHER = function(
    "get_weather",
    "Get the weather for a location.",
    ["location"],
    location={"type": "string", "description": "The city, for example San Francisco"},
    unit={"type": "string", "enum": ["c", "f"]},
)
TRANSLATE = function("translate_text", "Translates a text into another language.", text="string", target_language="string")
DISTANCE = function("get_distance", "Distance between two cities.", origin="string", destination="string")
EXCHANGE = function(
    "convert_currency", "Converts an amount of money.", amount="number", from_currency="string", to_currency="string"
)
TICKET = function(
    "create_ticket",
    "Creates a support ticket.",
    ["title", "priority"],
    title="string",
    priority={"type": "string", "enum": ["low", "medium", "high"]},
    urgent="boolean",
    due_date={"type": "string", "format": "date"},
)
FLIGHTS = function(
    "search_flights",
    "Searches flights.",
    ["origin", "destination", "date"],
    origin="string",
    destination="string",
    date={"type": "string", "format": "date"},
    passengers={"type": ["integer", "null"]},
)
PRICE = function("get_stock_price", "Price of a stock.", symbol="string")
BMI = function("calculate_bmi", "Body mass index.", weight_kg="number", height_m="number")
CALCULATE = function("calculate", "Evaluates a mathematical expression.", expression="string")
ORDER = function("get_order_status", "Status of an order.", order_id="string")
PRODUCTS = function("search_products", "Searches the catalog.", ["query"], query="string", max_results="integer")
REMINDER = function("create_reminder", "Creates a reminder.", text="string", when={"type": "string", "format": "date-time"})
LIGHT = function("set_light", "Turns the light on or off.", room="string", on="boolean")
SORT = function("sort_words", "Sorts words.", words={"type": "array", "items": {"type": "string"}})
AVERAGE = function("average", "Average of numbers.", numbers={"type": "array", "items": {"type": "number"}})
NEW_USER = function(
    "create_user",
    "Creates a user.",
    user={
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "email": {"type": "string", "format": "email"},
            "age": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "address": {"$ref": "#/$defs/Address"},
        },
        "required": ["name", "email", "age"],
    },
)
NEW_USER["function"]["parameters"]["$defs"] = {"Address": {"type": "object", "properties": {"city": {"type": "string"}}}}
OTHERS = (
    TRANSLATE, DISTANCE, EXCHANGE, TICKET, FLIGHTS, PRICE, BMI, CALCULATE, ORDER, PRODUCTS, REMINDER, LIGHT, SORT, AVERAGE, NEW_USER,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("What time is it?", [("fetch_current_datetime", {})]),
        ("Hello, what is the weather and time in New York?",
         [("fetch_weather", {"location": "New York"}), ("fetch_current_datetime", {})]),
        ("Is it going to rain in Oslo?", [("fetch_weather", {"location": "Oslo"})]),
        ("what's the weather like in new york and rome today?",
         [("fetch_weather", {"location": "new york"}), ("fetch_weather", {"location": "rome"})]),
        ("What's the weather in Oslo, Rome and San Francisco, CA?",
         [("fetch_weather", {"location": city}) for city in ("Oslo", "Rome", "San Francisco, CA")]),
        ("What's the weather in Paris, France?", [("fetch_weather", {"location": "Paris, France"})]),
        ("What's the weather in Oslo? And I would also like the weather in Rome.",
         [("fetch_weather", {"location": "Oslo"}), ("fetch_weather", {"location": "Rome"})]),
        ("What is 30°C in Fahrenheit?", [("convert_temperature", {"celsius": 30})]),
        ("Convert 25 and -3.5 degrees Celsius to Fahrenheit",
         [("convert_temperature", {"celsius": 25}), ("convert_temperature", {"celsius": -3.5})]),
        ("What is 15 plus 27?", [("calculate_sum", {"a": 15, "b": 27})]),
        ("Add two and three", [("calculate_sum", {"a": 2, "b": 3})]),
        ("The sum of 3 and 4 and the sum of 5 and 6", [("calculate_sum", {"a": 3, "b": 4}), ("calculate_sum", {"a": 5, "b": 6})]),
        ("Call calculate_sum with b=3 and a=4", [("calculate_sum", {"a": 4, "b": 3})]),
        ("calculate_sum(5, b=6)", [("calculate_sum", {"a": 5, "b": 6})]),
        ("fetch_weather {\"location\": \"Oslo\"}", [("fetch_weather", {"location": "Oslo"})]),
        ("Get info of user 3", [("get_user_info", {"user_id": 3})]),
        ("info about users 1, 2 and 3", [("get_user_info", {"user_id": number}) for number in (1, 2, 3)]),
        ("Toggle the flag (True)", [("toggle_flag", {"flag": True})]),
        ("toggle the flag: it is off", [("toggle_flag", {"flag": False})]),
        ('merge {"a": 1} and {\'b\': [2, None]}', [("merge_dicts", {"dict1": {"a": 1}, "dict2": {"b": [2, None]}})]),
        ('Process these records: [{"a": 1}, {"b": 2}]', [("process_records", {"records": [{"a": 1}, {"b": 2}]})]),
        ("Find the longest word in these sentences: 'The quick fox', 'Hello world'",
         [("longest_word_in_sentences", {"sentences": ["The quick fox", "Hello world"]})]),
        ("Send an email to ann@contoso.example with the subject 'Lunch' saying we eat at noon",
         [("send_email", {"recipient": "ann@contoso.example", "subject": "Lunch", "body": "we eat at noon"})]),
        ("Email bob@contoso.example about the meeting: It starts at 10.",
         [("send_email", {"recipient": "bob@contoso.example", "subject": "the meeting", "body": "It starts at 10."})]),
        ("Send an email to ann@contoso.example and bob@contoso.example with the subject 'Hi' and the body 'Ho'",
         [("send_email", {"recipient": f"{who}@contoso.example", "subject": "Hi", "body": "Ho"}) for who in ("ann", "bob")]),
        ("Send bob@contoso.example an email saying 'See you soon, Bob'",
         [("send_email", {"recipient": "bob@contoso.example", "subject": "See you soon, Bob", "body": "See you soon, Bob"})]),
    ],
)  # fmt: skip
def test_the_functions_of_the_samples_are_called(text: str, calls: list[Any]) -> None:
    assert calls_for(text) == calls


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("Translate good morning into French", [("translate_text", {"text": "good morning", "target_language": "French"})]),
        ("How do you say 'thank you' in Spanish and German?",
         [("translate_text", {"text": "thank you", "target_language": language}) for language in ("Spanish", "German")]),
        ("How far is it from Oslo to Rome?", [("get_distance", {"origin": "Oslo", "destination": "Rome"})]),
        ("distance to Rome from Oslo", [("get_distance", {"origin": "Oslo", "destination": "Rome"})]),
        ("distance between Oslo and Rome", [("get_distance", {"origin": "Oslo", "destination": "Rome"})]),
        ("Convert 100 USD to EUR", [("convert_currency", {"amount": 100, "from_currency": "USD", "to_currency": "EUR"})]),
        ('Create a ticket titled "Printer broken" with high priority due 5 March 2025',
         [("create_ticket", {"title": "Printer broken", "priority": "high", "due_date": "2025-03-05"})]),
        ("open an urgent ticket 'VPN down', priority low",
         [("create_ticket", {"title": "VPN down", "priority": "low", "urgent": True})]),
        ("create a ticket 'VPN slow', not urgent, priority: medium",
         [("create_ticket", {"title": "VPN slow", "priority": "medium", "urgent": False})]),
        ("Search flights from Oslo to Rome on 2025-03-05 for 2 passengers",
         [("search_flights", {"origin": "Oslo", "destination": "Rome", "date": "2025-03-05", "passengers": 2})]),
        ("price of MSFT and AAPL stock", [("get_stock_price", {"symbol": "MSFT"}), ("get_stock_price", {"symbol": "AAPL"})]),
        ("What is the BMI of somebody with a height of 1.75 m and a weight of 70 kg?",
         [("calculate_bmi", {"weight_kg": 70, "height_m": 1.75})]),
        ("Calculate 3 * (4 + 5)", [("calculate", {"expression": "3 * (4 + 5)"})]),
        ("What's the status of order A-123?", [("get_order_status", {"order_id": "A-123"})]),
        ("Search for red running shoes", [("search_products", {"query": "red running shoes"})]),
        ("find products: lamps, max results 5", [("search_products", {"query": "lamps", "max_results": 5})]),
        ("Create a reminder to call Bob on 2025-03-05 at 2:30 pm",
         [("create_reminder", {"text": "call Bob", "when": "2025-03-05T14:30:00Z"})]),
        ("Turn on the light in the kitchen", [("set_light", {"room": "kitchen", "on": True})]),
        ("Sort these words: pear, apple and fig", [("sort_words", {"words": ["pear", "apple", "fig"]})]),
        ("average of 3, 4 and 5.5", [("average", {"numbers": [3, 4, 5.5]})]),
        ("Create a user: name: Ann, email: ann@contoso.example, city: Oslo",
         [("create_user", {"user": {"name": "Ann", "email": "ann@contoso.example", "age": None, "address": {"city": "Oslo"}}})]),
        ("Create a user called Bob, 34 years old, with bob@contoso.example",
         [("create_user", {"user": {"name": "Bob", "email": "bob@contoso.example", "age": 34}})]),
        ('Create a user {"name": "Eve", "email": "eve@contoso.example", "age": 3}',
         [("create_user", {"user": {"name": "Eve", "email": "eve@contoso.example", "age": 3}})]),
    ],
)  # fmt: skip
def test_arguments_are_taken_by_what_they_are_for(text: str, calls: list[Any]) -> None:
    assert calls_for(text, *OTHERS) == calls


@pytest.mark.parametrize(
    ("tool", "text", "arguments"),
    [
        (function("is_prime", "", n="integer"), "Is 17 a prime number?", {"n": 17}),
        (function("multiply", "", a="number", b="number"), "What's 6 times 7?", {"a": 6, "b": 7}),
        (function("subtract", "Subtracts b from a.", a="number", b="number"), "subtract 3 from 10", {"a": 10, "b": 3}),
        (function("random_number", "", min="integer", max="integer"), "a random number between 1 and 10", {"min": 1, "max": 10}),
        (function("reverse_string", "", text="string"), "Reverse the string 'abc'", {"text": "abc"}),
        (function("set_timer", "", minutes="integer"), "Set a timer for 10 minutes", {"minutes": 10}),
        (function("book_table", "", guests="integer", time="string"), "Book a table for 2 at 7pm", {"guests": 2, "time": "19:00:00"}),
        (function("add_to_list", "", item="string"), "Add milk to my shopping list", {"item": "milk"}),
        (function("get_exchange_rate", "", base_currency="string", target_currency="string"),
         "What is the exchange rate of the euro to the dollar?", {"base_currency": "EUR", "target_currency": "USD"}),
        (function("cancel_order", "", ["order_id"], order_id="string", reason="string"), "Cancel order 12345", {"order_id": "12345"}),
        (function("get_nearby_restaurants", "Restaurants near a place.", location="string"), "Restaurants near Times Square",
         {"location": "Times Square"}),
        (function("get_time_in_timezone", "", timezone="string"), "What time is it in the timezone Europe/Oslo?",
         {"timezone": "Europe/Oslo"}),
        (function("summarize_text", "", text="string"), "Summarize this text: The cat sat. It was happy.",
         {"text": "The cat sat. It was happy."}),
        (function("get_news", "Latest news.", topic="string"), "What's the latest news on climate change?", {"topic": "climate change"}),
        (function("calculate_tip", "", bill="number", percentage="number"), "Calculate a 15% tip on a bill of $80",
         {"bill": 80, "percentage": 15}),
        (function("days_between", "", start_date={"type": "string", "format": "date"}, end_date={"type": "string", "format": "date"}),
         "How many days between 2025-01-01 and 1 February 2025?", {"start_date": "2025-01-01", "end_date": "2025-02-01"}),
        (function("read_file", "", path="string"), "Read the file notes/todo.txt", {"path": "notes/todo.txt"}),
        (function("post_message", "", channel="string", text="string"), "Post a message to channel #general saying 'Hi all'",
         {"channel": "#general", "text": "Hi all"}),
    ],
)  # fmt: skip
def test_one_function_of_many_kinds(tool: Any, text: str, arguments: Any) -> None:
    assert calls_for(text, tool) == [(tool["function"]["name"], arguments)]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("What's the weather in Paris?", {"location": "Paris"}),
        ("What's the weather in Paris in Celsius?", {"location": "Paris", "unit": "c"}),
        ("Weather in Paris, France (fahrenheit)", {"location": "Paris, France", "unit": "f"}),
        ("How cold is it in Oslo in °F", {"location": "Oslo", "unit": "f"}),
        ("location: Oslo, unit: f. weather please", {"location": "Oslo", "unit": "f"}),
    ],
)
def test_a_choice_is_made_where_the_message_names_it_and_left_out_where_not(text: str, arguments: Any) -> None:
    assert calls_for(text, CITY_WEATHER) == [("get_weather", arguments)]


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "integer", "default": 7}, "run the probe", 7),
        ({"type": ["integer", "null"]}, "run the probe", None),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "run the probe with level 3", 3),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "run the probe, level: deep", "deep"),
        ({"oneOf": [{"type": "boolean"}, {"type": "integer"}]}, "run the probe, level = 4", 4),
        ({"enum": ["low", "very-high", 3]}, "run the probe with a very high level", "very-high"),
        ({"enum": ["low", "high", 3]}, "run the probe at 3", 3),
        ({"const": "x"}, "run the probe", "x"),
        ({"enum": ["only"]}, "run the probe", "only"),
        ({"$ref": "#/$defs/L"}, "run the probe with level 3", 3),
        ({"allOf": [{"$ref": "#/$defs/L"}]}, "run the probe with level 3", 3),
        ({"type": "integer", "minimum": 5}, "run the probe for 3, level 8", 8),
        ({"type": "string", "pattern": "^[A-Z]{2}\\d$"}, "run the probe on AB7 now", "AB7"),
        ({"type": "string", "format": "uri"}, "run the probe on https://contoso.example/a?b=1.", "https://contoso.example/a?b=1"),
        ({"type": "string", "format": "date"}, "run the probe, level: 5 March 2024", "2024-03-05"),
        ({"type": "string", "format": "time"}, "run the probe at 3pm", "15:00:00"),
        ({"type": "array", "items": {"enum": ["a", "bb", "cc"]}}, "run the probe with cc and bb", ["cc", "bb"]),
        ({"type": "array", "items": {"type": "string", "format": "email"}}, "run the probe for a@contoso.example, b@contoso.example",
         ["a@contoso.example", "b@contoso.example"]),
        ({"type": "array", "items": {"type": "integer"}}, "run the probe [1, 2]", [1, 2]),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "run the probe {'a': 1.5}", {"a": 1.5}),
        ({"type": "object", "properties": {"deep": {"type": "object", "properties": {"level": {"type": "integer"}}, "required": ["level"]}},
          "required": ["deep"]}, "run the probe with level 3", {"deep": {"level": 3}}),
        ({"anyOf": [{"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind", "lives"]},
                    {"type": "object", "properties": {"kind": {"const": "dog"}, "age": {"type": "integer"}}, "required": ["kind", "age"]}]},
         "run the probe on a dog with age 3", {"kind": "dog", "age": 3}),
    ],
)  # fmt: skip
def test_every_form_of_schema(schema: Any, text: str, value: Any) -> None:
    probe = function("run_probe", "Runs a probe.", level=schema)
    probe["function"]["parameters"]["$defs"] = {"L": {"type": "integer"}}
    assert calls_for(text, probe) == [("run_probe", {"level": value})]


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "Tell me a joke",
        "Write a poem about the weather in Paris",
        "What is the capital of France?",
        "How many times did we win?",
        "What is Ann's email?",
        "Who wrote the user manual in 1999?",
        "Don't send an email to ann@contoso.example with the subject 'a' saying 'b'",
        "How do I send an email?",
        "I would never convert 25 degrees Celsius",
        "",
    ],
)
def test_what_does_not_fit_is_not_called(text: str) -> None:
    assert calls_for(text) == []


def test_what_is_negated_is_left_out_and_the_rest_called() -> None:
    text = "Don't send an email, just tell me the weather in Oslo"
    assert calls_for(text) == [("fetch_weather", {"location": "Oslo"})]


def test_of_two_functions_of_one_topic_the_one_that_fits_better_is_called() -> None:
    tools = (
        function("get_users", "Lists all users."),
        function("delete_user", "Deletes a user.", user_id="integer"),
        function("get_user_orders", "Orders of a user.", user_id="integer"),
    )
    assert calls_for("Delete user 3", *tools) == [("delete_user", {"user_id": 3})]
    assert calls_for("Show the orders of user 3", *tools) == [("get_user_orders", {"user_id": 3})]
    assert calls_for("List the users", *tools) == [("get_users", {})]


def test_a_function_with_a_name_that_says_nothing_is_found_by_its_description() -> None:
    tools = (function("tool_a", "Gets the opening hours of a museum.", museum="string"), function("tool_b", "Sends a fax."))
    assert calls_for("What are the opening hours of the Louvre?", *tools) == [("tool_a", {"museum": "Louvre"})]
    assert calls_for("What are the prices of the Louvre?", *tools) == []


def test_a_chart_is_still_drawn_and_a_function_called_where_no_code_may_run() -> None:
    chart = function("draw_chart", "Draws a chart.", values={"type": "object", "additionalProperties": {"type": "number"}})
    text = "Draw a bar chart of the weather: Oslo: 3, Rome: 4"
    assert calls_for(text, chart) == [("draw_chart", {"values": {"Oslo": 3, "Rome": 4}})]
    ((kind, source),) = calls_for(text, chart, WEATHER, {"type": "code_interpreter"})
    assert (kind, "matplotlib" in source) == ("code_interpreter", True)


def test_with_a_table_at_hand_a_question_that_names_a_function_calls_it() -> None:
    from offline_talk import request

    from agentkit.local.models.offline import OfflineModel

    tools = ("code_interpreter", WEATHER)
    (call,) = OfflineModel().respond(request("What is the weather in Oslo?", tools=tools, files=["sales.csv"])).tool_calls
    assert (call.kind, call.name) == ("function", "fetch_weather")
    (call,) = (
        OfflineModel().respond(request("What is the total weather in the csv file?", tools=tools, files=["s.csv"])).tool_calls
    )
    assert call.kind == "code_interpreter"


def test_tool_choice_none_calls_nothing_and_a_forced_function_is_called_with_what_there_is() -> None:
    text = "What is the weather in Oslo and the time?"
    assert calls_for(text, tool_choice="none") == []
    forced = {"type": "function", "function": {"name": "fetch_weather"}}
    assert ("fetch_weather", {"location": "Oslo"}) in calls_for(text, tool_choice=forced)
    assert calls_for("Hello", DATETIME, WEATHER, tool_choice=forced) == [("fetch_weather", {"location": ""})]
    assert calls_for("Info of user 7", *USUAL, tool_choice="required") == [("get_user_info", {"user_id": 7})]
    assert calls_for("Hello", DATETIME, tool_choice="required") == [("fetch_current_datetime", {})]
    weather = {"type": "function", "function": {"name": "fetch_weather"}}
    assert calls_for("Tell user 7 of Rome", *USUAL, tool_choice=weather) == [("fetch_weather", {"location": "Rome"})]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("get_current_weather", ("get", "current", "weather")),
        ("getHTTPStatus2", ("get", "http", "status")),
        ("stock-price.bot", ("stock", "price", "bot")),
        ("", ()),
    ],
)
def test_names_are_split(name: str, words: tuple[str, ...]) -> None:
    assert split_name(name) == words


@pytest.mark.parametrize(
    "words", [("converts", "converting", "converted", "convert"), ("companies", "company"), ("schedules", "scheduling", "schedule"), ("dicts", "dict")]
)  # fmt: skip
def test_forms_of_a_word_have_one_stem(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1
