"""What an expectation says, in both languages, when it is not met."""

from __future__ import annotations

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_equal, expect_refused
from conformance.verdicts import Departure


def test_an_expectation_that_is_met_says_nothing() -> None:
    expect(1, fr="non", en="no")
    expect_equal(got=1, expected=1, fr="nombre", en="number")


@pytest.mark.parametrize(
    ("got", "expected", "fr", "en"),
    [
        ("B", "A", "sexe\xa0: attendu «\xa0A\xa0», obtenu «\xa0B\xa0»", "sex: expected “A”, got “B”"),
        (None, "A", "sexe\xa0: attendu «\xa0A\xa0», obtenu rien", "sex: expected “A”, got nothing"),
        (
            frozenset({"Y", "X"}),
            frozenset(),
            "sexe\xa0: attendu rien, obtenu «\xa0X, Y\xa0»",
            "sex: expected nothing, got “X, Y”",
        ),
        (
            ["A", "B"],
            ["A"],
            "sexe\xa0: attendu «\xa0A\xa0», obtenu «\xa0A, B\xa0»",
            "sex: expected “A”, got “A, B”",
        ),
    ],
)
def test_a_difference_shows_both_values(got: object, expected: object, fr: str, en: str) -> None:
    with pytest.raises(Departure) as caught:
        expect_equal(got=got, expected=expected, fr="sexe", en="sex")
    assert (caught.value.text.fr, caught.value.text.en) == (fr, en)


def test_a_refusal_that_is_due_is_returned() -> None:
    def act() -> None:
        raise RefusedError("LOCKED", "verrouillé", ["sex"])

    assert expect_refused(act, fr="accepté", en="accepted").fields == ("sex",)


def test_an_act_that_should_be_refused_and_is_not_is_a_finding() -> None:
    with pytest.raises(Departure) as caught:
        expect_refused(lambda: None, fr="accepté", en="accepted")
    assert caught.value.text.en == "accepted"
