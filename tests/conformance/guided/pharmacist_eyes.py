"""What somebody at the counter sees: each line that a guided campaign expects, compared with what the software shows."""

from __future__ import annotations

import re

from conformance.drivers.model import STRICT_FIELDS
from conformance.guided.elsewhere import RECEIVED, VERIFIED
from conformance.guided.sight import OUTCOMES, STATUSES, french_day, shown
from conformance.suite.desk.words import FIELD

FIELDS = {text.fr: name for name, text in FIELD.items()}
NOTHING = "(rien)"


class Eyes:
    """The part of a ``Pharmacist`` that looks: at the answer of the last act, as its screen would show it."""

    def _confirm(self, lines):
        self.asked = self._confirm
        rows = [m.groups() for line in lines if (m := re.match(r"\s+(\d+)  (.+?)\s{2,}(.+)$", line))]
        self.rows = rows or self.rows
        if self.first_answers:
            return self.first_answers.pop(0)
        screen = self._screen()
        wrong = []
        self.differing = {}
        for number, label, expected in self.rows:
            if label in self.hidden:
                wrong.append(f"v{number}")
                continue
            actual = screen(label, expected)
            if actual is not True:
                wrong.append(number)
                self.differing[label] = actual
        return " ".join(wrong) or "o"

    def _differs(self, lines):
        label = lines[-1].split(" : attendu")[0]
        return "faute" if FIELDS.get(label) in self.mended else self.differing[label]

    def _screen(self):
        match self.declaration.name:
            case "read_patient":
                return self._file_row
            case "read_proposal":
                lines = {FIELD[line.field].fr: line for line in self.answer.fields}
                return lambda label, expected: self._compared(lines.get(label), expected)
            case "read_card":
                shown_ = {
                    p.rank: f"{p.birth_name} {p.first_name} · {french_day(p.birth_date)}"
                    for p in self.answer.beneficiaries
                }
                return lambda label, expected: shown_.get(label.split()[1]) == expected or 1
            case "read_ins_history":
                values = {v for each in self.answer for v in (each.matricule, each.oid, each.start, each.end)}
                return lambda _label, expected: expected in values or ""
            case "search_patients" | "search_by_matricule":
                return self._found_row
            case "read_status_history":
                left = self.left = [e for e in self.answer if e.previous not in {None, e.status}]
                return lambda label, expected: self._history_row(left, label, expected)
            case "read_audit_log":
                left = list(self.answer)
                return lambda label, expected: self._log_row(left, label, expected)
            case "verify_ins" | "receive_message":
                words = VERIFIED if self.declaration.name == "verify_ins" else RECEIVED
                return lambda _label, expected: self._outcome_row(words, expected)
            case "read_worklist":
                said = [item.message for item in self.answer]
                return lambda _label, expected: any(text in expected for text in said) or 1
            case _:
                return self._call_row

    def _outcome_row(self, words, expected):
        actual = words[self.answer.outcome].fr
        return True if actual == expected else actual

    def _file_row(self, label, expected):
        patient = self.answer
        if label == "verrou":
            return True if set(STRICT_FIELDS) <= patient.locked_fields else 1
        name = FIELDS.get(label)
        if name == "birth_date":
            actual = shown(patient.display_birth_date).fr
        elif name:
            actual = shown(getattr(patient, name)).fr
        elif label == "statut":
            actual = (
                STATUSES[str(patient.status)].fr if str(patient.status) in STATUSES else str(patient.status)
            )
        elif label == "numéro de facturation":
            actual = shown(patient.billing_number).fr
        elif label == "attributs":
            actual = shown(", ".join(sorted(patient.attributes))).fr
        else:
            actual = shown(patient.proof and patient.proof.kind).fr
        if actual == expected:
            return True
        return "" if actual == NOTHING else actual

    def _call_row(self, label, expected):
        call = self.answer
        if label == "fin de l'appel":
            return True if OUTCOMES[call.outcome].fr == expected else OUTCOMES[call.outcome].fr
        if label == "alerte":
            return True if call.alerts else 1
        return 1 if call.candidates else True

    def _compared(self, line, expected):
        if line is None:
            return 1
        flag = " · signalé différent" if line.different else ""
        return True if f"{shown(line.local).fr} | INSi : {shown(line.insi).fr}{flag}" == expected else 4

    def _found_row(self, label, expected):
        shown_ = {f"{p.birth_name} {p.first_name or ''} · {french_day(p.birth_date)}" for p in self.answer}
        if label == "dans la liste":
            return True if expected in shown_ else 1
        days = {p.birth_date for p in self.answer}
        return True if len(days) <= 1 else 1

    @staticmethod
    def _history_row(left, label, expected):
        if label == "autres":
            return True if not left else 1
        for entry in left:
            if expected == f"{entry.previous} → {entry.status}, avec date, heure et auteur ({entry.author})":
                left.remove(entry)
                return True if entry.at else 2
        return 1

    @staticmethod
    def _log_row(left, label, expected):
        action = {
            "appel INSi": "INSI_CALL",
            "accès au dossier": "IDENTITY_READ",
            "modification": "IDENTITY_CHANGED",
        }[label]
        for entry in left:
            parts = ["date, heure, " + entry.user, *([f"code {entry.code}"] if entry.code else [])]
            # A screen shows the values in an order of its own.
            *told, values = [*expected.split(" · "), ""] if not entry.returned else expected.split(" · ")
            same = told == parts and sorted(values.split(", ")) == sorted(entry.returned.values() or [""])
            if entry.action == action and same:
                left.remove(entry)
                return True if entry.at else 2
        return 1

    def _choose(self, lines):
        options = [m.groups() for line in lines if (m := re.match(r"\s+(\d+)  (.+)$", line))]
        if any("j'ai mal saisi" in text for _, text in options):
            return "1" if self.mended else "2"
        label = next(line for line in lines if line in self.differing)
        wanted = self.differing[label]
        if isinstance(wanted, int):
            return str(wanted)
        return next(number for number, text in options if text == wanted)
