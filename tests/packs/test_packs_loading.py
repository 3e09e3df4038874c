import os
import time
from pathlib import Path

import pytest

from sandbox.packs.errors import Fault, PackProblem
from sandbox.packs.files import MOST_BYTES_A_FILE, MOST_FILES
from sandbox.packs.loading import DATA, PackInvalid, PackUnknown, load_pack, load_packs
from sandbox.packs.saying import listed
from sandbox.packs.showing import shown
from sandbox.packs.source import MOST_PROBLEMS
from tests.packs.copies import MX, copy_of_mx, line_of, problems_of, replace


def test_built_in_packs_load():
    registry = load_packs()
    assert registry.codes == ("eu-ai-act", "mx")
    assert registry.current("eu-ai-act") is registry.get("eu-ai-act", "1.1.0")
    assert registry.current("mx") is registry.get("mx", "1.0.0")
    assert [authority.code for authority in registry.current("mx").authorities] == [
        "INAI",
        "IFT",
        "COFECE",
        "SABG",
        "TPP",
        "CRT",
        "CNA",
    ]


def test_loading_is_quick(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / "pack.toml", "version", "# no other test has put this into memory\nversion")
    began = time.process_time()
    load_pack(pack)
    assert time.process_time() - began < 0.5


def test_unchanged_pack_is_not_read_twice(tmp_path):
    pack = copy_of_mx(tmp_path)
    assert load_pack(pack) is load_pack(pack)


def test_changed_pack_is_read_again(tmp_path):
    pack = copy_of_mx(tmp_path)
    before = load_pack(pack)
    replace(pack / "authorities.toml", 'es = "Libre competencia"', 'es = "Competencia"')
    assert before.competence("competition").name.in_("es") == "Libre competencia"
    assert load_pack(pack).competence("competition").name.in_("es") == "Competencia"


def test_changed_pack_is_read_again_whatever_its_size_and_age(tmp_path):
    pack = copy_of_mx(tmp_path)
    file = pack / "authorities.toml"
    before, told = load_pack(pack), file.stat()
    replace(file, 'es = "Libre competencia"', 'es = "Libre Competencia"')
    os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (told.st_size, told.st_mtime_ns)
    assert before.competence("competition").name.in_("es") == "Libre competencia"
    assert load_pack(pack).competence("competition").name.in_("es") == "Libre Competencia"


def test_link_in_place_of_an_empty_file_is_refused(tmp_path):
    pack = copy_of_mx(tmp_path)
    file = pack / "authorities.toml"
    file.write_bytes(b"")
    assert {problem.fault for problem in problems_of(pack)} == {Fault.MISSING}
    file.unlink()
    file.symlink_to(tmp_path)
    assert {problem.fault for problem in problems_of(pack)} == {Fault.UNREADABLE}


def test_registry_orders_versions_as_numbers(tmp_path):
    for version in ("1.0.0", "1.10.0", "1.9.0"):
        copy = copy_of_mx(tmp_path / version)
        replace(copy / "pack.toml", 'version = "1.0.0"', f'version = "{version}"')
        copy.rename(_home(tmp_path, version))
    registry = load_packs(tmp_path / "packs")
    assert registry.versions("mx") == ("1.0.0", "1.9.0", "1.10.0")
    assert registry.current("mx").version == "1.10.0"
    assert registry.get("mx", "1.9.0").version == "1.9.0"


def _home(folder: Path, version: str) -> Path:
    home = folder / "packs" / "mx" / version
    home.parent.mkdir(parents=True, exist_ok=True)
    return home


def test_registry_refuses_what_is_not_installed():
    registry = load_packs()
    with pytest.raises(PackUnknown):
        registry.get("mx", "9.9.9")
    with pytest.raises(PackUnknown):
        registry.current("atlantis")
    assert registry.versions("atlantis") == ()


def test_folder_without_packs_is_refused(tmp_path):
    with pytest.raises(PackInvalid) as refused:
        load_packs(tmp_path)
    assert [problem.fault for problem in refused.value.problems] == [Fault.MISSING]


