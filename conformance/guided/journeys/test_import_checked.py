"""The same journey, from the document on: what is validated, logged, corrected and shown."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.guided.journeys.making_import import FED, IMPORT
from conformance.guided.looking import expect_status, need_status
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.log import Sent, expect_credited, expect_data_kept, expect_logged
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.wire import need_found
from conformance.suite.desk.words import expect_values
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.guided.walking import Walk

JOURNEY = IMPORT


@pytest.mark.rule("STA-17")
@pytest.mark.title(
    fr="Sans pièce, l'identité reste récupérée", en="With no document the identity stays récupérée"
)
def test_no_document(walk: Walk) -> None:
    _need_recovered(walk)
    if walk.refusal("no-document") and not walk.refusal("weakly-validated"):
        _need_not_raised(walk, "PRF-08")
    expect_status(walk["not-qualified"], Status.RECUP, "sans pièce", "with no document")


@pytest.mark.rule("PRF-08")
@pytest.mark.title(
    fr="Avec la seule carte Vitale, l'identité reste récupérée",
    en="With the Vitale card alone the identity stays récupérée",
)
def test_weak_document(walk: Walk) -> None:
    _need_recovered(walk)
    if not walk.refusal("no-document"):
        _need_not_raised(walk, "STA-17")
    expect_status(walk["not-qualified"], Status.RECUP, "avec la carte Vitale", "with the Vitale card")


def _need_recovered(walk: Walk) -> None:
    need_status(walk["fed"], Status.RECUP, depends_on=FED)
    need_locked(walk)


def _need_not_raised(walk: Walk, rule: str) -> None:
    """Make sure that the identity did not become validée or qualifiée by what another rule forbids."""
    need_status(walk["not-qualified"], Status.RECUP, Status.PROV, depends_on=(rule,))


def need_locked(walk: Walk) -> None:
    """Make sure that the change of a strict trait was refused: a file that it lowered proves nothing here."""
    if not walk.refusal("locked"):
        raise UndecidedError(
            "un trait strict a pu être modifié entre-temps",
            "a strict trait could be changed meanwhile",
            depends_on=("STA-12",),
        )


@pytest.mark.rule("PRF-01")
@pytest.mark.title(fr="La pièce enregistrée se relit", en="The document recorded can be read back")
def test_document(walk: Walk) -> None:
    expect(not walk.refusal("document"), fr="la pièce est refusée", en="the document is refused")
    patient: Patient = walk["qualified"]
    expect_equal(
        got=patient.proof and patient.proof.kind, expected="CNI", fr="pièce relue", en="document read"
    )


@pytest.mark.rule("PRF-04", "PRF-06")
@pytest.mark.title(
    fr="La carte d'identité permet de valider l'identité",
    en="The identity card allows validating the identity",
)
def test_validated(walk: Walk) -> None:
    for stage in ("document", "validated"):
        expect(not walk.refusal(stage), fr="le contrôle sur pièce est refusé", en="the check is refused")
    status = walk["qualified"].status
    expect(
        str(status) in {Status.VALI, Status.QUAL},
        fr=f"statut {status} après le contrôle",
        en=f"status {status} after the check",
    )


@pytest.mark.rule("STA-06")
@pytest.mark.title(
    fr="L'identité récupérée, contrôlée sur pièce, devient qualifiée",
    en="The identité récupérée, checked against a document, becomes qualifiée",
)
def test_qualified(walk: Walk) -> None:
    need_status(walk["not-qualified"], Status.RECUP, depends_on=(*FED, "STA-12", "STA-17"))
    expect_status(walk["qualified"], Status.QUAL, "après contrôle", "after the check")


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="L'historique montre chaque changement, sa date et son auteur",
    en="The history shows each change, its date and author",
)
def test_history(walk: Walk) -> None:
    need_locked(walk)
    statuses = [str(walk[stage].status) for stage in ("typed", "fed", "not-qualified", "qualified")]
    expected = [f"{old} → {new}" for old, new in pairwise(statuses) if old != new]
    changes = [
        entry for entry in walk["history"] if entry.previous is not None and entry.previous != entry.status
    ]
    got = [f"{entry.previous} → {entry.status}" for entry in changes]
    expect(got == expected, fr=f"historique {got}, dossier {expected}", en=f"history {got}, file {expected}")
    expect(all(entry.at for entry in changes), fr="un changement est sans date", en="a change has no date")
    if changes:
        expect_equal(
            got={entry.author for entry in changes},
            expected={walk.desk.user.user},
            fr="auteurs",
            en="authors",
        )


@pytest.mark.rule("SEC-01", "SEC-05")
@pytest.mark.title(
    fr="Accès et modifications sont au journal, datés et signés",
    en="Accesses and changes are in the log, dated and signed",
)
def test_log(walk: Walk) -> None:
    for action in ("IDENTITY_READ", "IDENTITY_CHANGED"):
        entries = [entry for entry in walk["log"] if entry.action == action]
        expect(entries, fr=f"aucune trace {action}", en=f"no entry {action}")
        expect(all(entry.at for entry in entries), fr=f"{action} sans date", en=f"{action} without date")
        expect_equal(
            got={entry.user for entry in entries}, expected={walk.desk.user.user}, fr="auteurs", en="authors"
        )


@pytest.mark.rule("SEC-02", "SEC-06", "RSP-14")
@pytest.mark.title(
    fr="Chaque requête reçue par INSi a sa trace, son auteur et les données renvoyées",
    en="Each request that INSi received has its entry, its author and the data returned",
)
def test_calls_logged(walk: Walk) -> None:
    user, file, moment = walk.desk.user.user, walk["created"], Moment("après les appels", "after the calls")
    requests = [*walk.requests("called"), *walk.requests("called-again")]
    need_found(requests)
    sent = [Sent(exchange=exchange, user=user, patient_id=file) for exchange in requests]
    entries = [entry for entry in walk["log"] if entry.action == "INSI_CALL"]
    expect_logged(entries, sent, moment)
    expect_credited(entries, sent, moment)
    expect_data_kept(entries, sent, moment)


@pytest.mark.rule("STA-09")
@pytest.mark.title(
    fr="Un trait strict corrigé par un utilisateur habilité : de qualifiée à validée",
    en="A strict trait corrected by an entitled user: from qualifiée to validée",
)
def test_lowered(walk: Walk) -> None:
    need_status(walk["qualified"], Status.QUAL, depends_on=("STA-06", "PRF-04", *FED))
    expect(not walk.refusal("corrected"), fr="la correction est refusée", en="the correction is refused")
    expect_status(walk["lowered"], Status.VALI, "après correction", "after the correction")


@pytest.mark.rule("STA-08")
@pytest.mark.title(
    fr="Une identité qui n'est plus qualifiée n'a plus ni matricule ni OID",
    en="An identity that is no longer qualifiée has neither matricule nor OID any more",
)
def test_cleared(walk: Walk) -> None:
    need_status(walk["qualified"], Status.QUAL, depends_on=("STA-06", "PRF-04", *FED))
    patient: Patient = walk["lowered"]
    need_status(patient, Status.PROV, Status.VALI, depends_on=("STA-09",))
    expect_values(
        {"matricule": patient.matricule, "oid": patient.oid},
        {"matricule": None, "oid": None},
        fr="l'INS est encore au dossier",
        en="the INS is still in the file",
    )


@pytest.mark.rule("DIS-01")
@pytest.mark.title(
    fr="Nom de naissance, 1er prénom, date et sexe sont à l'écran sous des libellés sans équivoque",
    en="Birth name, first name, date and sex are on the screen under labels without ambiguity",
)
def test_labels_seen(walk: Walk) -> None:
    walk.need_eyes(
        "picture",
        "nom de naissance (N. Nais.), 1er prénom (Pr. 1), DDN et sexe (S.), chacun sous son libellé",
        "birth name (N. Nais.), first name (Pr. 1), DDN and sex (S.), each under its label",
    )


@pytest.mark.rule("DIS-03")
@pytest.mark.title(
    fr="On voit sans cliquer que l'identité est qualifiée",
    en="That the identity is qualifiée is seen without a click",
)
def test_status_seen(walk: Walk) -> None:
    walk.need_eyes(
        "picture",
        "le caractère qualifié de l'INS, visible sans cliquer",
        "that the INS is qualifiée, visible without a click",
    )
