"""A patient there and back, and whether a call to INSi reaches the session of the campaign."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.doctor.address import place_of
from conformance.doctor.contract import PROBE_TRAITS
from conformance.doctor.notes import Look
from conformance.doctor.wire_form import look_at_form
from conformance.drivers.errors import DriverError, RefusedError, VerbNotSupportedError
from conformance.drivers.model import CallOutcome, SearchCriteria, Verb
from conformance.engine.context import ORDINARY_USER
from conformance.engine.drawing import PeopleOfCheck
from conformance.suite.desk.people import typed
from simulator.client import BenchClientError
from simulator.contract.envelope import read
from simulator.contract.faults import FaultError
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.doctor.notes import Notes, Patience
    from conformance.drivers.http import HttpDriver
    from conformance.drivers.model import Capabilities, InsiCall, PatientTraits
    from conformance.drivers.subprocess import SubprocessDriver
    from conformance.plan import Plan
    from simulator.client import BenchClient, ExchangeView, SessionClient

PEOPLE: Final = "doctor"
"""Under this name the people of the doctor are drawn: those of the checks stay the same with it or without."""
_RECENT: Final = 20
"""Exchanges of other sessions that are looked through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the software is to call."""

    client: BenchClient
    session: SessionClient
    seed: int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A patient there and back and a call, for one instance of the software."""

    plan: Plan
    driver: HttpDriver | SubprocessDriver
    software: Capabilities
    around: Surroundings
    notes: Notes

    def run(self, patience: Patience) -> None:
        """Create a patient whom INSi knows, read it again, call INSi, and see where the call came."""
        own = self.driver.settings
        self.driver.settings = replace(own, timeout=patience.left(own.timeout))
        try:
            person = PeopleOfCheck(self.around.seed, PEOPLE, self.around.session)()
            self._run(typed(person), patience)
        except BenchClientError as error:
            self.notes.stop(
                Look.SIMULATOR, Text.same(str(error)), Text("Relancez banc serve.", "Start banc serve again.")
            )
        finally:
            self.driver.settings = own

    def _run(self, traits: PatientTraits, patience: Patience) -> None:
        try:
            self.driver.reset(insi_url=self.around.session.soap_url)
            self._look_for_leftovers()
            patient_id = self._there_and_back(traits)
            self._look_at_call(traits, patient_id, patience)
        except (RefusedError, VerbNotSupportedError) as error:
            self.notes.told(
                Look.INSI,
                Text(f"pas établi : {error.text.fr}", f"not established: {error.text.en}"),
                Text(
                    "Rien ne s'oppose à cet acte pour ce patient : voyez pourquoi le logiciel le refuse.",
                    "Nothing stands against this act for this patient: see why the software refuses it.",
                ),
            )
        except DriverError as error:
            exchange = error.exchange
            self.notes.told(
                Look.INSI,
                Text(f"pas établi : {error.text.fr}", f"not established: {error.text.en}"),
                error.hint or Text("Voyez le journal du logiciel.", "See the log of the software."),
                details=f"{exchange.sent}\n\n{exchange.received}" if exchange else "",
            )

    def _look_for_leftovers(self) -> None:
        """See whether the patient made before the last ``/reset`` is still there."""
        if not {Verb.CREATE_PATIENT, Verb.SEARCH_PATIENTS} <= self.software.verbs:
            return
        criteria = SearchCriteria(birth_date=PROBE_TRAITS.birth_date)
        found = self.driver.search_patients(criteria, actor=ORDINARY_USER)
        if any(each.birth_name == PROBE_TRAITS.birth_name for each in found):
            self.notes.stop(
                Look.RESET,
                Text(
                    "le logiciel garde ses dossiers après /reset", "the software keeps its files after /reset"
                ),
                Text(
                    "Videz la base d'essai à chaque POST /reset : chaque contrôle part d'une base vide.",
                    "Empty the test database at each POST /reset: every check starts from an empty one.",
                ),
            )
        else:
            self.notes.ok(Look.RESET, Text("/reset vide la base d'essai", "/reset empties the test database"))

    def _there_and_back(self, traits: PatientTraits) -> str | None:
        if Verb.CREATE_PATIENT not in self.software.verbs:
            return None
        patient_id = self.driver.create_patient(traits, actor=ORDINARY_USER).id
        if Verb.READ_PATIENT not in self.software.verbs:
            return patient_id
        back = self.driver.read_patient(patient_id, actor=ORDINARY_USER)
        if back.id != patient_id:
            self.notes.stop(
                Look.PATIENT,
                Text(
                    f"le dossier {patient_id!r} est créé, et le dossier {back.id!r} est relu",
                    f"the file {patient_id!r} is created, and the file {back.id!r} is read back",
                ),
                Text(
                    "GET /patients/{id} rend le dossier de cet identifiant, celui que la création a donné.",
                    "GET /patients/{id} gives the file of this identifier, the one that the creation gave.",
                ),
            )
        else:
            self.notes.ok(
                Look.PATIENT, Text("un patient est créé puis relu", "a patient is created and read back")
            )
        return patient_id

    def _look_at_call(self, traits: PatientTraits, patient_id: str | None, patience: Patience) -> None:
        """Have the software call INSi, by the file when it can, and see where that came."""
        by_file = patient_id is not None and Verb.CALL_INSI_TRAITS in self.software.verbs
        if not by_file and Verb.SEARCH_INSI not in self.software.verbs:
            self.notes.skipped(
                Text(
                    "l'appel INSi : le logiciel ne déclare aucun verbe qui appelle par traits",
                    "the INSi call: the software declares no verb that calls with traits",
                )
            )
            return
        session = self.around.session
        seen = session.exchanges()
        last = _last_anywhere(self.around.client)

        def ask() -> InsiCall:
            if by_file and patient_id is not None:
                return self.driver.call_insi_traits(patient_id, actor=ORDINARY_USER)
            return self.driver.search_insi(traits, actor=ORDINARY_USER)

        call = ask()
        after = seen[-1].id if seen else 0
        came = session.exchanges(after=after)
        if came:
            _reached(came[-1], self.notes, is_set_up_to_refuse=self.plan.simulator_url is None)
            self.driver.settings = replace(
                self.driver.settings, timeout=patience.left(self.driver.settings.timeout)
            )
            with contextlib.suppress(RefusedError, VerbNotSupportedError, DriverError):
                ask()  # Identifiers have to be fresh each time.
            look_at_form(session.exchanges(after=after), self.notes)
        elif call.outcome is CallOutcome.BLOCKED:
            self.notes.told(
                Look.INSI,
                Text(
                    f"le logiciel dit ne pas avoir appelé INSi (BLOCKED) : {call.message}",
                    f"the software says that it did not call INSi (BLOCKED): {call.message}",
                ),
                Text(
                    "Rien ne s'oppose à l'appel pour ce patient : voyez pourquoi le logiciel y renonce.",
                    "Nothing stands against the call for this patient: see why the software gives it up.",
                ),
            )
        elif elsewhere := _elsewhere(self.around, last, traits):
            self._reached_another(elsewhere)
        else:
            self._reached_nobody(call)

    def _reached_another(self, data: dict[str, Any]) -> None:
        where, path = str(data.get("session", "?")), data.get("path", "?")
        claims = _claims(data)
        bears = "\n".join(f"      {kind}: {value}" for kind, value in claims.items())
        yaml = (
            f"\n  session:\n    recognise:\n{bears}"
            if claims
            else "\n  session: {recognise: {lps_instance: …}}"
        )
        url = self.around.session.soap_url
        if self.plan.session.get("recognise"):
            remedy = Text(
                f"session: recognise: du plan ne reconnaît pas cet appel, qui porte :{yaml}",
                f"session: recognise: of the plan does not recognise this call, which bears:{yaml}",
            )
        else:
            remedy = Text(
                f"Appelez l'adresse insi_url de POST /reset ({url}). Si l'adresse d'INSi est fixe dans le logiciel, "
                f"faites reconnaître ses appels dans le plan :{yaml}",
                f"Call the address insi_url of POST /reset ({url}). If the address of INSi is fixed in the software, "
                f"have its calls recognised in the plan:{yaml}",
            )
        self.notes.stop(
            Look.INSI,
            Text(
                f"le logiciel n'appelle pas l'adresse donnée à /reset : l'appel est arrivé à {path} (session {where})",
                f"the software does not call the address given to /reset: the call came to {path} (session {where})",
            ),
            remedy,
        )

    def _reached_nobody(self, call: InsiCall) -> None:
        said = f" ({call.message})" if call.message else ""
        text = Text(
            f"aucun appel n'a atteint le simulateur ; le logiciel annonce {call.outcome.value}{said}",
            f"no call reached the simulator; the software announces {call.outcome.value}{said}",
        )
        url = self.around.session.soap_url
        place, here = place_of(self.driver.settings.url), place_of(url)
        if place is not None and here is not None and not place.is_this_machine and here.is_this_machine:
            remedy = Text(
                f"Le logiciel est sur {place.host} et le simulateur n'écoute que sur cette machine ({url}) : "
                "banc serve --host 0.0.0.0, et son adresse vue de là-bas sous simulator: url:.",
                f"The software is on {place.host} and the simulator listens on this machine only ({url}): "
                "banc serve --host 0.0.0.0, and its address as seen from there under simulator: url:.",
            )
        elif self.plan.simulator_url is None:
            remedy = Text(
                f"Appelez l'adresse insi_url de POST /reset ({url}). Si celle d'INSi est fixe dans le logiciel, servez le simulateur à "
                "cette adresse (banc serve --port N), nommez-le sous simulator: url:, et faites reconnaître les appels sous session: recognise:.",
                f"Call the address insi_url of POST /reset ({url}). If that of INSi is fixed in the software, serve the simulator at this "
                "address (banc serve --port N), name it under simulator: url:, and have the calls recognised under session: recognise:.",
            )
        else:
            remedy = Text(
                f"Appelez l'adresse insi_url de POST /reset ({url}). Un mandataire (proxy), un pare-feu, ou une autre adresse d'INSi dans le paramétrage ?",
                f"Call the address insi_url of POST /reset ({url}). A proxy, a firewall, or another address of INSi in its settings?",
            )
        self.notes.stop(Look.INSI, text, remedy)


