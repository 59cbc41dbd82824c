"""Gallery: small pictures of blocks, their comparison with agreed ones, and a report for a person to look at."""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageChops

DPI = 55
"""Coarse on purpose: it shows layout, weight and colour, and a picture stays below 20 KiB."""

MM = DPI / 25.4

TOLERANCE = 48
"""How far a channel of a pixel may differ: agreed pictures hold 128 colours, and edges of letters round."""

SHARE = 0.001
"""Which share of the pixels may differ by more: less than one short word in an average picture."""

FOOT_MM = 19.5
"""The running foot, from the lower edge of the sheet; it is no part of a block."""

MARGIN_MM = 12.0


def crop(page: Image.Image, box_mm: tuple[float, float, float, float] | None = None) -> Image.Image:
    """Cut a page to what stands on it above the foot, inside `box_mm` (left, top, right, bottom) if given."""
    width, height = page.width / MM, page.height / MM
    left, top, right, bottom = box_mm or (MARGIN_MM, 0, width - MARGIN_MM, height - FOOT_MM)
    part = page.crop((round(left * MM), round(top * MM), round(right * MM), round(bottom * MM)))
    found = ImageChops.difference(part, Image.new("RGB", part.size, "white")).getbbox()
    assert found, "there is nothing on the page"
    return part.crop((0, max(0, found[1] - 4), part.width, min(part.height, found[3] + 4)))


def as_png(picture: Image.Image) -> bytes:
    """Write a picture with 128 colours, the same bytes each time."""
    out = io.BytesIO()
    few = picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def difference(one: Image.Image, other: Image.Image) -> tuple[float, Image.Image]:
    """Return the share of pixels that differ, 0 to 1, and a picture that shows them in black."""
    size = max(one.width, other.width), max(one.height, other.height)
    one, other = _on_white(one, size), _on_white(other, size)
    channels = ImageChops.difference(one, other).split()
    loud = [channel.point(lambda value: 255 if value > TOLERANCE else 0) for channel in channels]
    mask = ImageChops.lighter(ImageChops.lighter(loud[0], loud[1]), loud[2])
    return mask.histogram()[255] / (size[0] * size[1]), ImageChops.invert(mask)


def _on_white(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    sheet = Image.new("RGB", size, "white")
    sheet.paste(picture.convert("RGB"))
    return sheet


@dataclass
class Gallery:
    """The agreed pictures of a folder; with `update` they are written anew."""

    expected: Path
    results: Path
    update: bool
    failed: list[tuple[str, float, Image.Image | None, Image.Image, Image.Image | None]] = field(
        default_factory=list
    )

    def check(self, actual: Image.Image, name: str) -> None:
        """Hold a picture against the agreed one of this name."""
        path = self.expected / f"{name}.png"
        if self.update:
            self._agree(actual, path)
            return
        if not path.exists():
            self.failed.append((name, 1.0, None, actual, None))
            raise AssertionError(f"no picture {path.name}; look, then run with --update-golden")
        agreed = Image.open(path).convert("RGB")
        share, shown = difference(agreed, actual)
        if share > SHARE:
            self.failed.append((name, share, agreed, actual, shown))
            raise AssertionError(f"{name}: {share:.2%} of the pixels differ; see {self.results}/report.html")

    def _agree(self, actual: Image.Image, path: Path) -> None:
        # An agreed picture that still holds is left alone, so that a diff shows what changed and no more.
        if path.exists() and difference(Image.open(path).convert("RGB"), actual)[0] == 0:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_png(actual))

    def report(self) -> None:
        """Write one page, with the pictures in it, that shows what failed; none when nothing did."""
        page = self.results / "report.html"
        page.unlink(missing_ok=True)
        if not self.failed:
            return
        rows = "".join(
            f"<h2>{html.escape(name)}</h2><p>{share:.2%} of the pixels differ.</p><div>"
            + "".join(_figure(title, picture) for title, picture in _titled(*pictures))
            + "</div>"
            for name, share, *pictures in self.failed
        )
        self.results.mkdir(parents=True, exist_ok=True)
        page.write_text(_PAGE.format(rows=rows), "utf-8")


def _titled(
    agreed: Image.Image | None, actual: Image.Image, shown: Image.Image | None
) -> list[tuple[str, Image.Image]]:
    named = [("Expected", agreed), ("Actual", actual), ("Difference", shown)]
    return [(title, picture) for title, picture in named if picture is not None]


def _figure(title: str, picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "PNG")
    data = base64.b64encode(out.getvalue()).decode()
    return (
        f"<figure><figcaption>{title}</figcaption>"
        f'<img alt="{title}" src="data:image/png;base64,{data}"/></figure>'
    )


_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"/><title>Pictures that differ</title><style>
body {{ font: 16px/1.5 sans-serif; margin: 2rem; background: #eee }}
div {{ display: flex; flex-wrap: wrap; gap: 1rem }}
figure {{ margin: 0 }}
img {{ border: 1px solid #888; image-rendering: pixelated; width: 100%; max-width: 40rem }}
</style></head><body><h1>Pictures that differ</h1>{rows}</body></html>
"""
