"""Two reading systems: epub.js in Chromium, which many apps are made of, and MuPDF, which knows little CSS."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from tests.support import gates
from tests.support.chromium import FLAGS


@dataclass(frozen=True)
class Screen:
    """A screen in CSS pixels, the type size that its reader has chosen, and whether it is dark."""

    width: int
    height: int
    percent: int = 100
    dark: bool = False


SCREENS = (
    Screen(390, 640),
    Screen(390, 640, percent=200),
    Screen(600, 800, dark=True),
    Screen(600, 800, percent=200),
)


LINES = frozenset({"write-line", "grounding-line", "log-cell-blank", "agreement-initials"})
"""The classes of lines to write on."""


# -- epub.js -------------------------------------------------------------------------------------


def why_no_epubjs() -> str | None:
    """Say what epub.js lacks on this machine; None when it can run."""
    if gates.why_no_browser_gates():
        return gates.why_no_browser_gates()
    if not all(script.is_file() for script in _scripts()):
        return "epub.js is missing: npm ci --prefix tests/tools"
    return None


def _scripts() -> tuple[Path, Path]:
    modules = gates.TOOLS / "node_modules"
    return modules / "jszip" / "dist" / "jszip.min.js", modules / "epubjs" / "dist" / "epub.min.js"


@contextmanager
def epubjs() -> Iterator[EpubJs]:
    """Start Chromium for any number of books."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS])
        yield EpubJs(browser)
        browser.close()


class EpubJs:
    """Looks at books on pages, as epub.js sets them."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    def look(self, book: bytes, screen: Screen) -> dict[str, Any]:
        """Return what is wrong in any document of a book: `cut`, `overlapping`, `unseen`; and the `colours` of its words."""
        page = self._browser.new_page(
            viewport={"width": screen.width, "height": screen.height},
            color_scheme="dark" if screen.dark else "light",
        )
        page.set_content("<body style='margin: 0'><div id='book'></div></body>")
        for script in _scripts():
            page.add_script_tag(path=script)
        lines = ", ".join(f".{name}" for name in sorted(LINES))
        code = base64.b64encode(book).decode()
        shown = [code, screen.width, screen.height, f"{screen.percent}%", lines]
        found = page.evaluate(_LOOK, shown)
        page.close()
        return dict(found)


_LOOK = """async ([book, width, height, size, lines]) => {
  const opened = ePub(Uint8Array.from(atob(book), (letter) => letter.charCodeAt(0)).buffer);
  await opened.ready;
  const shown = opened.renderTo("book", { width, height, flow: "paginated", spread: "none" });
  shown.themes.fontSize(size);
  const found = { documents: 0, lines: 0, cut: [], overlapping: [], unseen: [], colours: [] };
  const items = [];
  opened.spine.each((item) => items.push(item.href));
  for (const href of items.filter((name) => !/cover|nav/.test(name))) {
    await shown.display(href);
    const page = shown.getContents()[0].document;
    await page.fonts.ready;
    await Promise.all([...page.images].map((image) => image.decode().catch(() => {})));
    found.documents += 1;
    const isTorn = (box) => Math.floor((box.left + 1) / width) !== Math.floor((box.right - 1) / width);
    const boxes = [];
    const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!node.data.trim() || node.parentElement.closest("svg")) continue;
      const range = page.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width < 2) continue;
        if (isTorn(box)) found.cut.push(node.data.trim());
        boxes.push({ box, words: node.data.trim() });
      }
    }
    boxes.sort((one, other) => one.box.top - other.box.top);
    boxes.forEach(({ box, words }, at) => {
      for (const next of boxes.slice(at + 1)) {
        if (next.box.top > box.bottom) break;
        const deep = Math.min(box.bottom, next.box.bottom) - next.box.top;
        const wide = Math.min(box.right, next.box.right) - Math.max(box.left, next.box.left);
        const least = Math.min(box.height, next.box.height);
        if (wide > 2 && deep > least / 2) found.overlapping.push(`${words} / ${next.words}`);
      }
    });
    for (const drawn of page.querySelectorAll("img, svg")) {
      const box = drawn.getBoundingClientRect();
      const isEmpty = drawn.localName === "img" && !drawn.naturalWidth;
      if (isEmpty || box.width < 5 || box.height < 5) found.unseen.push(drawn.outerHTML.slice(0, 90));
      else if (isTorn(box) || box.height > height) found.cut.push(drawn.outerHTML.slice(0, 90));
    }
    for (const line of page.querySelectorAll(lines)) {
      const style = getComputedStyle(line);
      found.lines += 1;
      if (parseFloat(style.borderBottomWidth) < 1 || line.getBoundingClientRect().width < 80) found.unseen.push(line.className);
    }
    const ground = getComputedStyle(page.documentElement).backgroundColor;
    for (const words of page.querySelectorAll("p, li, td, dd")) found.colours.push([getComputedStyle(words).color, ground]);
  }
  return found;
}"""


# -- MuPDF ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MuPdf:
    """What MuPDF makes of a book: its pages as grey pictures, their words, and what it says of the book."""

    pages: Sequence[Image.Image]
    words: str
    complaints: Sequence[str]


def mupdf(program: str, book: Path, screen: Screen, folder: Path) -> MuPdf:
    """Have a book drawn by `mutool`, one pixel for each CSS pixel."""
    size = ["-W", str(screen.width), "-H", str(screen.height), "-S", str(16 * screen.percent / 100)]

    def draw(*options: str) -> subprocess.CompletedProcess[str]:
        command = [program, "draw", "-q", *size, *options, str(book)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)

    told = draw("-r", "72", "-c", "gray", "-o", str(folder / "%03d.png")).stderr
    complaints = [
        line for line in told.splitlines() if not re.search(r"ICC support|unknown epub version", line)
    ]
    pages = [Image.open(path).convert("L") for path in sorted(folder.glob("*.png"))]
    return MuPdf(pages, draw("-F", "txt", "-o", "-").stdout, complaints)
