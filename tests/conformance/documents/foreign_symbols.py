"""Datamatrix INS as files, images and photographs of other software: encoders, orders, formats, noise; and wrong ones."""

from __future__ import annotations

import io
from random import Random

from foreign_people import AJACCIO, ALGIERS, LEA, MONTHLESS, REAL, TOUR
from people import NIA, P1, P2
from PIL import Image, ImageDraw, ImageFilter, ImageOps
from ppf.datamatrix import DataMatrix

GS = "\x1d"
HEAD = "IS01" + "0" * 22


def blocks(identity, order="1234567", **changed):
    """Write a payload block by block; a block set to none is left out. Not the writer of the product."""
    year, month, day = identity.traits.birth_date.split("-")
    told = {
        "1": identity.matricule.value, "2": identity.oid, "3": identity.traits.first_names, "4": identity.traits.birth_name,
        "5": identity.traits.sex, "6": f"{day}-{month}-{year}", "7": identity.traits.birth_place,
    } | {key[1:]: value for key, value in changed.items()}  # fmt: skip
    kept = [one for one in order if told[one] is not None]
    made = HEAD
    for one in kept:
        short = len(told[one]) < {"2": 20, "3": 100, "4": 100}.get(one, 0)
        made += f"S{one}{told[one]}" + (GS if short and one != kept[-1] else "")
    return made


def symbol(payload, scale=5, quiet=4):
    """Draw a symbol with the encoder of another project."""
    rows = DataMatrix(payload).matrix
    side = len(rows) + 2 * quiet
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x + quiet, y + quiet), 0)
    return image.resize((side * scale, side * scale), Image.Resampling.NEAREST)


