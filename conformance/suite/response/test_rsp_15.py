"""RSP-15: the INS history that INSi returned is kept as it came, entry by entry."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest
from lxml import etree

from conformance.drivers.model import Attribute
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import CARD, FROM_INSI, VERIFICATION
from conformance.suite.desk.card_calls import need_card_request, read_card, try_card_call
from conformance.suite.desk.cards import family
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.wire import need_found, returned
from conformance.suite.verification.elsewhere import answering, verify
from conformance.verdicts import Departure, UndecidedError
from simulator.contract.names import RESULTAT
from simulator.ins.identity import HistoricId
from simulator.ins.matricule import Matricule
from simulator.ins.oid import InsOid
from simulator.scripting.loader import scenario_data
from simulator.xml import own_parser

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView
    from simulator.registry.person import Person

Entry = tuple[str, str, str, str]
"""Matricule, OID, start and end as they stand on the wire; an absent date is empty."""

SHAPES: Final = ("one", "none", "waiting-then-known", "same-number-twice", "open-ended", "corsica", "ten")


@pytest.mark.rule("RSP-15")
@pytest.mark.title(
    fr="De zéro à dix entrées, l'historique accepté dans un dossier est celui de la réponse, dates comprises",
    en="From none to ten entries, the history accepted into a file is that of the answer, dates included",
)
@pytest.mark.parametrize("user", USERS)
def test_accepted(desk: Desk, user: str) -> None:
    desk = desk.by(user)

    def judge(shape: str) -> None:
        patient = desk.create(_with_history(desk, shape))
        answer = _accept(desk, patient)
        _expect_history(
            desk, patient, answer, Moment(f"identité acceptée ({shape})", f"identity accepted ({shape})")
        )

    expect_each({shape: partial(judge, shape) for shape in SHAPES})


@pytest.mark.rule("RSP-15")
@pytest.mark.title(
    fr="Un dossier créé depuis INSi garde l'historique de la réponse",
    en="A file created from INSi keeps the history of the answer",
)
@FROM_INSI.mark
def test_created_from_insi(desk: Desk) -> None:
    def judge(shape: str) -> None:
        person = _with_history(desk, shape)
        patient, requests = desk.during(lambda: desk.arrive(person))
        moment = Moment(f"dossier créé depuis INSi ({shape})", f"file created from INSi ({shape})")
        _expect_history(desk, patient, need_found(requests), moment)

    expect_each({shape: partial(judge, shape) for shape in SHAPES})


@pytest.mark.rule("RSP-15")
@pytest.mark.title(
    fr="L'historique survit à un second import, à une modification, au contrôle d'une pièce et à l'autre patient ouvert",
    en="The history survives a second import, a change, the check of a document and another patient being opened",
)
@pytest.mark.parametrize("shape", ["waiting-then-known", "same-number-twice", "ten"])
def test_lasts(desk: Desk, shape: str) -> None:
    person = _with_history(desk, shape)
    patient = desk.create(person)
    other = desk.create(_with_history(desk, "one"))
    answer, waiting = _accept_before(desk, patient, other)

    def look(fr: str, en: str) -> None:
        _expect_history(desk, patient, answer, Moment(fr, en))

    if isinstance(desk.try_accept(waiting), RefusedError):
        _accept(desk, other)
    look("un autre patient importé entre-temps", "another patient imported meanwhile")
    _accept(desk, patient)
    look("réimporté", "imported again")
    desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
    look("nom utilisé modifié", "used name changed")
    set_attributes(desk, patient, {Attribute.HOMONYME})
    look("attribut homonyme posé", "attribute homonyme set")
    desk.check_document(patient)
    look("pièce contrôlée", "document checked")
    for ending in ("answers/not-found", "answers/several", "faults/insi-102"):
        with desk.answered_by(ending):
            desk.try_call(patient)
        look(f"appel sans identité ({ending})", f"call without identity ({ending})")
    # Whoever is filtered had no history, or another one: nothing of it is taken, its emptiness included.
    empty: dict[str, object] = {"history": []} if shape == "ten" else {}
    another = replace(
        person, identity=replace(person.identity, history=_entries("corsica", person.identity.matricule))
    )
    with desk.answered_by(_answering(alter={"birth_date": "1984-05-00"}, **empty), patient=another):
        desk.try_call(patient)
    look("identité INSi filtrée", "INSi identity filtered")
    desk.decline(desk.read(patient))
    look("identité INSi refusée", "INSi identity refused")
    if shape == "ten":
        _accept(desk, patient)
        look("réimporté une fois encore", "imported once more")
        with desk.if_offered(VERIFICATION):
            for answer_given in ("fault-insi-102", None):
                with answering(desk, answer_given):
                    verify(desk, patient)
            look("INS vérifiée, une fois en vain", "INS verified, once in vain")


@pytest.mark.rule("RSP-15")
@pytest.mark.title(
    fr="Vide à la première réponse, l'historique de la suivante est gardé",
    en="Empty in the first answer, the history of the next one is kept",
)
@pytest.mark.parametrize("status", ["récupérée", "qualifiée"])
def test_history_that_comes_later(desk: Desk, status: str) -> None:
    person = desk.draw(nia=False)
    patient = desk.create(person)
    _accept(desk, patient)
    if status == "qualifiée":
        desk.check_document(patient)
    later = replace(
        person,
        identity=replace(person.identity, history=_entries("waiting-then-known", person.identity.matricule)),
    )
    with desk.answered_by(_answering(), patient=later):
        call, requests = desk.try_call(patient)
    if isinstance(call, RefusedError) or not requests:
        return  # No text asks for a call for an identity that was fed already.
    answer = need_found(requests)
    desk.decide(call, accept=True)
    _expect_history(desk, patient, answer, Moment("historique apparu plus tard", "history that came later"))


@pytest.mark.rule("RSP-15")
@pytest.mark.title(
    fr="Un historique qui répète l'INS active, ou qui finit avant de commencer, ne fait pas perdre les autres entrées",
    en="A history that repeats the active INS, or that ends before it begins, does not lose the other entries",
)
@pytest.mark.parametrize("case", ["repeats-active", "ends-before-it-begins"])
def test_odd_history(desk: Desk, case: str) -> None:
    person = _with_history(desk, "same-number-twice" if case == "repeats-active" else "backwards")
    patient = desk.create(person)
    if case == "repeats-active":
        desk.insi.install(_answering(history=["own", "active"]), patient=person)
    answer = _accept(desk, patient)
    desk.insi.clear_scenarios()
    _expect_history(
        desk, patient, answer, Moment(f"historique singulier ({case})", f"odd history ({case_text(case).en})")
    )


@pytest.mark.rule("RSP-15")
@pytest.mark.title(
    fr="Une identité refusée par l'utilisateur ne laisse pas d'historique dans le dossier",
    en="An identity that the user refused leaves no history in the file",
)
def test_refused(desk: Desk) -> None:
    patient = desk.create(_with_history(desk, "waiting-then-known"))
    desk.decline(patient)
    found = _kept(desk, patient)
    if found:
        raise Departure(
            f"identité refusée, le dossier porte un historique : {_listed(found)}",
            f"identity refused, the file bears a history: {_listed(found)}",
            inferred=True,
        )


@pytest.mark.rule("RSP-15")
@pytest.mark.title(
    fr="L'historique rendu à un appel par carte est gardé de même",
    en="The history returned to a call by card is kept as well",
)
@CARD.mark
def test_by_card(desk: Desk) -> None:
    def with_history(**wanted: object) -> Person:
        shape: Callable[[Person], Person] | None = wanted.pop("shape", None)  # type: ignore[assignment] # as given

        def shaped(person: Person) -> Person:
            made = shape(person) if shape else person
            identity = made.identity
            return replace(
                made,
                identity=replace(identity, history=_entries("same-number-twice", identity.matricule)),
            )

        return desk.draw(shape=shaped, **wanted)

    people = family(with_history)
    patient = desk.create(people.insured.person)
    call, requests = try_card_call(desk, read_card(desk, people.card()), people.insured, patient)
    need_card_request(call, requests)
    answer = need_found(requests)
    if isinstance(call, RefusedError):
        raise UndecidedError(
            f"appel par carte refusé : {call.message}", f"call by card refused: {call.message}"
        )
    desk.decide(call, accept=True)
    _expect_history(desk, patient, answer, Moment("appel par carte", "call by card"))


def _with_history(desk: Desk, shape: str) -> Person:
    """Draw somebody with former INS of this shape."""
    return desk.draw(
        nia=False,
        shape=lambda person: replace(
            person,
            identity=replace(person.identity, history=_entries(shape, person.identity.matricule)),
        ),
    )


def _entries(shape: str, now: Matricule) -> tuple[HistoricId, ...]:
    """Return former INS that no careless handling leaves whole."""

    def entry(
        order: int, start: str | None, end: str | None, *, waiting: bool = False, place: str = ""
    ) -> HistoricId:
        digit = ("7" if now.number[0] == "1" else "8") if waiting else now.number[0]
        middle = f"{now.number[1:5]}{place or now.number[5:10]}"
        return HistoricId(
            matricule=Matricule.from_number(f"{digit}{middle}{(int(now.number[10:]) + order) % 999 + 1:03d}"),
            oid=InsOid.NIA if waiting else InsOid.NIR_TEST,
            date_from=start,
            date_to=end,
        )

    match shape:
        case "none":
            return ()
        case "one":
            return (entry(1, "2019-03-01", "2021-06-30"),)
        case "waiting-then-known":
            return (
                entry(2, "2008-01-07", "2012-11-30", waiting=True),
                entry(3, "2012-12-01", "2017-02-28"),
                entry(4, "2017-03-01", "2020-02-29"),
            )
        case "same-number-twice":
            # Given, taken back, given again: two periods of one number are two entries.
            return (
                entry(5, "2009-05-04", "2010-05-03"),
                entry(6, "2010-05-04", "2014-10-11"),
                entry(5, "2014-10-12", "2018-01-01"),
            )
        case "open-ended":
            return (entry(7, None, "2015-12-31"), entry(8, "2016-01-01", None), entry(9, None, None))
        case "backwards":
            # As the qualification service returns it (CNDA 2.04).
            return (entry(12, "2019-03-01", "2019-02-28"), entry(13, "2011-01-01", "2019-02-28"))
        case "corsica":
            return (
                entry(10, "2001-02-03", "2004-05-06", place="2A004"),
                entry(11, "2004-05-07", "2006-07-08", place="2B033"),
            )
        case _:
            return tuple(
                entry(
                    20 + number,
                    f"20{number + 7:02d}-0{number % 9 + 1}-01",
                    f"20{number + 8:02d}-0{number % 9 + 1}-28",
                )
                for number in range(10)
            )


def _answering(**then: object) -> dict[str, Any]:
    """Return a scenario in which INSi finds its ``patient``, whoever is asked for by traits."""
    data = scenario_data("safety/list-differs-from-prenom")
    [rule] = data["rules"]
    asked = {"operation": rule["when"]["operation"]}
    answer = {"code": "00", "person": "patient", **then}
    kept = {name: value for name, value in data.items() if name != "outcome"}
    return {**kept, "id": "history/returned", "rules": [{"when": asked, "then": answer}]}


def _accept(desk: Desk, patient: Patient) -> ExchangeView:
    """Call INSi, accept, and return the answer that the user accepted."""
    call, requests = desk.call(patient)
    answer = need_found(requests)
    desk.decide(call, accept=True)
    return answer


def _accept_before(desk: Desk, patient: Patient, other: Patient) -> tuple[ExchangeView, InsiCall]:
    """Call INSi for one file, then for another, and accept the first answer; return it, and the call that waits."""
    call, requests = desk.call(patient)
    answer = need_found(requests)
    waiting, _ = desk.call(other)
    if isinstance(desk.try_accept(call), RefusedError):
        answer = _accept(desk, patient)  # A software may hold one proposal at a time.
    return answer, waiting


def _expect_history(desk: Desk, patient: Patient, answer: ExchangeView, moment: Moment) -> None:
    """Compare what the software keeps with what the answer held, whatever the order."""
    expected, got = Counter(_sent(answer)), Counter(_kept(desk, patient))
    # An answer may repeat the active INS among the former ones (CNDA 2.08), and a history may show it beside them:
    # whether the active one is listed is left open.
    active = returned(answer)["matricule"]
    missing = [entry for entry in (expected - got).elements() if entry[0] != active]
    wrong = [entry for entry in (got - expected).elements() if entry[0] != active]
    if missing or wrong:
        raise Departure(
            f"{moment.fr}, historique de l'INS : manque {_listed(missing)} ; en trop {_listed(wrong)}",
            f"{moment.en}, INS history: missing {_listed(missing)}; too many {_listed(wrong)}",
        )


def _sent(answer: ExchangeView) -> list[Entry]:
    """Return the INSHISTO entries of an answer as they stand on the wire."""
    parser = own_parser()
    root = etree.fromstring(answer.response_xml.encode(), parser)

    def text(entry: etree._Element, *path: str) -> str:
        return (entry.findtext("/".join(f"{{{RESULTAT}}}{step}" for step in path)) or "").strip()

    return [
        (
            text(entry, "IdIndividu", "NumIdentifiant") + text(entry, "IdIndividu", "Cle"),
            text(entry, "OID"),
            text(entry, "DateDeb"),
            text(entry, "DateFin"),
        )
        for entry in root.iter(f"{{{RESULTAT}}}INSHISTO")
    ]


def _kept(desk: Desk, patient: Patient) -> list[Entry]:
    return [
        (entry.matricule, entry.oid, entry.start or "", entry.end or "")
        for entry in desk.lgo.read_ins_history(patient.id, actor=desk.user)
    ]


def _listed(entries: list[Entry]) -> str:
    return " ; ".join(" ".join(part or "–" for part in entry) for entry in entries) or "rien / nothing"
