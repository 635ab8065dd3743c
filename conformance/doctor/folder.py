"""Whether the report folder can be written in and has room."""

from __future__ import annotations

import secrets
import shutil
from typing import TYPE_CHECKING, Final

from conformance.doctor.notes import Look
from simulator.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.doctor.notes import Notes

MIN_FREE: Final = 200 * 1024 * 1024
"""Bytes that a whole campaign with its reports may take, generously."""


def try_writing(folder: Path) -> None:
    """Make the folder if need be and write a file in it, which is removed.

    Raises:
        OSError: it cannot be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".{secrets.token_hex(8)}"
    probe.touch()
    probe.unlink()


def look_at_folder(folder: Path, notes: Notes) -> None:
    """Look at the folder of the record and of the reports; one that was not there is not left behind."""
    is_new = not folder.exists()
    try:
        try_writing(folder)
        free = shutil.disk_usage(folder).free
        if is_new:
            folder.rmdir()
    except OSError as error:
        why = error.strerror or str(error)
        notes.stop(
            Look.FOLDER,
            Text(
                f"rien ne peut être écrit dans {folder} : {why}",
                f"cannot write in the folder {folder}: {why}",
            ),
            Text(
                "Choisissez un autre dossier avec --report DOSSIER, ou donnez-vous le droit d'y écrire.",
                "Choose another folder with --report DIR, or give yourself the right to write there.",
            ),
        )
        return
    if free < MIN_FREE:
        mega = free // (1024 * 1024)
        notes.told(
            Look.FOLDER,
            Text(f"il ne reste que {mega} Mio pour {folder}", f"only {mega} MiB are left for {folder}"),
            Text(
                "Une campagne entière prend jusqu'à 200 Mio : faites de la place, ou --report DOSSIER ailleurs.",
                "A whole campaign takes up to 200 MiB: make room, or --report DIR elsewhere.",
            ),
        )
        return
    notes.ok(Look.FOLDER, Text(f"{folder} est accessible en écriture", f"{folder} can be written in"))
