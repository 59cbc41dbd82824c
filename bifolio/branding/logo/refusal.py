"""Why a logo is refused, as an exception that knows neither the brand file nor the line that names the logo."""

from __future__ import annotations

EXPORT = "export it as plain SVG from the drawing program, or as PNG at least 1200 pixels wide"


class RefusedError(Exception):
    """A logo that cannot be printed as a browser shows it. `code` is the second half of the finding's code."""

    def __init__(self, code: str, message: str, cure: str = EXPORT) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.cure = cure


def unreadable(message: str, cure: str = EXPORT) -> RefusedError:
    """Return the refusal of a file that is no picture, or a broken one."""
    return RefusedError("unreadable-logo", message, cure)


def too_large(
    message: str, cure: str = "save it smaller, or simplify it in the drawing program"
) -> RefusedError:
    """Return the refusal of a file that exceeds one of the limits."""
    return RefusedError("logo-size", message, cure)


def unsupported(message: str, cure: str = EXPORT) -> RefusedError:
    """Return the refusal of a drawing that uses something a browser shows and paper cannot."""
    return RefusedError("logo-unsupported", message, cure)
