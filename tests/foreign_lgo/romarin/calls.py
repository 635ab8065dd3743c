"""INSi: searching, comparing, deciding, verifying; identities of other domains."""

from __future__ import annotations

import itertools
import re

from counter import STRICT, Counter
from insi import FED, OIDS, Answer, Found, ask, is_matricule, search_body, verification_body
from words import LABELS, RefusedError, begins, checked, day, is_well_formed, shown, split_list

NUMBERS = itertools.count(1)


class Desk(Counter):
    """The counter with its INSi calls."""

    def sent(
        self, user: str, patient: str | None, operation: str, body: str, mode: str, **more: str
    ) -> Answer:
        """Make one request and trace it."""
        ledger = self.ledger
        answer = ask(
            ledger.insi_url,
            operation,
            body,
            seconds=float(ledger.settings["insi_timeout_seconds"]),
            now=ledger.now(),
            **more,
        )
        returned = (
            {name: value for name, value in answer.found.traits.items() if value} if answer.found else {}
        )
        history = list(answer.found.former) if answer.found else []
        ledger.note(
            user,
            "verified" if mode == "VERIFICATION" else "called",
            patient,
            mode=mode,
            code=answer.code,
            returned=returned,
            history=history,
            trouble=answer.trouble,
        )
        return answer

    def call(self, user: str, patient: str | None, typed: dict | None) -> dict:
        """Search in INSi for a file, or for traits typed in order to create one."""
        if patient is not None:
            traits = self.file(patient)
            if {"DOUTEUSE", "FICTIVE"} & set(traits["attributes"]):
                return self.ended(
                    "BLOCKED", patient, None, "Identité douteuse ou fictive : INSi n'est pas appelé."
                )
        else:
            traits = checked(
                {
                    name: (typed or {}).get(name)
                    for name in (
                        "birth_name",
                        "first_name",
                        "first_names",
                        "birth_date",
                        "sex",
                        "birth_place",
                        "used_name",
                        "used_first_name",
                    )
                },
                self.today(),
            )
        trouble = unsendable(traits)
        if trouble:
            return self.ended("BLOCKED", patient, None, trouble)
        answer = self.searched(user, patient, traits)
        return self.outcome(patient, traits, answer)

    def searched(self, user: str, patient: str | None, traits: dict) -> Answer:
        """One given name after the other while nobody is found; more criteria while several are."""
        others = [each for each in split_list(traits["first_names"]) if each != traits["first_name"]]
        answer = Answer(None)
        for given in [traits["first_name"], *others]:
            answer = self.sent(
                user,
                patient,
                "rechercherInsAvecTraitsIdentite",
                search_body(traits, given, with_place=False),
                "TRAITS",
            )
            if answer.code != "01":
                break
        if answer.code != "02":
            return answer
        given = traits["first_name"]
        for other in others:
            given = f"{given} {other}"
            answer = self.sent(
                user,
                patient,
                "rechercherInsAvecTraitsIdentite",
                search_body(traits, given, with_place=False),
                "TRAITS",
            )
            if answer.code != "02":
                return answer
        if traits["birth_place"] and traits["birth_place"] != "99999":
            answer = self.sent(
                user,
                patient,
                "rechercherInsAvecTraitsIdentite",
                search_body(traits, given, with_place=True),
                "TRAITS",
            )
        return answer

    def ended(
        self,
        outcome: str,
        patient: str | None,
        code: str | None,
        message: str,
        alerts: tuple = (),
        **more: object,
    ) -> dict:
        """Write down how a call ended."""
        number = str(next(NUMBERS))
        call = {
            "id": number,
            "outcome": outcome,
            "patient_id": patient,
            "code": code,
            "message": message,
            "alerts": list(alerts),
            "candidates": [],
        }
        self.ledger.calls[number] = {"call": call, **more}
        return call

    def outcome(self, patient: str | None, traits: dict, answer: Answer) -> dict:
        """Say how the search ended."""
        if answer.code == "01":
            return self.ended("NOT_FOUND", patient, "01", "INSi ne connaît personne sous ces traits.")
        if answer.code == "02":
            return self.ended(
                "SEVERAL", patient, "02", "Plusieurs personnes répondent à ces traits : précisez."
            )
        if answer.code != "00" or answer.found is None:
            return self.ended(
                "ERROR",
                patient,
                answer.code,
                f"INSi n'a pas pu répondre ({answer.trouble or 'réponse incomplète'}).",
            )
        reason = self.unusable(answer.found)
        if reason:
            alert = {"code": reason[0], "message": reason[1]}
            return self.ended("REJECTED", patient, "00", "La réponse d'INSi n'est pas reprise.", (alert,))
        alerts = []
        if not begins(traits["first_name"], answer.found.first_names):
            alerts.append(
                {"code": "PRENOM", "message": "Le 1er prénom n'est pas le début de la liste rendue par INSi."}
            )
        changed = [
            name
            for name in STRICT[2:]
            if patient and traits[name] and traits[name] != getattr(answer.found, name)
        ]
        if changed and traits.get("status") in {"VALI", "QUAL"}:
            alerts.append(
                {
                    "code": "ECART",
                    "message": "INSi diffère de l'identité validée : "
                    + ", ".join(LABELS[name] for name in changed)
                    + ".",
                }
            )
        return self.ended(
            "FOUND",
            patient,
            "00",
            "Comparez, puis acceptez ou refusez.",
            tuple(alerts),
            found=answer.found,
            traits=traits,
        )

    def unusable(self, found: Found) -> tuple[str, str] | None:
        """Why an answer 00 is not proposed, None when it is."""
        for name in ("birth_name", "first_names", "sex"):
            if not getattr(found, name):
                return "VIDE", f"INSi n'a pas rendu : {LABELS[name]}."
        if re.fullmatch(r"[0-9]{4}-(?:00-[0-9]{2}|[0-9]{2}-00)", found.birth_date or ""):
            return "LUNAIRE", f"Date de naissance incomplète : {shown(found.birth_date)}."
        if day(found.birth_date) is None:
            return "DATE", "La date de naissance rendue n'existe pas."
        if not is_matricule(found.matricule) or found.oid not in OIDS:
            return "INS", "Le matricule rendu par INSi, ou son OID, n'est pas juste."
        if found.oid.endswith((".10", ".11")) and self.ledger.settings["environment"] == "production":
            return "OID", "Un INS de test n'entre pas en production."
        if (
            found.sex not in {"M", "F"}
            or not is_well_formed("birth_name", found.birth_name)
            or not is_well_formed("first_names", found.first_names)
        ):
            return "FORME", "Un trait rendu par INSi n'a pas la forme attendue."
        return None

    def proposal(self, number: str) -> dict:
        """The comparison."""
        kept = self.pending(number)
        local = self.file(kept["call"]["patient_id"]) if kept["call"]["patient_id"] else kept["traits"]
        rows = []
        for name in FED:
            here, there = local.get(name), getattr(kept["found"], name)
            row = {"field": name, "local": here, "insi": there, "different": here != there}
            if name == "birth_date":
                row |= {"local_display": shown(here), "insi_display": shown(there)}
            rows.append(row)
        return {"call_id": number, "fields": rows, "alerts": kept["call"]["alerts"]}

    def pending(self, number: str) -> dict:
        """A call that waits for a decision."""
        kept = self.ledger.calls.get(number)
        if kept is None:
            raise LookupError(number)
        if "found" not in kept or kept.get("decided"):
            raise RefusedError("RIEN", "Rien à comparer.")
        return kept

    def decide(self, user: str, number: str, *, accept: bool) -> dict | None:
        """Take the identity of INSi over, or leave it."""
        kept = self.pending(number)
        patient = kept["call"]["patient_id"]
        if not accept:
            kept["decided"] = True
            self.ledger.note(user, "refused", patient, call=number)
            return self.file(patient) if patient else None
        if patient is None:
            kept["decided"] = True
            return self.born_from_insi(user, kept)
        state = self.file(patient)
        if state["version"] != kept["traits"]["version"]:
            raise RefusedError("PERIME", "Le dossier a changé depuis l'appel : appelez INSi de nouveau.")
        kept["decided"] = True
        self.feed(user, patient, kept["found"])
        return self.file(patient)

    def born_from_insi(self, user: str, kept: dict) -> dict:
        """Create a file out of the answer."""
        typed = kept["traits"]
        values = {name: typed.get(name) for name in ("first_name", "used_name", "used_first_name")}
        fed = kept["found"].traits
        fed["birth_place"] = fed["birth_place"] or typed.get("birth_place") or "99999"
        state = self.opened(user, values | fed, "RECUP")
        self.ledger.note(user, "former", state["id"], former=list(kept["found"].former))
        for fact in self.ledger.facts:
            if (
                fact.kind == "called"
                and fact.patient is None
                and fact.data["returned"]
                and fact.data["returned"].get("matricule") == kept["found"].matricule
            ):
                object.__setattr__(fact, "patient", state["id"])
        return self.file(state["id"])

    def feed(self, user: str, patient: str, found: Found) -> None:
        """Write the seven data of INSi into a file."""
        state = self.file(patient)
        values = {name: value for name, value in found.traits.items() if value and value != state[name]}
        old = (
            [{"matricule": state["matricule"], "oid": state["oid"], "start": None, "end": None}]
            if state["matricule"] and state["matricule"] != found.matricule
            else []
        )
        if values:
            self.ledger.note(user, "fed", patient, values=values)
        known = {each["matricule"] for each in found.former}
        self.ledger.note(
            user,
            "former",
            patient,
            former=[*found.former, *(each for each in old if each["matricule"] not in known)],
        )
        self.turn(
            user,
            patient,
            "QUAL" if state["status"] in {"VALI", "QUAL"} else "RECUP",
            "identité INSi acceptée",
        )

    def verify(self, user: str, patient: str) -> dict:
        """Verify the INS of a file."""
        state = self.file(patient)
        if not state["matricule"]:
            return {
                "outcome": "BLOCKED",
                "patient_id": patient,
                "code": None,
                "message": "Pas d'INS à vérifier.",
                "alerts": [],
            }
        told = self.verified(user, patient, state)
        if told["outcome"] == "KO":
            self.lower(user, patient, "PROV", "INS non vérifiée")
            self.ledger.note(
                user, "to do", patient, reason="INS_KO", message="INS non vérifiée : identité à reprendre."
            )
            told["alerts"] = [{"code": "INS_KO", "message": "L'INS est retirée, l'identité est à reprendre."}]
        return told

    def verified(self, user: str, patient: str | None, identity: dict) -> dict:
        """Make the verification call."""
        answer = self.sent(
            user, patient, "verifierInsAvecTraitsIdentite", verification_body(identity), "VERIFICATION"
        )
        outcome = {"00": "OK", "01": "KO"}.get(answer.code or "", "ERROR")
        message = {
            "OK": "INS vérifiée.",
            "KO": "INS non vérifiée.",
            "ERROR": f"Vérification impossible ({answer.trouble}).",
        }[outcome]
        return {
            "outcome": outcome,
            "patient_id": patient,
            "code": answer.code,
            "message": message,
            "alerts": [],
        }


def unsendable(traits: dict) -> str | None:
    """Why these traits cannot be sent, None when they can."""
    missing = [name for name in ("birth_name", "first_name", "sex", "birth_date") if not traits.get(name)]
    if missing:
        return "Il manque, pour INSi : " + ", ".join(LABELS[name] for name in missing) + "."
    if traits["sex"] not in {"M", "F"}:
        return "INSi ne connaît que les sexes M et F."
    return None
