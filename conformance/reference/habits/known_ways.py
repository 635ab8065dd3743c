"""Habits of who may go on with what, and of other shapes of what is given, as the catalogue lists them."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.reference.habits import wards, ways, ways_shown
from conformance.reference.habits.known import MARKED, RECEIVED, Known, known, known_habit, known_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_SENT = ("TRA-01", "TRA-02", "TRA-03", "TRA-04", "TRA-06", "ATT-07", "MAT-05", "MAT-07", "MAT-09", "RSP-20", "STA-08", "TRT-03")  # fmt: skip
_CARDS = ("FLD-02", "FLD-03", "CAL-02", "CAL-03", "CAL-04", "CAL-05")
_SCREENS = ("DIS-01", "DIS-02", "DIS-03", "STA-13", "FLD-02", "SRC-10", "CAL-12", "MAT-04", "RSP-04")
_LOWERED = ("STA-08", "STA-09", "STA-12", "STA-10", "MAT-07", "STA-07", "RSP-18")
_CALLED = ("RSP-01", "RSP-02", "STA-03", "SEC-06", "RSP-14", "ERR-06", "CAL-11", "SEC-02")
_BODIES = ("VER-11", "BLK-03", "BLK-04")
_LISTED = ("VER-05", "VER-08", "VER-06", "VER-07", "BLK-03")

WAYS: Mapping[str, Known] = MappingProxyType(
    {
        # Who goes on with what
        "started-call-of-its-user": known("ways a", "Who reads an answer is not said.", ways.started_call_of_its_user, "ERR-06", "CAL-11"),
        "comparison-of-its-user": known("ways a", "The dialog is that of who called (Règle 6).", ways.comparison_of_its_user, *_CALLED),
        "withdrawn-by-who-sent": known("ways a", "Who withdraws is not said.", ways.withdrawn_by_who_sent, "TRA-16", "SEC-08"),
        "lowering-asks-the-right-to-validate": known_refusal("ways a", "Rights are fine-grained (Règle 4).", "Droit de valider nécessaire.", ways.lowered_without_right, *_LOWERED, "SEC-03", "SEC-04"),
        "doubt-lifted-with-the-right-to-validate": known_refusal("ways a", "Who lifts a doubt is not said.", "Droit de valider nécessaire.", ways.doubt_lifted_without_right, *MARKED, "SEC-03", "SEC-04"),
        "opposition-lifted-by-super-user": known_refusal("ways b", "Who lifts an opposition is not said.", "Réservé au titulaire.", ways.opposition_to_be_lifted, "TRA-16", "TRA-15", "TRA-12"),
        # Refused
        "incoherent-correction-refused": known_refusal("ways a", "RSP-06: it stays editable as long as it is coherent.", "1er prénom absent de la liste.", ways.incoherent_correction, "RSP-05", "RSP-06", "STA-14", "STA-12", "SEC-05"),
        "strict-traits-one-by-one": known_refusal("ways b", "How many traits a correction has is not said.", "Un trait à la fois.", ways.several_strict_at_once, *_LOWERED, "SEC-05", "RSP-06"),
        "no-card-for-a-marked-file": known_refusal("ways a", "Nothing says that it is.", "Identité marquée : pas de carte.", ways.card_for_marked, *_CARDS, *MARKED),
        "billing-number-not-overwritten": known_refusal("ways a", "Nothing says that it is.", "Un numéro est déjà là.", ways.another_billing_number, *_CARDS),
        "app-not-for-a-marked-file": known_refusal("ways a", "What is doubtful is left to a person.", "Identité marquée.", partial(ways.app_for, when=ways.is_marked), "CRE-07", *MARKED),
        "app-not-for-the-qualified": known_refusal("ways b", "The identity is qualified already.", "Déjà qualifiée.", partial(ways.app_for, when=lambda file: file.get("status") == "QUAL"), "CRE-07", "RSP-05", "PRF-07"),
        "one-started-call-a-file": known("ways b", "How many calls run at once is not said.", ways.one_started_call_a_file, *_CALLED),
        "readings-end-with-a-swap": known("ways b", "CNDA 1.03 asks for no call with another card; more care is allowed.", ways.readings_end_with_a_swap, *_CARDS),
        # Looked into, asked
        "created-to-look-into": known("ways a", "What else is on a worklist is not said.", lambda: ways.to_look_into("A_QUALIFIER", ways.created), *_LISTED),
        "lowered-to-look-into": known("ways a", "The same.", lambda: ways.to_look_into("ABAISSEE", ways.lowered), *_LISTED, *_LOWERED),
        "marked-to-look-into": known("ways a", "The same.", lambda: ways.to_look_into("MARQUEE", ways.marked), *_LISTED, *MARKED),
        "searched-when-unmarked": known("ways b", "E11: called again; nothing is taken over without the user.", lambda: ways.searched_after(ways.unmarked), *MARKED, "STA-07", "SEC-06"),
        "searched-when-received-bare": known("ways b", "When INSi is searched is the software's own.", lambda: ways.searched_after(ways.received_bare), *RECEIVED),
        "searched-when-lowered": known("ways b", "The same.", lambda: ways.searched_after(ways.lowered), *_LOWERED, "SEC-06"),
        # Answered
        "call-without-its-file": known_habit("ways a", "patient_id is not required (driver API).", ways_shown.answers_changed(ways_shown.without_file, "POST", "insi-calls"), *_CALLED, "RSP-12", "RSP-13", "CAL-01"),
        "card-shown-by-names": known_habit("ways a", "Only the rank is required (driver API).", ways_shown.answers_changed(ways_shown.people_by_name, "POST", "card-readings"), *_CARDS, "CAL-01"),
        "lot-results-from-the-last": known_habit("ways a", "The order is not said.", ways_shown.answers_changed(ways_shown.results_from_the_last, "GET", "bulk-verifications", "*"), *_BODIES),
        "lot-of-those-with-ins": known_habit("ways a", "There is nothing to verify about the others.", ways_shown.lot_of_those_with_ins, *_BODIES, "MAT-10"),
        "app-noted-as-document": known("ways b", "PRF-07: it counts as a document.", ways_shown.app_noted_as_document, "CRE-07", "PRF-07", "PRF-01", "FLD-03"),
        "card-means-not-logged": known_habit("ways a", "CAL-16 asks for it with Pro Santé Connect.", ways_shown.answers_changed(ways_shown.card_means_not_logged, "GET", "audit-log"), "CAL-14", "CAL-16", "SEC-02", "SEC-06"),
        # Shown
        "labels-in-sentences": known("ways a", "Labels are unequivocal (Règle 3).", ways_shown.labels_in_sentences, *_SCREENS),
        "labels-in-capitals": known("ways b", "The same.", ways_shown.labels_in_capitals, *_SCREENS),
        "date-in-three-fields": known_habit("ways a", "A field has the software's own name (driver API).", ways_shown.answers_changed(ways_shown.date_in_three_fields, "GET", "forms", "CREATION"), "CRE-01", "CRE-03", "TRT-05", "CAL-12", "DIS-01", "ERG-07"),
        "stars-for-the-number": known_habit("ways b", "The number is not seen.", ways_shown.stars_for_the_number, "SEC-03", "SEC-13", "SEC-01", "DIS-02"),
        "age-behind-date": known_habit("ways c", "Règle 6 says how the date is written, not what stands beside it.", ways_shown.age_behind_date, "RSP-04", "DIS-01", "RSP-01"),
        # Given
        "export-in-one-archive": known_habit("ways a", "No text says in what form data are exported.", ways_shown.answers_changed(ways_shown.export_in_one_archive, "POST", "exports"), "TRA-20", "TRA-01"),
        "export-packed": known_habit("ways b", "The same.", ways_shown.answers_changed(ways_shown.export_packed, "POST", "exports"), "TRA-20", "TRA-01"),
        "export-without-kind": known_habit("ways c", "The same.", ways_shown.answers_changed(ways_shown.export_without_kind, "POST", "exports"), "TRA-20", "TRA-01"),
        "messages-named-in-words": known_habit("ways a", "A name is any text.", ways_shown.answers_changed(ways_shown.named_in_words, "POST", "patients", "*", "messages"), *_SENT),
        "hl7-in-a-frame": known_habit("ways a", "So it travels.", wards.produced("HL7V2", ways_shown.in_a_frame), *_SENT),
        "hl7-with-own-segments": known_habit("ways b", "HL7 v2 allows segments beginning with Z, notes and empty fields.", wards.produced("HL7V2", ways_shown.with_own_segments), *_SENT),
        "fhir-indented-with-tags": known_habit("ways a", "JSON may be indented, a resource tagged.", wards.produced("FHIR", ways_shown.fhir_with_signature_and_tags), *_SENT, "PRF-13"),
        "fhir-in-a-searchset": known_habit("ways b", "A resource may be given as a search gives it.", wards.produced("FHIR", ways_shown.fhir_in_a_searchset), *_SENT, "PRF-13"),
        "cda-with-prefixes": known_habit("ways a", "Names may have prefixes in XML.", wards.produced("CDA", ways_shown.cda_with_prefixes), *_SENT, "DOC-06", "DOC-09"),
    }
)  # fmt: skip
"""By name."""
