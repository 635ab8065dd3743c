"""TRA-18 and the cases E24 to E26: software that is no identity reference follows the messages of its own domain.

The bench plays the reference: ADT messages by ``receive_message``, from the sender that the setting ``identity_reference``
names (ours, inferred: no text says how a slave is told its reference). How the removal of an INS is written is in no text that
we read either: the list of identifiers is changed (A47), then the person (A31), and one of them has to do.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers import site
from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import adult, another_value
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.incoming.forms import adt
from conformance.suite.incoming.letter import Letter
from conformance.suite.verification.elsewhere import SENDER, received
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

NONE: Final = {"matricule": None, "oid": None}
WITH_INS: Final = frozenset({Status.RECUP, Status.QUAL})
UNCHECKED: Final = ("PROV", "VIDE", "DOUT", "")
"""PID-32 of an identity that its reference does not vouch for (table 0445)."""


class Feed:
    """The reference of the domain, as one check plays it."""

    def __init__(self, desk: Desk, sender: str) -> None:
        self.desk = desk
        self.sender = sender

    def send(
        self,
        person: Person,
        status: str,
        *,
        event: str = "A28",
        with_ins: bool = True,
        former: str = "",
        ins_first: bool = False,
        changes: Mapping[str, str | None] = MappingProxyType({}),
    ) -> Patient:
        """Send a message about somebody and return their file, the only one of those born that day."""
        told = received(person, sender=self.sender, **(changes if with_ins else {**changes, **NONE}))
        letter = Letter(identity=told, local_id=f"DOM-{person.key}", ins_first=ins_first)
        document = adt(letter, event=event, status=status, former=former)
        self.desk.lgo.receive_message(document, sender=self.sender, actor=self.desk.user)
        files = self.desk.born_on(told.birth_date or person.identity.traits.birth_date)
        same = [each for each in files if each.birth_name == told.birth_name]
        expect_equal(
            got=len(same),
            expected=1,
            fr=f"dossiers de la personne après {event} (PID-32 {status or 'vide'})",
            en=f"files of the person after {event} (PID-32 {status or 'empty'})",
        )
        return self.desk.read(same[0])

    def remove_ins(self, person: Person) -> Patient:
        """Take the INS away, by the list of identifiers and by the person."""
        identity = person.identity
        former = f"{identity.matricule.value}^^^ASIP-SANTE-INS-NIR&{identity.oid}&ISO^INS"
        self.send(person, "PROV", event="A47", with_ins=False, former=former)
        return self.send(person, "PROV", event="A31", with_ins=False)


def _told(person: Person) -> dict[str, str | None]:
    """Return what the reference says of a person, by identity field: the 1er prénom too, which stands in PID-5.2."""
    told = {**insi_values(person), "first_name": person.first_name}
    return {name: value for name, value in told.items() if value is not None}


@contextmanager
def fed(desk: Desk) -> Iterator[Feed]:
    """Have the software fed by the bench for the length of the block.

    Raises:
        UndecidedError: it is no slave of another, or cannot be told so (NOT_TESTED).
    """
    here = desk.lgo.read_settings().get(site.IDENTITY_REFERENCE)
    if here is None:
        raise UndecidedError(
            f"le logiciel ne dit pas quel référentiel l'alimente : paramètre {site.IDENTITY_REFERENCE} absent de /settings",
            f"the software does not tell which reference feeds it: no setting {site.IDENTITY_REFERENCE} in /settings",
            verdict=Verdict.NOT_TESTED,
        )
    try:
        desk.lgo.write_settings({site.IDENTITY_REFERENCE: SENDER})
    except RefusedError as refusal:
        if not here:
            raise UndecidedError(
                f"le référentiel du domaine ne se règle pas : {refusal.message}",
                f"the reference of the domain cannot be set: {refusal.message}",
                verdict=Verdict.NOT_TESTED,
            ) from refusal
        yield Feed(desk, here)
        return
    try:
        yield Feed(desk, SENDER)
    finally:
        desk.lgo.write_settings({site.IDENTITY_REFERENCE: here})


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Validée par son référentiel, l'INS est enregistrée, à la lettre, et l'identité qualifiée",
    en="Checked by its reference, the INS is stored, to the letter, and the identity qualifiée",
)
@pytest.mark.parametrize("address", [pytest.param("E24/PROV", id="E24/PROV")])
def test_ins_is_stored(desk: Desk, address: str) -> None:
    del address
    with fed(desk) as feed:

        def judge(person: Person, *, known: bool) -> None:
            if known:
                _expect_without_ins(feed.send(person, "PROV"), "PROV")
            after = feed.send(person, "VALI", event="A31" if known else "A28")
            expect_values(
                after,
                _told(person),
                fr="le dossier n'est pas l'identité que le référentiel a envoyée",
                en="the file is not the identity that the reference has sent",
            )
            expect_equal(
                got=after.status,
                expected=Status.QUAL,
                fr="statut d'une identité validée par son référentiel, avec INS",
                en="status of an identity checked by its reference, with an INS",
            )

        cases = {part.key: partial(judge, desk.play(part), known=False) for part in CAST[:4]}
        expect_each({**cases, "déjà connue, provisoire": partial(judge, adult(desk), known=True)})


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Non validée par son référentiel, l'identité est enregistrée sans son INS, et perd celle qu'elle avait",
    en="Not checked by its reference, the identity is stored without its INS, and loses the one it had",
)
@pytest.mark.parametrize("address", [pytest.param("E25/PROV", id="E25/PROV")])
def test_ins_is_dropped(desk: Desk, address: str) -> None:
    del address
    with fed(desk) as feed:

        def judge(status: str, *, after_qualified: bool) -> None:
            person = adult(desk)
            if after_qualified:
                _need_ins(feed.send(person, "VALI"))
            patient = feed.send(person, status, event="A31" if after_qualified else "A28")
            _expect_without_ins(patient, status)
            expect_values(
                patient,
                {name: value for name, value in _told(person).items() if name not in NONE},
                fr="l'identité envoyée n'est pas enregistrée",
                en="the identity sent is not stored",
            )

        cases = {status or "vide": partial(judge, status, after_qualified=False) for status in UNCHECKED}
        expect_each({**cases, "après VALI": partial(judge, "PROV", after_qualified=True)})


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Le message de suppression efface l'INS du dossier, et de lui seul",
    en="The deletion message erases the INS of the file, and of it alone",
)
@pytest.mark.parametrize(
    "address", [pytest.param(f"E26/{status}", id=f"E26/{status}") for status in ("RECUP", "QUAL")]
)
def test_ins_is_erased(desk: Desk, address: str) -> None:
    status = Status(address.partition("/")[2])
    with fed(desk) as feed:
        person, other = adult(desk), adult(desk)
        neighbour = feed.send(other, "VALI")
        _need_ins(neighbour)
        if status is Status.QUAL:
            # The file is known by the number of the reference, wherever that stands among the identifiers.
            _need_ins(feed.send(person, "VALI", ins_first=True))
        else:
            # A slave that calls INSi itself.
            with preparing("appeler INSi", "call INSi", depends_on=("STA-03",)):
                _need_ins(desk.feed(feed.send(person, "PROV")))
        _expect_without_ins(feed.remove_ins(person), "A47, A31")
        expect(
            desk.read(neighbour) == neighbour,
            fr="le dossier d'un autre a changé",
            en="the file of somebody else has changed",
        )


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Un trait changé par le référentiel l'est ici, dans le même dossier",
    en="A trait changed by the reference is changed here, in the same file",
)
def test_changes_are_followed(desk: Desk) -> None:
    with fed(desk) as feed:
        person = adult(desk)
        first = feed.send(person, "VALI")
        for field in ("birth_name", "sex", "birth_place"):
            value = another_value(desk, person, field)
            after = feed.send(person, "PROV", event="A31", changes={field: value})
            expect_values(
                after,
                {field: value},
                fr="le trait changé par le référentiel ne l'est pas ici",
                en="the trait changed by the reference is not changed here",
            )
            expect_equal(got=after.id, expected=first.id, fr="dossier mis à jour", en="file updated")
        known = after.birth_place
        silent = feed.send(person, "PROV", event="A31", changes={"birth_place": None})
        expect_equal(
            got=silent.birth_place,
            expected=known,
            fr="lieu de naissance du dossier, après un message qui n'en dit pas",
            en="birth place of the file, after a message that does not say one",
            # In HL7 v2 a field that is not there says nothing; the rule speaks of what is sent.
            inferred=True,
        )


def _need_ins(patient: Patient) -> None:
    if patient.status not in WITH_INS or not patient.matricule:
        raise UndecidedError(
            f"préparation impossible : le dossier est {patient.status}, il n'a pas d'INS à perdre",
            f"could not be prepared: the file is {patient.status}, it has no INS to lose",
            depends_on=("TRA-18",),
        )


def _expect_without_ins(patient: Patient, status: str) -> None:
    expect_values(
        patient,
        NONE,
        fr=f"l'INS est dans le dossier (PID-32 {status or 'vide'})",
        en=f"the INS is in the file (PID-32 {status or 'empty'})",
    )
    expect(
        patient.status not in WITH_INS,
        fr=f"le dossier est {patient.status} (PID-32 {status or 'vide'})",
        en=f"the file is {patient.status} (PID-32 {status or 'empty'})",
    )
