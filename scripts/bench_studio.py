"""Bench of the studio: what a therapist waits for, in a real browser and under load.

    python scripts/bench_studio.py shelf  [--times 5]
    python scripts/bench_studio.py colour [--changes 100]
    python scripts/bench_studio.py load   [--clients 20] [--seconds 120]

shelf   from the command to the shelf on screen, with a warm store
colour  from changing a clinic's colour to the new first page on screen, measured in the browser
load    many clients at once, each asking for other handouts and clinics: errors, waiting, memory

Each part starts a studio of its own on a free port of this computer and ends it by its number, whatever happens;
each ends by itself. Figures come as they are known, with the load of the machine beside them: on a machine that
does something else they say little.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

ITEM, BRAND = "tears-and-closeness", "harbour"
WIDTH_PX = 816
PATIENCE_S = 30.0
"""How long a warm answer may take before the part fails."""

COLD_PATIENCE_S = 150.0
"""How long a page may take that nobody has seen yet; the studio itself gives up earlier."""

_SHELF = """
new Promise((done) => {
  const seen = () => [...document.querySelectorAll('[data-page]')]
    .filter((image) => image.getBoundingClientRect().top < innerHeight);
  const look = () => {
    if (document.readyState === 'loading' || !seen().length) return setTimeout(look, 5);
    const words = performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
    if (!words) return setTimeout(look, 5);
    Promise.all(seen().map((image) => image.decode())).then(() => requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => done({ words, pages: performance.now(), seen: seen().length });
      painted.port2.postMessage(0);
    }));
  };
  look();
})
"""

_CHANGE = """
([count, patience]) => new Promise((done, fail) => {
  const times = [];
  const colour = document.querySelector('[name=colour]');
  const viewer = document.querySelector('[data-viewer]');
  let started = 0;
  let watch = 0;
  const end = (result, error) => {
    clearTimeout(watch);
    viewer.removeEventListener('drawn', drawn);
    if (error) fail(new Error(error)); else done(result);
  };
  const change = () => {
    watch = setTimeout(() => end(null, `change ${times.length}: ${viewer.textContent.trim()}`), patience);
    const hue = Math.floor((times.length * 137.5) % 360);
    colour.value = `#${Math.floor((hue / 360) * 0xffffff).toString(16).padStart(6, '0')}`;
    started = performance.now();
    colour.dispatchEvent(new Event('input', { bubbles: true }));
  };
  // A frame is on screen when the task after its animation frame runs.
  const drawn = () => requestAnimationFrame(() => {
    const painted = new MessageChannel();
    painted.port1.onmessage = () => {
      clearTimeout(watch);
      times.push(performance.now() - started);
      if (times.length === count) end(times); else setTimeout(change, 60);
    };
    painted.port2.postMessage(0);
  });
  viewer.addEventListener('drawn', drawn);
  change();
})
"""


def main(words: Sequence[str]) -> None:
    """Measure one part and print its figures."""
    parts = argparse.ArgumentParser(description="Bench of the studio.")
    named = parts.add_subparsers(dest="part", required=True)
    one = named.add_parser("shelf", help="from the command to the shelf on screen")
    one.add_argument("--times", type=int, default=5)
    one = named.add_parser("colour", help="from changing a colour to the new page on screen")
    one.add_argument("--changes", type=int, default=100)
    one = named.add_parser("load", help="many clients at once")
    one.add_argument("--clients", type=int, default=20)
    one.add_argument("--seconds", type=int, default=120)
    asked = parts.parse_args(words)
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit("ended from outside")
    )  # so that what was begun is ended
    _say(f"{os.cpu_count()} cores")
    if asked.part == "shelf":
        shelf(asked.times)
    elif asked.part == "colour":
        colour(asked.changes)
    else:
        load(asked.clients, asked.seconds)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}  [load {os.getloadavg()[0]:.1f}]\n")
    sys.stdout.flush()


# -- the studio ----------------------------------------------------------------------------------------


class Studio:
    """The studio as a process, and one client of it."""

    def __enter__(self) -> Self:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, str(ROOT / "build.py"), "studio", "--no-open", "--port", str(port)]
        self.started = time.perf_counter()
        self.running = subprocess.Popen(  # noqa: S603 - this very project
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            assert self.running.stdout is not None
            found = re.search(r"http://([\d.:]+)(/\?key=\S+)", self.running.stdout.readline())
            assert found is not None, "the studio says where it is open"
            self.entry, self.host = found[0], found[1]
            self.told = time.perf_counter() - self.started
            self._way_in = found[2]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.running.terminate()
        try:
            self.running.wait(10)
        except subprocess.TimeoutExpired:
            sys.stdout.write("the studio did not end when asked, and was killed\n")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.running.pid, signal.SIGKILL)  # what is left of it: its presses
            self.running.wait(10)

    def client(self, patience_s: float = PATIENCE_S) -> Client:
        line = http.client.HTTPConnection(self.host, timeout=patience_s)
        line.request("GET", self._way_in)
        answer = line.getresponse()
        answer.read()
        return Client(self.host, line, (answer.headers["set-cookie"] or "").partition(";")[0])

    def memory_mb(self) -> dict[str, float]:
        """Return what the studio and each of its presses holds, pages that they share counted in part."""
        held, pids = {}, [self.running.pid]
        for pid in pids:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for thread in Path(f"/proc/{pid}/task").iterdir():
                    pids += map(int, (thread / "children").read_text("ascii").split())
                found = re.search(
                    r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"), re.MULTILINE
                )
                held[str(pid)] = int(found[1]) / 1000 if found else 0.0
        return held


@dataclass
class Client:
    """One browser's worth of asking: a line that stays open, and a cookie."""

    host: str
    line: http.client.HTTPConnection
    cookie: str

    def ask(self, method: str, path: str, said: object = None) -> bytes:
        headers = {"Cookie": self.cookie, "Origin": f"http://{self.host}"}
        self.line.request(method, path, None if said is None else json.dumps(said).encode(), headers)
        answer = self.line.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise OSError(f"{method} {path}: {answer.status} {body[:200]!r}")
        return body

    def preview(self, item: str, brand: str) -> bytes:
        return self.ask("POST", "/api/picture", {"item": item, "brand": brand, "page": 1, "width": WIDTH_PX})

    def shelf(self, brand: str) -> str:
        return self.ask("GET", f"/?brand={brand}").decode()


