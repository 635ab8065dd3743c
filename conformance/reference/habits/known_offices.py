"""Habits of other offices, as the catalogue lists them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from conformance.reference.habits import office_papers, offices, vendor_papers, wards
from conformance.reference.habits.known import MARKED, Known, known, known_habit, known_refusal
from conformance.reference.habits.sights import shown_on
from conformance.reference.habits.ways_shown import answers_changed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_EXPORT: Final = ("TRA-20", "TRA-01")
_LOGGED: Final = ("SEC-01", "SEC-02", "SEC-05", "SEC-06")
_SENT: Final = ("TRA-01", "TRA-02", "TRA-06", "PRF-13")
_MAILS: Final = ("TRA-07", "TRA-09", "TRA-10", "TRA-01", "TRA-02", "DOC-08", "DOC-09", "TRA-16")
_CHANGED: Final = ("SEC-05", "STA-09", "STA-12", "STA-14", "FLD-01")


def _export(party: str, written: Callable[[list[dict[str, str]]], bytes], name: str) -> Known:
    return known(
        party,
        "No text says in what form data are exported.",
        lambda: vendor_papers.export_dumped(written, name),
        *_EXPORT,
    )


OFFICES: Mapping[str, Known] = MappingProxyType(
    {
        # Searched and saved
        "blanks-ignored-in-search": known_habit("offices a", "SRC-04 lists what is ignored at least.", offices.blanks_ignored, "SRC-02", "SRC-03", "SRC-04", "SRC-11"),
        "unchanged-save-silent": known_habit("offices a", "What changes nothing is no modification (Règle 16).", offices.unchanged_save_silent, *_CHANGED),
        "double-hyphen-refused": known_refusal("offices a", "TRT-06 knows no double hyphen in a given name.", "Double tiret impossible dans un prénom.", offices.double_hyphen_refused, "TRT-03", "TRT-06", "TRT-13", "SRC-04"),
        "uncertain-date-not-sent": known_habit("offices b", "Nothing says that a date which was made up be sent.", offices.uncertain_not_sent, "TRT-08", "CAL-12"),
        "uncertain-date-not-validated": known_refusal("offices b", "Whoever validates says that the document shows this date.", "Date incertaine : à préciser avant de valider.", offices.uncertain_not_validated, "TRT-08", "PRF-04"),
        # Signed, on the worklist, in the log
        "validation-signed-by-two": known_habit("offices b", "The author is named (Règle 21), and who controlled.", offices.signed_by_two, "STA-07", "STA-04", "STA-05", "STA-06"),
        "two-items-for-one": known_habit("offices a", "How many entries a file has is not said.", answers_changed(offices.two_items_for_one, "GET", "worklist"), "VER-05", "VER-07", "VER-08", "BLK-03"),
        "changes-with-consequences": known("offices a", "What else a log holds is its own.", offices.changes_with_consequences, *_CHANGED),
        "rights-in-the-log": known("offices a", "More may be logged.", offices.rights_in_the_log, *_LOGGED),
        "reasons-in-the-log": known("offices b", "More may be logged.", offices.reasons_in_the_log, *_LOGGED),
        "imports-logged-as-changes": known("offices b", "What INSi feeds is changed too (Règle 16).", offices.imports_logged_as_changes, *_LOGGED, "RSP-02"),
        # Not done
        "marked-not-printed": known_refusal("offices a", "No text asks to print for an identity in doubt.", "Identité douteuse ou fictive : impression suspendue.", lambda asked, inner: offices.acts_on_a_file(asked, "renderings") and offices.is_marked(asked, inner), *MARKED, "DOC-05"),
        "marked-not-sent": known_refusal("offices a", "No text asks to send for an identity in doubt.", "Identité douteuse ou fictive : envoi suspendu.", lambda asked, inner: offices.acts_on_a_file(asked, "sendings", "messages") and offices.is_marked(asked, inner), *MARKED, "TRA-01"),
        "number-search-without-right-refused": known_refusal("offices a", "Fine-grained rights on the INS (Règle 4).", "Droit de lecture de l'INS manquant.", offices.without_right("READ_INS", ("GET", "matricule-search")), "SEC-03", "SRC-09"),
        "paper-without-right-refused": known_refusal("offices b", "Fine-grained rights on the INS (Règle 4).", "Droit de lecture de l'INS manquant.", offices.without_right("READ_INS", ("POST", "patients", "*", "renderings"), ("POST", "patients", "*", "messages"), ("POST", "exports")), "SEC-03", "SEC-13"),
        "former-ins-without-right-refused": known_refusal("offices b", "Fine-grained rights on the INS (Règle 4).", "Droit de lecture de l'INS manquant.", offices.without_right("READ_INS", ("GET", "patients", "*", "ins-history"), ("GET", "insi-calls", "*", "proposal")), "SEC-03", "SEC-13"),
        # Shown and sent
        "empty-fields-not-shown": known_habit("offices a", "What is empty need not take room on a screen.", shown_on("PATIENT", lambda fields, _, __: offices.empty_fields_not_shown(fields)), "DIS-01", "DIS-02", "FLD-02"),
        "sent-with-a-journal": known_habit("offices a", "What else a driver hands over is its own.", offices.sent_with_a_journal, *_MAILS),
        "fhir-in-xml": known_habit("offices a", "FHIR is written in JSON or XML.", wards.produced("FHIR", office_papers.in_xml), *_SENT),
        "mail-signed": known_habit("offices b", "MSSanté allows signed mails.", office_papers.mails_rewritten(office_papers.signed), *_MAILS),
        "mail-in-html": known_habit("offices a", "In which form the text of a mail is written is not said.", office_papers.mails_rewritten(office_papers.with_html), *_MAILS),
        "terms-on-a-second-page": known_habit("offices a", "On the first page at least (Règle 32).", answers_changed(office_papers.with_a_second_page, "POST", "patients", "*", "renderings"), "DOC-01", "DOC-02", "DOC-03", "DOC-05"),
        "export-with-semicolons": _export("offices a", office_papers.as_semicolons, "patients.csv"),
        "export-as-html-workbook": _export("offices b", office_papers.as_html_workbook, "patients.xls"),
        "export-as-spreadsheet-2003": _export("offices c", office_papers.as_spreadsheet_2003, "patients.xml"),
        "export-as-ods": _export("offices d", office_papers.as_ods, "patients.ods"),
        "export-as-sqlite": _export("offices e", office_papers.as_sqlite, "patients.sqlite"),
        "export-as-dbf": _export("offices f", office_papers.as_dbf, "PATIENTS.DBF"),
        "export-as-properties": _export("offices g", office_papers.as_properties, "patients.properties"),
        "export-as-serialised-php": _export("offices h", office_papers.as_serialised_php, "patients.ser"),
        "export-right-aligned": _export("offices i", office_papers.as_right_aligned, "patients.txt"),
    }
)  # fmt: skip
"""By name."""
