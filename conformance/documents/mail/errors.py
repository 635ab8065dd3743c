"""Error mails of an integration (LPS volet): the code of the subject and that of the machine part are the same, and a known one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import Place, PlaceKind
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.problems import Problem

_SUBJECT: Final = re.compile(r"^\s*\[(?:KO\s|Erreur\s)[^\]]*\]\s*\[([^\]]{0,40})\]", re.IGNORECASE)
_DISPOSITION: Final = re.compile(
    rb"^Disposition:[^\r\n]{0,200}?processed/Error:\s*([0-9A-Za-z]{1,10})", re.IGNORECASE | re.MULTILINE
)
_CODES: Final = frozenset(str(code) for code in range(900, 907))


def error_codes(subject: str, data: bytes, file: str) -> Iterator[Problem]:
    """Yield what contradicts itself in an error mail.

    Args:
        subject: decoded: ``[KO Intégration système !][904] XDM/1.0/DDM+…``.
        data: the mail as it is.
        file: its name.
    """
    told, machine = _SUBJECT.match(subject), _DISPOSITION.search(data)
    if told is None:
        return
    place, shown = Place(kind=PlaceKind.HEADER, path="Subject", file=file), told[1].strip()
    if shown not in _CODES:
        text = Text(
            f"code d’erreur 900 à 906 attendu dans l’objet, « {shown} » trouvé",
            f"expected an error code from 900 to 906 in the subject, got {shown!r}",
        )
        yield inferred("mail-error-code", text, "TRA-07", at=(Quote(place, subject),))
    elif machine is not None and machine[1].decode() != shown:
        code = machine[1].decode()
        text = Text(
            f"l’objet annonce l’erreur {shown}, le compte rendu {code}",
            f"the subject tells the error {shown}, the report {code}",
        )
        spot = Place(kind=PlaceKind.HEADER, path="Disposition", file=file)
        yield official(
            "mail-error-codes-differ", text, "TRA-07", at=(Quote(place, subject), Quote(spot, code))
        )
