"""A QR code as SVG in the page: it holds one link and nothing else."""

import segno
from markupsafe import Markup

DARK, LIGHT = "#10231D", "#FFFFFF"
QUIET_ZONE = 4


def qr_svg(url: str, *, label: str) -> Markup:
    """Return the drawing, dark on plain white in either theme, within the quiet zone."""
    code = segno.make(url, error="m", micro=False)
    width = code.symbol_size(border=QUIET_ZONE)[0]
    return Markup(
        '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'shape-rendering="crispEdges">'
        '<path fill="{}" d="M0 0h{}v{}H0z"/><path fill="{}" d="{}"/></svg>'
    ).format(label, width, width, LIGHT, width, width, DARK, _modules(code))


def _modules(code: segno.QRCode) -> str:
    """Return the dark modules as runs of unit squares."""
    steps = []
    for y, row in enumerate(code.matrix, QUIET_ZONE):
        x = 0
        while x < len(row):
            run = next((i for i in range(x, len(row)) if not row[i]), len(row)) - x
            if run:
                steps.append(f"M{x + QUIET_ZONE} {y}h{run}v1h-{run}z")
            x += run + 1
    return "".join(steps)
