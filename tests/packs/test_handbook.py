"""What the guides of policy officers point to is there."""

import re
from pathlib import Path

import pytest

from config import PROJECT
from sandbox.web.pack_commands import packs

DOCS = PROJECT / "docs"
PAGES = (PROJECT / "README.md", *sorted(DOCS.glob("**/*.md")))
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def prose(page: Path) -> str:
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(prose(page)):
        if link.startswith("http"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_readme_leads_policy_officers_to_their_pages() -> None:
    assert "docs/policy-officers.md" in LINK.findall(prose(PROJECT / "README.md"))
    links = LINK.findall(prose(DOCS / "policy-officers.md"))
    pages = sorted((DOCS / "packs").glob("*.md"))
    assert {link for link in links if link.startswith("packs/")} == {
        f"packs/{page.name}" for page in pages
    }


def test_every_command_is_named_and_every_named_command_is_there() -> None:
    named = set()
    for page in PAGES:
        named |= set(re.findall(r"--app wsgi packs ([a-z]+)", page.read_text(encoding="utf-8")))
    assert named == set(packs.commands)
