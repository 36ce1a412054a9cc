"""What a streamed answer costs per delta, from 50 deltas to 50,000: decoded, parsed, gathered, and shown once at its end.

The goal is a ratio near 1 between the longest answer and the shortest: nothing is read or copied again because the answer has
grown. The bytes come from memory, in chunks of several sizes up to all at once. A second table has one event whose data grows
instead. Short inputs are read several times in a row, so that all columns time much work. Processor time counts, of the fastest round.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import process_time

from agentkit._core.accumulate import Accumulator
from agentkit._core.events import parse_event
from agentkit._core.sse import ServerSentEvent, SSEDecoder

DELTAS = (50, 500, 5_000, 50_000)
# Beyond some MiB it is the operating system that is measured, which gives fresh memory for each copy.
KIBIBYTES = (32, 128, 512, 2_048)
CHUNKS = {"10 bytes": 10, "100 bytes": 100, "4 KiB": 4096, "64 KiB": 65_536, "all bytes": None}
Work = Callable[[bytes, "int | None"], None]

WORDS = ("It ", "is ", "21 ", "°C ", "in ", "Köln", ", ", "and ", "18 ", "°C ", "in ", "東京", ". ", "\n")


def answer(count: int) -> bytes:
    """A message of so many deltas, as a service streams it."""
    message = {"id": "msg_1", "object": "thread.message", "role": "assistant", "status": "in_progress", "content": []}
    words = [WORDS[number % len(WORDS)] for number in range(count)]
    pieces = [{"content": [{"index": 0, "type": "text", "text": {"value": word}}]} for word in words]
    deltas = [{"id": "msg_1", "object": "thread.message.delta", "delta": piece} for piece in pieces]
    whole = {
        **message,
        "status": "completed",
        "content": [{"type": "text", "text": {"value": "".join(words), "annotations": []}}],
    }
    events = [("created", message), *(("delta", delta) for delta in deltas), ("completed", whole)]
    return "".join(
        f"event: thread.message.{name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n" for name, data in events
    ).encode()


def chunks(data: bytes, size: int | None) -> Iterator[bytes]:
    """The data in chunks of a size, or in one."""
    step = size or len(data)
    return (data[start : start + step] for start in range(0, len(data), step))


def decode(data: bytes, size: int | None) -> Iterator[ServerSentEvent]:
    """The events of the bytes."""
    decoder = SSEDecoder()
    for chunk in chunks(data, size):
        yield from decoder.feed(chunk)
    yield from decoder.end()


def only_decode(data: bytes, size: int | None) -> None:
    """Bytes to server-sent events."""
    for _ in decode(data, size):
        pass


def decode_and_parse(data: bytes, size: int | None) -> None:
    """Bytes to typed events."""
    for event in decode(data, size):
        parse_event(event.event, event.data)


def decode_parse_and_gather(data: bytes, size: int | None) -> None:
    """Bytes to the text of each delta and, at the end, a snapshot made of the deltas."""
    gathered = Accumulator()
    for event in decode(data, size):
        if event.event == "thread.message.completed":
            break
        gathered.add(parse_event(event.event, event.data))
    if not gathered.messages[0].text_messages:
        raise RuntimeError("the benchmark is broken: its message has no text")


# What is done, and the chunks that the bytes come in.
WORK: dict[str, tuple[Work, str]] = {
    "decoded": (only_decode, "4 KiB"),
    "decoded, parsed": (decode_and_parse, "4 KiB"),
    "decoded, parsed, gathered": (decode_parse_and_gather, "4 KiB"),
    **{f"decoded, chunks of {label}": (only_decode, label) for label in ("10 bytes", "100 bytes", "64 KiB", "all bytes")},
}


def fastest(work: Work, data: bytes, chunk: str, repeats: int, rounds: int) -> float:
    """Seconds that the work takes, in the fastest of some rounds that do it so often, after one round that is not counted."""
    taken = []
    for _ in range(rounds + 1):
        start = process_time()
        for _ in range(repeats):
            work(data, CHUNKS[chunk])
        taken.append((process_time() - start) / repeats)
    return min(taken[1:])


def row(label: str, work: Work, chunk: str, inputs: Mapping[int, bytes], rounds: int) -> str:
    """Microseconds per unit for inputs of so many units, and the ratio of the largest input to the smallest."""
    largest = max(inputs)
    times = [fastest(work, data, chunk, -(-largest // units // 10), rounds) / units for units, data in inputs.items()]
    return f"{label:40}" + "".join(f"{time * 1e6:10.2f}" for time in times) + f"{times[-1] / times[0]:10.2f}"


def heading(label: str, units: Iterable[int]) -> str:
    """The line above the rows."""
    return f"\n{label:40}" + "".join(f"{count:10,}" for count in units) + f"{'ratio':>10}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a streamed answer costs per delta.")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each measurement (default: %(default)s)")
    rounds = parser.parse_args(arguments).rounds
    print(f"Python {sys.version.split()[0]}, fastest of {rounds}; the ratio is the last column to the first")
    answers = {count: answer(count) for count in DELTAS}
    print(heading("µs per delta, of so many deltas", answers))
    for label, (work, chunk) in WORK.items():
        print(row(label, work, chunk, answers, rounds))
    events = {size: b"event: error\ndata: " + b"x" * (size * 1024) + b"\n\n" for size in KIBIBYTES}
    print(heading("µs per KiB, one event of so many KiB", events))
    for chunk in ("100 bytes", "4 KiB", "all bytes"):
        print(row(f"decoded, chunks of {chunk}", only_decode, chunk, events, rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
