"""Filing rules changes what is tried, never what is chosen."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from simulator.ins import comparison_key
from simulator.scripting.conditions import compile_conditions
from simulator.scripting.model import TextTest, When
from simulator.scripting.patterns import pattern_set, searcher
from simulator.scripting.selection import FEW, Selection

TEXTS = ("", "F", "M", "ANNE", "ANNE MARIE", "D'ANNE", "anné")
PATHS = ("traits.sex", "traits.birth_name", "headers.user-agent")
PATTERNS = ("^A", "MARIE$", "N+", "^$", "[FM]", "(?i)anné", "x*")


@dataclass
class Asked:
    """What the conditions used here look at in a call."""

    texts: dict[str, str | None] = field(default_factory=dict)

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    @property
    def name_key(self) -> str:
        return comparison_key(self.texts.get("traits.birth_name") or "")


text_tests = st.one_of(
    st.builds(TextTest, exact=st.sampled_from(TEXTS)),
    st.builds(TextTest, pattern=st.sampled_from(PATTERNS)),
    st.builds(TextTest, normalised=st.sampled_from(TEXTS)),
    st.builds(TextTest, present=st.booleans()),
    st.builds(
        TextTest, exact=st.sampled_from(TEXTS), pattern=st.sampled_from(PATTERNS), present=st.booleans()
    ),
)
texts = st.lists(st.tuples(st.sampled_from(PATHS), text_tests), max_size=2).map(tuple)
names = st.none() | st.sampled_from(TEXTS)
simple = st.builds(When, birth_name=names, texts=texts)
whens = st.builds(
    When,
    birth_name=names,
    texts=texts,
    all_of=st.lists(simple, max_size=2).map(tuple),
    any_of=st.lists(simple, max_size=2).map(tuple),
    none_of=st.none() | simple,
)
calls = st.builds(Asked, st.dictionaries(st.sampled_from(PATHS), st.none() | st.sampled_from(TEXTS)))


@given(st.lists(whens, max_size=12), calls)
def test_whoever_holds_is_a_candidate_and_the_order_stays(rules: list[When], call: Asked) -> None:
    entries = [(when, (number, compile_conditions(when, {}))) for number, when in enumerate(rules)]
    candidates = Selection(entries).candidates(call)
    numbers = [number for number, _ in candidates]
    assert numbers == sorted(set(numbers))
    holding = [number for _, (number, holds) in entries if holds(call)]
    assert [number for number, holds in candidates if holds(call)] == holding


def test_rules_that_need_another_text_are_not_tried() -> None:
    rules = [When(birth_name=f"NAME {letter}") for letter in "ABCDEFGH"]
    rules += [When(texts=(("traits.sex", TextTest(pattern=f"^{letter}")),)) for letter in "ABCDEFGH"]
    selection = Selection([(when, number) for number, when in enumerate(rules)])
    assert selection.candidates(Asked({"traits.birth_name": "Name C", "traits.sex": "DX"})) == [2, 11]
    assert selection.candidates(Asked()) == []


def test_a_few_rules_are_all_tried() -> None:
    rules = [(When(birth_name="X"), number) for number in range(FEW)]
    assert list(Selection(rules).candidates(Asked())) == list(range(FEW))


@given(
    st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=6), st.text(max_size=12) | st.sampled_from(TEXTS)
)
def test_a_set_finds_what_each_pattern_finds(patterns: list[str], text: str) -> None:
    alone = [place for place, pattern in enumerate(patterns) if searcher(pattern)(text)]
    assert sorted(pattern_set(tuple(patterns))(text)) == alone
