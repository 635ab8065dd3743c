"""TRA-01 and TRA-04 on the messages that leave by themselves for connected software when a file changes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Verb
from conformance.drivers.partners import Document, MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import path
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.mllp import neighbour
from conformance.suite.desk.papers import Artefact, Subject, expect_no_ins, expect_right, expected_of, owners
from conformance.suite.desk.routes import Route
from conformance.suite.journeys.pasts import with_own_card
from conformance.suite.transmission.produced import differs

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.mllp import Neighbour
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

CONNECTED: Final = path(
    "logiciel relié", "connected software", Verb.UPDATE_PATIENT, Verb.READ_SETTINGS, Verb.WRITE_SETTINGS
)
_NAMES: Final = ("ZELBRUC", "DRIMVAK")
"""Names in use, one for each message that is looked for: it tells which state of the file a message is about."""
_WHO: Final = ("one-former-number-corsica-2a", "waiting-number-four-first-names")


@pytest.mark.rule("TRA-01")
@pytest.mark.rule("TRA-04")
@pytest.mark.title(
    fr="Le message d'un changement, pour un logiciel relié : sans l'INS avant « qualifiée », avec elle et juste ensuite",
    en="The message of a change, for connected software: without the INS before qualifiée, with it and right afterwards",
)
@CONNECTED.mark
@pytest.mark.parametrize("who", _WHO)
def test_messages_of_a_feed(desk: Desk, who: str) -> None:
    person = desk.play(PARTS[who])
    patient = with_own_card(desk, person, desk.bring(person, Route.IMPORTED))
    with neighbour(desk) as other:
        below = _told(desk, other, person, patient, _NAMES[0])
        expect_no_ins(below)
        patient = desk.check_document(patient)
        above = [one for one in _told(desk, other, person, patient, _NAMES[1]) if one[0].is_qualified]
    if above:
        expect_right(
            above, lambda problem, artefact: "TRA-04" in owners(problem, artefact) or differs(problem)
        )


def _told(
    desk: Desk, other: Neighbour, person: Person, patient: Patient, name: str
) -> list[tuple[Subject, Artefact]]:
    """Change a name in use and return the messages that tell it, as documents about the file as it is then."""
    with suppress(RefusedError):
        desk.lgo.update_patient(patient.id, {"used_name": name}, actor=desk.user)
    patient = desk.read(patient)
    other.awaited(lambda found: any(name in one for one in found))
    subject = Subject(key=f"{patient.status}", person=person, patient=patient)
    return [
        (
            subject,
            Artefact(
                label="flux",
                document=Document(name="flux.hl7", format=MessageFormat.HL7V2, content=message.encode()),
                expected=expected_of(person, patient),
            ),
        )
        for message in other.messages
        if name in message
    ]
