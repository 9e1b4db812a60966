"""Content policies: what a browser may load and run on a page, whatever stands in it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

# Handlers and styles that nbgrader wrote into its own templates and scripts.
HANDLER = re.compile(r"""\son[a-zA-Z]+="([^"{}]*)\"""")
STYLE = re.compile(r"""\sstyle=["']([^"'{}]*)["']""")


def digest(text: str) -> str:
    """Return the name by which a policy allows just this text.

    Example:
        >>> digest("")
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    found = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{found}'"


def feedback_policy(style: str) -> str:
    """Return the policy of a feedback file: no script, nothing from outside, this one style."""
    return (
        f"default-src 'none'; img-src data:; style-src {digest(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def page_policy(nonce: str, templates: Iterable[str], frames: str) -> str:
    """Return the policy of a page of the formgrader.

    Scripts and style blocks need the nonce of this one answer, which only the templates' own tags
    bear; handlers and styles in attributes must be, letter for letter, those of the templates.

    Args:
        nonce: new for every answer.
        templates: sources of nbgrader's templates and scripts.
        frames: who may show the page in a frame, for example "'self'".
    """
    sources = list(templates)
    handlers = sorted({digest(text) for source in sources for text in HANDLER.findall(source)})
    styles = sorted({digest(text) for source in sources for text in STYLE.findall(source)})
    rules = {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce}' 'unsafe-hashes' {' '.join(handlers)}",
        "style-src": f"'self' 'nonce-{nonce}' 'unsafe-hashes' {' '.join(styles)}",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": frames,
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def data_policy(frames: str) -> str:
    """Return the policy of answers that are no pages."""
    return f"default-src 'none'; frame-ancestors {frames}"


def file_policy(frames: str) -> str:
    """Return the policy of files that learners handed in: shown like pictures, never run."""
    return (
        "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; sandbox; "
        f"frame-ancestors {frames}"
    )


def frames_of(policy: str) -> str:
    """Return who may frame a page by another policy, `'self'` when it does not say.

    Example:
        >>> frames_of("frame-ancestors 'none'; report-uri /x"), frames_of("default-src *")
        ("'none'", "'self'")
    """
    for rule in policy.split(";"):
        name, _, value = rule.strip().partition(" ")
        if name.lower() == "frame-ancestors" and value.strip():
            return value.strip()
    return "'self'"
