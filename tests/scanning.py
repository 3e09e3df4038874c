"""Scan a page for what shuts people out, once for all that is built as it is."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TRAITS = """() => {
    // What the scanner judges a page by: each element with what is told of it, in which others it
    // lies and what lies in it; how parts refer to each other; how headings follow on each other.
    const counted = (texts) => {
        const counts = new Map();
        texts.forEach((text) => counts.set(text, (counts.get(text) ?? 0) + 1));
        return (text) => text && Math.min(counts.get(text) ?? 0, 2);
    };
    const all = [...document.body.querySelectorAll("*")];
    const told = (name) => all.map((each) => each.getAttribute(name)).filter(Boolean);
    const bearers = counted(told("id"));
    const POINT = ["for", "aria-describedby", "aria-labelledby", "aria-controls"];
    const ids = (text) => text.split(/\\s+/);
    const points = (each, name) => ids(each.getAttribute(name) ?? "").map(bearers).join();
    const pointed = new Map(POINT.map((name) => [name, counted(told(name).flatMap(ids))]));
    const NAME = ["aria-label", "alt", "title"];
    const labels = new Map(NAME.map((name) => [name, counted(told(name))]));
    const leaves = all.filter((each) => !each.children.length);
    const words = counted(leaves.map((each) => each.textContent.trim()));
    const says = (each) => [...each.childNodes].some(
        (node) => node.nodeType === 3 && node.data.trim()
    );
    // What hangs on how much is written: whether a part has to be scrolled, or is a small target.
    const overflows = (each) => each.scrollWidth > each.clientWidth && each.clientWidth > 0;
    const isSmall = (each) => {
        if (!each.matches("a, button, input, select, summary, textarea")) return false;
        const {width, height} = each.getBoundingClientRect();
        return width < 24 || height < 24;
    };
    // Of other attributes it counts that they are there: most of their values are words and keys.
    const OWN = new Set(["value", "checked", "style", "data-csrf"]);
    const TOLD = new Set([
        "class", "role", "type", "name", "scope", "lang", "autocomplete", "tabindex", "colspan",
    ]);
    const TEXTS = new Set([...NAME, ...POINT]);
    const tells = (name) => TOLD.has(name) || (name.startsWith("aria-") && !TEXTS.has(name));
    const build = (each) => [
        each.tagName,
        ...each.getAttributeNames().filter((name) => !OWN.has(name)).sort()
            .map((name) => tells(name) ? `${name}=${each.getAttribute(name)}` : name),
        bearers(each.id),
        ...POINT.map((name) => `${points(each, name)} ${pointed.get(name)(each.id)}`),
        ...[...labels].map(([name, count]) => {
            const text = each.getAttribute(name);
            return text && `${count(text)} ${words(text)}`;
        }),
        says(each),
        overflows(each),
        isSmall(each),
    ].join(" ");
    // What decides on its colours.
    const dress = (each) => [
        each.tagName,
        ...["class", "style", "hidden", "open", "disabled", "checked", "aria-current"]
            .map((name) => each.getAttribute(name)),
        each.hasAttribute("href"),
        says(each),
    ].join(" ");
    const short = (text) => {
        let [one, other] = [0, 0];
        for (let place = 0; place < text.length; place += 1) {
            one = Math.imul(one ^ text.charCodeAt(place), 16777619);
            other = Math.imul(other, 31) + text.charCodeAt(place) | 0;
        }
        return `${one >>> 0}.${other >>> 0}`;
    };
    const built = new Set();
    const dressed = new Set();
    const visit = (each, around, beneath) => {
        const own = short(`${around} ${build(each)}`);
        const shown = short(`${beneath} ${dress(each)}`);
        const inside = [...each.children].map((child) => visit(child, own, shown)).sort();
        // Of children that are alike it counts whether there are several: a list of twenty rows is
        // built as one of two is. The cells of a row are told by their number.
        const alike = (part, place) => each.tagName === "TR" || part !== inside[place - 2];
        built.add(short([own, ...inside.filter(alike)].join(" ")));
        dressed.add(shown);
        return own;
    };
    visit(document.body, "", "");
    const levels = all.filter((each) => /^H[1-6]$/.test(each.tagName)).map((each) => each.tagName);
    const root = document.documentElement;
    const view = document.querySelector("meta[name=viewport]");
    built.add([root.lang, root.dir, document.title.trim() !== "", view && view.content].join(" "));
    levels.forEach((level, place) => built.add(`${levels[place - 1] ?? ""}${level}`));
    return {build: [...built], dress: [...dressed]};
}"""


@dataclass
class Marks:
    """Remember what was found good; once there is a folder, for all workers that share it."""

    folder: Path | None = None
    own: set[object] = field(default_factory=set)

    def hold(self, all_of: Iterable[object]) -> bool:
        """Tell whether each of these was found good."""
        return all(each in self.own or self._is_shared(each) for each in all_of)

    def add(self, all_of: Iterable[object]) -> None:
        new = set(all_of) - self.own
        self.own |= new
        if self.folder is not None:
            self.folder.mkdir(exist_ok=True)
            for each in new:
                self._path(each).touch()

    def _is_shared(self, what: object) -> bool:
        if self.folder is None or not self._path(what).exists():
            return False
        self.own.add(what)
        return True

    def _path(self, what: object) -> Path:
        assert self.folder is not None
        return self.folder / hashlib.sha256(repr(what).encode()).hexdigest()


SCANNED = Marks()
"""How the pages are built in which the scanner has found nothing: language, width, page, trait."""

COLOURED = Marks()
"""The widths and dresses whose contrasts were found good, which is half of what a scan costs."""

SCANNER = f"window.loadAxe = function () {{{Axe().axe_script}}};"
"""Every page is given the scanner asleep, which is read twice as fast as when it is sent later."""


STICKING_OUT = """
[...document.querySelectorAll("body *")]
    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map((each) => `${each.tagName.toLowerCase()}.${each.className}`)
    .slice(0, 8)
"""
STRANGE_FACES = """() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  if (!document.querySelector("link[rel=stylesheet]")) return found;  // A page of the tests' own.
  while (words.nextNode()) {
    const text = words.currentNode.textContent.trim();
    const holder = words.currentNode.parentElement;
    if (text && !holder.closest("script, style, svg, noscript, .govuk-visually-hidden")) {
      const face = getComputedStyle(holder).fontFamily;
      if (!face.includes("Atkinson") && !face.includes("mono")) found.push(text.slice(0, 60));
    }
  }
  return found.slice(0, 5);
}"""
"""List words in sight that are written in the browser's own face: an element without a style."""


def axe(page: Page, *, colours: bool = True) -> None:
    """Fail with every accessibility violation on the page; `colours` looks at contrasts too."""
    options = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": STANDARDS},
        "rules": {"color-contrast": {"enabled": colours}},
    }
    page.evaluate("() => { loadAxe.call(window); }")
    # Only what was found is sent over: the whole result is fifty kilobytes of what was not.
    violations = page.evaluate("async wish => (await axe.run(document, wish)).violations", options)
    report = AxeResults({"violations": violations}).generate_report() if violations else ""
    assert violations == [], f"{page.url}\n{report}"
