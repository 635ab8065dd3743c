"""Habits of software of wards and laboratories, as the catalogue lists them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.reference.habits import sights, strict, wards
from conformance.reference.habits.known import Known, just, known

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.habits.front import Asked, Habit, Inner

_WORDS = "The words and signs on screen are the software's own."
_LOG = "More may be logged than is asked for, under an action of one's own."


def _refusing(party: str, why: str, message: str, when: Callable[[Asked, Inner], bool], *rules: str) -> Known:
    return known(party, why, just(strict.refusing(message, when)), *rules)


def _shown(party: str, form: str, change: object, *rules: str, why: str = _WORDS) -> Known:
    return known(party, why, just(sights.shown_on(form, change)), *rules)  # type: ignore[arg-type]


def _just(party: str, why: str, habit: Habit, *rules: str) -> Known:
    return known(party, why, just(habit), *rules)


_SCREENS = ("DIS-01", "DIS-02", "DIS-03", "FLD-02", "STA-13", "RSP-04", "MAT-04", "SEC-03")
_COMPARED = ("RSP-01", "RSP-02", "RSP-03", "RSP-04", "RSP-05", "ERG-08")
_LOGGED = ("SEC-01", "SEC-02", "SEC-05", "SEC-06", "RSP-14", "VER-02", "BLK-04")
_MARKED = ("ATT-01", "ATT-02", "ATT-03", "ATT-05", "ATT-06", "CAL-11")
_SENT = (
    "TRA-01",
    "TRA-02",
    "TRA-03",
    "TRA-04",
    "TRA-06",
    "ATT-07",
    "MAT-05",
    "MAT-07",
    "MAT-09",
    "RSP-20",
    "PRF-13",
    "STA-08",
    "TRT-03",
    "DOC-09",
)
_RECEIVED = ("VER-04", "VER-06", "VER-07", "VER-09", "VER-10", "VER-15", "MAT-07", "CRE-06")

WARDS: Mapping[str, Known] = MappingProxyType(
    {
        # Refused
        "places-of-their-time": _refusing(
            "wards a",
            "TRT-10: the code is valid at the time of birth.",
            "Ce lieu n'existait pas à cette date.",
            wards.place_of_another_time,
            "TRT-10",
            "FLD-01",
            "CRE-01",
            "CRE-02",
            "STA-09",
            "STA-12",
            "SRC-01",
            "TRT-08",
        ),
        "document-of-the-day": known(
            "wards a",
            "When a document was seen matters; for how long is not said.",
            wards.document_of_the_day_only,
            "PRF-01",
            "PRF-04",
            "STA-05",
            "PRF-12",
        ),
        "doubt-lifted-with-a-document": known(
            "wards b",
            "E11: what was doubtful has to be checked again.",
            wards.doubt_lifted_with_a_document,
            *_MARKED,
            "STA-07",
        ),
        "fictitious-for-ever": _refusing(
            "wards b",
            "How a fictitious identity becomes another is not said.",
            "Identité fictive : créez un dossier.",
            wards.fictitious_no_more,
            *_MARKED,
            "STA-07",
        ),
        "doubtful-corrected-by-super-user": _refusing(
            "wards b",
            "E13 speaks of files without a mark.",
            "Identité douteuse : réservé au référent.",
            wards.doubtful_corrected_by_anybody,
            *_MARKED,
            "SEC-05",
            "STA-14",
        ),
        "mark-removed-by-who-set-it": known(
            "wards c", "Who lifts a mark is not said.", wards.mark_removed_by_who_set_it, *_MARKED
        ),
        "messages-of-the-qualified": _refusing(
            "wards b",
            "No text asks for a message about anybody else.",
            "Identité non qualifiée : aucun message.",
            wards.message_of("PROV", "RECUP", "VALI"),
            *_SENT,
        ),
        "messages-of-the-checked": _refusing(
            "wards c",
            "The same.",
            "Identité non contrôlée : aucun message.",
            wards.message_of("PROV", "RECUP"),
            *_SENT,
        ),
        "sign-in-ends-after-an-hour": known(
            "wards a",
            "How long a session lasts is not said.",
            wards.sign_in_ends_after_an_hour,
            "CAL-04",
            "CAL-14",
            "CAL-16",
            "PRF-12",
        ),
        "national-documents-stay-high": _refusing(
            "wards b",
            "PRF-06 names them; a site may add.",
            "La CNI et le passeport restent de haute confiance.",
            wards.national_documents_lowered,
            "PRF-02",
            "PRF-06",
            "PRF-08",
        ),
        "rights-come-with-others": _just(
            "wards b",
            "The answer says which rights were given.",
            wards.rights_come_with_others,
            "SEC-03",
            "SEC-04",
            "SEC-13",
            "CAL-11",
        ),
        "nothing-opens-without-right": _just(
            "wards c",
            "What may not be seen is null, or refused.",
            wards.nothing_opens_without_right,
            "SEC-03",
            "SEC-04",
            "SEC-13",
        ),
        # Asked, verified
        "pending-proposal-shown-again": known(
            "wards a",
            "That INSi be asked again while an answer waits is in no text.",
            wards.pending_proposal_shown_again,
            "RSP-01",
            "RSP-02",
            "SEC-02",
            "SEC-06",
            "RSP-14",
            "CAL-08",
            "BLK-05",
            "RSP-15",
        ),
        "typed-search-goes-to-the-file": _just(
            "wards c",
            "SRC-12: no second file for the same person.",
            wards.typed_search_goes_to_the_file,
            "CAL-01",
            "CRE-04",
            "STA-03",
            "RSP-02",
            "SRC-12",
            "SEC-06",
        ),
        "received-without-ins-left-to-a-person": known(
            "wards b",
            "Nothing says that an identity without INS becomes a file.",
            lambda: wards.left_to_a_person(wards.received_without_ins, "Identité reçue sans INS."),
            *_RECEIVED,
        ),
        "verified-before-printing": known(
            "wards a",
            "No text limits verifications.",
            lambda: wards.verified_before("renderings"),
            "DOC-01",
            "DOC-02",
            "DOC-03",
            "DOC-05",
            "DOC-08",
            "VER-02",
            "SEC-02",
            "BLK-05",
        ),
        "verified-before-a-message": known(
            "wards c",
            "The same.",
            lambda: wards.verified_before("messages"),
            *_SENT,
            "VER-02",
            "SEC-02",
            "BLK-05",
        ),
        "former-number-found-too": known(
            "wards a",
            "What else a search by number finds is not said.",
            wards.former_number_found_too,
            "SRC-09",
            "RSP-20",
            "MAT-09",
            "RSP-15",
        ),
        "place-first-then-without": Known(
            party="wards c",
            why="CAL-09: after 01 the criteria may be corrected; the place is optional.",
            rules=("CAL-08", "CAL-09", "CRE-04", "SEC-06", "RSP-12", "ERR-05", "CAL-06"),
            search=lambda: wards.place_first_then_without,
        ),
        # Produced
        "hl7-in-a-batch": _just(
            "wards a", "HL7 v2 allows batches of one.", wards.produced("HL7V2", wards.in_a_batch), *_SENT
        ),
        "hl7-in-latin-1": _just(
            "wards c", "MSH-18 says the character set.", wards.produced("HL7V2", wards.in_latin_1), *_SENT
        ),
        "cda-in-latin-1": _just(
            "wards a",
            "XML says its own encoding.",
            wards.produced("CDA", wards.in_other_signs),
            *_SENT,
            "DOC-06",
        ),
        "cda-in-sixteen-bits": _just(
            "wards c", "The same.", wards.produced("CDA", wards.in_sixteen_bits), *_SENT, "DOC-06"
        ),
        "fhir-in-a-bundle": _just(
            "wards a", "A resource may travel in a bundle.", wards.produced("FHIR", wards.in_a_bundle), *_SENT
        ),
    }
)
"""By name."""
