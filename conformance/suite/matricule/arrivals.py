"""Numbers that arrive from elsewhere: with an identity, in a message, on a symbol that is scanned; and what the files keep."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final

from conformance.documents.datamatrix.payload import write_blocks
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import MESSAGES, RECEPTION, SCAN, NotOfferedError
from conformance.suite.desk.expect import expect
from conformance.suite.desk.words import shown
from conformance.suite.incoming.forms import Form, adt, written
from conformance.suite.incoming.letter import Letter
from conformance.suite.verification.elsewhere import answering, files_of, received
from conformance.suite.verification.wire import VERIFY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.drivers.partners import Reception
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView
    from simulator.registry.person import Person
    from simulator.text import Text

OK: Final = "answers/verification-ok"
"""INSi confirms whatever it is asked: what keeps a wrong number out is then the software alone."""


class Way(StrEnum):
    """How a number arrives."""

    IDENTITY = "identity"
    ADT = "hl7-adt"
    MAIL = "mail"
    ORU = "hl7-oru"
    SCAN = "scan"
    CDA = "cda"
    FHIR = "fhir"

    @property
    def apart(self) -> Apart:
        """Each is a path that not all software has."""
        return _PATHS.get(self) or MESSAGES.named(f"numéro reçu par {self}", f"number received by {self}")


MOST: Final = (Way.IDENTITY, Way.ADT, Way.MAIL, Way.ORU, Way.SCAN)
"""The ways that everything is tried on; a few numbers are enough for a document that comes by itself."""
_FORMS: Final = {Way.MAIL: Form.MAIL, Way.ORU: Form.ORU, Way.CDA: Form.CDA, Way.FHIR: Form.FHIR}
_PATHS: Final = {Way.IDENTITY: RECEPTION, Way.SCAN: SCAN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One number that has arrived."""

    said: Reception | RefusedError
    exchanges: list[ExchangeView]
    before: Mapping[str, Patient]
    after: Mapping[str, Patient]

    @property
    def was_searched(self) -> bool:
        """Whether the software asked INSi who that is: what it then keeps comes from INSi."""
        return any(each.operation not in {None, VERIFY} for each in self.exchanges)

    @property
    def created(self) -> list[Patient]:
        """The new files."""
        return [one for key, one in self.after.items() if key not in self.before]


def arrives(
    desk: Desk,
    person: Person,
    way: Way,
    *,
    answer: str | None = OK,
    letter: Letter | None = None,
    **changes: str | None,
) -> Came:
    """Have somebody's INS arrive, with ``changes`` to what is said of them; INSi confirms it unless told otherwise."""
    told = letter or Letter(identity=received(person, **changes))
    day = person.identity.traits.birth_date
    before = files_of(desk, day)

    def act() -> Reception | RefusedError:
        try:
            return hand_over(desk, told, way)
        except RefusedError as refusal:
            return refusal

    with answering(desk, answer):
        said, exchanges = desk.during(act)
    return Came(said=said, exchanges=exchanges, before=before, after=files_of(desk, day))


def need_way(desk: Desk, way: Way) -> None:
    """Make sure that a right number gets in so; a software, or a driver, without such a way is judged on the others.

    Raises:
        NotOfferedError: it does not; NOT_TESTED.
    """
    desk.once(f"way-of-numbers-{way}", partial(_try_way, way=way))


def _try_way(desk: Desk, way: Way) -> None:
    came = arrives(desk, desk.draw(), way, answer=None)
    if isinstance(came.said, RefusedError):
        raise NotOfferedError(
            way.apart,
            f"le logiciel refuse même un numéro juste qui arrive ainsi ({way}) : {came.said.message}",
            f"the software refuses even a right number that arrives so ({way}): {came.said.message}",
        )


def expect_out(
    came: Came, person: Person, moment: Text, *, is_confirmed: bool = False, inferred: bool = False
) -> None:
    """Check that no file holds a number or an OID that arrived wrong, and that nobody who was there has changed.

    ``is_confirmed``: the right ones came as well, and may be taken.
    """
    right = (person.identity.matricule.value, str(person.identity.oid))
    for key, patient in came.after.items():
        held = (patient.matricule, patient.oid)
        earlier = came.before.get(key)
        if earlier is not None and held == (earlier.matricule, earlier.oid):
            continue
        expect(
            held == (None, None) or (held == right and (is_confirmed or came.was_searched)),
            fr=f"{moment.fr}, un dossier ({patient.status}) porte {shown(held[0]).fr} sous l'OID {shown(held[1]).fr}",
            en=f"{moment.en}, a file ({patient.status}) holds {shown(held[0]).en} under the OID {shown(held[1]).en}",
            inferred=inferred,
        )


def expect_oid_kept(came: Came, oid: str, moment: Text) -> list[Patient]:
    """Check that the files which took the number have it under the OID that it came with; return them."""
    taken = [
        one
        for key, one in came.after.items()
        if one.matricule is not None
        and (key not in came.before or came.before[key].matricule != one.matricule)
    ]
    for patient in taken:
        expect(
            patient.oid == oid,
            fr=f"{moment.fr}, reçu sous l'OID {oid}, gardé sous {shown(patient.oid).fr}",
            en=f"{moment.en}, received under the OID {oid}, kept under {shown(patient.oid).en}",
        )
    return taken


def hand_over(desk: Desk, told: Letter, way: Way) -> Reception:
    """Have it arrive."""
    match way:
        case Way.IDENTITY:
            return desk.lgo.receive_identity(told.identity, actor=desk.user)
        case Way.SCAN:
            return desk.lgo.scan_datamatrix(_symbol(told), actor=desk.user)
        case Way.ADT:
            document = adt(told)
        case _:
            document = written(told, _FORMS[way])
    return desk.lgo.receive_message(document, sender=told.identity.sender, actor=desk.user)


def _symbol(told: Letter) -> str:
    """Return the payload of a symbol that says what a letter says."""
    one = told.identity
    year, month, day = (one.birth_date or "").split("-")
    blocks = [
        ("S1", one.matricule or ""),
        ("S2", one.oid or ""),
        ("S3", one.first_names or ""),
        ("S4", one.birth_name or ""),
        ("S5", one.sex or ""),
        ("S6", f"{day}-{month}-{year}"),
        ("S7", one.birth_place or ""),
    ]
    return write_blocks(blocks)
