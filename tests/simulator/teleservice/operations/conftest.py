"""Builders of searches by card and of unit verifications, and their way through the whole teleservice."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest

from simulator.contract.names import RECVIT, VERIFICATION_REQUEST, Operation
from simulator.population.families import families

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person

    Ask = Callable[..., Exchange]


def _element(name: str, value: str | None) -> str:
    return "" if value is None else f"<{name}>{escape(value)}</{name}>"


def _group(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else ""


@pytest.fixture(scope="session")
def family() -> list[Person]:
    """Give the third of the known families: insured, a child, then a twin boy and a twin girl."""
    return [person for person in families(1) if person.key.startswith("family/1/2/")]


@pytest.fixture
def search_card(ask: Ask, soap_request: Callable[..., bytes]) -> Callable[..., Exchange]:
    def call(
        *,
        insured: str | None = "2770763220829",
        birth_date: str | None = "1977-07-14",
        rank: str | None = None,
        birth_name: str | None = None,
        individual: str | None = None,
        coverage: str | None = None,
        session: str = "default",
        more_header: str = "",
    ) -> Exchange:
        body = (
            f'<RECVITALE xmlns="{RECVIT}">'
            + _group("MatriculeIndividu", _element("NumIdentifiant", individual))
            + _group("MatriculeOD", _element("NumIdentifiant", insured))
            + _element("NomNaissance", birth_name)
            + _element("DateNaissance", birth_date)
            + _element("RangNaissance", rank)
            + "</RECVITALE>"
        )
        raw = soap_request(action=Operation.SEARCH_BY_CARD.action, body=body, more_header=more_header)
        if coverage is not None:
            full = f"<ctxbam:COUVERTURE>{coverage}</ctxbam:COUVERTURE>".encode()
            assert raw.count(b"<ctxbam:COUVERTURE/>") == 1
            raw = raw.replace(b"<ctxbam:COUVERTURE/>", full)
        return ask(raw, session=session, content_type="application/soap+xml; charset=utf-8")

    return call


@pytest.fixture
def verify(ask: Ask, soap_request: Callable[..., bytes]) -> Callable[..., Exchange]:
    def call(
        *,
        number: str | None = "1600120207770",
        key: str | None = None,
        kind: str | None = None,
        oid: str | None = "1.2.250.1.213.1.4.10",
        birth_name: str | None = None,
        first_names: tuple[str, ...] = (),
        first_names_list: str | None = None,
        sex: str | None = None,
        birth_date: str | None = None,
        birth_place: str | None = None,
        session: str = "default",
    ) -> Exchange:
        identifier = (
            _element("NumIdentifiant", number) + _element("Cle", key) + _element("TypeMatricule", kind)
        )
        traits = (
            _element("NomNaissance", birth_name)
            + "".join(_element("Prenom", name) for name in first_names)
            + _element("ListePrenom", first_names_list)
            + _element("Sexe", sex)
            + _element("DateNaissance", birth_date)
            + _element("LieuNaissance", birth_place)
        )
        body = (
            f'<Requete xmlns="{VERIFICATION_REQUEST}"><IndividuVerifie>'
            + _group("INSFourni", _group("IdIndividu", identifier) + _element("OID", oid))
            + _group("TraitsIdentiteIndividu", traits)
            + "</IndividuVerifie></Requete>"
        )
        raw = soap_request(action=Operation.VERIFY.action, body=body)
        return ask(raw, session=session, content_type="application/soap+xml; charset=utf-8")

    return call
