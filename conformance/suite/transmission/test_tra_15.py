"""TRA-15: interview reports, medication reviews and vaccination notes go to the DMP by themselves, at the right level."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Final

import pytest

from conformance.documents import Severity, read_document
from conformance.documents.cda.reading import CdaFacts
from conformance.documents.record import Format
from conformance.drivers import site
from conformance.drivers.model import Status
from conformance.drivers.partners import Channel
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import APP, REFUSALS
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.mingled import wording
from conformance.suite.desk.papers import Artefact, Subject, expect_right, expected_of
from conformance.suite.desk.people import CHILD_AND_OLD, now_known_by
from conformance.suite.desk.routes import Route
from conformance.suite.desk.sinks import (
    BRIEFLY_S,
    MOST_ATTEMPTS,
    SUBMISSION,
    connected,
    document_of,
    of_kind,
)
from conformance.suite.desk.words import app_identity
from conformance.suite.journeys.papers import (
    INTERVIEW_REPORT,
    MEDICATION_REVIEW,
    VACCINATION_NOTE,
    kinds_of,
)
from conformance.suite.journeys.renumbered import fed_as
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Patient
    from conformance.drivers.partners import Document
    from conformance.suite.desk.sinks import Sinks
    from conformance.suite.desk.steps import Desk
    from simulator.client.received import ReceivedItem
    from simulator.registry.person import Person

LEVELS: Final = {VACCINATION_NOTE: 3, INTERVIEW_REPORT: 1, MEDICATION_REVIEW: 1}
"""Level of the CDA of each kind."""
NOTE_CODE: Final = "87273-9"
_WHO: Final = {
    VACCINATION_NOTE: "waiting-number-four-first-names",
    INTERVIEW_REPORT: "plain",
    MEDICATION_REVIEW: "one-former-number-corsica-2a",
}

_CHILD: Final = "child-several-separators"


@pytest.mark.rule("TRA-15")
@pytest.mark.title(
    fr="Le document d'une identité qualifiée, une fois produit, arrive au DMP sans autre geste, au bon niveau de CDA",
    en="The document of an identité qualifiée, once produced, reaches the DMP without another act, at the right CDA level",
)
def test_by_itself(desk: Desk) -> None:
    kinds = [kind for kind in LEVELS if kind in kinds_of(desk)]
    if not kinds:
        raise UndecidedError(
            f"le logiciel ne produit aucun de ces documents : {', '.join(LEVELS)} (paramètre document_kinds)",
            f"the software produces none of these documents: {', '.join(LEVELS)} (setting document_kinds)",
            verdict=Verdict.NOT_TESTED,
        )
    with connected(desk) as sinks:
        with desk.if_offered(REFUSALS), suppress(RefusedError):
            # What one patient refuses stops nothing of the others.
            refused = frozenset({Channel.DMP, Channel.MSSANTE_PATIENT})
            other = desk.create(desk.draw())
            desk.lgo.record_opposition(other.id, refused, actor=desk.user)
            # Nor does what was printed first, of whoever is not qualified, decide of the others.
            for kind in kinds:
                desk.lgo.render_document(other.id, kind, actor=desk.user)
        fed: dict[str, tuple[Person, Patient]] = {}

        def judge(kind: str) -> None:
            fed[kind] = _arrives(desk, sinks, kind)

        expect_each({kind: partial(judge, kind) for kind in kinds})
        _save_another_page(desk)
        _arrives_again(desk, sinks, kinds)
        if VACCINATION_NOTE in fed:
            _arrives_under_the_new_number(desk, sinks, fed[VACCINATION_NOTE], kinds)
        _arrives_after_a_refusal(desk, sinks, kinds[0])


def _arrives_after_a_refusal(desk: Desk, sinks: Sinks, kind: str) -> None:
    """Have the DMP refuse the document of one patient: that of the next one is fed all the same."""
    sinks.tell("iti-41", error="XDSUnknownPatientId")
    refused = desk.bring(desk.draw(**CHILD_AND_OLD[0]), Route.IMPORTED_CHECKED)
    sinks.news()
    with suppress(RefusedError):
        desk.lgo.render_document(refused.id, kind, actor=desk.user)
    came = of_kind(sinks.awaited(SUBMISSION), SUBMISSION)
    other = _qualified_by_the_app(desk) or desk.bring(desk.draw(**CHILD_AND_OLD[1]), Route.IMPORTED_CHECKED)
    came += of_kind(sinks.settled(), SUBMISSION)
    if len(came) > 1:
        # It tries again: how often shows after a while.
        more = sinks.awaited(
            SUBMISSION, enough=lambda found: len(found) > MOST_ATTEMPTS, patience_s=BRIEFLY_S
        )
        came += of_kind(more, SUBMISSION)
    expect(
        len(came) <= MOST_ATTEMPTS,
        fr=f"le document qui part de lui-même et que le DMP refuse est envoyé {len(came)} fois de suite",
        en=f"the document that leaves by itself and that the DMP refuses is sent {len(came)} times in a row",
        inferred=True,
    )
    sinks.tell("iti-41")
    desk.lgo.render_document(other.id, kind, actor=desk.user)
    expect(
        any(
            other.matricule in one
            for each in sinks.awaited(SUBMISSION)
            for one in each.facts.get("patient_ids", ())
        ),
        fr=f"le DMP a refusé le document d'un patient, et {kind} d'un autre n'y arrive plus de lui-même",
        en=f"the DMP refused the document of one patient, and {kind} of another does not reach it by itself any more",
        inferred=True,
    )


def _qualified_by_the_app(desk: Desk) -> Patient | None:
    """Return a file that the Appli carte Vitale made, qualified as any other; ``None``: the software makes none."""
    with desk.if_offered(APP), suppress(RefusedError):
        handed = app_identity(desk.draw(**CHILD_AND_OLD[1]))
        patient = desk.read(desk.lgo.import_app_identity(handed, actor=desk.user))
        return patient if patient.status is Status.QUAL else None
    return None


def _save_another_page(desk: Desk) -> None:
    """Save what the site displays, as it stands: that switches nothing off."""
    with suppress(RefusedError):
        here = desk.lgo.read_settings().get(site.DISPLAYED_FIELDS)
        if here is not None:
            desk.lgo.write_settings({site.DISPLAYED_FIELDS: here})


def _arrives_again(desk: Desk, sinks: Sinks, kinds: Sequence[str]) -> None:
    """Have the same documents produced for a second patient: what was fed once is fed for the next one.

    They were printed before the identity was qualifiée, and a colleague prints some of them: both feed as any other. It is
    a child with awkward names.
    """
    person = desk.play(PARTS[_CHILD])
    patient = desk.bring(person, Route.IMPORTED)
    for kind in kinds:
        with suppress(RefusedError):
            desk.lgo.render_document(patient.id, kind, actor=desk.user)
    patient = desk.check_document(patient)
    if of_kind(sinks.settled(), SUBMISSION):
        return  # What was printed before has waited for this.

    printed: dict[str, str] = {}
    arrived: dict[str, str] = {}

    def judge(kind: str) -> None:
        sinks.news()
        try:
            actor = desk.super_user if kind == kinds[-1] else desk.user
            paper = desk.lgo.render_document(patient.id, kind, actor=actor)
        except RefusedError:
            paper = desk.lgo.render_document(patient.id, kind, actor=desk.user)
        came = of_kind(sinks.awaited(SUBMISSION), SUBMISSION)
        expect(
            came,
            fr=f"{kind} est produit pour un second patient, et rien n'arrive au DMP",
            en=f"{kind} is produced for a second patient, and nothing reaches the DMP",
        )
        _expect_own(came, kind, person, patient)
        printed[kind] = _said(paper)
        arrived[kind] = " / ".join(sorted(_said(document_of(one)) for one in came))

    expect_each({kind: partial(judge, kind) for kind in kinds})
    for one, other in combinations(arrived, 2):
        expect(
            arrived[one] != arrived[other] or printed[one] == printed[other],
            fr=f"{one} et {other} sont deux documents sur papier, et c'est le même qui arrive au DMP pour les deux",
            en=f"{one} and {other} are two documents on paper, and the same one reaches the DMP for both",
            # How a document is told from another is in no text.
            inferred=True,
        )


def _said(document: Document) -> str:
    """Return what a document and those in it say, see ``wording``."""
    return wording(read_document(document.content, document.name).walk())


def _arrives_under_the_new_number(
    desk: Desk, sinks: Sinks, fed: tuple[Person, Patient], kinds: Sequence[str]
) -> None:
    """Give somebody who was fed under a waiting number their NIR: what is produced next goes under that one."""
    waiting, patient = fed
    later = next((kind for kind in kinds if kind != VACCINATION_NOTE), None)
    traits = waiting.identity.traits
    now = now_known_by(waiting, desk.draw(sex=traits.sex, birth_date=traits.birth_date, nia=False))
    renewed = fed_as(desk, patient, now)
    if later is None or renewed is None or renewed.matricule != now.identity.matricule.value:
        return
    sinks.news()
    with suppress(RefusedError):
        desk.lgo.render_document(renewed.id, later, actor=desk.user)
        _expect_own(of_kind(sinks.awaited(SUBMISSION), SUBMISSION), later, now, renewed)


def _arrives(desk: Desk, sinks: Sinks, kind: str) -> tuple[Person, Patient]:
    # Whoever it is about: a man under a waiting number, a woman, somebody with a former number.
    person = desk.play(PARTS[_WHO[kind]])
    patient = desk.bring(person, Route.IMPORTED_CHECKED)
    sinks.news()
    desk.lgo.render_document(patient.id, kind, actor=desk.user)
    came = of_kind(sinks.awaited(SUBMISSION), SUBMISSION)
    expect(
        came,
        fr=f"{kind} est produit pour une identité qualifiée, et rien n'arrive au DMP",
        en=f"{kind} is produced for a qualified identity, and nothing reaches the DMP",
    )
    _expect_own(came, kind, person, patient)
    return person, patient


def _expect_own(came: Sequence[ReceivedItem], kind: str, person: Person, patient: Patient) -> None:
    """Check that what came was taken, and is the document of this patient, of its kind and level."""
    if not came:
        return
    taken = next((one for one in came if one.outcome == "Success"), None)
    expect(
        taken,
        fr=f"{kind} arrive au DMP, qui le refuse : {came[0].facts.get('errors')}",
        en=f"{kind} reaches the DMP, which refuses it: {came[0].facts.get('errors')}",
    )
    assert taken is not None
    artefact = Artefact(label=kind, document=document_of(taken), expected=expected_of(person, patient))
    # It is that of this patient: what a queue holds of another, or of the document before, would be somebody else's.
    expect_right(
        [(Subject(key="QUAL", person=person, patient=patient), artefact)],
        lambda problem, _: problem.severity is Severity.FAIL and bool({"F12", "F13"} & set(problem.rules)),
    )
    parts = artefact.inside(Format.CDA)
    expect(
        parts,
        fr=f"{kind} : aucun CDA lisible dans le lot reçu par le DMP",
        en=f"{kind}: no readable CDA in the lot that the DMP received",
    )
    levels = sorted({one.facts.level for one in parts if isinstance(one.facts, CdaFacts)})
    expect(
        levels == [LEVELS[kind]],
        fr=f"{kind} : CDA de niveau {LEVELS[kind]} attendu, reçu de niveau {', '.join(map(str, levels)) or '?'}",
        en=f"{kind}: expected a CDA of level {LEVELS[kind]}, received one of level {', '.join(map(str, levels)) or '?'}",
    )
    codes = sorted({one.facts.code for one in parts if isinstance(one.facts, CdaFacts)})
    expect(
        kind != VACCINATION_NOTE or codes == [NOTE_CODE],
        fr=f"{kind} : code {NOTE_CODE} attendu dans le CDA reçu, {', '.join(codes)} trouvé",
        en=f"{kind}: expected the code {NOTE_CODE} in the CDA received, got {', '.join(codes)}",
    )
