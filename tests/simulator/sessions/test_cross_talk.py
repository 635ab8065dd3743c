"""Ten testers at once on three workers: the same questions, ten different truths, and no answer of a neighbour."""

from __future__ import annotations

import random
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from simulator.ins.matricule import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.client import SessionClient
    from simulator.registry.person import Person

TESTERS = 10
ROUNDS = 6
THREADS = 12
ANNE = {"birth_name": "ESSAI", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}
SCRIPTED = {"birth_name": "DICTE", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}
COUNTED = {"birth_name": "COMPTE", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}
FAULTS = ("insi_111", "insi_24", "insi_19", "desir_550", "desir_560", "desir_9101", "insi_901", "insi_902", "insi_903", "insi_904")  # fmt: skip
BOTH = {"fr": "a", "en": "b"}


@dataclass(frozen=True)
class Desk:
    """One session and what it alone answers."""

    number: int
    session: SessionClient
    matricule: str
    now: datetime
    strict: bool

    @property
    def address(self) -> dict[str, Any]:
        """Return how the calls reach the session: by path, by header, or recognised by the instance."""
        match self.number % 3:
            case 0:
                return {"path": f"/s/{self.session.id}/lps", "instance": "anything"}
            case 1:
                return {"headers": {"X-Banc-Session": self.session.id}, "instance": "anything"}
            case _:
                return {"instance": f"cross-talk-{self.number}"}


@dataclass(frozen=True)
class Planned:
    """A call and what its answer must hold."""

    tester: Desk
    expected: str
    arguments: dict[str, Any]
    message_id: str


@pytest.fixture
def testers(workers: Any, make_person: Callable[..., Person]) -> Iterator[list[Desk]]:
    made: list[Desk] = []
    for number in range(TESTERS):
        digits = f"2850463220{number + 1:03}"
        now = datetime(2015 + number, 6, 1, 12, 0, tzinfo=UTC)
        strict = number % 2 == 0
        session = workers.client.create_session(
            name=f"Tester {number}",
            strictness="strict" if strict else "lenient",
            clock_frozen_at=now.isoformat(),
            recognise={"lps_instance": f"cross-talk-{number}"},
        )
        person = make_person("test/anne", matricule=digits + key_of(digits))
        session.add_people([person])
        session.install(
            {
                "id": f"tests/tester-{number}",
                "title": BOTH,
                "purpose": BOTH,
                "source": "tests",
                "evidence": "inferred",
                "rules": [
                    {"when": {"birth_name": "DICTE"}, "then": {"fault": FAULTS[number]}},
                    {"when": {"birth_name": "COMPTE"}, "then": {"sequence": counted(number)}},
                ],
            }
        )
        made.append(Desk(number, session, digits, now, strict))
    yield made
    for tester in made:
        tester.session.delete(exchanges=True)


def counted(number: int) -> list[dict[str, str]]:
    """Return what the calls of one session get in turn: the first ones a 02, the others a fault, as many as it says."""
    twos = number % ROUNDS
    return [*[{"code": "02"}] * twos, {"fault": FAULTS[number]}]


def planned(testers: list[Desk]) -> list[Planned]:
    """Return the calls of all testers, in an order that mixes them."""
    calls = []
    for tester in testers:
        alive, dead = "<CodeCR>00</CodeCR>", "desir_9104"
        for turn in range(ROUNDS):
            for expected, arguments in (
                (f"<NumIdentifiant>{tester.matricule}</NumIdentifiant>", ANNE),
                (FAULTS[tester.number], SCRIPTED),
                (alive, ANNE | {"issued": tester.now}),
                # What the neighbour of before takes for fresh.
                (dead, ANNE | {"issued": tester.now.replace(year=tester.now.year - 1)}),
                # The identifiers of the others are new to this session.
                ("<CodeCR>00</CodeCR>", ANNE | {"message_id": f"uuid:6f2a1c9e-0000-4000-8000-{turn:012}"}),
                # Which of the two comes depends on how many came before; how many of each, on this session alone.
                ("", COUNTED),
            ):
                message_id = arguments.get("message_id", f"uuid:{uuid4()}")
                calls.append(Planned(tester, expected, arguments | {"message_id": message_id}, message_id))
    random.Random(20261125).shuffle(calls)
    return calls


def test_ten_sessions_under_load_never_answer_for_each_other(workers: Any, testers: list[Desk]) -> None:
    calls = planned(testers)
    assert len(calls) == 360

    def make(call: Planned) -> tuple[Planned, str]:
        return call, workers.post(**call.tester.address, **call.arguments).text

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(make, calls))

    strangers = [
        (call.tester.number, call.expected, text)
        for call, text in answers
        if call.expected not in plain(text)
    ]
    assert strangers == []
    # Whatever was expected, nothing that only a neighbour answers came along.
    for call, text in answers:
        for other in testers:
            if other is not call.tester:
                assert other.matricule not in text

    for tester in testers:
        turns = [
            plain(text)
            for call, text in answers
            if call.tester is tester and call.arguments["birth_name"] == "COMPTE"
        ]
        twos = sum("<CodeCR>02</CodeCR>" in text for text in turns)
        faults = sum(FAULTS[tester.number] in text for text in turns)
        assert (tester.number, twos, faults) == (tester.number, tester.number % ROUNDS, ROUNDS - twos)

    for tester in testers:
        mine = sorted(call.message_id for call in calls if call.tester is tester)
        kept = sorted(message_id(view.request_xml) for view in tester.session.exchanges())
        assert kept == mine

    # Each identifier was new in each session, and is so no longer: only the strict ones refuse it again.
    for tester in testers:
        again = workers.post(
            **tester.address, **ANNE, message_id=f"uuid:6f2a1c9e-0000-4000-8000-{0:012}"
        ).text
        assert ("desir_9010" in again) is tester.strict


def plain(text: str) -> str:
    """Return an answer without the prefixes of its elements, which profiles choose."""
    return re.sub(r"(</?)[\w-]+:", r"\1", text)


def message_id(request: str) -> str:
    found = re.search(r"MessageID>([^<]+)<", request)
    assert found is not None
    return found[1]
