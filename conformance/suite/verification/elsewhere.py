"""Identities that come from another domain, and what they leave behind: files, documents, entries of the worklist."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Attribute, Status
from conformance.drivers.partners import ReceivedIdentity, Reception, Verification, VerificationOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import VERIFIED_AGAIN, NotOfferedError
from conformance.suite.desk.expect import expect
from conformance.suite.desk.lifted import is_lift_logged
from conformance.suite.desk.people import another_value
from conformance.suite.desk.snapshot import ANYTHING, expect_kept
from conformance.suite.verification.wire import Said, claims_of, need_verified, scenario, verifications
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from conformance.drivers.model import Patient
    from conformance.drivers.partners import WorkItem
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView
    from simulator.registry.person import Person
    from simulator.text import Text

SENDER: Final = "LABO-VOISIN"
DOCUMENT: Final = "CR-KVORLAN-4711.pdf"
"""A name that no software makes up by itself."""

TRAITS: Final = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
PARTS: Final = ("matricule", "oid", *TRAITS)
"""What may be wrong in an identity received."""


LOWERED: Final = {
    "status": Status.PROV,
    "matricule": None,
    "oid": None,
    "proof": ANYTHING,
    "attributes": ANYTHING,
}
"""What a KO changes. Whether a document once checked stays recorded, or the identity is doubtful now, is in no text."""


def texts_of(said: Reception | RefusedError) -> list[str]:
    """Return what a refusal, or the alerts of a reception and of its verification, tell."""
    if isinstance(said, RefusedError):
        return [said.message]
    verified = said.verification.alerts if said.verification else ()
    return [alert.message for alert in (*said.alerts, *verified)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One reception: what the software said of it, and what INSi had meanwhile."""

    said: Reception | RefusedError
    exchanges: list[ExchangeView]

    @property
    def texts(self) -> list[str]:
        """All that the user was shown."""
        told = texts_of(self.said)
        if isinstance(self.said, RefusedError):
            return told
        return [*told, self.said.verification.message if self.said.verification else ""]


def received(person: Person, **changes: str | None) -> ReceivedIdentity:
    """Return a person's identity as another domain sends it, said to be qualifiée there; ``changes`` replace."""
    identity, traits = person.identity, person.identity.traits
    sent = ReceivedIdentity(
        sender=SENDER,
        matricule=identity.matricule.value,
        oid=str(identity.oid),
        birth_name=traits.birth_name,
        first_names=traits.first_names,
        first_name=person.first_name,
        birth_date=traits.birth_date,
        sex=traits.sex,
        birth_place=traits.birth_place,
        status="QUAL",
    )
    return replace(sent, **changes)  # type: ignore[arg-type] # only a sender is always a text


def spoilt(desk: Desk, person: Person, part: str, **changes: str | None) -> ReceivedIdentity:
    """Return a person's identity as received, with one part that is not theirs."""
    if part == "matricule":
        wrong: dict[str, str | None] = {"matricule": nobody(desk, person)}
    elif part == "oid":
        other = InsOid.NIA if person.identity.oid != InsOid.NIA else InsOid.NIR_TEST
        wrong = {"oid": str(other)}
    else:
        wrong = {part: another_value(desk, person, part)}
    return received(person, **wrong, **changes)


def nobody(desk: Desk, person: Person) -> str:
    """Return a matricule that looks like a person's and is somebody else's, of whom there is no file."""
    other = desk.draw(birth_date=person.identity.traits.birth_date, sex=person.identity.traits.sex)
    return other.identity.matricule.value


def receive(desk: Desk, identity: ReceivedIdentity) -> Received:
    """Have an identity arrive; a refusal is an answer here."""

    def act() -> Reception | RefusedError:
        try:
            return desk.lgo.receive_identity(identity, actor=desk.user)
        except RefusedError as refusal:
            return refusal

    said, exchanges = desk.during(act)
    return Received(said=said, exchanges=exchanges)


def verify(desk: Desk, patient: Patient) -> tuple[Verification | RefusedError, list[ExchangeView]]:
    """Have the INS of a file verified; a refusal is an answer here.

    Raises:
        NotOfferedError: the software has had this INS confirmed already, and does not ask again.
    """

    def act() -> Verification | RefusedError:
        try:
            return desk.lgo.verify_ins(patient.id, actor=desk.user)
        except RefusedError as refusal:
            return refusal

    said, exchanges = desk.during(act)
    if isinstance(said, Verification) and said.outcome is VerificationOutcome.OK and exchanges:
        desk.confirmed[patient.id] = exchanges[-1]
        _mark_again(desk, patient)
    elif not exchanges and (isinstance(said, RefusedError) or said.outcome is VerificationOutcome.BLOCKED):
        _need_not_confirmed(desk, patient, said)
    return said, exchanges


