"""The verifications that reach INSi, what they claim, and what INSi makes of them.

The format is inferred (insi-contract §2.4): what a request claims is read by the names of its parts alone, wherever they
stand; and it is the answer on the wire, not the intention of the check, that says whether a verification was OK or KO.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.wire import is_disturbed
from conformance.suite.desk.words import label, shown
from conformance.verdicts import UndecidedError
from simulator.contract.names import Operation
from simulator.scripting.loader import scenario_data
from simulator.xml import own_parser, without_declaration

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from simulator.client import ExchangeView
    from simulator.text import Text

VERIFY: Final = Operation.VERIFY.value
DEPOSIT: Final = Operation.DEPOSIT_LOT.value
COLLECT: Final = Operation.COLLECT_LOT.value

_PARTS: Final = {
    "NumIdentifiant": "number",
    "Cle": "key",
    "OID": "oid",
    "NomNaissance": "birth_name",
    "ListePrenom": "first_names",
    "Sexe": "sex",
    "DateNaissance": "birth_date",
    "LieuNaissance": "birth_place",
}


class Said(StrEnum):
    """What a verification said."""

    OK = "OK"
    KO = "KO"
    NOTHING = "—"
    """A fault, or an answer that could not be read: neither OK nor KO."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What one identity on the wire claims."""

    values: Mapping[str, str]
    """By identity field; ``matricule`` with its key."""
    given: tuple[str, ...]
    """The Prenom elements."""
    line_id: str | None = None
    """Of a lot."""


def verifications(exchanges: Sequence[ExchangeView]) -> list[ExchangeView]:
    """Return the unit verifications among exchanges.

    Raises:
        UndecidedError: there is none, and INSi received something that it could not read: perhaps one.
    """
    found = [each for each in exchanges if each.operation == VERIFY or VERIFY in each.request_xml]
    if not found and any(each.operation is None for each in exchanges):
        raise UndecidedError(
            "INSi a reçu une requête que le banc ne sait pas lire : le format réel de la vérification n'est pas public",
            "INSi received a request that the bench cannot read: the real format of the verification is not public",
        )
    return found


def need_verified(exchanges: Sequence[ExchangeView], said: Said | None = None) -> list[ExchangeView]:
    """Make sure that a verification was made, and that INSi said that; return the verifications."""
    found = verifications(exchanges)
    if not found:
        raise UndecidedError(
            "le logiciel n'a envoyé aucune vérification à INSi",
            "the software sent no verification to INSi",
            depends_on=("VER-01", "VER-04"),
        )
    if said is not None and said_by(found[-1]) is not said:
        raise UndecidedError(
            f"la vérification devait être {said}, INSi a répondu {found[-1].code}",
            f"the verification was to be {said}, INSi answered {found[-1].code}",
            depends_on=("VER-01", "VER-04"),
        )
    return found


def said_by(exchange: ExchangeView) -> Said:
    """Return what the answer of a verification says to whoever can read it."""
    if is_disturbed(exchange):
        return Said.NOTHING
    return {"00": Said.OK, "01": Said.KO}.get(exchange.code, Said.NOTHING)


def claims_of(exchange: ExchangeView) -> list[Claimed]:
    """Return the identities that a request holds: one of a unit verification, several of a lot."""
    return [_claimed(each) for each in parsed(exchange.request_xml).iter("{*}IndividuVerifie")]


def numbers_of(exchanges: Iterable[ExchangeView]) -> set[str]:
    """Return the matricules whose verification these requests ask for; empty ones too."""
    return {claimed.values["matricule"] for each in exchanges for claimed in claims_of(each)}


def parsed(text: str) -> etree._Element:
    """Return a message of the journal, whatever encoding it declares: the journal has decoded it.

    Raises:
        UndecidedError: it is not XML.
    """
    try:
        return etree.fromstring(without_declaration(text).encode(), own_parser())
    except etree.XMLSyntaxError as error:
        raise UndecidedError(
            f"un message échangé avec INSi n'est pas du XML ({error})",
            f"a message exchanged with INSi is not XML ({error})",
        ) from error


def _claimed(individual: etree._Element) -> Claimed:
    values: dict[str, str] = {}
    given: list[str] = []
    for element in individual.iter(etree.Element):
        name = etree.QName(element).localname
        if name == "Prenom":
            given.append(element.text or "")
        elif name in _PARTS:
            values[_PARTS[name]] = element.text or ""
    values["matricule"] = values.pop("number", "") + values.pop("key", "")
    line = individual.getparent()
    line_id = None if line is None else line.findtext("{*}IdLigne")
    return Claimed(values=values, given=tuple(given), line_id=line_id)


def expect_claims(claimed: Claimed, stored: Mapping[str, str | None], moment: Text) -> None:
    """Check that a request claims this identity to the letter.

    The given names may be the list, its beginning, one or several elements, or the 1er prénom; the place may be left out.
    """
    for name in ("matricule", "oid", "birth_name", "sex", "birth_date"):
        expect_equal(
            got=claimed.values.get(name) or None,
            expected=stored[name],
            fr=f"{moment.fr}, {label(name).fr} soumis à la vérification",
            en=f"{moment.en}, {label(name).en} submitted to the verification",
        )
    place = claimed.values.get("birth_place") or None
    expect(
        place in {None, stored.get("birth_place")},
        fr=f"{moment.fr}, LieuNaissance soumis {shown(place).fr}, attendu {shown(stored.get('birth_place')).fr}",
        en=f"{moment.en}, LieuNaissance submitted {shown(place).en}, expected {shown(stored.get('birth_place')).en}",
    )
    names = (stored.get("first_names") or "").split()
    starts = {" ".join(names[:count]) for count in range(1, len(names) + 1)}
    allowed = starts | {name for name in (stored.get("first_name"),) if name}
    for text in filter(None, (" ".join(claimed.given), claimed.values.get("first_names"))):
        expect(
            text in allowed,
            fr=f"{moment.fr}, prénom soumis {shown(text).fr}, attendu l'un de {shown(sorted(allowed)).fr}",
            en=f"{moment.en}, given name submitted {shown(text).en}, expected one of {shown(sorted(allowed)).en}",
        )


def listed(said: Counter[str]) -> str:
    """Return counted results as a reason shows them."""
    return ", ".join(sorted(said.elements())) or "-"


# Scenarios

KO: Final = "answers/verification-ko"
"""KO for whomever."""

ERRORS: Final = ("fault-insi-102", "fault-desir-1020", "chaos/http-503", "chaos/connection-reset")
"""What a verification may meet that is no result; see ``scenario``."""

MORE_ERRORS: Final = (*ERRORS, "chaos/truncated-body", "chaos/html-maintenance")


def scenario(name: str) -> str | dict[str, Any]:
    """Return a scenario by name; ``fault-…`` is that fault in answer to any verification."""
    if not name.startswith("fault-"):
        return name
    code = name.removeprefix("fault-").replace("-", "_")
    data = dict(scenario_data("faults/insi-102"))
    data.pop("outcome")
    return {**data, "id": f"suite/{name}", "rules": [{"when": {}, "then": {"fault": code}}]}


def results(exchanges: Sequence[ExchangeView]) -> Iterator[str]:
    """Yield what each verification among exchanges said."""
    yield from (said_by(each).value for each in verifications(exchanges))
