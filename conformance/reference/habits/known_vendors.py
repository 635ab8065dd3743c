"""Habits of vendors of another make, as the catalogue lists them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.reference.habits import vendor_papers, vendors, wards
from conformance.reference.habits.known import Known, known, known_habit, known_refusal
from conformance.reference.habits.ways_shown import answers_changed

if TYPE_CHECKING:
    from collections.abc import Mapping

_API = "The driver API allows it."
_MORE = "More may be logged than is asked for, under an action of one's own."
_SENT = ("TRA-01", "TRA-02", "TRA-03", "TRA-04", "TRA-06", "ATT-07", "MAT-05", "MAT-07", "MAT-09", "RSP-20", "STA-08", "TRT-03")  # fmt: skip
_LOGGED = ("SEC-01", "SEC-02", "SEC-05", "SEC-06", "RSP-14", "VER-02", "CAL-16", "SEC-13")
_CALLED = ("RSP-01", "RSP-05", "RSP-08", "RSP-09", "RSP-12", "RSP-13", "CAL-11", "ERR-01", "ERR-03", "ERR-04")
_REFUSED = ("CRE-01", "STA-12", "PRF-08", "ATT-02", "ATT-06", "SRC-09", "TRT-02", "TRT-05")
_PAPERS = ("DOC-01", "DOC-02", "DOC-03", "DOC-05", "DOC-07", "DOC-08", "MAT-04", "STA-08", "MAT-09")
_FOUND = ("SRC-01", "SRC-02", "SRC-03", "SRC-04", "SRC-09", "SRC-11", "SEC-01", "SEC-03", "SEC-04")
_EXPORT = ("TRA-20", "TRA-01")
_MAILS = ("TRA-07", "TRA-09", "TRA-10", "TRA-01", "TRA-02", "DOC-08", "DOC-09", "TRA-15", "TRA-16")

VENDORS: Mapping[str, Known] = MappingProxyType(
    {
        # How answers are written
        "empty-tables-as-lists": known_habit("vendors a", "What holds nothing may be left out; PHP writes an empty list.", vendors.empty_tables_as_lists, "SEC-05", "SEC-06", "RSP-14", "CRE-01"),
        "empty-lists-as-null": known_habit("vendors b", "A field that is empty is null (driver API).", vendors.empty_lists_as_null, *_CALLED, *_REFUSED, "STA-13", "VER-11"),
        "counters-as-text": known_habit("vendors a", "A number is the same in text; it is the driver's writing, not the software's counting.", vendors.counters_as_text, "BLK-05"),
        "fields-of-ones-own-locked": known_habit("vendors a", "What else is locked is the software's own.", vendors.fields_of_ones_own_locked, "STA-12", "STA-13", "STA-14", "RSP-06"),
        "alerts-twice": known_habit("vendors b", "How often an alert is shown is not said.", vendors.alerts_twice, *_CALLED, "VER-08", "RSP-06"),
        "calls-without-code": known_habit("vendors b", "Only identifier and outcome have to be there (driver API).", answers_changed(vendors.calls_without_code, "POST", "insi-calls"), *_CALLED, "CAL-01", "CAL-12"),
        # Logs and histories
        "changes-of-whole-rows": known("vendors a", "A trigger logs the row as it is then.", vendors.changes_of_whole_rows, *_LOGGED),
        "changes-with-columns": known_habit("vendors b", "What else a log holds is its own.", answers_changed(vendors.changes_with_columns, "GET", "audit-log"), *_LOGGED),
        "log-of-a-file-without-its-name": known_habit("vendors c", "patient_id may be null (driver API); whose log was asked for is known.", answers_changed(vendors.log_of_a_file_without_its_name, "GET", "audit-log"), *_LOGGED, "VER-02", "BLK-04"),
        "calls-announced-in-the-log": known("vendors a", _MORE, vendors.calls_announced_in_the_log, *_LOGGED),
        "synchronised-in-the-log": known("vendors a", _MORE, vendors.synchronised_in_the_log, *_LOGGED, "STA-07"),
        "acts-as-readings-too": known("vendors b", "Whoever acts on a file sees it.", vendors.acts_as_readings_too, *_LOGGED),
        "comparisons-in-the-log": known("vendors b", "A comparison shows the file.", vendors.comparisons_in_the_log, *_LOGGED),
        "history-with-documents": known("vendors a", "More may be written into a history.", vendors.history_with_documents, "STA-07", "STA-05", "STA-06", "PRF-01"),
        "present-ins-in-its-history": known_habit("vendors a", "The present INS is an entry of its history.", answers_changed(vendors.present_ins_in_its_history, "GET", "patients", "*", "ins-history"), "RSP-15", "RSP-20", "MAT-09"),
        # Refused, normalised
        "weak-documents-not-listed": known_refusal("vendors a", "Which documents the list holds is the site's (PRF-02); the driver refuses those it does not have.", "Pièce absente de la liste.", vendors.weak_document, "PRF-01", "PRF-02", "PRF-03", "PRF-06", "PRF-08", "STA-17"),
        "settings-sorted": known_habit("vendors b", "A list in a setting is a set.", vendors.settings_sorted, "PRF-02", "DIS-02", "DOC-02", "PRF-09", "PRF-06", "PRF-07"),
        "senders-in-small-letters": known_habit("vendors b", "An address is the same in small letters.", vendors.senders_in_small_letters, "VER-10", "VER-09"),
        "lists-empty-without-right": known_habit("vendors a", "Who may not see anybody finds nobody.", vendors.lists_empty_without_right, "SEC-03", "SEC-04", "SEC-13", "SEC-01"),
        "worklist-once-a-file": known_habit("vendors c", "How many entries a file has is not said.", answers_changed(vendors.worklist_once_a_file, "GET", "worklist"), "VER-05", "VER-08", "VER-06", "VER-07", "BLK-03"),
        "documents-under-own-names": known_habit("vendors c", "Under which name it is filed is not said.", answers_changed(vendors.documents_under_own_names, "GET", "patients", "*", "documents"), "VER-08", "VER-13", "VER-14", "VER-15"),
        "sendings-without-documents": known_habit("vendors c", "Documents may be left out (driver API): the bench has them.", answers_changed(vendors.sendings_without_documents, "POST", "patients", "*", "sendings"), *_MAILS),
        "no-card-call-with-an-ins": known_refusal("vendors d", "Nothing says that an INS which is there be asked for again.", "INS déjà présente.", vendors.no_card_twice, "CAL-01", "CAL-02", "CAL-03", "CAL-04", "CAL-05", "RSP-12", "STA-03"),
        # Printed, produced, exported
        "papers-as-pictures": known_habit("vendors e", "In which form a paper is given is the driver's.", answers_changed(vendor_papers.papers_as_pictures, "POST", "patients", "*", "renderings"), *_PAPERS),
        "papers-turned": known_habit("vendors d", "A page may be turned.", answers_changed(vendor_papers.papers_turned, "POST", "patients", "*", "renderings"), *_PAPERS),
        "export-in-a-tar": known_habit("vendors a", "No text says in what form data are exported.", answers_changed(vendor_papers.export_in_a_tar, "POST", "exports"), *_EXPORT),
        "export-as-sql": known("vendors b", "The same.", lambda: vendor_papers.export_dumped(vendor_papers.as_sql, "base.sql"), *_EXPORT),
        "export-as-yaml": known("vendors c", "The same.", lambda: vendor_papers.export_dumped(vendor_papers.as_yaml, "base.yaml"), *_EXPORT),
        "fhir-in-parameters": known_habit("vendors a", "A resource may be the parameter of an operation.", wards.produced("FHIR", vendor_papers.fhir_in_parameters), *_SENT, "PRF-13"),
        "fhir-as-a-line": known_habit("vendors b", "A resource may be a line of many.", wards.produced("FHIR", vendor_papers.fhir_as_a_line), *_SENT, "PRF-13"),
        "hl7-with-a-sign-for-cuts": known_habit("vendors a", "HL7 v2.7 has one.", wards.produced("HL7V2", vendor_papers.hl7_with_a_sign_for_cuts), *_SENT),
        "hl7-with-lines-of-windows": known_habit("vendors b", "So files of messages are written.", wards.produced("HL7V2", vendor_papers.hl7_with_lines_of_windows), *_SENT),
        "cda-with-instructions": known_habit("vendors a", "XML allows them before the document.", wards.produced("CDA", vendor_papers.cda_after_a_stylesheet), *_SENT, "DOC-06", "DOC-09"),
    }
)  # fmt: skip
"""By name."""
