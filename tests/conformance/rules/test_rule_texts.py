"""The texts of the catalogue are finished sentences, in French and in English, with the punctuation of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from conformance.rules import Text, load_catalogue
from conformance.rules.states import load_states

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.rules import Rule

SENTENCES = (
    "statement",
    "risk",
    "how_checked",
    "failure_looks_like",
    "partial",
    "not_tested_reason",
    "evidence_note",
)


def sentences_of(rule: Rule) -> Iterator[Text]:
    yield from (text for name in SENTENCES if (text := getattr(rule, name)) is not None)
    yield from rule.usual_mistakes
    yield from (part.part for part in rule.parts)


ALL = {
    **{
        f"{key} {number}": text
        for key, rule in load_catalogue().items()
        for number, text in enumerate(sentences_of(rule))
    },
    **{key: case.expectation or case.reason or Text.same("") for key, case in load_states().items()},
}
TITLES = {key: rule.title for key, rule in load_catalogue().items()}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_sentences_end_as_sentences_do(lang) -> None:
    assert {key: text[lang] for key, text in ALL.items() if not re.search(r"[.…?)]$", text[lang])} == {}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_titles_have_no_full_stop(lang) -> None:
    assert {key: title[lang] for key, title in TITLES.items() if title[lang].endswith(".")} == {}


def test_french_signs_have_their_space() -> None:
    # A colon inside a word is that of an address or of an identifier.
    wrong = re.compile(r"[^ ][:;?!](?: |$)|«[^ ]|[^ ]»")
    assert {key: text.fr for key, text in {**ALL, **TITLES}.items() if wrong.search(text.fr)} == {}


def test_english_signs_have_none() -> None:
    assert {
        key: text.en for key, text in {**ALL, **TITLES}.items() if re.search(r" [:;?!]|[«»]", text.en)
    } == {}


def test_no_text_is_left_in_one_language() -> None:
    assert {key: text.fr for key, text in {**ALL, **TITLES}.items() if text.fr == text.en} == {}


def test_no_space_is_doubled_or_left_over() -> None:
    wrong = re.compile(r"  |^ | $|\n")
    assert {
        key: text for key, text in {**ALL, **TITLES}.items() if wrong.search(text.fr) or wrong.search(text.en)
    } == {}
