"""Words on a page that are known to mean something else than the trait printed beside them (rule 32: labels without ambiguity)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.page.labels import LABEL, LABELS, plain
from conformance.documents.problems import official
from conformance.documents.record import Trait
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.page.text import Line
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_ALONE: Final = {
    Trait.BIRTH_NAME: re.compile(r"(?:^|[\t ])(?:noms?|identite)\s*:"),
    Trait.BIRTH_DATE: re.compile(r"(?:^\s*|\t[^\S\t]*)(?:date|le)\s*:\s*\d"),
}
"""Labels that are known not to say whether it is that of birth."""
_OTHER_NUMBER: Final = re.compile(
    r"(?:n(?:°|o|um(?:ero)?)\.?\s*(?:de\s+)?(?:dossier|client|patient|ipp|adherent|mutuelle)|\b(?:ipp|nip)|(?:code|reference)\s+(?:client|patient))"
    r"\s*(?::\s*)?$"
)


def is_ambiguous(trait: Trait, told: str) -> bool:
    """Tell whether a line, in lower case and without accents, prints a trait under a label that is known to be too short."""
    pattern = _ALONE.get(trait)
    return pattern is not None and pattern.search(told) is not None


def is_sure(trait: Trait, told: str, wanted: str, record: IdentityRecord) -> bool:
    """Tell whether a trait that no label of its own tells is printed under none, or under one that is known not to be its own.

    Args:
        trait: of birth.
        told: the line that holds it, in lower case and without accents.
        wanted: what it is.
        record: what was read of the page.
    """
    if is_ambiguous(trait, told):
        return True
    used = {Trait.BIRTH_NAME: Trait.USED_NAME, Trait.FIRST_NAME: Trait.USED_FIRST_NAME}.get(trait)
    if used and any(comparison_key(one.normal) == comparison_key(wanted) for one in record.of(used)):
        return True
    # A word and a colon before it may be a label in a spelling we do not know; so may one of its own that stands elsewhere.
    return ":" not in told and "\t" not in told and not _names(trait, told)


def _names(trait: Trait, told: str) -> bool:
    groups = [match.lastgroup or "" for match in LABEL.finditer(told)]
    return any(one[1:].isdecimal() and LABELS[int(one[1:])][0] is trait for one in groups)


def other_number(record: IdentityRecord, lines: Sequence[Line]) -> Iterator[Problem]:
    """Yield the matricules that stand right after the label of another number, such as that of the file."""
    shown = {line.number: line for line in lines}
    for number in record.of(Trait.MATRICULE):
        line = shown.get(number.place.line or 0)
        before = "" if line is None else plain(line.text.partition(number.text)[0])
        if _OTHER_NUMBER.search(before):
            text = Text(
                f"le matricule {number.text} est imprimé sous le libellé d’un autre numéro : un libellé sans équivoque est attendu",
                f"the matricule {number.text} is printed under the label of another number: an unambiguous label is expected",
            )
            yield official("matricule-mislabelled", text, "DOC-01", at=(number,))