def _warm() -> None:
    """Have the shelf, its pictures and the first page of the sample in the store."""
    with Studio() as studio:
        client = studio.client(COLD_PATIENCE_S)
        pictures = re.findall(r'src="(/picture/[^"]+)"', client.ask("GET", "/").decode())
        for address in pictures:
            started = time.perf_counter()
            client.ask("GET", address.replace("&amp;", "&"))
            if (took := time.perf_counter() - started) > 10:
                _say(f"laid out {address.partition('?')[0]} in {took:.0f} s")
        client.preview(ITEM, BRAND)
        _say(f"the store is warm: {len(pictures)} pictures of the shelf")


@contextlib.contextmanager
def _chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    from tests.support.chromium import FLAGS

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


# -- the parts -----------------------------------------------------------------------------------------


def shelf(times: int) -> None:
    """Start the studio again and again, with the browser already open, as a therapist's is."""
    _warm()
    words, pages = [], []
    with _chromium() as browser:
        for number in range(times + 1):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(PATIENCE_S * 1000)
            with Studio() as studio:
                asked = time.perf_counter() - studio.started
                page.goto(studio.entry, wait_until="commit")
                seen = page.evaluate(_SHELF)
            page.close()
            named = "" if number else " (not counted: the browser's first page)"
            one, all_of_it = asked + seen["words"] / 1000, asked + seen["pages"] / 1000
            _say(
                f"{number}: address told {studio.told:.2f} s, shelf on screen {one:.2f} s, "
                f"with its {seen['seen']} pictures {all_of_it:.2f} s after the command{named}"
            )
            if number:
                words.append(one)
                pages.append(all_of_it)
    _say(
        f"shelf: median {statistics.median(words):.2f} s, with pictures {statistics.median(pages):.2f} s; wanted 1 s"
    )


