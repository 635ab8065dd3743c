"""Lots of identities to verify: what is deposited, what INSi says of each line, and results made to come in any order.

The wire format is inferred as a whole (insi-contract §2.5). How a software learns that results are there is its own
affair: the bench lets the time of INSi pass and asks for the results until all have come.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.partners import VerificationOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.full import load
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route
from conformance.suite.desk.wire import is_disturbed
from conformance.suite.response.refusals import altered
from conformance.suite.verification.wire import COLLECT, DEPOSIT, Claimed, Said, claims_of, parsed, said_by
from conformance.suite.verification.wire import verifications as unit_verifications
from conformance.verdicts import Departure, UndecidedError
from simulator.contract.names import REP_COLLECT
from simulator.contract.soap import envelope
from simulator.scripting.loader import scenario_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml import etree

    from conformance.drivers.model import Patient
    from conformance.drivers.partners import BulkVerification
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView
    from simulator.registry.person import Person

READINGS: Final = 6
"""How often the results are asked for, a quarter of an hour of INSi apart."""
_QUARTER_S: Final = 900.0

_CODES: Final = {"00": Said.OK, "01": Said.KO}


@dataclass(slots=True, kw_only=True)
class Lot:
    """A lot as INSi saw it, and what the software said of it."""

    told: BulkVerification
    exchanges: list[ExchangeView] = field(default_factory=list)
    companions: tuple[Patient, ...] = ()
    """Files that were put into it besides, because the software wants more than one."""

    @property
    def deposited(self) -> list[Claimed]:
        """The identities in the deposits."""
        return [
            claimed
            for each in self.exchanges
            if each.operation == DEPOSIT and each.code == "00"
            for claimed in claims_of(each)
        ]

    @property
    def collections(self) -> list[ExchangeView]:
        """The collections of results."""
        return [each for each in self.exchanges if each.operation == COLLECT]

    @property
    def units(self) -> list[ExchangeView]:
        """The unit verifications made instead of a lot, or beside it."""
        return [each for each in self.exchanges if each.operation not in {DEPOSIT, COLLECT}]


def start(desk: Desk, patients: Sequence[Patient]) -> Lot:
    """Have a lot of files verified; nothing is collected yet. One identity may be left to the unit verification."""
    try:
        told, exchanges = desk.during(
            lambda: desk.lgo.start_bulk_verification(
                tuple(patient.id for patient in patients), actor=desk.user
            )
        )
    except RefusedError as refusal:
        # A software may refuse a lot for the sake of a file that has nothing to verify.
        with_ins = [patient for patient in patients if patient.matricule]
        if 0 < len(with_ins) < len(patients):
            return start(desk, with_ins)
        if len(patients) == 1:
            return _accompanied(desk, patients[0])
        raise UndecidedError(
            f"le logiciel refuse le lot : {refusal.message} ({refusal.code})",
            f"the software refuses the lot: {refusal.message} ({refusal.code})",
        ) from refusal
    is_blocked = {each.outcome for each in told.results} == {VerificationOutcome.BLOCKED}
    if len(patients) == 1 and is_blocked and not exchanges:
        return _accompanied(desk, patients[0])
    return Lot(told=told, exchanges=list(exchanges))


def _accompanied(desk: Desk, patient: Patient) -> Lot:
    """Have a file verified in a lot with another."""
    companion = file(desk, Route.IMPORTED)
    return replace(start(desk, [patient, companion]), companions=(companion,))


@contextmanager
def own_time(desk: Desk) -> Iterator[None]:
    """Go back to the real time of INSi at the end of the block, whatever happens in it."""
    try:
        yield
    finally:
        desk.insi.reset_clock()


def read(desk: Desk, lot: Lot) -> None:
    """Ask for the results once."""
    lot.told, exchanges = desk.during(lambda: desk.lgo.read_bulk_verification(lot.told.id, actor=desk.user))
    lot.exchanges += exchanges


def finish_for_another(desk: Desk, lot: Lot) -> None:
    """Finish a lot with a colleague of whoever deposited it at the desk; where the software keeps it for the latter, with them."""
    try:
        finish(desk.as_super_user(), lot)
    except RefusedError:
        finish(desk, lot)


def finish(desk: Desk, lot: Lot) -> None:
    """Let INSi finish, and ask for the results until all have come, or for long enough.

    Raises:
        Departure: INSi had them in several pages, and not all pages were asked for.
    """
    with own_time(desk):
        for _ in range(READINGS):
            if lot.told.is_complete:
                break
            desk.insi.advance(_QUARTER_S)
            read(desk, lot)
    pages = [each for each in map(_page, lot.collections) if each]
    missing = {number for _, of in pages for number in range(1, of + 1)} - {number for number, _ in pages}
    if missing:
        left = ", ".join(map(str, sorted(missing)))
        raise Departure(
            f"INSi rend les résultats du lot en plusieurs pages, et le logiciel ne relève pas la page {left}",
            f"INSi returns the results of the lot in several pages, and the software does not collect page {left}",
            inferred=True,
        )


def expect_complete(lot: Lot) -> None:
    """Check that the software says that all has come once it has.

    Raises:
        UndecidedError: INSi has not been asked for all of it.
    """
    if lot.told.is_complete:
        return
    if len(results_of(lot)) < len(lot.deposited):
        raise UndecidedError(
            "le logiciel ne relève pas tous les résultats du lot, alors qu'INSi les a",
            "the software does not collect all the results of the lot, although INSi has them",
            depends_on=("VER-11",),
        )
    raise Departure(
        "INSi a rendu tous les résultats du lot, et le logiciel en attend encore",
        "INSi has returned all the results of the lot, and the software still waits for some",
        inferred=True,
    )


def need_deposited(lot: Lot) -> None:
    """Make sure that INSi was asked about the identities, by lot or one by one.

    Raises:
        UndecidedError: it was not.
    """
    if not lot.deposited and not unit_verifications(lot.units):
        raise UndecidedError(
            "aucune identité du lot n'est arrivée à INSi",
            "no identity of the lot has reached INSi",
            depends_on=("VER-11",),
        )


def results_of(lot: Lot) -> dict[str, Said]:
    """Return what INSi said, by the matricule that the line claimed: the last word counts."""
    by_line = {claimed.line_id: claimed.values.get("matricule", "") for claimed in lot.deposited}
    found: dict[str, Said] = {}
    for exchange in lot.collections:
        for line_id, code in _lines(exchange).items():
            if line_id in by_line:
                found[by_line[line_id]] = _CODES.get(code, Said.NOTHING)
    for exchange in unit_verifications(lot.units) if lot.units else ():
        for claimed in claims_of(exchange):
            found[claimed.values.get("matricule", "")] = said_by(exchange)
    return found


def file(desk: Desk, route: Route, *, denied: bool = False, is_laden: bool = False, **wished: Any) -> Patient:
    """Return a file for a lot.

    Args:
        desk: who brings it.
        route: how.
        denied: INSi gave it an OID that it no longer knows, so that its line is KO.
        is_laden: it has a billing number and the mark of a homonym; it is to be read again.
        wished: of the draw.
    """
    person = desk.draw(**wished)
    patient = _brought(desk, person, route, denied=denied)
    if is_laden:
        load(desk, patient, person)
    return patient


def _brought(desk: Desk, person: Person, route: Route, *, denied: bool) -> Patient:
    if not denied:
        return desk.bring(person, route, **NAMES_IN_USE)
    with desk.answered_by(altered("lot-denied", {"oid": "1.2.250.1.213.1.4.9"}), patient=person):
        patient = desk.create(person, **NAMES_IN_USE)
        call, _ = desk.call(patient)
        desk.decide(call, accept=True)
    return desk.check_document(patient) if route is Route.IMPORTED_CHECKED else desk.read(patient)


def any_order(lot: Lot, codes: Mapping[str, str]) -> dict[str, Any]:
    """Return a scenario in which the results of a lot come in the opposite order of the deposit; no text promises one.

    Args:
        lot: as deposited.
        codes: the code of each line, by matricule; 00 for the others.
    """
    lines = "".join(
        f"<Ligne><IdLigne>{claimed.line_id}</IdLigne><CR><CodeCR>{code}</CodeCR>"
        f"<LibelleCR>{'OK' if code == '00' else 'KO'}</LibelleCR></CR></Ligne>"
        for claimed in reversed(lot.deposited)
        for code in [codes.get(claimed.values["matricule"], "00")]
    )
    count = len(lot.deposited)
    body = envelope(
        f'<Resultat xmlns="{REP_COLLECT}"><CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR>'
        f"<IdLot>{_lot_id(lot)}</IdLot>"
        f"<Etat>TERMINE</Etat><NbLignes>{count}</NbLignes><NbTraitees>{count}</NbTraitees><Page>1</Page>"
        f"<NbPages>1</NbPages>{lines}</Resultat>"
    )
    data = dict(scenario_data("answers/verification-ko"))
    data.pop("outcome")
    return {
        **data,
        "id": "suite/lot-in-any-order",
        "rules": [{"when": {"operation": COLLECT}, "then": {"raw": {"text": body}}}],
    }


def _lot_id(lot: Lot) -> str:
    [deposit] = [each for each in lot.exchanges if each.operation == DEPOSIT and each.code == "00"][-1:]
    return parsed(deposit.response_xml).findtext(".//{*}IdLot") or ""


def _answer(exchange: ExchangeView) -> etree._Element | None:
    """Return what INSi answered, ``None`` where a scenario spoiled it or nothing came."""
    if is_disturbed(exchange) or not exchange.response_xml.strip():
        return None
    return parsed(exchange.response_xml)


def _page(exchange: ExchangeView) -> tuple[int, int] | None:
    """Return the number of the page that an answer is, and of how many; ``None``: it is no page."""
    root = _answer(exchange)
    if root is None:
        return None
    number, of = root.findtext(".//{*}Page") or "", root.findtext(".//{*}NbPages") or ""
    return (int(number), int(of)) if number.isdecimal() and of.isdecimal() else None


def _lines(exchange: ExchangeView) -> dict[str, str]:
    root = _answer(exchange)
    lines = () if root is None else root.iter("{*}Ligne")
    return {line.findtext("{*}IdLigne") or "": line.findtext("{*}CR/{*}CodeCR") or "" for line in lines}
