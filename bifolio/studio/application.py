"""Application: a project → the studio as an ASGI application. Its workers make what is shown (see `tasks`).

Every request has passed the guard. Names of handouts, brands and forms are looked up in lists by the worker,
never put into a path. What a therapist says of one client comes in the body of a request and is gone with
the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from bifolio.studio import error_pages, tasks
from bifolio.studio.auth import RequestGuard, SiteConfig
from bifolio.studio.context import StudioContext
from bifolio.studio.errors import TaskError
from bifolio.studio.routes import (
    approvals,
    bundles,
    clinic,
    handout,
    page_images,
    search,
    shelf,
    sign_in,
    static,
    text,
)

PAGES = (shelf, search, sign_in, handout, page_images, bundles, clinic, approvals, text, static)


def studio(project: Path, site: SiteConfig) -> Starlette:
    """Return the studio as an ASGI application. Its worker processes start and end with it."""
    context = StudioContext.open(project, site)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        warming = asyncio.ensure_future(_warm_up(context))
        try:
            yield
        finally:
            warming.cancel()
            await context.close()

    app = Starlette(
        routes=[route for page in PAGES for route in page.ROUTES],
        middleware=[Middleware(RequestGuard, site=site, refuse=error_pages.refuse)],
        exception_handlers={
            TaskError: error_pages.task_failed,
            HTTPException: error_pages.not_found,
            Exception: error_pages.server_error,
        },
        lifespan=lifespan,
    )
    app.state.context = context
    return app


async def _warm_up(context: StudioContext) -> None:
    """Load the layout engine while a therapist is still looking for a handout; the browser goes first.

    What serves files is loaded at once: the browser asks for its first file when it has read the first page.
    """
    await asyncio.to_thread(lambda: asyncio.run(run_in_threadpool(int)))
    await asyncio.sleep(1)
    await context.workers.run(tasks.warm_up, background=True)
