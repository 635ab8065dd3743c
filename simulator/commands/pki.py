"""``banc pki``: a throw-away authority, its certificates, and assertions signed with them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from cryptography.x509 import load_pem_x509_certificate

from simulator.commands.bilingual import BilingualGroup
from simulator.commands.common import SetupError, lang_option
from simulator.commands.output import Console, Table, table_console
from simulator.security.certificates import card_of
from simulator.security.names import APCV, VITALE
from simulator.security.pki import DEFAULT_PASSWORD, PkiError, init_pki, read_pki
from simulator.security.signing import (
    SigningError,
    make_ps_assertion,
    make_psc_assertion,
    make_vitale_assertion,
)
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from simulator.security.pki import PkiSummary

_directory = click.argument("directory", type=click.Path(file_okay=False, path_type=Path))

"""Columns of a table that goes to a file or another program."""


@click.group("pki", cls=BilingualGroup)
def pki_group() -> None:
    """Make certificates and assertions for tests. They are worth nothing elsewhere."""


@pki_group.command("init")
@_directory
@click.option(
    "--host", "hosts", multiple=True, help="Further name or address of the server; may be repeated."
)
@click.option(
    "--days", default=365, show_default=True, type=click.IntRange(1, 3650), help="How long they are valid."
)
@click.option(
    "--password", default=DEFAULT_PASSWORD, show_default=True, help="Password of the PKCS#12 files."
)
@click.option("--force", is_flag=True, help="Replace a PKI that is already there.")
@lang_option
def init_command(
    *, directory: Path, hosts: tuple[str, ...], days: int, password: str, force: bool, lang: str
) -> None:
    """Make a throw-away authority and every certificate a tester needs, good and bad.

    \b
    Examples:
      banc pki init ./pki
      banc pki init ./pki --host bench.local --force
    """
    try:
        summary = init_pki(
            directory, now=datetime.now(UTC), days=days, hosts=hosts, password=password, force=force
        )
    except PkiError as error:
        raise SetupError(text_of(error)) from error
    _print_entries(summary, lang)
    _print_use(summary, lang)


@pki_group.command("list")
@_directory
@lang_option
def list_command(*, directory: Path, lang: str) -> None:
    """List the certificates of a PKI and what the service must answer to each."""
    try:
        _print_entries(read_pki(directory), lang)
    except PkiError as error:
        raise SetupError(text_of(error)) from error


@pki_group.command("assertion")
@_directory
@click.option(
    "--card", default="cps", show_default=True, help="Card of the PKI that signs, see banc pki list."
)
@click.option("--billing", default="990000001", show_default=True, help="identifiantFacturation.")
@click.option("--sector", default="SA07", show_default=True, help="secteurActivite.")
@click.option(
    "--vitale", metavar="SERIAL", default=None, help="Make a Vitale assertion for this card instead."
)
@click.option(
    "--apcv",
    is_flag=True,
    help="With --vitale: that of a card on a telephone (inferred form, see docs/contract.md).",
)
@click.option(
    "--psc", metavar="ID", default=None, help="Make an unsigned Pro Santé Connect assertion instead."
)
@click.option(
    "--age", default=0, show_default=True, help="Minutes since it was issued; 61 makes an expired one."
)
def assertion_command(
    *,
    directory: Path,
    card: str,
    billing: str,
    sector: str,
    vitale: str | None,
    apcv: bool,
    psc: str | None,
    age: int,
) -> None:
    """Write an assertion, to be put in wsse:Security, on standard output.

    \b
    Examples:
      banc pki assertion ./pki > ps.xml
      banc pki assertion ./pki --age 61 > expired.xml
      banc pki assertion ./pki --vitale 0123456789 > vitale.xml
    """
    if apcv and vitale is None:
        raise SetupError(
            Text(
                "--apcv demande le numéro de série de la carte : --vitale SÉRIE --apcv",
                "--apcv needs the serial number of the card: --vitale SERIAL --apcv",
            )
        )
    issued = datetime.now(UTC) - timedelta(minutes=age)
    attributes = {"identifiantFacturation": billing, "secteurActivite": sector}
    try:
        summary = read_pki(directory)
        if psc is not None:
            content = make_psc_assertion(name_id=psc, issuer=psc, attributes=attributes, issue_instant=issued)
        else:
            entry = summary.entry(card)
            certificate = (directory / entry.cert).read_bytes()
            if vitale is not None:
                holder = card_of(load_pem_x509_certificate(certificate))
                content = make_vitale_assertion(
                    serial=vitale,
                    issuer=holder.cn,
                    issue_instant=issued,
                    qualifier=APCV if apcv else VITALE,
                )
            else:
                key = (directory / entry.key).read_bytes()
                content = make_ps_assertion(certificate, key, attributes=attributes, issue_instant=issued)
    except KeyError as error:
        raise SetupError(
            Text(
                f"il n'y a pas de carte {card!r} dans {directory} ; voir : banc pki list {directory}",
                f"there is no card {card!r} in {directory}; see: banc pki list {directory}",
            )
        ) from error
    except (PkiError, SigningError, OSError) as error:
        raise SetupError(text_of(error)) from error
    sys.stdout.buffer.write(content)


def _print_entries(summary: PkiSummary, lang: str) -> None:
    table = Table(box=None, pad_edge=False)
    names = {
        "fr": ("nom", "certificat", "réponse", "niveau de preuve", "à quoi il sert"),
        "en": ("name", "certificate", "answer", "evidence", "purpose"),
    }
    for name in names[lang]:
        table.add_column(name, overflow="fold")
    for entry in summary.entries:
        purpose = entry.purpose_fr if lang == "fr" else entry.purpose_en
        table.add_row(entry.name, entry.cert, entry.answer, entry.evidence.value, purpose)
    console = table_console()
    console.print(table)


def _print_use(summary: PkiSummary, lang: str) -> None:
    software, card = summary.entry("insi-manu"), summary.entry("cps")
    console = Console(highlight=False, soft_wrap=True)
    folder = summary.directory
    lines = {
        "fr": (
            f"PKCS#12 : mot de passe « {summary.password} ». Valables jusqu'au {summary.valid_until[:10]}.",
            f"1. Magasin de confiance du client : {summary.bundle}",
            f"2. TLS mutuel, certificat du client : {folder / software.p12} (ou {folder / software.combined})",
            f"3. Carte CPS, signature de l'assertion : {folder / card.cert} et {folder / card.key}",
            f"4. Simulateur : banc serve --pki {folder} --https-port 8443 --mtls-port 8444",
        ),
        "en": (
            f"PKCS#12: password “{summary.password}”. Valid until {summary.valid_until[:10]}.",
            f"1. Trust store of the client: {summary.bundle}",
            f"2. Mutual TLS, client certificate: {folder / software.p12} (or {folder / software.combined})",
            f"3. CPS card, signature of the assertion: {folder / card.cert} and {folder / card.key}",
            f"4. Simulator: banc serve --pki {folder} --https-port 8443 --mtls-port 8444",
        ),
    }
    console.print()
    for line in lines[lang]:
        console.print(line, markup=False)
