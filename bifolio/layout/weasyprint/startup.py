"""Import WeasyPrint sooner, in the proven version. Off with `BIFOLIO_PLAIN_ENGINE=1`.

Gains are measured by scripts/measure_speedups.py: how much of the CPU time of a new process that imports WeasyPrint a
step saves when the other is taken, as the median of five pairs.
"""

from __future__ import annotations

import ctypes.util
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def fast_import() -> Iterator[None]:
    """Do less while WeasyPrint is imported."""
    with ExitStack() as stack:
        for step in STEPS:
            stack.enter_context(step())
        yield


@contextmanager
def libraries_by_file_name() -> Iterator[None]:
    """Load libraries by the names of their files, the last that WeasyPrint tries, which need no search.

    For each of the twenty names before them cffi calls `ctypes.util.find_library`, which on Linux starts gcc, ld and
    ldconfig.

    Upstream: Kozea/WeasyPrint#1125, closed: a question. #2073, closed, asks for a faster import.
    Gain: 40.9 %, 0.301 s instead of 0.495 s.
    Can go when: test_import_searches_for_libraries.
    """
    find_library = ctypes.util.find_library
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None  # noqa: ARG005
    try:
        yield
    finally:
        ctypes.util.find_library = find_library


@contextmanager
def subsetter_on_demand() -> Iterator[None]:
    """Import fontTools' subsetter when it is called: where HarfBuzz cannot subset a font, and for variable fonts.

    Upstream: Kozea/WeasyPrint#2886, merged, deprecates it.
    Gain: 32.3 %, 0.290 s instead of 0.437 s.
    Can go when: test_import_loads_the_subsetter.
    """
    names = [name for name in ("fontTools.subset", "fontTools.varLib.instancer") if name not in sys.modules]
    sys.modules.update({name: _ModuleOnDemand(name) for name in names})
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]


class _ModuleOnDemand(ModuleType):
    """A stand-in for a module of which only functions and classes are used, to be called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def call(*args: Any, **more: Any) -> Any:
            return getattr(importlib.import_module(self.__name__), name)(*args, **more)

        return call


STEPS = (libraries_by_file_name, subsetter_on_demand)
"""What `fast_import` does."""
