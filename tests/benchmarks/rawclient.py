"""A thin HTTP/1.1 load generator: keep-alive connections, requests rendered beforehand, little work per answer.

Run as a program, it reads its orders as JSON on the command line and prints its figures as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from itertools import cycle
from pathlib import Path


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as an answer is complete, until the deadline."""

    def __init__(self, requests, deadline, latencies, bad, done):
        self._requests = requests
        self._deadline = deadline
        self._latencies = latencies
        self._bad = bad
        self._done = done
        self._buffer = b""
        self._sent = 0.0

    def connection_made(self, transport):
        self._transport = transport
        self._send()

    def connection_lost(self, _error):
        if not self._done.done():
            self._done.set_result(None)

    def data_received(self, data):
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        start = head.index(b"content-length:") + 15
        length = int(head[start:].split(b"\r\n", 1)[0])
        if len(self._buffer) < end + 4 + length:
            return
        now = time.perf_counter()
        self._latencies.append(now - self._sent)
        if not self._buffer.startswith(b"HTTP/1.1 200") or self._expected not in self._buffer:
            self._bad.append(self._buffer[:500])
        self._buffer = b""
        if now < self._deadline:
            self._send()
        else:
            self._transport.close()

    def _send(self):
        request, self._expected = next(self._requests)
        self._sent = time.perf_counter()
        self._transport.write(request)


async def _run(orders, bodies):
    head = (
        f"POST {orders['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: "
    )
    requests = cycle(
        [(head.encode() + b"%d\r\n\r\n" % len(body) + body, expected) for body, expected in bodies]
    )
    loop = asyncio.get_running_loop()
    latencies, bad = [], []
    started = time.perf_counter()
    waiting = []
    for _ in range(orders["connections"]):
        done = loop.create_future()
        waiting.append(done)
        await loop.create_connection(
            lambda done=done: _Connection(requests, started + orders["seconds"], latencies, bad, done),
            "127.0.0.1",
            orders["port"],
        )
    await asyncio.gather(*waiting)
    elapsed = time.perf_counter() - started
    latencies.sort()
    return {
        "calls": len(latencies),
        "bad": len(bad),
        "first_bad": bad[0].decode("utf-8", "replace") if bad else "",
        "rate": len(latencies) / elapsed,
        "p50_ms": latencies[len(latencies) // 2] * 1000,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1000,
    }


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    read = [(Path(body).read_bytes(), expected.encode()) for body, expected in asked["bodies"]]
    sys.stdout.write(json.dumps(asyncio.run(_run(asked, read))))