def saved(image, kind="PNG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photograph(payload, seed, *, angle=8.0, blur=0.8, noise=28, size=(900, 700), light=60):
    """A sheet on a table: turned, unevenly lit, blurred, noisy, in colour."""
    chance = Random(seed)
    sheet = Image.new("L", size, 150)
    paper = Image.new("L", (620, 520), 235)
    paper.paste(symbol(payload, 6), (160, 90))
    ImageDraw.Draw(paper).text((160, 60), "INS a scanner", fill=20)
    turned = paper.rotate(angle, expand=True, fillcolor=150, resample=Image.Resampling.BICUBIC)
    sheet.paste(turned, (60, 20))
    shade = Image.linear_gradient("L").resize(size).point(lambda value: value * light // 255)
    sheet = Image.composite(Image.new("L", size, 0), sheet, shade).filter(ImageFilter.GaussianBlur(blur))
    grain = Image.frombytes(
        "L", size, bytes(chance.randrange(128 - noise, 128 + noise) for _ in range(size[0] * size[1]))
    )
    return Image.blend(sheet, grain, 0.18).convert("RGB")


def page(image, size=(1654, 2339), where=(1200, 160)):
    sheet = Image.new("L", size, 255)
    sheet.paste(image, where)
    draw = ImageDraw.Draw(sheet)
    for line in range(30):
        draw.text((120, 200 + 40 * line), "Compte rendu de l'entretien " * 3, fill=0)
    return sheet


def beside_others(payload):
    """Beside a DataMatrix of a medicine pack, which is no INS."""
    sheet = page(symbol(payload))
    sheet.paste(symbol("0103400930000120" + "17271231" + "10LOT42", 5), (200, 1800))
    return sheet


def _transparent():
    bits = symbol(blocks(TOUR)).convert("RGBA")
    clear = Image.new("RGBA", bits.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=ImageOps.invert(bits.convert("L")))
    return saved(clear)


def _pages(*images, kind="TIFF", **options):
    return saved(images[0], kind, save_all=True, append_images=list(images[1:]), **options)


def _exif(image, orientation):
    told = Image.Exif()
    told[0x0112] = orientation
    return saved(image.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=told)


BLANK = Image.new("L", (800, 600), 255)
FULL = "A" * 60 + " " + "B" * 39
RIGHT = {
    "payload": (TOUR, lambda: blocks(TOUR).encode()),
    "payload, name first": (TOUR, lambda: blocks(TOUR, "4365712").encode()),
    "payload, number last": (TOUR, lambda: blocks(TOUR, "7654321").encode()),
    "payload, production OID last": (REAL, lambda: blocks(REAL, "1345672").encode()),
    "payload, production OID in the middle": (REAL, lambda: blocks(REAL, "3241765").encode()),
    "payload without place": (TOUR, lambda: blocks(TOUR, _7=None).encode()),
    "payload with a line end": (AJACCIO, lambda: blocks(AJACCIO).encode() + b"\r\n"),
    "payload with a byte order mark": (AJACCIO, lambda: b"\xef\xbb\xbf" + blocks(AJACCIO).encode()),
    "payload in UTF-16": (LEA, lambda: blocks(LEA).encode("utf-16")),
    "payload of a waiting number": (NIA, lambda: blocks(NIA).encode()),
    "payload, month unknown in the number": (MONTHLESS, lambda: blocks(MONTHLESS).encode()),
    "PNG": (TOUR, lambda: saved(symbol(blocks(TOUR)))),
    "PNG of one bit": (LEA, lambda: saved(symbol(blocks(LEA)).convert("1"))),
    "PNG with a palette": (LEA, lambda: saved(symbol(blocks(LEA)).convert("P"))),
    "PNG on nothing": (TOUR, _transparent),
    "PNG of sixteen bits": (LEA, lambda: saved(symbol(blocks(LEA)).convert("I").point(lambda value: value * 257).convert("I;16"))),
    "JPEG": (ALGIERS, lambda: saved(symbol(blocks(ALGIERS)), "JPEG", quality=60)),
    "JPEG in print colours": (ALGIERS, lambda: saved(symbol(blocks(ALGIERS)).convert("RGB").convert("CMYK"), "JPEG")),
    "JPEG turned by its EXIF": (LEA, lambda: _exif(page(symbol(blocks(LEA))), 6)),
    "GIF": (LEA, lambda: saved(symbol(blocks(LEA)), "GIF")),
    "BMP": (LEA, lambda: saved(symbol(blocks(LEA)), "BMP")),
    "WebP": (LEA, lambda: saved(symbol(blocks(LEA)), "WEBP")),
    "TIFF of a fax": (TOUR, lambda: saved(page(symbol(blocks(TOUR))).convert("1"), "TIFF", compression="group4")),
    "TIFF big-endian": (TOUR, lambda: saved(symbol(blocks(TOUR)), "TIFF", compression="tiff_lzw", big_tiff=False)),
    "TIFF, symbol on the second page": (TOUR, lambda: _pages(BLANK, page(symbol(blocks(TOUR))))),
    "turned by a quarter": (AJACCIO, lambda: saved(symbol(blocks(AJACCIO)).rotate(90))),
    "turned by half": (AJACCIO, lambda: saved(page(symbol(blocks(AJACCIO))).rotate(180))),
    "turned by 17 degrees": (AJACCIO, lambda: saved(symbol(blocks(AJACCIO), 6, 8).rotate(17, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC))),
    "small modules": (LEA, lambda: saved(page(symbol(blocks(LEA), 3)))),
    "quiet zone of one module": (LEA, lambda: saved(symbol(blocks(LEA), 5, 1))),
    "beside a code of a medicine": (TOUR, lambda: saved(beside_others(blocks(TOUR)))),
    "photograph": (TOUR, lambda: saved(photograph(blocks(TOUR), 1), "JPEG", quality=70)),
    "darker photograph": (ALGIERS, lambda: saved(photograph(blocks(ALGIERS), 2, angle=-5.0, light=120), "JPEG", quality=60)),
    "grainy photograph": (LEA, lambda: saved(photograph(blocks(LEA), 3, angle=21.0, noise=60), "JPEG", quality=75)),
    "light ink": (LEA, lambda: saved(symbol(blocks(LEA)).point(lambda value: 110 if value < 128 else 240))),
    "names of a hundred letters": (None, lambda: blocks(P1, _3=FULL, _4="C" * 100).encode()),
}  # fmt: skip


def _png(identity, **changed):
    return lambda: saved(symbol(blocks(identity, **changed)))


WRONG = {
    "number of another": (P1, _png(P1, _1=P2.matricule.value), "matricule-differs", "S1"),
    "key": (P1, _png(P1, _1="279035121518990"), "matricule-key", "S1"),
    "thirteen figures": (P1, lambda: blocks(P1, _1="2790351215189").encode(), "datamatrix-block-length", "S1"),
    "lower case Corsica": (AJACCIO, _png(AJACCIO, _1=AJACCIO.matricule.value.replace("2A", "2a")), "matricule-lower-case", "S1"),
    "OID of another nature": (P1, _png(P1, _2="1.2.250.1.213.1.4.9"), "oid-differs", "S2"),
    "OID of the billing number": (P1, _png(P1, _2="1.2.250.1.213.1.4.13"), "oid-not-ins", "S1"),
    "OID of the INS-C": (P1, _png(P1, _2="1.2.250.1.213.1.4.2"), "oid-not-ins", "S1"),
    "nature in words": (P1, lambda: blocks(P1, _2="NIR").encode(), "oid-not-ins", "S1"),
    "first name alone": (P1, _png(P1, _3="DOMINIQUE"), "first-names-differs", "S3"),
    "list and first again": (P1, _png(P1, _3="DOMINIQUE MARIE-LOUISE DOMINIQUE"), "first-names-differs", "S3"),
    "list with commas": (P1, _png(P1, _3="DOMINIQUE,MARIE-LOUISE"), "name-characters", "S3"),
    "name used": (P1, _png(P1, _4="DURAND"), "birth-name-differs", "S4"),
    "names swapped": (P1, _png(P1, _3="PAT-TROIS", _4="DOMINIQUE MARIE-LOUISE"), "birth-name-differs", "S4"),
    "lower case": (P1, _png(P1, _4="Pat-Trois"), "name-lower-case", "S4"),
    "accent": (LEA, lambda: blocks(LEA, _3="LÉA").encode(), "name-characters", "S3"),
    "sex of the other": (P1, _png(P1, _5="M"), "sex-differs", "S5"),
    "sex H": (TOUR, _png(TOUR, _5="H"), "sex-value", "S5"),
    "sex 1": (TOUR, _png(TOUR, _5="1"), "sex-value", "S5"),
    "sex in words": (P1, lambda: blocks(P1, _5="FEMININ").encode(), "datamatrix-block-length", "S5"),
    "date with strokes": (P1, _png(P1, _6="28/03/1979"), "datamatrix-date", "S6"),
    "date year first": (P1, _png(P1, _6="1979-03-28"), "datamatrix-date", "S6"),
    "American date": (P1, _png(P1, _6="03-28-1979"), "birth-date", "S6"),
    "day and month swapped": (LEA, _png(LEA, _6="12-01-1992"), "birth-date-differs", "S6"),
    "compact date": (P1, lambda: blocks(P1, _6="28031979").encode(), "datamatrix-block-length", "S6"),
    "place of another": (P1, _png(P1, _7="63220"), "birth-place-differs", "S7"),
    "post code": (P1, _png(P1, _7="51300"), "birth-place-differs", "S7"),
    "place in words": (P1, lambda: blocks(P1, _7="DOMPREMY").encode(), "datamatrix-block-length", "S7"),
    "no sex": (P1, _png(P1, _5=None), "datamatrix-missing-block", "S5"),
    "no OID": (P1, _png(P1, _2=None), "datamatrix-missing-block", "S2"),
    "no number": (P1, _png(P1, _1=None), "datamatrix-missing-block", "S1"),
    "header of version 02": (P1, lambda: saved(symbol(blocks(P1).replace("IS01", "IS02"))), "datamatrix-header", ""),
    "a zero too few": (P1, lambda: saved(symbol(blocks(P1).replace("IS010", "IS01"))), "datamatrix-header", ""),
    "no header": (P1, lambda: saved(symbol(blocks(P1)[26:])), "datamatrix-header", ""),
    "no GS after the list": (P1, lambda: saved(symbol(blocks(P1).replace("LOUISE" + GS, "LOUISE"))), "datamatrix-missing-gs", "S3"),
    "no GS after the name": (P1, lambda: saved(symbol(blocks(P1).replace("TROIS" + GS, "TROIS"))), "datamatrix-missing-gs", "S4"),
    "no GS after the OID .8": (REAL, lambda: saved(symbol(blocks(REAL).replace(".8" + GS, ".8"))), "datamatrix-missing-gs", "S2"),
    "GS after the OID .10": (P1, lambda: saved(symbol(blocks(P1).replace(".10", ".10" + GS))), "datamatrix-extra-gs", "S2"),
    "GS after every block": (P1, lambda: saved(symbol(blocks(P1).replace("S5F", "S5F" + GS))), "datamatrix-extra-gs", "S5"),
    "GS at the end": (P1, lambda: saved(symbol(blocks(P1) + GS)), "datamatrix-extra-gs", "S7"),
    "space for GS": (P1, lambda: saved(symbol(blocks(P1).replace(GS, " "))), "datamatrix-missing-gs", "S3"),
    "GS in words": (P1, lambda: saved(symbol(blocks(P1).replace(GS, "<GS>"))), "datamatrix-literal-gs", "S3"),
    "RS for GS": (P1, lambda: saved(symbol(blocks(P1).replace(GS, "\x1e"))), "datamatrix-literal-gs", "S3"),
    "tabulation for GS": (P1, lambda: blocks(P1).replace(GS, "\t").encode(), "datamatrix-literal-gs", "S3"),
    "a block twice": (P1, lambda: saved(symbol(blocks(P1) + "S5F")), "datamatrix-duplicate-block", "S5"),
    "a block S8": (P1, lambda: saved(symbol(blocks(P1) + "S8X")), "datamatrix-unknown-block", ""),
    "code of a medicine only": (P1, lambda: saved(symbol("010340093000012017271231")), "symbol-not-ins", ""),
    "two symbols of two people on one image": (P1, lambda: saved(_two()), "matricule-differs", "S1"),
}  # fmt: skip


def _two():
    sheet = page(symbol(blocks(P1)))
    sheet.paste(symbol(blocks(P2)), (200, 1800))
    return sheet
