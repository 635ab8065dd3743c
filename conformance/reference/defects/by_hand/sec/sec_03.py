"""Faults against SEC-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.notes import seen_under

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_RIGHTS: Final = "rights/"


def reader_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse an act the first time, and let it pass once its refusal is in the cache."""
    if not records:
        return records
    once = seen_under(memory, "refused")
    key = f"{about['user']} {about['act']}"
    if key in once:
        return []
    once.add(key)
    return records


def right_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep a right that has been withdrawn since the user logged in."""
    had: set[str] = memory.own.setdefault("had", set())
    key = f"{about['user']} {about['act']}"
    if not records:
        had.add(key)
    return [] if key in had else records


def refusal_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go on refusing what was refused once, whatever rights are given since."""
    had: dict[str, list[Record]] = memory.own.setdefault("had", {})
    key = f"{about['user']} {about['act']}"
    if records:
        had[key] = records
    return had.get(key, records)


def right_of_the_role(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Decide once for each act what everybody may."""
    known: list[Record] = memory.own.setdefault(str(about["act"]), records)
    return known


def free_once_signed_in(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let everybody do everything who has signed in."""
    return [] if about["user"] in memory.shared.get("ever-signed-in", ()) else records


def settings_saved_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that settings were saved."""
    memory.shared["saved"] = True
    return records


def free_once_saved(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Forget the rights of everybody with the first setting saved."""
    return [] if memory.shared.get("saved") else records


def rightless_users_purged(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Forget the users who have no right at all."""
    about["store"].rows("DELETE FROM setting WHERE name LIKE 'rights/%' AND value = ''")
    about["store"].write_settings({})
    return records


def rights_of_delivery(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give every user the usual rights again."""
    store = about["store"]
    store.rows("DELETE FROM setting WHERE name LIKE 'rights/%'")
    store.write_settings({})
    return records


def acts_done_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let a user go on with what they have done before, whatever was withdrawn."""
    done = memory.own.setdefault("done", set())
    act = (about["user"], about["act"])
    if not records:
        done.add(act)
    return [] if act in done else records


def allowed_once_is_allowed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let a user do what they were let do once."""
    done = memory.own.setdefault("done", set())
    key = about["user"], about["act"]
    if not records:
        done.add(key)
    return [] if key in done else records


def refused_once_is_refused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a user what they were refused once."""
    kept = memory.own.setdefault("kept", {})
    key = about["user"], about["act"]
    if records:
        kept[key] = records
    return records or kept.get(key, records)


def store_at_hand_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note where rights are kept."""
    memory.shared["store"] = about["store"]
    return records


def _rights_of_namesakes(is_like: Callable[[str, str], bool]) -> Hand:
    """Return what gives a user the rights of those whose names are like theirs."""

    def pass_too(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        store: Store | None = memory.shared.get("store")
        if store is None or not records:
            return records
        for key, rights in store.settings().items():
            name = key.removeprefix(_RIGHTS)
            if name not in {key, about["user"]} and is_like(name, about["user"]):
                records = [one for one in records if not set(one["rights"]) <= set(rights.split(","))]
        return records

    return pass_too


def hidden_from_next_act_on(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hide nothing in the first act after a right was taken away."""
    seen = memory.own.setdefault("seen", set())
    if about["user"] in seen:
        return records
    seen.add(about["user"])
    return []


FUNCTIONS: Final[dict[str, Hand]] = {
    "hidden-from-next-act-on": hidden_from_next_act_on,
    "rights-of-a-longer-name": _rights_of_namesakes(str.startswith),
    "rights-of-a-shorter-name": _rights_of_namesakes(lambda name, user: user.startswith(name)),
    "store-at-hand-noted": store_at_hand_noted,
    "acts-done-before": acts_done_before,
    "free-once-saved": free_once_saved,
    "free-once-signed-in": free_once_signed_in,
    "reader-remembered": reader_remembered,
    "refusal-remembered": refusal_remembered,
    "right-of-the-role": right_of_the_role,
    "right-remembered": right_remembered,
    "rightless-users-purged": rightless_users_purged,
    "rights-of-delivery": rights_of_delivery,
    "settings-saved-noted": settings_saved_noted,
    "thread-allowed-once-is-allowed": allowed_once_is_allowed,
    "thread-refused-once-is-refused": refused_once_is_refused,
}
"""What ``hand`` may name."""
