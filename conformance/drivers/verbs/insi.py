"""Verbs around the INSi call: search by traits, comparison, decision."""

from conformance.drivers.declaring import Performer, Sign, verb
from conformance.drivers.formats import Identifier
from conformance.drivers.model import Actor, InsiCall, Patient, PatientTraits, Proposal
from conformance.drivers.screens import Authentication, FormerIns
from simulator.text import Text

BY_TRAITS = {"mode": "TRAITS"}


class InsiVerbs(Performer):
    """Calling INSi and deciding on its answer."""

    @verb(
        "POST /insi-calls",
        operation="call_insi",
        fixed=BY_TRAITS,
        created=True,
        may_call_insi=True,
        sign=Sign.TRAITS_SEARCH,
        title=Text("Appeler INSi par traits", "Call INSi by traits"),
        task=Text(
            "Depuis ce dossier, appelez INSi par traits ; ne décidez pas encore de la réponse.",
            "From this file, call INSi by traits; do not decide on the answer yet.",
        ),
    )
    def call_insi_traits(self, patient_id: Identifier, *, actor: Actor) -> InsiCall:
        """Call INSi with the traits of an existing patient."""

    @verb(
        "POST /insi-calls",
        operation="call_insi",
        fixed=BY_TRAITS,
        created=True,
        may_call_insi=True,
        sign=Sign.TRAITS_SEARCH,
        title=Text("Rechercher dans INSi pour créer", "Search INSi to create"),
        task=Text(
            "Sans dossier ouvert, cherchez ces traits dans INSi pour créer un patient ; ne décidez pas encore.",
            "With no file open, search INSi for these traits in order to create a patient; do not decide yet.",
        ),
    )
    def search_insi(self, traits: PatientTraits, *, actor: Actor) -> InsiCall:
        """Call INSi with typed traits to create a patient from the answer (event E2)."""

    @verb(
        "GET /insi-calls/{call_id}/proposal",
        title=Text("Lire la comparaison proposée", "Read the comparison shown"),
        task=Text(
            "Lisez la comparaison entre le dossier et l'identité reçue d'INSi, sans décider.",
            "Read the comparison of the file with the identity received from INSi, without deciding.",
        ),
    )
    def read_proposal(self, call_id: Identifier, *, actor: Actor) -> Proposal:
        """Return the comparison shown for a call that found somebody."""

    @verb(
        "POST /insi-calls/{call_id}/decision",
        answer="patient",
        may_call_insi=True,
        title=Text("Accepter ou refuser l'identité INSi", "Accept or refuse the INSi identity"),
        task=Text("Acceptez ou refusez l'identité proposée.", "Accept or refuse the proposed identity."),
    )
    def decide_proposal(self, call_id: Identifier, *, accept: bool, actor: Actor) -> Patient | None:
        """Accept or refuse the proposed identity. ``None`` when a creation from INSi is refused."""

    @verb(
        "POST /patients/{patient_id}/started-insi-calls",
        answer="call_id",
        created=True,
        may_call_insi=True,
        sign=Sign.TRAITS_SEARCH,
        title=Text("Lancer un appel INSi sans attendre", "Start an INSi call without waiting"),
        task=Text(
            "Depuis ce dossier, lancez l'appel INSi par traits et n'attendez pas la réponse.",
            "From this file, start the INSi call by traits and do not wait for the answer.",
        ),
    )
    def start_insi_call(self, patient_id: Identifier, *, actor: Actor) -> Identifier:
        """Start a call and return its identifier at once, so that the user can open another file meanwhile."""

    @verb(
        "GET /insi-calls/{call_id}",
        answer="call",
        title=Text("Lire un appel INSi", "Read an INSi call"),
        task=Text(
            "Dites comment l'appel lancé s'est terminé.", "Tell how the call that was started has ended."
        ),
    )
    def read_insi_call(self, call_id: Identifier, *, actor: Actor) -> InsiCall | None:
        """Return a call that was started; ``None`` while INSi has not answered."""

    @verb(
        "GET /patients/{patient_id}/ins-history",
        answer="former",
        title=Text("Lire l'historique de l'INS", "Read the INS history"),
        task=Text(
            "Affichez les anciens matricules de ce dossier.", "Show the former matricules of this file."
        ),
    )
    def read_ins_history(self, patient_id: Identifier, *, actor: Actor) -> list[FormerIns]:
        """Return the former INS of a patient as INSi gave them (NIA replaced by NIR among them)."""

    @verb(
        "PUT /authentication",
        title=Text("Choisir l'authentification", "Choose the authentication"),
        task=Text(
            "Connectez l'utilisateur par ce moyen ; les appels INSi suivants l'emploient.",
            "Sign the user in by this means; the INSi calls that follow use it.",
        ),
    )
    def choose_authentication(self, means: Authentication, *, actor: Actor) -> None:
        """Sign the acting user in by a means that the next INSi calls use."""
