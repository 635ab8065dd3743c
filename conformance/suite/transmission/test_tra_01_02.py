"""TRA-01 and TRA-02: nothing of the INS leaves before *qualifiée*; all of it, with its traits, from then on."""

from __future__ import annotations

from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest

from conformance.documents.numbers import compact
from conformance.documents.record import Format
from conformance.drivers.partners import Channel
from conformance.suite.desk.expect import expect
from conformance.suite.desk.papers import BEFORE_QUALIFIED, expect_no_ins, expect_right, need_statuses, owners
from conformance.suite.journeys.papers import sent
from conformance.suite.transmission.produced import differs, everything, messages, sendings
from conformance.verdicts import Departure, UndecidedError, Verdict

if TYPE_CHECKING:
    from conformance.documents import Problem
    from conformance.suite.desk.papers import Artefact, Subject
    from conformance.suite.desk.steps import Desk

_LEAKS = frozenset({"TRA-01", "DOC-05"})


@pytest.mark.rule("TRA-01")
@pytest.mark.title(
    fr="Messages, à chaque statut autre que « qualifiée » et après l'avoir perdu : rien de l'INS ne sort",
    en="Messages, at each status other than qualifiée and once it is lost: nothing of the INS leaves",
)
def test_messages_of_others(desk: Desk) -> None:
    found = messages(desk, qualified=False)
    expect_right(found, _leaks)
    expect_no_ins(found)
    need_statuses(found, *BEFORE_QUALIFIED)


@pytest.mark.rule("TRA-01")
@pytest.mark.title(
    fr="Envois, à chaque statut autre que « qualifiée » : rien de l'INS ne sort, dans le courriel, l'archive ni l'adresse",
    en="Sendings, at each status other than qualifiée: nothing of the INS leaves, in the mail, the archive or the address",
)
def test_sendings_of_others(desk: Desk) -> None:
    found = sendings(desk, qualified=False)
    if not found:
        # A software may send nothing for them: that no INS leaves is then seen from the refusals.
        expect(any(one.not_sent or one.refused for one in sent(desk)), fr="aucun envoi", en="no sending")
        return
    expect_right(found, _leaks)
    expect_no_ins(found)


@pytest.mark.rule("TRA-02")
@pytest.mark.title(
    fr="Chaque message et envoi d'une identité qualifiée porte matricule, OID et traits stricts, tels qu'INSi les a rendus",
    en="Each message and sending of an identité qualifiée holds matricule, OID and strict traits, as INSi returned them",
)
def test_qualified_travels_whole(desk: Desk) -> None:
    found = everything(desk, qualified=True)
    # Whatever the format, a value that is not that of INSi is one that was not transmitted.
    expect_right(found, lambda problem, artefact: "TRA-02" in owners(problem, artefact) or differs(problem))
    doubtful = [one for one in found if _is_bare(*one)]
    for subject, artefact in doubtful:
        # A patient may be written to without a document.
        expect(
            _attached(artefact) or not artefact.label.startswith(f"{Channel.MSSANTE} "),
            fr=f"[{subject.key}, {artefact.label}] le courriel part sans aucun document, et sans l'INS d'une identité qualifiée",
            en=f"[{subject.key}, {artefact.label}] the mail leaves without any document, and without the INS of an identité qualifiée",
        )
    for subject, artefact in doubtful:
        raise UndecidedError(
            f"[{subject.key}, {artefact.label}] rien de ce qui se lit dans ce courriel ne porte l'INS d'une identité qualifiée : à regarder",
            f"[{subject.key}, {artefact.label}] nothing that can be read in this mail holds the INS of an identité qualifiée: to be looked at",
            verdict=Verdict.REVIEW,
        )


@pytest.mark.rule("TRA-02")
@pytest.mark.title(
    fr="Une identité qualifiée peut toujours partir : aucun message n'est refusé à cause de la personne",
    en="An identité qualifiée can always leave: no message is refused because of the person",
)
def test_nobody_is_left_out(desk: Desk) -> None:
    made = {one[1].label for one in everything(desk, qualified=True)}
    for subject in {id(one): one for one, _ in everything(desk, qualified=True)}.values():
        for label, refusal in subject.refused.items():
            if label in made:
                raise Departure(
                    f"[{subject.key}, {label}] {refusal.text.fr}",
                    f"[{subject.key}, {label}] {refusal.text.en}",
                )


def _is_bare(subject: Subject, artefact: Artefact) -> bool:
    """Tell whether nothing that is read of a mail holds the INS, not even its text."""
    number = subject.person.identity.matricule.value
    told = (record for part in artefact.parts for record in part.records)
    return (
        artefact.read.format is Format.MAIL
        and not any(record.has_ins for record in told)
        and not any(number in compact(text) for text in getattr(artefact.read.facts, "shown", ()))
    )


def _attached(artefact: Artefact) -> bool:
    return any(part.get_filename() for part in message_from_bytes(artefact.document.content).walk())


def _leaks(problem: Problem, artefact: Artefact) -> bool:
    return bool(_LEAKS & owners(problem, artefact))
