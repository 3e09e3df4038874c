"""Files are what they say, cannot act by themselves, and are kept under their hash."""

import hashlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from sandbox.kernel.files import (
    DOCX,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    XLSX,
    FileDamaged,
    FileEmpty,
    FileMissing,
    FileStore,
    FileSuspicious,
    FileTooLarge,
    FileTypeRefused,
    accept,
    clean_filename,
    content_disposition,
    inspecting,
)
from sandbox.kernel.pdf import render_pdf
from tests.services.pdf_samples import RECEIPT

WORD_TYPES = (
    f'<Types><Override PartName="/word/document.xml" ContentType="{DOCX}.main+xml"/></Types>'
)
MACRO_TYPES = WORD_TYPES.replace(DOCX, "application/vnd.ms-word.document.macroEnabled")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x00" * 32


def png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x00")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def docx(parts: dict[str, bytes | str] | None = None, types: str = WORD_TYPES) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", "<document>" + os.urandom(2000).hex() + "</document>")
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return packed.getvalue()


def xlsx(folder: Path) -> bytes:
    path = folder / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Métrica", "Valor"])
        for row in range(1, 200):
            sheet.write_row(row, 0, [f"m{row}", row])
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Sheet1!$B$2:$B$200"})
        sheet.insert_chart("D2", chart)
    return path.read_bytes()


def pdf(*objects: bytes) -> bytes:
    return b"%PDF-1.7\n" + b"\n".join(objects) + b"\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def pdf_with_packed(objects: bytes, dictionary: bytes = b"/Filter /FlateDecode") -> bytes:
    packed = zlib.compress(objects)
    stream = (
        b"5 0 obj << /Type /ObjStm /N 1 /First 4 %b /Length %d >>\nstream\n%b\nendstream\nendobj"
    )
    return pdf(stream % (dictionary, len(packed), packed))


def why(content: bytes, name: str) -> Any:
    with pytest.raises(FileSuspicious) as caught:
        accept(name, content)
    return caught.value.details["why"]


# --- what is accepted -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.png", png(), "image/png"),
        ("a.JPG", JPEG, "image/jpeg"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.txt", "Año de la niñez\r\n".encode(), "text/plain"),
        ("a.csv", "métrica;valor\r\n".encode("cp1252"), "text/csv"),
        ("a.csv", "\ufeffmétrica,valor\n".encode(), "text/csv"),
        ("a.docx", docx(), DOCX),
        ("a.pdf", pdf(b"1 0 obj << /Type /Catalog >> endobj"), "application/pdf"),
    ],
)
def test_kinds_on_the_list_are_accepted(name: str, content: bytes, content_type: str) -> None:
    accepted = accept(name, io.BytesIO(content))
    assert (accepted.name, accepted.content, accepted.content_type) == (name, content, content_type)


def test_real_workbook_with_a_chart_is_accepted(tmp_path: Path) -> None:
    assert accept("libro.xlsx", xlsx(tmp_path)).content_type == XLSX


def test_workbook_inside_a_document_is_accepted_one_deep(tmp_path: Path) -> None:
    book = xlsx(tmp_path)
    assert accept("a.docx", docx({"word/embeddings/chart1.xlsx": book})).content_type == DOCX
    nested = docx({"word/embeddings/inner.docx": docx({"word/embeddings/chart1.xlsx": book})})
    assert why(nested, "a.docx") == "nested-archive"


