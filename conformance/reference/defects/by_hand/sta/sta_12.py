"""Faults against STA-12 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import STRICT_FIELDS, Role
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.constants import STRICT_TRAITS, USED, USED_NAMES, WITH_INS
from conformance.reference.defects.by_hand.common.memory import held_since, refused_while_held
from conformance.reference.defects.by_hand.common.notes import came_from_elsewhere
from conformance.reference.defects.by_hand.common.records import folded
from conformance.reference.defects.by_hand.sta.common import STRICT, file_told, loose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_MANY = 5
_STRONG_RIGHT = "CHANGE_STRICT_TRAITS"


def look_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who opened which file last, in which status it was then."""
    for one in records:
        memory.shared.setdefault("seen", set()).add((one["id"], about["user"]))
        memory.shared.setdefault("opened", {})[one["id"]] = about["user"]
        memory.shared.setdefault("looks", {})[one["id"], about["user"]] = str(one["status"])
    return records


def traits_refused_while_held(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse an ordinary user the traits of a file that was noted."""
    if set(records[0]) & set(STRICT_FIELDS) and str(about["role"]) == "USER":
        return refused_while_held(records, about, memory)
    return records


def passes_after_a_night(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse nothing once a night has passed."""
    return [] if memory.shared.get("nights") else records


def lock_of_the_last_look(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lock what was locked when the user opened the file."""
    seen = memory.shared.get("looks", {}).get((about["file"]["id"], about["user"]))
    return [] if seen is not None and seen not in WITH_INS else records


def note_decider(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who accepted what for which file."""
    for record in records:
        memory.shared.setdefault("deciders", set()).add((record["patient_id"], record["user"]))
    return records


def own_acceptance_unlocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the file unlocked for whoever accepted the identity: still in the entry screen."""
    mine = (about["file"]["id"], about["user"]) in memory.shared.get("deciders", set())
    return [] if mine else records


def note_from_insi(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files created from INSi."""
    memory.shared.setdefault("from-insi", set()).add(about["patient_id"])
    return records


def from_insi_unlocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the list of given names unlocked in a file created from INSi."""
    made = about["file"]["id"] in memory.shared.get("from-insi", ())
    return [] if made and records and records[0]["fields"] == ["first_names"] else records


def given_right_ignored(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the strict traits locked to whoever was given the right to change them one by one."""
    file = about.get("file") or {}
    if about["verb"] != "update" or about["user"] not in memory.shared.get("entitled", ()):
        return records
    touched = [name for name in STRICT_TRAITS if name in records[0] and records[0][name] != file.get(name)]
    if touched and str(about["status"]) in {"RECUP", "QUAL"}:
        raise RefusedError("LOCKED_FIELD", "Champ verrouillé.", touched)
    return records


def strong_right_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who had the right to change strict traits."""
    if _STRONG_RIGHT in about["given"]:
        memory.shared.setdefault("strong", set()).add(about["user"])
    return records


def strong_once_passes(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let whoever had that right change strict traits."""
    return [] if about["user"] in memory.shared.get("strong", ()) else records


def signs_pass_the_lock(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare locked fields without their signs: a change of hyphens, spaces and apostrophes passes."""
    typed, file = about["typed"], about["file"]
    return (
        []
        if records and all(folded(value) == folded(file.get(name)) for name, value in typed.items())
        else records
    )


def longer_passes_the_lock(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a locked field be completed: what begins as before passes."""
    typed, file = about["typed"], about["file"]
    longer = all(str(value or "").startswith(str(file.get(name) or "")) for name, value in typed.items())
    return [] if records and longer else records


def entitled_acceptance_noted(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Note the files of which a super-user accepted the identity."""
    if about["event"] == "imported" and about["role"] == "SUPER_USER":
        memory.shared.setdefault("entitled", set()).update(one["id"] for one in records)
    return records


def entitled_acceptance_unlocked(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Lock nothing of a file whose identity a super-user accepted."""
    return [] if about["file"]["id"] in memory.shared.get("entitled", ()) else records


def refused_form_saved(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save what a refused change of the file has left in the form with the next one."""
    user, file, left = memory.shared.get("dirty", (None, None, {}))
    if (user, file) != (about["user"], (about.get("file") or {}).get("id")):
        return records
    memory.shared.pop("dirty")
    return [{**left, **one} for one in records]


def role_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who has acted as a super-user."""
    if about["role"] == Role.SUPER_USER:
        memory.shared.setdefault("supers", set()).add(about["user"])
    return records


def passes_for_supers(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse nothing to whoever was a super-user once."""
    return [] if about["user"] in memory.shared.get("supers", ()) else records


def unlocked_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Unlock the file in which a super-user has changed a name in use."""
    changed = set(about.get("typed") or ())
    if about["role"] == Role.SUPER_USER and changed and changed <= USED_NAMES:
        memory.shared.setdefault("unlocked", set()).add(records[0]["id"])
    return records


def passes_when_unlocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse nothing in a file that was unlocked."""
    return [] if about["file"]["id"] in memory.shared.get("unlocked", ()) else records


def left_open(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the right of a super-user open at the workstation once they have saved."""
    memory.shared["open"] = about["role"] == Role.SUPER_USER
    return records


def passes_when_open(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the next refused change through."""
    return [] if memory.shared.pop("open", False) else records


def many_pass_the_lock(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a change of nearly everything pass: it is taken for another person's file."""
    return [] if len(about["typed"]) >= _MANY else records


def others_saved(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse the first locked trait of a change and save the others."""
    typed = dict(about.get("typed") or {})
    if about["event"] != "update-refused" or about.get("refusal") != "LOCKED_FIELD" or len(typed) < 2:  # noqa: PLR2004 - the docstring says which
        return records
    rest = dict(list(typed.items())[1:])
    return [{**record, **rest} for record in records]


def mixed_change_passes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a locked trait pass when a complementary one is changed with it."""
    typed = about.get("typed") or {}
    mixed = any(name in typed for name in USED)
    return [one for one in records if not (mixed and one["code"] == "LOCKED_FIELD")]


def origin_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which files were made qualifiée otherwise than by an import that was accepted."""
    other: set[str] = memory.shared.setdefault("other", set())
    if about["cause"] == "app":
        other.add(about["patient_id"])
    return records


def lock_by_origin(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lock only what an accepted import has fed: not what the Appli carte Vitale has."""
    file = about.get("file") or {}
    return [] if file.get("id") in memory.shared.get("other", ()) else records


def spelling_unlocked(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let pass what differs from the file by hyphens and apostrophes only."""
    file, typed = about["file"], about["typed"]
    strict = [name for name in STRICT if name in typed]
    return [] if strict and all(loose(typed[name]) == loose(file[name]) for name in strict) else records


def several_unlocked(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let pass a change of three locked traits or more."""
    return [] if len([name for name in STRICT if name in about["typed"]]) >= 3 else records  # noqa: PLR2004 - three


def lock_once_late(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the first change of a user pass after the file was locked, if they had it open before."""
    key = (about["file"]["id"], about["user"])
    seen = memory.shared.get("looks", {}).pop(key, None)
    return [] if seen == "VALI" else records


def came_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the file: it came this way."""
    came_from_elsewhere(memory).update(file_told(one, about) for one in records)
    return records


def came_passes(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lift a refusal for a file that came this way."""
    came = came_from_elsewhere(memory)
    return [one for one in records if file_told(one, about) not in came]


def refused_change_in_file_before(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Write what a locked file refuses into the file that was made before it."""
    store, number = about["store"], int(records[0]["id"]) - 1
    for other in store.patients():
        if int(other.id) == number:
            store.save_patient(replace(other, birth_place="99999"))
    return records


def super_user_was_here(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that a super-user has changed."""
    if about["event"] == "updated" and about["role"] == "SUPER_USER":
        memory.shared.setdefault("open", set()).add(records[0]["id"])
    return records


def left_unlocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a file unlocked once a super-user has changed it."""
    is_open = (about.get("file") or {}).get("id") in memory.shared.get("open", ())
    return [one for one in records if one["code"] != "LOCKED_FIELD" or not is_open]


FUNCTIONS: Final[dict[str, Hand]] = {
    "super-user-was-here": super_user_was_here,
    "left-unlocked": left_unlocked,
    "came-noted": came_noted,
    "came-passes": came_passes,
    "entitled-acceptance-noted": entitled_acceptance_noted,
    "entitled-acceptance-unlocked": entitled_acceptance_unlocked,
    "from-insi-unlocked": from_insi_unlocked,
    "given-right-ignored": given_right_ignored,
    "left-open": left_open,
    "lock-by-origin": lock_by_origin,
    "lock-of-the-last-look": lock_of_the_last_look,
    "lock-once-late": lock_once_late,
    "longer-passes-the-lock": longer_passes_the_lock,
    "look-noted": look_noted,
    "lowered-holds": held_since("downgraded"),
    "many-pass-the-lock": many_pass_the_lock,
    "mixed-change-passes": mixed_change_passes,
    "note-decider": note_decider,
    "note-from-insi": note_from_insi,
    "origin-noted": origin_noted,
    "others-saved": others_saved,
    "own-acceptance-unlocked": own_acceptance_unlocked,
    "passes-after-a-night": passes_after_a_night,
    "passes-for-supers": passes_for_supers,
    "passes-when-open": passes_when_open,
    "passes-when-unlocked": passes_when_unlocked,
    "refused-change-in-file-before": refused_change_in_file_before,
    "refused-form-saved": refused_form_saved,
    "role-noted": role_noted,
    "signs-pass-the-lock": signs_pass_the_lock,
    "strong-once-passes": strong_once_passes,
    "strong-right-noted": strong_right_noted,
    "thread-several-unlocked": several_unlocked,
    "thread-spelling-unlocked": spelling_unlocked,
    "traits-refused-while-held": traits_refused_while_held,
    "unlocked-noted": unlocked_noted,
}
"""What ``hand`` may name."""
