"""What the screen shows on which a document is chosen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.drivers.model import PROOF_KINDS
from conformance.suite.desk.expect import expect
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.drivers.screens import FormField


def expect_not_selected(fields: Iterable[FormField]) -> None:
    """Check that a screen on which a document is chosen has chosen none."""
    for value, choices in _selections(fields):
        is_choice = value in PROOF_KINDS or value in choices
        expect(
            not is_choice or _is_placeholder(value),
            fr=f"la liste des pièces s'ouvre sur « {value} »",
            en=f"the list of documents opens on “{value}”",
        )


def choices_offered(fields: Iterable[FormField]) -> frozenset[str]:
    """Return the documents that such a screen offers."""
    return frozenset(choice for field in fields for choice in field.choices)


def _selections(fields: Iterable[FormField]) -> Iterator[tuple[str, tuple[str, ...]]]:
    lists = [field for field in fields if field.name == "kind" or field.choices]
    if not lists:
        raise UndecidedError(
            "l'écran des pièces ne montre pas de liste (champ kind)",
            "the screen of documents shows no list (field kind)",
        )
    for field in lists:
        if field.value:
            yield field.value, field.choices


def _is_placeholder(value: str) -> bool:
    """Tell whether a text asks for a choice instead of being one."""
    return not re.search(r"[^\W_]", value) or bool(
        re.match(r"\W*(choisi|s[ée]lectionn|aucun|select|choose|none|pick)", value, re.IGNORECASE)
    )
