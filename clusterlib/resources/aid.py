"""How much State aid the general block exemption regulation allows without notification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np

from clusterlib import rules, validation
from clusterlib.resources.aid_articles import ARTICLES, Case, Ceiling, Verdict
from clusterlib.resources.money import amount, at_most, percent_of
from clusterlib.rules.facts import read_day

MILLION = 1_000_000


@dataclass(frozen=True)
class AidCeiling:
    """The highest intensity and amount of aid, and how they were reached."""

    article: str
    kind: str
    intensity: float | None  # per cent of eligible costs; None where the article caps an amount
    base: float | None  # per cent before bonuses
    bonuses: dict[str, float]  # points that were added
    refused: dict[str, str]  # bonuses asked for that do not count, and why
    capped: bool  # True if bonuses would have gone beyond the article's maximum
    max_aid: float | None  # EUR, where costs were given or the article caps an amount
    threshold: float | None  # EUR above which aid must be notified; None if none was read
    must_notify: bool | None  # None unless aid is given and the threshold known
    allowed: bool | None  # None unless aid and costs are given
    notes: tuple[str, ...]
    on: date
    sources: tuple[str, ...] = field(default=())


def aid_ceiling(
    article: str | int,
    kind: str | None = None,
    *,
    on: date | str | None = None,
    costs: float | Sequence[float] | None = None,
    aid: float | None = None,
    size: str = "large",
    area: str | None = None,
    collaboration: bool = False,
    dissemination: bool = False,
    licences: bool = False,
    open_call: bool = False,
    disadvantaged: bool = False,
    mandatory: bool = False,
    outermost: bool = False,
    already: float = 0.0,
) -> AidCeiling:
    """Work out the aid ceiling of one article, with its bonuses and caps in the open.

    Args:
        article: 18 (advice), 19 (fairs), 20 (territorial cooperation), "20a" (small cooperation
            aid), 25 (research), 27 (innovation clusters), 28 (innovation of small firms),
            31 (training).
        kind: for 25 fundamental, industrial, experimental or feasibility; for 27 investment or
            operating; for 28 innovation or advisory; else leave it out.
        on: the day of the legal right to the aid, None for today.
        costs: eligible costs in EUR; one number, or one a year.
        aid: the aid planned in EUR, to be checked.
        size: small, medium or large, of the beneficiary.
        area: "a" or "c" of the regional aid map, None outside.
        collaboration, dissemination, licences, open_call: conditions met for research bonuses
            (`collaboration_counts` checks the shares; open_call: designed by three states).
        disadvantaged: trainees with disabilities or disadvantaged.
        mandatory: training that national law requires.
        outermost: a programme of the outermost regions.
        already: EUR had before under a cap for three years (28 advisory).
    Returns:
        An `AidCeiling`: .intensity, .max_aid, .bonuses, .refused, .capped, .must_notify ...
    Raises:
        NoVerifiedRule: no rule known for that day; the regulation ends on 31 December 2026.
        ValueError: unknown article, kind, size or area, costs or aid that are no amounts.

    Ceilings are rounded down to the cent. Operating aid for clusters is tested over all years
    together. Reaching the threshold exactly needs no notification. The answer is about intensity
    and amount only: the other conditions (`rules.table("gber_conditions", on=...)`) come on top.

    Reference: Regulation (EU) No 651/2014 as amended (European Commission, 2014).

    >>> cluster = aid_ceiling(27, "investment", on="2024-05-01", area="c", costs=200_000)
    >>> cluster.intensity, cluster.max_aid
    (55.0, 110000.0)
    >>> firm = aid_ceiling(25, "industrial", on="2024-05-01", size="small", collaboration=True)
    >>> firm.intensity, firm.capped, firm.bonuses
    (80.0, True, {'small firm': 20.0, 'collaboration': 15.0})
    """
    number = str(article).lower().removeprefix("art.").strip()
    rule = ARTICLES[validation.choice(number, list(ARTICLES), "article")]
    if kind is None and len(rule.kinds) == 1:
        kind = rule.kinds[0]
    validation.choice(kind or "", rule.kinds, f"kind of aid under article {number}")
    validation.choice(size, ["small", "medium", "large"], "size")
    validation.choice(area or "none", ["a", "c", "none"], "area")
    # One number may be a plain one or one of numpy's, such as the sum of a column.
    yearly = None if costs is None else list(np.atleast_1d(np.asarray(costs, dtype=object)))
    case = Case(
        day=read_day(on),
        kind=kind or "",
        size=size,
        area=area,
        years=len(yearly) if yearly is not None else 1,
        collaboration=collaboration,
        dissemination=dissemination,
        licences=licences,
        open_call=open_call,
        disadvantaged=disadvantaged,
        mandatory=mandatory,
        outermost=outermost,
        already=float(amount(already, "aid had before")),
    )
    ceiling = rule.work_out(case)
    most = _largest(ceiling, yearly)
    verdict = _verdict(ceiling, most, aid)
    return AidCeiling(
        article=number,
        kind=case.kind,
        intensity=ceiling.intensity,
        base=ceiling.base,
        bonuses=ceiling.bonuses,
        refused=ceiling.refused,
        capped=ceiling.capped,
        max_aid=None if most is None else at_most(most),
        threshold=verdict.threshold,
        must_notify=verdict.must_notify,
        allowed=verdict.allowed,
        notes=tuple(ceiling.notes),
        on=case.day,
        sources=tuple(dict.fromkeys(one.source for one in ceiling.facts)),
    )


def collaboration_counts(
    largest_share: float | None = None,
    research_share: float | None = None,
    *,
    on: date | str | None = None,
) -> bool:
    """Say whether a joint project meets the shares that the collaboration bonus asks for.

    Args:
        largest_share: per cent of the eligible costs that the firm with most of them bears, among
            independent firms (one of them small or medium, or in two states).
        research_share: per cent that research organisations bear, which may publish freely.
        on: the day of the legal right, None for today.
    Returns:
        True if either share is met; both limits are met at equality.
    Raises:
        ValueError: no share given, or outside 0-100.

    Reference: Regulation (EU) No 651/2014 as amended, Art. 25 (European Commission, 2014).

    >>> collaboration_counts(largest_share=70, on="2024-05-01")
    True
    >>> collaboration_counts(largest_share=71, research_share=9, on="2024-05-01")
    False
    """
    given = [share for share in (largest_share, research_share) if share is not None]
    if not given or not all(0 <= share <= 100 for share in given):
        raise ValueError("give one share at least, in per cent from 0 to 100")
    day = read_day(on)
    most = rules.fact("gber_research", "collaboration_largest_share", on=day).number
    least = rules.fact("gber_research", "collaboration_research_share", on=day).number
    firms = largest_share is not None and largest_share <= most
    research = research_share is not None and research_share >= least
    return firms or research


def _largest(ceiling: Ceiling, yearly: Sequence[float] | None) -> Decimal | None:
    limits = [] if ceiling.amount is None else [Decimal(str(ceiling.amount))]
    if yearly is not None and ceiling.intensity is not None:
        total = sum((amount(cost, "eligible costs") for cost in yearly), Decimal(0))
        limits.append(percent_of(ceiling.intensity, total))
    elif ceiling.intensity is not None:
        return None
    return min(limits) if limits else None


def _verdict(ceiling: Ceiling, most: Decimal | None, aid: float | None) -> Verdict:
    limit = None if ceiling.threshold is None else ceiling.threshold * MILLION
    if aid is None:
        return Verdict(limit, None, None)
    planned = amount(aid, "aid")
    return Verdict(
        limit,
        None if limit is None else planned > Decimal(str(limit)),
        None if most is None else planned <= most,
    )
