"""PRF-01: the kind of document that was checked is recorded with the identity."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import LOW_CONFIDENCE_PROOFS, Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import APP, ATTRIBUTES, CARD, DOWNGRADE
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.people import adult, holder
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.words import app_identity
from conformance.suite.proof.kinds import kinds_known
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("PRF-01")
@pytest.mark.title(
    fr="Le dispositif d'identité enregistré est relu, et rien d'autre ne change, à chaque statut",
    en="The identity document recorded is read back, and nothing else changes, at each status",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_kind_is_recorded(desk: Desk, route: Route, user: str) -> None:
    # Another user made the file: the document is shown to whoever is at the counter now.
    maker = desk.by(next(one for one in USERS if one != user))
    desk = desk.by(user)

    # One of them shows a document of somebody born abroad.
    person = desk.play(PARTS["double-hyphen-abroad-summer"]) if user == USERS[-1] else adult(desk)
    patient = maker.bring(person, route)
    seen = [maker.snapshot(patient)]
    if route in {Route.TYPED, Route.IMPORTED, Route.ARRIVED} and seen[0].patient.proof is not None:
        raise UndecidedError(
            f"le dossier neuf porte déjà un dispositif : {seen[0].patient.proof.kind}",
            f"the new file already has a document: {seen[0].patient.proof.kind}",
        )

    def judge(kind: str) -> None:
        before, refusal, began = seen[-1], None, datetime.now(UTC)
        try:
            desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        except RefusedError as refused:
            if before.patient.proof is None:
                raise
            refusal = refused
        seen.append(desk.snapshot(patient))
        after, checked_with = seen[-1], before.patient.proof
        if refusal is not None:
            # A second document may be refused, and changes nothing then.
            expect_kept(after, before, Moment(f"{kind} refusé", f"{kind} refused"))
            return
        # A weaker document may leave in sight the one that the identity was checked with.
        stays = kind in LOW_CONFIDENCE_PROOFS and checked_with and after.patient.proof == checked_with
        # Recording is not validating: the status stays (Règle 19).
        expect_kept(
            after,
            before,
            Moment(f"{kind} enregistré", f"{kind} recorded"),
            besides={"proof": checked_with.kind if stays and checked_with else kind},
        )
        if not stays and after.patient.proof:
            expect(
                after.patient.proof.recorded_by != maker.user.user,
                fr=f"{kind} enregistrée par {desk.user.user}, attribuée à {maker.user.user}, qui a fait le dossier",
                en=f"{kind} recorded by {desk.user.user}, said to be by {maker.user.user}, who made the file",
                # The text asks for the kind; that whoever is named with it is who recorded it is ours.
                inferred=True,
            )
            _expect_dated(desk, before, after, began)

    # One after the other into one file, the weaker ones first: none is hidden by a better one.
    kinds = sorted(kinds_known(desk), key=lambda kind: kind not in LOW_CONFIDENCE_PROOFS)
    expect_each({kind: partial(judge, kind) for kind in kinds})


@pytest.mark.rule("PRF-01")
@pytest.mark.title(
    fr="Lire l'appli carte Vitale ne fait pas perdre le dispositif enregistré",
    en="Reading the Appli carte Vitale does not lose the document recorded",
)
@APP.mark
def test_kind_stays_with_the_app(desk: Desk) -> None:
    def judge(route: Route) -> None:
        person = adult(desk)
        patient = desk.bring(person, route)
        if route is Route.TYPED:
            desk.record_document(patient)
        with suppress(RefusedError):
            desk.lgo.import_app_identity(app_identity(person), patient_id=patient.id, actor=desk.user)
        expect(
            desk.read(patient).proof,
            fr="après la lecture de l'appli carte Vitale, le dossier n'a plus de dispositif d'identité",
            en="after the Appli carte Vitale was read, the file has no identity document any more",
            # The app is a document itself, and may stand in the place of the other.
            inferred=True,
        )

    ways = (Route.TYPED, Route.CHECKED, Route.IMPORTED_CHECKED)
    expect_each({str(route): partial(judge, route) for route in ways})


@pytest.mark.rule("PRF-01")
@pytest.mark.title(
    fr="Le dispositif est toujours là après la validation, l'import INSi, une modification, et pour tous",
    en="The document is still there after the validation, the INSi import, a change, and for everybody",
)
def test_kind_stays(desk: Desk) -> None:
    other = desk.as_super_user()

    def judge(kind: str) -> None:
        person = holder(desk, kind)
        patient = desk.create(person)
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        with suppress(RefusedError):  # A document that does not allow it: PRF-08.
            desk.lgo.validate_identity(patient.id, actor=desk.user)
        _expect_kind(desk.read(patient), kind, "après l'action « valider »", "after the action “validate”")
        _expect_kind(other.feed(patient), kind, "après l'import INSi", "after the INSi import")
        with preparing("modifier le nom utilisé", "change the used name"):
            other.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=other.user)
        with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
            for marks in (frozenset({Attribute.HOMONYME}), frozenset[Attribute]()):
                other.lgo.set_attributes(patient.id, marks, actor=other.user)
        last = desk.read(patient, desk.super_user)
        _expect_kind(last, kind, "lu par un autre utilisateur", "read by another user")
        expect(
            not last.proof or last.proof.recorded_by != other.user.user,
            fr=f"{kind} enregistrée et validée par {desk.user.user}, attribuée à {other.user.user}, qui a importé et modifié",
            en=f"{kind} recorded and validated by {desk.user.user}, said to be by {other.user.user}, who imported and changed",
            # As above: the text asks for the kind.
            inferred=True,
        )
        [found] = [each for each in desk.born_on(person.identity.traits.birth_date) if each.id == patient.id]
        if found.proof is not None:  # A list need not show it.
            _expect_kind(found, kind, "dans la recherche", "in the search")

    expect_each({kind: partial(judge, kind) for kind in kinds_known(desk)})


@pytest.mark.rule("PRF-01")
@pytest.mark.title(
    fr="Qualifiée redevenue validée, l'identité garde la pièce qui l'a contrôlée ; le refus de valider ne l'efface pas",
    en="Gone from qualifiée to validée, the identity keeps the document that checked it; a refused validation does not clear it",
)
@pytest.mark.parametrize("way", ["by-hand", "edit", "refused"])
@DOWNGRADE.mark
def test_kind_survives(desk: Desk, way: str) -> None:
    if way == "refused":
        patient = desk.create(adult(desk))
        low = [kind for kind in kinds_known(desk) if kind in LOW_CONFIDENCE_PROOFS]
        for kind in low:
            desk.lgo.record_proof(patient.id, kind, actor=desk.user)
            with suppress(RefusedError):
                desk.lgo.validate_identity(patient.id, actor=desk.user)
            _expect_kind(desk.read(patient), kind, "après un refus de valider", "after a refused validation")
        return
    patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
    kind = patient.proof.kind if patient.proof else ""
    with preparing(
        "ramener l'identité à validée", "bring the identity back to validée", depends_on=("STA-09",)
    ):
        if way == "by-hand":
            lowered_by(desk, patient, Status.VALI, desk.super_user)
        else:
            desk.lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=desk.super_user)
    after = desk.read(patient)
    if after.status is Status.VALI:
        _expect_kind(after, kind, "d'une identité revenue à validée", "of an identity gone back to validée")
    if way == "edit":
        _expect_recorded_with_corrections(desk, patient)


def _expect_recorded_with_corrections(desk: Desk, patient: Patient) -> None:
    """Record the document that shows a correction of the entitled user, and do so once more after a second correction."""
    high = [kind for kind in kinds_known(desk) if kind not in LOW_CONFIDENCE_PROOFS]
    for birth_place, kinds in ((None, high[:2]), ("35238", high[1:3])):
        if birth_place:
            with preparing("corriger un trait strict", "correct a strict trait"):
                desk.lgo.update_patient(patient.id, {"birth_place": birth_place}, actor=desk.super_user)
        for kind in kinds:
            try:
                desk.lgo.record_proof(patient.id, kind, actor=desk.super_user)
            except RefusedError:
                continue  # A second document may be refused.
            _expect_kind(
                desk.read(patient), kind, "enregistré avec une correction", "recorded with a correction"
            )


@pytest.mark.rule("PRF-01")
@pytest.mark.title(
    fr="Un second dispositif remplace le premier ; celui d'un autre patient n'y change rien",
    en="A second document replaces the first; that of another patient changes nothing",
)
def test_second_document(desk: Desk) -> None:
    known = kinds_known(desk)
    if len(known) == 1:
        return  # There is no second one in the list of this software.
    people = family(desk.draw)
    patient, other = desk.create(people.insured.person), desk.create(adult(desk))
    for kind in (known[0], known[1]):
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        _expect_kind(desk.read(patient), kind, "enregistré", "recorded")
    desk.lgo.record_proof(other.id, known[0], actor=desk.user)
    _expect_kind(
        desk.read(patient), known[1], "après celui d'un autre patient", "after that of another patient"
    )
    with desk.if_offered(CARD), suppress(RefusedError):
        reading = read_card(desk, people.card())
        desk.lgo.attach_card(patient.id, reading.id, people.insured.rank, actor=desk.user)
        _expect_kind(
            desk.read(patient), known[1], "une carte rattachée au dossier", "a card attached to the file"
        )


def _expect_dated(desk: Desk, before: Snapshot, after: Snapshot, began: datetime) -> None:
    """Check that a document which replaces another does not bear the very time of that one."""
    former, now = before.patient.proof, after.patient.proof
    if former is None or now is None or not former.recorded_at or former.recorded_at != now.recorded_at:
        return
    # Times written in minutes or days are alike for two documents in a row.
    is_fine = bool(re.search(r":\d\d\.\d{3}", former.recorded_at))
    expect(
        not is_fine or _are_dated_apart(desk, after.patient, former.kind, now.kind),
        fr=f"{now.kind} enregistrée à {began:%H:%M:%S}, datée comme la pièce précédente ({now.recorded_at})",
        en=f"{now.kind} recorded at {began:%H:%M:%S}, dated as the document before ({now.recorded_at})",
        inferred=True,
    )


def _are_dated_apart(desk: Desk, patient: Patient, former: str, now: str) -> bool:
    """Tell whether both documents, recorded once more, bear different times: a clock put back makes them alike once, not twice."""
    times = []
    for kind in (former, now):
        with suppress(RefusedError):
            desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        proof = desk.read(patient).proof
        times.append(proof and proof.recorded_at)
    return times[0] != times[1]


def _expect_kind(patient: Patient, kind: str, fr: str, en: str) -> None:
    expect_equal(
        got=patient.proof and patient.proof.kind,
        expected=kind,
        fr=f"dispositif d'identité {fr}",
        en=f"identity document {en}",
    )
