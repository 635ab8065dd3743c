"""Running a schematron over CDA documents: the worker process, its time limit, and problems with their places."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from conformance.documents.outside.problem import OutsideError
from conformance.documents.outside.schematron import OUT, compile_schematron
from conformance.documents.problems import Problem, Quote, Severity, inferred, reported, unjudged
from conformance.documents.record import Place, PlaceKind
from conformance.documents.xmltree import path_of
from simulator.text import Text
from simulator.xml import parser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.documents.document import Document

COMPILING_S: Final = 120.0
"""Time to compile: those of the ANS take up to twelve seconds on a slow machine."""
JUDGING_S: Final = 60.0
_SVRL: Final = "http://purl.oclc.org/dsdl/svrl"
_SOFT: Final = frozenset({"warning", "warn", "info", "information", "hint"})
_LONG: Final = 600
_MOST: Final = 200
"""Findings of one document; the rest is counted."""


class Schematron:
    """One schematron, compiled at first use; ``close`` ends its process."""

    def __init__(self, path: Path, *, compiling: float = COMPILING_S, judging: float = JUDGING_S) -> None:
        self.path = path
        self._compiling, self._judging = compiling, judging
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str | None] = queue.Queue()

    def problems(self, document: Document) -> Iterator[Problem]:
        """Yield what the schematron finds in a CDA; a failure is one of a text that the user brings, and marked so.

        Raises:
            OutsideError: the schematron does not compile, or Saxon is not installed.
        """
        place = Place(kind=PlaceKind.FILE, file=document.name)
        try:
            root = etree.fromstring(document.data, parser(huge_tree=True))
        except (etree.XMLSyntaxError, ValueError):
            return
        # Written out again: no DTD and no entity comes to Saxon.
        answer = self._ask({"document": etree.tostring(root, encoding="unicode")})
        if "result" not in answer:
            said = str(answer.get("error", ""))[:_LONG]
            text = Text(
                f"schematron {self.path.name} : le document n’a pas été jugé : {said}",
                f"schematron {self.path.name}: the document was not judged: {said}",
            )
            yield unjudged("schematron-not-judged", text, place)
            return
        found = list(self._findings(answer["result"], root, document))
        yield from found[:_MOST]
        if len(found) > _MOST:
            text = Text(f"… et {len(found) - _MOST} autres", f"… and {len(found) - _MOST} more")
            yield reported("schematron", text, at=(place,))

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def _ask(self, told: dict[str, str]) -> dict[str, Any]:
        if self._process is None:
            self._start()
        answer = self._exchange(told, self._judging)
        if answer is None:
            self.close()
            return {"error": f"> {self._judging:g} s"}
        return answer

    def _start(self) -> None:
        sheet = compile_schematron(self.path)
        self._answers = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "conformance.documents.outside.saxon_worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        )  # fmt: skip
        threading.Thread(target=_listen, args=(self._process, self._answers), daemon=True).start()
        told = {
            "stylesheet": sheet.decode("utf-8").partition("?>")[2],
            "folder": str(self.path.resolve().parent),
        }
        answer = self._exchange(told, self._compiling)
        if answer is None or "error" in answer:
            self.close()
            raise _not_ready(self.path, "" if answer is None else str(answer["error"]), self._compiling)

    def _exchange(self, told: dict[str, str], seconds: float) -> dict[str, Any] | None:
        """Send a line and wait for one; none when time is up."""
        process = self._process
        if process is None or process.stdin is None:
            return {"error": "Saxon"}
        sending = threading.Thread(target=_send, args=(process.stdin, json.dumps(told) + "\n"), daemon=True)
        sending.start()
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            return None
        if line is None:
            self.close()
            return {"error": "Saxon stopped"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _findings(self, result: str, root: etree._Element, document: Document) -> Iterator[Problem]:
        tree = etree.fromstring(result.encode("utf-8"), parser(huge_tree=True))
        for one in tree.iter(
            f"{{{OUT}}}finding", f"{{{_SVRL}}}failed-assert", f"{{{_SVRL}}}successful-report"
        ):
            said = " ".join("".join(str(part) for part in one.itertext()).split())[:_LONG]
            rule = one.get("id") or one.get("pattern") or ""
            text = Text.same(f"schematron {self.path.name}{f' ({rule})' if rule else ''} : {said}")
            role = (one.get("role") or one.get("flag") or "").lower()
            make = inferred if role in _SOFT else reported
            severity = Severity.WARNING if role in _SOFT else Severity.FAIL
            yield make("schematron", text, at=(_spot(one, root, document),), severity=severity)


def _listen(process: subprocess.Popen[str], answers: queue.Queue[str | None]) -> None:
    if process.stdout is not None:
        try:
            for line in process.stdout:
                answers.put(line)
        except ValueError:
            pass
    answers.put(None)


def _send(stream: Any, line: str) -> None:
    try:
        stream.write(line)
        stream.flush()
    except (OSError, ValueError):
        return


def _not_ready(path: Path, said: str, seconds: float) -> OutsideError:
    if said.startswith("ImportError"):
        return OutsideError(
            Text(
                "un schematron demande Saxon : pip install 'banc-insi[schematron]'",
                "a schematron needs Saxon: pip install 'banc-insi[schematron]'",
            )
        )
    if not said:
        return OutsideError(
            Text(
                f"{path} : la compilation du schematron a dépassé {seconds:g} s",
                f"{path}: compiling the schematron took more than {seconds:g} s",
            )
        )
    return OutsideError(
        Text(
            f"{path} : le schematron ne se compile pas : {said[:_LONG]}",
            f"{path}: the schematron does not compile: {said[:_LONG]}",
        )
    )


def _spot(one: etree._Element, root: etree._Element, document: Document) -> Quote:
    """Return the place of a finding: the node that its steps lead to, or the location that a ready stylesheet tells."""
    steps = one.get("steps")
    test = one.get("test", "")
    if steps is None:
        return Quote(Place(kind=PlaceKind.XPATH, path=one.get("location", ""), file=document.name), test)
    node = root
    for step in steps.split("/")[1:]:
        elements = [child for child in node if isinstance(child.tag, str)]
        if not step.isdecimal() or int(step) > len(elements):
            break
        node = elements[int(step) - 1]
    line = node.sourceline
    place = Place(
        kind=PlaceKind.XPATH, path=path_of(node, one.get("attribute", "")), file=document.name, line=int(line) if line else None
    )  # fmt: skip
    return Quote(place, test)
