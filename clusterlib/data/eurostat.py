"""Asking Eurostat's statistics service: patient, cached, and honest when it cannot answer."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pandas as pd

from clusterlib.data.jsonstat import read_jsonstat

Fetch = Callable[[str], tuple[int, Mapping[str, str], bytes]]
Filters = Mapping[str, str | int | Sequence[str | int]]

SERVICE = "https://ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data/"
DEFAULT_CACHE = Path("~/.cache/cluster-course/eurostat")
LONGEST_WAIT = 120.0  # seconds; if Eurostat asks for more, the learner decides
TIMEOUT = 30.0
_SMALLER = "ask for fewer regions, industries or years at a time"


class EurostatError(ValueError):
    """Eurostat gave no usable answer; `.unreachable` tells whether trying later can help."""

    def __init__(self, message: str, unreachable: bool = False) -> None:
        super().__init__(message)
        self.unreachable = unreachable


@dataclass(frozen=True)
class Answer:
    """One answer: the long table, the address asked, the day it was fetched, where it came from."""

    table: pd.DataFrame
    url: str
    retrieved: date
    from_cache: bool

    @property
    def provenance(self) -> str:
        """Say in one line where the figures come from and when they were fetched."""
        updated = self.table.attrs.get("updated") or "an unknown day"
        kept = ", kept copy" if self.from_cache else ""
        return (
            f"Source: Eurostat, {self.url}; fetched {self.retrieved.isoformat()}{kept}; "
            f"table updated {updated}."
        )


class EurostatClient:
    """Asks Eurostat and keeps every answer on disk with its date."""

    def __init__(
        self,
        fetch: Fetch | None = None,
        cache: Path | str | None = DEFAULT_CACHE,
        sleep: Callable[[float], None] = time.sleep,
        today: Callable[[], date] = date.today,
        attempts: int = 4,
        max_age_days: int = 30,
    ) -> None:
        """Set up a client; nothing is asked or written yet.

        fetch: takes an address, returns status, headers and body (the default opens the network);
        cache: folder for kept answers, or None to keep none; sleep and today: for tests; attempts:
        how often one question is put, with waits of 1, 2, 4 ... seconds or as long as Eurostat
        asks; max_age_days: a kept answer younger than that is used without asking.
        """
        if attempts < 1:
            raise ValueError(f"At least one attempt is needed; you set {attempts}.")
        self._fetch = fetch or fetch_url
        self._cache = None if cache is None else Path(cache).expanduser()
        self._sleep = sleep
        self._today = today
        self._attempts = attempts
        self._max_age_days = max_age_days

    def get(self, table: str, filters: Filters | None = None) -> Answer:
        """Ask for one table.

        table: code such as "sbs_r_nuts2021"; filters: dimension -> code or list of codes.
        Returns an Answer with the long table (dimensions, value, flag).
        Raises EurostatError in words. A kept answer of any age is used when Eurostat cannot be
        reached; its date is in the provenance.

        >>> body = b'{"id": ["geo"], "size": [1], "value": [5150], "dimension": {"geo": ' \\
        ...     b'{"category": {"index": ["HU31"]}}}}'
        >>> client = EurostatClient(fetch=lambda url: (200, {}, body), cache=None)
        >>> client.get("sbs_r_nuts2021", {"geo": "HU31"}).table["value"].tolist()
        [5150.0]
        """
        url = address(table, filters or {})
        kept = self._kept(url)
        if kept and (self._today() - kept.retrieved).days <= self._max_age_days:
            return kept
        try:
            body = self._ask(url)
        except EurostatError as error:
            if kept and error.unreachable:
                return kept
            raise
        answer = Answer(read_jsonstat(body), url, self._today(), from_cache=False)
        self._keep(url, body)
        return answer

    def _ask(self, url: str) -> bytes:
        attempt = 0
        while True:
            attempt += 1
            try:
                status, headers, body = self._fetch(url)
            except OSError as error:
                problem = EurostatError(
                    f"Eurostat cannot be reached ({error}): check the connection.", unreachable=True
                )
                wait = 0.0
            else:
                found = explain(status, body)
                if found is None:
                    return body
                problem = found
                wait = _retry_after(headers)
            if not problem.unreachable or attempt == self._attempts:
                raise problem
            if wait > LONGEST_WAIT:
                raise EurostatError(
                    f"Eurostat asks to wait {wait:.0f} seconds: try again after that.",
                    unreachable=True,
                )
            self._sleep(max(wait, float(2 ** (attempt - 1))))

    def _file(self, url: str) -> Path | None:
        if self._cache is None:
            return None
        return self._cache / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}.json"

    def _kept(self, url: str) -> Answer | None:
        file = self._file(url)
        if file is None or not file.is_file():
            return None
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            table = read_jsonstat(content["answer"])
            retrieved = date.fromisoformat(content["retrieved"])
        except (ValueError, KeyError, TypeError):
            return None  # a damaged copy is as good as none: it is fetched again
        return Answer(table, url, retrieved, from_cache=True)

    def _keep(self, url: str, body: bytes) -> None:
        file = self._file(url)
        if file is None:
            return
        content = {"url": url, "retrieved": self._today().isoformat(), "answer": json.loads(body)}
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")  # moved into place whole, so that no half copy is read
        fresh.write_text(json.dumps(content), encoding="utf-8")
        fresh.replace(file)


def address(table: str, filters: Filters) -> str:
    """Write the address of a question.

    >>> address("sbs_r_nuts2021", {"geo": ["HU31", "HU32"], "time": 2022})[-62:]
    'sbs_r_nuts2021?format=JSON&lang=EN&geo=HU31&geo=HU32&time=2022'
    """
    if not table.replace("_", "").replace("-", "").isalnum():
        raise ValueError(f"{table!r} is no code of a Eurostat table, such as sbs_r_nuts2021.")
    pairs: list[tuple[str, str | int]] = [("format", "JSON"), ("lang", "EN")]
    for dimension, codes in filters.items():
        listed = [codes] if isinstance(codes, (str, int)) else list(codes)
        pairs += [(dimension, code) for code in listed]
    return f"{SERVICE}{table}?{urlencode(pairs)}"


def explain(status: int, body: bytes) -> EurostatError | None:
    """Say in words why an answer is unusable; None if it is a dataset.

    Eurostat announces an answer that it prepares in the background with a warning 413, inside a
    reply whose own status may be 200 or 413. Asking again after a while can help then, but not
    when the question itself is too large.

    >>> print(explain(413, b'{"error": [{"label": "EXTRACTION_TOO_BIG: 7644780 rows"}]}'))
    The question is too large for Eurostat (EXTRACTION_TOO_BIG: 7644780 rows): ask for fewer \
