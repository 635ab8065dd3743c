"""Reports of a campaign: HTML for people, JSON for programs, JUnit for CI systems."""

from conformance.report.writing import ReportError, write_reports

__all__ = ["ReportError", "write_reports"]
