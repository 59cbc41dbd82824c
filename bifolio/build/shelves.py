"""Shelves: the page of all that stands in a clinic's folder, for each folder that has web pages."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bifolio.build.selection import read_each
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import BifolioError
from bifolio.formats import image, shelf, web
from bifolio.formats.flow import FLOWING, clinic_copy, faces, paint
from bifolio.formats.shelf import Facts
from bifolio.formats.stages import Stages, proved
from bifolio.model.artifact import Artifact
from bifolio.model.job import Job
from bifolio.resolve import resolve

_JOB_FIELDS = ("item", "edition", "theme", "region", "language", "brand")


def shelves(
    repository: Repository,
    stages: Stages,
    made: Sequence[Artifact],
    standing: Mapping[str, Facts],
    folder: Path,
    asked: Collection[str],
    failures: list[BifolioError],
) -> list[Artifact]:
    """Return the shelf of each clinic and language of whose files one was made: all that then stands there.

    `standing` is what the manifest says of the files in `folder`; `asked` are the paths of all that was asked for:
    a shelf is where web pages are among them. What is wrong with a shelf is added to `failures`.
    """
    new = {artifact.path: artifact for artifact in made}
    files = {**standing, **{one.path: {**one.metadata, "bytes": one.size} for one in made}}
    shown = shelf.places({path: facts for path, facts in files.items() if path in asked})
    make = partial(_shelf, repository, stages, files, new, folder, asked)
    return list(read_each(shown, make, failures).values())


def _shelf(
    repository: Repository,
    stages: Stages,
    files: Mapping[str, Facts],
    new: Mapping[str, Artifact],
    folder: Path,
    asked: Collection[str],
    place: str,
) -> Artifact:
    job = next(
        Job(**{name: facts[name] for name in _JOB_FIELDS}, format="html")
        for path, facts in sorted(files.items())
        if path in asked and facts.get("format") == "html" and path.startswith(f"{place}/")
    )
    inputs = resolve(repository, job)
    stock = shelf.items(files, place, lambda name: repository.edition(name).name)
    drawn = {}
    for item in stock:
        if item.first_pdf:
            path = f"{place}/{item.first_pdf}"
            pdf = new[path].body if path in new else (folder / path).read_bytes()
            drawn[item.id] = image.picture(pdf, stages).take
        elif any(path.startswith(f"{place}/{item.id}.") for path in asked):
            first_page = image.make(resolve(repository, replace(job, item=item.id, format="png")), stages)
            drawn[item.id] = partial(bytes, first_page.body)
    pictures = {own: take() for own, take in drawn.items()}
    addresses = {own: "data:image/png;base64," + b64encode(png).decode() for own, png in pictures.items()}
    sizes = {own: image.size(png) for own, png in pictures.items()}
    heights = {own: 240 * height // width for own, (width, height) in sizes.items()}
    shown = {"groups": shelf.groups(stock), "pictures": addresses, "heights": heights}
    setup = inputs.layout.setup
    composer, colours = stages.composer(setup, FLOWING), paint(inputs.clinic, stages)
    copy = clinic_copy(inputs.clinic, composer, colours)
    flow = composer.shelf(shown, composer.slots(copy, {}, flowing=True), copy)
    plain = stages.composer(setup)
    body = web.render(
        flow, colours, faces(setup, stages), copy.name, plain.stylesheet.frame("web"), plain.document
    )
    path = f"{place}/index.html"
    warnings = proved(web.verify(body, path, [file.name for item in stock for file in item.files]))
    metadata = {"brand": job.brand, "language": job.language, "format": "shelf"}
    made_from = stages.layouts.fingerprint("shelf", body)
    return Artifact(path, body, {**metadata, "inputs": made_from}, tuple(warnings), made_from)