def _reached(exchange: ExchangeView, notes: Notes, *, is_set_up_to_refuse: bool) -> None:
    if exchange.code in {"00", "01", "02"}:
        notes.ok(
            Look.INSI,
            Text("l'appel atteint la session de la campagne", "the call reaches the session of the campaign"),
        )
        return
    why = exchange.explanation
    said = Text("\n".join(why.get("fr", ())[:1]), "\n".join(why.get("en", ())[:1]))
    # Nothing can be found out with a simulator of the campaign, which has no authority, that asks for signatures all the same.
    tell = notes.stop if is_set_up_to_refuse and exchange.code == "desir_9103" else notes.told
    tell(
        Look.INSI,
        Text(
            f"l'appel arrive, et INSi répond par l'erreur {exchange.code} : {said.fr.strip(' -')}",
            f"the call arrives, and INSi answers with the fault {exchange.code}: {said.en.strip(' -')}",
        ),
        Text(
            "Tant qu'INSi répond ainsi, les règles qui ont besoin d'une identité sont INCONCLUSIVE. session: du plan règle ce que le "
            "simulateur exige ; une signature ou un certificat se vérifie avec banc serve --pki DIR, nommé sous simulator: url:.",
            "As long as INSi answers so, rules that need an identity are INCONCLUSIVE. session: of the plan sets what the simulator "
            "asks for; a signature or a certificate is verified by banc serve --pki DIR, named under simulator: url:.",
        ),
        details=exchange.response_xml,
    )


