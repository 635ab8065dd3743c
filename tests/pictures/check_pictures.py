"""The pictures of docs/documents.md: a PDF as it lies on a disk, what `banc check` says of it in a terminal, and its page with cut-outs.

    python tests/pictures/check_pictures.py

The PDF is ours and wrong on purpose: its barcode is that of somebody else, the nature is missing after the matricule, and the name is printed without a
hyphen. Needs a browser of the Chromium family.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance" / "documents"))

from foreign_cda import utf8
from foreign_paper import Sheet, lines
from foreign_symbols import blocks
from people import P1, P2

from conformance.documents.pdf import pdfium
from simulator.sheet.browser import find_browser

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_TALL = 2400
"""Pixels of the window; what is blank below is cut away."""


def wrong_note():
    """Return a page with three faults."""
    told = lines(P1, number=P1.matricule.value, name="PAT TROIS")
    sheet = Sheet(font="Helvetica", points=11)
    sheet.text(50, 790, "Pharmacie de la Marne").text(50, 745, "Note de vaccination du 01/06/2026")
    sheet.rows(told, 50, 715, step=18).text(50, 560, "Vaccin antigrippal, lot X42, bras gauche.")
    return sheet.mark(P1, 440, 650, 28, payload=blocks(P2)).done()


def drawn(pdf, path):
    """Save the upper part of a page."""
    with pdfium.opened(pdf) as opened:
        image = pdfium.page_image(opened[0], 110, 40_000_000)
    image.crop((0, 0, image.width, int(image.height * 0.36))).save(path, optimize=True)


def shown(page, width, path, most=_TALL):
    """Save a picture of a page, without what is blank around it."""
    browser = find_browser()
    if browser is None:
        raise SystemExit("a picture needs Chromium, Chrome or Edge on this machine")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "page.html").write_text(page, encoding="utf-8")
        command = [
            str(browser), "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", f"--user-data-dir={folder / 'profile'}",
            f"--window-size={width},{_TALL}", f"--screenshot={folder / 'page.png'}",
            *(("--no-sandbox", "--disable-dev-shm-usage") if os.name == "posix" else ()), (folder / "page.html").as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        image = Image.open(io.BytesIO((folder / "page.png").read_bytes())).convert("RGB")
    blank = Image.new("RGB", image.size, image.getpixel((image.width - 1, image.height - 1)))
    box = ImageChops.difference(image, blank).getbbox() or (0, 0, *image.size)
    image = image.crop((0, 0, image.width, min(box[3] + 16, most)))
    image.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def terminal(said, command):
    """Return a page that looks as a terminal did."""
    console = Console(
        record=True, width=128, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text.assemble(("$ ", "bold green"), command))
    console.print(Text.from_ansi(said))
    style = "<html><head><meta charset='utf-8'><style>{stylesheet} body{{margin:14px;color:{foreground};background:{background}}} pre{{font:13px/1.35 'DejaVu Sans Mono',monospace}}</style></head><body><pre><code>{code}</code></pre></body></html>"
    return console.export_html(theme=MONOKAI, code_format=style, inline_styles=True)


def main():
    """Make the pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "note.pdf").write_bytes(wrong_note())
        (folder / "note.xml").write_bytes(utf8(P1))
        command = ["banc", "check", "note.pdf", "--lang", "en"]
        banc = [sys.executable, "-m", "conformance.cli"]
        told = os.environ | {"FORCE_COLOR": "1", "COLUMNS": "128", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [*banc, *command[1:]], cwd=folder, env=told, capture_output=True, check=False, encoding="utf-8"
        )
        more = ["check", "note.pdf", "note.xml", "--html", "verdict.html", "--lang", "en"]
        subprocess.run([*banc, *more], cwd=folder, env=told, capture_output=True, check=False)
        drawn((folder / "note.pdf").read_bytes(), DOCS / "check-note.png")
        shown(terminal(done.stdout, " ".join(command)), 1120, DOCS / "check-terminal.png")
        shown((folder / "verdict.html").read_text(encoding="utf-8"), 1000, DOCS / "check.png", 1150)


if __name__ == "__main__":
    main()
