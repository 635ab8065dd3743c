"""The rule catalogue: what it holds, and what it says of a bad file."""

from __future__ import annotations

import re
import textwrap
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from conformance.rules import (
    EvidenceLevel,
    Obstacle,
    Rule,
    Strength,
    Text,
    UnknownRuleError,
    find_rule,
    load_catalogue,
    load_obstacles,
)
from conformance.rules.catalogue import packaged_files
from simulator.datafile import DataFileError

if TYPE_CHECKING:
    from pathlib import Path


GOOD = """
    group: search
    title: {fr: Recherche, en: Search}
    rules:
      - key: SRC-01
        title: {fr: Par date, en: By date}
        statement: {fr: Par la date de naissance., en: By date of birth.}
        strength: MUST
        binds: [RI]
        channels: [state]
        references: [{tag: Règle 17}, {tag: INS/va1.02.01, draft: true}]
        evidence: official
        sources: [ANS Squash exports]
        risk: {fr: Un doublon., en: A duplicate.}
        how_checked: {fr: Par une recherche., en: By a search.}
        failure_looks_like: {fr: Il en manque un., en: One is missing.}
        usual_mistakes: [{fr: Un seul champ., en: A single field.}]
"""


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Rule]:
    return load_catalogue()


def rule_file(folder: Path, text: str, name: str = "search.yaml") -> Path:
    path = folder / name
    path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    return path


def problem(path: Path, *others: Path) -> str:
    with pytest.raises(DataFileError) as caught:
        load_catalogue([path, *others])
    return str(caught.value)


@pytest.mark.parametrize("key", ["ATT-06", "ERR-02", "ERR-04"])
def test_a_rule_of_ours_is_inferred_and_never_mandatory(catalogue: dict[str, Rule], key: str) -> None:
    rule = catalogue[key]
    assert (rule.evidence, rule.references, rule.is_soft) == (EvidenceLevel.INFERRED, (), True)


PUBLISHED = re.compile(
    r"RNIV|Règle \d+|[A-Z]{3}\.INS\.\d\d|SC\.INS\.\d\d(\.LGC)?|SC\.INS/va1\.72\.01|EXI .*|EF_.*|SEL-MP-043|CNDA .*"
)
"""Numbers that do not come from the working documents of ANS."""


def test_working_numbers_are_marked_as_drafts(catalogue: dict[str, Rule]) -> None:
    wrong = [
        reference.tag
        for rule in catalogue.values()
        for reference in rule.references
        if reference.draft == bool(PUBLISHED.fullmatch(reference.tag))
    ]
    assert wrong == []


def test_guide_v3_numbers_are_reported_but_the_one_that_fr_core_cites(catalogue: dict[str, Rule]) -> None:
    official = {
        reference.tag
        for rule in catalogue.values()
        for reference in rule.references
        if reference.tag.startswith(("EXI", "EF_", "SEL", "CNDA"))
        and reference.evidence is EvidenceLevel.OFFICIAL
    }
    assert official == {"EXI SI 07"}


def test_search_by_date_carries_the_numbers_of_all_corridors(catalogue: dict[str, Rule]) -> None:
    assert [reference.tag for reference in catalogue["SRC-01"].references] == [
        "Règle 17",
        "LGC.INS.07",
        "LGO.INS.06",
        "INS/va1.02.01",
        "EXI ID 17",
    ]


def test_a_mixed_rule_says_which_part_comes_from_where(catalogue: dict[str, Rule]) -> None:
    mixed = [
        rule
        for rule in catalogue.values()
        if {"banc-insi"} < {source.name for source in rule.sources} and not (rule.evidence_note or rule.parts)
    ]
    assert mixed == []


def test_every_text_is_translated(catalogue: dict[str, Rule]) -> None:
    same = [rule.key for rule in catalogue.values() if rule.statement.fr == rule.statement.en]
    assert same == []


def test_no_packaged_rule_file_is_forgotten(catalogue: dict[str, Rule]) -> None:
    files = {
        file.name for file in resources.files("conformance.rules").iterdir() if file.name.endswith(".yaml")
    }
    assert files - {"sources.yaml", "actors.yaml", "obstacles.yaml", "states.yaml"} == {
        f"{rule.group}.yaml" for rule in catalogue.values()
    }


def test_our_own_files_pass_every_check_that_others_must_pass(catalogue: dict[str, Rule]) -> None:
    assert load_catalogue(packaged_files()) == catalogue