def test_pack_in_the_wrong_folder_is_refused(tmp_path):
    copy_of_mx(tmp_path).rename(tmp_path / "mx" / "2.0.0")
    with pytest.raises(PackInvalid) as refused:
        load_packs(tmp_path)
    assert [(problem.file, problem.key) for problem in refused.value.problems] == [
        ("mx/2.0.0/pack.toml", "version")
    ]


def test_faults_of_all_packs_are_told_together(tmp_path):
    first = copy_of_mx(tmp_path)
    replace(first / "programme.toml", 'reference_prefix = "SBX"', 'reference_prefix = "sbx"')
    second = copy_of_mx(tmp_path / "other")
    replace(second / "pack.toml", 'currency = "MXN"', "currency = 5")
    second.rename(tmp_path / "mx" / "1.1.0")
    with pytest.raises(PackInvalid) as refused:
        load_packs(tmp_path)
    assert [(problem.file, problem.key) for problem in refused.value.problems] == [
        ("mx/1.0.0/programme.toml", "programme.reference_prefix"),
        ("mx/1.1.0/pack.toml", "currency"),
    ]


def test_refusal_reads_as_one_line_a_problem(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / "pack.toml", 'currency = "MXN"', "currency = 5")
    replace(pack / "coordination.toml", "answer_weight = 1", "answer_wieght = 1")
    with pytest.raises(PackInvalid) as refused:
        load_pack(pack)
    assert str(refused.value) == (
        "mx/1.0.0/coordination.toml:3: coordination.answer_weight: is missing\n"
        "mx/1.0.0/coordination.toml:6: coordination.answer_wieght: is not a key here; "
        'did you mean "answer_weight"?\n'
        "mx/1.0.0/pack.toml:10: currency: must be a currency's three capital letters"
    )


def test_problem_without_a_key_reads_without_one():
    words = [listed(each) for each in ("= 1", "key = 1", "is not TOML")]
    problem = PackProblem("mx/1.0.0/a.toml", 3, "", *words, Fault.SYNTAX)
    assert str(problem) == "mx/1.0.0/a.toml:3: is not TOML"


def test_list_goes_on_in_the_next_part(tmp_path):
    pack = copy_of_mx(tmp_path)
    text = (pack / "outcomes.toml").read_text(encoding="utf-8")
    first, last = text.split("[[report_sections]]", 1)
    (pack / "outcomes.toml").write_text(first, encoding="utf-8")
    (pack / "reports.toml").write_text(f"[[report_sections]]{last}", encoding="utf-8")
    replace(pack / "pack.toml", '"outcomes.toml",', '"outcomes.toml",\n  "reports.toml",')
    assert load_pack(pack).report_sections == load_pack(MX).report_sections


def test_line_of_a_list_that_goes_on_is_that_of_its_own_file(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / "form-3-rules.toml", 'kind = "yes_no"', 'kind = "perhaps"')
    [problem] = problems_of(pack)
    assert (problem.file, problem.key) == (
        "mx/1.0.0/form-3-rules.toml",
        "sections[3].questions[3].kind",
    )


def test_key_of_two_files_is_told_on_its_line_in_the_second(tmp_path):
    pack = copy_of_mx(tmp_path)
    with (pack / "outcomes.toml").open("a", encoding="utf-8") as file:
        file.write('\n[calendar]\ncountry = "MX"\n')
    [problem] = problems_of(pack)
    assert (problem.file, problem.line, problem.key, problem.found) == (
        "mx/1.0.0/outcomes.toml",
        line_of(pack / "outcomes.toml", "[calendar]"),
        "calendar",
        "a table with: country",
    )


def test_fault_of_syntax_names_the_key_it_stands_at_and_quotes_its_line(tmp_path):
    pack = copy_of_mx(tmp_path)
    file = pack / "form-3-rules.toml"
    replace(file, 'key = "why_sandbox"', 'key = "why_sandbox')
    [problem] = problems_of(pack)
    assert (problem.line, problem.key, problem.found) == (
        line_of(file, 'key = "why_sandbox'),
        "sections[3].questions[2].key",
        'key = "why_sandbox',
    )


