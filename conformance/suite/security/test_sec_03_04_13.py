"""SEC-03, SEC-04, SEC-13: who has no right on the INS, or on INSi, neither sees nor calls, from any screen, list or log."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import (
    IDENTITY_FIELDS,
    Attribute,
    CallOutcome,
    Role,
    SearchCriteria,
    Status,
)
from conformance.drivers.partners import MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form, Right
from conformance.suite.desk.apart import ATTRIBUTES, CALLS, DOWNGRADE, FROM_INSI
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.started import ended, start
from conformance.suite.desk.wire import need_found, need_request
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.security.profiles import (
    INS,
    ORDINARY,
    as_super_user,
    expect_hidden,
    need_withheld,
    profile,
    sign_in_and_save,
)
from conformance.verdicts import Departure, UndecidedError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.steps import Desk
    from conformance.suite.security.profiles import Profile
    from simulator.client import ExchangeView
    from simulator.registry.person import Person

WITH_INS = routes(Status.RECUP, Status.QUAL)

STRANGER = Text("un profil sans aucun droit", "a profile without any right")
BLIND = Text("un profil sans droit sur l'INS", "a profile without right on the INS")


@pytest.mark.rule("SEC-03")
@pytest.mark.title(
    fr="Un profil sans droit ne voit aucune donnée du patient : liste, dossier, écran, journal, appel, exports",
    en="A profile without right sees no data of the patient: list, file, screen, log, call, exports",
)
@pytest.mark.parametrize("role", [Role.USER, Role.SUPER_USER], ids=str)
@pytest.mark.parametrize(
    "route", [Route.TYPED, Route.CHECKED, Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str
)
def test_stranger_sees_nothing(desk: Desk, route: Route, role: Role) -> None:
    _, patient, call = _known(desk, route)
    who = profile(desk, (), name="sans-droit", role=role)
    _expect_cannot_read(who)
    expect_hidden(desk, _readings(desk, who, patient, call), patient, IDENTITY_FIELDS, STRANGER)


@pytest.mark.rule("SEC-03")
@pytest.mark.title(
    fr="Les réponses aux actes d'un profil sans droit ne montrent rien non plus, et l'INS du dossier reste",
    en="The answers to the acts of a profile without right show nothing either, and the INS of the file stays",
)
@pytest.mark.parametrize("role", [Role.USER, Role.SUPER_USER], ids=str)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_stranger_changes_no_ins(desk: Desk, route: Route, role: Role) -> None:
    _, patient, _ = _known(desk, route)
    who = profile(desk, (), name="sans-droit", role=role)
    _expect_cannot_read(who)
    if patient.status is Status.RECUP:
        # Refused and done all the same, a validation then shows in the status.
        desk.record_document(patient)
    before = desk.snapshot(patient)
    lgo, actor = desk.lgo, who.actor
    expect_hidden(
        desk,
        {
            "la modification d'un trait strict": lambda: lgo.update_patient(
                patient.id, {"birth_name": "KVORLAN"}, actor=actor
            ),
            "la validation": lambda: lgo.validate_identity(patient.id, actor=actor),
            "la modification du nom utilisé": lambda: lgo.update_patient(
                patient.id, {"used_name": "CURBLEZ"}, actor=actor
            ),
            "l'enregistrement d'une pièce": lambda: lgo.record_proof(patient.id, "CNI", actor=actor),
        },
        patient,
        IDENTITY_FIELDS,
        STRANGER,
    )
    moment = Moment(f"actes d'{STRANGER.fr}", f"acts of {STRANGER.en}")
    expect_kept(desk.snapshot(patient), before, moment)
    # That lowering, marking or naming the patient asks for a right is a deduction.
    with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
        lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=actor)
    with desk.if_offered(DOWNGRADE), suppress(RefusedError):
        lgo.downgrade_status(patient.id, Status.PROV, actor=actor)
    expect_kept(desk.snapshot(patient), before, moment, inferred=True)


@pytest.mark.rule("SEC-03")
@pytest.mark.title(
    fr="Le droit retiré puis rendu se voit aussitôt, pour celui-là seulement",
    en="A right withdrawn and given back shows at once, for that user only",
)
def test_right_comes_and_goes(desk: Desk) -> None:
    person, patient, _ = _known(desk, Route.IMPORTED_CHECKED)
    who = profile(desk, ORDINARY, name="ordinaire")
    expected = insi_values(person)
    _expect_sees(desk, who, patient, expected)
    stranger = profile(desk, (), name="ordinaire")
    _expect_cannot_read(stranger)
    sign_in_and_save(desk, stranger)
    opening = {"l'ouverture du dossier": lambda: desk.lgo.read_patient(patient.id, actor=who.actor)}
    withdrawn = Text(
        "un utilisateur dont les droits viennent d'être retirés",
        "a user whose rights were just withdrawn",
    )
    expect_hidden(desk, opening, patient, IDENTITY_FIELDS, withdrawn)
    expect_values(desk.read(patient), expected, fr="un autre ne voit plus", en="another user sees no more")
    # Nor are they those of a colleague: one whose name begins alike, whose rights are saved after.
    colleague = profile(desk, ORDINARY, name="ordinaire-du-soir")
    expect_hidden(desk, opening, patient, IDENTITY_FIELDS, withdrawn)
    _expect_sees(desk, colleague, patient, expected)
    _expect_sees(desk, profile(desk, ORDINARY, name="ordinaire"), patient, expected)
    # Nor the other way round: the longer name does not have the rights of the shorter one.
    late = profile(desk, (), name="ordinaire-du-soir")
    if not late.rights:
        reading = {"l'ouverture du dossier": lambda: desk.lgo.read_patient(patient.id, actor=late.actor)}
        expect_hidden(desk, reading, patient, IDENTITY_FIELDS, withdrawn)
    colleague = profile(desk, ORDINARY, name="ordinaire-du-soir")
    profile(desk, (), name="ordinaire")
    _expect_sees(desk, colleague, patient, expected)


@pytest.mark.rule("SEC-03")
@pytest.mark.title(
    fr="Qui voit les identités sans droit sur l'INS ne voit ni matricule ni OID, et voit le reste",
    en="Who sees identities without right on the INS sees neither matricule nor OID, and sees the rest",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_ins_alone_is_hidden(desk: Desk, route: Route) -> None:
    person, patient, call = _known(desk, route)
    who = profile(desk, ORDINARY - {Right.READ_INS}, name="sans-ins")
    who = need_withheld(desk, who, Right.READ_INS)
    expect_hidden(desk, _readings(desk, who, patient, call), patient, INS, BLIND)
    if route is Route.IMPORTED:
        # In a list of several, it is hidden in each line.
        day = patient.birth_date or ""
        last = desk.bring(desk.draw(birth_date=day), route)
        listed = {
            "la liste de plusieurs": lambda: desk.lgo.search_patients(
                SearchCriteria(birth_date=day), actor=who.actor
            )
        }
        expect_hidden(desk, listed, last, INS, BLIND)
    traits = {name: value for name, value in insi_values(person).items() if name not in INS}
    if Right.READ_IDENTITY in who.rights:
        _expect_sees(desk, who, patient, traits)
    # What they may change gives the file back: the INS neither shows there nor gets lost.
    expect_hidden(
        desk,
        {
            "la modification du nom utilisé": lambda: desk.lgo.update_patient(
                patient.id, {"used_name": "KVORLAN"}, actor=who.actor
            ),
            "l'enregistrement d'une pièce": lambda: desk.lgo.record_proof(patient.id, "CNI", actor=who.actor),
            "l'attribut homonyme": lambda: desk.lgo.set_attributes(
                patient.id, frozenset({Attribute.HOMONYME}), actor=who.actor
            ),
            "la validation": lambda: desk.lgo.validate_identity(patient.id, actor=who.actor),
        },
        patient,
        INS,
        BLIND,
    )
    expect_values(
        desk.read(patient),
        insi_values(person),
        fr="l'INS du dossier a changé",
        en="the INS of the file has changed",
    )


@pytest.mark.rule("SEC-04")
@pytest.mark.title(
    fr="Sans le droit d'appeler INSi rien ne part, quel que soit l'acte, et le dossier reste",
    en="Without the right to call INSi nothing leaves, whatever the act, and the file stays",
)
@pytest.mark.parametrize("role", [Role.USER, Role.SUPER_USER], ids=str)
@pytest.mark.parametrize("rights", ["none", "all-but-call"])
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED, Route.IMPORTED_CHECKED], ids=str)
def test_no_call_without_the_right(desk: Desk, route: Route, rights: str, role: Role) -> None:
    person = desk.draw()
    patient = desk.bring(person, route)
    wanted = frozenset() if rights == "none" else frozenset(Right) - {Right.CALL_INSI}
    who = profile(desk, wanted, name=f"sans-insi-{rights}", role=role)
    who = need_withheld(desk, who, Right.CALL_INSI)
    before = desk.snapshot(patient)

    calls = _calls(desk, who, patient)
    expect_each({name: partial(_expect_nothing_leaves, desk, act) for name, act in calls.items()})
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment("appels sans le droit d'appeler INSi", "calls without the right to call INSi"),
    )
    _, requests = desk.call(patient)
    need_request(requests)


@pytest.mark.rule("SEC-04")
@pytest.mark.title(
    fr="Aucun acte ordinaire n'appelle INSi de lui-même pour qui n'en a pas le droit",
    en="No ordinary act calls INSi by itself for who has not the right",
)
def test_no_automatic_call(desk: Desk) -> None:
    who = profile(desk, frozenset(Right) - {Right.CALL_INSI}, name="sans-insi")
    who = need_withheld(desk, who, Right.CALL_INSI)
    actor, lgo = who.actor, desk.lgo
    patient = desk.create(desk.draw())
    day = patient.birth_date or ""
    acts: dict[str, Callable[[], Any]] = {
        "la création": lambda: lgo.create_patient(typed(desk.draw()), actor=actor),
        "l'ouverture": lambda: lgo.read_patient(patient.id, actor=actor),
        "la recherche": lambda: lgo.search_patients(SearchCriteria(birth_date=day), actor=actor),
        "la modification": lambda: lgo.update_patient(patient.id, {"birth_place": "99999"}, actor=actor),
        "la pièce": lambda: lgo.record_proof(patient.id, "CNI", actor=actor),
        "la validation": lambda: lgo.validate_identity(patient.id, actor=actor),
    }
    refused: dict[str, str] = {}

    def judge(name: str, act: Callable[[], Any]) -> None:
        def noting() -> None:
            try:
                act()
            except RefusedError as refusal:
                refused[name] = refusal.message
                raise

        _expect_nothing_leaves(desk, noting)

    expect_each({name: partial(judge, name, act) for name, act in acts.items()})
    # Nor does it take another right with it; whoever changes or validates may have to be entitled to more than that.
    wrong = {
        name: refused[name] for name in ("l'ouverture", "la recherche", "la création") if name in refused
    }
    expect(
        not wrong or not who.rights >= frozenset(Right) - {Right.CALL_INSI},
        fr=f"qui a tous les droits sauf celui d'appeler INSi se voit refuser {wrong}",
        en=f"whoever has all rights but that of calling INSi is refused {wrong}",
        inferred=True,
    )
    _, requests = desk.call(patient)
    need_request(requests)


@pytest.mark.rule("SEC-04")
@pytest.mark.title(
    fr="Le droit d'appeler se donne et se retire, à chacun séparément, et il suffit avec la lecture",
    en="The right to call is given and withdrawn, to each separately, and is enough with reading",
)
def test_right_to_call(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    without = profile(desk, ORDINARY - {Right.CALL_INSI}, name="appelant")
    without = need_withheld(desk, without, Right.CALL_INSI)
    # Colleagues may call whose names begin as this one does, or whose name this one begins with.
    for name in ("appelant-du-soir", "appel"):
        profile(desk, ORDINARY, name=name)
    _expect_nothing_leaves(desk, lambda: desk.lgo.call_insi_traits(patient.id, actor=without.actor))
    given = profile(desk, {Right.READ_IDENTITY, Right.READ_INS, Right.CALL_INSI}, name="appelant")
    if Right.CALL_INSI in given.rights:
        call, requests = desk.try_call(patient, given.actor)
        said = call.message if isinstance(call, RefusedError) else f"{call.outcome}, {call.message}"
        if requests:
            need_found(requests)
        expect(
            requests and not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND,
            fr=f"qui a le droit d'appeler INSi n'y arrive pas : {said}",
            en=f"who has the right to call INSi cannot: {said}",
        )
    again = profile(desk, ORDINARY - {Right.CALL_INSI}, name="appelant")
    _expect_nothing_leaves(desk, lambda: desk.lgo.call_insi_traits(patient.id, actor=again.actor))
    if Right.READ_IDENTITY in again.rights:
        # Rights are fine: taking one away takes no other.
        try:
            desk.lgo.read_patient(patient.id, actor=again.actor)
        except RefusedError as refusal:
            raise Departure(
                f"sans le droit d'appeler INSi, le dossier ne s'ouvre plus : {refusal.message}",
                f"without the right to call INSi the file does not open any more: {refusal.message}",
            ) from refusal


@pytest.mark.rule("SEC-13")
@pytest.mark.title(
    fr="Le journal ne donne l'INS, ni en clair ni mise en forme, à qui n'y a pas droit ; les autres l'y lisent",
    en="The log gives the INS, plain or formatted, to nobody without the right; the others read it there",
)
@pytest.mark.parametrize("rights", ["none", "all-but-ins"])
@pytest.mark.parametrize("shape", ["nir", "nia", "corsica"])
def test_log_hides_the_ins(desk: Desk, shape: str, rights: str) -> None:
    wishes: dict[str, dict[str, Any]] = {
        "nir": {"nia": False},
        "nia": {"nia": True},
        "corsica": {"birth_date": "1986-11-12", "birth_place": "2A004"},
    }
    person = desk.draw(**wishes[shape])
    patient = desk.check_document(desk.feed(desk.create(person)))
    desk.decline(patient)  # A second answer 00 in the log, refused this time.
    with desk.if_offered(FROM_INSI):
        desk.arrive(desk.draw())
    _lose_ins(desk, patient, shape)
    wanted = frozenset() if rights == "none" else ORDINARY - {Right.READ_INS}
    who = profile(desk, wanted, name=f"journal-{rights}")
    who = need_withheld(desk, who, Right.READ_INS)
    for each in (who, as_super_user(who)):
        expect_hidden(desk, _logs(desk, each, patient), patient, ("matricule",), BLIND, inferred=True)
    entries = desk.lgo.read_audit_log(actor=desk.user, patient_id=patient.id)
    if not any(entry.returned.get("matricule") == patient.matricule for entry in entries):
        raise UndecidedError(
            "le journal ne donne l'INS à personne : qu'il ne la donne pas à ce profil ne prouve rien",
            "the log gives the INS to nobody: that it does not give it to this profile proves nothing",
            depends_on=("RSP-14",),
        )


def _lose_ins(desk: Desk, patient: Patient, shape: str) -> None:
    """Take the INS of two of the three away: why is written down, and what it was is still nobody's without the right."""
    if shape == "nia":
        with desk.if_offered(DOWNGRADE), suppress(RefusedError):
            desk.lgo.downgrade_status(patient.id, Status.PROV, actor=desk.user)
    if shape == "corsica":
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=desk.super_user)


