"""Context: what the routes of one studio share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bifolio.studio.auth import SiteConfig
from bifolio.studio.page_templates import PageTemplates
from bifolio.studio.response_cache import ResponseCache
from bifolio.studio.shelf_search import ShelfSearch
from bifolio.studio.tasks import TaskPool

if TYPE_CHECKING:
    from bifolio.branding.logo import Logo
    from bifolio.studio.bundle import Bundle


@dataclass
class StudioContext:
    """One running studio: its workers, its pages, and what it holds in memory until someone asks for it."""

    site: SiteConfig
    workers: TaskPool
    responses: ResponseCache
    templates: PageTemplates
    bundles: dict[str, Bundle] = field(default_factory=dict)
    """Zip files that are being made, or wait to be downloaded, by number."""
    bundles_begun: int = 0
    logos: dict[str, Logo] = field(default_factory=dict)
    """Uploaded logos by fingerprint, held until their clinics are saved."""

    @classmethod
    def open(cls, project: Path, site: SiteConfig) -> StudioContext:
        """Open the studio of a project. Workers start with the first task."""
        return cls(
            site, TaskPool(project), ResponseCache(project), PageTemplates(has_password=site.has_password)
        )

    @property
    def is_local(self) -> bool:
        """Whether the browser is on this computer, so that a picture need not be made small to travel."""
        return not self.site.has_password

    @cached_property
    def search(self) -> ShelfSearch:
        """The search of its shelves."""
        return ShelfSearch(self.workers, self.responses)

    async def close(self) -> None:
        """Stop all work."""
        for bundle in self.bundles.values():
            bundle.cancel()
        await self.workers.stop()


def context_of(scope: Mapping[str, Any]) -> StudioContext:
    """Return the studio that a request, or its ASGI scope, is addressed to."""
    context: StudioContext = scope["app"].state.context
    return context
