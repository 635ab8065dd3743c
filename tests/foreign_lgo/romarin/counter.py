"""What the people at the counter do: files, search, proofs, validation, attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger import IDENTITY, Ledger, new_identifier
from words import LABELS, RefusedError, begins, checked, day, plain, shown

if TYPE_CHECKING:
    from datetime import date

STRICT = ("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place")
FIVE = ("birth_name", "first_name", "birth_date", "sex", "birth_place")
FROM_INSI = {"RECUP", "QUAL"}
SETTINGS = {
    "insi_timeout_seconds": "20",
    "high_confidence_proofs": "CNI,PASSPORT,RESIDENCE_PERMIT,FRANCE_IDENTITE,IDENTITE_NUMERIQUE_LA_POSTE",
    "low_confidence_proofs": "VITALE_CARD,DRIVING_LICENCE,BIRTH_CERTIFICATE",
    "minor_proofs": "BIRTH_CERTIFICATE_AND_PARENT,FAMILY_BOOK_AND_PARENT,BIRTH_CERTIFICATE_AND_GUARDIAN,FAMILY_BOOK_AND_GUARDIAN,MINOR_TRAVEL_DOCUMENT",
    "environment": "test",
    "displayed_fields": "used_name,used_first_name",
    "document_kinds": "INTERVIEW_REPORT",
    "printed_traits": "used_name",
}


class Counter:
    """The acts of a user, on a journal."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def file(self, patient: str) -> dict:
        """The file, or a refusal."""
        state = self.ledger.file(patient)
        if state is None:
            raise LookupError(patient)
        return state

    def view(self, state: dict, role: str) -> dict:
        """The file as a screen shows it."""
        locked = ["matricule", "oid"]
        if state["status"] in FROM_INSI and role != "SUPER_USER":
            locked = list(STRICT)
        return {
            **{name: state[name] for name in IDENTITY},
            "id": state["id"],
            "status": state["status"],
            "attributes": list(state["attributes"]),
            "proof": state["proofs"][-1] if state["proofs"] else None,
            "locked_fields": locked,
            "display_birth_date": shown(state["birth_date"]),
            "billing_number": state["billing_number"],
        }

    def today(self) -> date:
        """Today."""
        return self.ledger.now().date()

    def open_file(self, user: str, typed: dict) -> dict:
        """Create a file by hand."""
        values = checked({name: typed.get(name) for name in IDENTITY[2:]}, self.today())
        missing = [name for name in FIVE if not values[name]]
        if missing:
            raise RefusedError(
                "INCOMPLET", "À renseigner : " + ", ".join(LABELS[name] for name in missing) + ".", *missing
            )
        return self.opened(user, values, "PROV")

    def opened(self, user: str, values: dict, status: str) -> dict:
        """Write a new file."""
        patient = new_identifier()
        self.ledger.note(user, "opened", patient, traits=values, status=status)
        return self.file(patient)

    def read_file(self, user: str, patient: str) -> dict:
        """Open a file on screen."""
        state = self.file(patient)
        self.ledger.note(user, "seen", patient)
        return state

    def search(self, born: str | None, name: str | None, given: str | None) -> list[dict]:
        """Search among the files: the birth date first, then the beginnings of names."""
        if not born:
            raise RefusedError("RECHERCHE", "La recherche commence par la date de naissance.", "birth_date")
        if day(born) is None:
            raise RefusedError("RECHERCHE", "Cette date n'existe pas.", "birth_date")
        kept = []
        for patient in self.ledger.patients():
            state = self.file(patient)
            if state["birth_date"] != born:
                continue
            if name and not any(
                plain(state[each]).startswith(plain(name)) for each in ("birth_name", "used_name")
            ):
                continue
            if given and not self.has_given(state, plain(given)):
                continue
            kept.append(state)
        return kept

    @staticmethod
    def has_given(state: dict, start: str) -> bool:
        """Whether a given name, anywhere, begins so."""
        names = [state["first_name"], state["used_first_name"], state["first_names"]]
        starts = [plain(each) for each in names]
        listed = (state["first_names"] or "").split()
        starts += [plain(" ".join(listed[index:])) for index in range(len(listed))]
        return any(each.startswith(start) for each in starts if each)

    def by_matricule(self, user: str, number: str) -> list[dict]:
        """Search by matricule INS."""
        from insi import is_matricule

        if not is_matricule(number):
            raise RefusedError("MATRICULE", "15 caractères et une clé juste, s'il vous plaît.", "matricule")
        found = [state for state in map(self.file, self.ledger.patients()) if state["matricule"] == number]
        for state in found:
            self.ledger.note(user, "seen", state["id"])
        return found

    def change(self, user: str, role: str, patient: str, changes: dict) -> dict:
        """Change traits; a super-user's change of a strict one in RECUP or QUAL costs the INS."""
        state = self.file(patient)
        values = checked({name: changes[name] for name in changes if name in IDENTITY}, self.today())
        values = {name: value for name, value in values.items() if value != state[name]}
        if {"matricule", "oid"} & set(values):
            raise RefusedError(
                "INS",
                "Le matricule INS et son OID viennent d'INSi, jamais du clavier.",
                *({"matricule", "oid"} & set(values)),
            )
        strict = [name for name in STRICT if name in values]
        if strict and state["status"] in FROM_INSI and role != "SUPER_USER":
            raise RefusedError(
                "VERROU",
                "Verrouillé, l'identité vient d'INSi : " + ", ".join(LABELS[name] for name in strict) + ".",
                *strict,
            )
        emptied = [name for name in FIVE if name in values and values[name] is None]
        if emptied:
            raise RefusedError(
                "INCOMPLET",
                "Ne peut être vidé : " + ", ".join(LABELS[name] for name in emptied) + ".",
                *emptied,
            )
        if (
            "first_name" in values
            and state["status"] in FROM_INSI
            and not begins(values["first_name"], values.get("first_names", state["first_names"]))
        ):
            raise RefusedError("PRENOM", "Le 1er prénom ne commence pas la liste des prénoms.", "first_name")
        if values:
            self.ledger.note(user, "changed", patient, values=values)
        if strict and state["status"] in FROM_INSI:
            self.lower(
                user, patient, "PROV" if state["status"] == "RECUP" else "VALI", "trait strict modifié"
            )
        return self.file(patient)

    def lower(self, user: str, patient: str, status: str, why: str) -> None:
        """Lower a status, and let the INS go."""
        state = self.file(patient)
        if state["matricule"] or state["oid"]:
            self.ledger.note(user, "cleared", patient)
        self.turn(user, patient, status, why)

    def turn(self, user: str, patient: str, status: str, why: str) -> None:
        """Give a file a status, when it is another one."""
        before = self.file(patient)["status"]
        if before != status:
            self.ledger.note(user, "status", patient, previous=before, status=status, reason=why)

    def show_proof(self, user: str, patient: str, kind: str) -> dict:
        """Record the document that was shown."""
        self.file(patient)
        if kind not in self.kinds("high_confidence_proofs", "low_confidence_proofs", "minor_proofs"):
            raise RefusedError("PIECE", f"Cette pièce n'est pas de la liste : {kind}.", "proof")
        self.ledger.note(user, "proof", patient, proof=kind)
        return self.file(patient)

    def kinds(self, *names: str) -> set[str]:
        """Kinds of documents in these settings."""
        return {
            each.strip() for name in names for each in self.ledger.settings[name].split(",") if each.strip()
        }

    def validate(self, user: str, patient: str) -> dict:
        """Validate: the user has compared with the document."""
        state = self.file(patient)
        if {"DOUTEUSE", "FICTIVE"} & set(state["attributes"]):
            raise RefusedError("DOUTE", "Identité douteuse ou fictive : pas de validation.")
        accepted = self.kinds("high_confidence_proofs")
        born = day(state["birth_date"])
        if (
            born
            and (
                self.today().year
                - born.year
                - ((self.today().month, self.today().day) < (born.month, born.day))
            )
            < 18
        ):
            accepted |= self.kinds("minor_proofs")
        if not any(proof["kind"] in accepted for proof in state["proofs"]):
            raise RefusedError("PIECE", "Aucune pièce à haut niveau de confiance n'a été présentée.", "proof")
        if state["status"] in {"VALI", "QUAL"}:
            raise RefusedError("DEJA", "L'identité est déjà validée.")
        self.turn(user, patient, "QUAL" if state["status"] == "RECUP" else "VALI", "pièce vérifiée")
        return self.file(patient)

    def mark(self, user: str, patient: str, attributes: list[str]) -> dict:
        """Set the attributes."""
        state = self.file(patient)
        wanted = set(attributes)
        if "FICTIVE" in wanted and len(wanted) > 1:
            raise RefusedError("ATTRIBUT", "Fictive ne va avec aucun autre attribut.")
        if wanted != set(state["attributes"]):
            self.ledger.note(user, "marked", patient, attributes=sorted(wanted))
        if wanted & {"DOUTEUSE", "FICTIVE"}:
            self.lower(user, patient, "PROV", "identité douteuse ou fictive")
        return self.file(patient)

    def downgrade(self, user: str, role: str, patient: str, status: str) -> dict:
        """Lower the status by hand: a right of super-users."""
        state = self.file(patient)
        if role != "SUPER_USER":
            raise RefusedError("DROIT", "Réservé au super-utilisateur.")
        if (state["status"], status) not in {
            ("RECUP", "PROV"),
            ("VALI", "PROV"),
            ("QUAL", "PROV"),
            ("QUAL", "VALI"),
        }:
            raise RefusedError("STATUT", f"De {state['status']} à {status} : ce n'est pas un abaissement.")
        self.lower(user, patient, status, "abaissement manuel")
        return self.file(patient)
