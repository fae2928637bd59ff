"""The report in a notebook: its own page without script, in a frame that may do nothing."""

from __future__ import annotations

import html as escaping
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._report import Report

#: Most bytes of a cell's output. Notebooks are kept in repositories.
MOST_BYTES = 300_000


def html(report: Report) -> str:
    """At most `MOST_BYTES` bytes, without a script."""
    heading = f"<p><b>{escaping.escape(repr(report)[1:-1])}</b></p>"
    room = MOST_BYTES
    for _ in range(6):
        text = heading + _frame(report.to_html(most_bytes=room, pictures=True))
        size = len(text.encode())
        if size <= MOST_BYTES:
            return text
        # Escaping has made it longer; most of a page is pictures, of which there will be fewer.
        room = int(room * MOST_BYTES / size * 0.9)
    # Names or findings alone may take more than there is.
    return f"{heading}<pre>{escaping.escape(report._summary())}</pre>"


def _frame(page: str) -> str:
    still = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL | re.IGNORECASE)
    source = still.replace("&", "&amp;").replace('"', "&quot;")
    return f'<iframe sandbox srcdoc="{source}" style="width:100%;height:40em;border:0"></iframe>'
