"""Who writes, for whom, and in which voice: the same finding makes four different documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AUDIENCES = ("academic", "enterprise", "government", "ngo")
DELIVERABLES = {
    "academic": "Method note",
    "enterprise": "Board slide",
    "government": "Policy memo",
    "ngo": "Community charter",
}
OWN_DATA = "The figures are those of your own organisation; check them before you pass this on."


@dataclass(frozen=True)
class Setting:
    """The facts about the writer that a document shows."""

    organisation: str
    cluster: str
    region: str
    role: str
    person: str
    decision: str
    data_note: str


def read_setting(about: Any) -> Setting:
    """Read a case, or a dict about the learner's own organisation, into a setting.

    Arguments: about, a case or a dict with any of organisation, cluster, region, role, person,
    decision, synthetic_note. A dict without synthetic_note is taken as the learner's own data.

    >>> read_setting({"organisation": "Brennholm Chamber"}).organisation
    'Brennholm Chamber'
    """

    def fact(name: str) -> str:
        value = about.get(name) if isinstance(about, Mapping) else getattr(about, name, None)
        return str(value).strip() if value is not None else ""

    return Setting(
        organisation=fact("organisation") or "Our organisation",
        cluster=fact("cluster") or "our cluster",
        region=fact("region") or "our region",
        role=fact("role"),
        person=fact("person"),
        decision=fact("decision"),
        data_note=fact("synthetic_note") or OWN_DATA,
    )


def check_audience(audience: str) -> str:
    """Return the audience, or raise ValueError that lists the four.

    >>> check_audience("ngo")
    'ngo'
    """
    if audience not in AUDIENCES:
        raise ValueError(f'no audience "{audience}"; choose one of {", ".join(AUDIENCES)}.')
    return audience
