"""Steps with a card, and what a search by card looks like on the wire (insi-contract §2.2 and §4.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.needs import need_no_exemption
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.told import told
from conformance.suite.desk.wire import is_disturbed, refusal_of
from conformance.suite.desk.words import shown
from conformance.verdicts import Departure, UndecidedError
from simulator.contract.names import SOAP12, WSSE, Operation
from simulator.ins.traits import comparison_key
from simulator.scripting.loader import scenario_data
from simulator.security.names import SAML, VITALE
from simulator.xml import own_parser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.drivers.cards import CardReading, VitaleCard
    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.cards import Family, Member
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView
    from simulator.text import Text


_NAME: Final = "NomNaissance"
_CONTEXT: Final = "ContexteBAM "
_NOT_READ: Final = "desir_9003"
"""The fault of a request whose form is not that of the contract."""

CARD_WAYS: Final = ("file", "no-file")
"""From where a card is called with. The second is a way that a software need not have: see ``calls_without_file``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """One assertion of a request, as it stands on the wire."""

    id: str
    qualifier: str | None
    """``VITALE`` for that of a card."""
    name_id: str
    """Of a card: its serial number."""
    issued_at: datetime | None
    """``None`` when the time cannot be read."""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signed: bool = False
    issuer: str = ""


def read_card(desk: Desk, card: VitaleCard) -> CardReading:
    """Have the software read a card; its people have to be shown, or nothing can be chosen."""
    with preparing("lire la carte Vitale", "read the Vitale card"):
        reading = desk.lgo.read_card(card, actor=desk.user)
    ranks = {person.rank for person in card.beneficiaries}
    if not {person.rank for person in reading.beneficiaries} >= ranks:
        raise UndecidedError(
            "préparation impossible, le logiciel ne montre pas tous les bénéficiaires de la carte",
            "could not be prepared, the software does not show all the people on the card",
            depends_on=("CAL-02",),
        )
    return reading


def try_card_call(
    desk: Desk, reading: CardReading, member: Member, patient: Patient | None = None
) -> tuple[InsiCall | RefusedError, list[ExchangeView]]:
    """Choose a member on a card that was read and call INSi; a refusal to go on is an answer here."""

    def act() -> InsiCall | RefusedError:
        try:
            return desk.lgo.call_insi_card(
                reading.id, member.rank, patient_id=patient.id if patient else None, actor=desk.user
            )
        except RefusedError as refusal:
            return refusal

    return desk.asking(patient, act)


def call_or_read_again(
    desk: Desk, reading: CardReading, family: Family, key: str, patient: Patient | None = None
) -> tuple[InsiCall | RefusedError, list[ExchangeView]]:
    """Call with a card that was read; a software may want it to be read anew for each call."""
    call, requests = try_card_call(desk, reading, family.member(key), patient)
    if requests:
        return call, requests
    return try_card_call(desk, read_card(desk, family.card()), family.member(key), patient)


def card_call(
    desk: Desk, family: Family, key: str, patient: Patient | None = None
) -> tuple[InsiCall | RefusedError, list[ExchangeView]]:
    """Read the card of a family and call INSi for one of its members; a request has to leave."""
    call, requests = try_card_call(desk, read_card(desk, family.card()), family.member(key), patient)
    if patient is not None and not requests:
        need_no_exemption(desk.read(patient), call)
    need_card_request(call, requests)
    return call, requests


def calls_without_file(desk: Desk) -> bool:
    """Return whether the software calls by card with no file open; no text asks for it. Tried once a campaign."""
    found: bool = desk.once("card-without-file", _try_without_file)
    return found


def _try_without_file(desk: Desk) -> bool:
    people = family(desk.draw)
    with preparing("lire la carte Vitale", "read the Vitale card"):
        reading = desk.lgo.read_card(people.card(), actor=desk.user)
    _, requests = try_card_call(desk, reading, people.insured)
    return bool(requests)


