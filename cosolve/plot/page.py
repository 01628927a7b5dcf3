"""A picture as a web page of its own: turn the wheel to zoom, drag to move, click twice for all."""

from __future__ import annotations

import html
import re

_XML_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_WIDTH = re.compile(r'(<svg\b[^>]*?) width="[^"]*"')
_HEIGHT = re.compile(r'(<svg\b[^>]*?) height="[^"]*"')

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
html, body {{ margin: 0; height: 100%; overflow: hidden; background: white; }}
svg {{ width: 100%; height: 100%; cursor: grab; touch-action: none; user-select: none; }}
</style>
</head>
<body>
{picture}
<script>
"use strict";
const svg = document.querySelector("svg");
const whole = svg.viewBox.baseVal;
const all = [whole.x, whole.y, whole.width, whole.height];
let view = all.slice();
let held = null;

function show() {{ svg.setAttribute("viewBox", view.join(" ")); }}

function toPicture(event) {{
  const point = new DOMPoint(event.clientX, event.clientY);
  return point.matrixTransform(svg.getScreenCTM().inverse());
}}

// What is under the pointer stays there.
svg.addEventListener("wheel", (event) => {{
  event.preventDefault();
  const factor = Math.exp(event.deltaY * 0.0015);
  const width = Math.min(all[2] * 4, Math.max(all[2] / 5000, view[2] * factor));
  const at = toPicture(event);
  const scale = width / view[2];
  view = [at.x - (at.x - view[0]) * scale, at.y - (at.y - view[1]) * scale,
          width, view[3] * scale];
  show();
}}, {{ passive: false }});

svg.addEventListener("pointerdown", (event) => {{
  held = toPicture(event);
  svg.setPointerCapture(event.pointerId);
}});
svg.addEventListener("pointermove", (event) => {{
  if (held === null) return;
  const at = toPicture(event);
  view[0] += held.x - at.x;
  view[1] += held.y - at.y;
  show();
}});
for (const end of ["pointerup", "pointercancel"]) {{
  svg.addEventListener(end, () => {{ held = null; }});
}}
svg.addEventListener("dblclick", () => {{ view = all.slice(); show(); }});
</script>
</body>
</html>
"""


def page(svg: str, title: str) -> str:
    """Return a web page that shows a drawing and lets one zoom and move in it.

    The page needs nothing from elsewhere.

    Parameters
    ----------
    svg
        The drawing, a whole SVG file with a ``viewBox``.
    title
        Of the page.
    """
    picture = _XML_HEAD.sub("", svg, count=1)
    # The window says how large it is shown.
    picture = _HEIGHT.sub(r"\1", _WIDTH.sub(r"\1", picture, count=1), count=1)
    return _PAGE.format(title=html.escape(title), picture=picture.rstrip())
