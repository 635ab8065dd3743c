"""``banc mssante``: documents of another domain, put into the mailbox of the software under test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from conformance.suite.incoming.kinds import Incoming
from conformance.suite.incoming.mail import ERRORS, RECEIVER
from conformance.suite.incoming.sending import HINTS, returned, sending
from simulator.client import BenchClient, BenchClientError
from simulator.client.received import ReceivedClient
from simulator.commands.bilingual import BilingualGroup
from simulator.commands.common import SetupError, lang_option, unreadable, unwritable
from simulator.commands.output import echo
from simulator.commands.session_options import server_options
from simulator.registry.person import PersonError, from_json
from simulator.sessions.session import DEFAULT
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from simulator.client import SessionClient
    from simulator.registry.person import Person
    from simulator.text import Lang

_FEW: Final = 50


@click.group("mssante", cls=BilingualGroup)
def mssante_group() -> None:
    """Documents by MSSanté from another domain, right and wrong, into the mailbox of your software."""


@mssante_group.command("kinds")
@lang_option
def list_kinds(lang: Lang) -> None:
    """List what can be sent: the nine kinds of documents that arrive, and the error mails.

    \b
    Example:
      banc mssante kinds --lang en
    """
    for kind in Incoming:
        hint = HINTS.get(kind)
        told = f"{kind.words[lang]}{f' ({hint[lang]})' if hint else ''}"
        echo(f"{kind.value:<12} {told}")
    for code, label in ERRORS.items():
        echo(f"--error {code}  {label}")


@mssante_group.command("send")
@click.option(
    "--to",
    "recipient",
    default=RECEIVER,
    show_default=True,
    metavar="ADDRESS",
    help="Mailbox of the software, as it reads it by IMAP.",
)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Incoming]),
    default=Incoming.RIGHT.value,
    show_default=True,
    help="What is the matter with the document: see banc mssante kinds.",
)
@click.option(
    "--error",
    type=click.Choice(list(ERRORS)),
    default=None,
    help="An error mail instead: the answer of a receiver who could not integrate what the software sent.",
)
@click.option(
    "--person",
    "person",
    default=None,
    metavar="KEY|MATRICULE|NAME|FILE",
    help="The patient: a person of the simulator, or a JSON file; anybody by default.",
)
@click.option(
    "--other",
    default=None,
    metavar="KEY|MATRICULE|NAME|FILE",
    help="Somebody else, for kind 904; anybody by default.",
)
@click.option("--from", "sender", default=None, metavar="ADDRESS", help="Sender; another domain by default.")
@click.option("--session", "session_id", default=DEFAULT, show_default=True, help="Session of the simulator.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Write the mail to this file instead of sending it.",
)
@server_options
@lang_option
def send_mail(
    *,
    recipient: str,
    kind: str,
    error: str | None,
    person: str | None,
    other: str | None,
    sender: str | None,
    session_id: str,
    out: Path | None,
    url: str,
    token: str | None,
    lang: Lang,
) -> None:
    """Put a document into a mailbox: a mail with its IHE_XDM archive (CDA and metadata) and its PDF.

    The simulator must have been started with banc serve --mssante. The software finds the mail by IMAP, under the address
    of --to or under the name of the session.

    \b
    Examples:
      banc mssante send --to officine@pharmacie.mssante.fr --person cnda/adrun-zoe
      banc mssante send --kind 904 --session lgo-x
      banc mssante send --kind trusted
      banc mssante send --error 902
      banc mssante send --kind 905 --out incomplete.eml
    """
    wanted = Incoming(kind)
    with BenchClient(url, token=token) as client:
        try:
            session = client.session(session_id)
            right = _person(client, session, person, None)
            somebody = _person(client, session, other, right)
            made = (
                returned(error, right.identity, recipient=recipient, sender=sender)
                if error
                else sending(wanted, right.identity, somebody.identity, recipient=recipient, sender=sender)
            )
            number = 0
            if out is None:
                received = ReceivedClient(client, session_id)
                number = received.deliver(made.content, sender=made.sender, recipients=(recipient,))
        except BenchClientError as problem:
            raise SetupError(text_of(problem)) from problem
    traits = right.identity.traits
    who = f"{traits.birth_name} {traits.first_names}"
    if out is not None:
        try:
            out.write_bytes(made.content)
        except OSError as problem:
            raise unwritable(out, problem) from problem
        echo(
            f"{out}: {len(made.content)} octets, {who}"
            if lang == "fr"
            else f"{out}: {len(made.content)} bytes, {who}"
        )
    else:
        echo(
            f"Message {number} remis à {recipient}, de {made.sender} : {who}"
            if lang == "fr"
            else f"Mail {number} delivered to {recipient}, from {made.sender}: {who}"
        )
    hint = None if error else HINTS.get(wanted)
    if hint is not None:
        echo(f"! {hint[lang]}", err=True)


def _person(client: BenchClient, session: SessionClient, named: str | None, besides: Person | None) -> Person:
    """Return who is named: by a file, a key, a matricule or a birth name; anybody else than ``besides`` by default."""
    if named is not None and named.endswith(".json"):
        return _from_file(Path(named))
    if named is None:
        people = session.people(limit=_FEW)
    else:
        by = "matricule" if named[:1].isdigit() else "key" if "/" in named else "name"
        path = f"/api/v1/sessions/{session.id}/people"
        people = [from_json(one) for one in client.call("GET", path, params={by: named})]
    found = [one for one in people if besides is None or one.key != besides.key]
    if not found:
        raise SetupError(
            Text(
                f"la clé, le matricule ou le nom de naissance d'une personne du simulateur est attendu, ou un fichier .json, reçu : {named!r}",
                f"expected the key, the matricule or the birth name of a person of the simulator, or a .json file, got {named!r}",
            )
        )
    return found[0]


def _from_file(path: Path) -> Person:
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8-sig"))
        return from_json(data)
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, RecursionError, PersonError) as error:
        raise SetupError(
            Text(
                f"{path} : une personne est attendue, en objet JSON : {error.text.fr if isinstance(error, PersonError) else error}",
                f"{path}: expected one person as a JSON object: {error}",
            )
        ) from error