def by_card(scenario: str) -> dict[str, Any]:
    """Return a shipped scenario that speaks of the search by traits, for the search by card."""
    data = scenario_data(scenario)
    wanted = {"operation": Operation.SEARCH_BY_CARD.value}
    rules = [{**rule, "when": {**rule.get("when", {}), **wanted}} for rule in data["rules"]]
    kept = {name: value for name, value in data.items() if name != "outcome"}
    return {**kept, "id": f"{scenario}-by-card", "rules": rules}


def need_card_request(call: InsiCall | RefusedError, requests: Sequence[ExchangeView]) -> None:
    """Make sure that a search by card left: without one the check would prove nothing."""
    if not any(request.operation == Operation.SEARCH_BY_CARD for request in requests):
        said = call.message if isinstance(call, RefusedError) else f"{call.outcome}, {call.message}"
        raise UndecidedError(
            f"le logiciel n'a envoyé aucune recherche par carte alors qu'il devait appeler : {said}",
            f"the software sent no search by card although it had to call: {said}",
            depends_on=("CAL-01", "CAL-04", "CAL-05"),
        )


def expect_understood(requests: Sequence[ExchangeView], member: Member, moment: Text) -> None:
    """Check that INSi could read the searches by card that the software made: what is in them is the software's own.

    One is known by the element in its body. It is about the member or it is not, like any other; where it is, and INSi refuses
    its form all the same, that it be well formed is deduced.
    """
    for request in requests:
        if request.operation is not None or request.code != _NOT_READ or is_disturbed(request):
            continue
        if _envelope(request).find(".//{*}RECVITALE") is None:
            continue
        _expect_of(request, member, moment)
        why = refusal_of(request)
        raise Departure(
            f"{moment.fr}, INSi ne sait pas lire la recherche par carte ({request.code}) : {why.fr}",
            f"{moment.en}, INSi cannot read the search by card ({request.code}): {why.en}",
            inferred=True,
        )


def expect_about(requests: Sequence[ExchangeView], member: Member, moment: Text) -> None:
    """Check that every request is a search by card, for this member and for nobody else (CAL-02)."""
    for request in requests:
        expect_equal(
            got=request.operation,
            expected=Operation.SEARCH_BY_CARD.value,
            fr=f"{moment.fr}, opération appelée",
            en=f"{moment.en}, operation called",
        )
        _expect_of(request, member, moment)


def _expect_of(request: ExchangeView, member: Member, moment: Text) -> None:
    for name, got, allowed in _compared(request, member):
        expect(
            got in allowed,
            fr=f"{moment.fr}, {name} envoyé {shown(got).fr}, attendu {shown(sorted(filter(None, allowed))).fr}",
            en=f"{moment.en}, {name} sent {shown(got).en}, expected {shown(sorted(filter(None, allowed))).en}",
            # That the name and the context are about the beneficiary as well is read off the schemas.
            inferred=name == _NAME or name.startswith(_CONTEXT),
        )


