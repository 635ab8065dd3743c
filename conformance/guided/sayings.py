"""What the guided driver says at the counter, whichever the act."""

from __future__ import annotations

from typing import Final

from simulator.text import Text

LOOK: Final = Text("  À l'écran :", "  On the screen:")
REFUSAL: Final = Text(
    "Le message du refus, recopié (Entrée : aucun message)",
    "The message of the refusal, copied (Enter: no message)",
)
ABSENT: Final = Text("Pourquoi le logiciel ne l'offre pas", "Why the software does not offer it")
SENSELESS: Final = Text(
    "  ✗ attendu Entrée, r, x ou ? (ou note, joindre, stop)",
    "  ✗ expected Enter, r, x or ? (or note, attach, stop)",
)
WHOSE: Final = Text("Que montre le dossier à l'écran ?", "What does the file on the screen show?")
MINE: Final = Text(
    "ce qu'INSi a reçu : j'ai mal saisi (le logiciel n'y est pour rien)",
    "what INSi received: I mistyped (the software is not to blame)",
)
THEIRS: Final = Text(
    "ce que dit la fiche : le logiciel envoie autre chose",
    "what the sheet says: the software sends something else",
)
AGAIN: Final = Text(
    "  Corrigez la saisie dans le logiciel, puis refaites l'appel. L'appel erroné ne compte pas.",
    "  Mend what you typed in the software, then call again. The mistaken call does not count.",
)
