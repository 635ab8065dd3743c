"""The reference of the domain, as the bench plays it: ADT messages, for software that is no identity reference (TRA-18).

The messages come by ``receive_message``, from the sender that the setting ``identity_reference`` names (ours, inferred: no text
says how a slave is told its reference). How the removal of an INS is written is in no text that we read either: the list of
identifiers is changed (A47), then the person (A31), and one of them has to do.
"""

from __future__ import annotations

from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import site
from conformance.drivers.model import Verb
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import NotOfferedError, path
from conformance.suite.desk.expect import expect_equal
from conformance.suite.desk.words import insi_values
from conformance.suite.incoming.forms import adt
from conformance.suite.incoming.letter import Letter
from conformance.suite.verification.elsewhere import SENDER, received
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.drivers.model import Patient
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

NONE: Final = {"matricule": None, "oid": None}
FEED: Final = path(
    "flux d'identités du domaine",
    "feed of identities of the domain",
    Verb.RECEIVE_MESSAGE,
    Verb.READ_SETTINGS,
    Verb.WRITE_SETTINGS,
)


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
        letter: Mapping[str, Any] = MappingProxyType({}),
    ) -> Patient:
        """Send a message about somebody and return their file, the only one of those born that day."""
        told = self.post(
            person,
            status,
            event=event,
            former=former,
            ins_first=ins_first,
            changes=changes if with_ins else {**changes, **NONE},
            letter=letter,
        )
        files = self.desk.born_on(told.birth_date or person.identity.traits.birth_date)
        same = [each for each in files if each.birth_name == told.birth_name]
        expect_equal(
            got=len(same),
            expected=1,
            fr=f"dossiers de la personne après {event} (PID-32 {status or 'vide'})",
            en=f"files of the person after {event} (PID-32 {status or 'empty'})",
        )
        return self.desk.read(same[0])

    def post(
        self,
        person: Person,
        status: str,
        *,
        event: str = "A28",
        former: str = "",
        ins_first: bool = False,
        changes: Mapping[str, str | None] = MappingProxyType({}),
        letter: Mapping[str, Any] = MappingProxyType({}),
    ) -> ReceivedIdentity:
        """Send a message about somebody, look at nothing, and return what it tells; ``letter``: more of it."""
        told = received(person, sender=self.sender, **changes)
        numbered = {"local_id": f"DOM-{person.key}", **letter}
        document = adt(
            Letter(identity=told, ins_first=ins_first, **numbered), event=event, status=status, former=former
        )
        self.desk.lgo.receive_message(document, sender=self.sender, actor=self.desk.user)
        return told

    def file_of(self, person: Person) -> Patient | None:
        """Return the file with name, first given name and birth date of somebody, ``None`` when there is none."""
        traits = person.identity.traits
        own = (traits.birth_name, person.first_name)
        return next(
            (
                self.desk.read(each)
                for each in self.desk.born_on(traits.birth_date)
                if (each.birth_name, each.first_name) == own
            ),
            None,
        )

    def remove_ins(self, person: Person) -> Patient:
        """Take the INS away, by the list of identifiers and by the person."""
        identity = person.identity
        former = f"{identity.matricule.value}^^^ASIP-SANTE-INS-{InsOid(identity.oid).nature}&{identity.oid}&ISO^INS"
        self.send(person, "PROV", event="A47", with_ins=False, former=former)
        return self.send(person, "PROV", event="A31", with_ins=False)


def told_of(person: Person) -> dict[str, str | None]:
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
        raise NotOfferedError(
            FEED,
            f"le logiciel ne dit pas quel référentiel l'alimente : paramètre {site.IDENTITY_REFERENCE} absent de /settings",
            f"the software does not tell which reference feeds it: no setting {site.IDENTITY_REFERENCE} in /settings",
        )
    try:
        desk.lgo.write_settings({site.IDENTITY_REFERENCE: SENDER})
    except RefusedError as refusal:
        if not here:
            raise NotOfferedError(
                FEED,
                f"le référentiel du domaine ne se règle pas : {refusal.message}",
                f"the reference of the domain cannot be set: {refusal.message}",
            ) from refusal
        yield Feed(desk, here)
        return
    try:
        yield Feed(desk, SENDER)
    finally:
        desk.lgo.write_settings({site.IDENTITY_REFERENCE: here})