ASKED_IF = 'ask_if = {question = "sector", equals = "energy"}'


@pytest.mark.parametrize(
    ("tail", "line", "key"),
    [
        (f"points = 5\n{ASKED_IF}\npoints = 5\n", 3, "added[0].points"),
        (f"{ASKED_IF}\n{ASKED_IF}\n", 2, "added[0].ask_if"),
        ("ask_if = {question = 1, question = 2}\n", 1, "added[0].ask_if.question"),
        (f"{ASKED_IF} points = 5\n", 1, "added[0].ask_if"),
        ("points = 5\n[other]\n[other]\n", 3, "other"),
        (f"{ASKED_IF}\n[other\n", 2, ""),
        (f"{ASKED_IF}\n= 5\n", 2, ""),
        (f"{ASKED_IF}\npoints 5\n", 2, "added[0].points"),
        (f"points = twenty\n{ASKED_IF}\n", 1, "added[0].points"),
        ('names = [\n"a",\n"b" "c",\n]\n', 3, "added[0].names[1]"),
    ],
)
def test_fault_of_syntax_names_no_other_key_than_its_own(tmp_path, tail, line, key):
    pack = copy_of_mx(tmp_path)
    file = pack / "outcomes.toml"
    text = file.read_text(encoding="utf-8").rstrip() + "\n[[added]]\n"
    file.write_text(text + tail, encoding="utf-8")
    [problem] = problems_of(pack)
    assert (problem.fault, problem.key) == (Fault.SYNTAX, key)
    assert problem.line == text.count("\n") + line


def test_values_are_shown_as_they_stand_in_the_file_where_that_is_short():
    condition = {"question": "area", "one_of": ["energy", "health"]}
    assert shown(condition) == '{question = "area", one_of = ["energy", "health"]}'
    assert shown(["b" * 60, "c" * 60]) == "a list of 2"
    assert shown([]) == "[]"
    assert shown([1, 2]) == "a list of 2"
    assert shown({"key": "plan", "name": {"en": "Plan"}}) == 'the table "plan"'
    assert shown({"es": "Plan", "en": "Plan"}) == "a text in: es, en"
    assert shown({"is": 1, "not": 2}) == "a table with: is, not"
    assert shown({}) == "an empty table"


# --- files that must not be read -----------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["../pack.toml", "/etc/hostname", "sub/part.toml", "Part.toml", ".toml", "pack.toml", "a.json"],
)
def test_part_outside_the_folder_is_refused(tmp_path, name):
    pack = copy_of_mx(tmp_path)
    replace(pack / "pack.toml", '"outcomes.toml",', f'"outcomes.toml",\n  "{name}",')
    [problem] = problems_of(pack)
    assert (problem.fault, problem.key) == (Fault.NOT_ALLOWED, "parts[24]")


def test_link_is_not_followed(tmp_path):
    pack = copy_of_mx(tmp_path)
    (pack / "outcomes.toml").rename(tmp_path / "elsewhere.toml")
    (pack / "outcomes.toml").symlink_to(tmp_path / "elsewhere.toml")
    [problem] = problems_of(pack)
    assert (problem.file, problem.fault) == ("mx/1.0.0/outcomes.toml", Fault.UNREADABLE)


def test_pipe_is_not_opened(tmp_path):
    pack = copy_of_mx(tmp_path)
    (pack / "outcomes.toml").unlink()
    os.mkfifo(pack / "outcomes.toml")
    [problem] = problems_of(pack)
    assert (problem.file, problem.fault) == ("mx/1.0.0/outcomes.toml", Fault.UNREADABLE)


def test_missing_part_is_named(tmp_path):
    pack = copy_of_mx(tmp_path)
    (pack / "outcomes.toml").unlink()
    [problem] = problems_of(pack)
    assert str(problem) == "mx/1.0.0/outcomes.toml:1: cannot be read"


