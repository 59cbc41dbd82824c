"""Replace attributes of WeasyPrint's modules and classes, and put them back.

A patch is a function that takes `Patches` and replaces what it is about. Its docstring says why, which upstream
issue it is about, what it gains if it is a speedup, and which test fails once WeasyPrint no longer needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


class Patches:
    """Replaced attributes, in the order in which they were replaced."""

    def __init__(self) -> None:
        self._originals: list[tuple[Any, str, Any]] = []

    def replace(self, owner: Any, name: str, value: Any) -> None:
        """Replace an attribute that a module, class or object has itself; KeyError where it has none of that name."""
        self._originals.append((owner, name, vars(owner)[name]))
        setattr(owner, name, value)

    def replace_imported(self, function: Callable[..., Any], value: Callable[..., Any]) -> None:
        """Replace a function of WeasyPrint in each of its modules that has imported it by name."""
        modules = [module for name, module in sys.modules.items() if name.startswith("weasyprint.")]
        places = [
            (module, name) for module in modules for name, own in vars(module).items() if own is function
        ]
        for module, name in places:
            self.replace(module, name, value)

    def undo(self) -> None:
        """Put every attribute back."""
        while self._originals:
            owner, name, value = self._originals.pop()
            setattr(owner, name, value)


Patch = Callable[[Patches], None]
