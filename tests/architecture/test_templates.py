"""Every template compiles, leads somewhere that exists, and carries no code or style of its own."""

import re
from pathlib import Path

import pytest
from flask import Flask

from config import PROJECT
from tests.architecture.reading import TEMPLATES, modules, place, templates

ENDPOINT = re.compile(r"""\burl_for\(\s*["']([\w.]+)["']""")
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
)


@pytest.mark.parametrize("path", templates(), ids=place)
def test_template_compiles(path: Path, house: Flask) -> None:
    template = house.jinja_env.get_template(path.relative_to(TEMPLATES).as_posix())
    assert template.filename == str(path)


@pytest.mark.parametrize("path", templates(), ids=place)
def test_template_has_no_inline_code_or_style(path: Path) -> None:
    assert INLINE.findall(path.read_text()) == []


def test_every_link_names_an_endpoint_that_exists(house: Flask) -> None:
    named = {
        (place(path), endpoint)
        for path in (*templates(), *modules())
        for endpoint in ENDPOINT.findall(path.read_text())
    }
    assert named, "Nothing links anywhere."
    dead = {
        (where, endpoint)
        for where, endpoint in named
        # A leading dot stands for the blueprint of the page that is shown.
        if not any(
            known == endpoint or (endpoint[0] == "." and known.endswith(endpoint))
            for known in house.view_functions
        )
    }
    assert dead == set()


def test_every_included_template_exists(house: Flask) -> None:
    named = re.compile(
        r"""{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']|render_template\(\s*["']([^"']+)["']"""
    )
    wanted = {
        name
        for path in (*templates(), *modules())
        for pair in named.findall(path.read_text())
        for name in pair
        if name and "{" not in name
    }
    assert wanted
    for name in sorted(wanted):
        assert house.jinja_env.get_template(name).name


@pytest.mark.parametrize("name", ["app.js", "enabled.js"])
def test_script_that_is_served_is_the_one_that_is_edited(name: str) -> None:
    # Building the assets anew puts the one in the place of the other.
    edited = (PROJECT / ".ci" / "assets" / name).read_text(encoding="utf-8")
    assert (PROJECT / "static" / "js" / name).read_text(encoding="utf-8") == edited