def _mark_again(desk: Desk, patient: Patient) -> None:
    """Mark a homonym again whose mark the software took away, as what follows expects it."""
    if not desk.wire.files.is_homonym(patient.id):
        return
    now = desk.read(patient)
    if Attribute.HOMONYME not in now.attributes and is_lift_logged(desk.lgo, patient.id, desk.user):
        with suppress(RefusedError):
            desk.lgo.set_attributes(patient.id, now.attributes | {Attribute.HOMONYME}, actor=desk.user)


def need_denied(said: Verification | RefusedError, exchanges: Sequence[ExchangeView]) -> None:
    """Make sure that INSi was asked and has denied the INS.

    Raises:
        Departure: the software tells an OK that it kept, and does not ask INSi, which denies the INS by now.
        UndecidedError: no verification was made, or INSi said something else.
    """
    if not verifications(exchanges) and isinstance(said, Verification):
        expect(
            said.outcome is not VerificationOutcome.OK,
            fr="vérifiée de nouveau, l'identité est dite confirmée sans qu'INSi soit interrogé, alors qu'il la dément",
            en="verified again, the identity is told as confirmed without INSi being asked, which denies it",
            # How long a result may be kept is in no text; that it is told as a new one is a deduction.
            inferred=True,
        )
    need_verified(exchanges, Said.KO)


def _need_not_confirmed(desk: Desk, patient: Patient, said: Verification | RefusedError) -> None:
    """Make sure that a verification which was not made is none of what INSi has confirmed already."""
    earlier = desk.confirmed.get(patient.id)
    if earlier is None:
        return
    now = desk.read(patient)
    same = ("matricule", "oid", "birth_name", "birth_date", "sex")
    if any(
        all(claimed.values.get(name) == getattr(now, name) for name in same) for claimed in claims_of(earlier)
    ):
        raise NotOfferedError(
            VERIFIED_AGAIN,
            f"le logiciel ne vérifie pas deux fois la même INS : {said.message}",
            f"the software does not verify the same INS twice: {said.message}",
        )


@contextmanager
def answering(desk: Desk, name: str | None) -> Iterator[None]:
    """Have INSi answer as a scenario says, inside the block; ``None``: from the registry."""
    if name is None:
        yield
        return
    with desk.answered_by(scenario(name)):
        yield


def files_of(desk: Desk, *days: str | None) -> dict[str, Patient]:
    """Return the files of those born these days, by identifier."""
    found: dict[str, Patient] = {}
    for day in dict.fromkeys(filter(None, days)):
        found |= {patient.id: desk.read(patient) for patient in desk.born_on(day)}
    return found


_PAGE: Final = 10
"""Entries that the shortest page of a list may hold."""


def new_items(desk: Desk, before: Collection[WorkItem]) -> list[WorkItem]:
    """Return what is on the worklist and was not before.

    Raises:
        Departure: the list is full, and as many of its oldest entries are gone.
    """
    old = {item.id for item in before}
    held = desk.lgo.read_worklist(actor=desk.user)
    expect_none_pushed_out(before, held)
    return [item for item in held if item.id not in old]


def expect_none_pushed_out(before: Collection[WorkItem], held: Collection[WorkItem]) -> None:
    """Check that a long worklist does not lose its oldest entries, one for each that came.

    Nothing is said of entries that go one by one: somebody may have dealt with them.

    Raises:
        Departure: it does.
    """
    there, known = {item.id for item in held}, {item.id for item in before}
    lost = {item.id for item in before if item.id not in there}
    came = there - known
    if len(before) < _PAGE or not came or len(lost) != len(came) or not all(item.at for item in before):
        return
    oldest = sorted(before, key=lambda item: item.at)[: len(lost)]
    expect(
        {item.id for item in oldest} != lost,
        fr=f"la liste à traiter garde {len(held)} entrées : les plus anciennes en sortent quand d'autres y entrent, "
        "sans que personne les ait traitées",
        en=f"the worklist keeps {len(held)} entries: the oldest leave it as others come, and nobody dealt with them",
        # The text asks that they be there, and does not say until when.
        inferred=True,
    )


def speaks_of(item: WorkItem, patients: Iterable[Patient | None], identity: ReceivedIdentity | None) -> bool:
    """Tell whether an entry of the worklist lets a person find one of these files, or the identity received.

    By the file it names; an entry that names none may say it in its text. One of an identity received may name the file
    or none: nothing may have been created.
    """
    files = [patient for patient in patients if patient is not None]
    if item.patient_id is not None:
        return item.patient_id in {patient.id for patient in files}
    if identity is not None:
        return True
    words = item.message.casefold()
    return any((patient.birth_name or "\0").casefold() in words or patient.id in words for patient in files)