def _last_anywhere(client: BenchClient) -> int:
    newest = client.call("GET", "/api/v1/exchanges", params={"order": "newest", "limit": 1})
    return int(newest[0]["id"]) if newest else 0


def _elsewhere(around: Surroundings, last: int, traits: PatientTraits) -> dict[str, Any] | None:
    """Return the call that came to another session of the simulator for this patient; ``None`` when there is none.

    One that was made at the very address of that session is of whoever was told it: an instance that another process of the
    campaign looks at in the same moment.
    """
    parameters = {"after": last, "limit": _RECENT, "bodies": "true"}
    for data in around.client.call("GET", "/api/v1/exchanges", params=parameters):
        asked = data.get("traits") or {}
        is_theirs = str(data.get("path", "")).startswith("/s/") or data.get("session") == around.session.id
        if not is_theirs and (
            asked.get("birth_name") == traits.birth_name or asked.get("birth_date") == traits.birth_date
        ):
            found: dict[str, Any] = data
            return found
    return None


def _claims(data: dict[str, Any]) -> dict[str, str]:
    """Return what the call could be recognised by, the most telling first; nothing when it cannot be read."""
    kind = next(
        (
            value
            for name, value in (data.get("request_headers") or {}).items()
            if name.lower() == "content-type"
        ),
        "",
    )
    with contextlib.suppress(FaultError):
        contexts = read(str(data.get("request", "")).encode(), kind).contexts
        for name in ("lps_instance", "idam", "lps_name"):
            value = getattr(contexts, name)
            if value:
                return {name: value}
    return {}
