"""The place of a value on a page is where a person sees it: pages turned, cut, beginning elsewhere, printed sideways, filled in as forms."""

from __future__ import annotations

import pytest
from foreign_more import sideways
from foreign_paper import _form, _raw, _rotated, usual
from foreign_people import TOUR

from conformance.documents import Trait, read_document
from conformance.documents.pdf import pdfium

PAGES = {
    "upright": lambda: usual(TOUR),
    "turned by 90": lambda: _rotated(90),
    "turned by 180": lambda: _rotated(180),
    "turned by 270": lambda: _rotated(270),
    "printed sideways": sideways,
    "origin elsewhere": lambda: _raw("100 200 695 1042", x=150, y=900),
    "crop box": lambda: _raw(extra="/CropBox [20 300 575 800]"),
    "form": _form,
}

QUICK = {"turned by 90", "printed sideways", "form"}


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=[] if case in QUICK else [pytest.mark.slow]) for case in PAGES],
)
def test_the_region_of_a_value_holds_its_letters_and_little_else(case):
    data = PAGES[case]()
    (record,) = read_document(data, "page.pdf").records
    with pdfium.opened(data) as opened:
        image = pdfium.page_image(opened[0], 144, 40_000_000)
    for value in (record.first(Trait.MATRICULE), record.first(Trait.BIRTH_NAME)):
        left, top, width, height = (side * 2 for side in value.place.box)
        inside = image.crop((round(left), round(top), round(left + width), round(top + height)))
        assert min(width, height) > 12
        ink = sum(one < 128 for one in inside.tobytes())
        assert 0.03 < ink / (inside.width * inside.height) < 0.6
        assert (width > height) == (case != "printed sideways")
