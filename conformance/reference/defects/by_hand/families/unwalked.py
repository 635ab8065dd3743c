"""Faults on paths that are seldom walked: something is noted at one seam, and does its harm at another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.constants import INS
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_TRAITS: Final = ("birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place")
_FROM_INSI: Final = tuple(name for name in _TRAITS if name != "first_name")
_NO_INS: Final = dict.fromkeys(INS, "")
_SCREEN: Final = frozenset({"birth_name", "birth_date", "sex"})


def _ids(memory: Memory) -> set[str]:
    found: set[str] = memory.shared.setdefault("unwalked", set())
    return found


def _noting(when: Callable[[Record, Mapping[str, Any]], bool | None], *, by: str = "id") -> Hand:
    """Return what notes files; ``None``: nothing is said of this one."""

    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        for one in records:
            number, noted = str(one.get(by) or about.get("patient_id") or ""), when(one, about)
            if number and noted is not None:
                (_ids(memory).add if noted else _ids(memory).discard)(number)
        return records

    return hand


def _verified(one: Record, _about: Mapping[str, Any]) -> bool | None:
    return one["code"] == "00" if one["action"] == "INSI_VERIFICATION" else None


def _not_verified(one: Record, _about: Mapping[str, Any]) -> bool | None:
    return one["code"] not in {"00", "01"} if one["action"] == "INSI_VERIFICATION" else None


def _not_found(one: Record, _about: Mapping[str, Any]) -> bool | None:
    return one["code"] == "01" if one["action"] == "INSI_CALL" else None


def _made_by_insi(_one: Record, about: Mapping[str, Any]) -> bool | None:
    made = about["event"] == "imported" and about.get("path") == "created-from-insi"
    return True if made else None


def _if_noted(change: Callable[[Record, Mapping[str, Any]], Record]) -> Hand:
    """Return what changes the records about a file that was noted."""

    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        return [change(one, about) for one in records] if about["patient_id"] in _ids(memory) else records

    return hand


def _its_ins(one: Record, about: Mapping[str, Any]) -> Record:
    return {**one, **{name: about["file"].get(name) or "" for name in INS}}


def _let_through(one: Record, about: Mapping[str, Any]) -> Record:
    if about["file_status"] != "RECUP":
        return one
    to_patient = one["channel"] == "MSSANTE_PATIENT"
    address = about["file"]["mailbox"] if to_patient else "dmp@monespacesante.example"
    return {**one, "why": "", "recipient": one["recipient"] or address}


def _held_back(one: Record, _about: Mapping[str, Any]) -> Record:
    return {**one, "why": one["why"] or "l'identité n'est pas qualifiée"}


def _held_back_without_ins(one: Record, about: Mapping[str, Any]) -> Record:
    return one if about["file_status"] in {"RECUP", "QUAL"} else _held_back(one, about)


def _said(word: str) -> Callable[[Record, Mapping[str, Any]], Record]:
    return lambda one, _about: {**one, "value": word} if one["name"] == "status" else one


def answer_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note what INSi answered about a file: it waits, was declined, or has been accepted."""
    number, event = records[0]["id"], about["event"]
    waiting: dict[str, Record] = memory.shared.setdefault("waiting", {})
    if event == "called" and about.get("insi"):
        waiting[number] = about["insi"]
    elif event in {"imported", "import-declined"}:
        answer = waiting.pop(number, None)
        declined: dict[str, Record] = memory.shared.setdefault("declined", {})
        declined.pop(number, None)
        if answer and event == "import-declined":
            declined[number] = answer
    return records


