"""``banc profiles``: the environments that can be imitated."""

from __future__ import annotations

from dataclasses import asdict

import click

from simulator.commands.bilingual import BilingualCommand
from simulator.commands.common import json_option, lang_option
from simulator.commands.output import Table, print_json, table_console
from simulator.sessions.profiles import profiles


@click.command("profiles", cls=BilingualCommand)
@json_option
@lang_option
def profiles_command(*, as_json: bool, lang: str) -> None:
    """List the environment profiles, with how sure each is."""
    if as_json:
        listed = [asdict(profile) for profile in profiles().values()]
        print_json(listed)
        return
    table = Table(box=None, pad_edge=False)
    names = {
        "fr": ("profil", "description", "personne inconnue", "dialecte", "niveau de preuve"),
        "en": ("profile", "description", "unknown person", "dialect", "evidence"),
    }
    for name in names[lang]:
        table.add_column(name, overflow="fold")
    for profile in profiles().values():
        description = profile.description_fr if lang == "fr" else profile.description_en
        table.add_row(
            profile.name, description, profile.unknown_person, profile.dialect, profile.evidence.value
        )
    table_console().print(table)
