"""Habits of software of wards and laboratories, as the catalogue lists them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.reference.habits import wards
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

WARDS: Mapping[str, Known] = MappingProxyType(
    {
        # Refused
        "places-of-their-time": known_refusal(
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
            *MARKED,
            "STA-07",
        ),
        "fictitious-for-ever": known_refusal(
            "wards b",
            "How a fictitious identity becomes another is not said.",
            "Identité fictive : créez un dossier.",
            wards.fictitious_no_more,
            *MARKED,
            "STA-07",
        ),
        "doubtful-corrected-by-super-user": known_refusal(
            "wards b",
            "E13 speaks of files without a mark.",
            "Identité douteuse : réservé au référent.",
            wards.doubtful_corrected_by_anybody,
            *MARKED,
            "SEC-05",
            "STA-14",
        ),
        "mark-removed-by-who-set-it": known(
            "wards c", "Who lifts a mark is not said.", wards.mark_removed_by_who_set_it, *MARKED
        ),
        "messages-of-the-qualified": known_refusal(
            "wards b",
            "No text asks for a message about anybody else.",
            "Identité non qualifiée : aucun message.",
            wards.message_of("PROV", "RECUP", "VALI"),
            *_SENT,
        ),
        "messages-of-the-checked": known_refusal(
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
        "national-documents-stay-high": known_refusal(
            "wards b",
            "PRF-06 names them; a site may add.",
            "La CNI et le passeport restent de haute confiance.",
            wards.national_documents_lowered,
            "PRF-02",
            "PRF-06",
            "PRF-08",
        ),
        "rights-come-with-others": known_habit(
            "wards b",
            "The answer says which rights were given.",
            wards.rights_come_with_others,
            "SEC-03",
            "SEC-04",
            "SEC-13",
            "CAL-11",
        ),
        "nothing-opens-without-right": known_habit(
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
        "typed-search-goes-to-the-file": known_habit(
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
            *RECEIVED,
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
        "hl7-in-a-batch": known_habit(
            "wards a", "HL7 v2 allows batches of one.", wards.produced("HL7V2", wards.in_a_batch), *_SENT
        ),
        "hl7-in-latin-1": known_habit(
            "wards c", "MSH-18 says the character set.", wards.produced("HL7V2", wards.in_latin_1), *_SENT
        ),
        "cda-in-latin-1": known_habit(
            "wards a",
            "XML says its own encoding.",
            wards.produced("CDA", wards.in_other_signs),
            *_SENT,
            "DOC-06",
        ),
        "cda-in-sixteen-bits": known_habit(
            "wards c", "The same.", wards.produced("CDA", wards.in_sixteen_bits), *_SENT, "DOC-06"
        ),
        "fhir-in-a-bundle": known_habit(
            "wards a", "A resource may travel in a bundle.", wards.produced("FHIR", wards.in_a_bundle), *_SENT
        ),
    }
)
"""By name."""
