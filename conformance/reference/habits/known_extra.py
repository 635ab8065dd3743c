"""Habits of software that does or shows more than the reference LGO, or otherwise, as the catalogue lists them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.reference.habits import extra, looks
from conformance.reference.habits.known import Known, just, known

if TYPE_CHECKING:
    from collections.abc import Mapping


EXTRA: Mapping[str, Known] = MappingProxyType(
    {
        # Done besides
        "searched-after-correction": known(
            "more calls",
            "A corrected identity is looked up anew; nothing is taken over without the user.",
            just(extra.searched_after_correction),
            "STA-08",
            "STA-09",
            "STA-10",
            "STA-12",
            "SEC-05",
            "RSP-06",
            "MAT-07",
        ),
        "searched-when-validated": known(
            "more calls",
            "When INSi is searched is the software's own; nothing is taken over without the user.",
            just(extra.searched_when_validated),
            "STA-04",
            "STA-05",
            "PRF-01",
            "PRF-04",
            "PRF-06",
            "RSP-18",
            "SEC-06",
            "RSP-01",
        ),
        "verified-before-sending": known(
            "more calls",
            "No text limits verifications.",
            just(extra.verified_before_sending),
            "TRA-02",
            "TRA-07",
            "TRA-12",
            "TRA-15",
            "SEC-08",
            "BLK-05",
            "VER-02",
            "SEC-02",
        ),
        "files-opened-with-the-list": known(
            "more work",
            "What a screen shows beside a list is not said; each access is logged.",
            just(extra.files_opened_with_the_list),
            "SEC-01",
            "SRC-01",
            "SRC-02",
            "SRC-12",
            "SEC-03",
        ),
        "outcomes-to-look-into": known(
            "more work",
            "What else a person has to look into is the software's own.",
            extra.outcomes_to_look_into,
            "VER-05",
            "VER-08",
            "RSP-12",
            "RSP-13",
            "ERR-01",
            "ERR-02",
            "VER-06",
        ),
        "declined-to-look-into": known(
            "more work",
            "The same.",
            extra.declined_to_look_into,
            "VER-05",
            "VER-08",
            "RSP-01",
        ),
        "declined-in-the-log": known(
            "more work",
            "More may be logged than is asked for, under an action of one's own.",
            extra.declined_in_the_log,
            "SEC-05",
            "SEC-01",
            "SEC-06",
            "RSP-01",
            "RSP-14",
        ),
        "blocked-in-the-log": known(
            "more work",
            "The same.",
            extra.blocked_in_the_log,
            "SEC-05",
            "SEC-02",
            "SEC-06",
            "CAL-11",
            "CAL-06",
            "SEC-04",
        ),
        "more-in-the-trace": known(
            "more work",
            "Règle 31 says what is traced at least.",
            extra.more_in_the_trace,
            "SEC-08",
            "TRA-11",
            "DOC-01",
            "TRA-16",
        ),
        # Shown
        "a-row-for-each-name": known(
            "other looks",
            "How many rows a list has for one person is not said.",
            just(looks.a_row_for_each_name),
            "SRC-01",
            "SRC-02",
            "SRC-03",
            "SRC-04",
            "SRC-11",
            "SEC-01",
        ),
        "documents-named-in-words": known(
            "other looks",
            "The words on screen are the software's own.",
            just(looks.documents_named_in_words),
            "PRF-03",
            "PRF-02",
            "PRF-06",
            "PRF-08",
        ),
        "search-screen-in-own-names": known(
            "other looks",
            "A field has an identity field's name or the software's own (driver API).",
            just(looks.search_screen_in_own_names),
            "SRC-10",
            "ERG-07",
            "SRC-11",
        ),
        "creation-screen-with-a-place": known(
            "other looks",
            "PRF-03 wants no default document; other defaults are not spoken of.",
            just(looks.creation_screen_with_a_place),
            "CRE-01",
            "CRE-02",
            "CAL-12",
            "TRT-05",
            "DIS-01",
            "PRF-03",
            "FLD-04",
            "ERG-07",
        ),
        "uncertainty-not-told": known(
            "other looks",
            "null when the software does not tell (driver API).",
            just(looks.uncertainty_not_told),
            "TRT-08",
            "CAL-12",
        ),
        "fictitious-not-counted": known(
            "other looks",
            "A fictitious identity is no patient.",
            looks.fictitious_not_counted,
            "BLK-05",
        ),
        "list-follows-first-name": known(
            "other looks",
            "A list of one given name is that name.",
            just(looks.list_follows_first_name),
            "RSP-05",
            "RSP-06",
            "FLD-01",
            "SEC-05",
            "STA-14",
            "TRT-01",
        ),
    }
)
"""By name."""
