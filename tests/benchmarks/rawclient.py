"""A thin HTTP/1.1 load generator: keep-alive connections, requests rendered beforehand, little work per answer.

Run as a program, it reads its orders as JSON on standard input and prints its figures as JSON. Two ways to send:

- as fast as possible (closed loop): each connection sends the next request once the answer is complete; latency counts
  from sending. It finds the highest rate.
- at a rate (open loop, ``rate`` in the orders): requests are due at even intervals whatever the server does, and wait
  for a free connection if there is none; latency counts from when the request was due, so that a server that stalls
  cannot hide it by slowing the generator down.

Every answer is checked: status 200, and a text that this request must get.
"""

from __future__ import annotations

import asyncio
import json
import selectors
import sys
import time
from collections import deque
from itertools import count
from pathlib import Path

SERIAL = b"@@@@@@@@@@@@"
"""Where a body wants a number that no other request has, of the same length."""


class Requests:
    """The requests in turn, each with fresh identifiers, and the text that its answer must hold."""

    def __init__(self, path, bodies):
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: "
        )
        self._parts = [
            ((head.encode() + b"%d\r\n\r\n" % len(body) + body).split(SERIAL), expected)
            for body, expected in bodies
        ]
        self._serial = count(time.time_ns() // 1_000_000 % 10**6 * 10**6)

    def next(self):
        number = next(self._serial)
        parts, expected = self._parts[number % len(self._parts)]
        return (b"%012d" % number).join(parts), expected


class Connection(asyncio.Protocol):
    """One connection: sends a request, and tells its owner when the answer is complete."""

    def __init__(self, on_answer, on_lost):
        self._on_answer = on_answer
        self._on_lost = on_lost
        self._buffer = b""
        self._expected = b""
        self._since = 0.0

    def connection_made(self, transport):
        self._transport = transport

    def connection_lost(self, error):
        self._on_lost(error)

    def send(self, request, expected, since):
        self._expected = expected
        self._since = since
        self._transport.write(request)

    def close(self):
        self._transport.close()

    def data_received(self, data):
        self._buffer += data
        if not _complete(self._buffer):
            return
        answer, self._buffer = self._buffer, b""
        right = answer.startswith(b"HTTP/1.1 200") and self._expected in answer
        self._on_answer(self, self._since, None if right else answer[:500])


def _complete(answer):
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = answer[:end].lower()
    at = head.find(b"content-length:")
    if at < 0:
        # Chunked; the last chunk has nothing after it.
        return answer.endswith(b"\r\n0\r\n\r\n")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0])
    return len(answer) >= end + 4 + length


class Load:
    """One run: what is sent, and what came back."""

    def __init__(self, orders, bodies):
        self._orders = orders
        self._requests = Requests(orders["path"], bodies)
        self._latencies = []
        self._bad = []
        self._idle = deque()
        self._due = deque()
        self._open = 0
        self._stopping = False

    async def run(self):
        loop = asyncio.get_running_loop()
        self._done = loop.create_future()
        make = lambda: Connection(self._answered, self._lost)  # noqa: E731 - a factory
        for _ in range(self._orders["connections"]):
            _, connection = await loop.create_connection(make, "127.0.0.1", self._orders["port"])
            self._idle.append(connection)
            self._open += 1
        started = time.perf_counter()
        self._deadline = started + self._orders["seconds"]
        if self._orders.get("rate"):
            await self._pace(started)
        else:
            while self._idle:
                self._send(self._idle.popleft(), time.perf_counter())
        await self._done
        return self._figures(time.perf_counter() - started)

    async def _pace(self, started):
        """Make each request due in its time; ask for the idle connections' end after the last one."""
        interval = 1 / self._orders["rate"]
        for number in range(int(self._orders["seconds"] * self._orders["rate"])):
            due = started + number * interval
            delay = due - time.perf_counter()
            if delay > 0:
                await asyncio.sleep(delay)
            if self._idle:
                self._send(self._idle.popleft(), due)
            else:
                self._due.append(due)
        self._stopping = True
        while self._idle:
            self._idle.popleft().close()

    def _send(self, connection, since):
        request, expected = self._requests.next()
        connection.send(request, expected, since)

    def _answered(self, connection, since, wrong):
        now = time.perf_counter()
        self._latencies.append(now - since)
        if wrong is not None:
            self._bad.append(wrong)
        if self._due:
            self._send(connection, self._due.popleft())
        elif self._orders.get("rate"):
            if self._stopping:
                connection.close()
            else:
                self._idle.append(connection)
        elif now < self._deadline:
            self._send(connection, now)
        else:
            connection.close()

    def _lost(self, error):
        self._open -= 1
        if error is not None:
            self._bad.append(f"connection lost: {error}".encode())
        if self._open == 0:
            self._done.set_result(None)

    def _figures(self, elapsed):
        latencies = sorted(self._latencies)
        return {
            "calls": len(latencies),
            "bad": len(self._bad),
            "first_bad": self._bad[0].decode("utf-8", "replace") if self._bad else "",
            "rate": len(latencies) / elapsed,
            "p50_ms": latencies[len(latencies) // 2] * 1000,
            "p99_ms": latencies[int(len(latencies) * 0.99)] * 1000,
            "max_ms": latencies[-1] * 1000,
            "own_s": time.process_time(),
        }


def _event_loop():
    # select() waits for microseconds; the others round up to a millisecond, which would be most of the latency.
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


if __name__ == "__main__":
    asked = json.loads(sys.stdin.read())
    read = [(Path(body).read_bytes(), expected.encode()) for body, expected in asked["bodies"]]
    with asyncio.Runner(loop_factory=_event_loop) as runner:
        sys.stdout.write(json.dumps(runner.run(Load(asked, read).run())))
