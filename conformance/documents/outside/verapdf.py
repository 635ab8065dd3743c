"""veraPDF, when the user has it: whether a PDF is the PDF/A-1 that it claims to be. Called as a command, with a time limit."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from conformance.documents.outside.problem import OutsideError
from conformance.documents.pdf.facts import PdfFacts
from conformance.documents.problems import Quote, official, unjudged
from conformance.documents.record import Place, PlaceKind
from simulator.text import Text
from simulator.xml import parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.document import Document
    from conformance.documents.problems import Problem

SECONDS: Final = 90.0
"""For one document, the start of Java included."""
VARIABLE: Final = "BANC_VERAPDF"
"""Environment variable with the path of the command."""
_SHOWN: Final = 10
_LARGEST: Final = 64 * 1024 * 1024


def find_verapdf(told: str | None = None) -> str:
    """Return the command: as told, as the environment variable says, or from the path.

    Raises:
        OutsideError: there is none.
    """
    wanted = told or os.environ.get(VARIABLE) or "verapdf"
    found = shutil.which(wanted)
    if found is None:
        raise OutsideError(
            Text(
                f"veraPDF introuvable ({wanted}) : donnez son chemin (--verapdf-path CHEMIN, ou {VARIABLE}) ; il s’installe à part, avec Java",
                f"veraPDF not found ({wanted}): give its path (--verapdf-path PATH, or {VARIABLE}); it is installed on its own, with Java",
            )
        )
    return found


def verapdf_problems(document: Document, command: str, *, seconds: float = SECONDS) -> Iterator[Problem]:
    """Yield where a PDF departs from PDF/A-1, at the level that it claims (B when it claims none)."""
    facts = document.facts
    if not isinstance(facts, PdfFacts) or not document.data:
        return
    level = (
        facts.claim.level.lower()
        if facts.claim and facts.claim.part == "1" and facts.claim.level in {"A", "B"}
        else "b"
    )
    place = Place(kind=PlaceKind.FILE, file=document.name)
    try:
        report = _run(document.data, command, f"1{level}", seconds)
        jobs = list(etree.fromstring(report, parser()).iter("validationReport"))
    except (subprocess.TimeoutExpired, OSError, ValueError, etree.XMLSyntaxError) as error:
        said = f"> {seconds:g} s" if isinstance(error, subprocess.TimeoutExpired) else str(error)[:200]
        jobs = []
    else:
        said = "no validationReport"
    if not jobs:
        text = Text(f"veraPDF n’a rien conclu : {said}", f"veraPDF concluded nothing: {said}")
        yield unjudged("verapdf-failed", text, place)
        return
    for job in jobs:
        if job.get("isCompliant") == "true":
            continue
        rules = [one for one in job.iter("rule") if one.get("status") == "failed"]
        for rule in rules[:_SHOWN]:
            yield _problem(rule, level, place)
        if not rules or len(rules) > _SHOWN:
            text = Text(
                f"PDF/A-1{level.upper()} : veraPDF refuse ce document ({len(rules)} règles)",
                f"PDF/A-1{level.upper()}: veraPDF refuses this document ({len(rules)} rules)",
            )
            yield official("pdfa-not-conformant", text, "DOC-06", "DOC-08", at=(place,))


def _problem(rule: Any, level: str, place: Place) -> Problem:
    clause = f"{rule.get('specification', 'ISO 19005-1')} § {rule.get('clause', '')} test {rule.get('testNumber', '')}"
    description = " ".join((rule.findtext("description") or "").split())[:300]
    context = next((one.text or "" for one in rule.iter("context")), "")
    text = Text(
        f"PDF/A-1{level.upper()}, {clause} ({rule.get('failedChecks', '?')} fois, selon veraPDF) : {description}",
        f"PDF/A-1{level.upper()}, {clause} ({rule.get('failedChecks', '?')} times, says veraPDF): {description}",
    )
    return official("pdfa-not-conformant", text, "DOC-06", "DOC-08", at=(Quote(place, context[:200]),))


def _run(data: bytes, command: str, flavour: str, seconds: float) -> bytes:
    """Return what the command writes about a file that is removed afterwards; exit code 1 only says that it does not conform."""
    with tempfile.TemporaryDirectory(prefix="banc-verapdf-") as folder:
        path = Path(folder) / "document.pdf"
        path.write_bytes(data)
        with tempfile.TemporaryFile(dir=folder) as out:
            process = subprocess.Popen(  # noqa: S603 - the command that the user named
                [command, "--format", "xml", "--flavour", flavour, str(path)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, start_new_session=os.name != "nt",
            )  # fmt: skip
            try:
                process.wait(timeout=seconds)
            finally:
                _end(process)
            out.seek(0)
            return out.read(_LARGEST)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and what it started: veraPDF is a script that starts Java."""
    if process.poll() is None:
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