def _known(desk: Desk, route: Route) -> tuple[Person, Patient, InsiCall]:
    """Bring somebody to a status, with names in use, and leave a proposal of INSi open."""
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, route, used_name="ZELBRUC", used_first_name="CURBLEZ")
    return person, patient, desk.find(patient)


def _readings(desk: Desk, who: Profile, patient: Patient, call: InsiCall) -> dict[str, Callable[[], Any]]:
    """Return every act that shows a patient, by what a reason calls it."""
    lgo, actor = desk.lgo, who.actor
    day, name = patient.birth_date or "", (patient.birth_name or "")[:3]
    first, number = (patient.first_names or patient.first_name or "")[:3], patient.matricule
    searches: dict[str, SearchCriteria] = {
        "la recherche par date": SearchCriteria(birth_date=day),
        "la recherche par nom": SearchCriteria(name_prefix=name),
        "la recherche par date et prénom": SearchCriteria(birth_date=day, first_name_prefix=first),
        "la recherche par nom utilisé": SearchCriteria(name_prefix="ZEL"),
    }
    acts: dict[str, Callable[[], Any]] = {
        name: partial(lgo.search_patients, criteria, actor=actor) for name, criteria in searches.items()
    }
    if number:
        # Whether somebody with this number exists is no secret that the searcher does not know: their data are.
        acts["la recherche par matricule"] = lambda: [
            {name: getattr(one, name) for name in IDENTITY_FIELDS if name != "matricule"}
            for one in lgo.search_by_matricule(number, actor=actor)
        ]
    return {
        **acts,
        "le dossier": lambda: lgo.read_patient(patient.id, actor=actor),
        "l'écran du dossier": lambda: lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=actor),
        "l'écran de recherche": lambda: lgo.read_form(Form.SEARCH, actor=actor),
        "l'écran de création": lambda: lgo.read_form(Form.CREATION, actor=actor),
        "la comparaison avec INSi": lambda: lgo.read_proposal(call.id, actor=actor),
        "l'appel en cours": lambda: lgo.read_insi_call(call.id, actor=actor),
        "l'historique de l'INS": lambda: lgo.read_ins_history(patient.id, actor=actor),
        "les documents": lambda: lgo.read_documents(patient.id, actor=actor),
        "la liste de travail": lambda: lgo.read_worklist(actor=actor),
        "l'export des patients": lambda: lgo.export_patients(actor=actor),
        "un message": lambda: lgo.export_message(patient.id, MessageFormat.HL7V2, actor=actor),
        "la trace des envois": lambda: lgo.read_transmissions(patient_id=patient.id, actor=actor),
        **_logs(desk, who, patient),
    }


