"""Names: lexical rules, writing for the wire, comparison, start of the list."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ins import (
    LexicalCode,
    LexicalProblem,
    check_birth_name,
    check_first_name,
    check_first_names,
    comparison_key,
    starts_list,
    to_wire,
    traits,
)

# The rules of insi-contract §5.2 written once more, as whole-text patterns.
_BODY = r"(?!.*[ ']{2})(?! *\Z)[A-Z' -]+"
BIRTH_NAME = re.compile(rf"(?![ -])(?!.*---){_BODY}")
FIRST_NAME = re.compile(rf"(?![ -])(?!.*--){_BODY}(?<![-'])")

PUBLIC_BIRTH_NAMES = [
    "PAT-TROIS",
    "NESSI",
    "ADRUN",
    "D'ARTAGNAN DE L'HERAULT",
    "D'AEION",
    "DE VINCI",
    "GARCIA-HAMMADI",
    "PATB-QUATRE",
]
PUBLIC_FIRST_NAMES = [
    "DOMINIQUE MARIE-LOUISE",
    "PIERRE-ALAIN MURIEL FLORIANT",
    "ZOE",
    "SARAH-LOU ANNA",
    "COEUR",
]


def codes(problems: list[LexicalProblem]) -> list[tuple[int | None, str]]:
    return [(problem.position, problem.code) for problem in problems]


@pytest.mark.parametrize(
    "name", [*PUBLIC_BIRTH_NAMES, "LE FLOC'H", "PONS--MARTIN", "'T HOOFT", "N'", "D-", "A" * 100]
)
def test_birth_name_that_can_be_sent(name: str) -> None:
    assert check_birth_name(name) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", [(None, LexicalCode.EMPTY)]),
        ("   ", [(None, LexicalCode.EMPTY)]),
        ("A" * 101, [(None, LexicalCode.LENGTH)]),
        ("Dupont", [(position, LexicalCode.LOWER_CASE) for position in range(1, 6)]),
        ("LEFÈVRE", [(3, LexicalCode.DIACRITIC)]),
        ("LEFE\u0300VRE", [(4, LexicalCode.DIACRITIC)]),
        ("ÉLIE", [(0, LexicalCode.DIACRITIC)]),
        ("D'ÆION", [(2, LexicalCode.LIGATURE)]),
        ("CŒUR", [(1, LexicalCode.LIGATURE)]),
        ("STRAUß", [(5, LexicalCode.LIGATURE)]),
        ("SØREN", [(1, LexicalCode.DIACRITIC)]),
        ("D’AEION", [(1, LexicalCode.PUNCTUATION)]),
        ("PAT–TROIS", [(3, LexicalCode.PUNCTUATION)]),
        ("DE\u00a0VINCI", [(2, LexicalCode.PUNCTUATION)]),
        ("DE\tVINCI", [(2, LexicalCode.PUNCTUATION)]),
        ("LOUIS2", [(5, LexicalCode.CHARACTER)]),
        ("DUPONT.", [(6, LexicalCode.CHARACTER)]),
        ("ИВАН", [(position, LexicalCode.CHARACTER) for position in range(4)]),
        ("DU\u200bPONT", [(2, LexicalCode.CHARACTER)]),
        (" DUPONT", [(0, LexicalCode.FIRST)]),
        ("-DUPONT", [(0, LexicalCode.FIRST)]),
        ("PONS---MARTIN", [(4, LexicalCode.HYPHENS)]),
        ("DE  VINCI", [(2, LexicalCode.SPACING)]),
        ("D''AEION", [(1, LexicalCode.SPACING)]),
        ("D 'AEION", [(1, LexicalCode.SPACING)]),
        ("D' AEION", [(1, LexicalCode.SPACING)]),
        ("-D' Æ", [(0, LexicalCode.FIRST), (2, LexicalCode.SPACING), (4, LexicalCode.LIGATURE)]),
    ],
)
def test_birth_name_problems_have_their_place(name: str, found: list[tuple[int | None, str]]) -> None:
    assert codes(check_birth_name(name)) == found


@pytest.mark.parametrize(("length", "limit", "refused"), [(54, 54, False), (55, 54, True)])
def test_birth_name_length_limit_can_be_chosen(length: int, limit: int, *, refused: bool) -> None:
    assert bool(check_birth_name("A" * length, max_length=limit)) is refused


@pytest.mark.parametrize("name", ["ZOE", "PIERRE-ALAIN", "MARIE LOUISE", "N'GOLO", "PIERRE PAUL JACQUES"])
def test_first_name_that_can_be_sent(name: str) -> None:
    assert check_first_name(name) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", [(None, LexicalCode.EMPTY)]),
        ("PIERRE--ALAIN", [(6, LexicalCode.HYPHENS)]),
        ("PIERRE-", [(6, LexicalCode.LAST)]),
        ("PIERRE'", [(6, LexicalCode.LAST)]),
        ("-PIERRE", [(0, LexicalCode.FIRST)]),
        (" PIERRE", [(0, LexicalCode.FIRST)]),
        ("MARIE  LOUISE", [(5, LexicalCode.SPACING)]),
        ("ZOÉ", [(2, LexicalCode.DIACRITIC)]),
        ("Cœur", [(1, LexicalCode.LIGATURE), (2, LexicalCode.LOWER_CASE), (3, LexicalCode.LOWER_CASE)]),
    ],
)
def test_first_name_problems_have_their_place(name: str, found: list[tuple[int | None, str]]) -> None:
    assert codes(check_first_name(name)) == found


@pytest.mark.parametrize("names", PUBLIC_FIRST_NAMES)
def test_public_lists_of_first_names_can_be_sent(names: str) -> None:
    assert check_first_names(names) == []


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("", [(None, LexicalCode.EMPTY)]),
        ("JEAN- PIERRE", [(4, LexicalCode.LAST)]),
        ("JEAN -PIERRE", [(5, LexicalCode.FIRST)]),
        ("JEAN' PIERRE", [(4, LexicalCode.SPACING), (4, LexicalCode.LAST)]),
        ("JEAN,PIERRE", [(4, LexicalCode.CHARACTER)]),
        ("JEAN PIERRE ", [(11, LexicalCode.LAST)]),
        ("-JEAN PIERRE", [(0, LexicalCode.FIRST)]),
        ("JEAN PIERRE--ALAIN", [(11, LexicalCode.HYPHENS)]),
        ("JEAN  PIERRE", [(4, LexicalCode.SPACING)]),
    ],
)
def test_list_of_first_names_is_checked_name_by_name(names: str, found: list[tuple[int | None, str]]) -> None:
    assert codes(check_first_names(names)) == found


def near_names() -> st.SearchStrategy[str]:
    return st.text("AB '-é", max_size=8)


@given(near_names())
def test_birth_name_check_agrees_with_the_rules_as_a_pattern(text: str) -> None:
    assert (check_birth_name(text) == []) == (BIRTH_NAME.fullmatch(text) is not None)


@given(near_names())
def test_first_name_check_agrees_with_the_rules_as_a_pattern(text: str) -> None:
    assert (check_first_name(text) == []) == (FIRST_NAME.fullmatch(text) is not None)


@given(st.lists(st.text("AB'-", min_size=1, max_size=4), min_size=1, max_size=3))
def test_a_list_can_be_sent_exactly_when_each_first_name_can(names: list[str]) -> None:
    text = " ".join(names)
    each = all(check_first_name(name) == [] for name in names)
    assert (check_first_names(text) == []) == (each and " '" not in text)


@given(st.text(max_size=12))
def test_positions_of_problems_are_in_the_text_and_in_order(text: str) -> None:
    for check in (check_birth_name, check_first_name, check_first_names):
        positions = [problem.position for problem in check(text) if problem.position is not None]
        assert positions == sorted(positions)
        assert all(0 <= position < len(text) for position in positions)


def test_problem_reads_well() -> None:
    problem = check_birth_name("LEFÈVRE")[0]
    assert str(problem) == "character 4: expected E, got 'È' (U+00C8 LATIN CAPITAL LETTER E WITH GRAVE)"


def test_problem_of_the_whole_text_has_no_place() -> None:
    assert str(check_birth_name("")[0]) == "expected at least one letter, got ''"


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("Dupont", "DUPONT"),
        ("D'Æion", "D'AEION"),
        ("Cœur", "COEUR"),
        ("Lefèvre", "LEFEVRE"),
        ("Lefe\u0300vre", "LEFEVRE"),
        ("Strauß", "STRAUSS"),
        ("GROẞ", "GROSS"),
        ("L’Hérault", "L'HERAULT"),
        ("L‘Hérault", "L'HERAULT"),
        ("L´Hérault", "L'HERAULT"),
        ("L`Herault", "L'HERAULT"),
        ("Lʼhérault", "L'HERAULT"),
        ("Marie‐Louise", "MARIE-LOUISE"),
        ("Marie\u2011Louise", "MARIE-LOUISE"),
        ("Marie–Louise—Anne", "MARIE-LOUISE-ANNE"),
        ("Marie−Louise", "MARIE-LOUISE"),
        ("De\u00a0Vinci", "DE VINCI"),
        ("De\u202fVinci", "DE VINCI"),
        ("de\u00adVinci\ufeff", "DEVINCI"),
        ("Ñuñez Ångström", "NUNEZ ANGSTROM"),
        ("Søren Łukasz", "SOREN LUKASZ"),
        ("Iŀ ﬁn", "IL· FIN"),
        ("Yılmaz İnci", "YILMAZ INCI"),
        ("Garçon Noël Haÿ", "GARCON NOEL HAY"),
        ("DUPONT", "DUPONT"),
        ("  DE  VINCI ", "  DE  VINCI "),
        ("Pons--Martin", "PONS--MARTIN"),
        ("Louis 2", "LOUIS 2"),
        ("", ""),
    ],
)
def test_name_is_written_for_the_wire(text: str, wire: str) -> None:
    assert to_wire(text) == wire


@given(st.text())
def test_writing_for_the_wire_twice_changes_nothing(text: str) -> None:
    assert to_wire(to_wire(text)) == to_wire(text)


@given(st.text())
def test_composed_and_decomposed_text_are_written_alike(text: str) -> None:
    assert to_wire(unicodedata.normalize("NFC", text)) == to_wire(unicodedata.normalize("NFD", text))


@given(st.from_regex(r"[A-Z]{1,5}([ '-][A-Z]{1,5}){0,3}", fullmatch=True))
def test_a_plain_name_is_written_as_it_is(name: str) -> None:
    assert to_wire(name) == name


@given(st.text("abcéèêëàâäîïôöùûüÿçñœæßÉŒÆ", min_size=1, max_size=20))
def test_a_french_name_can_be_sent_once_written_for_the_wire(name: str) -> None:
    assert check_birth_name(to_wire(name)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("D'ARTAGNAN DE L'HERAULT", "d’Artagnan de l’Hérault"),
        ("MARIE-LOUISE", "Marie  Louise"),
        ("PONS--MARTIN", "PONS MARTIN"),
        ("CŒUR", "COEUR"),
        ("Zoé", "Zoe\u0301"),
        (" DE\u00a0VINCI ", "DE VINCI"),
        ("Marie‑Louise", "MARIE–LOUISE"),
    ],
)
def test_names_that_count_as_equal(one: str, other: str) -> None:
    assert comparison_key(one) == comparison_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("MARIELOUISE", "MARIE-LOUISE"), ("DUPONT", "DUPOND"), ("DEVINCI", "DE VINCI")]
)
def test_names_that_count_as_different(one: str, other: str) -> None:
    assert comparison_key(one) != comparison_key(other)


@given(st.text())
def test_comparison_key_is_idempotent_and_has_single_spaces(text: str) -> None:
    key = comparison_key(text)
    assert comparison_key(key) == key
    assert key == " ".join(key.split())
    assert not set("-'") & set(key)


LIST = "JEAN CHRISTOPHE PIERRE"


@pytest.mark.parametrize(
    ("first_name", "first_names", "starts"),
    [
        # The published examples (ins-rules RSP-06).
        ("JEAN", LIST, True),
        ("JEAN CHRISTOPHE", LIST, True),
        ("JEAN-CHRISTOPHE", LIST, True),
        ("JEAN-CHRISTOPHE-PIERRE", LIST, True),
        ("CHRISTOPHE", LIST, False),
        ("PIERRE", LIST, False),
        # Their consequences.
        ("JEAN CHRISTOPHE PIERRE", LIST, True),
        ("JEAN CHRISTOPHE-PIERRE", LIST, True),
        ("JEAN-PIERRE", LIST, False),
        ("CHRISTOPHE PIERRE", LIST, False),
        ("JEA", LIST, False),
        ("JEANNE", LIST, False),
        ("JEAN CHRIS", LIST, False),
        ("JEANCHRISTOPHE", LIST, False),
        ("JEAN CHRISTOPHE PIERRE PAUL", LIST, False),
        ("", LIST, False),
        (" ", LIST, False),
        ("-", LIST, False),
        ("JEAN", "", False),
        ("", "", False),
        ("PIERRE-ALAIN", "PIERRE-ALAIN MURIEL FLORIANT", True),
        ("PIERRE ALAIN", "PIERRE-ALAIN MURIEL FLORIANT", True),
        ("PIERRE", "PIERRE-ALAIN MURIEL FLORIANT", True),
        ("ALAIN", "PIERRE-ALAIN MURIEL FLORIANT", False),
        ("N GOLO", "N'GOLO MICHEL", True),
        ("N’Golo", "N'GOLO MICHEL", True),
        ("Zoé", "ZOE", True),
        ("OLA", "CATARINA BELLA", False),
        ("CATARINA", "CATARINA BELLA", True),
        ("BELLA", "CATARINA BELLA", False),
    ],
)
def test_first_name_is_the_start_of_the_list(first_name: str, first_names: str, *, starts: bool) -> None:
    assert starts_list(first_name, first_names) is starts


@given(st.lists(st.from_regex(r"[A-Z]{1,4}", fullmatch=True), min_size=1, max_size=5), st.data())
def test_any_number_of_leading_names_starts_the_list_whatever_joins_them(
    names: list[str], data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, len(names)))
    separator = data.draw(st.sampled_from(" -'"))
    assert starts_list(separator.join(names[:count]), " ".join(names))


@given(st.text(alphabet="AZ '-é\t", max_size=8))
def test_a_name_without_a_problem_is_told_as_quickly_as_by_looking_at_each_character(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        quick = check_birth_name(text), check_first_name(text)
        patch.setattr(traits, "_PLAIN_NAME", re.compile("(?!)"))
        assert quick == (check_birth_name(text), check_first_name(text))
