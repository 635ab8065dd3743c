"""Letters in the cells of a form, and small capitals: words come out whole, and ordinary words stay apart."""

from __future__ import annotations

import pytest

from conformance.documents.page.text import Letter, lines_of

WIDTHS = {"I": 3.1, "M": 9.2, "O": 8.6, "E": 7.3, "-": 3.7, " ": 3.1, "/": 3.1}
HEIGHT = 8.8


def letter(text: str, left: float, item: int = 0) -> Letter:
    width = WIDTHS.get(text, 6.1 if text.isdigit() else 7.9)
    return Letter(left, left + width, 100.0, 100.0 + HEIGHT, text, item, is_real=True)


def in_cells(
    text: str, step: float, *, centred: bool, start: float = 180.0, own_items: bool = False
) -> list[Letter]:
    letters = []
    for at, one in enumerate(text):
        if one == " ":
            continue
        width = letter(one, 0.0).right
        left = start + at * step + ((step - width) / 2 if centred else 0.0)
        letters.append(letter(one, left, at if own_items else 0))
    return letters


def in_words(text: str, space: float, start: float = 60.0) -> list[Letter]:
    """Place words side by side without a space of the document, as TeX does."""
    letters, left = [], start
    for one in text:
        if one != " ":
            letters.append(letter(one, left))
        left += space if one == " " else letters[-1].right - letters[-1].left
    return letters


def text_of(letters: list[Letter]) -> str:
    (line,) = lines_of(letters)
    return line.text


@pytest.mark.parametrize("own_items", [False, True], ids=["one-object", "an-object-each"])
@pytest.mark.parametrize("centred", [False, True], ids=["at-the-left", "in-the-middle"])
@pytest.mark.parametrize("step", [10.0, 13.0, 17.0])
@pytest.mark.parametrize("text", ["DOMINIQUE", "PAT-TROIS", "DE LA TOUR", "279035121518989", "28/03/1979"])
def test_a_letter_in_each_cell_is_one_word(text: str, step: float, *, centred: bool, own_items: bool) -> None:
    assert text_of(in_cells(text, step, centred=centred, own_items=own_items)) == text


@pytest.mark.parametrize("centred", [False, True])
def test_the_label_before_the_cells_keeps_its_spaces(*, centred: bool) -> None:
    letters = in_words("NOM DE NAISSANCE", 3.1) + in_cells("MIMI", 13.0, centred=centred, start=220.0)
    letters += in_cells("TRINI", 13.0, centred=centred, start=220.0 + 4 * 13.0)
    assert text_of(letters) == "NOM DE NAISSANCE\tMIMITRINI"


@pytest.mark.parametrize(
    "text",
    [
        "JEAN PIERRE I MARTIN",
        "279035121518989 NIR",
        "S F NE LE 28/03/1979",
        "I II III IV V VI",
    ],
)
def test_words_that_are_set_side_by_side_stay_apart(text: str) -> None:
    assert text_of(in_words(text, 3.1)) == text


def test_small_capitals_are_no_words_of_their_own() -> None:
    letters, left = [], 60.0
    for at, one in enumerate("NAISSANCE"):
        tall = 8.0 if at == 0 else 5.8
        letters.append(Letter(left, left + 5.0, 110.0 - tall, 110.0, one, at, is_real=True))
        left += 5.0 + 0.19 * 5.8
    assert text_of(letters) == "NAISSANCE"
