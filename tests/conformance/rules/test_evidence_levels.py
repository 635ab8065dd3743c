"""No rule is said to be better known than it is: the levels of all rules, written down a second time from the reference."""

from __future__ import annotations

import pytest

from conformance.rules import EvidenceLevel, Rule, load_catalogue

SEEN = [
    "FLD-01",
    "FLD-02",
    "SRC-01",
    "SRC-02",
    "SRC-03",
    "SRC-04",
    "SRC-09",
    "CRE-01",
    "CRE-02",
    "CRE-03",
    "CRE-05",
    "CAL-01",
    "CAL-11",
    "CAL-15",
    "CAL-16",
    "CAL-21",
    "RSP-01",
    "RSP-02",
    "RSP-03",
    "RSP-04",
    "RSP-05",
    "RSP-08",
    "RSP-09",
    "RSP-14",
    "STA-01",
    "STA-03",
    "STA-04",
    "STA-05",
    "STA-06",
    "STA-07",
    "STA-08",
    "STA-09",
    "STA-12",
    "STA-13",
    "STA-14",
    "ATT-03",
    "PRF-01",
    "PRF-02",
    "PRF-04",
    "PRF-05",
    "PRF-13",
    "VER-01",
    "VER-02",
    "VER-04",
    "VER-05",
    "VER-06",
    "VER-07",
    "VER-08",
    "VER-09",
    "VER-11",
    "VER-13",
    "VER-14",
    "VER-15",
    "MAT-05",
    "MAT-07",
    "TRT-01",
    "TRT-02",
    "TRT-03",
    "TRT-04",
    "TRT-05",
    "DIS-01",
    "DIS-02",
    "DIS-03",
    "DOC-01",
    "DOC-02",
    "DOC-03",
    "DOC-05",
    "DOC-06",
    "DOC-07",
    "DOC-08",
    "DOC-09",
    "TRA-01",
    "TRA-02",
    "TRA-03",
    "TRA-04",
    "TRA-05",
    "TRA-06",
    "TRA-07",
    "TRA-09",
    "TRA-10",
    "TRA-11",
    "TRA-12",
    "TRA-13",
    "TRA-15",
    "TRA-16",
    "TRA-17",
    "TRA-18",
    "TRA-20",
    "SEC-01",
    "SEC-02",
    "SEC-03",
    "SEC-04",
    "SEC-05",
    "SEC-06",
    "SEC-08",
    "BLK-05",
    "ERG-08",
]
SEEN_BUT_WHOM_IT_BINDS = ["STA-10", "VER-10"]
"""The rule itself was read in an official text; to whom it applies is our deduction, shown apart."""
SECOND_HAND = [
    "FLD-04",
    "SRC-10",
    "SRC-11",
    "SRC-13",
    "CRE-04",
    "CRE-07",
    "CAL-02",
    "CAL-03",
    "CAL-04",
    "CAL-05",
    "CAL-06",
    "CAL-08",
    "CAL-09",
    "CAL-12",
    "CAL-13",
    "CAL-18",
    "RSP-13",
    "RSP-15",
    "RSP-19",
    "STA-17",
    "ATT-02",
    "ATT-05",
    "PRF-03",
    "PRF-06",
    "PRF-07",
    "PRF-08",
    "PRF-09",
    "PRF-11",
    "MAT-09",
    "MAT-10",
    "TRT-08",
    "TRA-14",
    "ERG-07",
]
SEEN_IN_PART = [
    "CAL-14",
    "RSP-06",
    "RSP-20",
    "ATT-01",
    "ATT-07",
    "PRF-12",
    "MAT-04",
    "TRT-13",
    "SEC-12",
    "MAT-01",
    "TRT-10",
]
SECOND_HAND_IN_PART = ["FLD-03", "CRE-06", "RSP-12", "TRT-06", "TRT-12"]
INFERRED = [
    "RSP-18",
    "ATT-06",
    "MAT-06",
    "SEC-13",
    "ERR-01",
    "ERR-02",
    "ERR-03",
    "ERR-04",
    "ERR-05",
    "ERR-06",
    "BLK-03",
    "BLK-04",
]
FROM_MEMORY = ["SRC-12", "CRE-08", "MAT-02", "MAT-03"]
PARTS_FROM_MEMORY = ["MAT-01", "TRT-06", "TRT-10", "TRT-12"]

OFFICIAL, REPORTED, DEDUCED = EvidenceLevel.OFFICIAL, EvidenceLevel.REPORTED, EvidenceLevel.INFERRED


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Rule]:
    return load_catalogue()


