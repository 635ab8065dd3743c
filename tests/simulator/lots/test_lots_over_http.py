"""Bulk verification over a real server: 10,000 lines, single calls meanwhile, limits on the socket, zeep, control API."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
import requests
import zeep
import zeep.exceptions
from zeep.transports import Transport

from simulator.contract.names import SIRAM, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.client import SessionClient

    Line = Callable[..., str]

SEARCH = Operation.SEARCH_BY_TRAITS.action
LINES = 10_000


class Wire:
    """Bulk verification by raw HTTP, in a session whose clock stands still."""

    def __init__(self, session: SessionClient, soap_request: Callable[..., bytes], tools: Any) -> None:
        self.session, self._request, self._tools = session, soap_request, tools
        self.http = httpx.Client(trust_env=False, timeout=60)

    def post(self, raw: bytes | Iterator[bytes], content_type: str = "application/soap+xml") -> bytes:
        headers = {"Content-Type": content_type}
        return self.http.post(self.session.soap_url, content=raw, headers=headers).content

    def deposit_bytes(self, lines: list[str]) -> bytes:
        return self._request(
            action=Operation.DEPOSIT_LOT.action,
            message_id=f"uuid:{uuid4()}",
            body=self._tools.deposit_body(lines),
        )

    def collect(self, lot_id: str, page: int = 1) -> Any:
        raw = self._request(
            action=Operation.COLLECT_LOT.action,
            message_id=f"uuid:{uuid4()}",
            body=self._tools.collect_body(lot_id, str(page)),
        )
        return self._tools.result_of(self.post(raw))

    def search(self) -> bool:
        return b"<CodeCR>00</CodeCR>" in self.post(self._request(message_id=f"uuid:{uuid4()}"))

    def at(self, second: int) -> None:
        self.session.change(clock_frozen_at=f"2026-01-05T09:00:{second:02}Z")


@pytest.fixture
def wire(server: Any, soap_request: Callable[..., bytes], lot_tools: Any) -> Iterator[Wire]:
    session = server.client.create_session()
    opened = Wire(session, soap_request, lot_tools)
    opened.at(0)
    yield opened
    opened.http.close()
    session.delete()


@pytest.fixture
def lines(wire: Wire, line: Line) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """Return 10,000 lines about the people of the registry, every third one wrong, and what is expected."""
    people = wire.session.people(limit=20)
    sent, expected = [], {}
    for number in range(LINES):
        wrong = number % 3 == 0
        changes = {"NomNaissance": "AUTRE"} if wrong else {}
        sent.append(line(f"l{number}", people[number % len(people)], **changes))
        expected[f"l{number}"] = ("01", "KO") if wrong else ("00", "OK")
    return sent, expected


def test_ten_thousand_lines_are_deposited_then_collected_in_parts(
    wire: Wire, lines: tuple[list[str], dict[str, tuple[str, str]]], lot_tools: Any
) -> None:
    sent, expected = lines
    raw = wire.deposit_bytes(sent)
    assert len(raw) > 4 * 1024 * 1024
    answered: list[bytes] = []
    depositing = threading.Thread(
        target=lambda: answered.append(httpx.post(wire.session.soap_url, content=raw, timeout=60).content)
    )
    depositing.start()
    searches = [wire.search()]
    while depositing.is_alive():
        searches.append(wire.search())
    assert all(searches)
    lot_id, state, count = lot_tools.receipt_of(answered[0])
    assert (state, count) == ("RECU", LINES)

    wire.at(11)
    partial = [wire.collect(lot_id, page) for page in (5, 6)]
    assert [(page.state, page.available, len(page.codes)) for page in partial] == [
        ("EN_COURS", 5000, 1000),
        ("EN_COURS", 5000, 0),
    ]

    wire.at(21)
    pages = [wire.collect(lot_id, page) for page in range(1, 11)]
    assert {page.state for page in pages} == {"TERMINE"}
    found = {name: code for page in pages for name, code in page.codes.items()}
    assert found == expected
    (kept,) = [
        exchange for exchange in wire.session.exchanges() if exchange.operation == "deposerLotIdentites"
    ]
    assert kept.request_xml == raw.decode()


def test_single_calls_are_answered_while_a_deposit_waits(
    server: Any, wire: Wire, line: Line, lot_tools: Any
) -> None:
    raw = wire.deposit_bytes([line("a", wire.session.people(limit=1)[0])])
    answered: list[bytes] = []
    depositing = threading.Thread(
        target=lambda: answered.append(httpx.post(wire.session.soap_url, content=raw, timeout=60).content)
    )
    holder = sqlite3.connect(server.data_dir / "lots.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        depositing.start()
        assert all(wire.search() for _ in range(50))
        assert depositing.is_alive()
    finally:
        holder.rollback()
        holder.close()
    depositing.join(30)
    assert lot_tools.receipt_of(answered[0])[1:] == ("RECU", 1)


class TestSizeOnTheSocket:
    def chunks(self, raw: bytes) -> Iterator[bytes]:
        for start in range(0, len(raw), 200_000):
            yield raw[start : start + 200_000]

    @pytest.fixture
    def large(self, wire: Wire, line: Line) -> bytes:
        person = wire.session.people(limit=1)[0]
        return wire.deposit_bytes([line(f"l{number}", person) for number in range(3000)])

    def test_a_large_deposit_may_come_in_chunks_and_without_action_parameter(
        self, wire: Wire, large: bytes, lot_tools: Any
    ) -> None:
        assert len(large) > 1024 * 1024
        assert lot_tools.receipt_of(wire.post(self.chunks(large)))[2] == 3000

    def test_the_action_parameter_is_enough(self, wire: Wire, large: bytes, lot_tools: Any) -> None:
        action = f"<wsa:Action>{Operation.DEPOSIT_LOT.action}</wsa:Action>".encode()
        without = large.replace(action, b"")
        assert len(without) < len(large)
        kind = f'application/soap+xml; action="{Operation.DEPOSIT_LOT.action}"'
        assert lot_tools.receipt_of(wire.post(without, kind))[2] == 3000
        assert b'code="desir_9004"' in wire.post(without)

    def test_wsgi_reads_as_much(self, web: Any, bench: Any, large: bytes, lot_tools: Any) -> None:
        answer = web.post("/lps", data=large, content_type="application/soap+xml")
        assert lot_tools.receipt_of(answer.data)[2] == 3000
        assert bench.journal.list()[0].request == large


class TestZeep:
    @pytest.fixture
    def client(self, wire: Wire) -> Any:
        http = requests.Session()
        http.trust_env = False
        return zeep.Client(f"{wire.session.soap_url}?wsdl=inferred", transport=Transport(session=http))  # type: ignore[no-untyped-call] # zeep has no types

    def headers(self) -> dict[str, Any]:
        now = datetime.now(UTC)
        software = {
            "IDAM": {"_value_1": "750000000001", "R": "4"},
            "Version": "01.00",
            "Instance": "instance-1",
            "Nom": "urn:lps:BANC:1.0",
        }
        return {
            "NO1_ContexteBAM": {"Id": str(uuid4()), "Temps": now, "COUVERTURE": {}, "Version": "01_02"},
            "NO1_ContexteLPS": {"Id": str(uuid4()), "Temps": now, "LPS": software, "Version": "01_00"},
            "NO1_MessageID": f"uuid:{uuid4()}",
        }

    def test_it_deposits_and_collects(self, wire: Wire, client: Any) -> None:
        person = wire.session.people(limit=1)[0]
        identity, traits = person.identity, person.identity.traits
        number = {"NumIdentifiant": identity.matricule.number, "Cle": identity.matricule.key}
        told = {
            "NomNaissance": traits.birth_name,
            "Prenom": [person.first_name],
            "Sexe": traits.sex,
            "DateNaissance": traits.birth_date,
        }

        def one(line_id: str, oid: str) -> dict[str, Any]:
            individual = {"INSFourni": {"IdIndividu": number, "OID": oid}, "TraitsIdentiteIndividu": told}
            return {"IdLigne": line_id, "IndividuVerifie": individual}

        lines = [one("right", identity.oid), one("wrong", "1.2.250.1.213.1.4.11")]
        receipt = client.service.deposerLotIdentites(Ligne=lines, _soapheaders=self.headers())
        assert (receipt.CR.CodeCR, receipt.Etat, receipt.NbLignes) == ("00", "RECU", 2)
        wire.at(30)
        result = client.service.collecterLotIdentites(IdLot=receipt.IdLot, _soapheaders=self.headers())
        assert (result.Etat, result.NbTraitees, result.NbPages) == ("TERMINE", 2, 1)
        assert [(entry.IdLigne, entry.CR.LibelleCR) for entry in result.Ligne] == [
            ("right", "OK"),
            ("wrong", "KO"),
        ]

    def test_a_refusal_is_a_fault(self, client: Any) -> None:
        with pytest.raises(zeep.exceptions.Fault) as caught:
            client.service.collecterLotIdentites(IdLot="nothing", _soapheaders=self.headers())
        assert caught.value.detail.find(f".//{{{SIRAM}}}Erreur").get("code") == "insi_924"


class TestControlApi:
    def lots_of(self, wire: Wire) -> Any:
        return wire.http.get(
            wire.session.soap_url.replace("/s/", "/api/v1/sessions/").replace("/lps", "/lots")
        ).json()

    def test_it_tells_state_and_counts(self, wire: Wire, line: Line, lot_tools: Any) -> None:
        person = wire.session.people(limit=1)[0]
        raw = wire.deposit_bytes(
            [line("a", person), line("b", person, Cle="00"), line("c", person, Sexe="X")]
        )
        lot_id, _, _ = lot_tools.receipt_of(wire.post(raw))
        (before,) = self.lots_of(wire)
        assert (before["id"], before["state"], before["available"], before["collected"]) == (
            lot_id,
            "RECU",
            0,
            {},
        )
        assert before["deposited_at"] == "2026-01-05T09:00:00.000+00:00"
        assert before["evidence"] == "inferred"
        wire.at(30)
        wire.collect(lot_id)
        (after,) = self.lots_of(wire)
        assert (after["state"], after["lines"], after["available"]) == ("TERMINE", 3, 3)
        assert after["collected"] == {"00": 1, "01": 1, "insi_914": 1}

    def test_lots_go_with_their_session(self, server: Any, wire: Wire, line: Line) -> None:
        session = server.client.create_session()
        other = Wire(session, wire._request, wire._tools)
        other.post(other.deposit_bytes([line("a", session.people(limit=1)[0])]))
        session.delete()
        with sqlite3.connect(server.data_dir / "lots.sqlite") as reader:
            counts = [
                reader.execute("SELECT count(*) FROM lot WHERE session = ?", (session.id,)).fetchone()[0],
                reader.execute("SELECT count(*) FROM line WHERE lot NOT IN (SELECT id FROM lot)").fetchone()[
                    0
                ],
            ]
        assert counts == [0, 0]
