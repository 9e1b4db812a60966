"""Puts nbgrader's formgrader under a strict content policy and shows hand-ins clean.

nbgrader has no setting for its pages, so its own request handlers are given safe ones; the one
nbgrader_config.py does it, hence every server that can open the course does.
"""

from __future__ import annotations

import secrets
import sys
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from markupsafe import Markup, escape

from clusterlib.delivery.pages.cells import shown_cells
from clusterlib.delivery.pages.feedback import TEMPLATES, marks
from clusterlib.delivery.pages.policy import data_policy, file_policy, frames_of, page_policy

ROOM = "nbgrader.server_extensions.formgrader"


def protect_formgrader(root: Path) -> None:
    """Make the formgrader of this process safe; do nothing where there is none.

    Args:
        root: of the course; the formgrader opens cohorts below it and nothing else.
    """
    handlers = sys.modules.get(f"{ROOM}.handlers")
    base: Any = sys.modules.get(f"{ROOM}.base")
    if handlers is None or base is None:
        return
    page = base.BaseHandler
    if not hasattr(page, "csp_nonce"):
        page.csp_nonce = property(_nonce)
        page.content_security_policy = property(_policy(page.content_security_policy.fget))
        page.render = _render
        page.exporter = property(_Exporter)
        _open_cohorts_only(handlers, root)


class _TemplateLoader(FileSystemLoader):
    """nbgrader's templates; its own scripts and styles bear the nonce of the answer."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Any]:
        """Return a template's source."""
        source, path, fresh = super().get_source(environment, template)
        for tag in ("script", "style"):
            source = source.replace(f"<{tag}", f'<{tag} nonce="{{{{ csp_nonce }}}}"')
        return source, path, fresh


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), _TemplateLoader(_nbgraders_templates())]),
        autoescape=True,
        finalize=_harmless_in_scripts,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["marks"] = marks
    return environment


def _nbgraders_templates() -> Path:
    path = sys.modules[f"{ROOM}.handlers"].__file__
    assert path is not None
    return Path(path).parent / "templates"


def _harmless_in_scripts(value: Any) -> Any:
    """Return text that cannot leave the quotes in which nbgrader's inline scripts put it."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return Markup(str(escape(value)).replace("\\", "&#92;"))


@cache
def _nbgraders_sources() -> tuple[str, ...]:
    folder = _nbgraders_templates()
    found = [*folder.glob("*.tpl"), *folder.glob("formgrade/*.j2")]
    found += (folder.parent / "static" / "js").glob("*.js")
    return tuple(path.read_text(encoding="utf-8") for path in sorted(found))


def _nonce(handler: Any) -> str:
    known = handler.__dict__.setdefault("_csp_nonce", secrets.token_urlsafe(18))
    return str(known)


def _policy(servers_own: Any) -> Any:
    """Return the policy for each kind of answer; who may frame it stays as the server says."""

    def policy(handler: Any) -> str:
        frames = frames_of(servers_own(handler))
        kind = type(handler).__name__
        if kind == "SubmissionFilesHandler":
            return file_policy(frames)
        if isinstance(handler, sys.modules[f"{ROOM}.base"].BaseApiHandler):
            return data_policy(frames)
        return page_policy(handler.csp_nonce, _nbgraders_sources(), frames)

    return policy


def _render(handler: Any, name: str, **values: Any) -> str:
    template = _environment().get_template(name)
    return template.render(csp_nonce=handler.csp_nonce, **values)


class _Exporter:
    """Shows one hand-in, where nbgrader has its HTMLExporter."""

    def __init__(self, handler: Any) -> None:
        self.handler = handler

    def from_filename(self, path: str, resources: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the page for marking one graded notebook."""
        import nbformat

        read: Any = nbformat.read
        cells = shown_cells(read(path, as_version=4), own_host=self.handler.request.host)
        style = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
        html = self.handler.render(
            "formgrade.html.j2", cells=cells, resources=resources, style=style
        )
        return html, resources


def _open_cohorts_only(handlers: Any, root: Path) -> None:
    """Refuse to take another folder's configuration: it is Python and may be a learner's file."""
    from tornado.web import HTTPError

    from clusterlib.delivery.cohorts.places import all_cohorts

    open_course = handlers.FormgraderHandler.get

    def get(handler: Any) -> Any:
        asked = handler.get_argument("path", "")
        allowed = {root / "course", *(cohort.folder for cohort in all_cohorts(root))}
        if asked and Path(asked).resolve() not in {folder.resolve() for folder in allowed}:
            raise HTTPError(403, "this folder is no cohort of the course")
        return open_course(handler)

    handlers.FormgraderHandler.get = get
