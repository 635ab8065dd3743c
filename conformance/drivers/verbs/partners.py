"""Verbs around other domains: verification, reception, documents, sending."""

from conformance.drivers.declaring import Performer, Sign, verb
from conformance.drivers.formats import Identifier
from conformance.drivers.model import Actor
from conformance.drivers.partners import (
    BulkVerification,
    Channel,
    Document,
    FiledDocument,
    MessageFormat,
    ReceivedIdentity,
    Reception,
    Sending,
    Transmission,
    Verification,
    WorkItem,
)
from simulator.text import Text


class PartnerVerbs(Performer):
    """What comes from other domains, its verification, and what goes to them."""

    @verb(
        "POST /patients/{patient_id}/verifications",
        created=True,
        may_call_insi=True,
        sign=Sign.VERIFICATION,
        title=Text("Vérifier l'INS d'un dossier", "Verify the INS of a file"),
        task=Text(
            "Demandez à INSi de vérifier l'INS de ce dossier.", "Have INSi verify the INS of this file."
        ),
    )
    def verify_ins(self, patient_id: Identifier, *, actor: Actor) -> Verification:
        """Have INSi verify one identity (events E17, E18)."""

    @verb(
        "POST /bulk-verifications",
        created=True,
        may_call_insi=True,
        sign=Sign.BULK_DEPOSIT,
        title=Text("Vérifier un lot", "Verify a lot"),
        task=Text(
            "Lancez la vérification en lot de ces dossiers.", "Start the bulk verification of these files."
        ),
    )
    def start_bulk_verification(
        self, patient_ids: tuple[Identifier, ...], *, actor: Actor
    ) -> BulkVerification:
        """Give a lot of identities to INSi to verify (Règle 46)."""

    @verb(
        "GET /bulk-verifications/{bulk_id}",
        may_call_insi=True,
        sign=Sign.BULK_COLLECTION,
        title=Text("Lire les résultats d'un lot", "Read the results of a lot"),
        task=Text(
            "Relevez les résultats de la vérification en lot.",
            "Collect the results of the bulk verification.",
        ),
    )
    def read_bulk_verification(self, bulk_id: Identifier, *, actor: Actor) -> BulkVerification:
        """Return the results of a lot as far as they have come; may ask INSi for them."""

    @verb(
        "PUT /trusted-senders",
        answer="senders",
        title=Text("Fixer les contrats de confiance", "Set the trust contracts"),
        task=Text(
            "Donnez la liste des expéditeurs avec lesquels il y a un contrat de confiance.",
            "Set the list of the senders with whom there is a trust contract.",
        ),
    )
    def write_trusted_senders(self, senders: frozenset[Identifier], *, actor: Actor) -> frozenset[Identifier]:
        """Replace the senders with a *contrat de confiance* (Règle 30) and return them."""

    @verb(
        "POST /received-identities",
        created=True,
        may_call_insi=True,
        sign=Sign.VERIFICATION,
        title=Text("Recevoir une identité", "Receive an identity"),
        task=Text(
            "Faites arriver cette identité d'un autre domaine.",
            "Have this identity arrive from another domain.",
        ),
    )
    def receive_identity(self, identity: ReceivedIdentity, *, actor: Actor) -> Reception:
        """Receive an identity from another domain (events E19 to E23)."""

    @verb(
        "POST /received-messages",
        created=True,
        may_call_insi=True,
        sign=Sign.VERIFICATION,
        title=Text("Recevoir un message", "Receive a message"),
        task=Text(
            "Faites arriver ce fichier comme s'il venait de cet émetteur, par la voie où le logiciel l'attend (boîte MSSanté, "
            "répertoire, interface), et ne traitez pas encore ce qu'il signale.",
            "Have this file arrive as if it came from this sender, by the way the software expects it (MSSanté box, folder, "
            "interface), and do not deal yet with what it reports.",
        ),
    )
    def receive_message(self, message: Document, *, sender: Identifier, actor: Actor) -> Reception:
        """Receive a message or document as bytes (events E19 to E26)."""

    @verb(
        "POST /fetched-messages",
        answer="receptions",
        created=True,
        may_call_insi=True,
        sign=Sign.VERIFICATION,
        title=Text("Relever la messagerie", "Fetch the mails"),
        task=Text(
            "Relevez la boîte MSSanté du logiciel, et ne traitez pas encore ce qu'elle signale.",
            "Fetch the mails of the MSSanté box of the software, and do not deal yet with what they report.",
        ),
    )
    def fetch_messages(self, *, actor: Actor) -> list[Reception]:
        """Fetch what came into the mailbox (setting ``mssante_imap``), and receive each mail (events E19 to E26)."""

    @verb(
        "POST /scans",
        created=True,
        may_call_insi=True,
        sign=Sign.VERIFICATION,
        title=Text("Scanner un datamatrix INS", "Scan an INS datamatrix"),
        task=Text("Scannez ce datamatrix INS.", "Scan this INS datamatrix."),
    )
    def scan_datamatrix(self, content: Identifier, *, actor: Actor) -> Reception:
        """Scan an INS datamatrix; ``content`` holds the separators as characters (ASCII 29)."""

    @verb(
        "GET /worklist",
        answer="items",
        title=Text("Lire les identités à traiter", "Read the worklist"),
        task=Text("Affichez la liste des identités à traiter.", "Show the list of identities to look into."),
    )
    def read_worklist(self, *, actor: Actor) -> list[WorkItem]:
        """Return what a person has to look into, oldest first (Règles 49 and 55)."""

    @verb(
        "GET /patients/{patient_id}/documents",
        answer="documents",
        title=Text("Lire les documents du dossier", "Read the documents of the file"),
        task=Text(
            "Affichez les documents de santé de ce dossier.", "Show the health documents of this file."
        ),
    )
    def read_documents(self, patient_id: Identifier, *, actor: Actor) -> list[FiledDocument]:
        """Return the health documents in a file, oldest first."""

    @verb(
        "POST /patients/{patient_id}/renderings",
        created=True,
        title=Text("Imprimer un document", "Print a document"),
        task=Text(
            "Imprimez ce document du patient en PDF et joignez-le.",
            "Print this document of the patient to a PDF and attach it.",
        ),
    )
    def render_document(self, patient_id: Identifier, kind: Identifier, *, actor: Actor) -> Document:
        """Return a printed document as PDF; ``kind`` is the software's own (setting ``document_kinds``)."""

    @verb(
        "POST /patients/{patient_id}/messages",
        created=True,
        title=Text("Produire un message", "Produce a message"),
        task=Text(
            "Produisez un message de ce format pour ce patient et joignez-le.",
            "Produce a message of this format for this patient and attach it.",
        ),
    )
    def export_message(self, patient_id: Identifier, format: MessageFormat, *, actor: Actor) -> Document:  # noqa: A002 - the word of the driver API
        """Return a message about a patient, as it would be sent."""

    @verb(
        "POST /exports",
        created=True,
        answer="documents",
        title=Text("Exporter les patients", "Export the patients"),
        task=Text(
            "Exportez les dossiers (portabilité) et joignez les fichiers.",
            "Export the files (portability) and attach what comes out.",
        ),
    )
    def export_patients(self, *, actor: Actor) -> list[Document]:
        """Return the data export of the software (portability)."""

    @verb(
        "POST /patients/{patient_id}/sendings",
        created=True,
        sign=Sign.DOCUMENT,
        title=Text("Envoyer un document", "Send a document"),
        task=Text(
            "Envoyez ce document du patient par ce canal.",
            "Send this document of the patient by this channel.",
        ),
    )
    def send_document(
        self,
        patient_id: Identifier,
        kind: Identifier,
        channel: Channel,
        *,
        recipient: Identifier | None = None,
        actor: Actor,
    ) -> Sending:
        """Send a document to the DMP, by MSSanté or to the DP."""

    @verb(
        "POST /sendings/{sending_id}/withdrawal",
        created=True,
        sign=Sign.DOCUMENT,
        title=Text("Retirer un document envoyé", "Withdraw a sent document"),
        task=Text("Retirez ce document déjà envoyé.", "Withdraw this document, which has been sent."),
    )
    def withdraw_document(self, sending_id: Identifier, *, actor: Actor) -> Sending:
        """Withdraw a document that was sent (deletion message)."""

    @verb(
        "PUT /patients/{patient_id}/opposition",
        answer="channels",
        title=Text("Noter l'opposition du patient", "Record the refusal of the patient"),
        task=Text(
            "Notez que le patient refuse les envois par ces canaux (aucun si la liste est vide).",
            "Record that the patient refuses sending by these channels (none when the list is empty).",
        ),
    )
    def record_opposition(
        self, patient_id: Identifier, channels: frozenset[Channel], *, actor: Actor
    ) -> frozenset[Channel]:
        """Replace the channels that the patient refuses and return them."""

    @verb(
        "POST /patients/{patient_id}/dmp-access",
        title=Text("Ouvrir le DMP", "Open the DMP"),
        task=Text(
            "Ouvrez le DMP de ce patient par l'accès contextuel.",
            "Open the DMP of this patient by contextual access.",
        ),
    )
    def open_dmp(self, patient_id: Identifier, *, actor: Actor) -> None:
        """Open the DMP of a patient in context (TD0.9); refused unless the identity is qualified."""

    @verb(
        "GET /transmissions",
        answer="transmissions",
        title=Text("Lire la trace des envois", "Read the trace of sendings"),
        task=Text(
            "Affichez la trace des partenaires à qui des données ont été envoyées.",
            "Show the trace of the partners to whom data were sent.",
        ),
    )
    def read_transmissions(self, *, patient_id: Identifier | None = None, actor: Actor) -> list[Transmission]:
        """Return to whom data bearing an INS went, oldest first (Règle 31)."""
