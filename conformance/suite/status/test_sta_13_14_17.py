"""STA-13, STA-14, STA-17: the lock is visible, the rest stays editable, and care goes on without a document."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import IDENTITY_FIELDS, STRICT_FIELDS, Attribute, CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import APP, ATTRIBUTES, CARD, SCREENS, VERIFICATION
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import twin
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.desk.words import app_identity
from conformance.suite.response.refusals import altered
from conformance.suite.status.locks import editable_traits, expect_shown_locked
from conformance.suite.verification.elsewhere import verify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.drivers.screens import FormField
    from conformance.suite.desk.steps import Desk

COMPLEMENTARY = ("used_name", "used_first_name")

WITH_INS = routes(Status.RECUP, Status.QUAL)
LADEN: Mapping[str, Any] = {"birth_date": "1931-07-01", "birth_place": "99127", "nia": True}
"""A waiting number, born abroad and long ago: whoever is not plain may be forgotten by a lock or a refusal."""


@pytest.mark.rule("STA-13")
@pytest.mark.title(
    fr="Les sept traits se montrent verrouillés à l'utilisateur ordinaire en RECUP et QUAL, et non les noms utilisés",
    en="The seven traits show as locked to an ordinary user in RECUP and QUAL, and the names in use do not",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_lock_is_visible(desk: Desk, route: Route) -> None:
    _expect_locked(desk, desk.bring(desk.draw(), route))
    _expect_locked(desk, desk.bring(desk.draw(**LADEN), route))


@pytest.mark.rule("STA-13")
@pytest.mark.title(
    fr="Les sept traits qui viennent de l'appli carte Vitale se montrent verrouillés aussi",
    en="The seven traits that come from the Appli carte Vitale show as locked as well",
)
@APP.mark
def test_lock_of_the_app(desk: Desk) -> None:
    person = desk.draw()
    patient = desk.create(person)
    fed = desk.lgo.import_app_identity(app_identity(person), patient_id=patient.id, actor=desk.user)
    _expect_locked(desk, desk.read(fed))


@pytest.mark.rule("STA-13")
@pytest.mark.title(
    fr="Dès l'import, puis dès la validation, la réponse montre les sept traits verrouillés",
    en="From the import on, and from the validation on, the answer shows the seven traits as locked",
)
def test_lock_shows_at_once(desk: Desk) -> None:
    # A place that neither the user nor INSi knows is locked like any other.
    patient = desk.create(person := desk.draw(), birth_place=UNKNOWN_PLACE)
    with desk.answered_by(altered("no-place", {"birth_place": None}), patient=person):
        call, _ = desk.try_call(patient)
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        call = desk.find(patient)  # A software may want a place.
    answers = {"import": desk.decide(call, accept=True)}
    desk.record_document(patient)
    with suppress(RefusedError):
        answers["validation"] = desk.lgo.validate_identity(patient.id, actor=desk.user)
    now = desk.read(patient)
    if now.status in {Status.RECUP, Status.QUAL}:
        fields: list[FormField] = []
        with desk.if_at_hand(SCREENS):
            fields = desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user)
        missing = sorted(
            {*(set(STRICT_FIELDS) - now.locked_fields if now.locked_fields else ()), *editable_traits(fields)}
        )
        expect(
            not missing,
            fr=f"lieu inconnu : non verrouillés à l'écran : {', '.join(missing)}",
            en=f"unknown place: not locked on screen: {', '.join(missing)}",
        )
    if not now.locked_fields:
        return  # The screen alone shows them.
    for act, shown in answers.items():
        hidden = sorted(set(STRICT_FIELDS) - shown.locked_fields) if shown else []
        expect(
            not hidden,
            fr=f"non verrouillés dans la réponse à l'acte ({act}) : {', '.join(hidden)}",
            en=f"not locked in the answer to the act ({act}): {', '.join(hidden)}",
            # The screen may be drawn anew from the file.
            inferred=True,
        )


def _expect_locked(desk: Desk, patient: Patient) -> None:
    expect_shown_locked(desk, patient)
    if not patient.locked_fields:
        return  # The screen alone shows them.
    wrong = sorted(patient.locked_fields.intersection(COMPLEMENTARY))
    expect(not wrong, fr=f"verrouillés à tort : {', '.join(wrong)}", en=f"locked wrongly: {', '.join(wrong)}")
    # Nothing that does not touch the lock may hide it, from the file, from the list or from an answer.
    with preparing("poser l'attribut homonyme", "set the attribute homonym", depends_on=("ATT-01",)):
        answers = {
            "homonyme": set_attributes(desk, patient, {Attribute.HOMONYME}),
            "homonyme, dossier": desk.read(patient),
        }
    for where, shown in answers.items():
        hidden = sorted(set(STRICT_FIELDS) - shown.locked_fields)
        expect(
            not hidden,
            fr=f"{where} : non verrouillés à l'écran : {', '.join(hidden)}",
            en=f"{where}: not locked on screen: {', '.join(hidden)}",
        )


@pytest.mark.rule("STA-13")
@pytest.mark.title(
    fr="L'écran du dossier ne montre pas modifiables des traits verrouillés",
    en="The screen of the file does not show locked traits as editable",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
@SCREENS.mark
def test_screen_agrees(desk: Desk, route: Route) -> None:
    if route in {Route.IMPORTED, Route.IMPORTED_CHECKED}:
        patient = _with_a_card(desk, route)
    else:
        patient = desk.bring(desk.draw(**LADEN), route, used_name="ZELBRUC")
    if route is Route.IMPORTED:
        # What is open in the file shown before is not so in this one.
        unlocked = desk.create(desk.draw())
        desk.lgo.read_form(Form.PATIENT, patient_id=unlocked.id, actor=desk.user)
    fields = desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user)
    wrong = editable_traits(fields)
    expect(
        not wrong,
        fr=f"montrés modifiables à l'écran en {route.status} : {', '.join(wrong)}",
        en=f"shown as editable on screen in {route.status}: {', '.join(wrong)}",
    )
    # A screen that is only read shows nothing as editable.
    can_be_typed = any(field.editable for field in fields)
    wrong = [field.name for field in fields if field.name in COMPLEMENTARY and not field.editable]
    expect(
        not (can_be_typed and wrong),
        fr=f"montrés verrouillés à tort en {route.status} : {', '.join(wrong)}",
        en=f"wrongly shown as locked in {route.status}: {', '.join(wrong)}",
        inferred=True,
    )


def _with_a_card(desk: Desk, route: Route) -> Patient:
    """Bring somebody along a way whose card is then attached, where cards are read."""
    people = family(desk.draw)
    patient = desk.bring(people.insured.person, route)
    with desk.if_offered(CARD), suppress(RefusedError):
        reading = read_card(desk, people.card())
        desk.lgo.attach_card(patient.id, reading.id, people.insured.rank, actor=desk.user)
    return patient


@pytest.mark.rule("STA-13")
@pytest.mark.title(
    fr="En PROV les traits saisis ne se montrent pas verrouillés",
    en="In PROV the traits typed do not show as locked",
)
def test_no_lock_in_prov(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    # A software may name more than the fields of the identity: its status is not typed either.
    wrong = sorted((patient.locked_fields & set(IDENTITY_FIELDS)) - {"matricule", "oid"})
    expect(not wrong, fr=f"verrouillés à tort : {', '.join(wrong)}", en=f"locked wrongly: {', '.join(wrong)}")


@pytest.mark.rule("STA-14")
@pytest.mark.title(
    fr="En RECUP et QUAL les traits complémentaires se modifient et se vident, et rien d'autre ne change",
    en="In RECUP and QUAL the complementary traits can be changed and emptied, and nothing else changes",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_complementary_traits(desk: Desk, route: Route, user: str) -> None:
    worker = desk.by(user)
    person = desk.draw()
    # A twin has the same name in use, or another one: each file is its own. Whatever changes in it is seen (``desk.refused``).
    other = desk.create(twin(desk, person)) if user == "user" else None
    patient = desk.bring(person, route, used_name="ZELBRUC")
    if other:
        desk.read(other)
    own = {"used_name": patient.birth_name, "used_first_name": patient.first_name}

    def judge(changes: dict[str, str | None]) -> None:
        before = desk.snapshot(patient)
        # Saved a second time, nothing has changed any more.
        for time in range(2):
            # To refuse that is as good.
            with suppress(RefusedError) if time else nullcontext():
                worker.lgo.update_patient(patient.id, dict(changes), actor=worker.user)
            expect_kept(
                desk.snapshot(patient),
                before,
                Moment(f"modification de {', '.join(changes)}", f"change of {', '.join(changes)}"),
                besides=changes,
            )
        if other:
            desk.read(other)

    expect_each(
        {
            "nom utilisé": partial(judge, {"used_name": "KVORLAN"}),
            "prénom utilisé": partial(judge, {"used_first_name": "NALROVK"}),
            # Most people use the names they were born with.
            "les deux": partial(judge, own),
            "vidés": partial(judge, {"used_name": None, "used_first_name": None}),
        }
    )


@pytest.mark.rule("STA-17")
@pytest.mark.title(
    fr="Sans pièce présentée, l'identité ne devient ni validée ni qualifiée, et le dossier reste utilisable",
    en="With no document shown the identity becomes neither validée nor qualifiée, and the file can be used",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED, Route.ARRIVED], ids=str)
def test_no_document(desk: Desk, route: Route) -> None:
    _expect_never_checked(desk, desk.bring(desk.draw(), route))
    other = desk.bring(desk.draw(**LADEN), route)
    # Nor does a likeness to somebody else stand for a document.
    with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
        set_attributes(desk, other, {Attribute.HOMONYME})
    # Nothing that INSi says stands for a document: that it knows nobody, several, fails, is declined or confirms.
    if route is Route.TYPED:
        for ending in ("answers/not-found", "answers/several", "faults/insi-102"):
            with desk.answered_by(ending):
                desk.try_call(other)
        desk.decline(other)
    elif route is Route.IMPORTED:
        with desk.if_offered(VERIFICATION):
            verify(desk, other)
    _expect_never_checked(desk, other)


def _expect_never_checked(desk: Desk, patient: Patient) -> None:
    before = desk.snapshot(patient)
    for actor in (desk.user, desk.super_user):
        with suppress(RefusedError):
            desk.lgo.validate_identity(patient.id, actor=actor)
        expect_kept(
            desk.snapshot(patient), before, Moment("« valider » sans pièce", "“validate” with no document")
        )
    desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment("nom utilisé saisi", "used name typed"),
        besides={"used_name": "KVORLAN"},
    )
    # However often INSi confirms it, and whoever asks.
    for worker in (desk, desk.as_super_user()):
        call, _ = worker.try_call(patient)
        if not isinstance(call, RefusedError):
            worker.try_accept(call)
        status = desk.read(patient).status
        expect(
            status in {Status.PROV, Status.RECUP},
            fr=f"sans pièce présentée, l'identité est {status} après un import INSi",
            en=f"with no document shown, the identity is {status} after an INSi import",
        )
