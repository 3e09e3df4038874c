"""Copy the Mexican pack, so that a test may spoil the copy."""

import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from config import PACKS
from sandbox.kernel.actors import StaffRole
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.packs import active
from sandbox.packs.errors import PackProblem
from sandbox.packs.loading import DATA, PackInvalid, load_pack
from sandbox.programme import queries, services
from sandbox.web.pack_commands import adopt_installed
from tests.factories import actor_for, make_staff
from tests.packs.speaking import assert_said_in_full

MX = DATA / "mx" / "1.0.0"


def copy_of_mx(folder: Path) -> Path:
    return Path(shutil.copytree(MX, folder / "mx" / "1.0.0"))


def replace(file: Path, old: str, new: str) -> None:
    """Replace the first occurrence; a text that is not there would make the test say nothing."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file.name}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(file: Path, text: str) -> int:
    """Return the line on which the text begins, counted without the scan under test."""
    before, found, _ = file.read_text(encoding="utf-8").partition(text)
    assert found, f"{text!r} is not in {file.name}"
    return before.count("\n") + 1


def problems_of(pack: Path) -> tuple[PackProblem, ...]:
    """Return what is wrong with a pack, having made sure that nothing of it is left unsaid."""
    try:
        load_pack(pack)
    except PackInvalid as refused:
        assert_said_in_full(*refused.problems)
        return refused.problems
    return ()


def files_of(version: str, *changes: tuple[str, str, str], folder: Path = MX) -> dict[str, bytes]:
    """Return the files of the Mexican pack under another number, with some texts replaced."""
    files = {place.name: place.read_bytes() for place in folder.glob("*.toml")}
    for name, old, new in (("pack.toml", 'version = "1.0.0"', f'version = "{version}"'), *changes):
        assert old.encode() in files[name]
        files[name] = files[name].replace(old.encode(), new.encode(), 1)
    return files


def ship(folder: Path, version: str, *changes: tuple[str, str, str]) -> None:
    """Bring a version on disk, as a release of the platform does, and read all that is there."""
    place = folder / "mx" / version
    place.mkdir()
    for name, content in files_of(version, *changes).items():
        (place / name).write_bytes(content)
    active.install(folder, "mx")


@contextmanager
def rules_in(folder: Path) -> Iterator[Path]:
    """Read the rules of a folder, and those that are shipped again whatever comes of it."""
    active.install(folder, "mx")
    try:
        yield folder
    finally:
        active.install(PACKS, "mx")


def install_over(session: Session, folder: Path) -> None:
    """Read changed files of a version that is in use, for which the operator answers."""
    active.install(folder, "mx")
    for line in adopt_installed(session, "Así lo quiere la prueba."):
        assert line.endswith("its files were changed, and count from now on."), line


PRIORITY = """
[[priorities]]
code = "young"
name = {es = "Antes: empresa emergente", en = "First: start-up"}
reason = {es = "Así lo acordó el consejo.", en = "So the council agreed."}
when = {question = "organisation_kind", equals = "startup"}
"""


def put_start_ups_first(pack: Path) -> None:
    """Let the rules of a copy put applications of start-ups before others."""
    file = pack / "coordination.toml"
    file.write_text(file.read_text(encoding="utf-8") + PRIORITY, encoding="utf-8")


def put_in_force(session: Session, version: str) -> None:
    """Let two administrators put a version in force that came with a release."""
    one, other = (
        actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, name))
        for name in ("Adela", "Bruno")
    )
    now, before = utc_now(), queries.version_in_force(session)
    session.rollback()
    rules, files = queries.get_installed(version)
    with unit_of_work(session):
        row = services.upload(session, one, files=files, pack=rules, note="Nueva.", now=now)
    with unit_of_work(session):
        services.activate(session, other, row, expected_version=None, seen=before, now=now)


def ask_for_activity(pack: Path, **changes: str) -> None:
    """Let the preponderant activity name the lead of a copy; `changes` are lines of the question.

    What competes in telecommunications is a matter of IFT and, once IFT has ended, of CNA; the
    other matters of IFT go to CRT.
    """
    lines = {
        "key": '"activity"',
        "kind": '"choice"',
        "label": '{es = "¿Cuál es la actividad preponderante?", en = "What is the main activity?"}',
        "options": """[
  {value = "rivals", label = {es = "Redes", en = "Nets"}, competences = ["telecom_competition"]},
  {value = "data", label = {es = "Datos", en = "Data"}, competences = ["personal_data"]},
]""",
        **changes,
    }
    question = "".join(f"{key} = {value}\n" for key, value in lines.items())
    first = '[[sections.questions]]\nkey = "area"\n'
    replace(pack / "form-2-innovation.toml", first, f"[[sections.questions]]\n{question}\n{first}")
    rules = "[coordination]\n"
    replace(pack / "coordination.toml", rules, f'{rules}activity_question = "activity"\n')


def add_calls(pack: Path, *calls: str) -> None:
    """Let applications to a copy be sent in calls alone; each is said by its lines but the texts.

    The name of a call is its key, said in both languages.
    """
    with (pack / "outcomes.toml").open("a", encoding="utf-8") as file:
        for lines in calls:
            key = tomllib.loads(lines)["key"]
            words = f'{{es = "Convocatoria {key}", en = "Call {key}"}}'
            file.write(f"\n[[calls]]\n{lines}\nname = {words}\ntext = {words}\n")


def take_outside_calls(pack: Path) -> None:
    """Let applications to a copy be sent outside the calls too."""
    flag = "conditions_are_public = true"
    replace(pack / "pack.toml", flag, f"{flag}\noutside_calls = true")


COMMENTS = """
[preliminary_result]
outcomes = {outcomes}

[[clocks]]
key = "comment"
name = {{es = "Respuesta al resultado preliminar", en = "Answer to the preliminary result"}}
unit = "business_days"
length = 10
silence = "none"
"""


def announce_first(pack: Path, *outcomes: str, stops: bool = True) -> None:
    """Let companies be heard on these outcomes of a copy before they are decided.

    `stops` tells whether the term for the decision stands still meanwhile.
    """
    file = pack / "coordination.toml"
    with file.open("a", encoding="utf-8") as opened:
        opened.write(COMMENTS.format(outcomes=list(outcomes)).replace("'", '"'))
    if stops:
        still = 'stops_in = ["returned", "information_requested"'
        replace(file, still + "]", still + ', "preliminary"]')