def test_own_letters_are_accepted() -> None:
    letter = render_pdf(
        "receipt", RECEIPT, language="es", timestamp=datetime(2026, 3, 3, tzinfo=UTC)
    )
    assert accept("acuse.pdf", letter).content_type == "application/pdf"


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ" + b"\x00" * 64),
        ("a.pdf", b"MZ" + b"\x00" * 64),
        ("a.pdf", b"junk before %PDF-1.7"),
        ("a.png", JPEG),
        ("a.jpg", png()),
        ("a.docx", b"PK\x03\x04 not an archive"),
        ("a.docx", docx(types="<Types/>")),
        ("a.xlsx", docx()),
        ("a.docm", docx()),
        ("a.txt", b"\x00\x01\x02"),
        ("a.csv", png()),
        ("a.svg", b"<svg/>"),
        ("a.html", b"<p>"),
        ("a", b"text"),
        (".txt", b"text"),
        ("a.exe", b""),
        ("a.pdf.exe", b"%PDF-1.7"),
        (
            "a.docx",
            docx(types=WORD_TYPES.replace(DOCX, "application/vnd.ms-word.document.macroEnabled")),
        ),
    ],
)
def test_other_kinds_are_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileTypeRefused) as caught:
        accept(name, content)
    assert caught.value.code == "file-type-refused"
    assert "pdf" in str(caught.value.details["allowed"])


@pytest.mark.parametrize("name", ["empty.pdf", "empty.docx", "empty.txt"])
def test_a_file_without_content_is_refused_as_empty_and_not_for_its_kind(name: str) -> None:
    for content in (b"", io.BytesIO()):
        with pytest.raises(FileEmpty) as caught:
            accept(name, content)
        assert (caught.value.code, caught.value.details) == ("file-empty", {"name": name})


def test_size_is_limited_to_the_byte() -> None:
    assert len(accept("a.txt", io.BytesIO(b"x" * MAX_FILE_BYTES)).content) == MAX_FILE_BYTES
    with pytest.raises(FileTooLarge) as caught:
        accept("a.txt", io.BytesIO(b"x" * (MAX_FILE_BYTES + 1)))
    assert caught.value.details == {"name": "a.txt", "limit_bytes": MAX_FILE_BYTES}


def test_no_more_is_read_than_may_be_kept() -> None:
    stream = io.BytesIO(b"x" * 1000)
    with pytest.raises(FileTooLarge):
        accept("a.txt", stream, limit=10)
    assert stream.tell() == 11


# --- archives -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"word/vbaProject.bin": b"x"}, "macros"),
        ({"word/VBAPROJECT.BIN": b"x"}, "macros"),
        ({"xl/macrosheets/sheet1.xml": "<x/>"}, "macros"),
        ({"word/activeX/activeX1.xml": "<x/>"}, "macros"),
        ({"word/embeddings/oleObject1.bin": b"x"}, "macros"),
        ({"word/embeddings/setup.exe": b"MZ"}, "macros"),
        ({"word/x.xml": '<Override ContentType="application/macroEnabled"/>'}, "macros"),
        ({"xl/externalLinks/e.xml": '<ddeLink ddeService="cmd"/>'}, "macros"),
        ({"word/x.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'}, "entities"),
        ({"../../etc/x.xml": "<x/>"}, "path-outside-archive"),
        ({"/etc/x.xml": "<x/>"}, "path-outside-archive"),
        ({"word/media/x.zip": docx()}, "nested-archive"),
        (
            {
                "word/_rels/settings.xml.rels": '<Relationship Id="r1" Type="http://schemas.open'
                'xmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
                'Target="https://example.org/x.dotm" TargetMode="External"/>'
            },
            "outside-template",
        ),
    ],
)
def test_documents_that_can_act_are_refused(parts: dict[str, bytes | str], reason: str) -> None:
    assert why(docx(parts), "a.docx") == reason


def test_links_and_printer_settings_are_harmless() -> None:
    harmless: dict[str, bytes | str] = {
        "word/_rels/document.xml.rels": '<Relationship Id="r1" Type="http://schemas.openxmlformats'
        '.org/officeDocument/2006/relationships/hyperlink" Target="https://example.org" '
        'TargetMode="External"/>',
        "xl/printerSettings/printerSettings1.bin": b"settings",
        "word/media/silvba.png": png(),
    }
    assert accept("a.docx", docx(harmless)).content_type == DOCX


def test_entries_are_limited_to_the_number() -> None:
    full = {f"word/p{index}.xml": os.urandom(8).hex() for index in range(MAX_ENTRIES - 2)}
    assert accept("a.docx", docx(full)).content_type == DOCX
    assert why(docx({**full, "word/last.xml": "<x/>"}), "a.docx") == "too-many-entries"


