"""Markdown as it is shown to trainers and learners: formatting yes, HTML of one's own as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

from clusterlib.delivery.pages.clean import PICTURE, clean_html, is_web_link, visible

# A page of half a sheet has 3,000 characters. Beyond this a text is shown as it was typed: parsers
# of Markdown can be kept busy for hours with a text made for it.
MOST_TEXT = 20_000
PLUGINS = ("strikethrough", "table", "url", "def_list", "math")
BARE_TAG = re.compile(
    r"</?(?:b|blockquote|br|code|del|em|h[1-6]|hr|i|kbd|li|mark|ol|p|q|s|small|strong|sub|sup|"
    r"table|tbody|td|tfoot|th|thead|tr|u|ul)\s*/?>",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rendered:
    """Clean HTML, and what was shown as text because it could have acted."""

    html: str
    refused: tuple[str, ...] = field(default=())


def render(
    source: str, own_host: str = "", attached: Mapping[str, Mapping[str, str]] | None = None
) -> Rendered:
    """Return Markdown as clean HTML; formulas stay as they were typed.

    Args:
        source: Markdown of anybody; more than MOST_TEXT characters are shown as typed.
        own_host: the server that shows the page; see `clean.is_web_link`.
        attached: pictures of the cell by name, as a notebook keeps them.

    Example:
        >>> render("A **plan** with <script>x()</script>").html.strip()
        '<p>A <strong>plan</strong> with &lt;script&gt;x()&lt;/script&gt;</p>'
    """
    source = visible(source)
    if len(source) > MOST_TEXT:
        return Rendered(as_typed(source), ("too long",))
    renderer, markdown = _parser(own_host, attached or {})
    try:
        html = str(markdown(source))
    except (RecursionError, ValueError, KeyError, IndexError, AttributeError):
        # The parser gave up: the text itself must not be lost.
        return Rendered(as_typed(source), ("cannot be parsed",))
    return Rendered(clean_html(html, own_host), tuple(renderer.refused))


def as_typed(source: str) -> str:
    """Return a text as HTML, letter by letter."""
    return f"<pre>{escape(source, quote=False)}</pre>"


def _parser(own_host: str, attached: Mapping[str, Mapping[str, str]]) -> tuple[Any, Any]:
    from mistune import HTMLRenderer, Markdown
    from mistune.plugins import import_plugin

    class SafeRenderer(HTMLRenderer):
        """Shows as text whatever is more than formatting."""

        def __init__(self) -> None:
            super().__init__(escape=True)
            self.refused: list[str] = []

        def text(self, text: str) -> str:
            return escape(unescape(text), quote=False)

        def inline_html(self, html: str) -> str:
            return html if self._is_bare(html) else escape(html)

        def block_html(self, html: str) -> str:
            return html if self._is_bare(html) else f"<p>{escape(html)}</p>\n"

        def _is_bare(self, html: str) -> bool:
            bare = "<" not in BARE_TAG.sub("", html)
            if not bare:
                self.refused.append(html)
            return bare

        def link(self, text: str, url: str, title: str | None = None) -> str:
            if is_web_link(url, own_host):
                return f'<a href="{escape(url)}">{text}</a>'
            self.refused.append(url)
            return f"{text} ({escape(url)})"

        def image(self, text: str, url: str, title: str | None = None) -> str:
            words = escape(unescape(re.sub(r"<[^>]*>", "", text)))
            if url.startswith("attachment:"):
                for kind, pixels in attached.get(unquote(url[len("attachment:") :]), {}).items():
                    url = f"data:{kind};base64,{''.join(pixels.split())}"
            if PICTURE.fullmatch(url):
                return f'<img src="{url}" alt="{words}">'
            if is_web_link(url, own_host):
                return f'[picture: <a href="{escape(url)}">{words or "no title"}</a>]'
            if not url.startswith("attachment:"):
                self.refused.append(url)
            return f"[picture: {words} ({escape(url[:200])})]"

        def block_code(self, code: str, info: str | None = None) -> str:
            return f"<pre><code>{escape(code, quote=False)}</code></pre>\n"

    def block_math(_: Any, text: str) -> str:
        return f"$$\n{escape(text, quote=False)}\n$$\n"

    def inline_math(_: Any, text: str) -> str:
        return f"${escape(text, quote=False)}$"

    def table_cell(_: Any, text: str, align: str | None = None, head: bool = False) -> str:
        tag = "th" if head else "td"
        side = f' align="{align}"' if align in ("left", "right", "center") else ""
        return f"<{tag}{side}>{text}</{tag}>\n"

    renderer = SafeRenderer()
    markdown = Markdown(renderer, plugins=[import_plugin(name) for name in PLUGINS])
    # After the plugins, which bring their own: those of tables write styles.
    for own in (table_cell, block_math, inline_math):
        renderer.register(own.__name__, own)
    return renderer, markdown