def colour(changes: int) -> None:
    """Change the colour of a clinic, and wait for the page in it, as often as asked."""
    _warm()
    with _chromium() as browser, Studio() as studio:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(studio.entry, wait_until="domcontentloaded")
        page.goto(f"http://{studio.host}/clinic?brand={BRAND}", wait_until="load")
        page.locator("[data-count]", has_text=" of ").wait_for()
        assert page.locator("[data-sample]").input_value() == ITEM
        first = page.evaluate(_CHANGE, [10, PATIENCE_S * 1000])
        _say(f"the first ten, not counted: {', '.join(f'{one:.0f}' for one in first)} ms")
        times: list[float] = []
        while len(times) < changes:
            times += page.evaluate(_CHANGE, [min(25, changes - len(times)), PATIENCE_S * 1000])
            _say(f"{len(times)} changes: {_figures(times)}")
    _say(f"colour: {_figures(times)}; wanted median 120 ms, 95 % 300 ms")


@dataclass
class _Told:
    """What the clients of the load saw, each with when it was, in seconds from the begin."""

    waits: list[tuple[float, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def load(clients: int, seconds: int) -> None:
    """Have clients ask, each for the next handout and clinic, until the time is over."""
    with Studio() as studio:
        asking = studio.client(COLD_PATIENCE_S)
        listed = asking.ask("GET", "/").decode()
        items = re.findall(r'href="/handout/([^?"]+)', listed)
        brands = re.findall(r'<option value="([^"]+)"', listed.partition("</header>")[0])
        wishes = [pair for pair in itertools.product(items, brands) if _can(asking, *pair)]
        _say(f"{len(wishes)} handouts of clinics are laid out; memory {_memory(studio)}")
        told, begin = _Told(), time.monotonic()
        end = begin + seconds
        threads = [
            threading.Thread(target=_ask_on, args=(studio, wishes, number, clients, begin, end, told))
            for number in range(clients)
        ]
        for one in threads:
            one.start()
        held: list[tuple[float, float]] = []
        while (now := time.monotonic()) < end:
            time.sleep(min(10.0, end - now))
            at = time.monotonic() - begin
            held.append((at, sum(studio.memory_mb().values())))
            waits = [wait for when, wait in list(told.waits) if when > at - 10]
            _say(f"{at:4.0f} s: {_figures(waits)}, {len(told.errors)} errors; memory {_memory(studio)}")
        for one in threads:
            one.join(PATIENCE_S * 2)
        assert not any(one.is_alive() for one in threads), "a client still waits"
    for error in told.errors[:5]:
        _say(error)
    after = [mb for at, mb in held if at >= seconds / 2] or [held[-1][1]]
    _say(
        f"load: {clients} clients, {seconds} s: {len(told.waits)} previews, {len(told.errors)} errors, "
        f"{_figures([wait for _, wait in told.waits])}; memory {after[0]:.0f} MB half way, {after[-1]:.0f} MB at the end"
    )


def _can(client: Client, item: str, brand: str) -> bool:
    """Lay a handout out for a clinic; tell whether that clinic has it."""
    try:
        return bool(client.preview(item, brand))
    except OSError:
        return False


def _ask_on(
    studio: Studio,
    wishes: list[tuple[str, str]],
    number: int,
    clients: int,
    begin: float,
    end: float,
    told: _Told,
) -> None:
    client = studio.client()
    turns = itertools.cycle(wishes)
    for item, brand in itertools.islice(turns, number * len(wishes) // clients, None):
        started = time.monotonic()
        if started > end:
            return
        try:
            client.preview(item, brand)
        except (OSError, http.client.HTTPException) as error:
            told.errors.append(f"{item} for {brand}: {error!r}")
            client = studio.client()
        else:
            told.waits.append((started - begin, (time.monotonic() - started) * 1000))


def _memory(studio: Studio) -> str:
    held = sorted(studio.memory_mb().values(), reverse=True)
    return f"{sum(held):.0f} MB ({' + '.join(f'{one:.0f}' for one in held)})"


def _figures(times: list[float]) -> str:
    """Say what most waited, and what one in twenty waited, in milliseconds."""
    if not times:
        return "nothing came"
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"{len(ordered)} times, median {statistics.median(ordered):.0f} ms, 95 % {p95:.0f} ms"


if __name__ == "__main__":
    main(sys.argv[1:])