def test_bomb_is_refused_by_its_ratio() -> None:
    assert why(docx({"word/big.xml": b"0" * 8_000_000}), "a.docx") == "unpacks-too-large"


def test_bomb_is_refused_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspecting, "MAX_UNPACKED_BYTES", 10_000)
    assert accept("a.docx", docx({"word/x.xml": "1" * 5_000})).content_type == DOCX
    assert why(docx({"word/x.xml": "1" * 6_000}), "a.docx") == "unpacks-too-large"


def test_size_that_lies_is_refused() -> None:
    content = docx({"word/big.xml": b"0" * 3_000_000})
    # The directory now claims that the bomb unpacks to ten bytes.
    lying = content.replace(struct.pack("<I", 3_000_000), struct.pack("<I", 10))
    assert lying != content
    assert why(lying, "a.docx") in {"damaged-archive", "unpacks-too-large"}


def test_encrypted_member_is_refused() -> None:
    content = bytearray(docx({"word/x.xml": "<x/>"}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1
    assert why(bytes(content), "a.docx") == "encrypted"


def test_member_packed_in_a_way_nobody_knows_is_refused() -> None:
    content = bytearray(docx({"word/x.xml": "<x/>"}))
    # The method stands behind the flags, in the member's own header and in its line of the index.
    for start, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.rfind(start) + place] = 99
    assert why(bytes(content), "a.docx") == "damaged-archive"


# --- PDF ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action",
    [
        b"/S /JavaScript /JS (app.alert(1))",
        b"/S/Launch/F(cmd.exe)",
        b"/S /Java#53cript /JS (x)",
        b"/S /#4Caunch",
        b"/S /SubmitForm",
        b"/S /ImportData",
        b"/Subtype /RichMedia",
    ],
)
def test_pdf_that_can_act_is_refused(action: bytes) -> None:
    assert why(pdf(b"1 0 obj << /OpenAction << %b >> >> endobj" % action), "a.pdf") == "scripts"
    assert why(pdf_with_packed(b"7 0 << /A << %b >> >>" % action), "a.pdf") == "scripts"


def test_pdf_with_harmless_packed_objects_is_accepted() -> None:
    harmless = pdf_with_packed(b"7 0 << /Type /Page /Title (Launch of JavaScript) >>")
    assert accept("a.pdf", harmless).content_type == "application/pdf"


def test_pdf_whose_packed_objects_cannot_be_read_is_refused() -> None:
    hidden = pdf_with_packed(b"7 0 << >>", b"/Filter [/ASCII85Decode /FlateDecode]")
    assert why(hidden, "a.pdf") == "packed-objects"


def test_pdf_with_a_password_is_refused() -> None:
    assert (
        why(pdf(b"1 0 obj << >> endobj", b"trailer << /Encrypt 9 0 R >>"), "a.pdf") == "encrypted"
    )


def test_pdf_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspecting, "MAX_UNPACKED_BYTES", 100_000)
    small = pdf_with_packed(b"7 0 << >>" + b" " * 90_000)
    assert accept("a.pdf", small).content_type == "application/pdf"
    assert why(pdf_with_packed(b"7 0 << >>" + b" " * 100_001), "a.pdf") == "unpacks-too-large"


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Plan de pruebas.pdf", "Plan de pruebas.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\plan.pdf", "plan.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("informe\u202efdp.exe", "informe fdp.exe"),
        ("e\u0301.txt", "é.txt"),
        ("  a \u00a0 b .txt", "a b.txt"),
        ("...", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("x" * 300, "x" * 120),
    ],
)
def test_names_are_safe_to_show(given: str, shown: str) -> None:
    assert clean_filename(given) == shown


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plan.pdf", "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf"),
        ("año.pdf", "attachment; filename=\"ano.pdf\"; filename*=UTF-8''a%C3%B1o.pdf"),
        (
            'a";x=\\y%.pdf',
            "attachment; filename=\"y_.pdf\"; filename*=UTF-8''y%25.pdf",
        ),
        ("张.pdf", "attachment; filename=\".pdf\"; filename*=UTF-8''%E5%BC%A0.pdf"),
    ],
)
def test_header_saves_under_the_name(name: str, header: str) -> None:
    assert content_disposition(name) == header


