"""Reports on disk: all of them, whole, and a clear refusal when they cannot be written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.report import ReportError, write_reports

if TYPE_CHECKING:
    from conformance.record.results import Campaign


def test_four_reports_are_written_and_nothing_else(campaign: Campaign, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "banc-report"
    paths = write_reports(campaign, folder, "fr")
    names = ["index.html", "report.json", "junit.xml", "rules.csv"]
    assert paths == [folder / name for name in names]
    assert sorted(folder.iterdir()) == sorted(paths)


def test_a_report_replaces_the_one_before(campaign: Campaign, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("old")
    write_reports(campaign, tmp_path, "fr")
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["lang"] == "fr"


def test_a_write_that_fails_leaves_the_report_before_it_whole(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text("old")

    def full(_path: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ReportError, match="No space left on device"):
        write_reports(campaign, tmp_path, "fr")
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    assert (tmp_path / "index.html").read_text() == "old"


def test_a_folder_that_cannot_be_is_refused_with_a_remedy(campaign: Campaign, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(ReportError) as caught:
        write_reports(campaign, file / "report", "fr")
    assert str(file / "report") in str(caught.value)
    assert "--report DIR" in str(caught.value)