def test_stray_file_is_named(tmp_path):
    pack = copy_of_mx(tmp_path)
    (pack / "forgotten.toml").write_text("", encoding="utf-8")
    [problem] = problems_of(pack)
    assert (problem.key, problem.found) == ("parts", '"forgotten.toml"')


def test_part_that_names_parts_is_told_where_it_does(tmp_path):
    pack = copy_of_mx(tmp_path)
    file = pack / "authorities.toml"
    file.write_text('parts = ["more.toml"]\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
    (problem,) = problems_of(pack)
    assert (problem.file, problem.line) == ("mx/1.0.0/authorities.toml", 1)
    assert (problem.key, problem.found) == ("parts", '["more.toml"]')
    assert problem.fault is Fault.NOT_ALLOWED


def test_text_in_another_encoding_is_named_with_its_line(tmp_path):
    pack = copy_of_mx(tmp_path)
    (pack / "outcomes.toml").write_bytes(b"# one\n# \xf1\n")
    [problem] = problems_of(pack)
    assert (problem.file, problem.line) == ("mx/1.0.0/outcomes.toml", 2)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# " + "x" * MOST_BYTES_A_FILE, Fault.TOO_LARGE),
        ("a = " + "[" * 100 + "]" * 100, Fault.TOO_LARGE),
        (".".join(["a"] * 100_000) + " = 1", Fault.TOO_LARGE),
        ("a = " + "9" * 100_000, Fault.TOO_LARGE),
        ("a = [\n1\n2]", Fault.SYNTAX),
    ],
    ids=["size", "nesting", "key", "number", "syntax"],
)
def test_hostile_part_is_refused_within_a_second(tmp_path, text, fault):
    pack = copy_of_mx(tmp_path)
    (pack / "outcomes.toml").write_text(text, encoding="utf-8")
    began = time.process_time()
    [problem] = problems_of(pack)
    assert (problem.file, problem.fault) == ("mx/1.0.0/outcomes.toml", fault)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "number",
    [
        "0x" + "f" * 900_000,
        "9" * 900_000,
        "-1e9999999",
        "1e9999",
        "1e-9999999",
        "1E+999999999999999999999",
        "0." + "1" * 900_000,
        "1979-05-27T00:32:00." + "9" * 900_000,
    ],
    ids=lambda number: number[:12],
)
def test_number_beyond_any_key_is_refused_at_once_with_its_key(tmp_path, number):
    pack = copy_of_mx(tmp_path)
    replace(pack / "monitoring.toml", "target = 5", f"target = {number}")
    replace(pack / "form-1-organisation.toml", "max_words = 30", f"max_words = {number}")
    began = time.process_time()
    problems = problems_of(pack)
    assert time.process_time() - began < 0.5
    assert [(p.file.rpartition("/")[2], p.key) for p in problems] == [
        ("form-1-organisation.toml", "sections[0].questions[0].max_words"),
        ("monitoring.toml", "metrics[0].target"),
    ]
    for problem in problems:
        assert problem.line == line_of(pack / problem.file.rpartition("/")[2], number)
        assert len(problem.found) <= 60
        assert problem.fault in {Fault.TOO_LARGE, Fault.WRONG_TYPE, Fault.NOT_ALLOWED}


def test_number_in_a_list_that_goes_on_is_counted_from_the_part_before(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / "form-3-rules.toml", "max_rows = ", "max_rows = 1e9999999 # ")
    [problem] = problems_of(pack)
    assert problem.key.startswith("sections[3].questions[")


def test_refused_parts_count_towards_the_size_of_the_pack(tmp_path):
    pack = copy_of_mx(tmp_path)
    names = [f"big{number}.toml" for number in range(5)]
    for name in names:
        (pack / name).write_text("! " + "x" * 1_000_000, encoding="utf-8")
    listed = "".join(f'\n  "{name}",' for name in names)
    replace(pack / "pack.toml", '"outcomes.toml",', f'"outcomes.toml",{listed}')
    assert [problem.fault for problem in problems_of(pack)] == [
        *[Fault.SYNTAX] * 4,
        Fault.TOO_LARGE,
    ]


