"""Habits of other houses, as the catalogue lists them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.reference.habits import houses, houses_shown
from conformance.reference.habits.known import (
    MARKED,
    RECEIVED,
    Known,
    known,
    known_habit,
    known_refusal,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_VERIFIED = ("VER-01", "VER-02", "VER-05", "ERR-02", "ERR-03", "SEC-02", "SEC-06")
_LOGGED = ("SEC-05", "SEC-01", "SEC-02", "SEC-06", "VER-02")
_CALLED = ("RSP-01", "RSP-02", "STA-03", "SEC-06", "RSP-14", "CAL-11")
_CHANGED = ("STA-12", "STA-14", "STA-09", "SEC-05", "FLD-01")
_LISTED = ("VER-05", "VER-08", "VER-06", "VER-07", "BLK-03")

HOUSES: Mapping[str, Known] = MappingProxyType(
    {
        "fictitious-by-super-user": known_refusal("houses a", "Rights are fine-grained (Règle 4).", "Réservé au responsable.", houses.fictitious_by_super_user, *MARKED),
        "verified-twice": known_habit("houses a", "Every call is traced (Règle 48); how many there are is not said.", houses.verified_twice, *_VERIFIED, "BLK-05"),
        "two-entries-for-one": known_habit("houses a", "What an entry is for is not said (Règles 49, 55).", houses_shown.two_entries_for_one, *_LISTED),
        "incomplete-dates-left-to-a-person": known_refusal("houses a", "CAL-12: incomplete dates are not accepted.", "Date incomplète : à reprendre.", houses.incomplete_dates_left_to_a_person, *RECEIVED, "CAL-12", "TRT-08"),
        "unverifiable-refused": known_habit("houses a", "How a block is told is free.", houses.unverifiable_refused, *_VERIFIED, *MARKED),
        "stale-changes-refused": known("houses a", "Who changes what another has just changed reads it first.", houses.stale_changes_refused, *_CHANGED),
        "validated-by-who-saw-it": known("houses b", "Who validates is not said (Règle 19).", houses.validated_by_who_saw_it, "PRF-01", "PRF-04", "STA-04", "STA-17"),
        "dates-logged-close": known_habit("houses b", "How a log writes a date is not said.", houses_shown.dates_logged_close, *_LOGGED),
        "changes-logged-in-words": known_habit("houses a", "Règle 16: type of change.", houses_shown.changes_logged_in_words, *_LOGGED),
        "changes-logged-from-to": known_habit("houses c", "The same.", houses_shown.changes_logged_from_to, *_LOGGED),
        "displayed-with-names": known_habit("houses a", "How values are shown is free but for dates (Règle 6).", houses_shown.displayed_with_names, *_CALLED, "RSP-04"),
        "recipients-named": known_habit("houses a", "Règle 31: the recipient.", houses_shown.recipients_named, "SEC-08", "TRA-15"),
        "own-words-for-failures": known_habit("houses a", "The words are the software's own.", houses_shown.own_words_for_failures, "ERR-01", "ERR-02", "ERR-04"),
        "billing-number-not-in-lists": known_habit("houses a", "What a row shows is free.", houses_shown.billing_number_not_in_lists, "FLD-02", "SRC-01"),
        "near-matches-shown-once": known("houses d", "SRC-12: doubles are avoided.", houses.near_matches_shown_once, "CRE-01", "CRE-03", "SRC-01", "SRC-12"),
        "falls-with-a-word": known_habit("houses a", "The reason is the software's own.", houses_shown.falls_with_a_word, "STA-07"),
        "documents-numbered": known_habit("houses b", "The name of a filed document is the software's own.", houses_shown.documents_numbered, "VER-08", "VER-13", "VER-14"),
        "locked-while-a-proposal-waits": known("houses b", "What may be done while an answer waits is not said.", houses.locked_while_a_proposal_waits, *_CHANGED, *_CALLED, "STA-13"),
        "read-before-marked": known_habit("houses a", "More is logged than is asked for.", houses.read_before_marked, *MARKED, "SEC-01"),
        "latest-first": known_habit("houses a", "No order is said.", houses_shown.latest_first, "SRC-01", "SRC-02"),
        "lot-lines-numbered": known_habit("houses a", "The words are the software's own.", houses_shown.lot_lines_numbered, "BLK-03", "BLK-04", "VER-11"),
        "calls-tell-the-file": known_habit("houses b", "The words are the software's own.", houses_shown.calls_tell_the_file, "RSP-12", "RSP-13", "CAL-11"),
        "log-with-more-columns": known_habit("houses a", "More is logged than is asked for.", houses_shown.log_with_more_columns, *_LOGGED),
        "qualified-document-kept": known_refusal("houses b", "No text asks that the document of a qualified identity be replaced.", "Identité déjà vérifiée.", houses.document_of_the_qualified, "PRF-01", "PRF-06"),
        "searched-after-a-change": known_habit("houses b", "When INSi is searched is the software's own.", houses.searched_after_a_change, *_CHANGED, "SEC-06"),
        "refused-validations-to-look-into": known("houses e", "What else is on a worklist is not said.", houses.refused_validations_to_look_into, *_LISTED, "PRF-04", "STA-17"),
        "documents-not-in-lists": known_habit("houses e", "What a row shows is free.", houses_shown.documents_not_in_lists, "SRC-01", "PRF-01", "STA-13"),
        "authors-with-their-station": known_habit("houses e", "The author is there, and where they worked.", houses_shown.authors_with_their_station, "STA-07"),
        "messages-with-a-signature": known_habit("houses e", "The words are the software's own.", houses_shown.messages_with_a_signature, "RSP-12", "RSP-13", "ERR-01", "ERR-02", "CAL-11", "VER-02"),
        "refusals-numbered": known_habit("houses e", "The words are the software's own.", houses_shown.refusals_numbered, "CRE-01", "STA-12", "ATT-02", "ATT-06", "TRT-01"),
        "homonym-lifted-when-verified": known_habit("houses f", "No text says who takes the mark of a homonym away; it has no effect.", houses.homonym_lifted_when_verified, *_VERIFIED, "ATT-01"),
        "failed-calls-asked-later": known("houses f", "ERR-05: retries are bounded; when they are made is not said.", houses.failed_calls_asked_later, "ERR-01", "ERR-02", "ERR-05", "CAL-08", "SEC-06", "RSP-14"),
        "verified-when-opened": known("houses g", "When an INS is verified besides is the software's own.", houses.verified_when_opened, *_VERIFIED, "VER-04"),
    }
)  # fmt: skip