def test_the_164_keys_are_all_there(catalogue: dict[str, Rule]) -> None:
    keys = [
        *SEEN,
        *SEEN_BUT_WHOM_IT_BINDS,
        *SECOND_HAND,
        *SEEN_IN_PART,
        *SECOND_HAND_IN_PART,
        *INFERRED,
        *FROM_MEMORY,
    ]
    assert len(keys) == 164
    assert set(keys) == set(catalogue)


@pytest.mark.parametrize(
    ("keys", "levels"),
    [
        (SEEN, {OFFICIAL}),
        (SEEN_BUT_WHOM_IT_BINDS, {OFFICIAL}),
        (SECOND_HAND, {REPORTED}),
        (SEEN_IN_PART, {REPORTED}),
        (SECOND_HAND_IN_PART, {REPORTED, DEDUCED}),
        (INFERRED, {DEDUCED}),
        (FROM_MEMORY, {DEDUCED}),
    ],
)
def test_each_rule_has_its_level(
    catalogue: dict[str, Rule], keys: list[str], levels: set[EvidenceLevel]
) -> None:
    assert {key: catalogue[key].evidence for key in keys if catalogue[key].evidence not in levels} == {}


@pytest.mark.parametrize("key", [*SEEN_IN_PART, *SECOND_HAND_IN_PART])
def test_a_mixed_rule_says_the_level_of_each_part(catalogue: dict[str, Rule], key: str) -> None:
    levels = {part.evidence for part in catalogue[key].parts}
    assert len(levels) > 1
    assert (OFFICIAL in levels) == (key in SEEN_IN_PART)


@pytest.mark.parametrize("key", SEEN_BUT_WHOM_IT_BINDS)
def test_a_deduction_about_whom_a_rule_binds_is_shown_as_one(catalogue: dict[str, Rule], key: str) -> None:
    applicability = catalogue[key].applicability
    assert applicability is not None
    assert applicability.evidence is DEDUCED


def test_what_is_from_memory_says_so(catalogue: dict[str, Rule]) -> None:
    assert [key for key, rule in catalogue.items() if rule.memory] == sorted(
        FROM_MEMORY, key=list(catalogue).index
    )
    parts = {key for key, rule in catalogue.items() if any(part.memory for part in rule.parts)}
    assert parts - set(FROM_MEMORY) == set(PARTS_FROM_MEMORY)


def test_what_is_second_hand_names_the_third_party(catalogue: dict[str, Rule]) -> None:
    claims = [
        (key, claim)
        for key, rule in catalogue.items()
        for claim in (rule, *rule.parts)
        if claim.evidence is REPORTED
    ]
    nameless = [key for key, claim in claims if not any(each.evidence is REPORTED for each in claim.sources)]
    assert nameless == []


def test_an_inferred_rule_is_a_warning_unless_the_plan_promotes_it(catalogue: dict[str, Rule]) -> None:
    inferred = [rule for rule in catalogue.values() if rule.evidence is DEDUCED]
    assert all(rule.is_soft for rule in inferred)
    promoted = catalogue["ERR-02"].promote()
    assert (promoted.is_soft, promoted.evidence, promoted.promoted) == (False, DEDUCED, True)


def test_an_optional_rule_cannot_be_promoted(catalogue: dict[str, Rule]) -> None:
    with pytest.raises(ValueError, match=r"VER-11 is optional \(MAY\)"):
        catalogue["VER-11"].promote()


@pytest.mark.parametrize(
    ("key", "actors", "bound"),
    [
        ("TRA-01", set(), True),
        ("SRC-01", {"LGO"}, True),
        ("SRC-02", {"LGO"}, False),
        ("SRC-02", {"LGO", "RI"}, True),
        ("TRA-04", {"LGO", "RI", "CALL"}, False),
    ],
)
def test_a_rule_binds_by_actors(
    catalogue: dict[str, Rule], key: str, actors: set[str], *, bound: bool
) -> None:
    assert catalogue[key].applies_to(actors) is bound


@pytest.mark.parametrize("key", ["SRC-01", "CAL-08", "RSP-14", "ATT-01"])
def test_what_was_said_beyond_the_reference_is_noted(catalogue: dict[str, Rule], key: str) -> None:
    rule = catalogue[key]
    assert rule.evidence_note or rule.parts or rule.partial


def test_the_trace_holds_the_history(catalogue: dict[str, Rule]) -> None:
    assert "l'historique des INS" in catalogue["RSP-14"].statement.fr
