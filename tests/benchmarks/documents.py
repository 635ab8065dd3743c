"""What judging a document costs, beside the same reading with a slower library: a page, a CDA, a mail, long streams.

    python tests/benchmarks/documents.py [--rounds 5] [--stream 10000] [--page]

The two sides of a row take turns, so that what else the machine does hits both alike. The other libraries (``pypdf``, ``hl7apy``) are no
dependency: a row says so when one is not there. They only *read*; ``check`` reads, judges and compares. Memory of a stream is that of a process
of its own. Figures of one machine at one time: quote the ratios.
"""

from __future__ import annotations

import argparse
import email
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance" / "documents"))

from foreign_cda import unstructured, utf8
from foreign_fhir import js, patient
from foreign_hl7 import full
from foreign_lots import mtom, packed
from foreign_mail import sent
from foreign_paper import usual
from foreign_people import TOUR
from messages import hl7, msh, pid
from papers import right
from people import P1

from conformance.documents import Expected, Profile, Status, check
from conformance.documents.streaming import check_stream, tally

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-documents.md"
EXPECTED = Expected(identity=P1, status=Status.QUAL, profile=Profile.TEST)
_AIM_STREAM_S, _AIM_GROWTH = 60.0, 1.3
_ZIP = 3 * 1024 * 1024


@dataclass(frozen=True)
class Row:
    """One document, what judging it may take, and what only reads it."""

    name: str
    data: bytes
    aim_ms: float
    other: str = ""
    read: object = None


def _pypdf(data):
    import pypdf

    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def _hl7apy(data):
    from hl7apy.parser import parse_message

    return parse_message(data.decode(), find_groups=False, validation_level=2)


def _stdlib_mail(data):
    return [part.get_payload(decode=True) for part in email.message_from_bytes(data).walk()]


def _heavy_mail():
    """A mail with an archive of three megabytes, most of it a picture that does not shrink."""
    noise = os.urandom(_ZIP)
    documents = {"DOC00001.XML": utf8(P1)}
    return sent(
        P1, archive=packed(P1, documents, more=[("IHE_XDM/SUBSET01/PHOTO.JPG", b"\xff\xd8\xff" + noise)])
    )


def rows():
    """Return what is measured."""
    adt = hl7(msh(), pid(P1))
    large = utf8(P1, body=unstructured(right(P1)), code="11488-4")
    return [
        Row("PDF of one page with its symbol", usual(P1), 600.0, "pypdf", _pypdf),
        Row("CDA, structured", utf8(P1), 20.0),
        Row("CDA with the PDF in it", large, 620.0),
        Row("mail with a zip of 3 MB", _heavy_mail(), 300.0, "email", _stdlib_mail),
        Row(
            "submission (MTOM) of 3 MB",
            mtom(P1, {"d": utf8(P1), "p": b"x" + os.urandom(_ZIP)}),
            300.0,
            "email",
            _stdlib_mail,
        ),
        Row("HL7 v2 admission", adt, 20.0, "hl7apy", _hl7apy),
        Row("FHIR Patient", js(patient(P1)), 20.0),
    ]


def _timed(call, *told):
    began = time.perf_counter()
    call(*told)
    return (time.perf_counter() - began) * 1000


def measure(row, rounds):
    """Return the milliseconds of each round: ours, and of the other library or none."""
    there = bool(row.other) and find_spec(row.other) is not None
    check(row.data, EXPECTED)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_timed(check, row.data, EXPECTED))
        if there:
            theirs.append(_timed(row.read, row.data))
    return ours, theirs


def stream(kind, count):
    """Judge a long stream in this process; print seconds and peak memory in MiB at a tenth and at the end."""
    import resource

    one = js(patient(TOUR)) + b"\n" if kind == "fhir" else full(TOUR)
    with tempfile.TemporaryFile() as file:
        for _ in range(count):
            file.write(one)
        file.seek(0)
        began = time.perf_counter()
        early = 0
        seen = []

        def watched():
            nonlocal early
            for number, checked in enumerate(check_stream(file, Expected(status=Status.QUAL))):
                if number == count // 10:
                    early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                yield checked

        seen = tally(watched())
        late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    json.dump(
        {
            "seconds": time.perf_counter() - began,
            "documents": seen.documents,
            "failed": seen.failed,
            "early": early / 1024,
            "late": late / 1024,
        },
        sys.stdout,
    )


def main():
    """Measure as asked; write the page when asked."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--stream", type=int, default=10_000)
    options.add_argument("--page", action="store_true")
    options.add_argument("--child", default="")
    told = options.parse_args()
    if told.child:
        stream(told.child, told.stream)
        return
    rig = _rig()
    lines = [
        "| document | KiB | `check` ms, median | aim ms | reading alone | `check` against it |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows():
        ours, theirs = measure(row, told.rounds)
        mine = statistics.median(ours)
        other = "–"
        ratio = "–"
        if theirs:
            their = statistics.median(theirs)
            other, ratio = f"{row.other} {their:.1f} ms", f"{mine / their:.2f} ×"
        elif row.other:
            other = f"{row.other} not installed"
        reached = "" if mine < row.aim_ms else " (missed)"
        lines.append(
            f"| {row.name} | {len(row.data) / 1024:,.0f} | {mine:.1f}{reached} | {row.aim_ms:g} | {other} | {ratio} |"
        )
        sys.stdout.write(lines[-1] + "\n")
    lines += [
        "",
        "| stream | documents | seconds | aim s | peak MiB after a tenth | at the end |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for kind, name in (("fhir", "FHIR patients, one a line"), ("hl7", "HL7 v2 messages")):
        done = subprocess.run(
            [sys.executable, __file__, "--child", kind, "--stream", str(told.stream)],
            capture_output=True,
            check=True,
            encoding="utf-8",
        )
        got = json.loads(done.stdout)
        reached = "" if got["seconds"] < _AIM_STREAM_S else " (missed)"
        flat = "" if got["late"] < _AIM_GROWTH * got["early"] else " (grows)"
        lines.append(
            f"| {name} | {got['documents']:,} | {got['seconds']:.1f}{reached} | {_AIM_STREAM_S:g} | {got['early']:.0f} | {got['late']:.0f}{flat} |"
        )
        sys.stdout.write(lines[-1] + "\n")
    if told.page:
        PAGE.write_text(_page(lines, rig), encoding="utf-8")


def _rig():
    load = f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"
    packages = ", ".join(f"{name} {version(name)}" for name in ("lxml", "pypdfium2", "zxing-cpp", "orjson"))
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}; {packages}. "
        f"Load average before the start: {load}."
    )


def _page(lines, rig):
    head = f"# Benchmarks of documents\n\nWritten by `make bench-documents` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. One machine at one time: quote the ratios, not the figures.\n\n"
    return (
        head
        + "\n".join(lines)
        + f"""

## How it was measured

- {rig}
- **check**: `check(data, expected)` with the identity, the status QUAL and the test profile; it reads, draws the page at 200 points an inch for its symbol, judges and compares. The library beside it
  only reads: the text of the page (`pypdf`), the parts of the mail and of the submission decoded (`email` of the standard library), the message parsed (`hl7apy`). The two take turns.
- **stream**: one process for each, `check_stream` over a file of the same patient again and again, status QUAL; peak memory after a tenth of the documents and at the end.
"""
    )


if __name__ == "__main__":
    main()
