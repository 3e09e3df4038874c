"""An archive is a dossier to its last byte, or it is refused with the entry where it differs."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain.dossiers import (
    INDEX,
    MAX_ENTRIES,
    DossierFault,
    DossierIndex,
    DossierRefused,
    Entry,
    check_entries,
    entry_of,
    is_path,
    read_index,
)
from sandbox.kernel.archives import (
    EntryDiffers,
    check_archive,
    open_index,
    places_of,
    write_archive,
)

CONTENTS: Mapping[str, bytes] = {
    "case.json": b'{"reference": "MX-1"}\n',
    "files/a.pdf": b"%PDF-1.4 " + bytes(range(256)) * 3,
    "history.json": b"[]\n",
    "submissions/1.json": "{“ñ”}\n".encode(),
    "submissions/2.json": b"",
}


def index_of(contents: Mapping[str, bytes] = CONTENTS) -> DossierIndex:
    return DossierIndex(
        case={
            "reference": "MX-1",
            "title": "Riego",
            "organisation": "Río Claro",
            "language": "es",
            "status": "Decidida",
        },
        origin={
            "programme": "Espacio",
            "operator": "Secretaría",
            "address": "https://a.example.org",
        },
        rules={"code": "mx", "version": "1.0.0", "fingerprint": ""},
        reader="authority",
        authorities=["A", "B"],
        as_of="2026-03-02T15:00:00+00:00",
        entries=tuple(entry_of(path, content) for path, content in sorted(contents.items())),
    )


def archive_of(contents: Mapping[str, bytes] = CONTENTS) -> bytes:
    target = io.BytesIO()
    write_archive(target, index_of(contents), lambda entry: iter((contents[entry.path],)))
    return target.getvalue()


ARCHIVE = archive_of()


def refusal(content: bytes) -> tuple[DossierFault, str]:
    with pytest.raises(DossierRefused) as refused:
        check_archive(io.BytesIO(content))
    return refused.value.fault, refused.value.entry


def test_archive_is_what_was_written_and_any_program_opens_it() -> None:
    checked = check_archive(io.BytesIO(ARCHIVE))
    assert checked.index == index_of()
    assert open_index(io.BytesIO(ARCHIVE)) == index_of()
    with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == [INDEX, *CONTENTS]
        assert {name: opened.read(name) for name in CONTENTS} == CONTENTS
    for entry, start in places_of(checked.index):
        assert ARCHIVE[start : start + entry.size] == CONTENTS[entry.path]


def test_archive_of_nothing_but_an_index_is_one() -> None:
    assert check_archive(io.BytesIO(archive_of({}))).index.entries == ()


def test_same_entries_give_the_same_bytes() -> None:
    assert archive_of(dict(reversed(CONTENTS.items()))) == ARCHIVE


def spans() -> dict[str, range]:
    """Return where the content of each entry stands, the index included."""
    index = index_of()
    first = ARCHIVE.index(index.encoded())
    found = {INDEX: range(first, first + len(index.encoded()))}
    for entry, start in places_of(index):
        found[entry.path] = range(start, start + entry.size)
    return found


@pytest.mark.parametrize("path", [path for path, content in CONTENTS.items() if content])
def test_any_altered_byte_of_an_entry_is_refused_with_its_name(path: str) -> None:
    for at in spans()[path]:
        altered = bytearray(ARCHIVE)
        altered[at] ^= 0x20
        assert refusal(bytes(altered)) == (DossierFault.ALTERED, path)


def test_any_altered_byte_of_the_archive_is_refused() -> None:
    for at in range(len(ARCHIVE)):
        for bit in (0x01, 0x80):
            altered = bytearray(ARCHIVE)
            altered[at] ^= bit
            refusal(bytes(altered))


def test_any_altered_byte_of_the_index_is_refused_before_any_entry_is_read() -> None:
    for at in spans()[INDEX]:
        altered = bytearray(ARCHIVE)
        altered[at] ^= 0x04
        fault, entry = refusal(bytes(altered))
        if fault is DossierFault.INDEX_ALTERED:
            assert entry == INDEX
        else:
            # The index itself says something that no index may say.
            assert fault in {
                DossierFault.NOT_A_DOSSIER,
                DossierFault.FORMAT_UNKNOWN,
                DossierFault.OUT_OF_ORDER,
                DossierFault.PATH_REFUSED,
                DossierFault.TOO_LARGE,
                DossierFault.CUT_OFF,
            }


@given(at=st.integers(0, len(ARCHIVE) - 1))
def test_archive_cut_off_anywhere_is_refused(at: int) -> None:
    fault, _ = refusal(ARCHIVE[:at])
    assert fault is not DossierFault.TOO_LARGE, "It is too small, and whoever reads of it says so."


@given(at=st.integers(0, len(ARCHIVE)), more=st.binary(min_size=1, max_size=40))
def test_archive_with_bytes_put_in_is_refused(at: int, more: bytes) -> None:
    altered = ARCHIVE[:at] + more + ARCHIVE[at:]
    # Some bytes put in beside their like change nothing.
    if altered != ARCHIVE:
        refusal(altered)


def raw(entries: Sequence[tuple[str, bytes]]) -> bytes:
    """Write an archive in the very form of a dossier, whatever the index says of its entries."""
    forged = _Forged(entries)
    target = io.BytesIO()
    contents = iter([content for _, content in entries])
    write_archive(target, forged, lambda _entry: iter((next(contents),)))  # type: ignore[arg-type]
    return target.getvalue()


class _Forged:
    """Pretend to be the index of other entries than those that are written."""

    def __init__(self, entries: Sequence[tuple[str, bytes]]) -> None:
        self._entries = entries
        self.asked = False

    @property
    def entries(self) -> Sequence[Entry]:
        if not self.asked:
            self.asked = True
            return ()
        return [entry_of(path, content) for path, content in self._entries]

    def encoded(self) -> bytes:
        return index_of().encoded()


PAIRS = list(CONTENTS.items())


def without(path: str) -> list[tuple[str, bytes]]:
    return [pair for pair in PAIRS if pair[0] != path]


def swapped(first: int, second: int) -> list[tuple[str, bytes]]:
    found = list(PAIRS)
    found[first], found[second] = found[second], found[first]
    return found


def renamed(path: str, name: str) -> list[tuple[str, bytes]]:
    return [(name if each == path else each, content) for each, content in PAIRS]


def test_forged_archives_are_sound_but_for_what_is_forged() -> None:
    assert raw(PAIRS) == ARCHIVE


@pytest.mark.parametrize("path", CONTENTS)
def test_dropped_entry_is_refused_with_its_name(path: str) -> None:
    assert refusal(raw(without(path))) == (DossierFault.MISSING, path)


@pytest.mark.parametrize("name", ["a.json", "files/b.pdf", "submissions/3.json", "zzz"])
def test_added_entry_is_refused_with_its_name(name: str) -> None:
    added = sorted([*PAIRS, (name, b"more")])
    assert refusal(raw(added)) == (DossierFault.NOT_IN_INDEX, name)


@pytest.mark.parametrize("path", CONTENTS)
def test_entry_that_stands_there_twice_is_refused(path: str) -> None:
    twice = [pair for pair in PAIRS for _ in range(2 if pair[0] == path else 1)]
    assert refusal(raw(twice)) == (DossierFault.NAMED_TWICE, path)


@pytest.mark.parametrize("path", CONTENTS)
@pytest.mark.parametrize("name", ["aaa", "zzz", "files/a.pd"])
def test_renamed_entry_is_refused_with_the_name_that_it_has_now(path: str, name: str) -> None:
    assert refusal(raw(renamed(path, name))) == (DossierFault.NOT_IN_INDEX, name)


@pytest.mark.parametrize("first", range(len(PAIRS) - 1))
def test_entries_in_another_order_are_refused_with_the_one_that_is_out_of_place(
    first: int,
) -> None:
    assert refusal(raw(swapped(first, first + 1))) == (DossierFault.MISSING, PAIRS[first][0])


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/passwd", "c:\\windows", "files/../x", "Files/A", "a//b", "x/"]
)
def test_path_that_leads_elsewhere_is_refused(name: str) -> None:
    assert not is_path(name)
    assert refusal(raw(renamed("case.json", name))) == (DossierFault.PATH_REFUSED, name)
    entries = (Entry(name, 1, "0" * 64),)
    forged = replace(index_of({}), entries=entries)
    with pytest.raises(DossierRefused) as refused:
        read_index(forged.encoded())
    assert (refused.value.fault, refused.value.entry) == (DossierFault.PATH_REFUSED, name)


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/./b", INDEX, "x" * 201, "n\0l"])
def test_other_paths_that_no_dossier_has(name: str) -> None:
    assert not is_path(name)


def changed_index(change: Callable[[dict[str, Any]], None]) -> bytes:
    index = index_of()
    given = {**index.content(), "root": index.root}
    change(given)
    import rfc8785

    return rfc8785.dumps(given)


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        (DossierFault.FORMAT_UNKNOWN, lambda given: given.update(version=2)),
        (DossierFault.NOT_A_DOSSIER, lambda given: given.update(format="other")),
        (DossierFault.INDEX_ALTERED, lambda given: given.update(root="0" * 64)),
        (DossierFault.INDEX_ALTERED, lambda given: given.pop("root")),
        (DossierFault.INDEX_ALTERED, lambda given: given.pop("case")),
        (DossierFault.INDEX_ALTERED, lambda given: given.update(more=1)),
        (DossierFault.INDEX_ALTERED, lambda given: given["case"].update(title="Otro")),
        (DossierFault.INDEX_ALTERED, lambda given: given["case"].update(title="a\0b")),
        (DossierFault.INDEX_ALTERED, lambda given: given["case"].update(title=3)),
        (DossierFault.INDEX_ALTERED, lambda given: given["reader"].update(kind="auditor")),
        (DossierFault.INDEX_ALTERED, lambda given: given["entries"][0].update(size=True)),
        (DossierFault.INDEX_ALTERED, lambda given: given["entries"][0].update(sha256="x")),
        (DossierFault.OUT_OF_ORDER, lambda given: given["entries"].reverse()),
        (DossierFault.NAMED_TWICE, lambda given: given["entries"].insert(0, given["entries"][0])),
        (DossierFault.TOO_LARGE, lambda given: given["entries"][0].update(size=-1)),
        (DossierFault.TOO_LARGE, lambda given: given["entries"][0].update(size=2**40)),
    ],
)
def test_index_that_says_something_else_is_refused(
    fault: DossierFault, change: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(DossierRefused) as refused:
        read_index(changed_index(change))
    assert refused.value.fault is fault


@pytest.mark.parametrize("encoded", [b"", b"[]", b"{", b"[" * 100_000, b"\xff", b'{"a": NaN}'])
def test_index_that_is_none_is_refused(encoded: bytes) -> None:
    with pytest.raises(DossierRefused):
        read_index(encoded)


def test_index_in_another_spelling_is_refused() -> None:
    encoded = index_of().encoded().replace(b'","', b'", "')
    with pytest.raises(DossierRefused) as refused:
        read_index(encoded)
    assert refused.value.fault is DossierFault.INDEX_ALTERED


def test_archive_that_would_be_more_than_it_is_is_refused_at_its_index() -> None:
    huge = replace(index_of({}), entries=(Entry("a", 10**9, "0" * 64),))
    target = io.BytesIO()
    pretended = huge.encoded()
    local = struct.pack(
        "<4s5H3I2H", b"PK\3\4", 20, 0x800, 0, 0, 33, 0, len(pretended), len(pretended), 10, 0
    )
    target.write(local + INDEX.encode() + pretended)
    assert refusal(target.getvalue()) == (DossierFault.CUT_OFF, "a")


def test_more_entries_than_any_case_has_are_refused() -> None:
    entries = [Entry(f"{number:06}", 0, "0" * 64) for number in range(MAX_ENTRIES + 1)]
    with pytest.raises(DossierRefused) as refused:
        check_entries(entries)
    assert refused.value.fault is DossierFault.TOO_LARGE


def test_archive_of_another_program_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as other:
        other.writestr(INDEX, index_of().encoded())
        for path, content in CONTENTS.items():
            other.writestr(path, content)
    assert refusal(target.getvalue())[0] in {
        DossierFault.WRAPPING_ALTERED,
        DossierFault.INDEX_ALTERED,
    }
    for content in (b"", b"PK", b"%PDF-1.4", b"PK\3\4" + b"\0" * 100):
        assert refusal(content) == (DossierFault.NOT_A_DOSSIER, "")


def test_content_that_changed_since_the_index_was_made_is_never_written() -> None:
    for other in (b"", b"x" * len(CONTENTS["case.json"])):
        with pytest.raises(EntryDiffers, match=r"case\.json"):
            write_archive(io.BytesIO(), index_of(), lambda _entry, other=other: iter((other,)))
