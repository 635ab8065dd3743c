"""Verbs around the Vitale card and the Appli carte Vitale."""

from conformance.drivers.cards import AppIdentity, CardReading, VitaleCard
from conformance.drivers.declaring import Performer, Sign, verb
from conformance.drivers.formats import Identifier
from conformance.drivers.model import Actor, InsiCall, Patient
from simulator.text import Text


class CardVerbs(Performer):
    """Reading a card, choosing a beneficiary, calling INSi with it."""

    @verb(
        "POST /card-readings",
        created=True,
        title=Text("Lire une carte Vitale", "Read a Vitale card"),
        task=Text(
            "Mettez cette carte dans le lecteur et lisez-la, sans appeler INSi.",
            "Put this card in the reader and read it, without calling INSi.",
        ),
    )
    def read_card(self, card: VitaleCard, *, actor: Actor) -> CardReading:
        """Read a Vitale card; the beneficiaries are shown, nothing else happens."""

    @verb(
        "PUT /card-reader",
        title=Text("Changer la carte dans le lecteur", "Swap the card in the reader"),
        task=Text(
            "Remplacez la carte du lecteur par celle-ci, sans la lire.",
            "Replace the card in the reader by this one, without reading it.",
        ),
    )
    def swap_card(self, card: VitaleCard, *, actor: Actor) -> None:
        """Swap the card in the reader after a reading; the software is not told."""

    @verb(
        "POST /insi-calls",
        operation="call_insi",
        fixed={"mode": "VITALE"},
        created=True,
        may_call_insi=True,
        sign=Sign.CARD_SEARCH,
        title=Text("Appeler INSi par carte Vitale", "Call INSi with a Vitale card"),
        task=Text(
            "Choisissez ce bénéficiaire de la carte lue et appelez INSi ; ne décidez pas encore de la réponse.",
            "Choose this beneficiary of the card read and call INSi; do not decide on the answer yet.",
        ),
    )
    def call_insi_card(
        self, reading_id: Identifier, rank: Identifier, *, patient_id: Identifier | None = None, actor: Actor
    ) -> InsiCall:
        """Call INSi with a card that has been read, for a file or, without ``patient_id``, to create one."""

    @verb(
        "PUT /patients/{patient_id}/card",
        title=Text("Rattacher la carte au dossier", "Attach the card to the file"),
        task=Text(
            "Reprenez dans ce dossier les données de facturation de ce bénéficiaire, sans appeler INSi.",
            "Take the billing data of this beneficiary into this file, without calling INSi.",
        ),
    )
    def attach_card(
        self, patient_id: Identifier, reading_id: Identifier, rank: Identifier, *, actor: Actor
    ) -> Patient:
        """Take the billing number of a card into a file (FLD-03: it never becomes the matricule INS)."""

    @verb(
        "POST /app-readings",
        title=Text("Lire l'Appli carte Vitale", "Read the Appli carte Vitale"),
        task=Text(
            "Lisez l'application carte Vitale (NFC ou QR code), choisissez cette personne et enregistrez.",
            "Read the Appli carte Vitale (NFC or QR code), choose this person and save.",
        ),
    )
    def import_app_identity(
        self, identity: AppIdentity, *, patient_id: Identifier | None = None, actor: Actor
    ) -> Patient:
        """Feed a file, or a new one, from the Appli carte Vitale; never calls INSi (event E27)."""
