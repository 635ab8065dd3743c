"""``make fuzz``, documents: mutants of right documents of every format through ``check``.

Whatever the bytes, problems come back: never an exception, never the code that stands for one, never a hang. Failing
mutants are written to files. Exit code 1 if there is any.
"""

from __future__ import annotations

import bz2
import gzip
import io
import logging
import random
import sys
import time
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance" / "documents"))

import foreign_cda  # type: ignore[import-not-found,unused-ignore]
import foreign_fhir  # type: ignore[import-not-found,unused-ignore]
import foreign_hl7  # type: ignore[import-not-found,unused-ignore]
import foreign_letters  # type: ignore[import-not-found,unused-ignore]
import foreign_mail  # type: ignore[import-not-found,unused-ignore]
import foreign_sent  # type: ignore[import-not-found,unused-ignore]
import other_shapes  # type: ignore[import-not-found,unused-ignore]
import program_files  # type: ignore[import-not-found,unused-ignore]
from headers import n1, n3, patient_role  # type: ignore[import-not-found,unused-ignore]
from messages import (  # type: ignore[import-not-found,unused-ignore]
    as_json,
    as_xml,
    hl7,
    msh,
    oru,
    patient,
    pid,
)
from own_files import card, js, own, row, spreadsheet, table, workbook  # type: ignore[import-not-found,unused-ignore]
from papers import cartouche, right  # type: ignore[import-not-found,unused-ignore]
from people import EVERYBODY, P1  # type: ignore[import-not-found,unused-ignore]
from sendings import mail, submission, xdm  # type: ignore[import-not-found,unused-ignore]

from conformance.documents import Expected, Profile, Status, check_document, read_document
from conformance.documents.datamatrix import payload_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

HANG_S = 20.0
"""A document that takes longer is reported as a hang."""
_SMALL = 12_000
_MADE = 1_767_225_600
"""The hour of every archive of the corpus, seconds since 1970."""
_TOLD = 2_000
"""Mutants between two lines of progress."""
EXPECTATIONS = (
    Expected(),
    Expected(identity=P1, status=Status.QUAL, profile=Profile.TEST),
    Expected(identity=P1, status=Status.PROV, profile=Profile.PRODUCTION),
)
SNIPPETS = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"|", b"^", b"~", b"&", b"<", b">", b'"', b"S1", b"\x1d", b"%PDF-", b"PK\x03\x04",
    b"1.2.250.1.213.1.4.8", b"279035121518989", b"<!ENTITY a 'b'>", b"\r\n\r\n", b"--", b"urn:oid:", b"9" * 400, b"/" * 40,
    b"obj", b"endobj", b"stream", b"\\X0A\\", b'""', b"null", b"[]", b"{}", b"-1", b"\xed\xa0\x80", b"=?utf-8?b?//8=?=",
)  # fmt: skip


class FuzzFailureError(Exception):
    """A mutant that was not answered as it must be."""


@contextmanager
def _always_alike() -> Iterator[None]:
    """Fix what would tell two makings of one document apart: an archive holds its hour, a mail draws what parts its pieces."""
    chance = random.getstate()
    random.seed(_MADE)
    try:
        with patch("time.time", return_value=_MADE):
            yield
    finally:
        random.setstate(chance)


@_always_alike()
def seeds() -> list[bytes]:
    """Return right documents of every format, the same bytes at any hour."""
    note = {"DOC00001.XML": n3(patient_role(P1, mailbox=True))}
    report = {"DOC00001.XML": n1(patient_role(P1), right(P1))}
    archive = xdm(P1, note)
    bundle = {"resourceType": "Bundle", "entry": [{"resource": patient(one)} for one in EVERYBODY.values()]}
    return [
        note["DOC00001.XML"], report["DOC00001.XML"], hl7(msh(), pid(P1)), oru(P1, note["DOC00001.XML"]),
        hl7("BHS|^~\\&", msh(), pid(P1), msh(), pid(P1)), as_json(patient(P1)), as_json(bundle), as_xml(patient(P1)), b"/**/shown(" + as_json(patient(P1)) + b");",
        payload_of(P1).encode(), right(P1), archive, mail(P1, archive, right(P1)), program_files.signed(mail(P1, archive)), mail(P1, xdm(P1, report)),
        submission(P1, note), submission(P1, note, mtom=True), *_own(), *letters(), *_foreign(),
    ]  # fmt: skip


def _own() -> list[bytes]:
    """Return files of the software's own making, as lists of patients are exported."""
    people = [P1, *EVERYBODY.values()]
    rows = [row(one) for one in people]
    return [
        table(rows), table(rows, mark=",", encoding="cp1252"), b"\xff\xfe" + table(rows, mark="\t", encoding="utf-16-le"),
        *(make(rows) for make in (*other_shapes.SHAPES.values(), *program_files.PROGRAMS.values())),
        workbook(rows), workbook(rows, shared=False), spreadsheet(rows), js([own(one) for one in people]), b"".join(map(card, people)),
    ]  # fmt: skip


