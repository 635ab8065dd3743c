"""FLD-02: the billing number is a field of its own, apart from the matricule INS, and is not called INS."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Attribute, Patient, Status
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import APP, BILLED_ALREADY, SEARCH, NotOfferedError
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.words import app_identity, expect_values, insi_values
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.cards import Family, Member
    from conformance.suite.desk.steps import Desk

BILLING: Final = "billing_number"

INS_WORD: Final = re.compile(r"(?<![^\W_])I\.?N\.?S\.?(?![^\W_])", re.IGNORECASE)
"""The word INS, also as I.N.S., alone or joined to others by a sign; not the letters inside INSEE or INSi."""


@pytest.mark.rule("FLD-02")
@pytest.mark.title(
    fr="Le numéro de la carte entre dans le champ de facturation et laisse le matricule INS, à chaque statut",
    en="The number of the card goes into the billing field and leaves the matricule INS alone, at each status",
)
@pytest.mark.parametrize("status", list(Status), ids=str)
def test_billing_beside_ins(desk: Desk, status: Status) -> None:
    people = family(desk.draw)

    def judge(key: str) -> None:
        member = people.member(key)
        patient = desk.bring(member.person, status)
        number = _attach(desk, patient, people, member)
        moment = Moment(
            f"carte rattachée à un dossier {status} ({key})", f"card attached to a {status} file ({key})"
        )
        _expect_both(desk.read(patient), ins=patient.matricule, billing=number, moment=moment)
        if key == "insured":
            with desk.if_at_hand(SEARCH):
                listed = {
                    one.matricule for one in desk.born_on(patient.birth_date or "") if one.id == patient.id
                }
                # A list need not show the matricule; what it shows as one is one.
                expect(
                    listed <= {None, patient.matricule},
                    fr=f"{moment.fr}, la liste des résultats donne pour matricule INS : {listed}",
                    en=f"{moment.en}, the list of results gives as matricule INS: {listed}",
                )

    expect_each({key: partial(judge, key) for key in ("insured", "child", "partner")})


@pytest.mark.rule("FLD-02")
@pytest.mark.title(
    fr="L'import INSi, puis sa répétition, alimentent le matricule et laissent le numéro de facturation",
    en="The INSi import, and again, feed the matricule and leave the billing number alone",
)
@pytest.mark.parametrize("user", USERS)
def test_import_beside_billing(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    people = family(desk.draw)
    member = people.member("child")
    patient = desk.create(member.person)
    number = _attach(desk, patient, people, member)
    for moment in (
        Moment("après l'import INSi", "after the INSi import"),
        Moment("réimporté", "imported again"),
    ):
        desk.feed(patient)
        after = desk.read(patient)
        _expect_both(after, ins=member.person.identity.matricule.value, billing=number, moment=moment)
    expect_values(
        after,
        insi_values(member.person),
        fr="l'identité n'est pas celle qu'INSi a rendue",
        en="the identity is not the one that INSi returned",
    )


@pytest.mark.rule("FLD-02")
@pytest.mark.title(
    fr="Un autre numéro de facturation remplace le premier sans toucher au matricule INS",
    en="Another billing number replaces the first one without touching the matricule INS",
)
@pytest.mark.parametrize("status", [Status.RECUP, Status.QUAL], ids=str)
def test_billing_changes(desk: Desk, status: Status) -> None:
    people, others = family(desk.draw), family(desk.draw)
    patient = desk.bring(people.member("child").person, status)
    _attach(desk, patient, people, people.member("child"))
    # The other parent, of another name, is often the one who brings the child.
    number = _attach(desk, patient, others, others.member("child"))
    moment = Moment("seconde carte rattachée", "second card attached")
    _expect_both(desk.read(patient), ins=patient.matricule, billing=number, moment=moment)


@pytest.mark.rule("FLD-02")
@pytest.mark.title(
    fr="Ni une modification, ni une pièce, ni un attribut, ni un appel sans réponse ne changent le numéro de facturation",
    en="Neither a change, nor a document, nor an attribute, nor a call without an answer changes the billing number",
)
@pytest.mark.parametrize("status", list(Status), ids=str)
def test_billing_stays(desk: Desk, status: Status) -> None:
    people = family(desk.draw)
    # The number of the card is not that of a child.
    member = people.member("child" if status is Status.QUAL else "partner")
    patient = desk.bring(member.person, status)
    number = _attach(desk, patient, people, member)

    def failing() -> None:
        with desk.answered_by("faults/insi-102"):
            desk.try_call(patient)

    def declining() -> None:
        # A software may have no question for INSi once it has an INS.
        with suppress(RefusedError, UndecidedError):
            desk.decline(patient)

    acts: dict[str, Callable[[], object]] = {
        "used name": lambda: desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user),
        "document": lambda: desk.record_document(patient),
        "homonyme": lambda: set_attributes(desk, patient, {Attribute.HOMONYME}),
        "failed call": failing,
        "refused proposal": declining,
        "correction": lambda: desk.lgo.update_patient(
            patient.id, {"birth_place": "99999"}, actor=desk.super_user
        ),
    }
    for name, act in acts.items():
        with preparing("faire cet acte", "do this act"):
            answer = act()
        after = desk.read(patient)
        moment = Moment(f"{status}, {name}", f"{status}, {name}")
        if isinstance(answer, Patient) and answer.billing_number:
            # What the act gives back is what the user sees first.
            told = after.matricule if answer.matricule else None
            _expect_both(answer, ins=told, billing=number, moment=moment)
        # What takes an INS away is for other rules; none comes of a billing number.
        left = patient.matricule if after.matricule else None
        _expect_both(after, ins=left, billing=number, moment=moment)
    if status is Status.QUAL:
        with desk.if_at_hand(APP), suppress(RefusedError):
            identity = app_identity(member.person, rank=member.rank)
            desk.lgo.import_app_identity(identity, patient_id=patient.id, actor=desk.user)
            after = desk.read(patient)
            _expect_both(after, ins=after.matricule, billing=number, moment=Moment("appli lue", "app read"))


@pytest.mark.rule("FLD-02")
@pytest.mark.title(
    fr="Sans carte, l'import INSi laisse le numéro de facturation vide",
    en="Without a card the INSi import leaves the billing number empty",
)
@pytest.mark.parametrize("status", [Status.RECUP, Status.QUAL], ids=str)
def test_no_billing_without_a_card(desk: Desk, status: Status) -> None:
    patient = desk.bring(desk.draw(), status)
    expect(
        not patient.billing_number,
        fr=f"numéro de facturation {patient.billing_number} sans qu'aucune carte ait été lue",
        en=f"billing number {patient.billing_number} although no card was read",
        # A software may know a billing number from elsewhere.
        inferred=True,
    )


@pytest.mark.rule("FLD-02")
@pytest.mark.title(
    fr="L'INS effacée d'une identité douteuse, le numéro de facturation reste",
    en="The INS erased from an identity that became douteuse, the billing number stays",
)
@pytest.mark.parametrize("status", [Status.RECUP, Status.QUAL], ids=str)
def test_ins_erased(desk: Desk, status: Status) -> None:
    people = family(desk.draw)
    member = people.member("child")
    patient = desk.bring(member.person, status)
    number = _attach(desk, patient, people, member)
    with preparing("poser l'attribut douteuse", "set the attribute douteuse", depends_on=("ATT-01",)):
        desk.lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=desk.user)
    after = desk.read(patient)
    if after.matricule:
        raise UndecidedError(
            "préparation impossible, l'INS n'a pas été effacée d'une identité douteuse",
            "could not be prepared, the INS was not erased from an identity that became douteuse",
            depends_on=("STA-08", "ATT-03"),
        )
    moment = Moment("l'INS effacée", "the INS erased")
    _expect_both(after, ins=after.matricule, billing=number, moment=moment)


@pytest.mark.rule("FLD-02")
@pytest.mark.title(
    fr="À l'écran, le numéro de facturation et le matricule INS sont deux champs, et « INS » n'est pas dans le libellé du premier",
    en="On screen the billing number and the matricule INS are two fields, and the label of the first does not say INS",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("status", [Status.PROV, Status.QUAL], ids=str)
def test_labels(desk: Desk, status: Status, user: str) -> None:
    desk = desk.by(user)
    people = family(desk.draw)
    member = people.member("child")
    patient = desk.bring(member.person, status)
    number = _attach(desk, patient, people, member)
    fields = desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user)
    # Whatever it is called inside, what shows the number of the card to the user is the billing field.
    billing = [each for each in fields if each.name == BILLING or _digits(each.value) in number]
    if not billing:
        raise UndecidedError(
            "l'écran du dossier ne montre aucun numéro de facturation : son libellé ne peut pas être lu",
            "the screen of the file shows no billing number: its label cannot be read",
            verdict=Verdict.NOT_TESTED,
        )
    for each in billing:
        expect(
            not INS_WORD.search(each.label),
            fr=f"le libellé du numéro de facturation contient le mot INS : « {each.label} »",
            en=f"the label of the billing number contains the word INS: “{each.label}”",
        )
        expect(
            each.name != "matricule",
            fr=f"le champ « {each.label} » montre le numéro de facturation et tient lieu de matricule INS",
            en=f"the field “{each.label}” shows the billing number and stands for the matricule INS",
        )


@pytest.mark.rule("FLD-02")
@pytest.mark.title(
    fr="Une carte de famille se rattache aux dossiers de chacun : le numéro de l'un n'est pas retiré à l'autre",
    en="A family card is attached to the files of each: the number of one is not taken away from another",
)
@pytest.mark.parametrize("order", ["insured-first", "insured-last"])
def test_card_of_several_files(desk: Desk, order: str) -> None:
    people = family(desk.draw)
    keys = ("insured", "child", "partner") if order == "insured-first" else ("partner", "child", "insured")
    files = {key: desk.bring(people.member(key).person, Route.IMPORTED) for key in keys}
    numbers: dict[str, frozenset[str]] = {}
    for key in keys:
        try:
            numbers[key] = _attach(desk, files[key], people, people.member(key))
        except UndecidedError as undecided:
            if undecided.verdict is not Verdict.NOT_TESTED:
                return  # A software may want somebody to confirm that a number serves for several.
            # The same reading, of the same card: what is kept for one is kept for another, though it be their INS too.
            expect(
                not numbers,
                fr=f"le numéro de facturation est gardé pour {', '.join(numbers)} et non pour {key}",
                en=f"the billing number is kept for {', '.join(numbers)} and not for {key}",
                inferred=True,
            )
            raise
        for earlier, number in numbers.items():
            after = desk.read(files[earlier])
            moment = Moment(
                f"carte rattachée à {key}, dossier {earlier}", f"card attached to {key}, file {earlier}"
            )
            _expect_both(after, ins=files[earlier].matricule, billing=number, moment=moment)


def _attach(desk: Desk, patient: Patient, people: Family, member: Member) -> frozenset[str]:
    """Take the billing number of a card into a file; the software has to keep it somewhere.

    Return the numbers that it may be: that of the insured person, or the person's own where the card holds one; a
    software may keep them without their key.
    """
    reading = read_card(desk, people.card())
    with preparing("reprendre les données de facturation de la carte", "take the billing data of the card"):
        try:
            desk.lgo.attach_card(patient.id, reading.id, member.rank, actor=desk.user)
        except RefusedError as refusal:
            if not desk.read(patient).billing_number:
                raise
            raise NotOfferedError(
                BILLED_ALREADY,
                f"le logiciel ne remplace pas un numéro de facturation : {refusal.message}",
                f"the software does not replace a billing number: {refusal.message}",
            ) from refusal
    if not desk.read(patient).billing_number:
        raise UndecidedError(
            "le logiciel ne montre aucun numéro de facturation (billing_number) après la reprise de la carte : rien n'est à distinguer",
            "the software shows no billing number (billing_number) after the card was taken: there is nothing to tell apart",
            verdict=Verdict.NOT_TESTED,
        )
    [person] = [each for each in people.card().beneficiaries if each.rank == member.rank]
    numbers = {number for number in (person.billing_number, person.own_number) if number}
    return frozenset({*numbers, *(number[:13] for number in numbers)})


def _expect_both(patient: Patient, *, ins: str | None, billing: frozenset[str], moment: Moment) -> None:
    expect_equal(
        got=patient.matricule,
        expected=ins,
        fr=f"{moment.fr}, matricule INS",
        en=f"{moment.en}, matricule INS",
    )
    expect(
        _digits(patient.billing_number) in billing,
        fr=f"{moment.fr}, numéro de facturation attendu {' ou '.join(sorted(billing))}, obtenu {patient.billing_number}",
        en=f"{moment.en}, billing number expected {' or '.join(sorted(billing))}, got {patient.billing_number}",
    )


def _digits(text: str | None) -> str:
    return "".join((text or "").split()).upper()