def _compared(request: ExchangeView, member: Member) -> Iterator[tuple[str, str | None, set[str | None]]]:
    """Yield each element of the body with what it may hold for this member."""
    root = _envelope(request)

    def text(path: str) -> str | None:
        # By local name: INSi understands the elements of this body in whatever namespace they come.
        steps = "/".join(f"{{*}}{step}" for step in path.split("/"))
        return (root.findtext(f".//{{*}}RECVITALE/{steps}") or "").strip() or None

    traits = member.person.identity.traits
    own = member.person.identity.matricule.number
    rank = text("RangNaissance")
    name = text("NomNaissance")
    yield "MatriculeOD", text("MatriculeOD/NumIdentifiant"), {member.card.insured_number}
    yield "MatriculeIndividu", text("MatriculeIndividu/NumIdentifiant"), {None, own}
    yield "DateNaissance", text("DateNaissance"), {traits.birth_date}
    # The schema lets the rank out; then it can be nobody's but the first's.
    yield (
        "RangNaissance",
        rank.lstrip("0") if rank else None,
        {member.card.birth_rank} | ({None} if member.card.birth_rank == "1" else set()),
    )
    # The name of the beneficiary, whom the card names (insi-contract §2.2); written with or without accents and hyphens.
    is_theirs = comparison_key(name or "") == comparison_key(traits.birth_name)
    yield _NAME, name, {None, traits.birth_name} | ({name} if is_theirs else set())
    # The context names the same people, or nobody (insi-contract §2.6).
    cover = root.find(".//{*}COUVERTURE")
    if cover is None:
        return

    def told(path: str) -> str | None:
        return (cover.findtext("/".join(f"{{*}}{step}" for step in path.split("/"))) or "").strip() or None

    context_rank = (told("BENEFICIAIRE/Rang") or "").lstrip("0") or None
    yield f"{_CONTEXT}ASSURE", told("ASSURE/Id/Num"), {None, member.card.insured_number}
    yield f"{_CONTEXT}Nir", told("BENEFICIAIRE/Nir/Num"), {None, own}
    yield f"{_CONTEXT}DateNai", told("BENEFICIAIRE/DateNai"), {None, traits.birth_date}
    yield f"{_CONTEXT}Rang", context_rank, {None, member.card.birth_rank}


def assertions(exchange: ExchangeView) -> list[Assertion]:
    """Return the assertions in ``wsse:Security`` of a request, in order."""
    found = []
    path = f"{{{SOAP12}}}Header/{{{WSSE}}}Security/{{{SAML}}}Assertion"
    for element in _envelope(exchange).iterfind(path):
        name = element.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID")
        attributes = {
            each.get("Name", ""): tuple(
                value.text or "" for value in each.iterfind(f"{{{SAML}}}AttributeValue")
            )
            for each in element.iterfind(f"{{{SAML}}}AttributeStatement/{{{SAML}}}Attribute")
        }
        found.append(
            Assertion(
                id=element.get("ID", ""),
                qualifier=None if name is None else name.get("NameQualifier"),
                name_id="" if name is None else (name.text or "").strip(),
                issued_at=_moment(element.get("IssueInstant", "")),
                attributes=attributes,
                issuer=(element.findtext(f"{{{SAML}}}Issuer") or "").strip(),
                signed=any(etree.QName(child).localname == "Signature" for child in element),
            )
        )
    return found


def vitale_of(exchange: ExchangeView) -> list[Assertion]:
    """Return the Vitale assertions of a request."""
    return [each for each in assertions(exchange) if each.qualifier == VITALE]


def expect_no_call(call: InsiCall | RefusedError, requests: Sequence[ExchangeView], moment: Text) -> None:
    """Check that nothing was sent to INSi, that no identity is proposed, and that the user is told."""
    expect(
        not requests,
        fr=f"{moment.fr}, {len(requests)} requête(s) sont parties à INSi",
        en=f"{moment.en}, {len(requests)} request(s) went to INSi",
    )
    if not isinstance(call, RefusedError):
        expect(
            call.outcome in {CallOutcome.BLOCKED, CallOutcome.ERROR},
            fr=f"{moment.fr}, aucune requête n'est partie et le logiciel annonce {call.outcome}",
            en=f"{moment.en}, no request left and the software announces {call.outcome}",
        )
    expect(
        told(call).says_something,
        fr=f"{moment.fr}, aucun message n'avertit l'utilisateur",
        en=f"{moment.en}, no message tells the user",
    )


def _envelope(exchange: ExchangeView) -> etree._Element:
    parser = own_parser()
    try:
        return etree.fromstring(exchange.request_xml.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise UndecidedError(
            f"une requête du logiciel n'est pas du XML lisible : {error}",
            f"a request of the software is not readable XML: {error}",
        ) from error


def _moment(text: str) -> datetime | None:
    """Return an IssueInstant; without a zone it is UTC, as SAML 2.0 says."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
