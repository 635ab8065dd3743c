"""Lots written, sent and read in a few words; the clock of the session stands still until a test moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from simulator.contract.names import REP_COLLECT, REP_DEPOSIT, REQ_COLLECT, REQ_DEPOSIT, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Result(NamedTuple):
    """The answer to a collection."""

    state: str
    lines: int
    available: int
    page: int
    pages: int
    codes: dict[str, tuple[str, str]]


def line_of(line_id: str | None, person: Person, **changes: str | None) -> str:
    """Return a Ligne of this person; a change of ``None`` leaves the element out."""
    identity, traits = person.identity, person.identity.traits
    values: dict[str, str | None] = {
        "NumIdentifiant": identity.matricule.number,
        "Cle": identity.matricule.key,
        "OID": identity.oid,
        "NomNaissance": traits.birth_name,
        "Prenom": person.first_name,
        "ListePrenom": traits.first_names,
        "Sexe": traits.sex,
        "DateNaissance": traits.birth_date,
        "LieuNaissance": traits.birth_place,
        **changes,
    }

    def parts(*names: str) -> str:
        return "".join(
            f"<{name}>{escape(value)}</{name}>" for name in names if (value := values[name]) is not None
        )

    id_part = "" if line_id is None else f"<IdLigne>{escape(line_id)}</IdLigne>"
    traits_part = parts("NomNaissance", "Prenom", "ListePrenom", "Sexe", "DateNaissance", "LieuNaissance")
    return (
        f"<Ligne>{id_part}<IndividuVerifie><INSFourni><IdIndividu>{parts('NumIdentifiant', 'Cle')}</IdIndividu>"
        f"{parts('OID')}</INSFourni><TraitsIdentiteIndividu>{traits_part}</TraitsIdentiteIndividu></IndividuVerifie></Ligne>"
    )


def deposit_body(lines: Iterable[str]) -> str:
    return f'<Requete xmlns="{REQ_DEPOSIT}">{"".join(lines)}</Requete>'


def collect_body(lot_id: str | None, page: str | None = None) -> str:
    parts = "" if lot_id is None else f"<IdLot>{escape(lot_id)}</IdLot>"
    parts += "" if page is None else f"<Page>{escape(page)}</Page>"
    return f'<Requete xmlns="{REQ_COLLECT}">{parts}</Requete>'


def content_type(operation: Operation) -> str:
    return f'application/soap+xml; charset=utf-8; action="{operation.action}"'


def receipt_of(response: bytes) -> tuple[str, str, int]:
    """Return lot, state and number of lines."""
    found = etree.fromstring(response).find(f".//{{{REP_DEPOSIT}}}Resultat")
    assert found is not None, response.decode()
    texts = {str(part.tag).rpartition("}")[2]: part.text or "" for part in found}
    return texts["IdLot"], texts["Etat"], int(texts["NbLignes"])


def result_of(response: bytes) -> Result:
    found = etree.fromstring(response).find(f".//{{{REP_COLLECT}}}Resultat")
    assert found is not None, response.decode()

    def text(name: str) -> str:
        return found.findtext(f"{{{REP_COLLECT}}}{name}", "")

    codes = {
        line[0].text or "": (line[1][0].text or "", line[1][1].text or "")
        for line in found.iterfind(f"{{{REP_COLLECT}}}Ligne")
    }
    return Result(
        text("Etat"),
        int(text("NbLignes")),
        int(text("NbTraitees")),
        int(text("Page")),
        int(text("NbPages")),
        codes,
    )


@dataclass
class Lots:
    """The bulk verification of one session of a bench."""

    bench: Bench
    ask: Callable[..., Exchange]
    soap_request: Callable[..., bytes]
    session: str

    def at(self, seconds: float) -> None:
        """Set the clock of the session, counted from ``START``."""
        moment = (START + timedelta(seconds=seconds)).isoformat()
        self.bench.sessions.change(self.session, clock_frozen_at=moment)

    def send(self, operation: Operation, body: str, session: str | None = None) -> Exchange:
        raw = self.soap_request(action=operation.action, body=body)
        return self.ask(raw, session=session or self.session, content_type=content_type(operation))

    def deposit(self, lines: Sequence[str], session: str | None = None) -> Exchange:
        return self.send(Operation.DEPOSIT_LOT, deposit_body(lines), session)

    def deposited(self, lines: Sequence[str]) -> str:
        exchange = self.deposit(lines)
        assert exchange.code == "00", exchange.decision.cause
        return receipt_of(exchange.response)[0]

    def collect(self, lot_id: str | None, page: str | None = None, session: str | None = None) -> Exchange:
        return self.send(Operation.COLLECT_LOT, collect_body(lot_id, page), session)

    def collected(self, lot_id: str, page: str | None = None) -> Result:
        exchange = self.collect(lot_id, page)
        assert exchange.code == "00", exchange.decision.cause
        return result_of(exchange.response)


@pytest.fixture
def lots(bench: Bench, ask: Any, soap_request: Any) -> Lots:
    session = bench.sessions.create(profile="production")
    opened = Lots(bench, ask, soap_request, session.id)
    opened.at(0)
    return opened


@pytest.fixture(scope="session")
def line() -> Callable[..., str]:
    return line_of


@pytest.fixture(scope="session")
def lot_tools() -> SimpleNamespace:
    """Return the writers and readers above: test modules cannot import each other."""
    return SimpleNamespace(
        deposit_body=deposit_body, collect_body=collect_body, receipt_of=receipt_of, result_of=result_of
    )
