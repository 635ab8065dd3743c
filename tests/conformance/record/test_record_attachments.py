"""Files kept beside a record follow it: into the whole of a campaign in parts, and to the end of the demo."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from record_samples import START, planned, started

from conformance.commands.demo_note import note_lines
from conformance.record.merging import merge
from conformance.record.reading import read_lines
from conformance.record.timeline import DocumentEntry
from conformance.record.writing import RECORD_NAME, RecordWriter

if TYPE_CHECKING:
    from pathlib import Path


def document(name: str, form: str = "pdf") -> DocumentEntry:
    return DocumentEntry(at=START, name=name, format=form, sha256="ab" * 32, file=f"attachments/{name}")


def folder(path: Path, *names: str) -> Path:
    (path / "attachments").mkdir(parents=True)
    with RecordWriter(path / RECORD_NAME) as writer:
        writer.event(started())
        writer.event(planned(("x", "SRC-01")))
        for name in names:
            writer.entry("x", document(name, name.rpartition(".")[2]))
            (path / "attachments" / name).write_bytes(name.encode())
    return path / RECORD_NAME


def campaign(**verdicts: str) -> Any:
    rules = [
        SimpleNamespace(rule=SimpleNamespace(key=key.replace("_", "-")), verdict=verdict)
        for key, verdict in verdicts.items()
    ]
    return cast("Any", SimpleNamespace(rules=rules))


def test_the_files_of_all_parts_lie_beside_the_whole(tmp_path: Path) -> None:
    parts = [folder(tmp_path / "1", "a.pdf", "b.pdf"), folder(tmp_path / "2", "b.pdf", "c.pdf")]
    target = tmp_path / "whole" / RECORD_NAME
    merge(parts, target)
    named = [line.data["file"] for line in read_lines(target) if line.kind == "document"]
    assert sorted(set(named)) == ["attachments/a.pdf", "attachments/b.pdf", "attachments/c.pdf"]
    assert all((target.parent / name).read_bytes() for name in named)


def test_parts_without_files_leave_no_folder(tmp_path: Path) -> None:
    with RecordWriter(tmp_path / "1" / RECORD_NAME) as writer:
        writer.event(started())
    merge([tmp_path / "1" / RECORD_NAME], tmp_path / "whole" / RECORD_NAME)
    assert not (tmp_path / "whole" / "attachments").exists()


@pytest.mark.parametrize(("lang", "words"), [("fr", "la note imprimée"), ("en", "the printed note")])
def test_the_demo_ends_with_the_first_page_printed(tmp_path: Path, lang: Any, words: str) -> None:
    folder(tmp_path, "m.hl7", "note.pdf", "other.pdf")
    [line] = note_lines(tmp_path, campaign(DOC_01="PASS", DOC_03="FAIL", SRC_01="PASS"), lang)
    assert words in line
    assert "DOC-01 PASS, DOC-03 FAIL" in line
    assert "SRC-01" not in line
    assert (tmp_path / "note.pdf").read_bytes() == b"note.pdf"


def test_without_a_page_the_demo_says_nothing_of_one(tmp_path: Path) -> None:
    folder(tmp_path, "m.hl7")
    assert note_lines(tmp_path, campaign(DOC_01="NOT_TESTED"), "fr") == []
    assert note_lines(tmp_path / "nowhere", campaign(), "fr") == []
