"""What the software produces is kept in the folder of the campaign, under its digest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.partners import Document, MessageFormat, Sending, SendingOutcome
from conformance.engine import keeping
from conformance.engine.keeping import keeper
from conformance.record.timeline import DocumentEntry, plain

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.record.timeline import Entry

PDF = Document(name="note.pdf", format=MessageFormat.PDF, content=b"%PDF-1.4 note")


def kept(folder: Path | None, answer: object) -> list[DocumentEntry]:
    entries: list[Entry] = []
    keeper(folder, entries.append)(answer)
    assert all(isinstance(one, DocumentEntry) for one in entries)
    return entries  # type: ignore[return-value] # just looked at


@pytest.mark.parametrize(
    "answer",
    [PDF, [PDF], Sending(id="1", outcome=SendingOutcome.SENT, documents=(PDF,))],
    ids=["document", "list", "sending"],
)
def test_a_document_is_kept_with_its_digest(tmp_path: Path, answer: object) -> None:
    [entry] = kept(tmp_path, answer)
    assert entry.sha256 == hashlib.sha256(PDF.content).hexdigest()
    assert (tmp_path / entry.file).read_bytes() == PDF.content
    assert (entry.name, entry.format) == ("note.pdf", "pdf")


def test_the_same_document_twice_is_one_file(tmp_path: Path) -> None:
    kept(tmp_path, [PDF, PDF])
    assert len(list((tmp_path / "attachments").iterdir())) == 1


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "..", "C:\\x\\y.pdf", "é" * 500, "a/b\x00c.pdf", "CON"]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    [entry] = kept(tmp_path, Document(name=name, format=MessageFormat.PDF, content=b"x"))
    [file] = (tmp_path / "attachments").iterdir()
    assert file.read_bytes() == b"x"
    assert tmp_path / entry.file == file
    assert len(file.name) < 100


def test_the_assertion_of_a_submission_is_not_kept(tmp_path: Path) -> None:
    content = (
        b'<E><s:Assertion xmlns:s="urn:x"><Secret>899700000000</Secret></s:Assertion><Body>kept</Body></E>'
    )
    [entry] = kept(tmp_path, Document(name="iti-41.xml", format=MessageFormat.OTHER, content=content))
    stored = (tmp_path / entry.file).read_bytes()
    assert b"899700000000" not in stored
    assert b"kept" in stored
    assert entry.sha256 == hashlib.sha256(stored).hexdigest()
    [entry] = kept(tmp_path, Document(name="mtom", format=MessageFormat.OTHER, content=b"\xff\xfe" + content))
    assert b"899700000000" not in (tmp_path / entry.file).read_bytes()


def test_one_too_large_is_named_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LARGEST", 5)
    [entry] = kept(tmp_path, PDF)
    assert (entry.file, len(entry.sha256)) == ("", 64)
    assert not (tmp_path / "attachments").exists()


def test_without_a_campaign_folder_the_digest_is_told() -> None:
    [entry] = kept(None, PDF)
    assert entry.file == ""


def test_other_answers_hold_no_document(tmp_path: Path) -> None:
    assert kept(tmp_path, {"a": 1}) == kept(tmp_path, None) == kept(tmp_path, ["x"]) == []


def test_the_line_of_the_act_holds_no_bytes() -> None:
    shown = plain(PDF)["content"]
    assert shown == f"{len(PDF.content)} octets, SHA-256 {hashlib.sha256(PDF.content).hexdigest()}"
