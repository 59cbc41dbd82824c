"""Turn what WeasyPrint and fontTools log into findings."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bifolio.core.diagnostics import Diagnostic, shorten

_LOGGERS = ("weasyprint", "fontTools")


@contextmanager
def collected_messages(where: str) -> Iterator[list[Diagnostic]]:
    """Collect warnings and errors while the block runs. `where` names the document in findings."""
    findings: list[Diagnostic] = []
    handler = _Handler(where, findings)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield findings
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


class _Handler(logging.Handler):
    def __init__(self, where: str, findings: list[Diagnostic]) -> None:
        super().__init__(logging.WARNING)
        self.where = where
        self.findings = findings

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message.startswith(".notdef glyph") and isinstance(record.args, tuple):
            letter, codepoint = record.args
            words = f'no font here has a shape for "{letter}" (U+{codepoint:04X})'
            self.findings.append(Diagnostic("render.missing-glyph", words, where=self.where))
        else:
            self.findings.append(Diagnostic("render.warning", shorten(message, 300), where=self.where))
