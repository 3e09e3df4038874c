"""The drawing of a pack shows every stage and every requirement of its gates, inside its box."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from lxml import etree
from marshmallow import ValidationError

from sandbox.domain.packs import RequirementSpec, Text
from sandbox.packs.fields import Words
from sandbox.programme.diagram import BOX, diagram
from sandbox.web.pack_commands import packs
from tests.factories import pack as mexican
from tests.web.small_app import small_app

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


def draw(app: Flask, *words: str) -> Result:
    with app.app_context():
        return CliRunner().invoke(packs, ["diagram", "mx", *words])


def boxes(tree: etree._Element) -> list[etree._Element]:
    return [group for group in tree.iter(f"{SVG}g") if group.find(f"{SVG}rect") is not None]


def words_of(element: etree._Element) -> str:
    return " ".join("".join(text.itertext()) for text in element.iter(f"{SVG}text"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_stage_and_requirement_stands_in_a_box(
    app: Flask, tmp_path: Path, language: str
) -> None:
    out = tmp_path / "plan.svg"
    assert draw(app, "-o", str(out), "--language", language).exit_code == 0
    tree = etree.fromstring(out.read_bytes())
    drawn = [words_of(box) for box in boxes(tree)]
    tiers = [tier for tier in mexican().tiers if tier.stages]

    expected: list[tuple[Text | None, tuple[RequirementSpec, ...]]] = []
    for tier in tiers:
        expected += [(stage.name, stage.gate) for stage in tier.stages]
        expected.append((None, tier.completion))
    assert len(drawn) == len(expected)
    for words, (name, gate) in zip(drawn, expected, strict=True):
        if name is not None:
            assert words.startswith(name.in_(language))
        for requirement in gate:
            assert " ".join(requirement.label.in_(language).split()) in words
    assert tree.get("lang") == language


def test_no_line_leaves_its_box(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "plan.svg"
    draw(app, "-o", str(out))
    tree = etree.fromstring(out.read_bytes())
    width, height = float(tree.get("width", 0)), float(tree.get("height", 0))
    for box in boxes(tree):
        frame = box.find(f"{SVG}rect")
        assert frame is not None
        left, top, tall = (float(frame.get(name, 0)) for name in ("x", "y", "height"))
        assert left + BOX <= width
        assert top + tall <= height
        for text in box.iter(f"{SVG}text"):
            assert left < float(text.get("x", 0)) < left + BOX
            assert top < float(text.get("y", 0)) < top + tall
            assert len(text.text or "") <= 32


def is_text(character: str) -> bool:
    try:
        Words().read({"es": f"a{character}b"})
    except ValidationError:
        return False
    return True


def test_drawing_is_sound_with_every_character_that_a_text_may_hold(app: Flask) -> None:
    around = (range(0x300), range(0x2000, 0x2100), range(0xD700, 0xE100), range(0xFE00, 0x10010))
    letters = [chr(code) for part in around for code in part if is_text(chr(code))]
    assert {"\t", "\n", "<", "&", "ñ", "\u200d"} <= set(letters)
    tier = replace(mexican().tiers[0], name=Text({"es": "".join(letters)}))
    with app.test_request_context(headers={"Accept-Language": "es"}):
        tree = etree.fromstring(diagram(mexican(), [tier]).encode())
    assert "ñ" in "".join(tree.itertext())


def test_only_the_chosen_tier_is_drawn(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "plan.svg"
    result = draw(app, "-o", str(out), "--tier", "high", "--language", "en")

    assert result.output.strip() == f"{out}: high"
    assert len(boxes(etree.fromstring(out.read_bytes()))) == len(mexican().tier("high").stages) + 1


def test_unknown_tier_is_named(app: Flask, tmp_path: Path) -> None:
    result = draw(app, "-o", str(tmp_path / "plan.svg"), "--tier", "huge")

    assert result.exit_code == 2
    assert "huge is no tier of the pack (minimal, limited, high, prohibited)" in result.output