def test_pack_is_limited_as_a_whole(tmp_path):
    pack = copy_of_mx(tmp_path)
    names = [f"big{number}.toml" for number in range(5)]
    for name in names:
        (pack / name).write_text("# " + "x" * 1_000_000, encoding="utf-8")
    listed = "".join(f'\n  "{name}",' for name in names)
    replace(pack / "pack.toml", '"outcomes.toml",', f'"outcomes.toml",{listed}')
    assert [(problem.file, problem.fault) for problem in problems_of(pack)] == [
        ("mx/1.0.0/big4.toml", Fault.TOO_LARGE)
    ]


def test_number_of_files_is_limited(tmp_path):
    pack = copy_of_mx(tmp_path)
    listed = "".join(f'\n  "more{number}.toml",' for number in range(MOST_FILES))
    replace(pack / "pack.toml", '"outcomes.toml",', f'"outcomes.toml",{listed}')
    assert ("parts", Fault.WRONG_TYPE) in {(p.key, p.fault) for p in problems_of(pack)}


@pytest.mark.parametrize(
    "lines",
    [
        [f"{'k' * 50}{number} = 1" for number in range(12_000)],
        ["[[clocks]]"] * 12_000,
        ['[[principles]]\ncode = "x"\nname = {}\nasks.es = ""'] * 4_000,
        [f"[a{number}.b.c.d.e.f.g.h]" for number in range(1_500)],
        ["a = [" + "[[[[[[{b=[]}]]]]]]," * 2_000 + "]"],
    ],
    ids=["keys", "empty-tables", "faulty-tables", "deep-tables", "deep-lists"],
)
def test_many_faults_are_counted_only_so_far(tmp_path, lines):
    pack = copy_of_mx(tmp_path)
    (pack / "outcomes.toml").write_text("\n".join(lines), encoding="utf-8")
    began = time.process_time()
    assert 1 <= len(problems_of(pack)) <= MOST_PROBLEMS
    assert time.process_time() - began < 2


def test_similar_keys_are_looked_for_only_as_long_as_faults_are_kept(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "sandbox.packs.shaping.get_close_matches", lambda *said, **_: asked.append(said) or []
    )
    pack = copy_of_mx(tmp_path)
    lines = "\n".join(f"authoritie{number} = 1" for number in range(2_000))
    replace(pack / "outcomes.toml", "[[", f"{lines}\n[[")
    assert len(problems_of(pack)) == len(asked) == MOST_PROBLEMS


def test_names_of_nothing_are_looked_up_only_as_long_as_faults_are_kept(tmp_path):
    pack = copy_of_mx(tmp_path)
    with (pack / "authorities.toml").open("a", encoding="utf-8") as file:
        for number in range(480):
            words = '{es = "a", en = "b"}'
            file.write(f'[[competences]]\ncode = "c{number}{"x" * 60}"\nname = {words}\n')
    unknown = ", ".join(f'"u{number}"' for number in range(490))
    with (pack / "form-2-innovation.toml").open("a", encoding="utf-8") as file:
        for number in range(20):
            file.write(
                f'[[sections.questions]]\nkey = "q{number}"\nkind = "text"\ninformation = true\n'
                f'label = {{es = "a", en = "b"}}\ncompetences = [{unknown}]\n'
            )
    began = time.process_time()
    assert len(problems_of(pack)) == MOST_PROBLEMS
    assert time.process_time() - began < 1


def test_line_ends_of_another_system_are_read(tmp_path):
    pack = copy_of_mx(tmp_path)
    text = (pack / "outcomes.toml").read_text(encoding="utf-8")
    (pack / "outcomes.toml").write_bytes(text.replace("\n", "\r\n").encode())
    assert load_pack(pack).exit_kinds == load_pack(DATA / "mx" / "1.0.0").exit_kinds
