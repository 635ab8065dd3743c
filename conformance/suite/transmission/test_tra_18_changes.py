"""TRA-18: what a reference changes later, of whom it tells too little, and what becomes of its messages once it is none."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers import site
from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.added import added
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE, adult, another_value, twin
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.desk.words import expect_values
from conformance.suite.transmission.feeding import FEED, NONE, Feed, fed, told_of
from conformance.suite.verification.elsewhere import SENDER, answering
from conformance.suite.verification.wire import KO
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from conformance.drivers.model import AuditEntry
    from conformance.suite.desk.steps import Desk

FOLLOWED: Final = ("birth_name", "sex", "birth_date", "birth_place", "first_names")
"""Traits that a message changes."""
OTHER_DOMAIN: Final = "2.999.250.78"
"""Another authority that gives numbers to files."""
DAY: Final = "1958-03-14"
"""Somebody of age."""


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Un trait ou une INS changés par le référentiel le sont ici, dans le même dossier, et rien d'autre ne change",
    en="A trait or an INS changed by the reference is changed here, in the same file, and nothing else changes",
)
@pytest.mark.parametrize("status", ["PROV", "VALI"])
def test_changes_are_followed(desk: Desk, status: str) -> None:
    with fed(desk) as feed:
        # A NIA that becomes a NIR: number and OID change together.
        person = desk.draw(nia=True, birth_date=DAY, sex="F", first_names_count=3)
        other = desk.draw(nia=False, birth_date=DAY, sex="F")
        first = feed.send(person, "VALI")
        expect_values(
            first,
            told_of(person),
            fr="le dossier n'est pas l'identité que le référentiel a envoyée, avec un numéro d'attente",
            en="the file is not the identity that the reference has sent, with a waiting number",
        )
        with preparing("modifier les noms utilisés", "change the names in use", depends_on=("STA-14",)):
            desk.lgo.update_patient(first.id, NAMES_IN_USE, actor=desk.user)
        number = {"matricule": other.identity.matricule.value, "oid": str(other.identity.oid)}
        # What a matricule tells of its holder stays true of one that is taken over.
        fields = ("birth_name", "first_names") if status == "VALI" else FOLLOWED
        says: dict[str, str | None] = {}
        changes = [{name: another_value(desk, person, name)} for name in fields]
        # Told of once more under the waiting number, and then under the other.
        for one in [changes[0], number, *changes[1:]]:
            says |= one
            after = feed.send(person, status, event="A31", changes=says)
            expect_values(
                after,
                one if status == "VALI" else {name: value for name, value in one.items() if name not in NONE},
                fr=f"ce que le référentiel a changé ne l'est pas ici (PID-32 {status})",
                en=f"what the reference has changed is not changed here (PID-32 {status})",
            )
            expect_equal(got=after.id, expected=first.id, fr="dossier mis à jour", en="file updated")
        if status == "VALI":
            says |= {
                "first_name": other.first_name,
                "first_names": f"{other.first_name} {says['first_names']}",
            }
            after = feed.send(person, status, event="A31", changes=says)
            expect_equal(
                got=after.first_name,
                expected=other.first_name,
                fr="1er prénom du dossier, que le référentiel a changé avec la liste des prénoms",
                en="1er prénom of the file, which the reference has changed with the list of first names",
                # The rule speaks of the INS and its traits; the 1er prénom is one that the software may work out.
                inferred=True,
            )
        expect_values(
            after,
            NAMES_IN_USE,
            fr="les noms utilisés saisis ici, dont le message ne dit rien, ont changé",
            en="the names in use typed here, of which the message says nothing, have changed",
            inferred=True,
        )
        known = after.birth_place
        silent = feed.send(person, status, event="A31", changes={**says, "birth_place": None})
        expect_equal(
            got=silent.birth_place,
            expected=known,
            fr="lieu de naissance du dossier, après un message qui n'en dit pas",
            en="birth place of the file, after a message that does not say one",
            # In HL7 v2 a field that is not there says nothing; the rule speaks of what is sent.
            inferred=True,
        )


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Deux personnes de mêmes nom et date de naissance ont chacune leur dossier et leur INS",
    en="Two people of the same name and birth date have each their file and their INS",
)
def test_namesakes_stay_apart(desk: Desk) -> None:
    with fed(desk) as feed:
        person = adult(desk)
        other = twin(desk, person)
        first = feed.send(person, "VALI")
        # A namesake may be left to a person; told of again, in the other order.
        for each, event in ((other, "A28"), (person, "A31")):
            with suppress(RefusedError):
                feed.post(each, "VALI", event=event)
        for each, file in ((person, desk.read(first)), (other, feed.file_of(other))):
            if file is None:
                raise Departure(
                    "une personne annoncée par le référentiel n'a pas de dossier : elle a le nom et la date d'une autre",
                    "a person whom the reference announced has no file: they have name and date of another",
                    inferred=True,
                )
            expect_values(
                file,
                told_of(each),
                fr="le dossier n'est pas l'identité de la personne : une autre a le même nom et la même date",
                en="the file is not the identity of the person: another has the same name and date",
            )


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Le même numéro, donné par une autre autorité, est celui d'une autre personne",
    en="The same number, given by another authority, is that of another person",
)
def test_number_of_another_authority(desk: Desk) -> None:
    with fed(desk) as feed:
        person, number = adult(desk), {"local_id": "DOM-4711"}
        first = feed.send(person, "VALI", letter=number)
        with suppress(RefusedError):
            feed.post(adult(desk), "VALI", letter={**number, "local_domain": OTHER_DOMAIN})
    expect_values(
        desk.read(first),
        told_of(person),
        fr="le dossier a pris l'identité d'une autre personne, qui a le même numéro chez une autre autorité",
        en="the file has taken the identity of another person, who has the same number at another authority",
        # The rule does not say by what a file is known; in HL7 v2 a number is one with its authority (CX-4).
        inferred=True,
    )


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Une personne annoncée sans lieu de naissance n'a pas celui d'une autre",
    en="A person announced without a birth place does not have that of another",
)
def test_without_a_place(desk: Desk) -> None:
    with fed(desk) as feed:
        feed.send(adult(desk), "VALI")
        person = adult(desk)
        with suppress(RefusedError):
            feed.post(person, "PROV", changes={"birth_place": None})
        file = feed.file_of(person)
    if file is None:
        return  # A software may leave to a person what lacks a mandatory trait.
    expect(
        file.birth_place in {None, "", UNKNOWN_PLACE},
        fr=f"le message ne dit aucun lieu de naissance, le dossier porte {file.birth_place}",
        en=f"the message tells no birth place, the file holds {file.birth_place}",
    )
    expect(
        file.birth_place,
        fr=f"le message ne dit aucun lieu de naissance, et le dossier n'en porte pas : {UNKNOWN_PLACE} est le code prévu",
        en=f"the message tells no birth place, and the file holds none: {UNKNOWN_PLACE} is the code for that",
        # The five mandatory traits are asked of whoever creates identities, which a slave does not.
        inferred=True,
    )


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Quand un émetteur n'est plus le référentiel, ses messages ne qualifient plus",
    en="Once a sender is no longer the reference, its messages no longer make qualifiée",
)
def test_no_longer_the_reference(desk: Desk) -> None:
    with fed(desk) as feed:
        feed.send(adult(desk), "VALI")
        is_settable = feed.sender == SENDER
    if not is_settable or desk.lgo.read_settings().get(site.IDENTITY_REFERENCE) == SENDER:
        return  # Its reference is fixed.
    person = adult(desk)
    with answering(desk, KO), suppress(RefusedError):
        Feed(desk, SENDER).post(person, "VALI")
    file = Feed(desk, SENDER).file_of(person)
    expect(
        file is None or (file.status is not Status.QUAL and not file.matricule),
        fr="un émetteur qui n'est plus le référentiel fait encore qualifier, et INSi dément l'INS",
        en="a sender who is no longer the reference still makes qualifiée, and INSi denies the INS",
    )


@pytest.mark.rule("SEC-05")
@FEED.mark
@pytest.mark.title(
    fr="Un trait changé par le flux du domaine laisse une trace",
    en="A trait changed by the feed of the domain leaves an entry",
)
def test_changes_are_logged(desk: Desk) -> None:
    with fed(desk) as feed:
        person = adult(desk)
        file = feed.send(person, "VALI")

        def log() -> list[AuditEntry]:
            # What a message did may be logged under no file.
            entries = desk.lgo.read_audit_log(actor=desk.user)
            return [entry for entry in entries if entry.patient_id in {file.id, None, ""}]

        before = log()
        desk.born_on(person.identity.traits.birth_date)
        desk.read(file)
        usual = {entry.action for entry in added(before, log())}
        before = log()
        feed.send(
            person, "VALI", event="A31", changes={"birth_name": another_value(desk, person, "birth_name")}
        )
        expect(
            [entry for entry in added(before, log()) if entry.action not in usual],
            fr="le référentiel du domaine a changé le nom, et le journal n'en dit rien",
            en="the reference of the domain has changed the name, and the log says nothing of it",
            # The rule names the professional who changes; here a message does.
            inferred=True,
        )