@_always_alike()
def letters() -> list[bytes]:
    """Return letters and labels of other programs, with and without a symbol, the same bytes at any hour."""
    lines, written = cartouche(P1), foreign_letters
    plain = (written.html, written.rtf, written.docx, written.odt, written.zpl, written.tspl)
    return [
        *(make(lines) for make in plain), written.zpl(lines, payload_of(P1)), written.tspl(lines, payload_of(P1)),
        *(make(lines) for make in (*program_files.LETTERS.values(), *program_files.LABELS.values())),
        other_shapes.saved_page(lines), other_shapes.strokes(payload_of(P1)), written.v2_xml(P1), written.uuencoded(b"Rappel" * 20, declared=True), written.uuencoded(b"Rappel" * 20, declared=False),
        written.image_file(P1.matricule.value), gzip.compress(written.html(lines)), bz2.compress(written.html(lines)),
    ]  # fmt: skip


def _foreign() -> list[bytes]:
    """Return the right documents of other software that hold no page: pages cost a hundred times what the others do."""
    tables = (foreign_cda, foreign_fhir, foreign_hl7, foreign_mail, foreign_sent)
    made = [make() for table in tables for _, make in table.RIGHT.values()]
    return [one for one in made if len(one) < _SMALL]


def mutate(chance: Random, corpus: Sequence[bytes]) -> bytes:
    """Spoil a document: bytes, pieces moved, doubled or cut, digits of lengths changed, another document spliced in."""
    data = bytearray(chance.choice(corpus))
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        chance.choice(_MUTATIONS)(chance, data, corpus)
        if not data:
            break
    return bytes(data)


def _span(chance: Random, data: bytearray, most: int = 400) -> tuple[int, int]:
    start = chance.randrange(len(data)) if data else 0
    return start, min(len(data), start + chance.randint(0, most))


def _flip(chance: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    start, _ = _span(chance, data)
    if data:
        data[start] = chance.randrange(256)


def _insert(chance: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    start, _ = _span(chance, data)
    data[start:start] = chance.choice(SNIPPETS)


def _replace(chance: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    start, _ = _span(chance, data)
    data[start : start + chance.randint(1, 20)] = chance.choice(SNIPPETS)


def _delete(chance: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    start, end = _span(chance, data)
    del data[start:end]


def _double(chance: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    start, end = _span(chance, data, 2000)
    data[start:start] = data[start:end] * chance.choice((1, 1, 2, 20))


def _cut(chance: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _splice(chance: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    other = chance.choice(corpus)
    start, end = _span(chance, data, 2000)
    begin = chance.randrange(len(other))
    data[start:end] = other[begin : begin + chance.randint(1, 4000)]


def _number(chance: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    digits = [index for index, byte in enumerate(data[:200_000]) if 48 <= byte <= 57]
    if digits:
        data[chance.choice(digits)] = chance.choice(b"0123456789-ABx")


def _within(chance: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    """Spoil a file of an archive, and pack it again: elsewhere its checksum is what is found wrong."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {each.filename: bytearray(archive.read(each)) for each in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, *_NO_ARCHIVE):
        return
    if files:
        for _ in range(chance.choice((1, 2, 4))):
            chance.choice(_MUTATIONS)(chance, files[chance.choice([*files])], corpus)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, bytes(content))
        data[:] = out.getvalue()


_NO_ARCHIVE = (EOFError, KeyError, NotImplementedError, OSError, RuntimeError, UnicodeError, ValueError)
"""What else the library raises on an archive that is spoilt already."""
_MUTATIONS: tuple[Callable[[Random, bytearray, Sequence[bytes]], None], ...] = (
    _flip, _flip, _insert, _replace, _delete, _double, _cut, _splice, _number, _number, _within,
)  # fmt: skip


def judge(data: bytes) -> set[str]:
    """Check a mutant against every expectation; return the codes of its problems.

    Raises:
        FuzzFailureError: an exception came out, or was caught at the last moment, or it took too long.
    """
    # Time of the processor: nothing here waits, and a busy machine is no hang.
    began = time.process_time()
    codes: set[str] = set()
    try:
        document = read_document(data, "mutant")
    except Exception as error:
        raise FuzzFailureError(f"{type(error).__name__}: {error}") from error
    for expected in EXPECTATIONS:
        try:
            problems = check_document(document, expected).problems
        except Exception as error:
            raise FuzzFailureError(f"{type(error).__name__}: {error}") from error
        bad = next((problem for problem in problems if problem.code == "bench-error"), None)
        if bad is not None:
            raise FuzzFailureError(bad.text.en)
        for problem in problems:
            codes.add(problem.code)
            problem.line("fr")
            problem.line("en")
    if (took := time.process_time() - began) > HANG_S:
        raise FuzzFailureError(f"took {took:.1f} s")
    return codes


def run(options: argparse.Namespace) -> int:
    """Run as ``fuzz.parsed`` says, and return the exit code."""
    logging.disable(logging.WARNING)
    corpus = seeds()
    failures = 0
    began = time.monotonic()
    for number in range(options.documents):
        data = mutate(Random(f"{options.seed}/{number}"), corpus)
        if number and not number % _TOLD:
            sys.stdout.write(
                f"documents: {number} of {options.documents}, {failures} failures, {time.monotonic() - began:.0f} s\n"
            )
            sys.stdout.flush()
        try:
            judge(data)
        except FuzzFailureError as failure:
            failures += 1
            options.out.mkdir(parents=True, exist_ok=True)
            path = options.out / f"document-{options.seed}-{number}.bin"
            path.write_bytes(data)
            sys.stdout.write(f"{path}: {failure}\n")
    took = time.monotonic() - began
    sys.stdout.write(
        f"documents: {options.documents} mutants of {len(corpus)}, seed {options.seed}, {failures} failures, {took:.0f} s\n"
    )
    return int(failures > 0)
