"""Bench of the studio: what a therapist waits for, in a real browser and under load.

    python scripts/bench_studio.py [changes] [seconds]

1. From the command to the shelf on screen, with a warm store.
2. From changing a brand's colour to the new first page on screen, measured in the browser.
3. Twenty clients at once, asking for different handouts and clinics: errors, waiting, memory.
"""

from __future__ import annotations

import http.client
import itertools
import json
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
ITEMS = ("tears-and-closeness", "steady-now", "check-in-card", "talking-about-it")
BRANDS = ("default", "harbour", "rowan")

_CHANGE = """
(count) => new Promise((done) => {
  const times = [];
  const colour = document.querySelector('[name=colour]');
  const viewer = document.querySelector('[data-viewer]');
  let started = 0;
  const change = () => {
    const hue = Math.floor((times.length * 137.5) % 360);
    const value = Math.floor((hue / 360) * 0xffffff).toString(16).padStart(6, '0');
    colour.value = `#${value}`;
    started = performance.now();
    colour.dispatchEvent(new Event('input', { bubbles: true }));
  };
  viewer.addEventListener('drawn', () => requestAnimationFrame(() => {
    times.push(performance.now() - started);
    if (times.length === count) done(times); else setTimeout(change, 60);
  }));
  change();
})
"""


def main(changes: int, seconds: int) -> None:
    """Measure and print."""
    with _Studio() as warm:
        warm.get("/?brand=harbour")
        for item, brand in itertools.product(ITEMS, BRANDS):
            warm.post("/api/picture", {"item": item, "brand": brand, "page": 1, "width": 816})
        for address in re.findall(r'src="(/picture/[^"]+)"', warm.get("/?brand=harbour").decode()):
            warm.get(address.replace("&amp;", "&"))
    _in_browser(changes)
    with _Studio() as studio:
        _load(studio, seconds)


class _Studio:
    """The studio as a process, and one way in."""

    def __enter__(self) -> Self:
        command = [sys.executable, str(ROOT / "build.py"), "studio", "--no-open"]
        self.started = time.perf_counter()
        self.running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert self.running.stdout is not None
        found = re.search(r"http://([\d.:]+)/\?key=\S+", self.running.stdout.readline())
        assert found is not None
        self.entry, self.host = found[0], found[1]
        answer, _ = self._ask("GET", self.entry.removeprefix(f"http://{self.host}"), "", None)
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return self

    def __exit__(self, *error: object) -> None:
        self.running.terminate()
        self.running.wait()

    def _ask(
        self, method: str, path: str, cookie: str, body: bytes | None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        line = http.client.HTTPConnection(self.host, timeout=120)
        headers = {"Cookie": cookie, "Origin": f"http://{self.host}"}
        line.request(method, path, body, headers)
        answer = line.getresponse()
        read = answer.read()
        line.close()
        return answer, read

    def get(self, path: str) -> bytes:
        answer, body = self._ask("GET", path, self.cookie, None)
        assert answer.status == 200, (path, answer.status)
        return body

    def post(self, path: str, said: object) -> bytes:
        answer, body = self._ask("POST", path, self.cookie, json.dumps(said).encode())
        assert answer.status == 200, (path, answer.status)
        return body

    def memory_mb(self) -> float:
        """Add up what the studio and its presses hold, pages that they share counted in part."""
        pids, total = [self.running.pid], 0.0
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
            pids += map(int, children)
            text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
            total += int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) / 1000  # type: ignore[index]
        return total


def _in_browser(changes: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with _Studio() as studio:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(studio.entry, wait_until="domcontentloaded")
            sys.stdout.write(
                f"shelf on screen: {time.perf_counter() - studio.started:.2f} s after the command\n"
            )
            page.goto(f"http://{studio.host}/clinic?brand=harbour", wait_until="load")
            page.wait_for_function("document.querySelector('[data-count]').textContent.includes(' of ')")
            page.evaluate(_CHANGE, 10)
            times = sorted(page.evaluate(_CHANGE, changes))
            p95 = times[int(len(times) * 0.95) - 1]
            sys.stdout.write(
                f"a colour: median {statistics.median(times):.0f} ms, 95 % {p95:.0f} ms ({changes} changes)\n"
            )
        browser.close()


def _load(studio: _Studio, seconds: int) -> None:
    times: list[float] = []
    errors: list[str] = []
    end = time.monotonic() + seconds

    def client(number: int) -> None:
        turns = itertools.cycle(itertools.product(ITEMS, BRANDS))
        for item, brand in itertools.islice(turns, number, None):
            if time.monotonic() > end:
                return
            started = time.perf_counter()
            try:
                studio.post("/api/picture", {"item": item, "brand": brand, "page": 1, "width": 816})
            except (AssertionError, OSError) as error:
                errors.append(repr(error))
            times.append(time.perf_counter() - started)

    clients = [threading.Thread(target=client, args=(number,)) for number in range(20)]
    for one in clients:
        one.start()
    time.sleep(seconds / 2)
    middle = studio.memory_mb()
    for one in clients:
        one.join()
    last = studio.memory_mb()
    times.sort()
    sys.stdout.write(
        f"20 clients, {seconds} s: {len(times)} pages, {len(errors)} errors, median "
        f"{statistics.median(times) * 1000:.0f} ms, 95 % {times[int(len(times) * 0.95) - 1] * 1000:.0f} ms; "
        f"memory {middle:.0f} MB half way, {last:.0f} MB at the end\n"
    )


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:], "100", "120"][:2]))