def holders_of(desk: Desk, identity: ReceivedIdentity, *days: str | None) -> list[Patient]:
    """Return the files that hold the INS received."""
    return [
        patient
        for patient in files_of(desk, identity.birth_date, *days).values()
        if identity.matricule in {patient.matricule, _compact(patient.matricule)}
    ]


def expect_lowered(desk: Desk, before: Snapshot, moment: Text, *, inferred: bool = False) -> None:
    """Check that a KO has lowered a file, taken the INS out of it, and changed nothing else."""
    after = desk.snapshot(before.patient)
    expect_kept(after, before, moment, besides=LOWERED, inferred=inferred)
    lost = before.patient.attributes - after.patient.attributes
    more = after.patient.attributes - before.patient.attributes - {Attribute.DOUTEUSE}
    expect(
        not lost and not more,
        fr=f"{moment.fr}, des attributs ont changé ({', '.join(sorted(lost | more))})",
        en=f"{moment.en}, attributes have changed ({', '.join(sorted(lost | more))})",
        inferred=inferred,
    )


def expect_certain_date(patient: Patient, moment: Text) -> None:
    """Check that the birth date of a file made of an identity received is not said to be made up: it came whole."""
    expect(
        not patient.birth_date_uncertain,
        fr=f"{moment.fr}, la date de naissance reçue est marquée incertaine dans le dossier créé",
        en=f"{moment.en}, the birth date received is marked as made up in the file created",
        inferred=True,
    )


def expect_not_filed(
    desk: Desk, files: Iterable[Patient], name: str | None, moment: Text, *, inferred: bool = False
) -> None:
    """Check that a document is in none of these files; ``None``: that none is, whatever it is called there."""
    for patient in files:
        held = [each.name for each in desk.lgo.read_documents(patient.id, actor=desk.user)]
        expect(
            not any(name is None or name in each for each in held),
            fr=f"{moment.fr}, le document reçu est dans le dossier de {patient.birth_name} (statut {patient.status})",
            en=f"{moment.en}, the document received is in the file of {patient.birth_name} (status {patient.status})",
            inferred=inferred,
        )


def as_values(identity: ReceivedIdentity) -> dict[str, Any]:
    """Return what an identity received says, by identity field."""
    return {name: getattr(identity, name) for name in (*PARTS, "first_name")}


def _compact(matricule: str | None) -> str | None:
    return None if matricule is None else matricule.replace(" ", "")


def one_wrong(desk: Desk, person: Person) -> dict[str, ReceivedIdentity]:
    """Return the identity of somebody with one part that is not theirs, by what that is."""
    right = received(person)
    name, first = right.birth_name or "", right.first_name or ""
    names = (right.first_names or "").split()
    other_oid = InsOid.NIA if right.oid != InsOid.NIA else InsOid.NIR_TEST
    return {
        "un autre matricule": spoilt(desk, person, "matricule"),
        "un autre OID": replace(right, oid=str(other_oid)),
        "un autre nom": replace(right, birth_name=f"{name}KV"),
        "un nom plus court": replace(right, birth_name=name[:-1]),
        "un autre premier prénom": replace(
            right, first_name=f"{first}KV", first_names=" ".join([f"{first}KV", *names[1:]])
        ),
        # The last one: what is compared by its beginning takes it for the same list.
        "un autre dernier prénom": replace(
            right, first_names=" ".join([*names[: max(len(names) - 1, 1)], "KVORLAN"])
        ),
        "une autre date": replace(right, birth_date=another_value(desk, person, "birth_date")),
        "l'année d'après": replace(right, birth_date=_another_year(right.birth_date or "")),
        "l'autre sexe": replace(right, sex=another_value(desk, person, "sex")),
        "un autre lieu": replace(right, birth_place=_another_place(desk, person)),
    }


NEAR_PLACE: Final = "35238"
"""A birth place to draw somebody with, so that one very much like it can be told in its place."""


def _another_place(desk: Desk, person: Person) -> str:
    """Return another birth place: of the same department for those born in ``NEAR_PLACE``."""
    own = person.identity.traits.birth_place
    return "35047" if own == NEAR_PLACE else another_value(desk, person, "birth_place")


def _another_year(date: str) -> str:
    day = "28" if date[5:] == "02-29" else date[8:]
    return f"{int(date[:4]) - 1}-{date[5:7]}-{day}"
