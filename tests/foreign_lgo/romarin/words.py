"""What may be typed, how it is compared, how it is shown."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

LABELS = {
    "matricule": "Matricule INS",
    "oid": "OID",
    "birth_name": "N. Nais.",
    "first_names": "Pr. Nais.",
    "first_name": "Pr. 1",
    "birth_date": "DDN",
    "sex": "S.",
    "birth_place": "INSEE Nais.",
    "used_name": "N. Ut.",
    "used_first_name": "Pr. Ut.",
}
LONGEST = 100


class RefusedError(Exception):
    """The software says no and has changed nothing."""

    def __init__(self, code: str, message: str, *fields: str) -> None:
        super().__init__(message)
        self.answer = {"code": code, "message": message, "fields": list(fields)}


def is_name(text: str) -> bool:
    """Whether a name is written as the INS wants it."""
    return re.fullmatch(rf"[A-Z' -]{{1,{LONGEST}}}", text) is not None and not any(
        each in text for each in ("  ", "''", " '", "' ")
    )


def is_well_formed(name: str, text: str) -> bool:
    """Whether this field may be written so: a hyphen neither begins nor, in given names, doubles or ends."""
    if not is_name(text) or text[0] in " -":
        return False
    if name in {"birth_name", "used_name"}:
        return True
    return all("--" not in each and each[0] != "-" and each[-1] not in "-'" for each in text.split())


def plain(text: str | None) -> str:
    """A name without what a search overlooks."""
    decomposed = unicodedata.normalize("NFD", (text or "").upper().replace("Œ", "OE").replace("Æ", "AE"))
    return "".join(each for each in decomposed if each.isalnum() and not unicodedata.combining(each))


def day(text: str | None) -> date | None:
    """The day, None when it is not one."""
    try:
        return (
            date.fromisoformat(text) if text and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
        )
    except ValueError:
        return None


def shown(text: str | None) -> str | None:
    """JJ/MM/AAAA."""
    if not text:
        return None
    year, _, rest = text.partition("-")
    month, _, number = rest.partition("-")
    return f"{number}/{month}/{year}"


def checked(values: dict, today: date) -> dict:
    """The values as the software stores them, or a refusal that names the field."""
    kept = {}
    for name, value in values.items():
        text = value.strip() if isinstance(value, str) else value
        kept[name] = text = text or None
        if text is None:
            continue
        if name in {"used_name", "used_first_name"}:
            kept[name] = text = ascii_capitals(text)
        if name in {
            "birth_name",
            "first_name",
            "first_names",
            "used_name",
            "used_first_name",
        } and not is_well_formed(name, text):
            raise RefusedError(
                "SAISIE",
                f"{LABELS[name]} : capitales sans accent, trait d'union, apostrophe et espace seulement ({LONGEST} au plus).",
                name,
            )
        if name == "birth_date" and (day(text) is None or day(text) > today):
            raise RefusedError("SAISIE", "DDN : ce jour n'existe pas, ou n'est pas encore venu.", name)
        if name == "sex" and text not in {"M", "F", "I"}:
            raise RefusedError("SAISIE", "S. : M, F ou I.", name)
        if name == "birth_place" and not re.fullmatch(r"(?:[0-9]{2}|2[AB])[0-9]{3}", text):
            raise RefusedError(
                "SAISIE", "INSEE Nais. : cinq caractères du code officiel, 99999 si inconnu.", name
            )
    return kept


def ascii_capitals(text: str) -> str:
    """Capitals without accents."""
    decomposed = unicodedata.normalize(
        "NFD", text.upper().replace("Œ", "OE").replace("Æ", "AE").replace("’", "'")
    )
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def begins(first_name: str | None, given: str | None) -> bool:
    """Whether the first given name is the start of the list, on whole names; hyphen and apostrophe are spaces."""
    start, names = (re.sub(r"[-' ]+", " ", each or "").strip() for each in (first_name, given))
    return bool(start) and (names + " ").startswith(start + " ")


def split_list(given: str | None) -> list[str]:
    """The names of the list."""
    return (given or "").split()
