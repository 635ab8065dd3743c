"""A patient is typed in, found on INSi, checked against a document, and corrected by an entitled user."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import STRICT_FIELDS, CallOutcome, SearchCriteria, Status
from conformance.guided.looking import expect_refusal, expect_same, expect_status, need_status
from conformance.guided.walking import Journey
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.log import Sent, expect_credited, expect_data_kept, expect_logged
from conformance.suite.desk.people import typed
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.wire import asked, expect_sent, need_found, returned
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.response.proposals import COMPARED, expect_lines
from conformance.verdicts import UndecidedError
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.drivers.model import Patient, PatientTraits
    from conformance.guided.walking import Walk
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

USED, OTHER_USED = "KVORLAN", "NALROVK"
FED = ("STA-03", "RSP-02")
"""The rules that say that the file is récupérée after the import."""


def _make(desk: Desk, walk: Walk) -> None:
    lgo, user, boss = desk.lgo, desk.user, desk.super_user
    person = walk.welcome(
        desk.draw(
            hyphen_name=True,
            apostrophe_name=False,
            space_name=False,
            compound_first_name=False,
            first_names_count=2,
        )
    )
    traits = typed(person, used_name=USED, first_names=None)
    walk.stage("person", lambda: person)
    walk.stage("traits", lambda: traits)
    walk.stage("created", lambda: lgo.create_patient(traits, actor=user).id)

    def file() -> str:
        return str(walk["created"])

    def look() -> Patient:
        return lgo.read_patient(file(), actor=user)

    day, name = traits.birth_date or "", traits.birth_name or ""
    walk.stage("typed", look)
    walk.stage("by-date", lambda: _search(desk, birth_date=day))
    walk.stage("by-used-name", lambda: _search(desk, birth_date=day, name_prefix=USED[:3]))
    walk.stage(
        "by-first-name",
        lambda: _search(desk, birth_date=day, first_name_prefix=(traits.first_name or "")[:1]),
    )
    walk.stage("by-plain-name", lambda: _search(desk, birth_date=day, name_prefix=name.replace("-", " ")))
    walk.stage("called", lambda: lgo.call_insi_traits(file(), actor=user))
    walk.stage("compared", lambda: lgo.read_proposal(walk["called"].id, actor=user))
    walk.stage("declined", lambda: lgo.decide_proposal(walk["called"].id, accept=False, actor=user))
    walk.stage("untouched", look)
    walk.stage("called-again", lambda: lgo.call_insi_traits(file(), actor=user))
    walk.stage("accepted", lambda: lgo.decide_proposal(walk["called-again"].id, accept=True, actor=user))
    walk.stage("fed", look)
    walk.stage("locked", lambda: lgo.update_patient(file(), {"birth_name": f"{name}ZED"}, actor=user))
    walk.stage("renamed", lambda: lgo.update_patient(file(), {"used_name": OTHER_USED}, actor=user))
    walk.stage("no-document", lambda: lgo.validate_identity(file(), actor=user))
    walk.stage("weak-document", lambda: lgo.record_proof(file(), "VITALE_CARD", actor=user))
    walk.stage("weakly-validated", lambda: lgo.validate_identity(file(), actor=user))
    walk.stage("not-qualified", look)
    walk.stage("document", lambda: lgo.record_proof(file(), "CNI", actor=user))
    walk.stage("validated", lambda: lgo.validate_identity(file(), actor=user))
    walk.stage("qualified", look)
    walk.capture(
        "picture",
        Text(
            "Capturez le dossier tel qu'il s'ouvre, sans cliquer.",
            "Take a picture of the file as it opens, without a click.",
        ),
    )
    walk.stage("history", lambda: lgo.read_status_history(file(), actor=user))
    walk.stage("log", lambda: lgo.read_audit_log(patient_id=file(), actor=user))
    walk.stage("corrected", lambda: lgo.update_patient(file(), {"birth_name": f"{name}ZED"}, actor=boss))
    walk.stage("lowered", look)


JOURNEY = Journey(
    key="import",
    title=Text(
        "un patient saisi, trouvé par INSi, contrôlé sur pièce, puis corrigé",
        "a patient typed in, found by INSi, checked against a document, then corrected",
    ),
    acts=27,
    minutes=26,
    make=_make,
)


def _search(desk: Desk, **criteria: str) -> list[Patient]:
    return desk.lgo.search_patients(SearchCriteria(**criteria), actor=desk.user)


def _ids(patients: list[Patient]) -> set[str]:
    return {patient.id for patient in patients}


def _proposed(walk: Walk, stage: str) -> None:
    need_found(walk.requests(stage))
    expect_equal(
        got=walk[stage].outcome, expected=CallOutcome.FOUND, fr="fin de l'appel", en="end of the call"
    )


@pytest.mark.rule("CRE-03")
@pytest.mark.title(
    fr="Un patient se crée sans liste de prénoms ni prénom utilisé",
    en="A patient is created without a list of first names and without a used first name",
)
def test_created(walk: Walk) -> None:
    expect(not walk.refusal("created"), fr="la création est refusée", en="the creation is refused")


@pytest.mark.rule("CRE-05")
@pytest.mark.title(
    fr="Un patient créé à la main est provisoire", en="A patient created by hand is provisoire"
)
def test_provisional(walk: Walk) -> None:
    expect_status(walk["typed"], Status.PROV, "après création", "after creation")


@pytest.mark.rule("FLD-01", "TRT-01", "TRT-03")
@pytest.mark.title(
    fr="Les champs saisis, tiret compris, sont relus tels quels",
    en="The fields typed, hyphen included, are read as typed",
)
def test_fields(walk: Walk) -> None:
    traits: PatientTraits = walk["traits"]
    names = ("birth_name", "first_name", "birth_date", "sex", "birth_place", "used_name")
    expect_values(
        {name: getattr(walk["typed"], name) for name in names},
        {name: getattr(traits, name) for name in names},
        fr="le dossier n'est pas ce qui a été saisi",
        en="the file is not what was typed",
    )


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Le prénom utilisé, laissé vide, le reste ; le nom utilisé reste celui saisi",
    en="The used first name, left empty, stays so; the used name stays as typed",
)
def test_used_names(walk: Walk) -> None:
    for stage in ("typed", "fed"):
        patient: Patient = walk[stage]
        expect_equal(got=patient.used_first_name, expected=None, fr="prénom utilisé", en="used first name")
        expect_equal(got=patient.used_name, expected=USED, fr="nom utilisé", en="used name")


@pytest.mark.rule("STA-01", "MAT-07")
@pytest.mark.title(
    fr="À chaque étape un statut parmi quatre, et matricule et OID toujours ensemble",
    en="At each stage one of four statuses, and matricule and OID always together",
)
def test_each_stage(walk: Walk) -> None:
    for stage in ("typed", "untouched", "fed", "qualified", "lowered"):
        patient: Patient = walk[stage]
        expect(
            str(patient.status) in set(Status),
            fr=f"statut hors des quatre : {patient.status}",
            en=f"a status outside the four: {patient.status}",
        )
        expect(
            bool(patient.matricule) == bool(patient.oid),
            fr=f"matricule {patient.matricule}, OID {patient.oid}",
            en=f"matricule {patient.matricule}, OID {patient.oid}",
        )


@pytest.mark.rule("SRC-01", "SRC-11")
@pytest.mark.title(
    fr="La date de naissance seule retrouve le patient, et personne né un autre jour",
    en="The date of birth alone finds the patient, and nobody born another day",
)
def test_found_by_date(walk: Walk) -> None:
    _expect_found(walk, "by-date")
    others = [
        patient.birth_date for patient in walk["by-date"] if patient.birth_date != walk["traits"].birth_date
    ]
    expect(
        not others,
        fr="la liste montre quelqu'un né un autre jour",
        en="the list shows somebody born another day",
    )


@pytest.mark.rule("SRC-02")
@pytest.mark.title(
    fr="Trois lettres du nom utilisé retrouvent le patient",
    en="Three letters of the used name find the patient",
)
def test_found_by_used_name(walk: Walk) -> None:
    _expect_found(walk, "by-used-name")


@pytest.mark.rule("SRC-03", "SRC-11")
@pytest.mark.title(
    fr="La date et une lettre du prénom retrouvent le patient",
    en="The date and one letter of the first name find the patient",
)
def test_found_by_first_name(walk: Walk) -> None:
    _expect_found(walk, "by-first-name")


@pytest.mark.rule("SRC-04")
@pytest.mark.title(
    fr="Le nom saisi sans son tiret retrouve le patient",
    en="The name typed without its hyphen finds the patient",
)
def test_found_without_hyphen(walk: Walk) -> None:
    _expect_found(walk, "by-plain-name")


def _expect_found(walk: Walk, stage: str) -> None:
    expect(not walk.refusal(stage), fr="la recherche est refusée", en="the search is refused")
    expect(
        walk["created"] in _ids(walk[stage]),
        fr="la recherche ne trouve pas le patient",
        en="the search does not find the patient",
    )


@pytest.mark.rule("SRC-12")
@pytest.mark.title(fr="Les recherches locales n'appellent pas INSi", en="Local searches do not call INSi")
def test_local_search(walk: Walk) -> None:
    for stage in ("by-date", "by-used-name", "by-first-name", "by-plain-name"):
        expect(
            not walk.requests(stage),
            fr="une recherche locale a appelé INSi",
            en="a local search called INSi",
            inferred=True,
        )


@pytest.mark.rule("CAL-08", "CAL-06", "TRT-06")
@pytest.mark.title(
    fr="INSi reçoit les traits du dossier, en lettres qu'il accepte",
    en="INSi receives the traits of the file, in letters that it accepts",
)
def test_sent(walk: Walk) -> None:
    for stage in ("called", "called-again"):
        need_found(walk.requests(stage))
        expect_sent(walk.requests(stage), walk["traits"], Moment("à l'appel", "at the call"))


@pytest.mark.rule("CAL-13")
@pytest.mark.title(fr="Un appel ne porte que sur un patient", en="A call is about one patient only")
def test_one_patient(walk: Walk) -> None:
    need_found(walk.requests("called"))
    names = {asked(exchange)["birth_name"] for exchange in walk.requests("called")}
    expect_equal(got=names, expected={walk["traits"].birth_name}, fr="noms demandés", en="names asked for")


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="La comparaison montre les deux côtés et les différences ; après un refus rien n'a changé",
    en="The comparison shows both sides and the differences; after a refusal nothing has changed",
)
def test_compared(walk: Walk) -> None:
    _proposed(walk, "called")
    typed_: Patient = walk["typed"]
    insi = insi_values(walk["person"])
    lines = {line.field: line for line in walk["compared"].fields}
    expect_lines(lines, {name: getattr(typed_, name) for name in COMPARED}, insi)
    _ = walk["declined"]
    expect_same(
        walk["untouched"],
        typed_,
        "le dossier a changé après un refus",
        "the file has changed after a refusal",
    )


@pytest.mark.rule("RSP-02", "RSP-03")
@pytest.mark.title(
    fr="L'acceptation alimente le dossier des sept valeurs d'INSi, la liste des prénoms depuis ListePrenom",
    en="Accepting feeds the file with the seven values of INSi, the list of first names from ListePrenom",
)
def test_fed(walk: Walk) -> None:
    _proposed(walk, "called-again")
    expected = returned(need_found(walk.requests("called-again")))
    fed: Patient = walk["fed"]
    expect_values(
        {name: getattr(fed, name) for name in expected},
        expected,
        fr="le dossier n'est pas ce qu'INSi a renvoyé",
        en="the file is not what INSi returned",
    )


@pytest.mark.rule("RSP-04")
@pytest.mark.title(fr="La date s'affiche sous la forme JJ/MM/AAAA", en="The date shows as JJ/MM/AAAA")
def test_date(walk: Walk) -> None:
    person: Person = walk["person"]
    expected = "/".join(reversed(person.identity.traits.birth_date.split("-")))
    expect_equal(got=walk["fed"].display_birth_date, expected=expected, fr="date affichée", en="date shown")


@pytest.mark.rule("RSP-05", "RSP-06")
@pytest.mark.title(
    fr="Le 1er prénom saisi, début de la liste d'INSi, est gardé",
    en="The first name typed, start of the list of INSi, is kept",
)
def test_first_name(walk: Walk) -> None:
    expect_equal(
        got=walk["fed"].first_name, expected=walk["traits"].first_name, fr="1er prénom", en="first name"
    )


@pytest.mark.rule("TRT-13")
@pytest.mark.title(
    fr="La liste des prénoms est séparée par des espaces", en="The list of first names is separated by spaces"
)
def test_list(walk: Walk) -> None:
    person: Person = walk["person"]
    expect_equal(
        got=walk["fed"].first_names,
        expected=person.identity.traits.first_names,
        fr="prénoms",
        en="first names",
    )


@pytest.mark.rule("STA-03")
@pytest.mark.title(
    fr="Alimentée par INSi sans pièce, l'identité est récupérée",
    en="Fed by INSi with no document, the identity is récupérée",
)
def test_recovered(walk: Walk) -> None:
    need_status(walk["typed"], Status.PROV, depends_on=("CRE-05",))
    expect_status(walk["fed"], Status.RECUP, "après l'import", "after the import")


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="L'utilisateur ordinaire ne modifie pas le nom de naissance d'une identité récupérée",
    en="An ordinary user does not change the birth name of an identité récupérée",
)
def test_locked(walk: Walk) -> None:
    need_status(walk["fed"], Status.RECUP, depends_on=FED)
    expect_refusal(walk, "locked", "un trait strict a été modifié", "a strict trait was changed")
    expect_equal(
        got=walk["not-qualified"].birth_name,
        expected=walk["fed"].birth_name,
        fr="nom de naissance",
        en="birth name",
    )


@pytest.mark.rule("STA-13")
@pytest.mark.title(fr="Les traits stricts se montrent verrouillés", en="The strict traits show as locked")
def test_lock_shows(walk: Walk) -> None:
    need_status(walk["fed"], Status.RECUP, depends_on=FED)
    missing = sorted(set(STRICT_FIELDS) - walk["fed"].locked_fields)
    expect(not missing, fr=f"non verrouillés : {', '.join(missing)}", en=f"not locked: {', '.join(missing)}")


@pytest.mark.rule("STA-14")
@pytest.mark.title(
    fr="Le nom utilisé reste modifiable, le reste ne bouge pas",
    en="The used name can be changed, the rest stays",
)
def test_complementary(walk: Walk) -> None:
    need_status(walk["fed"], Status.RECUP, depends_on=FED)
    expect(not walk.refusal("renamed"), fr="la modification est refusée", en="the change is refused")
    need_status(walk["not-qualified"], Status.RECUP, Status.PROV, depends_on=("STA-17", "PRF-08"))
    expect_same(
        walk["not-qualified"],
        walk["fed"],
        "après la modification du nom utilisé",
        "after the change of the used name",
        besides={"used_name": OTHER_USED},
        # A strict trait that could be changed is the affair of STA-12.
        ignoring=("birth_name",),
    )


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
