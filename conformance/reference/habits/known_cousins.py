"""Habits near to those of ``known_strict`` and ``known_extra``, as the catalogue lists them."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.reference.habits import cousins, parts, strict
from conformance.reference.habits.known import Known, just, known
from conformance.reference.habits.order import is_for

if TYPE_CHECKING:
    from collections.abc import Mapping


COUSINS: Mapping[str, Known] = MappingProxyType(
    {
        "same-question-blocked": known(
            "cousins calls",
            "A call that is not made is BLOCKED or refused (driver API); the same question is sent twice by no text.",
            lambda: cousins.told_as_blocked(strict.same_question_not_asked_twice()),
            "CAL-08",
            "CAL-09",
            "RSP-12",
            "RSP-13",
            "SEC-02",
            "SEC-06",
            "RSP-14",
            "ERR-05",
            "CAL-11",
        ),
        "same-search-not-sent-twice": known(
            "cousins calls",
            "The same, of traits that were typed.",
            cousins.same_search_not_sent_twice,
            "CRE-04",
            "CAL-06",
            "RSP-12",
            "RSP-13",
            "ERR-05",
            "BLK-05",
            "RSP-14",
            "SEC-06",
        ),
        "verified-once-blocked": known(
            "cousins verifications",
            "No text says how soon an INS is verified again.",
            lambda: cousins.told_as_blocked(strict.verified_once()),
            "VER-01",
            "VER-02",
            "VER-05",
            "ERR-02",
            "BLK-05",
            "SEC-02",
        ),
        "verified-in-a-lot-not-again": known(
            "cousins lots",
            "The same, after a lot.",
            cousins.verified_in_a_lot_not_again,
            "VER-11",
            "BLK-03",
            "BLK-04",
            "VER-01",
        ),
        "lone-lot-blocked": known(
            "cousins lots 2",
            "Lots are optional (Règle 46); one identity is verified alone.",
            cousins.lone_lot_blocked,
            "VER-11",
            "BLK-03",
            "BLK-04",
            "CAL-13",
        ),
        "file-in-one-lot-at-a-time": known(
            "cousins lots 4",
            "How many lots a file may wait in is not said.",
            cousins.file_in_one_lot_at_a_time,
            "VER-11",
            "BLK-03",
            "BLK-04",
        ),
        "homonym-removed-by-super-user": known(
            "cousins statuses",
            "Who takes the attribute homonyme away is not said.",
            just(strict.refusing("Réservé au responsable d'identitovigilance.", cousins.homonym_removed)),
            "ATT-01",
            "ATT-02",
            "ATT-03",
            "STA-14",
        ),
        "decided-before-anything-else": known(
            "cousins statuses 2",
            "What may be done between an answer and its decision is not said.",
            lambda: strict.undecided_first(
                "proofs", "validation", "verifications", "downgrade", "card", "started-insi-calls"
            ),
            "RSP-01",
            "STA-05",
            "STA-06",
            "STA-08",
            "PRF-01",
            "PRF-04",
            "FLD-03",
            "ERR-06",
        ),
        "verified-when-qualified": Known(
            party="cousins more calls",
            why="No text limits verifications.",
            rules=("STA-06", "PRF-04", "VER-02", "VER-05", "SEC-02", "SEC-06"),
            still_accused="Who was imported from an answer that a check made up is unknown to the verification that follows "
            "(STA-06, VER-05).",
            made=lambda: cousins.verified_after("validation", status="QUAL"),
        ),
        "verified-when-dmp-opened": known(
            "cousins more calls",
            "The same.",
            lambda: cousins.verified_after("dmp-access", status="QUAL"),
            "TRA-11",
            "TRA-13",
            "VER-02",
            "SEC-01",
        ),
        "log-of-one-second-in-any-order": known(
            "cousins lists",
            "Oldest first (driver API); of one second nothing is said.",
            partial(cousins.of_one_second_in_any_order, "audit-log"),
            "SEC-01",
            "SEC-02",
            "SEC-05",
            "SEC-06",
            "VER-02",
            "RSP-14",
            "BLK-04",
        ),
        "counters-of-the-day": known(
            "cousins lists",
            "Over which time a dashboard counts is not said.",
            cousins.counters_of_the_day,
            "BLK-05",
        ),
        "proposals-end-with-the-day": known(
            "cousins lists",
            "How long an answer may wait for its decision is not said.",
            cousins.proposals_end_with_the_day,
            "RSP-01",
            "CAL-04",
            "STA-03",
        ),
        "solved-entries-leave": known(
            "cousins lists",
            "What was dealt with waits no more.",
            cousins.solved_entries_leave,
            "VER-05",
            "VER-08",
            "BLK-03",
        ),
        "documents-newest-first": known(
            "cousins lists",
            "In which order documents are shown is not said.",
            just(cousins.documents_newest_first),
            "VER-08",
            "VER-13",
            "VER-14",
            "VER-15",
        ),
        "no-ins-fields-without-ins": known(
            "cousins lists",
            "DIS-02 leaves it to the site; a file without INS has none to show.",
            just(cousins.no_ins_fields_without_ins),
            "DIS-01",
            "DIS-02",
            "STA-13",
            "FLD-02",
            "MAT-04",
        ),
        "duplicate-creation-opens-the-file": known(
            "parts creation",
            "SRC-12 is about doubles; a software may open the one that is there.",
            parts.duplicate_creation_opens_the_file,
            "SRC-12",
            "CRE-05",
            "CRE-01",
            "CRE-03",
            "SRC-01",
            "SRC-02",
        ),
        "no-screen-of-documents": known(
            "parts screens",
            "Which screens a software has is its own.",
            lambda: parts.not_offered(
                "Pas d'écran des pièces.", lambda asked: is_for(asked, "GET", "forms", "PROOF")
            ),
            "PRF-03",
            "SRC-10",
            "DIS-01",
            "STA-13",
            "FLD-02",
        ),
        "screen-of-search-refused": known(
            "parts screens",
            "The same.",
            just(strict.refusing("Pas d'écran.", lambda asked, _: is_for(asked, "GET", "forms", "SEARCH"))),
            "SRC-10",
            "ERG-07",
            "DIS-01",
            "SEC-03",
        ),
        "no-feeding-of-the-dmp": known(
            "parts sendings",
            "By which ways documents leave is the software's own.",
            just(strict.refusing("Pas d'alimentation du DMP.", partial(parts.sent_by, "DMP"))),
            "TRA-01",
            "TRA-02",
            "TRA-05",
            "TRA-12",
            "TRA-13",
            "TRA-14",
            "TRA-15",
            "TRA-16",
            "SEC-08",
        ),
        "fhir-not-received": known(
            "parts receptions",
            "Which formats a software understands is its own.",
            just(strict.refusing("Format non pris en charge.", partial(parts.received_as, "FHIR"))),
            "VER-04",
            "VER-08",
            "VER-09",
            "VER-13",
            "VER-14",
            "MAT-05",
            "TRT-03",
        ),
        "cda-not-received": known(
            "parts receptions 2",
            "The same.",
            just(strict.refusing("Format non pris en charge.", partial(parts.received_as, "CDA"))),
            "VER-04",
            "VER-08",
            "VER-09",
            "VER-13",
            "VER-14",
            "VER-15",
            "MAT-05",
        ),
        "qualified-lowered-step-by-step": known(
            "parts statuses",
            "E16 clears the INS at each downgrade; that one leads from qualifiée to provisoire is in no text.",
            just(
                strict.refusing(
                    "Abaissez d'abord à validée.", partial(parts.lowered_from, before="QUAL", to="PROV")
                )
            ),
            "STA-08",
            "STA-07",
            "STA-04",
            "ATT-01",
            "BLK-03",
            "SEC-05",
            "TRA-01",
        ),
        "recovered-not-lowered-by-hand": known(
            "parts statuses",
            "That a récupérée can be lowered by hand is in no text.",
            just(
                strict.refusing(
                    "Une identité récupérée ne s'abaisse pas à la main.",
                    partial(parts.lowered_from, before="RECUP", to="PROV"),
                )
            ),
            "STA-08",
            "STA-07",
            "BLK-03",
            "MAT-07",
            "RSP-01",
            "RSP-15",
        ),
        "validated-not-lowered-by-hand": known(
            "parts statuses",
            "The same of a validée.",
            just(
                strict.refusing(
                    "Une identité validée ne s'abaisse pas à la main.",
                    partial(parts.lowered_from, before="VALI", to="PROV"),
                )
            ),
            "STA-08",
            "STA-07",
            "STA-04",
            "STA-05",
            "PRF-04",
        ),
    }
)
"""By name."""
