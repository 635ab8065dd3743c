"""What ``banc check`` shows: JSON, JUnit, a page with cut-outs. Each takes the same ``Outcome``."""

from conformance.documents.showing.outcome import FileOutcome, Outcome, judge_files

__all__ = ["FileOutcome", "Outcome", "judge_files"]
