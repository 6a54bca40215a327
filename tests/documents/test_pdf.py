"""PDFs: equal bytes for equal input, only our fonts, and never the network."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from common import barcode, pdf

SHEET = "print/slip.css"
DOT = pdf.Asset(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c49444154789c63d0f50f0000018e00c4d1e0a3f40000000049454e44ae426082"
    ),
    "image/png",
)


def test_equal_input_gives_equal_bytes() -> None:
    html = '<html lang="sv"><title>A</title><p>Ångström &amp; Šimek, ß ø ł ő</p><img src="asset:dot">'
    first = pdf.render(html, SHEET, {"dot": DOT})
    assert first == pdf.render(html, SHEET, {"dot": DOT})
    assert b"CreationDate" not in first


def test_only_shipped_fonts_are_embedded() -> None:
    page = PdfReader(io.BytesIO(pdf.render("<h1>Ä</h1><p style='font-family: DejaVu Sans'>Ä</p>", SHEET, {}))).pages[0]
    fonts = page["/Resources"]["/Font"]  # type: ignore[index]
    assert {str(font.get_object()["/BaseFont"]).split("+")[1] for font in fonts.values()} == {
        "Inter-Print",
        "Inter-Print-Semi-Bold",
    }


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/x.png", "https://example.com/x.png", "file:///etc/hostname", "asset:other"]
)
def test_nothing_but_its_own_pictures_is_fetched(address: str) -> None:
    with pytest.raises(pdf.PdfError):
        pdf.render(f'<img src="{address}">', SHEET, {"dot": DOT})


def test_a_bad_address_leaves_the_next_document_alone() -> None:
    with pytest.raises(pdf.PdfError):
        pdf.render('<img src="asset:gone">', SHEET, {})
    assert pdf.render('<img src="asset:dot">', SHEET, {"dot": DOT}).startswith(b"%PDF")


def test_code_128_follows_its_standard() -> None:
    widths = [barcode._WIDTHS[start : start + 6] for start in range(0, len(barcode._WIDTHS), 6)]
    assert len(widths) == len(set(widths)) == 106
    assert all(sum(map(int, each)) == 11 for each in widths)
    assert all(sum(map(int, each[::2])) % 2 == 0 for each in widths)  # the bars of a symbol: even


def test_a_reference_becomes_start_letters_check_and_stop() -> None:
    # worked by hand: 104 + 1*48 + 2*42 + 3*42 + 4*17 + 5*18 + 6*19 + 7*35 = 879; 879 mod 103 = 55
    assert barcode.code128_values("PJJ123C") == [104, 48, 42, 42, 17, 18, 19, 35, 55]
    path, width = barcode.code128("PJJ123C", 30)
    assert width == 9 * 11 + 13
    assert path.startswith("M0 0h2v30h-2z")


@pytest.mark.parametrize("text", ["", "Å", "a\n"])
def test_what_code_b_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        barcode.code128(text, 30)