def _traits_of_answer(which: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        answer = memory.shared.get(which, {}).get(about["patient_id"], {})
        told = {name: answer[name] for name in _FROM_INSI if answer.get(name)}
        return [{**one, **told} for one in records]

    return hand


def _screen_of_answer(which: str, *names: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        answer = memory.shared.get(which, {}).get(about["patient_id"], {})
        return [
            {**one, "value": answer[one["name"]]} if one["name"] in names and answer.get(one["name"]) else one
            for one in records
        ]

    return hand


def banner_until_edited(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the traits of the first opening until somebody edits the file."""
    if not about.get("patient_id"):
        return records
    kept: dict[str, Record] = memory.shared.setdefault("banner", {})
    first = kept.setdefault(about["patient_id"], {one["name"]: one["value"] for one in records})
    return [{**one, "value": first[one["name"]]} if one["name"] in _SCREEN else one for one in records]


def banner_read_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Forget the banner of a file that was edited."""
    if about["event"] == "updated":
        memory.shared.setdefault("banner", {}).pop(records[0]["id"], None)
    return records


def display_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note what the site displays."""
    for one in records:
        memory.shared["displayed"] = one.get("displayed_fields", memory.shared.get("displayed"))
    return records


def paper_as_displayed(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Print the INS where the screen displays it."""
    displayed = memory.shared.get("displayed")
    return records if displayed is None or "matricule" in displayed else all_with(records, **_NO_INS)


def nature_as_displayed(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Print the nature where the screen displays the matricule."""
    displayed = memory.shared.get("displayed")
    return records if displayed is None or "matricule" in displayed else all_with(records, nature="")


def sex_as_chosen(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Display, once the site has chosen fields, those alone."""
    hidden = memory.shared.get("displayed") and about["form"] == "PATIENT"
    return [one for one in records if not (hidden and one["name"] == "sex")]


def _emptied_ignored(name: str) -> Hand:
    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [{key: value for key, value in one.items() if key != name or value != ""} for one in records]

    return hand


def printed_once_printed(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep what was chosen to be printed before."""
    out = []
    for one in records:
        record = dict(one)
        if record.get("printed_traits"):
            memory.own["printed"] = memory.own.get("printed", set()) | set(
                record["printed_traits"].split(",")
            )
            record["printed_traits"] = ",".join(sorted(memory.own["printed"]))
        out.append(record)
    return out


def feeding_off_with_display(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Switch the automatic feeding off when the page of the display is saved."""
    return [{**one, "dmp_automatic": "false"} if "displayed_fields" in one else one for one in records]


def refused_if_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse what is done with a file that was noted."""
    file = about.get("file") or {}
    if file.get("id") in _ids(memory):
        raise RefusedError("NO_INS", "Identité inconnue d'INSi.", ["matricule"])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "unwalked-answer-noted": answer_noted,
    "unwalked-banner-read-again": banner_read_again,
    "unwalked-banner-until-edited": banner_until_edited,
    "unwalked-declined-traits": _traits_of_answer("declined"),
    "unwalked-display-noted": display_noted,
    "unwalked-emptied-paper": _emptied_ignored("printed_traits"),
    "unwalked-feeding-off": feeding_off_with_display,
    "unwalked-held-back": _if_noted(_held_back),
    "unwalked-held-back-without-ins": _if_noted(_held_back_without_ins),
    "unwalked-its-ins": _if_noted(_its_ins),
    "unwalked-let-through": _if_noted(_let_through),
    "unwalked-made-by-insi": _noting(_made_by_insi),
    "unwalked-nature-as-displayed": nature_as_displayed,
    "unwalked-no-ins": _if_noted(lambda one, _about: {**one, **_NO_INS}),
    "unwalked-no-list": _if_noted(lambda one, _about: {**one, "first_names": ""}),
    "unwalked-not-found": _noting(_not_found, by="patient_id"),
    "unwalked-not-verified": _noting(_not_verified, by="patient_id"),
    "unwalked-paper-as-displayed": paper_as_displayed,
    "unwalked-printed-once-printed": printed_once_printed,
    "unwalked-refused": refused_if_noted,
    "unwalked-said-provisional": _if_noted(_said("Identité provisoire")),
    "unwalked-said-qualified": _if_noted(_said("Identité qualifiée")),
    "unwalked-said-recovered": _if_noted(_said("Identité récupérée")),
    "unwalked-screen-declined": _screen_of_answer("declined", "birth_name"),
    "unwalked-screen-waiting": _screen_of_answer("waiting", "birth_name"),
    "unwalked-screen-waiting-date": _screen_of_answer("waiting", "birth_date"),
    "unwalked-screen-waiting-sex": _screen_of_answer("waiting", "sex"),
    "unwalked-sex-as-chosen": sex_as_chosen,
    "unwalked-verified": _noting(_verified, by="patient_id"),
    "unwalked-waiting-traits": _traits_of_answer("waiting"),
}
"""What ``hand`` may name."""
