"""Habits drawn by chance, as the catalogue lists them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.reference.habits import corners, corners_shown
from conformance.reference.habits.known import Known, known, known_habit

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIBRARY = "The same request, written by another library."
_VERIFIED = ("VER-01", "VER-02", "VER-05", "ERR-02", "ERR-03", "SEC-02", "SEC-06", "BLK-05")
_LOGGED = ("SEC-05", "SEC-01", "SEC-02", "SEC-06", "VER-02")
_CALLED = ("RSP-01", "RSP-02", "RSP-12", "RSP-13", "ERR-01", "SEC-06", "RSP-14", "CAL-11")
_CHANGED = ("STA-12", "STA-09", "STA-08", "STA-07", "ATT-01", "ATT-03", "SEC-05")
_LISTED = ("VER-05", "VER-08", "VER-06", "VER-07", "BLK-03")
_SEARCHED = ("SRC-01", "SRC-02", "SRC-03", "SRC-04", "SRC-12")

CORNERS: Mapping[str, Known] = MappingProxyType(
    {
        "verified-in-a-queue": known("corners a", "When and in which order work is done is the software's own.", corners.verified_in_a_queue, *_VERIFIED),
        "failed-verifications-made-later": known("corners a", "When and in which order work is done is the software's own.", corners.failed_verifications_made_later, *_VERIFIED),
        "looked-up-before-called": known_habit("corners a", "In which order work is done is the software's own.", corners.looked_up_before_called, *_SEARCHED),
        "lowered-before-changed": known_habit("corners a", "In which order work is done is the software's own.", corners.lowered_before_changed, *_CHANGED),
        "differing-identity-confirmed": known("corners a", "When and in which order work is done is the software's own.", corners.differing_identity_confirmed, *_CALLED),
        "tickets-in-messages": known("corners a", "What is shown besides, and how, is the software's own.", corners_shown.tickets_in_messages, *_CALLED),
        "worklist-with-columns": known_habit("corners a", "What is shown besides, and how, is the software's own.", corners_shown.worklist_with_columns, *_LISTED),
        "beneficiaries-by-age": known_habit("corners a", "What is shown besides, and how, is the software's own.", corners_shown.beneficiaries_by_age, "CAL-02", "FLD-03"),
        "advice-with-each-answer": known_habit("corners a", "What is shown besides, and how, is the software's own.", corners_shown.advice_with_each_answer, *_CALLED),
        "listed-verified-in-a-queue": known("corners b", "When and in which order work is done is the software's own.", corners.listed_verified_in_a_queue, *_VERIFIED),
        "searched-as-typed": known_habit("corners b", "In which order work is done is the software's own.", corners.searched_as_typed, *_SEARCHED),
        "lost-ins-confirmed": known("corners b", "When and in which order work is done is the software's own.", corners.lost_ins_confirmed, *_CHANGED),
        "opened-in-two-windows": known_habit("corners b", "In which order work is done is the software's own.", corners.opened_in_two_windows, *_LOGGED),
        "advice-before-the-fact": known_habit("corners b", "What is shown besides, and how, is the software's own.", corners_shown.advice_before_the_fact, *_CALLED),
        "failures-to-look-into": known("corners b", "What is shown besides, and how, is the software's own.", corners_shown.failures_to_look_into, *_LISTED),
        "transmissions-with-columns": known_habit("corners b", "What is shown besides, and how, is the software's own.", corners_shown.transmissions_with_columns, "SEC-08"),
        "log-entries-numbered": known_habit("corners b", "What is shown besides, and how, is the software's own.", corners_shown.log_entries_numbered, *_LOGGED),
        "comparison-from-below": known_habit("corners b", "What is shown besides, and how, is the software's own.", corners_shown.comparison_from_below, *_CALLED),
        "counters-with-more": known_habit("corners b", "What is shown besides, and how, is the software's own.", corners_shown.counters_with_more, "BLK-05"),
        "messages-kept-until-a-write": known("corners b", "When and in which order work is done is the software's own.", corners.messages_kept_until_a_write, "TRA-01", "TRA-02", "SEC-08"),
        "verified-at-night": known("corners c", "When and in which order work is done is the software's own.", corners.verified_at_night, *_VERIFIED),
        "verification-tried-again": known_habit("corners c", "In which order work is done is the software's own.", corners.verification_tried_again, *_VERIFIED),
        "lowered-before-marked": known_habit("corners c", "In which order work is done is the software's own.", corners.lowered_before_marked, *_CHANGED),
        "file-of-the-caller": known("corners c", "When and in which order work is done is the software's own.", corners.file_of_the_caller, *_CALLED),
        "unknown-place-noticed": known_habit("corners c", "What is shown besides, and how, is the software's own.", corners_shown.unknown_place_noticed, *_CALLED),
        "recovered-to-be-checked": known("corners c", "What is shown besides, and how, is the software's own.", corners_shown.recovered_to_be_checked, *_LISTED),
        "log-begins-with-the-start": known_habit("corners c", "What is shown besides, and how, is the software's own.", corners_shown.log_begins_with_the_start, *_LOGGED),
        "lot-lines-with-names": known_habit("corners c", "What is shown besides, and how, is the software's own.", corners_shown.lot_lines_with_names, "VER-11", "BLK-03", "BLK-04"),
        "first-name-in-the-comparison": known_habit("corners c", "What is shown besides, and how, is the software's own.", corners_shown.first_name_in_the_comparison, *_CALLED),
        "former-ins-oldest-last": known_habit("corners c", "What is shown besides, and how, is the software's own.", corners_shown.former_ins_oldest_last, "RSP-15", "RSP-20"),
        "counters-kept-until-a-write": known("corners c", "When and in which order work is done is the software's own.", corners.counters_kept_until_a_write, "BLK-05"),
        "alerts-with-titles": known_habit("corners c", "What is shown besides, and how, is the software's own.", corners_shown.alerts_with_titles, *_CALLED),
        "verified-after-each-change": known_habit("corners d", "In which order work is done is the software's own.", corners.verified_after_each_change, *_VERIFIED),
        "verified-when-marked": known_habit("corners d", "In which order work is done is the software's own.", corners.verified_when_qualified_is_marked, *_VERIFIED),
        "comparison-seen-again-before-accepted": known_habit("corners d", "In which order work is done is the software's own.", corners.asked_again_before_accepted, *_CALLED),
        "homonyms-marked-at-creation": known_habit("corners d", "In which order work is done is the software's own.", corners.homonyms_marked_at_creation, *_CHANGED),
        "one-proposal-at-a-time": known("corners d", "When and in which order work is done is the software's own.", corners.one_proposal_at_a_time, *_CALLED),
        "history-read-with-the-file": known_habit("corners d", "In which order work is done is the software's own.", corners.history_read_with_the_file, *_LOGGED),
        "shorter-the-second-time": known("corners d", "What is shown besides, and how, is the software's own.", corners_shown.shorter_the_second_time, *_CALLED),
        "rows-by-name": known_habit("corners d", "What is shown besides, and how, is the software's own.", corners_shown.rows_by_name, *_SEARCHED),
        "attributes-from-z": known_habit("corners d", "What is shown besides, and how, is the software's own.", corners_shown.attributes_sorted_from_z, *_CHANGED),
        "files-with-audit-columns": known_habit("corners d", "What is shown besides, and how, is the software's own.", corners_shown.files_with_audit_columns, *_CALLED),
        "refusals-over-two-lines": known_habit("corners d", "What is shown besides, and how, is the software's own.", corners_shown.refusals_over_two_lines, *_CALLED),
        "validation-confirmed": Known(
            party="corners e",
            why="A software may ask before it commits somebody.",
            rules=("PRF-04", "STA-04", "STA-06", "STA-17"),
            made=corners.validation_confirmed,
            still_accused="A validation that is refused at first is not told from one that needs a second click.",
        ),
        "paper-without-ins-confirmed": known("corners e", "A software may ask first.", corners.paper_without_ins_confirmed, "DOC-05", "DOC-01"),
        "searched-in-a-queue": known("corners e", "When INSi is searched is the software's own.", corners.searched_in_a_queue, *_VERIFIED, *_CALLED),
        "lots-in-the-background": known("corners f", "When an INS is verified besides is the software's own.", corners.lots_in_the_background, *_VERIFIED, "VER-11"),
        "client-like-cxf": Known(party="corners b", why=_LIBRARY, rules=("CAL-08", "SEC-06"), client="cxf"),
        "client-like-php": Known(party="corners c", why=_LIBRARY, rules=("CAL-08", "SEC-06"), client="php"),
        "client-like-go": Known(party="corners d", why=_LIBRARY, rules=("CAL-08", "SEC-06"), client="go"),
    }
)  # fmt: skip
