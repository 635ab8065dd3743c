"""Cards, other domains, rights, and what leaves the house."""

from __future__ import annotations

import itertools
import re
import uuid
from datetime import UTC, timedelta
from xml.sax.saxutils import escape

from calls import Desk, unsendable
from counter import FROM_INSI
from insi import FED, OIDS, Found, is_matricule
from words import RefusedError, begins, checked

NUMBERS = itertools.count(1)
KNOWN_BY = ("birth_name", "first_names", "birth_date", "sex")


SANS_INS = ("SANS_INS", "Identité reçue sans INS.")
OTHER_TRAITS = ("TRAITS", "L'INS est connue ici sous d'autres traits.")
UNUSABLE = ("INS_FAUSSE", "L'INS reçue n'a pas la forme attendue, ou il manque un trait.")
CHOICE = ("CHOIX", "Une personne doit choisir le dossier.")
OTHER_INS = ("AUTRE_INS", "Le dossier a déjà une autre INS.")


class Office(Desk):
    """The desk and the back office."""

    # ---- cards

    def read_card(self, card: dict) -> dict:
        """Read what is in the reader."""
        number = str(next(NUMBERS))
        self.ledger.calls["reader"] = card["number"]
        self.ledger.calls[f"reading {number}"] = {"card": card, "at": self.ledger.now()}
        return {"id": number, "beneficiaries": card["beneficiaries"]}

    def reading(self, number: str, rank: str) -> tuple[dict, dict]:
        """A reading and the person of it."""
        kept = self.ledger.calls.get(f"reading {number}")
        if kept is None:
            raise LookupError(number)
        person = next((each for each in kept["card"]["beneficiaries"] if each["rank"] == rank), None)
        if person is None:
            raise RefusedError("CARTE", "Personne de ce rang sur la carte.")
        return kept, person

    def attach(self, user: str, patient: str, number: str, rank: str) -> dict:
        """Take the billing number over."""
        _, person = self.reading(number, rank)
        self.file(patient)
        self.ledger.note(user, "billed", patient, number=person.get("billing_number"))
        return self.file(patient)

    def call_by_card(self, user: str, patient: str | None, number: str, rank: str) -> dict:
        """Search by a person of the card."""
        kept, person = self.reading(number, rank)
        state = self.file(patient) if patient else None
        if state and {"DOUTEUSE", "FICTIVE"} & set(state["attributes"]):
            return self.ended(
                "BLOCKED", patient, None, "Identité douteuse ou fictive : INSi n'est pas appelé."
            )
        if self.ledger.calls.get("reader") != kept["card"]["number"]:
            return self.ended("BLOCKED", patient, None, "Ce n'est plus la même carte : relisez-la.")
        if self.ledger.now() - kept["at"] >= timedelta(minutes=20):
            return self.ended(
                "BLOCKED", patient, None, "Lecture de plus de vingt minutes : relisez la carte."
            )
        insured = kept["card"]["beneficiaries"][0]["billing_number"][:13]
        own = (person.get("own_number") or "")[:13]
        rows = (
            ("NomNaissance", person.get("birth_name")),
            ("DateNaissance", person["birth_date"]),
            ("RangNaissance", person.get("birth_rank") or "1"),
        )
        mine = f"<MatriculeIndividu><NumIdentifiant>{own}</NumIdentifiant></MatriculeIndividu>" if own else ""
        body = (
            f'<RECVITALE xmlns="http://www.cnamts.fr/INSiRecVit">{mine}<MatriculeOD><NumIdentifiant>{insured}</NumIdentifiant></MatriculeOD>'
            + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in rows if value)
            + "</RECVITALE>"
        )
        nir = f"<Nir><Num>{own}</Num></Nir>" if own else ""
        cover = (
            f"<COUVERTURE><ASSURE><Id><Num>{insured}</Num></Id></ASSURE><BENEFICIAIRE>{nir}<DateNai>{person['birth_date']}</DateNai>"
            f"<Rang>{person.get('birth_rank') or '1'}</Rang></BENEFICIAIRE></COUVERTURE>"
        )
        stamp = self.ledger.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        proof = (
            '<Security xmlns="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">'
            f'<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" ID="_{uuid.uuid4()}" IssueInstant="{stamp}"><Issuer>899700218896</Issuer>'
            f'<Subject><NameID NameQualifier="VITALE">{escape(kept["card"]["number"])}</NameID></Subject></Assertion></Security>'
        )
        answer = self.sent(
            user, patient, "rechercherInsAvecCarteVitale", body, "VITALE", cover=cover, proof=proof
        )
        traits = state or {
            name: person.get(name) for name in ("birth_name", "first_name", "birth_date", "sex")
        } | {"first_names": None, "birth_place": None}
        return self.outcome(patient, traits, answer)

    def read_app(self, user: str, identity: dict, patient: str | None) -> dict:
        """Take an identity of the Appli carte Vitale over: it is qualified."""
        found = Found(
            *(
                identity.get(name)
                for name in (
                    "matricule",
                    "oid",
                    "birth_name",
                    "first_names",
                    "birth_date",
                    "sex",
                    "birth_place",
                )
            )
        )
        reason = self.unusable(found)
        if reason:
            raise RefusedError(*reason)
        if patient is None:
            values = found.traits | {
                "first_name": found.first_names.split()[0],
                "birth_place": found.birth_place or "99999",
            }
            return self.opened(user, values, "QUAL")
        state = self.file(patient)
        if {"DOUTEUSE", "FICTIVE"} & set(state["attributes"]):
            raise RefusedError("DOUTE", "Identité douteuse ou fictive : rien n'est repris.")
        self.feed(user, patient, found)
        self.turn(user, patient, "QUAL", "Appli carte Vitale")
        return self.file(patient)

    # ---- other domains

    def receive(self, user: str, identity: dict) -> dict:
        """Receive an identity, with or without an INS and a document."""
        told: dict = {"outcome": "QUEUED", "patient_id": None, "verification": None, "alerts": []}
        known = self.known(identity)
        number, oid = identity.get("matricule"), identity.get("oid")
        if not number or not oid:
            if len(known) == 1:
                return self.filed(user, identity, known[0], told)
            return self.queued(user, None, identity, told, SANS_INS)
        bearer = self.bearer(number, oid)
        if bearer is not None:
            if bearer in known:
                return self.filed(user, identity, bearer, told)
            return self.queued(user, bearer["id"], identity, told, OTHER_TRAITS)
        identity = {"birth_place": None} | identity | {"first_name": self.given(identity)}
        if not self.is_usable(number, oid) or unsendable(identity):
            return self.queued(user, None, identity, told, UNUSABLE)
        target = known[0]["id"] if len(known) == 1 else None
        told["verification"] = verification = self.verified(user, target, identity)
        if verification["outcome"] != "OK":
            why = ("INS_KO" if verification["outcome"] == "KO" else "INS_PANNE", verification["message"])
            return self.queued(user, target, identity, told, why)
        return self.taken(user, identity, known, told)

    def taken(self, user: str, identity: dict, known: list[dict], told: dict) -> dict:
        """Take an identity over that INSi has confirmed, where it is clear into which file."""
        values = {name: identity.get(name) for name in FED}
        if not known:
            more = {"first_name": identity["first_name"], "birth_place": values["birth_place"] or "99999"}
            return self.filed(user, identity, self.opened(user, values | more, "RECUP"), told, "CREATED")
        target = known[0]
        if len(known) > 1 or {"DOUTEUSE", "FICTIVE"} & set(target["attributes"]):
            return self.queued(user, None if len(known) > 1 else target["id"], identity, told, CHOICE)
        if target["matricule"] not in {None, values["matricule"]}:
            return self.queued(user, target["id"], identity, told, OTHER_INS)
        self.feed(user, target["id"], Found(**values))
        return self.filed(user, identity, self.file(target["id"]), told, "UPDATED")

    def bearer(self, number: str, oid: str) -> dict | None:
        """Return the file that has this INS from INSi already."""
        files = map(self.file, self.ledger.patients())
        return next(
            (
                one
                for one in files
                if (one["matricule"], one["oid"]) == (number, oid) and one["status"] in FROM_INSI
            ),
            None,
        )

    def is_usable(self, number: str, oid: str) -> bool:
        """Whether this may be an INS here: right, and none of tests in production."""
        test = oid.endswith((".10", ".11")) and self.ledger.settings["environment"] == "production"
        return not test and is_matricule(number) and oid in OIDS

    @staticmethod
    def given(identity: dict) -> str | None:
        """The first given name of an identity received."""
        return identity.get("first_name") or ((identity.get("first_names") or "").split() or [None])[0]

    def known(self, identity: dict) -> list[dict]:
        """Files of this person by the traits."""
        kept = []
        for state in map(self.file, self.ledger.patients()):
            same = all(state[name] == identity.get(name) for name in ("birth_name", "birth_date", "sex"))
            names = begins(state["first_name"], identity.get("first_names") or identity.get("first_name"))
            place = state["birth_place"] in {identity.get("birth_place"), "99999"} or not identity.get(
                "birth_place"
            )
            if same and names and place:
                kept.append(state)
        return kept

    def filed(self, user: str, identity: dict, state: dict, told: dict, outcome: str | None = None) -> dict:
        """Put the document into the file."""
        if identity.get("document"):
            self.ledger.note(
                user, "document", state["id"], name=identity["document"], sender=identity["sender"]
            )
        told.update(
            outcome=outcome or ("ATTACHED" if identity.get("document") else "UNCHANGED"),
            patient_id=state["id"],
        )
        return told

    def queued(
        self, user: str, patient: str | None, identity: dict, told: dict, why: tuple[str, str]
    ) -> dict:
        """Leave it to a person."""
        reason, message = why
        self.ledger.note(user, "to do", patient, reason=reason, message=f"{message} ({identity['sender']})")
        return told | {"patient_id": patient, "alerts": [{"code": reason, "message": message}]}

    def scan(self, user: str, content: str) -> dict:
        """Read an INS datamatrix."""
        if not content.startswith("IS01" + "0" * 22):
            raise RefusedError("CODE", "Ce n'est pas un Datamatrix INS.")
        rest, values = content[26:], {}
        sizes = {
            "S1": (15, True),
            "S2": (20, False),
            "S3": (100, False),
            "S4": (100, False),
            "S5": (1, True),
            "S6": (10, True),
            "S7": (5, True),
        }
        while rest:
            block, rest = rest[:2], rest[2:]
            if block not in sizes or block in values:
                raise RefusedError("CODE", "Datamatrix INS mal formé.")
            size, fixed = sizes[block]
            end = size if fixed else min(size, (rest + "\x1d").index("\x1d"))
            values[block], rest = rest[:end], rest[end:]
            rest = rest[1:] if not fixed and rest.startswith("\x1d") else rest
        if not {"S1", "S2", "S3", "S4", "S5", "S6"} <= set(values) or not re.fullmatch(
            r"[0-9]{2}-[0-9]{2}-[0-9]{4}", values["S6"]
        ):
            raise RefusedError("CODE", "Datamatrix INS incomplet.")
        identity = {
            "sender": "Datamatrix",
            "matricule": values["S1"],
            "oid": values["S2"],
            "first_names": values["S3"],
            "birth_name": values["S4"],
            "sex": values["S5"],
            "birth_date": "-".join(reversed(values["S6"].split("-"))),
            "birth_place": values.get("S7"),
        }
        if not is_matricule(values["S1"]) or values["S2"] not in OIDS:
            raise RefusedError("CODE", "Le Datamatrix porte un INS qui n'est pas juste.")
        checked(
            {
                name: identity[name]
                for name in ("first_names", "birth_name", "sex", "birth_date", "birth_place")
            },
            self.today(),
        )
        return self.receive(user, identity)
