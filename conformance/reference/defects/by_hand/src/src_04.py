"""Faults against SRC-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_FRENCH = frozenset("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ")


def _key(spelt: Callable[[str], str]) -> Hand:
    """Return a fault that compares texts spelt in this way."""

    def fault(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [{**one, "key": spelt(one["text"])} for one in records]

    return fault


def _plain(text: str, *, but: str = "") -> str:
    letters = unicodedata.normalize("NFD", text)
    plain = "".join(one for one in letters if not unicodedata.combining(one)).upper()
    return "".join(one for one in plain if one in but or one not in "-' ’")


def _first_hyphen_only(text: str) -> str:
    return _plain(re.sub("-+", "", text, count=1), but="-")


def _first_apostrophe_only(text: str) -> str:
    return _plain(re.sub("['’]+", "", text, count=1), but="'’")


def one_sign_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ignore the first hyphen or apostrophe of what is stored, and count the next ones."""
    if about["side"] != "stored":
        return records
    return [
        {**one, "key": comparison_key(re.sub("[-']", "", one["text"], count=1)).replace(" ", "_")}
        if len(re.findall("[-']", one["text"])) > 1
        else one
        for one in records
    ]


def french_letters_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Know the accents of French only: the others stay in what is looked for."""
    foreign = re.compile("[^A-Z '\\-" + "".join(_FRENCH) + "]")
    return [
        {**one, "key": "".join(unicodedata.normalize("NFC", one["text"]).upper().split())}
        if foreign.search(unicodedata.normalize("NFC", one["text"]).upper())
        else one
        for one in records
    ]


def exact_hides_others(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show those alone whose name is spelt as it was typed, when there are any."""
    typed = about["criteria"].get("name_prefix") or ""
    exact = [one for one in records if (one["birth_name"] or "").startswith(typed)]
    return (exact or records) if typed else records


def tilde_lost(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lose the letter that bears a tilde."""
    return [{**one, "key": one["key"].replace("N", "")} for one in records]


def apostrophe_blank(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put a blank where the apostrophe stood."""
    return [{**one, "key": re.sub("['’]", " ", str(one["text"])).upper().replace("-", "")} for one in records]


def insi_file_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that were created from an answer of INSi."""
    if about["event"] == "imported" and about["path"] == "created-from-insi":
        memory.shared.setdefault("from-insi", set()).add(records[0]["id"])
    return records


def insi_file_as_written(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Compare the name of a file that INSi created as it is written."""
    typed, noted = about["criteria"].get("name_prefix"), memory.shared.get("from-insi", ())
    names = ("birth_name", "used_name")
    return [
        one
        for one in records
        if not typed or one["id"] not in noted or any((one[name] or "").startswith(typed) for name in names)
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "insi-file-noted": insi_file_noted,
    "insi-file-as-written": insi_file_as_written,
    "apostrophe-blank": apostrophe_blank,
    "exact-hides-others": exact_hides_others,
    "first-apostrophe-only-ignored": _key(_first_apostrophe_only),
    "first-hyphen-only-ignored": _key(_first_hyphen_only),
    "french-letters-only": french_letters_only,
    "one-sign-only": one_sign_only,
    "tilde-lost": tilde_lost,
}
"""What ``hand`` may name."""
