"""A session on the terminal: its addresses, its clock, and the columns of lists."""

from __future__ import annotations

import json
from typing import Any, Final

from simulator.commands.language import said
from simulator.commands.output import Console, Table, table_console
from simulator.sessions.addressing import HEADER
from simulator.text import Text

COLUMNS: Final = (
    Text.same("id"),
    Text("nom", "name"),
    Text("profil", "profile"),
    Text("rigueur", "strictness"),
    Text("horloge", "clock"),
    Text("dernier usage (UTC)", "last used (UTC)"),
    Text("fin (UTC)", "expires (UTC)"),
)
PEOPLE_COLUMNS: Final = (
    Text("clé", "key"),
    Text("nom de naissance", "birth name"),
    Text("prénoms", "first names"),
    Text("sexe", "sex"),
    Text("date de naissance", "birth date"),
    Text("lieu", "place"),
    Text.same("matricule"),
)


def print_table(table: Table) -> None:
    """Print a list, its lines whole where there is no terminal."""
    console = table_console()
    console.print(table)


def print_addresses(shown: dict[str, Any], url: str) -> None:
    """Print where calls of a session are sent, as the simulator tells it."""
    base, session_id = url.rstrip("/"), shown["id"]
    console = Console(highlight=False, soft_wrap=True)
    title = f"Session {session_id}" + (f"  {shown['name']}" if shown["name"] else "")
    console.print(title, style="bold", markup=False)
    lines = [f"SOAP             {base}{shown['soap_path']}"]
    if session_id != "default":
        by_header = Text("ou par en-tête  ", "or by header    ")
        lines.append(f"{said(by_header)} {base}/lps  +  {HEADER}: {session_id}")
    for kind, values in shown["recognise"].items():
        listed = values if isinstance(values, list) else [values]
        lines += [
            said(
                Text(
                    f"ou reconnue      {base}/lps  par les appels où {kind} = {value}",
                    f"or recognised    {base}/lps  from calls with {kind} = {value}",
                )
            )
            for value in listed
        ]
    ports = Text(
        "Les ports TLS du simulateur ont les mêmes chemins.",
        "The TLS ports of the simulator take the same paths.",
    )
    lines.append(f"{'':16} {said(ports)}")
    if shown["expires_at"]:
        ends = minute(shown["expires_at"])
        gone = Text(
            f"Fin              {ends} UTC, sauf usage avant",
            f"Gone             {ends} UTC, unless used before",
        )
        lines.append(said(gone))
    for line in lines:
        console.print(f"  {line}", markup=False)


def clock_words(shown: dict[str, Any]) -> str:
    """Return how the clock of a session stands."""
    if shown["clock_frozen_at"]:
        return said(Text("figée à ", "frozen at ")) + str(shown["clock_frozen_at"])
    return (
        f"{shown['clock_offset']:+g} s" if shown["clock_offset"] else said(Text("heure réelle", "real time"))
    )


def minute(instant: str | None) -> str:
    """Return an ISO instant to the minute; ``-`` for none."""
    return "-" if instant is None else instant[:16].replace("T", " ")


def plain(value: Any) -> str:
    """Return the value of a setting as people read it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
