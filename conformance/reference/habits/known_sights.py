"""Habits of what is shown, logged and answered elsewhere, as the catalogue lists them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.reference.habits import sights, wards
from conformance.reference.habits.known import (
    MARKED,
    RECEIVED,
    Known,
    just,
    known,
    known_habit,
    known_refusal,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


_WORDS = "The words and signs on screen are the software's own."
_LOG = "More may be logged than is asked for, under an action of one's own."


def _shown(party: str, form: str, change: sights.Change, *rules: str, why: str = _WORDS) -> Known:
    return known_habit(party, why, sights.shown_on(form, change), *rules)


_SCREENS = ("DIS-01", "DIS-02", "DIS-03", "FLD-02", "STA-13", "RSP-04", "MAT-04", "SEC-03")
_COMPARED = ("RSP-01", "RSP-02", "RSP-03", "RSP-04", "RSP-05", "ERG-08")
_LOGGED = ("SEC-01", "SEC-02", "SEC-05", "SEC-06", "RSP-14", "VER-02", "BLK-04")

SIGHTS: Mapping[str, Known] = MappingProxyType(
    {
        # Shown
        "labels-as-the-rule-abbreviates": _shown("wards a", "PATIENT", sights.short_labels, *_SCREENS),
        "creation-labels-as-the-rule-abbreviates": _shown(
            "wards a", "CREATION", sights.short_labels, "DIS-01", "FLD-02", "CAL-12", "CRE-01"
        ),
        "sex-shown-as-h-or-f": _shown("wards a", "PATIENT", sights.homme_or_femme, *_SCREENS),
        "screens-from-below": _shown("wards a", "PATIENT", sights.from_below, *_SCREENS),
        "all-in-sight": _shown("wards a", "PATIENT", sights.all_in_sight, *_SCREENS),
        "search-bar-beside": _shown(
            "wards a", "SEARCH", sights.search_bar_beside, "SRC-10", "ERG-07", "SRC-11"
        ),
        "documents-with-their-level": _shown(
            "wards a",
            "PROOF",
            sights.levels_behind_documents,
            "PRF-02",
            "PRF-03",
            "PRF-06",
            "PRF-08",
            "ERG-07",
        ),
        "sex-compared-as-h-or-f": known_habit(
            "wards a", _WORDS, sights.compared(sights.sexes_in_comparison), *_COMPARED
        ),
        "titled-comparison": known_habit("wards a", _WORDS, sights.compared(sights.titled_lines), *_COMPARED),
        "differences-marked-in-text": known_habit(
            "wards b", _WORDS, sights.compared(sights.differences_marked_in_text), *_COMPARED
        ),
        "lock-behind-values": _shown("wards b", "PATIENT", sights.lock_behind_values, *_SCREENS),
        "marks-before-names": _shown("wards b", "PATIENT", sights.marks_before_names, *_SCREENS, *MARKED),
        "homonym-alert-at-call": known_habit(
            "wards a",
            "More may be said than is asked.",
            sights.homonym_alert_at_call,
            "CAL-11",
            "RSP-05",
            *MARKED,
        ),
        "alerts-by-number": known_habit(
            "wards a",
            "The code of an alert is the software's own.",
            sights.alerts_by_number,
            "RSP-05",
            "RSP-06",
            "RSP-08",
            "RSP-09",
            "RSP-12",
            "RSP-13",
            "VER-08",
            "CAL-11",
        ),
        "settings-of-many": known_habit(
            "wards a",
            "Names of settings are free.",
            sights.settings_of_many,
            "PRF-02",
            "PRF-05",
            "DIS-02",
            "DOC-02",
            "MAT-06",
        ),
        "verbs-twice": known_habit(
            "wards a", "Which verbs there are is a set.", sights.verbs_twice, "STA-01", "CAL-01"
        ),
        "refusals-in-many-lines": known_habit(
            "wards a",
            "Code and message are the software's own.",
            sights.refusals_in_many_lines,
            "CRE-01",
            "STA-12",
            "TRT-01",
            "SEC-03",
            "SRC-09",
        ),
        "accepted-for-work": known_habit(
            "wards a", "2xx: done.", sights.accepted_for_work, "CAL-01", "VER-11", "VER-04"
        ),
        # Logged
        "searches-in-the-log": known("wards a", _LOG, sights.searches_in_the_log, *_LOGGED),
        "decisions-in-the-log": known("wards a", _LOG, sights.decisions_in_the_log, *_LOGGED),
        "papers-in-the-log": known("wards a", _LOG, sights.papers_in_the_log, *_LOGGED, "SEC-08"),
        "marks-logged-as-changes": known(
            "wards b",
            "Attributes, document and status belong to the identity.",
            sights.marks_logged_as_changes,
            *_LOGGED,
            "STA-07",
        ),
        "creation-logged-as-a-change": known(
            "wards b",
            "What a log says of a creation is its own.",
            sights.creation_logged_as_a_change,
            *_LOGGED,
            "CRE-05",
        ),
        "returned-with-more": known_habit(
            "wards a",
            "What else is kept of an answer is the software's own.",
            sights.returned_with_more,
            *_LOGGED,
        ),
        "sent-by-the-site": known_habit(
            "wards a",
            "Règle 31 asks for a sender; the site is one.",
            sights.sent_by_the_site,
            "SEC-08",
            "TRA-12",
        ),
        "sent-twice-in-the-trace": known_habit(
            "wards b",
            "How many lines a sending has is not said.",
            sights.sent_twice_in_the_trace,
            "SEC-08",
            "TRA-16",
        ),
        "printed-documents-filed": known(
            "wards b",
            "What else is filed is the software's own.",
            sights.printed_documents_filed,
            "VER-08",
            "VER-13",
            "VER-14",
            "DOC-01",
        ),
        # Answered
        "trace-without-files": known_habit(
            "wards b",
            "Règle 31: date, time, sender, recipient.",
            sights.answers_little(frozenset({"patient_id", "channel"}), ("GET", "transmissions")),
            "SEC-08",
            "TRA-16",
            "TRA-12",
            "DOC-01",
        ),
        "worklist-in-words": known_habit(
            "wards c",
            "patient_id may be null (driver API); the text names the person.",
            sights.worklist_in_words,
            "VER-05",
            "VER-08",
            "BLK-03",
            "VER-07",
            "VER-15",
        ),
        "documents-by-name-only": known_habit(
            "wards a",
            "Sender and time may be left out (driver API).",
            sights.answers_little(frozenset({"sender", "at"}), ("GET", "patients", "*", "documents")),
            "VER-08",
            "VER-13",
            "VER-14",
            "VER-15",
        ),
        "verification-told-in-one-word": known_habit(
            "wards b",
            "Only the outcome has to be there (driver API).",
            sights.answers_little(
                frozenset({"code", "patient_id"}), ("POST", "patients", "*", "verifications")
            ),
            "VER-01",
            "VER-02",
            "VER-05",
            "ERR-02",
            "BLK-05",
        ),
        "reception-told-in-few-words": known_habit(
            "wards a",
            "The same.",
            sights.answers_little(
                frozenset({"verification", "code"}),
                ("POST", "received-identities"),
                ("POST", "received-messages"),
                ("POST", "scans"),
            ),
            *RECEIVED,
            "VER-08",
            "VER-13",
            "VER-14",
        ),
        "sending-without-recipient": known_habit(
            "wards b",
            "The same.",
            sights.answers_little(frozenset({"recipient"}), ("POST", "patients", "*", "sendings")),
            "TRA-01",
            "TRA-07",
            "TRA-09",
            "TRA-12",
            "TRA-15",
            "TRA-16",
            "SEC-08",
        ),
        "card-attached-when-called": Known(
            party="wards d",
            why="When the billing number is taken over is not said; it is no INS.",
            rules=("FLD-02", "FLD-03", "CAL-01", "CAL-02", "CAL-05", "SEC-05", "RSP-12", "STA-03"),
            made=just(wards.card_attached_when_called),
        ),
        "homonym-for-ever": known_refusal(
            "wards b",
            "How homonyme is taken away again is not said.",
            "Homonyme connu : l'attribut reste.",
            wards.homonym_no_more,
            *MARKED,
            "STA-07",
        ),
    }
)
"""By name."""