# --- the store ------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data files" / "kept"


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, folder: Path) -> FileStore:
    """A store in a folder, and one in another place, which stands for a bucket."""
    return FileStore.from_url(folder.as_uri() if request.param == "local" else "memory:///")


def test_stored_file_comes_back_by_its_hash(store: FileStore) -> None:
    stored = store.put(b"content", "text/plain")
    assert stored.sha256 == hashlib.sha256(b"content").hexdigest()
    assert (stored.size, stored.content_type) == (7, "text/plain")
    assert store.open(stored.sha256) == b"content"
    assert store.exists(stored.sha256)
    assert store.put(io.BytesIO(b"content"), "text/plain") == stored


@pytest.mark.parametrize("wrong", ["0" * 64, "../../etc/passwd", "", "A" * 64])
def test_unknown_hash_is_missing(store: FileStore, wrong: str) -> None:
    with pytest.raises(FileMissing):
        store.open(wrong)


def test_file_changed_on_the_disk_is_reported(folder: Path) -> None:
    store = FileStore.from_url(folder.as_uri())
    stored = store.put(b"content", "text/plain")
    path = folder / stored.sha256[:2] / stored.sha256
    path.write_bytes(b"changed")
    with pytest.raises(FileDamaged):
        store.open(stored.sha256)


def test_file_is_on_the_disk_before_it_has_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileStore.from_url(folder.as_uri())
    calls: list[str] = []

    def watch(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **options: Any) -> Any:
            calls.append(name)
            return real(*args, **options)

        return watched

    monkeypatch.setattr(os, "fsync", watch("fsync", os.fsync))
    monkeypatch.setattr(Path, "replace", watch("rename", Path.replace))
    store.put(b"content", "text/plain")
    assert calls == ["fsync", "rename", "fsync", "fsync"]


def test_failed_write_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore.from_url(folder.as_uri())

    def full(_descriptor: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put(b"content", "text/plain")
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_sweep_takes_only_old_files_that_no_row_knows(store: FileStore) -> None:
    kept, orphan = (store.put(text, "text/plain").sha256 for text in (b"kept", b"orphan"))
    now = datetime.now(UTC)
    assert store.sweep({kept}, now - timedelta(hours=1)) == 0
    assert store.sweep({kept}, now + timedelta(hours=1)) == 1
    assert (store.exists(kept), store.exists(orphan)) == (True, False)


LARGE = bytes(range(256)) * 4096  # more than one piece


def test_large_file_is_stored_and_read_in_pieces(store: FileStore) -> None:
    with store.draft() as draft:
        draft.write(LARGE)
        stored = store.put_stream(draft, "application/zip")
    assert (stored.sha256, stored.size) == (hashlib.sha256(LARGE).hexdigest(), len(LARGE))
    assert store.open(stored.sha256) == LARGE
    assert b"".join(store.stream(stored.sha256)) == LARGE
    with store.opened(stored.sha256) as opened:
        opened.seek(300)
        assert opened.read(4) == LARGE[300:304]
        opened.seek(0)
        assert store.put_stream(opened, "application/zip") == stored


def test_large_file_that_is_missing_is_said_to_be(store: FileStore) -> None:
    with pytest.raises(FileMissing), store.opened("0" * 64):
        pass
    with pytest.raises(FileMissing):
        list(store.stream("0" * 64))


def test_large_file_that_was_damaged_is_not_read_to_its_end(tmp_path: Path) -> None:
    store = FileStore.from_url(tmp_path.as_uri())
    stored = store.put_stream(io.BytesIO(LARGE), "application/zip")
    (tmp_path / stored.sha256[:2] / stored.sha256).write_bytes(LARGE[:-1] + b"x")
    with pytest.raises(FileDamaged):
        list(store.stream(stored.sha256))
