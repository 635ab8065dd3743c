"""The judges that a user brings, together: each looks at the documents of its format, also those inside others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from conformance.documents.outside.saxon import Schematron
from conformance.documents.outside.verapdf import find_verapdf, verapdf_problems
from conformance.documents.record import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from conformance.documents.checking import Checked
    from conformance.documents.document import Document
    from conformance.documents.problems import Problem


class OutsideJudges:
    """Schematrons for CDA, veraPDF for PDF; a context manager, which ends their processes."""

    def __init__(self, schematrons: Iterable[Path] = (), verapdf: str | None = None) -> None:
        """Take paths of schematrons, and the command of veraPDF: empty to look for it, none to leave it out.

        Raises:
            OutsideError: veraPDF is not there.
        """
        self._schematrons = [Schematron(path) for path in schematrons]
        self._verapdf = None if verapdf is None else find_verapdf(verapdf or None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._schematrons:
            one.close()

    def add_to(self, checked: Checked) -> Checked:
        """Return what was checked with what these judges say.

        Raises:
            OutsideError: a schematron does not compile, or Saxon is not installed.
        """
        more = tuple(problem for one in checked.document.walk() for problem in self._problems(one))
        return replace(checked, problems=(*checked.problems, *more)) if more else checked

    def _problems(self, document: Document) -> Iterator[Problem]:
        if document.format is Format.CDA and document.data:
            for one in self._schematrons:
                yield from one.problems(document)
        elif document.format is Format.PDF and self._verapdf is not None:
            yield from verapdf_problems(document, self._verapdf)
