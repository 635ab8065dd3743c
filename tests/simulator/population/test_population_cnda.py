"""The public test identities: facts of insi-contract §6.1, and what a bad file is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from stdnum.fr import nir

import simulator
from simulator.datafile import DataFileError
from simulator.ins.coherence import FindingCode, coherence_findings
from simulator.ins.matricule import key_of
from simulator.ins.oid import InsOid
from simulator.ins.traits import comparison_key, starts_list
from simulator.population.cnda import CndaCase, ExpectedAnswer, cases, load_cnda, read_cases, unregistered
from simulator.population.drawing.births import FIRST_ORDER, order_is_impossible
from simulator.registry.person import Person, PersonError

FILE = Path(simulator.__file__).parent / "population" / "data" / "cnda.yaml"

WRONG_KEYS = {"cnda/hermann-gatien"}


def person(key: str) -> Person:
    return next(person for person in load_cnda() if person.key == f"cnda/{key}")


@pytest.mark.parametrize(
    ("key", "matricule", "birth_date", "place"),
    [
        ("adrun-zoe", "275126322074974", "1975-12-31", "63220"),
        ("adrdeux-laurent", "181016322075140", "1981-01-01", "63220"),
        ("adrtrois-dominique", "297022A02077878", "1997-02-26", "2A020"),
        ("adrtrois-toussaint", "160012B02077713", "1960-01-01", "2B020"),
        ("dartagnan-pierre-alain", "101066322075460", "2001-06-17", "63220"),
        ("ecetinsi-pierre-alain", "109076322083489", "2009-07-14", "63220"),
        ("provisoire-matricule", "109076322088835", "2009-07-01", "63220"),
        ("tchitchi-catarina", "236066322083656", "1936-06-21", "63220"),
        ("corse-anthony", "180032B02040123", "1980-03-02", "2B020"),
        ("hermann-gatien", "181036322045660", "1981-03-24", "63220"),
        ("nessi-michelangelo", "110086322083060", "2010-08-07", "63220"),
        ("nessi-ruth", "277076322082910", "1977-07-14", "63220"),
        ("pat-trois-dominique", "279035121518989", "1979-03-28", "51215"),
    ],
)
def test_published_identity_is_as_published(key: str, matricule: str, birth_date: str, place: str) -> None:
    identity = person(key).identity
    assert identity.matricule.value == matricule
    assert (identity.traits.birth_date, identity.traits.birth_place) == (birth_date, place)


def test_every_key_but_the_one_wrong_on_purpose_is_right() -> None:
    wrong = {person.key for person in load_cnda() if not nir.is_valid(person.identity.matricule.value)}
    assert wrong == WRONG_KEYS


def test_hermann_keeps_the_keys_of_the_cnda_file() -> None:
    identity = person("hermann-gatien").identity
    numbers = [identity.matricule, *(former.matricule for former in identity.history)]
    assert [(number.key, key_of(number.number)) for number in numbers] == [
        ("60", "76"),
        ("60", "76"),
        ("10", "26"),
    ]


def test_nothing_but_that_key_is_incoherent() -> None:
    found = {
        (person.key, finding.code)
        for person in load_cnda()
        for finding in coherence_findings(person.identity)
    }
    assert found == {(key, FindingCode.KEY) for key in WRONG_KEYS}


def test_history_keeps_the_odd_dates_of_the_live_service() -> None:
    live, injected = person("ecetinsi-pierre-alain").identity.history
    assert (live.matricule.value, live.date_from, live.date_to) == (
        "209076322083439",
        "2019-03-01",
        "2019-02-28",
    )
    assert (injected.matricule.value, injected.date_from) == ("209066322012355", None)


def test_corse_has_the_active_matricule_in_the_history() -> None:
    identity = person("corse-anthony").identity
    assert [former.matricule for former in identity.history] == [identity.matricule]


def test_test_mode_leaves_no_real_nir_oid() -> None:
    oids = {
        oid
        for person in load_cnda()
        for oid in (person.identity.oid, *(former.oid for former in person.identity.history))
    }
    assert oids == {InsOid.NIR_TEST, InsOid.NIA}


def test_live_mode_answers_as_the_qualification_environment() -> None:
    oids = {person.key: person.identity.oid for person in load_cnda("live")}
    assert oids.pop("cnda/provisoire-matricule") == InsOid.NIA
    assert oids.pop("cnda/pat-trois-dominique") == InsOid.NIR_TEST
    assert set(oids.values()) == {InsOid.NIR}


def test_both_modes_hold_the_same_people() -> None:
    assert [person.key for person in load_cnda("live")] == [person.key for person in load_cnda("test")]


def test_people_who_must_not_be_found_are_recorded_but_not_registered() -> None:
    names = {(traits.birth_name, traits.first_names) for traits in unregistered()}
    assert names == {
        ("D'AEION", "COEUR"),
        ("DE VINCI", "RUTH"),
        ("HOUILLES", "PIERRE PAUL JACQUES"),
        ("PATB-QUATRE", "LAURENCE"),
        ("VANDERMONDE", "ARIANA"),
        ("INCONNU", "SOLDAT"),
    }
    registered = {(p.identity.traits.birth_name, p.identity.traits.first_names) for p in load_cnda()}
    assert names.isdisjoint(registered)


def test_leonardo_has_a_namesake_in_another_place() -> None:
    people = [p for p in load_cnda() if p.identity.traits.first_names == "LEONARDO"]
    assert {p.identity.traits.birth_place for p in people} == {"63220", "21331"}
    assert (
        len(
            {
                (p.identity.traits.birth_name, p.identity.traits.sex, p.identity.traits.birth_date)
                for p in people
            }
        )
        == 1
    )


def test_ruth_is_insured_and_donatello_is_on_her_card() -> None:
    ruth, donatello = person("nessi-ruth"), person("nessi-donatello")
    assert ruth.card is not None
    assert ruth.card.insured_number == ruth.identity.matricule.number
    assert donatello.card == ruth.card
    assert ("insured" in ruth.tags, "beneficiary" in donatello.tags) == (True, True)
    assert "cnda-1.02-cas-1" in donatello.tags


def test_what_we_made_up_about_donatello_says_so() -> None:
    (case,) = (case for case in cases() if case.key == "nessi-donatello")
    assert (case.evidence, case.matricule_origin, case.known) == ("inferred", "made_by_us", "not_established")
    assert case.note is not None
    assert case.note.startswith("INFERRED")


def test_a_matricule_of_ours_cannot_be_real_nor_drawn() -> None:
    ours = [case.person for case in cases() if case.matricule_origin == "made_by_us" and case.person]
    assert {made.key for made in ours} == {
        "cnda/de-vinci-leonardo-63220",
        "cnda/de-vinci-leonardo-21331",
        "cnda/nessi-donatello",
    }
    for made in ours:
        assert order_is_impossible(made.identity.matricule.place)
        assert 890 <= int(made.identity.matricule.order) < FIRST_ORDER
        assert made.identity.matricule.is_valid


def test_every_drawn_order_number_is_above_the_published_ones() -> None:
    assert all(int(person.identity.matricule.order) < FIRST_ORDER for person in load_cnda())


def answer(call: ExpectedAnswer) -> str:
    """Match exactly on normalised traits in a closed world, on our own account."""
    found = [
        identity
        for identity in (person.identity for person in load_cnda())
        if comparison_key(identity.traits.birth_name) == comparison_key(call.birth_name)
        and starts_list(call.first_name, identity.traits.first_names)
        and (identity.traits.sex, identity.traits.birth_date) == (call.sex, call.birth_date)
        and call.birth_place in (None, identity.traits.birth_place)
    ]
    return {0: "01", 1: "00"}.get(len(found), "02")


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.key)
def test_known_answers_agree_with_the_identities(case: CndaCase) -> None:
    assert [(call, answer(call)) for call in case.expected] == [(call, call.code) for call in case.expected]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.key)
def test_an_inferred_fact_is_never_official(case: CndaCase) -> None:
    assert not (case.evidence == "official" and case.matricule_origin != "published")


def broken(tmp_path: Path, old: str, new: str) -> Path:
    text = FILE.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path = tmp_path / "broken.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.mark.parametrize(
    ("old", "new", "expectation"),
    [
        ("    sex: F\n", "    sex: X\n", "expected one of M, F, got 'X'"),
        ("    birth_date: 1975-12-31\n", "    birth_date: 31/12/1975\n", "got '31/12/1975'"),
        ("    known: live\n", "    known: maybe\n", "got 'maybe'"),
        ("    evidence: observed\n", "    evidence: certain\n", "got 'certain'"),
        ('    matricule: "275126322074974"\n', '    matricule: "2751263220749"\n', "got '2751263220749'"),
    ],
)
def test_a_wrong_value_is_reported_with_its_line(
    tmp_path: Path, old: str, new: str, expectation: str
) -> None:
    path = broken(tmp_path, old, new)
    with pytest.raises(DataFileError) as caught:
        read_cases(path)
    (problem,) = caught.value.problems
    assert problem.line == line_of(path, new.strip())
    assert expectation in problem.message


def test_a_registered_person_without_matricule_is_reported_with_its_line(tmp_path: Path) -> None:
    path = broken(tmp_path, '    matricule: "275126322074974"\n', "")
    with pytest.raises(DataFileError) as caught:
        read_cases(path)
    (problem,) = caught.value.problems
    assert problem.line == line_of(path, "key: adrun-zoe")
    assert "'matricule'" in problem.message


def test_text_that_is_not_yaml_is_reported_with_its_line(tmp_path: Path) -> None:
    path = broken(tmp_path, "    first_names: [ZOE]\n", "    first_names: [ZOE\n")
    with pytest.raises(DataFileError) as caught:
        read_cases(path)
    assert caught.value.problems[0].line in range(2, len(FILE.read_text(encoding="utf-8").splitlines()))
    assert "not YAML" in caught.value.problems[0].message


def test_a_name_that_cannot_be_registered_is_refused(tmp_path: Path) -> None:
    path = broken(tmp_path, "first_names: [ZOE]", "first_names: [Zoé]")
    with pytest.raises(PersonError, match="first_names"):
        read_cases(path)


def test_a_repeated_key_is_refused(tmp_path: Path) -> None:
    path = broken(tmp_path, "key: adrdeux-laurent", "key: adrun-zoe")
    with pytest.raises(ValueError, match="got twice adrun-zoe"):
        read_cases(path)
