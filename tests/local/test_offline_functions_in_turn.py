"""Several calls of one run: at once or one after the other, with the outputs of some in the arguments of others, and what is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from function_talk import API, OUTPUTS, SUM, USUAL, WEATHER, Conversation, agent, calls_for, function, told

from agentkit.local.models.base import ToolCall, ToolResult
from agentkit.local.models.offline import OfflineModel
from agentkit.local.models.offline.functions.answering import told_result

LETTER = "Hello, send an email with the datetime and weather information in New York?"
NEWS = "Datetime: current time: 2025-03-05 10:00:00.\nWeather for New York: Sunny, 25°C."
SENT = ("send_email", {"recipient": "user@example.com", "subject": "Datetime and weather", "body": NEWS})
CLOCK: tuple[str, Any] = ("fetch_current_datetime", {})
SKY = ("fetch_weather", {"location": "New York"})


@pytest.mark.parametrize(("parallel", "turns"), [(True, [[CLOCK, SKY], [SENT]]), (False, [[CLOCK], [SKY], [SENT]])])
def test_an_email_is_sent_with_what_other_functions_have_answered(parallel: bool, turns: Any) -> None:
    talk = Conversation(settings={"parallel_tool_calls": parallel})
    answer = talk.say(LETTER)
    assert [[told(call) for call in turn] for turn in talk.turns] == turns
    assert "- Weather for New York: Sunny, 25°C.\n" in answer
    assert "- Send email: Email successfully sent to user@example.com.\n" in answer
    assert 'does not say who the recipient is, so send_email was given the placeholder "user@example.com".' in answer


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("Tell me the time, and then e-mail it to bob@contoso.example",
         [[CLOCK], [("send_email", {"recipient": "bob@contoso.example", "subject": "Datetime", "body": NEWS.split("\n")[0]})]]),
        ("Add 3 and 4, convert the result to Fahrenheit, and e-mail that to bob@contoso.example with the subject 'Sums'",
         [[("calculate_sum", {"a": 3, "b": 4})], [("convert_temperature", {"celsius": 7})],
          [("send_email", {"recipient": "bob@contoso.example", "subject": "Sums",
                           "body": "Calculate sum (a: 3, b: 4): 7.\nConvert temperature (celsius: 7): fahrenheit: 44.6."})]]),
        ("Email ann@contoso.example the weather in London, and tell me the time",
         [[("fetch_weather", {"location": "London"}), CLOCK],
          [("send_email", {"recipient": "ann@contoso.example", "subject": "Weather and datetime",
                           "body": "Weather for London: Cloudy, 18°C.\nDatetime: current time: 2025-03-05 10:00:00."})]]),
        ("Tell me the time and send ann@contoso.example an email with the subject 'Hi' saying 'See you'",
         [[CLOCK, ("send_email", {"recipient": "ann@contoso.example", "subject": "Hi", "body": "See you"})]]),
    ],
)  # fmt: skip
def test_calls_wait_for_what_they_need_and_for_nothing_else(text: str, turns: Any) -> None:
    talk = Conversation()
    talk.say(text)
    assert [[told(call) for call in turn] for turn in talk.turns] == turns


CITY = (
    function("getUserFavoriteCity", "Get the user's favorite city."),
    function("getCityNickname", "Get the nickname of a city.", location="string"),
    function("getCurrentTemperature", "Get the temperature.", location="string", unit={"enum": ["Celsius", "Fahrenheit"]}),
    function("getRainProbability", "Get the probability of rain.", location="string"),
)


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("What's the nickname of my favorite city?",
         [[("getUserFavoriteCity", {})], [("getCityNickname", {"location": "Seattle, WA"})]]),
        ("What's the weather like in my favorite city?",
         [[("getUserFavoriteCity", {})], [("getCurrentTemperature", {"location": "Seattle, WA", "unit": "Celsius"})]]),
        ("What's the weather in San Francisco today and the likelihood it'll rain?",
         [[("getCurrentTemperature", {"location": "San Francisco", "unit": "Celsius"}),
           ("getRainProbability", {"location": "San Francisco"})]]),
    ],
)  # fmt: skip
def test_one_function_answers_what_another_one_needs(text: str, turns: Any) -> None:
    outputs: dict[str, Any] = {
        "getUserFavoriteCity": lambda: "Seattle, WA",
        "getCityNickname": lambda location: "The Emerald City",
    }
    talk = Conversation(CITY, outputs)
    answer = talk.say(text)
    assert [[told(call) for call in turn] for turn in talk.turns] == turns
    assert "Seattle, WA" in answer or "San Francisco" in answer


def test_nothing_is_sent_where_what_was_to_be_sent_failed() -> None:
    talk = Conversation(outputs={**OUTPUTS, "fetch_weather": lambda location: {"error": f"no such place: {location}"}})
    answer = talk.say("Email bob@contoso.example the weather in Atlantis")
    assert talk.calls == [("fetch_weather", {"location": "Atlantis"})]
    assert answer.startswith("Weather for Atlantis failed: no such place: Atlantis.\n")
    assert "I did not call send_email, because it needs the output of fetch_weather." in answer


def test_a_number_that_an_output_does_not_have_is_asked_for_and_not_invented() -> None:
    talk = Conversation(outputs={**OUTPUTS, "calculate_sum": lambda a, b: "between 6 and 8"})
    answer = talk.say("Add 3 and 4, and convert the result to Fahrenheit")
    assert talk.calls == [("calculate_sum", {"a": 3, "b": 4})]
    assert "To call convert_temperature, I still need: celsius." in answer


def test_what_is_missing_is_asked_for_and_taken_from_the_reply() -> None:
    talk = Conversation()
    assert talk.say("What's the weather?").startswith("To call fetch_weather, I still need: location.")
    assert talk.calls == []
    talk.say("san francisco, ca")
    assert talk.calls == [("fetch_weather", {"location": "san francisco, ca"})]
    talk.say("And in London?")
    assert talk.calls == [("fetch_weather", {"location": "London"})]
    talk.say("Thanks!")
    assert talk.calls == []


@pytest.mark.parametrize(
    ("text", "asked", "reply", "call"),
    [
        ("toggle the flag", "flag (true or false)", "false", ("toggle_flag", {"flag": False})),
        ("Send an email", "recipient, subject and body", "to bob@contoso.example, subject: Hi, body: Hello Bob",
         ("send_email", {"recipient": "bob@contoso.example", "subject": "Hi", "body": "Hello Bob"})),
        ("Convert degrees Celsius to Fahrenheit", "celsius", "21.5", ("convert_temperature", {"celsius": 21.5})),
        ("Get the info of a user", "user_id", "user 3", ("get_user_info", {"user_id": 3})),
        ("What's the weather?", "location", "What time is it?", ("fetch_current_datetime", {})),
    ],
)  # fmt: skip
def test_replies(text: str, asked: str, reply: str, call: Any) -> None:
    talk = Conversation()
    assert f"I still need: {asked}." in talk.say(text)
    talk.say(reply)
    assert talk.calls == [call]


def test_a_call_is_made_and_the_other_one_asked_about() -> None:
    talk = Conversation()
    answer = talk.say("What time is it, and what's the weather?")
    assert talk.calls == [CLOCK]
    assert "To call fetch_weather, I still need: location." in answer


def test_arguments_that_the_schema_refuses_are_not_sent() -> None:
    dice = function(
        "roll_dice", "Rolls dice.", sides={"type": "integer", "maximum": 20}, label={"type": "string", "maxLength": 3}
    )
    talk = Conversation((dice,), {})
    answer = talk.say('Roll the dice with 6 sides, label: "far too long"')
    assert talk.calls == []
    assert "I did not call roll_dice, because what your message says does not fit:" in answer


def test_where_files_can_be_searched_they_are_rather_than_asked_back() -> None:
    search = {"type": "file_search"}
    assert calls_for("What's the weather?", WEATHER, search) == [("file_search", "What's the weather?")]
    assert calls_for("What's the weather in Oslo?", WEATHER, search) == [("fetch_weather", {"location": "Oslo"})]


def test_json_is_answered_from_what_the_functions_say() -> None:
    talk = Conversation(settings={"response_format": {"type": "json_object"}})
    assert json.loads(talk.say("What is the weather in London and New York?")) == {
        "fetch_weather": [{"weather": "Cloudy, 18°C"}, {"weather": "Sunny, 25°C"}]
    }
    schema: dict[str, Any] = {"type": "object", "properties": {"result": {"type": "integer"}}, "required": ["result"]}
    form = {"type": "json_schema", "json_schema": {"schema": schema}}
    assert json.loads(Conversation(settings={"response_format": form}).say("Add 3 and 4")) == {"result": 7}
    schema |= {"properties": {"total": {"type": "integer"}}, "required": ["total"], "additionalProperties": False}
    outputs = {"calculate_sum": lambda a, b: {"values": [a, b], "total": a + b}}
    assert json.loads(Conversation(outputs=outputs, settings={"response_format": form}).say("Add 3 and 4")) == {"total": 7}


def test_a_message_without_a_fitting_function_is_told_which_there_are() -> None:
    assert "where a message asks for what it does: fetch_weather and calculate_sum." in Conversation((WEATHER, SUM)).say(
        "Hello"
    )


OSLO = ToolCall("function", name="get_weather", arguments='{"city": "Oslo"}')


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ('{"weather": "Sunny, 25°C"}', "Weather for Oslo: Sunny, 25°C."),
        ('"Sunny"', "Weather for Oslo: Sunny."),
        ("Sunny and warm!", "Weather for Oslo: Sunny and warm!"),
        ("11.5", "Weather for Oslo: 11.5."),
        ("true", "Weather for Oslo: true."),
        ("null", "Weather for Oslo: nothing."),
        ("", "Weather for Oslo: (nothing)"),
        ('{"city": "Oslo", "sky": "rain", "wind": {"speed": 3, "from_side": "west"}}',
         "Weather for Oslo: sky: rain, wind: (speed: 3, from side: west)"),
        ('["rain", "snow", "hail"]', "Weather for Oslo: rain, snow and hail."),
        ('[{"day": 1, "sky": "rain"}, {"day": 2, "sky": "snow"}]', "Weather for Oslo: \n- day: 1, sky: rain\n- day: 2, sky: snow"),
        ('{"error": "no data"}', "Weather for Oslo failed: no data."),
        ('{"error": {"code": 3, "message": "no data"}}', "Weather for Oslo failed: code: 3, message: no data."),
        ('{"error": null, "sky": "rain"}', "Weather for Oslo: error: nothing, sky: rain."),
        ("[" * 5000, "Weather for Oslo: " + "[" * 3999 + "…"),
    ],
)  # fmt: skip
def test_outputs_in_words(output: str, sentence: str) -> None:
    assert told_result(ToolResult(OSLO, output)) == sentence


@pytest.mark.parametrize(
    ("call", "output", "sentence"),
    [
        (ToolCall("function", name="getUserInfo", arguments='{"user_id": 3}'), '{"name": "Ann"}', "User 3: name: Ann."),
        (ToolCall("function", name="send_email", arguments='{"to": "a"}'), '{"message": "Sent."}', "Send email: Sent."),
        (ToolCall("function", name="f", arguments='{"text": "' + "x" * 90 + '"}'), "1", "F: 1."),
        (ToolCall("connected_agent", name="desk", input="When?"), "At ten", "desk answered: At ten."),
        (ToolCall("openapi", name="getForecast", arguments='{"city": "Oslo"}'), "HTTP 404 Not Found\nnone", "Forecast for Oslo failed: HTTP 404 Not Found\nnone."),
    ],
)  # fmt: skip
def test_calls_in_words(call: ToolCall, output: str, sentence: str) -> None:
    assert told_result(ToolResult(call, output)) == sentence


def test_a_tool_that_failed_is_told_of() -> None:
    call = ToolCall("bing_grounding", input="Euler")
    assert (
        told_result(ToolResult(call, "It is not available.", failed=True))
        == "Bing grounding (Euler) failed: It is not available."
    )


STOCK, PRIORITY = (
    agent("stock_price_bot", "Gets the stock price of a company."),
    agent("priority_agent", "Says how urgent a ticket is."),
)
BING = {"type": "bing_grounding", "bing_grounding": {"connections": []}}
SEARCH = {"type": "azure_ai_search"}
QUEUE = {
    "type": "azure_function",
    "azure_function": {"function": {"name": "get_weather", "description": "Weather by a queue.", "parameters": WEATHER["function"]["parameters"]}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("What is the stock price of Microsoft?", [("stock_price_bot", "What is the stock price of Microsoft?")]),
        ("Tell me the stock price of Microsoft and the priority of the ticket 'Server down'",
         [("stock_price_bot", "Tell me the stock price of Microsoft"), ("priority_agent", "priority of the ticket 'Server down'")]),
        ("How urgent is this ticket: the server is down", [("priority_agent", "How urgent is this ticket: the server is down")]),
        ("Search the web for Euler's identity", [("bing_grounding", "Euler's identity")]),
        ("What are the latest news?", [("bing_grounding", "What are the latest news?")]),
        ("Look in the search index for tents", [("azure_ai_search", "tents")]),
        ("What is the weather in Oslo?", [("get_weather", {"location": "Oslo"})]),
        ("What is the price of bread?", []),
        ("Hello", []),
    ],
)  # fmt: skip
def test_other_agents_and_tools_of_a_cloud(text: str, calls: list[Any]) -> None:
    assert calls_for(text, STOCK, PRIORITY, BING, SEARCH, QUEUE) == calls


def test_another_agent_is_given_what_a_function_has_answered() -> None:
    talk = Conversation(
        (*USUAL, agent("haiku_agent", "Writes a haiku.")), {**OUTPUTS, "haiku_agent": lambda text: "Clouds over London"}
    )
    answer = talk.say("Get the weather in London, and then ask the haiku agent to write about it")
    (name, text) = talk.calls[-1]
    assert (name, text.splitlines()[-1]) == ("haiku_agent", "Weather for London: Cloudy, 18°C.")
    assert "- haiku_agent answered: Clouds over London.\n" in answer


def test_the_signature_of_another_offline_model_is_not_repeated() -> None:
    inner = OfflineModel().respond(Conversation(()).request()).text
    signed = "It is open.\n\n(From agentkit's offline model: fixed rules, not a language model.)"
    call = ToolCall("connected_agent", name="desk", input="?")
    assert told_result(ToolResult(call, signed)) == "desk answered: It is open."
    assert told_result(ToolResult(call, f"{signed}\n(It shows: map.png)")) == "desk answered: It is open.\n(It shows: map.png)"
    assert "desk answered: This is agentkit's offline model" in told_result(ToolResult(call, inner))


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("What is the weather forecast for Oslo?", [("getForecast", {"city": "Oslo"})]),
        ("Give me the forecast for Oslo and Rome for 3 days",
         [("getForecast", {"city": "Oslo", "days": 3}), ("getForecast", {"city": "Rome", "days": 3})]),
        ("What is the name and population of the country that uses the currency with abbreviation THB?",
         [("LookupCountryByCurrency", {"currency": "THB"})]),
        ("Create a report: 21.5 degrees Celsius in Oslo", [("createReport", {"place": "Oslo", "celsius": 21.5})]),
        ("Who are you?", []),
    ],
)  # fmt: skip
def test_operations_of_an_api(text: str, calls: list[Any]) -> None:
    assert calls_for(text, API) == calls


def test_operations_of_two_apis_are_told_apart_by_the_names_of_the_apis() -> None:
    other = {"type": "openapi", "openapi": {**API["openapi"], "name": "other"}}
    ((name, arguments),) = calls_for("What is the forecast for Oslo?", API, other)
    assert (name, arguments) == ("weather_getForecast", {"city": "Oslo"})
