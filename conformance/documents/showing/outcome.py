"""The outcome for several files: each judged, then set side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.documents.checking import Checked, check_document, patients
from conformance.documents.comparing import compare, top_file
from conformance.documents.problems import Problem, Severity
from conformance.documents.reading import read_document
from conformance.documents.streaming import Tally, check_stream, is_stream, tally

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from conformance.documents.document import Document
    from conformance.documents.expected import Expected
    from conformance.documents.outside import OutsideJudges

_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What was found in one file."""

    name: str
    problems: tuple[Problem, ...]
    document: Document | None = None
    """None for a stream."""
    tally: Tally | None = None
    """Counts of a stream; ``problems`` are then the first ones."""

    @property
    def failed(self) -> bool:
        """Whether something in it is a failure."""
        return any(problem.severity is Severity.FAIL for problem in self.problems) or bool(
            self.tally and self.tally.failed
        )

    @property
    def unjudged(self) -> bool:
        """Whether something in it could not be looked at."""
        return any(problem.unjudged for problem in self.problems) or bool(self.tally and self.tally.unjudged)

    @property
    def verdict(self) -> str:
        """``FAIL``, ``UNJUDGED``, ``REVIEW``, ``WARNING`` or ``PASS``."""
        if self.failed:
            return "FAIL"
        if self.unjudged:
            return "UNJUDGED"
        severities = {problem.severity for problem in self.problems}
        return next((str(one) for one in (Severity.WARNING, Severity.REVIEW) if one in severities), "PASS")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found in all files."""

    files: tuple[FileOutcome, ...]
    between: tuple[Problem, ...]
    """Where files disagree with each other."""
    compared: bool = False
    """Whether they were compared: several files of one patient."""

    @property
    def failed(self) -> bool:
        """Whether something is a failure."""
        return any(one.failed for one in self.files) or any(
            one.severity is Severity.FAIL for one in self.between
        )

    @property
    def unjudged(self) -> bool:
        """Whether something could not be looked at."""
        return any(one.unjudged for one in self.files)


def judge_files(
    paths: Iterable[tuple[str, Path]],
    expected: Expected,
    *,
    side_by_side: bool = True,
    outside: OutsideJudges | None = None,
) -> Outcome:
    """Judge files, given as the name to show and the path.

    Args:
        paths: name and path of each.
        expected: what each is held against.
        side_by_side: whether they are of one patient, and compared with each other.
        outside: judges that the user brings.

    Raises:
        OSError: a file cannot be read.
        OutsideError: a judge of the user's does not work.
    """
    judged = [_judge(name, path, expected, outside) for name, path in paths]
    single = [one.document for one in judged if one.document is not None and one.document.one_patient]
    between: list[Problem] = []
    compared = side_by_side and len(judged) > 1
    if compared:
        records = [record for document in single for record in patients(document)]
        between = [
            problem
            for problem in compare(records, between_files=True)
            if len({top_file(quoted.place) for quoted in problem.quotes}) > 1
        ]
    return Outcome(tuple(judged), tuple(between), compared)


def _judge(name: str, path: Path, expected: Expected, outside: OutsideJudges | None) -> FileOutcome:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if is_stream(head):
            stream.seek(0)
            counted = tally(check_stream(stream, expected, name=name))
            return FileOutcome(name, tuple(counted.problems), tally=counted)
        checked: Checked = check_document(read_document(head + stream.read(), name), expected)
    if outside is not None:
        checked = outside.add_to(checked)
    return FileOutcome(name, checked.problems, checked.document)
