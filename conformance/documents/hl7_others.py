"""An INS of a message elsewhere than in PID-3: former places of identifiers, and the patient as their own contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.documents.hl7_syntax import FieldReader, Message, component
from conformance.documents.problems import Quote, official
from conformance.documents.record import INS_OIDS, Trait
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.context import Reading
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_FORMER: Final = (2, 4)
"""PID-2 and PID-4, the external and the alternate identifier until version 2.3.1: old interfaces still read them."""
_SELF: Final = "SEL"
"""NK1-3, table 0063."""
_IDENTIFIERS: Final = 33
"""NK1-33."""


def elsewhere(message: Message, records: Sequence[IdentityRecord], reading: Reading) -> Iterator[Problem]:
    """Yield the INS of somebody else where a message tells of its patient.

    Args:
        message: the message.
        records: of its segments PID.
        reading: where it was read.
    """
    known = [value for record in records for value in record.of(Trait.MATRICULE)]
    if not known:
        return
    for segment in (*message.all("PID"), *message.all("NK1")):
        reader = FieldReader(segment, message.delimiters, reading)
        if segment.name == "NK1" and not any(
            component(relation, 1).upper() == _SELF for relation in reader.repetitions(3)
        ):
            continue
        for field in _FORMER if segment.name == "PID" else (_IDENTIFIERS,):
            for index, cx in enumerate(reader.repetitions(field)):
                number = component(cx, 1)
                authority = component(cx, 4).split(reader.delimiters.sub)
                if not (INS_OIDS & set(authority)) or any(value.normal == number for value in known):
                    continue
                text = Text(
                    f"{segment.name}-{field} porte l’INS d’une autre personne que PID-3",
                    f"{segment.name}-{field} holds the INS of another person than PID-3",
                )
                at = Quote(reader.place(field, index, 1), number)
                yield official("hl7-ins-of-another", text, "F13", "TRA-04", at=(at, known[0]))
