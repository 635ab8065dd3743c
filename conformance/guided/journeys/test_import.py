"""A patient is typed in, found on INSi, checked against a document, and corrected by an entitled user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import STRICT_FIELDS, CallOutcome, Status
from conformance.guided.journeys.making_import import FED, IMPORT, OTHER_USED, USED
from conformance.guided.looking import expect_refusal, expect_same, expect_status, need_status
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.wire import asked, expect_sent, need_found, returned
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.response.proposals import COMPARED, expect_lines

if TYPE_CHECKING:
    from conformance.drivers.model import Patient, PatientTraits
    from conformance.guided.walking import Walk
    from simulator.registry.person import Person

JOURNEY = IMPORT


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
