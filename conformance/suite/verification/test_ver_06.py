"""VER-06: a KO on an identity received changes nothing in the file of the known patient."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import INS_HISTORY
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import NAMES_IN_USE, sharing
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import HOMONYM_OR_SAME, Moment, expect_kept
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.verification.elsewhere import (
    DOCUMENT,
    answering,
    files_of,
    nobody,
    receive,
    received,
    spoilt,
)
from conformance.suite.verification.homonyms import expect_untouched, homonyms, person_with_homonyms
from conformance.suite.verification.wire import KO, Said, need_verified, said_by, verifications

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

RENUMBERED: Final = "one-former-number-corsica-2a"

WITH_INS = routes(Status.RECUP, Status.QUAL)


@pytest.mark.rule("VER-06")
@pytest.mark.title(
    fr="Un KO sur l'identité reçue d'un patient connu ne change rien à son dossier, à aucun statut, la première fois ni la seconde",
    en="A KO on the identity received of a known patient changes nothing in the file, at any status, the first time or the second",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_known_and_ko(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)
    # Some bore another number before: one whom each user has at the counter.
    is_renumbered = route is (Route.IMPORTED_CHECKED if user == "user" else Route.IMPORTED)
    person = desk.play(PARTS[RENUMBERED]) if is_renumbered else desk.draw(first_names_count=2)
    # What a checked file does not know is not taken from an identity denied either.
    unknown: dict[str, str | None] = {"birth_place": "99999", "first_names": None}
    patient = desk.bring(person, route, **(unknown if route is Route.CHECKED and user != "user" else {}))
    desk.lgo.update_patient(patient.id, NAMES_IN_USE, actor=desk.user)
    before = desk.snapshot(patient)
    former = _former(desk, patient) if is_renumbered else set()
    # Holders of an INS receive another one; the others their own, which INSi denies.
    identity = received(person, matricule=nobody(desk, person)) if route in WITH_INS else received(person)
    moment = Moment(f"identité reçue, KO ({route})", f"identity received, KO ({route})")
    for document, status in ((None, "QUAL"), (DOCUMENT, "PROV")):
        sent = received(person, matricule=identity.matricule, document=document, status=status)
        with answering(desk, KO):
            arrival = receive(desk, sent)
        need_verified(arrival.exchanges, Said.KO)
        expect_nothing_changed(desk, before, identity, moment)
    expect_nothing_changed(desk.as_super_user(), before, identity, moment)
    if former:
        expect(
            _former(desk, patient) == former,
            fr=f"{moment.fr}, l'historique des INS du dossier a changé",
            en=f"{moment.en}, the history of the INS of the file has changed",
        )


@pytest.mark.rule("VER-06")
@pytest.mark.title(
    fr="Un trait reçu qui n'est pas celui du patient connu n'entre pas dans son dossier, quel qu'il soit",
    en="A trait received that is not that of the known patient does not enter the file, whichever it is",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_each_part(desk: Desk, route: Route) -> None:
    parts = ("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place")

    def judge(part: str) -> None:
        person = desk.draw(first_names_count=2)
        before = desk.snapshot(desk.bring(person, route))
        identity = spoilt(desk, person, part)
        arrival = receive(desk, identity)
        found = verifications(arrival.exchanges)
        if found and said_by(found[-1]) is not Said.KO:
            return  # A part that need not be sent, and was not: the case is not that of the rule.
        moment = Moment(
            f"reçu avec un autre {part}, KO ({route})", f"received with another {part}, KO ({route})"
        )
        expect_kept(desk.snapshot(before.patient), before, moment)
        _expect_not_stored(desk, identity, before, moment)

    # On the other ways to a status, one part of two.
    first = {Route.ARRIVED: 0, Route.CHECKED_IMPORTED: 1, Route.ARRIVED_CHECKED: 0}.get(route)
    chosen = parts if first is None else parts[first::2]
    expect_each({part: partial(judge, part) for part in chosen})


@pytest.mark.rule("VER-06")
@pytest.mark.title(
    fr="Un attribut, une pièce enregistrée ou une liste de prénoms absente ne changent rien à cela",
    en="An attribute, a recorded document or a missing list of first names make no difference",
)
@pytest.mark.parametrize("case", ["HOMONYME", "DOUTEUSE", "document", "no-list", "unknown-place"])
def test_peculiar_files(desk: Desk, case: str) -> None:
    person = desk.draw(first_names_count=1)
    others: dict[str, dict[str, str | None]] = {
        "no-list": {"first_names": None},
        "unknown-place": {"birth_place": "99999"},
    }
    patient = desk.create(person, **others.get(case, {}))
    if case == "document":
        desk.record_document(patient)
    if case in Attribute.__members__:
        with preparing("poser un attribut", "set an attribute", depends_on=("ATT-01",)):
            set_attributes(desk, patient, {Attribute(case)})
    before, identity = desk.snapshot(patient), received(person, document=DOCUMENT)
    with answering(desk, KO):
        arrival = receive(desk, identity)
    if case != "DOUTEUSE":  # For whom a call may be blocked (CAL-11).
        need_verified(arrival.exchanges, Said.KO)
    moment = Moment(f"identité reçue, KO ({case})", f"identity received, KO ({case_text(case).en})")
    expect_kept(desk.snapshot(patient), before, moment)
    _expect_not_stored(desk, identity, before, moment)


@pytest.mark.rule("VER-06")
@pytest.mark.title(
    fr="Le KO ne touche pas davantage les homonymes du patient reçu",
    en="The KO touches the homonyms of the patient received no more",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_homonyms(desk: Desk, route: Route) -> None:
    person = person_with_homonyms(desk)
    before = desk.snapshot(desk.bring(person, route))
    near = homonyms(desk, person, route)
    # One of them holds an INS of their own, which nobody denies.
    holder = desk.draw(shape=sharing(person, "birth_name"), birth_date=person.identity.traits.birth_date)
    near["birth_name-INS"] = desk.snapshot(desk.bring(holder, Route.IMPORTED))
    with answering(desk, KO):
        arrival = receive(desk, received(person))
    need_verified(arrival.exchanges, Said.KO)
    moment = Moment(f"identité reçue, KO ({route})", f"identity received, KO ({route})")
    expect_kept(desk.snapshot(before.patient), before, moment, besides={"attributes": HOMONYM_OR_SAME})
    expect_untouched(desk, near, moment)


def _former(desk: Desk, patient: Patient) -> set[str]:
    """Return the former numbers of a file that has an INS; none where the software does not show them."""
    with desk.if_offered(INS_HISTORY):
        return {entry.matricule for entry in desk.lgo.read_ins_history(patient.id, actor=desk.user)}
    return set()


def expect_nothing_changed(desk: Desk, before: Snapshot, identity: ReceivedIdentity, moment: Moment) -> None:
    """Check that the file is as it was, that the INS denied is nowhere, and that the patient has no second file."""
    expect_kept(desk.snapshot(before.patient), before, moment)
    _expect_not_stored(desk, identity, before, moment)
    twins = {
        each.id
        for each in files_of(desk, identity.birth_date).values()
        if (each.birth_name, each.first_name, each.sex, each.birth_place)
        == (identity.birth_name, identity.first_name, identity.sex, identity.birth_place)
    } - {before.patient.id}
    if before.patient.first_names != identity.first_names:
        return  # Where the file lists no first names, or others, they do not all match.
    expect(
        not twins,
        fr=f"{moment.fr}, un second dossier est créé pour un patient connu dont tous les traits concordent",
        en=f"{moment.en}, a second file is created for a known patient all of whose traits match",
        # The statement speaks of the file that is there; that there is no other one is deduced from VER-07.
        inferred=True,
    )


def _expect_not_stored(desk: Desk, identity: ReceivedIdentity, before: Snapshot, moment: Moment) -> None:
    files = files_of(desk, identity.birth_date, before.patient.birth_date).values()
    holders = [
        each for each in files if each.matricule == identity.matricule and each.id != before.patient.id
    ]
    expect(
        not holders,
        fr=f"{moment.fr}, l'INS démentie est dans un autre dossier",
        en=f"{moment.en}, the INS denied is in another file",
    )
