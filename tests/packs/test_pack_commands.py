"""The commands of a policy officer say what the pack is, in words and for machines."""

import json

import pytest

from tests.packs.copies import MX, copy_of_mx, line_of, replace
from tests.packs.printing import run

MONITORING = "monitoring.toml"


def test_sound_pack_is_proved_and_ends_with_zero():
    result = run("validate", MX)

    assert result.exit_code == 0
    assert "Proved: Every combination of answers leads to exactly one tier." in result.output
    assert result.output.endswith("Sound: mx 1.0.0.\n")


def test_spoilt_pack_names_each_fault_and_ends_with_one(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / MONITORING, "breach = 20", "breach = twenty")
    result = run("validate", pack)

    assert result.exit_code == 1
    first, last = result.output.splitlines()
    assert first.startswith(f"mx/1.0.0/{MONITORING}:{line_of(pack / MONITORING, 'breach = t')}: ")
    assert last == "Not sound: 1 fault. More may come to light once that is mended."


def test_faults_warnings_and_proofs_are_said_in_spanish_too(tmp_path):
    pack = copy_of_mx(tmp_path)
    sound = run("validate", pack, "--language", "es").output
    assert "Probado: Toda combinación de respuestas lleva a un solo nivel." in sound
    assert sound.endswith("En orden: mx 1.0.0.\n")

    replace(pack / MONITORING, "breach = 20", "breach = twenty")
    spoilt = run("validate", pack, "--language", "es").output
    assert spoilt.splitlines()[-1] == (
        "No está en orden: 1 error. Al corregirlo puede salir a la luz algo más."
    )
    assert "Not sound" not in spoilt


def test_faults_are_given_to_machines_with_all_they_say(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / MONITORING, "target = 5", "target = true")
    result = run("validate", pack, "--json")
    told = json.loads(result.output)

    assert result.exit_code == 1
    assert (told["sound"], told["code"], told["proofs"]) == (False, None, [])
    assert told["partial"] is True
    assert told["problems"] == [
        {
            "file": f"mx/1.0.0/{MONITORING}",
            "line": line_of(pack / MONITORING, "target = true"),
            "key": "metrics[0].target",
            "found": "true",
            "allowed": "a number up to 1000000000000000 with at most 6 decimals",
            "message": "must be a number up to 1000000000000000 with at most 6 decimals",
            "fault": "wrong_type",
        }
    ]


def test_faults_of_shape_hide_none_of_how_parts_fit_together(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / "coordination.toml", "length = 60", "length = 0")
    replace(pack / "form-2-innovation.toml", '["telecommunications"]', '["nobody_knows"]')
    replace(pack / "tier-2-limited.toml", "report_every_days = 30", "report_every_days = 999")
    replace(pack / "authorities.toml", 'en = "Free competition"', 'en = ""')
    result = run("validate", pack)

    keys = [line.split(": ")[1] for line in result.output.splitlines()[:-1]]
    assert keys == [
        "competences[7].name.en",
        "clocks[0].length",
        "sections[1].questions[2].options[7].competences[0]",
        "tiers[1].stages[2].report_every_days",
    ]
    last = result.output.splitlines()[-1]
    assert last == "Not sound: 4 faults. More may come to light once that is mended."


def test_nothing_more_comes_to_light_where_all_was_judged(tmp_path):
    pack = copy_of_mx(tmp_path)
    asked = 'ask_if = {question = "area", equals = "other"}'
    never = 'required_if = {question = "area", equals = "energy"}'
    replace(pack / "form-2-innovation.toml", asked, f"{asked}\n{never}")
    result = run("validate", pack)

    assert ".required_if: " in result.output.splitlines()[0]
    assert result.output.splitlines()[-1] == "Not sound: 1 fault."


def test_sound_pack_is_given_to_machines_with_its_proofs():
    told = json.loads(run("validate", MX, "--json").output)

    assert (told["sound"], told["code"], told["version"]) == (True, "mx", "1.0.0")
    assert told["partial"] is False
    assert len(told["proofs"]) == 8


@pytest.mark.parametrize("place", ["nowhere", "pack.toml"])
def test_what_is_no_folder_is_refused(tmp_path, place):
    (tmp_path / "pack.toml").write_text("")
    assert run("validate", tmp_path / place).exit_code == 2


def test_empty_folder_is_not_sound(tmp_path):
    result = run("validate", tmp_path)
    assert result.exit_code == 1
    assert "cannot be read" in result.output
