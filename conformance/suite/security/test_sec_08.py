"""SEC-08: the trace of the partners to whom data with an INS went."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Attribute, Status, Verb
from conformance.drivers.partners import Channel, SendingOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, DOWNGRADE, PRINTING
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.delivered import awaited
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import CHILD_AND_OLD, now_known_by
from conformance.suite.desk.routes import Route
from conformance.suite.journeys.papers import INTERVIEW_REPORT, MEDICATION_REVIEW, VACCINATION_NOTE, kind_of
from conformance.suite.journeys.renumbered import fed_as
from conformance.verdicts import Departure, UndecidedError, Verdict

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import Sending, Transmission
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

_MAIL: Final = re.compile(r"(?<![^\s<>\"'(),;:])[^\s<>\"'(),;:]+@[^\s<>\"'(),;]+")
_CLOCK: Final = timedelta(minutes=10)
"""How far the clock of the software may be from ours."""


@pytest.mark.rule("SEC-08")
@pytest.mark.title(
    fr="Une trace par destinataire d'une identité qualifiée : date, heure, émetteur, destinataire ; pour ce patient seul",
    en="One entry for each recipient of an identité qualifiée: date, time, sender, recipient; for that patient only",
)
@DOWNGRADE.mark
def test_one_entry_for_each_recipient(desk: Desk) -> None:
    start = datetime.now(UTC)
    person = desk.play(PARTS["waiting-number-four-first-names"])
    patient = desk.bring(person, Route.IMPORTED_CHECKED)
    other = desk.bring(desk.draw(**CHILD_AND_OLD[0]), Route.IMPORTED_CHECKED)
    with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
        # A homonym is qualified as anybody else.
        desk.lgo.set_attributes(other.id, frozenset({Attribute.HOMONYME}), actor=desk.user)
    note, report = kind_of(desk, VACCINATION_NOTE), kind_of(desk, INTERVIEW_REPORT)
    wanted = (
        (note, Channel.MSSANTE, "premier.medecin@exemple.mssante.fr"),
        (note, Channel.MSSANTE, "second.medecin@exemple.mssante.fr"),
        # Again to the first: two sendings are two.
        (report, Channel.MSSANTE, "premier.medecin@exemple.mssante.fr"),
        (note, Channel.MSSANTE, "premier.medecin@exemple.mssante.fr"),
        (report, Channel.MSSANTE_PATIENT, None),
        (report, Channel.DMP, None),
        (
            kind_of(desk, MEDICATION_REVIEW, INTERVIEW_REPORT),
            Channel.MSSANTE,
            "tiers.medecin@exemple.mssante.fr",
        ),
        (note, Channel.DP, None),
    )
    for kind in dict.fromkeys((note, wanted[-2][0])):
        # What was printed is sent all the same, and traced.
        with desk.if_offered(PRINTING), suppress(RefusedError):
            desk.lgo.render_document(patient.id, kind, actor=desk.user)
    # Paper may be in the trace too, as what it is.
    paper = Counter(desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user))
    made = [
        answer
        for number, one in enumerate(wanted)
        # A colleague sends some of them.
        if (answer := _send(desk.as_super_user() if number % 3 == 1 else desk, patient, *one)) is not None
    ]
    if not made:
        raise UndecidedError(
            "aucun envoi ne part pour une identité qualifiée",
            "no sending leaves for an identité qualifiée",
            verdict=Verdict.NOT_TESTED,
        )
    entries = awaited(
        desk,
        Verb.READ_TRANSMISSIONS,
        lambda: _beside(paper, desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user)),
        lambda found: len(found) >= len(made),
    )
    _expect_recipients(entries, made)
    for entry in entries:
        _expect_moment(entry, start)
        expect(entry.sender, fr="trace sans émetteur", en="an entry without sender")
        expect(
            entry.sender != entry.recipient,
            fr=f"l'émetteur tracé est le destinataire ({entry.sender})",
            en=f"the sender in the entry is the recipient ({entry.sender})",
        )
        expect(
            entry.patient_id in {None, patient.id},
            fr=f"trace du patient {entry.patient_id} parmi celles de {patient.id}",
            en=f"an entry of patient {entry.patient_id} among those of {patient.id}",
        )
    expect(
        not desk.lgo.read_transmissions(patient_id=other.id, actor=desk.user),
        fr="des traces d'envoi pour un patient dont rien n'a été envoyé",
        en="entries of sendings for a patient of whom nothing was sent",
    )
    found: list[Transmission] = []
    if _send(desk, other, *wanted[0]) is not None:
        found = awaited(
            desk,
            Verb.READ_TRANSMISSIONS,
            lambda: desk.lgo.read_transmissions(patient_id=other.id, actor=desk.user),
            bool,
        )
        expect(
            {_address(one.recipient) for one in found} == {str(wanted[0][2])},
            fr=f"un envoi du patient {other.id}, après ceux d'un autre, n'est pas tracé sous son nom",
            en=f"a sending of patient {other.id}, after those of another, is not logged under their name",
        )
    every = _beside(paper, desk.lgo.read_transmissions(actor=desk.user))
    _expect_all_told(every, {patient.id: entries, other.id: found})
    _expect_kept(desk, person, patient, entries)


@pytest.mark.rule("SEC-08")
@pytest.mark.title(
    fr="Un envoi refusé ou qui ne part pas ne laisse pas de trace d'envoi",
    en="A sending that is refused or does not leave is not logged as made",
)
def test_nothing_sent_nothing_logged(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED)
    if _send(desk, patient, kind_of(desk, VACCINATION_NOTE), Channel.DMP, None) is not None:
        raise UndecidedError(
            "l'envoi au DMP part pour une identité récupérée",
            "the sending to the DMP leaves for an identité récupérée",
            depends_on=("TRA-12",),
        )
    entries = desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user)
    expect(
        not entries,
        fr=f"un envoi qui n'a pas eu lieu est tracé : {[one.recipient for one in entries]}",
        en=f"a sending that did not take place is logged: {[one.recipient for one in entries]}",
    )


def _beside(before: Counter[Transmission], entries: list[Transmission]) -> list[Transmission]:
    """Return the entries that were not there before."""
    left = before.copy()
    found = []
    for one in entries:
        if left[one]:
            left[one] -= 1
        else:
            found.append(one)
    return found


def _send(desk: Desk, patient: Patient, kind: str, channel: Channel, recipient: str | None) -> Sending | None:
    try:
        answer = desk.lgo.send_document(patient.id, kind, channel, recipient=recipient, actor=desk.user)
    except RefusedError:
        return None
    return answer if answer.outcome is SendingOutcome.SENT else None


def _expect_recipients(entries: list[Transmission], made: list[Sending]) -> None:
    told = Counter(_address(one.recipient) for one in made if one.recipient)
    logged = Counter(_address(one.recipient) for one in entries)
    expect(
        not told - logged,
        fr=f"destinataires tracés : {sorted(logged.elements())}, destinataires des envois : {sorted(told.elements())}",
        en=f"recipients logged: {sorted(logged.elements())}, recipients of the sendings: {sorted(told.elements())}",
    )
    # A sending of two files may be two entries; somebody to whom nothing went may not be there.
    expect(
        set(logged) <= set(told) or len(told) < len(made),
        fr=f"la trace nomme {sorted(set(logged) - set(told))}, à qui rien n'a été envoyé",
        en=f"the trace names {sorted(set(logged) - set(told))}, to whom nothing was sent",
    )
    expect(
        len(entries) >= len(made),
        fr=f"{len(entries)} trace(s) pour {len(made)} envois",
        en=f"{len(entries)} entries for {len(made)} sendings",
    )


def _expect_all_told(every: list[Transmission], told: dict[str, list[Transmission]]) -> None:
    """Check that the general trace is those of the patients sent, each under their name where it gives one."""
    names_them = all(one.patient_id for one in every)
    expect(
        Counter((one.patient_id if names_them else None, one.recipient) for one in every)
        == Counter(
            (patient if names_them else None, one.recipient)
            for patient, entries in told.items()
            for one in entries
        ),
        fr="la trace générale n'est pas celle des seuls patients envoyés",
        en="the general trace is not that of the only patients sent",
    )


def _address(recipient: str) -> str:
    """Return the mail address in what names a recipient (``Dr MARTIN <dr.martin@…>``), or the whole of it; case aside."""
    found = _MAIL.search(recipient)
    return (found[0] if found else recipient.strip()).casefold()


def _expect_moment(entry: Transmission, start: datetime) -> None:
    try:
        at = datetime.fromisoformat(entry.at)
    except ValueError as error:
        raise Departure(
            f"la date et l'heure de la trace ne se lisent pas : « {entry.at} »",
            f"date and time of the entry cannot be read: “{entry.at}”",
        ) from error
    now = datetime.now(UTC)
    is_local, at = at.tzinfo is None, at if at.tzinfo else at.replace(tzinfo=UTC)
    expect(
        len(entry.at) > len("2026-01-01"),
        fr=f"la trace porte la date sans l'heure : « {entry.at} »",
        en=f"the entry holds the date without the time: “{entry.at}”",
    )
    # A software may write local time without its zone: whole hours are then left aside.
    zones = (0, -1, -2) if is_local else (0,)
    off = [abs(at + timedelta(hours=hours) - moment) for hours in zones for moment in (start, now)]
    expect(
        min(off) <= _CLOCK,
        fr=f"la trace dit {entry.at}, l'envoi a eu lieu entre {start.isoformat()} et {now.isoformat()}",
        en=f"the entry tells {entry.at}, the sending took place between {start.isoformat()} and {now.isoformat()}",
    )


def _expect_kept(desk: Desk, person: Person, patient: Patient, entries: list[Transmission]) -> None:
    """Check that neither another number nor a fall of the status takes anything out of the trace: that is when it is needed."""
    traits = person.identity.traits
    now = now_known_by(person, desk.draw(sex=traits.sex, birth_date=traits.birth_date))
    with suppress(RefusedError, UndecidedError):
        fed_as(desk, patient, now)
    with suppress(RefusedError):
        desk.lgo.downgrade_status(patient.id, Status.VALI, actor=desk.user)
    after = desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user)
    # A software may tell its partners of a new number: that is an entry more.
    expect(
        not Counter(entries) - Counter(after),
        fr="la trace des envois a changé quand le numéro a changé, puis le statut été abaissé",
        en="the trace of sendings changed when the number changed, and the status was lowered then",
    )
