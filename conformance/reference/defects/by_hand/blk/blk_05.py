"""Faults against BLK-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from conformance.reference import dashboard
from conformance.reference.defects.by_hand.common.constants import ANSWERS, BY_CARD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def one_call_a_second(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count one call for each second."""
    calls = [
        one for one in about["log"] if one.action in {"INSI_CALL", "INSI_VERIFICATION"} and one.mode != "LOT"
    ]
    kept = {one.at[:19]: one for one in calls}.values()
    good = sum(one.code in {"00", "01", "02"} for one in kept)
    return [
        {**one, "insi_calls": len(kept), "insi_successes": good, "insi_failures": len(kept) - good}
        for one in records
    ]


def never_fewer_qualified(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the qualifiées as they come, never as they go."""
    out = []
    for record in records:
        memory.own["most"] = max(memory.own.get("most", 0), record["qualified"])
        out.append({**record, "qualified": memory.own["most"]})
    return out


def faults_are_answers(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count a SOAP fault as a success: something was answered."""
    calls = [
        one for one in about["log"] if one.action in {"INSI_CALL", "INSI_VERIFICATION"} and one.mode != "LOT"
    ]
    answered = sum(one.code is not None for one in calls)
    return [{**one, "insi_successes": answered, "insi_failures": len(calls) - answered} for one in records]


def one_per_file(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the failed calls once for each file."""
    calls = [
        one for one in about["log"] if one.action in {"INSI_CALL", "INSI_VERIFICATION"} and one.mode != "LOT"
    ]
    failed = {one.patient_id for one in calls if one.code not in {"00", "01", "02"}}
    return [
        {**one, "insi_failures": len(failed), "insi_successes": one["insi_calls"] - len(failed)}
        for one in records
    ]


def qualified_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note how many qualified identities an attribute has lowered."""
    if about["cause"] == "attributes" and str(about["before"]) == "QUAL":
        memory.shared["marked"] = memory.shared.get("marked", 0) + 1
    return records


def marked_still_counted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count among the qualifiées those that an attribute has lowered."""
    return [{**one, "qualified": one["qualified"] + memory.shared.get("marked", 0)} for one in records]


def failing(action: str, code: str) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that counts an answer with this code as a failure."""

    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        some = sum(
            one.action == action and one.code == code and one.mode != dashboard.LOT for one in about["log"]
        )
        return [
            {
                **one,
                "insi_successes": one["insi_successes"] - some,
                "insi_failures": one["insi_failures"] + some,
            }
            for one in records
        ]

    return hand


def once_for_each_file(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the last call of each file only."""
    calls = [one for one in about["log"] if one.action in dashboard.CALLS and one.mode != dashboard.LOT]
    kept = list({one.patient_id or id(one): one for one in calls}.values())
    good = sum(one.code in dashboard.ANSWERS for one in kept)
    counted = {"insi_calls": len(kept), "insi_successes": good, "insi_failures": len(kept) - good}
    return [{**one, **counted} for one in records]


def _more(records: list[Record], calls: int, failures: int) -> list[Record]:
    return [
        {
            **one,
            "insi_calls": one["insi_calls"] + calls,
            "insi_failures": one["insi_failures"] + failures,
            "insi_successes": one["insi_successes"] + calls - failures,
        }
        for one in records
    ]


def _is_answer(code: str | None) -> bool:
    return code in {"00", "01", "02"}


def _calls(about: Mapping[str, Any]) -> list[Any]:
    return [
        each
        for each in about["log"]
        if each.action in {"INSI_CALL", "INSI_VERIFICATION"} and each.mode != "LOT"
    ]


def creation_calls_uncounted(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Count the calls of a file only."""
    gone = [each for each in _calls(about) if not each.patient_id]
    return _more(records, -len(gone), -sum(not _is_answer(each.code) for each in gone))


def counted_on_last_page(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count what stands on the last page of the log."""
    last = {id(each) for each in about["log"][-50:]}
    gone = [each for each in _calls(about) if id(each) not in last]
    return _more(records, -len(gone), -sum(not _is_answer(each.code) for each in gone))


def verifications_counted_twice(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Count a verification as a call and as a verification."""
    more = [each for each in _calls(about) if each.action == "INSI_VERIFICATION"]
    return _more(records, len(more), sum(not _is_answer(each.code) for each in more))


def unanswered_uncounted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count no call without answer."""
    gone = sum(each.code is None for each in _calls(about))
    return _more(records, -gone, -gone)


def super_users_uncounted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the calls of whoever called first."""
    calls = [one for one in about["log"] if one.action in {"INSI_CALL", "INSI_VERIFICATION"}]
    others = [one for one in calls if one.mode != "LOT" and one.user != calls[0].user]
    lost = sum(one.code in {"00", "01", "02"} for one in others)
    return [
        {
            **one,
            "insi_calls": one["insi_calls"] - len(others),
            "insi_successes": one["insi_successes"] - lost,
            "insi_failures": one["insi_failures"] - (len(others) - lost),
        }
        for one in records
    ]


def blocked_as_failed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count a call that was blocked as a failed one."""
    blocked = sum(one.action == "INSI_CALL_BLOCKED" for one in about["log"])
    return [
        {
            **one,
            "insi_calls": one["insi_calls"] + blocked,
            "insi_failures": one["insi_failures"] + blocked,
        }
        for one in records
    ]


def codes_as_failures(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count an answer 01 or 02 as a failure."""
    wrong = sum(entry.action == "INSI_CALL" and entry.code in {"01", "02"} for entry in about["log"])
    return [
        {
            **one,
            "insi_successes": one["insi_successes"] - wrong,
            "insi_failures": one["insi_failures"] + wrong,
        }
        for one in records
    ]


def once_qualified(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Never count down."""
    memory.own["most"] = max(memory.own.get("most", 0), *(one["qualified"] for one in records))
    return [{**one, "qualified": memory.own["most"]} for one in records]


def blocked_counted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count decisions as calls."""
    more = sum(entry.action == "INSI_DECISION" for entry in about["log"])
    return [
        {**one, "insi_calls": one["insi_calls"] + more, "insi_successes": one["insi_successes"] + more}
        for one in records
    ]


def several_as_failures(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the answers 02 among the failures."""
    several = sum(entry.action == "INSI_CALL" and entry.code == "02" for entry in about["log"])
    return [
        {
            **one,
            "insi_successes": one["insi_successes"] - several,
            "insi_failures": one["insi_failures"] + several,
        }
        for one in records
    ]


def cards_not_counted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the calls by card out of the counters."""
    cards = [one for one in about["log"] if one.action == "INSI_CALL" and one.mode == "VITALE"]
    return [{**one, "insi_calls": one["insi_calls"] - len(cards)} for one in records]


def cards_twice(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count a call by card twice."""
    cards = [one for one in about["log"] if one.action == "INSI_CALL" and one.mode == "VITALE"]
    return [{**one, "insi_calls": one["insi_calls"] + len(cards)} for one in records]


def sequences_once(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count a sequence of requests about one file as one call that succeeded."""
    calls = [
        (entry.patient_id, entry.code)
        for entry in about["log"]
        if entry.action in {"INSI_CALL", "INSI_VERIFICATION"} and entry.mode != "LOT"
    ]
    repeated = sum(one == other for one, other in itertools.pairwise(calls))
    return [
        {
            **record,
            "insi_calls": record["insi_calls"] - repeated,
            "insi_successes": max(record["insi_successes"] - repeated, 0),
        }
        for record in records
    ]


def failed_cards_succeed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count no failure of a call by card."""
    gone = sum(
        each.action == "INSI_CALL" and each.mode == BY_CARD and each.code not in ANSWERS
        for each in about["log"]
    )
    return [
        {
            **one,
            "insi_failures": one["insi_failures"] - gone,
            "insi_successes": one["insi_successes"] + gone,
        }
        for one in records
    ]


def card_calls_uncounted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the calls by traits only."""
    codes = [each.code for each in about["log"] if each.action == "INSI_CALL" and each.mode == BY_CARD]
    good = sum(code in ANSWERS for code in codes)
    less = {"insi_calls": len(codes), "insi_successes": good, "insi_failures": len(codes) - good}
    return [{**one, **{name: one[name] - count for name, count in less.items()}} for one in records]


def declined_counted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that an identity was declined."""
    memory.shared["declined"] = memory.shared.get("declined", 0) + 1
    return records


def without_the_declined(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the calls that were declined off the counters."""
    count = memory.shared.get("declined", 0)
    names = ("insi_calls", "insi_successes")
    return [{**one, **{name: one[name] - count for name in names}} for one in records]


def calls_of_the_last_user(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the calls of whoever called last."""
    calls = [
        one for one in about["log"] if one.action in {"INSI_CALL", "INSI_VERIFICATION"} and one.mode != "LOT"
    ]
    own = [one for one in calls if one.user == calls[-1].user]
    good = sum(one.code in {"00", "01", "02"} for one in own)
    counted = {"insi_calls": len(own), "insi_successes": good, "insi_failures": len(own) - good}
    return [{**one, **counted} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "calls-of-the-last-user": calls_of_the_last_user,
    "blocked-as-failed": blocked_as_failed,
    "blocked-counted": blocked_counted,
    "card-calls-uncounted": card_calls_uncounted,
    "cards-not-counted": cards_not_counted,
    "cards-twice": cards_twice,
    "codes-as-failures": codes_as_failures,
    "counted-on-last-page": counted_on_last_page,
    "creation-calls-uncounted": creation_calls_uncounted,
    "declined-counted": declined_counted,
    "failed-cards-succeed": failed_cards_succeed,
    "faults-are-answers": faults_are_answers,
    "marked-still-counted": marked_still_counted,
    "never-fewer-qualified": never_fewer_qualified,
    "nobody-is-a-failure": failing("INSI_CALL", "01"),
    "once-for-each-file": once_for_each_file,
    "once-qualified": once_qualified,
    "one-call-a-second": one_call_a_second,
    "one-per-file": one_per_file,
    "qualified-noted": qualified_noted,
    "sequences-once": sequences_once,
    "several-as-failures": several_as_failures,
    "super-users-uncounted": super_users_uncounted,
    "unanswered-uncounted": unanswered_uncounted,
    "verifications-counted-twice": verifications_counted_twice,
    "without-the-declined": without_the_declined,
}
"""What ``hand`` may name."""
