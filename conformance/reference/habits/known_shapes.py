"""Habits about the shape of answers, the SOAP client and the search of INSi, as the catalogue lists them."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from conformance.reference.habits import acts, shapes, strategies
from conformance.reference.habits.known import Known, just

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.habits.front import Habit
    from conformance.reference.habits.strategies import Search

_IN_THE_API: Final = "The driver API allows it."
_SHORT: Final = ("CRE-05", "RSP-12", "STA-07", "SEC-06", "VER-05")


def _shape(party: str, made: Callable[[], Habit]) -> Known:
    return Known(party=party, why=_IN_THE_API, rules=_SHORT, made=made)


def _act(party: str, why: str, made: Callable[[], Habit], *rules: str) -> Known:
    return Known(party=party, why=why, rules=rules, made=made)


def _search(party: str, why: str, search: Search) -> Known:
    return Known(party=party, why=why, rules=("CAL-09", "RSP-13", "ERR-05"), search=just_search(search))


def just_search(search: Search) -> Callable[[], Search]:
    """Return what makes a search that remembers nothing."""
    return lambda: search


def _client(party: str, name: str) -> Known:
    return Known(
        party=party,
        why="The same request, written by another library.",
        rules=("CAL-08", "SEC-06"),
        client=name,
    )


SHAPES: Mapping[str, Known] = MappingProxyType(
    {
        "odd-identifiers": _shape("shapes a", shapes.IDS["odd"]),
        "moments-with-a-comma": _shape("shapes a", partial(shapes.moments, shapes.MOMENTS["comma"])),
        "empty-left-out": _shape("shapes a", just(shapes.empty_left_out)),
        "own-words-of-refusal": _shape("shapes a", just(shapes.own_words_of_refusal)),
        "on-after-several": _search("shapes a", "A client seen in public does.", strategies.on_after_several),
        "client-like-padoa": _client("shapes a", "padoa"),
        "identifiers-in-braces": _shape("shapes b", shapes.IDS["braces"]),
        "moments-without-colon": _shape("shapes b", partial(shapes.moments, shapes.MOMENTS["no-colon"])),
        "empty-as-blank": _shape("shapes b", just(shapes.empty_as_blank)),
        "more-keys": _shape("shapes b", just(shapes.more_keys)),
        "crossed-refusals": _shape("shapes b", just(shapes.crossed_refusals)),
        "again-after-a-fault": _search(
            "shapes b", "ERR-05 wants retries bounded.", strategies.again_after_a_fault
        ),
        "client-like-axis": _client("shapes b", "axis"),
        "attributes-doubled": _shape("acts a", just(shapes.attributes_doubled)),
        "sessions-in-the-log": _act(
            "acts a", "More may be logged.", acts.sessions_in_the_log, "SEC-01", "SEC-02", "SEC-06"
        ),
        "crowded-screens": _act(
            "acts a", "More may be shown.", just(acts.crowded_screens), "DIS-01", "STA-13"
        ),
        "old-proposals-expire": _act(
            "acts a", "An older answer may be out of date.", acts.old_proposals_expire, "RSP-01", "RSP-02"
        ),
        "alerts-in-comparison-only": _act(
            "acts a",
            "The comparison is where the user looks.",
            just(acts.alerts_in_comparison_only),
            "RSP-05",
        ),
        "several-left-to-the-user": _search(
            "acts a", "Further attempts are the user's.", strategies.several_left_to_the_user
        ),
        "client-like-delphi": _client("acts a", "delphi"),
        "lots-in-parts": _act(
            "acts b", "Results come as they come.", acts.lots_in_parts, "VER-11", "BLK-03", "BLK-04"
        ),
        "same-document-refused": _act(
            "acts b", "It is in the file.", just(acts.same_document_refused), "PRF-01", "PRF-04"
        ),
        "nothing-to-change-refused": _act(
            "acts b", "Nothing was changed.", just(acts.nothing_to_change_refused), "STA-12", "STA-14"
        ),
        "started-calls-end-late": _act(
            "acts b", "How long INSi takes is not said.", acts.started_calls_end_late, "ERR-06"
        ),
        "calls-of-a-creation-of-its-file": _act(
            "acts b",
            "The file is the one that the call was for.",
            acts.calls_of_a_creation_are_of_its_file,
            "SEC-06",
            "RSP-14",
        ),
        "lowered-by-super-user-only": _act(
            "acts b",
            "E16 is a general clause; who may do it is not said.",
            just(acts.lowered_by_super_user_only),
            "STA-08",
            "STA-09",
        ),
        "client-like-wcf": _client("acts b", "wcf"),
        "held-number-opens-its-file": _act(
            "acts c",
            "One file for one person.",
            just(acts.held_number_opens_its_file),
            "RSP-02",
            "CRE-05",
        ),
        "lowered-by-nobody": _act(
            "acts c",
            "E16 is a general clause; who may do it is not said.",
            just(acts.lowered_by_nobody),
            "STA-08",
        ),
        "settings-of-few": _act(
            "acts c",
            "A setting that a software does not have is missing (driver API).",
            partial(
                acts.without_settings,
                "automatic_validation",
                "displayed_fields",
                "printed_traits",
            ),
            "PRF-05",
            "DIS-02",
        ),
    }
)
"""By name."""