def test_a_rule_that_is_official_in_part_only_is_refused(tmp_path: Path) -> None:
    parts = """
        parts:
          - {part: {fr: L'un., en: One.}, evidence: official, sources: [ANS Squash exports]}
          - {part: {fr: L'autre., en: The other.}, evidence: inferred, sources: [banc-insi]}
    """
    text = textwrap.dedent(GOOD).lstrip() + textwrap.indent(textwrap.dedent(parts).lstrip(), "    ")
    assert "rules[0].evidence: expected no official: a part of the statement is not official" in problem(
        rule_file(tmp_path, text)
    )


def test_what_is_from_memory_must_be_inferred(tmp_path: Path) -> None:
    path = rule_file(tmp_path, GOOD.replace("strength: MUST", "strength: MUST\n        memory: true"))
    assert "expected inferred for what is written from memory, got official" in problem(path)


def test_an_unknown_actor_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    path = rule_file(tmp_path, GOOD.replace("binds: [RI]", "binds: [IR]"))
    assert "rules[0].binds: unknown actor 'IR'; actors.yaml lists ALL, RI, " in problem(path)


def test_a_reason_of_its_own_replaces_that_of_its_kind(tmp_path: Path) -> None:
    bare = "        not_tested: {kind: needs-eyes}\n"
    own = "        not_tested: {kind: needs-eyes, fr: À lire., en: To be read.}\n"
    [rule] = load_catalogue([rule_file(tmp_path, GOOD + bare)]).values()
    assert rule.obstacle is Obstacle.NEEDS_EYES
    assert rule.not_tested_reason == load_obstacles()[Obstacle.NEEDS_EYES][1]
    [rule] = load_catalogue([rule_file(tmp_path, GOOD + own)]).values()
    assert rule.not_tested_reason == Text("À lire.", "To be read.")
    half = "        not_tested: {kind: needs-eyes, fr: À lire.}\n"
    assert "'en'" in problem(rule_file(tmp_path, GOOD + half))


def test_every_kind_of_reason_has_its_words() -> None:
    assert set(load_obstacles()) == set(Obstacle)


def test_a_rule_file_gives_its_rules(tmp_path: Path) -> None:
    (rule,) = load_catalogue([rule_file(tmp_path, GOOD)]).values()
    assert (rule.key, rule.group, rule.title.en, rule.strength) == (
        "SRC-01",
        "search",
        "By date",
        Strength.MUST,
    )
    assert [(reference.tag, reference.draft) for reference in rule.references] == [
        ("Règle 17", False),
        ("INS/va1.02.01", True),
    ]
    assert rule.source == "ANS Squash exports"


def test_a_key_used_twice_is_refused_at_its_line(tmp_path: Path) -> None:
    first = rule_file(tmp_path, GOOD)
    second = rule_file(tmp_path, GOOD, "again.yaml")
    assert problem(first, second) == (
        f"{second}:4:10: rules[0].key: rule SRC-01 is already defined in search.yaml"
    )


def test_a_claim_better_than_its_source_is_refused(tmp_path: Path) -> None:
    path = rule_file(tmp_path, GOOD.replace("[ANS Squash exports]", "[regional bodies]"))
    assert problem(path) == (
        f"{path}:11:15: rules[0].evidence: expected at best reported, which is what its sources allow, got official"
    )


def test_an_unknown_source_is_refused_with_the_closest_name(tmp_path: Path) -> None:
    path = rule_file(tmp_path, GOOD.replace("ANS Squash exports", "ANS Squash export"))
    assert problem(path).endswith("unknown source 'ANS Squash export'; did you mean 'ANS Squash exports'?")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("strength: MUST", "strength: SHALL", ":7:15: rules[0].strength: expected one of MUST, SHOULD, MAY"),
        ("key: SRC-01", "key: SRC1", ":4:10: rules[0].key: expected text of the form"),
        ("title: {fr: Par date, en: By date}", "title: {fr: Par date}", "expected the key 'en'"),
        ("Règle 17", "Regle 17", "rules[0].references[0].tag: expected text of the form"),
        ("channels: [state]", "channel: [state]", "unknown key 'channel'"),
    ],
)
def test_a_bad_file_is_refused_with_place_and_expectation(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    assert message in problem(rule_file(tmp_path, GOOD.replace(before, after)))


def test_a_rule_is_found_whatever_the_case(catalogue: dict[str, Rule]) -> None:
    assert find_rule(catalogue, " src-01 ").key == "SRC-01"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("SRC-1", "unknown rule 'SRC-1'; did you mean SRC-01?"),
        ("STA03", "unknown rule 'STA03'; did you mean STA-03?"),
        ("nothing like it", "unknown rule 'nothing like it'; see banc rules list"),
    ],
)
def test_an_unknown_rule_comes_with_the_closest_key(
    catalogue: dict[str, Rule], key: str, message: str
) -> None:
    with pytest.raises(UnknownRuleError) as caught:
        find_rule(catalogue, key)
    assert str(caught.value) == message
