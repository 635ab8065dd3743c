"""The sheet of one person for the tester at the counter: who they are, and what each call must answer."""

from simulator.sheet.browser import SheetError, sheet_png
from simulator.sheet.page import person_sheet

__all__ = ["SheetError", "person_sheet", "sheet_png"]
