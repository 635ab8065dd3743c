"""Laden people: each carries many features at once, so that a mistake made for one feature meets it at every event.

A plain person says that an event does what it has to; these say that it does so for whoever comes: a waiting number, a
hyphen, an apostrophe, names in use, a place in Corsica, overseas, abroad or not known, old age and childhood, a homonym, a
document that is not enough. Each has all that an act may lose: a billing number of somebody else, former INS, names in use.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, CHECKED
from conformance.suite.desk.cast import Part, long_name
from conformance.suite.desk.full import bill_another
from conformance.suite.desk.needs import need_status
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import preparing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Somebody laden, and the ways that their file takes."""

    part: Part
    typed: Mapping[str, str | None]
    """Besides or in place of the person's own traits."""
    documents: tuple[str, ...]
    """Those tried first when a document is checked."""
    routes: Mapping[Status, Route]
    user: str
    """Who is at the desk, see ``Desk.by``."""
    is_homonym: bool = False
    low: str | None = None
    """A document that is not enough, recorded before anything else."""
    corrects: Mapping[Status, str] = field(default_factory=dict)
    """The strict trait that is corrected at each status: each of them once with all that such a change may lose."""

    @property
    def key(self) -> str:
        """As reasons name it."""
        return self.part.key


@dataclass(slots=True, kw_only=True)
class File:
    """A laden person's file."""

    shape: Shape
    person: Person
    patient: Patient
    """As it was when the file was made."""


PROV, RECUP, VALI, QUAL = Status.PROV, Status.RECUP, Status.VALI, Status.QUAL

_BY_CHECK: Final = {
    PROV: Route.TYPED,
    RECUP: Route.IMPORTED,
    VALI: Route.CHECKED,
    QUAL: Route.CHECKED_IMPORTED,
}
_BY_IMPORT: Final = {**_BY_CHECK, QUAL: Route.IMPORTED_CHECKED}

SHAPES: Final = (
    Shape(
        part=Part(
            key="waiting-number-corsica-homonym",
            wish={"sex": "M", "birth_date": "1986-06-30", "birth_place": "2B033", "nia": True},
            names=lambda name, firsts: (f"D'{name}-{firsts[3]}", f"{firsts[0]}-{firsts[1]} {firsts[2]}"),
            former=2,
        ),
        typed={"used_name": "D'KVORLAN-KV", "used_first_name": "NALROVK"},
        documents=("PASSPORT",),
        routes=_BY_CHECK,
        user="user",
        is_homonym=True,
        low="DRIVING_LICENCE",
        corrects={PROV: "birth_place", RECUP: "sex", VALI: "first_names", QUAL: "birth_date"},
    ),
    Shape(
        part=Part(
            key="abroad-1921-super-user",
            wish={"sex": "F", "birth_date": "1921-08-07", "birth_place": "99127"},
            names=lambda name, firsts: (f"DE {name}--{firsts[3]}", f"{firsts[0]} {firsts[1]} {firsts[2]}"),
            former=1,
        ),
        typed={"used_name": "ZELBRUC KV", "used_first_name": "NAL-ROVK"},
        documents=("CNI",),
        routes=_BY_IMPORT,
        user="super-user",
        low="VITALE_CARD",
        corrects={PROV: "first_names", RECUP: "birth_name", VALI: "birth_date", QUAL: "sex"},
    ),
    Shape(
        part=Part(
            key="child-place-unknown-overseas-long-names",
            wish={"sex": "F", "birth_date": "2019-09-25", "birth_place": "97411"},
            names=lambda name, firsts: (long_name([name, *firsts]), " ".join([*firsts, name])),
            former=1,
        ),
        typed={"birth_place": "99999", "used_first_name": "NALROVK"},
        documents=("BIRTH_CERTIFICATE_AND_PARENT", "PASSPORT"),
        routes=_BY_IMPORT,
        user="user",
        is_homonym=True,
        corrects={PROV: "birth_date", RECUP: "first_names", VALI: "birth_name", QUAL: "birth_place"},
    ),
)


def laden(desk: Desk, shape: Shape, status: Status) -> File:
    """Bring somebody laden to a status, and return the file.

    Raises:
        UndecidedError: it could not be made; the rules that say that it can be judge that.
    """
    person = desk.play(shape.part)
    patient = start(desk, shape, person)
    for step in _STEPS[shape.routes[status]]:
        patient = step(desk, shape, patient)
    # Last: whatever was done before may have lost it already.
    worker = desk.by(shape.user)
    bill_another(worker, patient, person)
    patient = worker.read(patient)
    need_status(patient, shape.routes[status])
    return File(shape=shape, person=person, patient=patient)


def start(desk: Desk, shape: Shape, person: Person) -> Patient:
    """Type somebody laden in, with all that a file can carry in PROV, and return the file as it was typed."""
    worker = desk.by(shape.user)
    patient = worker.create(person, **shape.typed)
    # Without these verbs, somebody less laden.
    if shape.is_homonym:
        with (
            worker.if_offered(ATTRIBUTES),
            preparing("poser l'attribut homonyme", "set the attribute homonym", depends_on=("ATT-01",)),
        ):
            set_attributes(worker, patient, {Attribute.HOMONYME})
    if shape.low:
        with worker.if_offered(CHECKED), suppress(RefusedError):
            worker.lgo.record_proof(patient.id, shape.low, actor=worker.user)
    return patient


def feed(desk: Desk, shape: Shape, patient: Patient) -> Patient:
    """Feed a file from INSi; ``need_status`` says later whether that led where it has to."""
    return desk.by(shape.user).feed(patient)


def check(desk: Desk, shape: Shape, patient: Patient) -> Patient:
    """Check a document of those that the shape shows, or of those that the software knows, and return the file."""
    worker = desk.by(shape.user)
    for kind in (*shape.documents, *HIGH_CONFIDENCE_PROOFS):
        try:
            worker.lgo.record_proof(patient.id, kind, actor=worker.user)
        except RefusedError:
            continue
        with suppress(RefusedError):  # Another document may do: which ones do is for PRF-06 to PRF-09.
            worker.lgo.validate_identity(patient.id, actor=worker.user)
            return worker.read(patient)
    return worker.check_document(patient)


_STEPS: Final = {
    Route.TYPED: (),
    Route.IMPORTED: (feed,),
    Route.CHECKED: (check,),
    Route.IMPORTED_CHECKED: (feed, check),
    Route.CHECKED_IMPORTED: (check, feed),
}
