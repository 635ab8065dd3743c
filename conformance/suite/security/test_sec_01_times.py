"""SEC-01: the accesses of a morning stand in the log at their times, not all at one, and on the file that was opened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.added import added
from conformance.suite.desk.expect import expect
from conformance.suite.desk.routes import Route
from conformance.suite.status.moments import is_apart, is_moment, is_not_before, let_a_second_pass

if TYPE_CHECKING:
    from conformance.drivers.model import AuditEntry
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("SEC-01")
@pytest.mark.title(
    fr="Les ouvertures d'une matinée sont datées chacune de son moment, et restent telles quelles",
    en="The openings of a morning are each dated at their moment, and stay as they are",
)
def test_times(desk: Desk) -> None:
    patients = [
        desk.bring(desk.draw(), route) for route in (Route.TYPED, Route.IMPORTED, Route.IMPORTED_CHECKED)
    ]
    # On a fast machine all was done within the fraction of a second that two tables of acts need not agree to.
    let_a_second_pass(datetime.now(UTC))
    seen: list[tuple[AuditEntry, datetime, datetime]] = []
    for user, patient in [(user, one) for user in ("user", "super-user") for one in patients]:
        worker = desk.by(user)
        if len(seen) == len(patients):
            let_a_second_pass(seen[-1][2])
        before = desk.lgo.read_audit_log(actor=desk.user, patient_id=patient.id)
        began = datetime.now(UTC)
        worker.read(patient)
        ended = datetime.now(UTC)
        after = desk.lgo.read_audit_log(actor=desk.user, patient_id=patient.id)
        expect(
            not added(after, before),
            fr=f"des traces du dossier ont disparu ou changé ({len(before)} avant, {len(after)} après)",
            en=f"entries of the file are gone or changed ({len(before)} before, {len(after)} after)",
        )
        new = [entry for entry in added(before, after) if entry.user == worker.user.user]
        expect(
            new,
            fr=f"l'ouverture du dossier {patient.status} par {worker.user.user} n'est pas au journal de ce dossier",
            en=f"the opening of the file {patient.status} by {worker.user.user} is not in the log of that file",
        )
        expect(
            is_moment(new[0].at, began, ended),
            fr=f"« {new[0].at} » n'est pas le moment de l'ouverture ({began:%Y-%m-%d %H:%M:%S} UTC)",
            en=f"“{new[0].at}” is not the moment of the opening ({began:%Y-%m-%d %H:%M:%S} UTC)",
        )
        later = [entry.at for entry in before if not is_not_before(entry.at, new[0].at)]
        expect(
            not later,
            fr=f"l'ouverture du dossier est datée de « {new[0].at} », avant ce qui y a été fait plus tôt ({', '.join(later)})",
            en=f"the opening of the file is dated “{new[0].at}”, before what was done there earlier ({', '.join(later)})",
            # Tables of acts that keep times in ways of their own need not agree to the fraction of a second.
            inferred=True,
        )
        seen.append((new[0], began, ended))
    rest = len(patients) - 1, len(patients)
    for one, other in ((0, len(seen) - 1), rest):
        (first, _, over), (last, begun, _) = seen[one], seen[other]
        expect(
            is_apart(first.at, last.at, over, begun),
            fr=f"des ouvertures faites à des moments différents sont toutes datées de « {last.at} »",
            en=f"openings made at different times are all dated “{last.at}”",
        )