def _logs(desk: Desk, who: Profile, patient: Patient) -> dict[str, Callable[[], Any]]:
    lgo, actor = desk.lgo, who.actor
    return {
        "le journal": lambda: lgo.read_audit_log(actor=actor),
        "le journal du dossier": lambda: lgo.read_audit_log(actor=actor, patient_id=patient.id),
        "l'historique des statuts": lambda: lgo.read_status_history(patient.id, actor=actor),
    }


def _calls(desk: Desk, who: Profile, patient: Patient) -> dict[str, Callable[[], Any]]:
    """Return every act by which a user calls INSi."""
    lgo, actor = desk.lgo, who.actor
    return {
        "l'appel par traits": lambda: lgo.call_insi_traits(patient.id, actor=actor),
        "la recherche INSi": lambda: lgo.search_insi(typed(desk.draw()), actor=actor),
        "l'appel sans attendre": lambda: ended(desk, start(desk, patient, actor)),
        "la vérification": lambda: lgo.verify_ins(patient.id, actor=actor),
        "la vérification d'un lot": lambda: lgo.start_bulk_verification((patient.id,), actor=actor),
    }


def _expect_nothing_leaves(desk: Desk, act: Callable[[], Any]) -> None:
    def quietly() -> None:
        with desk.if_offered(CALLS), suppress(RefusedError):
            act()

    _, requests = desk.during(quietly)
    expect(
        not requests,
        fr=f"une requête est partie pour qui n'a pas le droit d'appeler INSi ({_operations(requests)})",
        en=f"a request left for somebody without the right to call INSi ({_operations(requests)})",
    )


def _operations(requests: list[ExchangeView]) -> str:
    return ", ".join(sorted({request.operation or "?" for request in requests}))


def _expect_cannot_read(who: Profile) -> None:
    expect(
        Right.READ_IDENTITY not in who.rights,
        fr="le logiciel ne connaît pas de profil sans droit de voir les patients",
        en="the software has no profile without the right to see patients",
    )


def _expect_sees(desk: Desk, who: Profile, patient: Patient, expected: dict[str, str | None]) -> None:
    try:
        got = desk.lgo.read_patient(patient.id, actor=who.actor)
    except RefusedError as refusal:
        raise Departure(
            f"un utilisateur qui en a le droit ne peut pas ouvrir le dossier : {refusal.message}",
            f"a user with the right cannot open the file: {refusal.message}",
        ) from refusal
    expect_values(
        got,
        expected,
        fr="un utilisateur qui en a le droit ne voit pas le dossier",
        en="a user with the right does not see the file",
    )