regions, industries or years at a time.
    """
    said = _said(body)
    if "ASYNCHRONOUS" in said.upper():
        return EurostatError(
            f"Eurostat prepares this answer in the background ({said}): try again in some "
            f"minutes, or {_SMALLER}.",
            unreachable=True,
        )
    if status == 413 or "EXTRACTION_TOO_BIG" in said.upper():
        return EurostatError(f"The question is too large for Eurostat ({said}): {_SMALLER}.")
    if status == 429:
        return EurostatError(
            "Eurostat has had too many questions from this place: wait a minute and ask again.",
            unreachable=True,
        )
    if status >= 500:
        return EurostatError(f"Eurostat is out of order ({status} {said}): try later.", True)
    if status in (400, 404):
        return EurostatError(
            f"Eurostat does not know this table or one of the codes, or has no figure for them "
            f"({status} {said}): check the table code, the regions, the industries and the year."
        )
    if status != 200:
        return EurostatError(f"Eurostat answered with status {status} ({said}).")
    if said:
        return EurostatError(f"Eurostat sent no dataset but: {said}.")
    return None


def fetch_url(url: str) -> tuple[int, Mapping[str, str], bytes]:
    """Open an address on the network; raises OSError when there is no connection."""
    request = Request(url, headers={"Accept": "application/json", "User-Agent": "cluster-course"})
    try:
        with urlopen(request, timeout=TIMEOUT) as reply:
            return reply.status, dict(reply.headers), reply.read()
    except HTTPError as error:
        return error.code, dict(error.headers), error.read()
    except URLError as error:
        raise OSError(str(error.reason)) from error


def _said(body: bytes) -> str:
    """What a reply says if it is not a dataset: its error or warning, or its first words."""
    try:
        content: Any = json.loads(body)
    except ValueError:
        return " ".join(body[:200].decode("utf-8", "replace").split()) or "an empty reply"
    if not isinstance(content, dict):
        return "a reply that is no dataset"
    for name in ("error", "warning"):
        if name in content:
            listed = content[name] if isinstance(content[name], list) else [content[name]]
            labels = [
                str(one.get("label", one)) if isinstance(one, dict) else str(one) for one in listed
            ]
            return "; ".join(labels)
    return ""


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that the reply asks to wait, given as a number or as a date; 0 if it does not."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    if text.strip().isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
