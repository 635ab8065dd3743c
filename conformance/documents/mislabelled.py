"""Words on a page that are known to mean something else than the trait printed beside them (rule 32: labels without ambiguity)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.page.labels import plain
from conformance.documents.problems import official
from conformance.documents.record import Trait
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
