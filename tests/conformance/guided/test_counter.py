"""The conversation: answers that make sense are taken, others are asked again, and somebody who leaves has left."""

from __future__ import annotations

import pytest

from conformance.guided.counter import Counter, Left, Mark, MistypedError, Row, Seen
from conformance.guided.sight import status_of
from simulator.text import Text

ROWS = [
    Row(label=Text("nom", "name"), shown=Text.same("DURAND")),
    Row(label=Text("statut", "status"), shown=Text.same("RECUP"), read=status_of),
    Row(
        label=Text("alerte", "alert"),
        shown=Text.same("oui"),
        options=(Text("aucune", "none"), Text("autre", "other")),
    ),
]


class Typed:
    def __init__(self, *lines):
        self.lines = list(lines)

    def line(self, _seconds):
        if not self.lines:
            raise Left
        return self.lines.pop(0)


def counter(*lines, lang="fr"):
    written = []
    made = Counter(Typed(*lines), written.append, lang)
    return made, written


@pytest.mark.parametrize(
    ("typed", "marks"),
    [
        (["o"], [Seen.YES] * 3),
        (["OUI"], [Seen.YES] * 3),
        (["v1 v2 nv3"], [Seen.HIDDEN] * 3),
        (["v2, v3"], [Seen.YES, Seen.HIDDEN, Seen.HIDDEN]),
    ],
)
def test_what_is_seen(typed, marks):
    made, _ = counter(*typed)
    assert [mark.seen for mark in made.confirm(ROWS)] == marks


def test_a_line_that_differs_is_asked_for_and_read():
    made, _ = counter("2 1 v3", "DUPOND", "certifiée", "Qualifiée")
    assert made.confirm(ROWS) == [
        Mark(Seen.NO, "DUPOND"),
        Mark(Seen.NO, "QUAL"),
        Mark(Seen.HIDDEN),
    ]


def test_a_line_with_options_is_chosen_by_number():
    made, written = counter("3", "0", "3", "deux", "2")
    assert made.confirm(ROWS)[2] == Mark(Seen.NO, 1)
    assert sum("un numéro de 1 à 2" in line for line in written) == 3


@pytest.mark.parametrize(
    "senseless", ["", "x", "4", "0", "1 1", "v", "o 1", "-1", "1.5", "²", "１2", "v0", "o" * 5000]
)
def test_what_makes_no_sense_is_asked_again(senseless):
    made, written = counter(senseless, "o")
    assert [mark.seen for mark in made.confirm(ROWS)] == [Seen.YES] * 3
    assert sum("des numéros de ligne de 1 à 3" in line for line in written) == 1


def test_what_is_quoted_back_cannot_play_with_the_terminal():
    made, written = counter("\x1b[2J\x1b]0;x\x07", "o")
    made.confirm(ROWS)
    assert "\x1b" not in "".join(written)
    assert any("\\x1b[2J" in line for line in written)


def test_a_typo_is_mended_then_all_is_asked_again():
    made, written = counter("1", "faute", "")
    with pytest.raises(MistypedError):
        made.confirm(ROWS)
    assert any("Corrigez dans le logiciel" in line for line in written)


@pytest.mark.parametrize("word", ["stop", "STOP", "quitter", "quit"])
def test_somebody_may_leave_at_any_question(word):
    made, _ = counter(word)
    with pytest.raises(Left):
        made.confirm(ROWS)


def test_the_end_of_the_input_is_leaving():
    made, _ = counter()
    with pytest.raises(Left):
        made.text(Text("?", "?"))


def test_commands_are_done_and_the_question_still_waits():
    made, written = counter("note petite fenêtre", "?", "NOTE  encore ", "o")
    said = []
    made.commands = {"note": said.append}
    made.confirm(ROWS)
    assert said == ["petite fenêtre", "encore"]
    assert any("Un acte qu'INSi voit est reconnu tout seul" in line for line in written)


def test_the_other_language():
    made, written = counter("nope", "y", lang="en")
    made.confirm(ROWS)
    assert any("numbers of lines from 1 to 3" in line for line in written)
    assert not any("attendu" in line for line in written)
