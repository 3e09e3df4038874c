"""Documents are the same for the same data, accessible, and safe from what people type."""

import re
import subprocess
import time
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.kernel import pdf
from sandbox.kernel.pdf import PdfFailed, covered, printable, render_pdf
from tests.services.pdf_samples import SAMPLES

AT = datetime(2026, 3, 3, 20, 5, tzinfo=UTC)


def render(template: str, language: str = "es", **changes: Any) -> bytes:
    return render_pdf(template, {**SAMPLES[template], **changes}, language=language, timestamp=AT)


def unpacked(document: bytes) -> bytes:
    """Return a document with its packed parts readable."""
    parts = [document]
    for found in re.finditer(rb"stream\r?\n", document):
        try:
            parts.append(zlib.decompressobj().decompress(document[found.end() :]))
        except zlib.error:
            continue
    return b"\n".join(parts)


@pytest.mark.parametrize("template", SAMPLES)
def test_document_is_accessible_and_archivable(template: str) -> None:
    document = unpacked(render(template))
    assert document.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in document
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in document
    assert re.search(rb"/Lang ?\(es\)", document)
    assert b"/StructTreeRoot" in document


@pytest.mark.parametrize("template", SAMPLES)
def test_equal_data_gives_equal_bytes(template: str) -> None:
    first = render(template)
    time.sleep(1.1)
    assert render(template) == first
    assert render(template, reference="SBX-2026-00018") != first


def test_language_is_declared() -> None:
    assert re.search(rb"/Lang ?\(en\)", unpacked(render("receipt", "en")))


def test_optional_parts_may_be_empty() -> None:
    bare = render(
        "decision",
        reference="",
        content_hash="",
        verify_url="",
        addressee={"name": "", "organisation": "", "lines": []},
        reasons=[],
        conditions=[],
        participants=[],
        dissent=[],
        next_steps="",
        appeals="",
        signatory={"name": "", "position": "", "authority": ""},
    )
    assert len(bare) < len(render("decision"))


def test_what_people_type_is_never_evaluated() -> None:
    # Evaluated, the first would put the template itself into the document and the second fail.
    render("receipt", title='#read("receipt.typ")', organisation='#panic("evaluated")')
    short = len(render("receipt", title="x" * 24))
    typed = len(render("receipt", title='#read("letterhead.typ")x'))
    assert abs(typed - short) < 2000


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Año ½ “niñez” ≥ ✓ →", "Año ½ “niñez” ≥ ✓ →"),
        ("张伟", "ZhangWei"),
        ("🚀", ":rocket:"),
        ("a\u202eb\x07c\td", "abc d"),
        ("e\u0301", "é"),
        ("one\r\ntwo", "one\ntwo"),
    ],
)
def test_signs_without_a_glyph_are_written_with_others(typed: str, printed: str) -> None:
    assert printable(typed) == printed


def test_every_sign_that_counts_as_covered_can_be_set() -> None:
    sample = "".join(chr(point) for point in sorted(covered()))
    assert len(sample) > 2500
    # Bold and regular, over several lines: a missing glyph would fail the document.
    lines = "\n".join(sample[at : at + 50] for at in range(0, len(sample), 50))
    render("receipt", title=lines, how_to_verify=lines)


def test_very_long_word_stays_on_the_page() -> None:
    name = "A" * 116 + ".pdf"
    document = render("receipt", attachments=[{"name": name, "size": "1 MB", "sha256": "a" * 64}])
    assert document.startswith(b"%PDF")


def test_missing_value_names_what_is_missing() -> None:
    data = {key: value for key, value in SAMPLES["receipt"].items() if key != "organisation"}
    with pytest.raises(PdfFailed, match="organisation"):
        render_pdf("receipt", data, language="es", timestamp=AT)


@pytest.mark.parametrize("template", ["no_such", "../receipt", "fonts/receipt", ""])
def test_unknown_template_is_refused(template: str) -> None:
    with pytest.raises(PdfFailed, match="no template"):
        render_pdf(template, {}, language="es", timestamp=AT)


def test_value_that_is_no_text_is_refused() -> None:
    with pytest.raises(PdfFailed, match="datetime"):
        render("receipt", submitted_at=AT)


def test_naive_instant_is_refused() -> None:
    with pytest.raises(PdfFailed, match="time zone"):
        render_pdf("receipt", SAMPLES["receipt"], language="es", timestamp=AT.replace(tzinfo=None))


def test_endless_document_is_cut_off_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "TIME_LIMIT_SECONDS", 1)
    # What the limit ended says so; how long that takes on a busy machine proves nothing.
    with pytest.raises(PdfFailed, match="took too long"):
        render(
            "outcome",
            sections=[{"title": "Hallazgos", "text": "Una palabra y otra.\n\n" * 300_000}],
        )


def test_processors_of_a_big_machine_do_not_eat_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = {"RAYON_NUM_THREADS": "64"}
    run = subprocess.run

    def on_a_big_machine(*order: Any, env: dict[str, str], **how: Any) -> Any:
        return run(*order, env=machine | env, **how)

    monkeypatch.setattr(pdf.subprocess, "run", on_a_big_machine)
    assert render("receipt").startswith(b"%PDF")


def test_memory_of_the_typesetter_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MEMORY_LIMIT_BYTES", 220 * 1024**2)
    assert render("receipt").startswith(b"%PDF")
    with pytest.raises(PdfFailed):
        render(
            "outcome", sections=[{"title": "Hallazgos", "text": "Una palabra y otra. " * 200_000}]
        )
