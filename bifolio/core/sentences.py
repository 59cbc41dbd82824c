"""Where the sentences of a passage begin and end."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r".+?(?:[.!?][\"”’)]*(?=\s+[*\[]*\{?[A-Z“\"'(0-9])|$)")


def sentences(text: str) -> list[str]:
    """Split a passage into its sentences, markup and all.

    >>> sentences("Stop. You can breathe, e.g. slowly. **Nothing** has to happen next.")
    ['Stop.', 'You can breathe, e.g. slowly.', '**Nothing** has to happen next.']
    >>> sentences("“Are you okay?” Then wait.")
    ['“Are you okay?”', 'Then wait.']
    """
    return [found.strip() for found in _SENTENCE.findall(" ".join(text.split()))]
