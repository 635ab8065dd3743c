"""What no act in the software shows and an editor can: documentation, screens and papers, for a person to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from conformance.guided.walking import Journey
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.guided.walking import Walk
    from conformance.suite.desk.steps import Desk

WANTED: Final = {
    "validation": Text(
        "Capturez l'écran où l'utilisateur valide une identité, et tous les choix qu'il y a.",
        "Take a picture of the screen where the user validates an identity, with all the choices that there are.",
    ),
    "copies": Text(
        "Si le logiciel garde des copies de pièces d'identité, joignez leur documentation : algorithme, taille et gestion "
        "des clés, délai de suppression. S'il n'en garde pas, joignez ce qui le dit.",
        "If the software keeps copies of identity documents, attach their documentation: algorithm, size and management "
        "of the keys, time limit of deletion. If it keeps none, attach what says so.",
    ),
    "uses": Text(
        "Joignez un ticket de caisse, une carte de fidélité et l'écran du compte client d'un patient qualifié, ou ce qui "
        "dit où l'INS est employée.",
        "Attach a receipt, a loyalty card and the screen of the customer account of a qualified patient, or what says "
        "where the INS is used.",
    ),
    "sharing": Text(
        "Joignez la description de la façon dont une base reprise d'un autre logiciel, ou partagée entre structures, "
        "obtient et vérifie ses INS.",
        "Attach the description of how a base taken over from another software, or shared between organisations, gets "
        "and verifies its INS.",
    ),
}


def _make(_desk: Desk, walk: Walk) -> None:
    for name, wanted in WANTED.items():
        walk.capture(name, wanted)


JOURNEY = Journey(
    key="editor",
    title=Text(
        "ce que l'éditeur montre : documentation, écrans et papiers, jugés par une personne",
        "what the editor shows: documentation, screens and papers, judged by a person",
    ),
    acts=len(WANTED),
    minutes=10,
    make=_make,
)


@pytest.mark.rule("PRF-11")
@pytest.mark.title(
    fr="L'écran de validation ne propose pas de se passer de pièce",
    en="The screen of validation does not offer to do without a document",
)
def test_no_exemption(walk: Walk) -> None:
    walk.need_eyes(
        "validation",
        "aucun choix « patient connu » ou semblable n'y tient lieu de pièce",
        "no choice such as “known patient” stands there for a document",
    )


@pytest.mark.rule("PRF-12")
@pytest.mark.title(
    fr="Les copies de pièces sont chiffrées et supprimées cinq ans après la dernière activité",
    en="Copies of documents are encrypted and deleted five years after the last activity",
)
def test_copies(walk: Walk) -> None:
    walk.need_eyes(
        "copies",
        "la documentation dit l'algorithme, la taille et la gestion des clés, et la suppression cinq ans après la dernière "
        "activité (trois ans après la dernière visite serait conseillé depuis)",
        "the documentation tells the algorithm, the size and the management of keys, and the deletion five years after "
        "the last activity (three years after the last visit is said to be advised since)",
    )


@pytest.mark.rule("SEC-12")
@pytest.mark.title(
    fr="L'INS ne sert ni de numéro de client, ni à la fidélité, ni au commerce",
    en="The INS serves neither as customer number, nor for loyalty schemes, nor for trade",
)
def test_uses(walk: Walk) -> None:
    walk.need_eyes(
        "uses",
        "l'INS n'est sur aucun de ces papiers ou écrans, et n'y sert pas de clé",
        "the INS is on none of these papers or screens, and is no key there",
    )


@pytest.mark.rule("CAL-21")
@pytest.mark.title(
    fr="Une base reprise ou partagée obtient et vérifie ses INS elle-même, une fois",
    en="A base taken over or shared gets and verifies its INS by itself, once",
)
def test_sharing(walk: Walk) -> None:
    walk.need_eyes(
        "sharing",
        "aucun statut ni aucune INS n'est repris sans appel à INSi, et les structures d'une même base n'appellent qu'une fois",
        "no status and no INS is taken over without a call to INSi, and the organisations of one base call once only",
    )
