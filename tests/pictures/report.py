"""Takes the picture of the report that the README shows, or one of any width.

banc demo --report banc-report
python tests/pictures/report.py banc-report docs/report.png
python tests/pictures/report.py banc-report /tmp/narrow.png --width 400
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from conformance.report.writing import HTML_NAME

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def main() -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="of a campaign, with its report")
    parser.add_argument("picture", type=Path)
    parser.add_argument("--width", type=int, default=1180)
    parser.add_argument("--height", type=int, default=900)
    options = parser.parse_args()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        parser.error(f"expected one of {', '.join(BROWSERS)} to be installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": options.width, "height": options.height})
        page.goto((options.folder / HTML_NAME).resolve().as_uri())
        page.screenshot(path=options.picture, timeout=0)
        chromium.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
