"""What names of functions are made of, and how people say in a message what such a name means."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = [
    "ACTING",
    "COMPUTING",
    "FILLERS",
    "READING",
    "RELATED",
    "SAID",
    "SMALL",
    "SPEAKING",
    "UNIT_NAMES",
    "VERB_SAID",
    "split_name",
    "stem",
]

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+")
# The time of the day, and not "how many times", "the last time" or "time to go".
_TIME = (
    r"(?<!many )(?<!this )(?<!same )(?<!any )(?<!every )(?<!long )(?<!first )(?<!last )(?<!next )(?<!of )time"
    r"(?!\s+(?:flies|off|out|being|to\s+(?!(?:me|us|him|her|them|my|the|everyone)\b)(?-i:[a-z])))"
)

READING = frozenset(
    [
        "ask", "check", "describe", "display", "fetch", "find", "get", "give", "has", "inspect", "is", "list", "load", "look",
        "lookup", "obtain", "provide", "query", "read", "retrieve", "return", "search", "see", "show", "tell", "view",
    ]
)  # fmt: skip
"""Verbs that a question implies: "What is the weather?" asks to get it."""

ACTING = frozenset(
    [
        "activate", "add", "append", "apply", "approve", "archive", "assign", "block", "book", "buy", "call", "cancel", "change",
        "charge", "clear", "close", "copy", "create", "deactivate", "decrease", "delete", "deploy", "disable", "disconnect",
        "download", "drop", "edit", "enable", "erase", "escalate", "execute", "export", "file", "fill", "forward", "import",
        "increase", "insert", "install", "invite", "launch", "lock", "log", "mail", "make", "mark", "modify", "move", "notify",
        "open", "order", "pause", "pay", "place", "play", "post", "print", "publish", "purchase", "put", "record", "refund",
        "register", "reject", "remind", "remove", "rename", "renew", "replace", "reply", "report", "reschedule", "reserve",
        "reset", "restart", "restore", "resume", "run", "save", "schedule", "sell", "send", "set", "share", "ship", "shut",
        "skip", "start", "stop", "store", "submit", "subscribe", "text", "toggle", "trade", "transfer", "trigger", "turn",
        "uninstall", "unlock", "unsubscribe", "update", "upload", "withdraw", "write",
    ]
)  # fmt: skip
"""Verbs of functions that change something: they are called only where the message has the verb, too."""

COMPUTING = frozenset(
    [
        "analyze", "analyse", "average", "calculate", "calc", "classify", "combine", "compare", "compute", "concat", "convert",
        "count", "decode", "divide", "encode", "estimate", "evaluate", "extract", "filter", "format", "generate", "hash",
        "identify", "join", "measure", "merge", "multiply", "normalize", "parse", "predict", "process", "recommend", "reverse",
        "round", "simulate", "solve", "sort", "split", "subtract", "suggest", "sum", "summarize", "summarise", "transform",
        "translate", "validate", "verify",
    ]
)  # fmt: skip
"""Verbs of functions that make something of what they are given."""

SPEAKING = frozenset(
    [
        "combine", "concat", "count", "decode", "divide", "encode", "hash", "join", "merge", "multiply", "reverse", "round",
        "search", "sort", "split", "subtract", "sum", "summarize", "summarise", "translate",
    ]
)  # fmt: skip
"""Verbs that say so much that what they are done to need not be named: "merge {...} and {...}"."""

VERB_SAID: Mapping[str, str] = {
    "add": r"add|append|put|include|insert|plus|sum",
    "analyze": r"analy[sz]e",
    "average": r"average|mean",
    "book": r"book|reserve",
    "buy": r"buy|purchase|order",
    "calculate": r"calculate|compute|work\s+out",
    "cancel": r"cancel|call\s+off|drop",
    "combine": r"combine|merge|join",
    "convert": r"convert|change|turn|express",
    "count": r"count|how\s+many|number\s+of",
    "create": r"create|make|add|open|set\s+up|start|new|file|raise|generate|write",
    "delete": r"delete|remove|erase|drop|get\s+rid",
    "disable": r"disable|deactivate|turn\s+off|switch\s+off",
    "divide": r"divide",
    "enable": r"enable|activate|turn\s+on|switch\s+on",
    "file": r"file|raise|create|open",
    "generate": r"generate|create|make|produce|write",
    "lookup": r"look\s+up|look|find|search",
    "mail": r"e-?mail|mail|send",
    "merge": r"merge|combine|join|unite|put\s+together",
    "multiply": r"multiply|times",
    "notify": r"notify|inform|alert",
    "open": r"open|create|raise|file",
    "order": r"order|buy|purchase",
    "place": r"place|make|put",
    "play": r"play|put\s+on",
    "post": r"post|publish|send",
    "process": r"process|handle|work\s+through|run",
    "purchase": r"purchase|buy|order",
    "recommend": r"recommend|suggest",
    "remove": r"remove|delete|drop|take\s+out",
    "reserve": r"reserve|book",
    "save": r"save|store|write|keep|record",
    "schedule": r"schedule|plan|arrange|set\s+up|book",
    "search": r"search|find|look\s+(?:up|for)",
    "send": r"send|e-?mail|mail|text|message|forward|drop",
    "set": r"set|change|turn|make|put|adjust|switch|raise|lower|increase|decrease",
    "store": r"store|save|write|keep|record",
    "subtract": r"subtract|minus|take",
    "suggest": r"suggest|recommend",
    "sum": r"sum|add|plus|total",
    "summarize": r"summari[sz]e|summary|sum\s+up",
    "toggle": r"toggle|flip|switch|invert|negate",
    "transfer": r"transfer|send|move|wire",
    "translate": r"translate|translation|how\s+do\s+(?:you|i)\s+say",
    "turn": r"turn|switch|toggle|put",
    "update": r"update|change|modify|edit|set",
    "validate": r"validate|check|verify",
    "write": r"write|save|store|put",
}
"""How a verb of a name is said; others are said as they are."""

SAID: Mapping[str, str] = {
    "average": r"averages?|mean",
    "bmi": r"bmi|body\s+mass(?:\s+index)?",
    "calendar": r"calendar|schedule|appointments?|meetings?",
    "currency": r"currenc(?:y|ies)|dollars?|euros?|pounds?|yen|(?-i:USD|EUR|GBP|JPY|CHF|INR|CNY|CAD|AUD)",
    "date": r"dates?|what\s+day|which\s+day|what(?:'s|\s+is)\s+today|day\s+is\s+it|date\s?time",
    "datetime": rf"date\s?times?|dates?|{_TIME}|what\s+day|day\s+is\s+it",
    "dict": r"dict(?:ionar(?:y|ies))?s?|objects?|maps?|mappings?",
    "difference": r"differences?|minus|subtract\w*|less",
    "directions": r"directions?|routes?|way",
    "distance": r"distances?|how\s+far",
    "email": r"e-?mails?|mails?",
    "event": r"events?|meetings?|appointments?",
    "exchange": r"exchange|convert|rate",
    "flag": r"flags?",
    "forecast": r"forecasts?|weather|tomorrow",
    "likelihood": r"likelihood|probability|chances?|odds|likely",
    "mean": r"mean|averages?",
    "message": r"messages?|texts?|sms",
    "music": r"music|songs?|tracks?",
    "order": r"orders?|package|delivery",
    "population": r"populations?|inhabitants|how\s+many\s+people",
    "price": r"prices?|costs?|how\s+much|worth|quotes?|trading\s+at",
    "probability": r"probability|likelihood|chances?|odds|likely",
    "product": r"products?|items?|times|multipl\w+",
    "rain": r"rain\w*|umbrella",
    "record": r"records?|entries|rows",
    "reminder": r"reminders?|remind",
    "route": r"routes?|directions?|way",
    "schedule": r"schedule|calendar|appointments?|meetings?",
    "share": r"shares?|stocks?",
    "sms": r"sms|texts?|messages?",
    "song": r"songs?|tracks?|music",
    "status": r"status|state|where\s+is",
    "stock": r"stocks?|shares?|ticker|trading",
    "sum": r"sums?|add(?:s|ed|ing|ition)?|plus|total|\d\s*\+\s*\d",
    "task": r"tasks?|to-?dos?",
    "temperature": r"temperatures?|degrees?|celsius|fahrenheit|kelvin|°[cfk]?|how\s+(?:warm|cold|hot)",
    "ticket": r"tickets?|issues?|cases?",
    "time": rf"{_TIME}|date\s?time|how\s+late",
    "timezone": r"time\s?zones?",
    "todo": r"to-?dos?|tasks?",
    "total": r"totals?|sum|altogether",
    "weather": (
        r"weather|forecast|raining|snowing|sunny|windy|umbrella|temperature|how\s+(?:warm|cold|hot)|"
        r"(?:will|does|going\s+to|is)\s+(?:it\s+)?(?:rain|snow)"
    ),
}
"""How a word of a name is said; others are said as they are, in any number."""

RELATED: Mapping[str, str] = {
    "temperature": r"weather|warm|cold|hot",
    "rain": r"weather",
    "forecast": r"rain|snow",
    "distance": r"far|miles|km|kilomet(?:er|re)s",
    "sum": r"what\s+is\s+\d",
}
"""What may mean a word of a name, where the rest fits too."""

FILLERS = frozenset(
    [
        "a", "agent", "all", "an", "and", "any", "api", "assistant", "async", "at", "bot", "by", "current", "currently", "data",
        "details", "do", "for", "from", "fn", "func", "function", "given", "handler", "helper", "in", "info", "information", "into",
        "latest", "live", "local", "my", "new", "now", "of", "on", "or", "out", "real", "result", "results", "service", "sync",
        "the", "to", "today", "tool", "up", "user's", "using", "value", "with",
    ]
)  # fmt: skip
"""Words of names that need not be said."""

SMALL = FILLERS | frozenset(
    [
        "about", "also", "am", "are", "as", "be", "been", "but", "can", "could", "did", "does", "each", "every", "had", "has",
        "have", "hello", "her", "here", "hey", "hi", "his", "how", "i", "if", "is", "it", "its", "just", "let", "like", "many",
        "me", "more", "most", "much", "need", "no", "not", "one", "our", "please", "returns", "shall", "she", "should", "so",
        "some", "specific", "specified", "such", "thank", "thanks", "that", "their", "them", "then", "there", "these", "they",
        "this", "those", "time", "us", "use", "user", "using", "want", "was", "we", "were", "what", "when", "where", "which",
        "who", "whose", "why", "will", "would", "you", "your", "name", "based", "provided", "return", "returning", "object",
        "string", "number", "text", "json", "param", "input", "output", "given", "make", "way", "help", "know", "question",
        "answer", "answers", "questions", "good", "perform", "performs", "call", "calls", "used", "uses", "agent", "task", "tasks",
    ]
)  # fmt: skip
"""Words that say nothing of what a function does."""

UNIT_NAMES: Mapping[str, tuple[str, ...]] = {
    "c": ("celsius", "centigrade"),
    "f": ("fahrenheit",),
    "k": ("kelvin",),
    "metric": ("celsius", "metric", "kilometers", "kilometres"),
    "imperial": ("fahrenheit", "imperial", "miles"),
    "standard": ("kelvin",),
}
"""How the short values of a choice of units are said."""


def split_name(name: str) -> tuple[str, ...]:
    """The words of a name such as ``get_current_weather``, ``getCurrentWeather`` or ``stock-price-bot``, in lower case."""
    return tuple(part.lower() for part in _PART.findall(name) if not part.isdigit())


def stem(word: str) -> str:
    """A word without the endings of number, tense and person, so that ``converts``, ``converting`` and ``convert`` are one."""
    word = word.lower()
    for ending, kept, longer in (
        ("ies", "y", 4),
        ("sses", "ss", 4),
        ("ing", "", 5),
        ("ed", "", 4),
        ("es", "", 4),
        ("s", "", 3),
    ):
        if word.endswith(ending) and len(word) > longer and not word.endswith("ss"):
            word = word[: -len(ending)] + kept
            break
    # "email" of "emailing", "stop" of "stopping", "schedule" and "scheduling"
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word
