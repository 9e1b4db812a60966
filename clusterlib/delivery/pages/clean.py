"""Cleans HTML that stems from people: text, tables, small pictures and web links stay, no more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_TEXT_TAGS = """
a b blockquote br caption code dd del dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li mark ol p pre q s
small strong sub sup table tbody td tfoot th thead tr u ul
"""
TEXT_TAGS = frozenset(_TEXT_TAGS.split())
TABLE_TAGS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"})
# Taken out with all that stands in them; of other tags the text stays.
_WITH_CONTENT = """
script style template iframe noscript noembed noframes svg math title textarea xmp object select
head plaintext
"""
WITH_CONTENT = frozenset(_WITH_CONTENT.split())
SPANS = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
ALIGN = {tag: {"align": {"left", "right", "center"}} for tag in ("td", "th")}
SPAN = re.compile(r"[1-9]\d?")
PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/]+={0,2}")
LINK = re.compile(r"https?://([A-Za-z0-9.-]+)(?::\d{1,5})?(?:[/?#][^\s\\<>\"'`]*)?")
MAIL = re.compile(r"mailto:[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
KEPT_CONTROLS = "\n\t"
# Characters that turn the order of the text around or hide in it.
UNSEEN = re.compile(r"[\u202a-\u202e\u2066-\u2069\ufeff\u2028\u2029]")


def is_web_link(address: str, own_host: str = "") -> bool:
    """Say whether a link may be followed: to a web page or mailbox elsewhere.

    Args:
        address: as it stands in the link.
        own_host: name of the server that shows the page. A link back to it could act with the
            trainer's rights, so it is none; nor is one to this computer or to a bare number.

    Example:
        >>> is_web_link("https://example.org/members?id=4")
        True
        >>> is_web_link("javascript:alert(1)"), is_web_link("http://localhost:8888/formgrader")
        (False, False)
    """
    if MAIL.fullmatch(address):
        return True
    found = LINK.fullmatch(address)
    if found is None:
        return False
    host = found[1].lower().strip(".")
    last = host.rpartition(".")[2]
    own = own_host.rpartition(":")[0] or own_host
    if "." not in host or last == "localhost" or host == own.lower().strip("."):
        return False
    # A browser reads a name that ends in a number as an address of four numbers.
    return re.fullmatch(r"\d+|0x[0-9a-f]*", last) is None


def clean_html(fragment: str, own_host: str = "") -> str:
    """Return a fragment with nothing in it that a browser would run, load or send.

    Args:
        fragment: HTML, also damaged or hostile.
        own_host: see `is_web_link`.

    Example:
        >>> clean_html('<p onclick="x()">A <b>plan</b><script>x()</script></p>')
        '<p>A <b>plan</b></p>'
    """
    import nh3

    return nh3.clean(
        visible(fragment),
        tags=set(TEXT_TAGS),
        clean_content_tags=set(WITH_CONTENT),
        attributes={"a": {"href"}, "img": {"src", "alt"}} | SPANS,
        tag_attribute_values=ALIGN,
        attribute_filter=_attribute_filter(own_host),
        url_schemes={"http", "https", "mailto", "data"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def clean_table(fragment: str) -> str:
    """Return the tables of an output as bare tables, "" when there is none.

    Example:
        >>> clean_table('<style>x</style><table border="1"><tr><td id="a">4</td></tr></table>')
        '<table><tbody><tr><td>4</td></tr></tbody></table>'
        >>> clean_table("<p>No table</p>")
        ''
    """
    import nh3

    bare = nh3.clean(
        visible(fragment),
        tags=set(TABLE_TAGS),
        clean_content_tags=set(WITH_CONTENT),
        attributes=dict(SPANS),
        attribute_filter=_attribute_filter(""),
        url_schemes=set(),
        link_rel=None,
    ).strip()
    return bare if "<table>" in bare else ""


def clean_code(fragment: str, classes: frozenset[str]) -> str:
    """Return highlighted code with nothing in it but spans of the given classes."""
    import nh3

    return nh3.clean(
        fragment,
        tags={"span"},
        attributes={},
        allowed_classes={"span": set(classes)},
        clean_content_tags=set(),
        url_schemes=set(),
        link_rel=None,
    )


def visible(text: str) -> str:
    """Return text in which characters that nobody sees are shown by their number.

    Example:
        >>> visible("a\\u202eb")
        'a[U+202E]b'
    """
    text = UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text.replace("\r\n", "\n"))
    return "".join(
        letter
        for letter in text
        if letter in KEPT_CONTROLS or unicodedata.category(letter) not in ("Cc", "Cs")
    )


def _attribute_filter(own_host: str) -> Callable[[str, str, str], str | None]:
    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "href":
            return value if is_web_link(value, own_host) else None
        if name == "src":
            return value if PICTURE.fullmatch(value) else None
        if name in ("colspan", "rowspan"):
            return value if SPAN.fullmatch(value) else None
        return value

    return keep
