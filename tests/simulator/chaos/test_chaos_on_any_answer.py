"""Any disturbance on any answer: every operation, found or not, refused by the service or by the gateway."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from simulator.chaos.catalogue import chaos_catalogue
from simulator.client.calling import request_of
from simulator.contract.names import Operation

if TYPE_CHECKING:
    from collections.abc import Callable

SHORT: dict[str, dict[str, Any]] = {
    "latency": {"seconds": 0.3},
    "slow-drip": {"piece": 200, "bytes_per_second": 2000},
    "no-answer": {"seconds": 0.3},
    "stalled-body": {"seconds": 0.3},
    "huge-answer": {"size": 100_000},
    "wrong-status": {"status": 418},
}
"""Parameters that keep the test short, or tell the disturbed answer from any other."""
SLOW_S = {"latency": 0.3, "slow-network": 3.0, "slow-drip": 0.1}
"""Those that only show in time: at least so long after the request began to be sent."""

SEARCH, CARD, VERIFY = Operation.SEARCH_BY_TRAITS, Operation.SEARCH_BY_CARD, Operation.VERIFY
ANSWERS: dict[str, tuple[bytes, bytes]] = {
    "found": (request_of({}, {}), b">00</"),
    "not found": (request_of({"birth_name": "PERSONNE"}, {}), b">01</"),
    "found by card": (request_of({"operation": CARD, "birth_date": "1977-07-14"}, {}), b">00</"),
    "verified": (request_of({"operation": VERIFY}, {}), b"REPUnitaire"),
    "lot taken": (request_of({"operation": Operation.DEPOSIT_LOT}, {}), b"<IdLot>"),
    "lot unknown": (request_of({"operation": Operation.COLLECT_LOT}, {}), b"Fault>"),
    "refused as it breaks the schema": (request_of({"sex": "X"}, {}), b"Fault>"),
    "refused as it is no XML": (b"<not", b"Fault>"),
}
"""A request for each kind of answer, and what tells it."""


def seen_as(answer: Any) -> tuple[Any, ...]:
    """Return what of an answer does not change from call to call."""
    if not answer.raw:
        return (answer.end,)
    kept = [(name, value) for name, value in answer.headers if name not in {"date", "server"}]
    dates = sum(name == "date" for name, _ in answer.headers)
    return answer.status, kept, dates, answer.body, answer.end


@pytest.mark.parametrize("way", ["http", "mtls"])
def test_every_disturbance_can_be_put_on_every_kind_of_answer(
    chaos_bench: Any, scenario: Callable[..., dict[str, Any]], way: str
) -> None:
    door = chaos_bench.doors[way]

    def ask(kind: str, *steps: Any) -> Any:
        session = chaos_bench.client.create_session()
        try:
            if steps:
                data = scenario(*steps)
                data["stage"] = "before-authentication"
                del data["rules"][0]["then"]["code"]
                session.install(data)
            return door.ask(f"/s/{session.id}/lps", ANSWERS[kind][0])
        finally:
            session.delete()

    plain = {kind: ask(kind) for kind in ANSWERS}
    for kind, (_, mark) in ANSWERS.items():
        assert mark in plain[kind].body, f"{kind}: {plain[kind].raw!r}"
    pairs = [
        (kind, disturbance.name)
        for kind in ANSWERS
        for disturbance in chaos_catalogue().values()
        if disturbance.needs != "fault" or b"Fault>" in plain[kind].body
    ]

    def takes_effect(pair: tuple[str, str]) -> bool:
        kind, name = pair
        answer = ask(kind, {name: SHORT.get(name, {})})
        if name in SLOW_S:
            return bool(answer.ended_at >= SLOW_S[name])
        return seen_as(answer) != seen_as(plain[kind])

    with ThreadPoolExecutor(32) as pool:
        effects = dict(zip(pairs, pool.map(takes_effect, pairs), strict=True))
    assert [pair for pair, effect in effects.items() if not effect] == []
    assert len(effects) > len(ANSWERS) * 25
