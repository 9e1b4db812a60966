"""The Eurostat client against answers written down here: no test opens the network."""

import json
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest

from clusterlib import data
from clusterlib.data.eurostat import address

DATASET = {
    "version": "2.0",
    "class": "dataset",
    "updated": "2026-09-30T23:00:00+0200",
    "id": ["freq", "nace_r2", "indic_sbs", "geo", "time"],
    "size": [1, 2, 1, 2, 1],
    "dimension": {
        "freq": {"category": {"index": {"A": 0}}},
        "nace_r2": {"category": {"index": {"C21": 0, "C32": 1}}},
        "indic_sbs": {"category": {"index": {"EMP_LOC_NR": 0}}},
        "geo": {"category": {"index": {"HU31": 0, "HU32": 1}}},
        "time": {"category": {"index": {"2022": 0}}},
    },
    "value": {"0": 820, "1": 5150, "3": 0},
    "status": {"1": "d", "2": "c"},
}
GOOD = (200, {}, json.dumps(DATASET).encode())
BACKGROUND = {"warning": {"status": 413, "label": "ASYNCHRONOUS_RESPONSE. Try again later."}}
TOO_BIG = {"error": [{"status": 413, "label": "EXTRACTION_TOO_BIG: 7644780 rows"}]}
NO_RESULT = {"error": [{"status": 400, "id": 100, "label": "No results found"}]}


def reply(status, content, **headers):
    return status, headers, json.dumps(content).encode()


class Service:
    """Answers with the given replies in turn (the last one for ever) and counts the questions."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.asked = []
        self.waits = []

    def fetch(self, url):
        self.asked.append(url)
        answer = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, cache=None, today=date(2026, 11, 23), **settings):
        return data.EurostatClient(
            self.fetch, cache=cache, sleep=self.waits.append, today=lambda: today, **settings
        )


def ask(client, **more):
    return data.regional_employment(client, ["HU31", "HU32"], ["C21", "C32"], 2022, **more)


def test_address_repeats_a_dimension_for_each_code():
    url = address("sbs_r_nuts2021", {"geo": ["HU31", "HU32"], "nace_r2": "C21", "time": 2022})
    assert url == (
        "https://ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data/sbs_r_nuts2021"
        "?format=JSON&lang=EN&geo=HU31&geo=HU32&nace_r2=C21&time=2022"
    )


@pytest.mark.parametrize("table", ["", "a b", "../x", "sbs?geo=HU"])
def test_a_wrong_table_code_is_refused(table):
    with pytest.raises(ValueError, match="no code of a Eurostat table"):
        address(table, {})


def test_regional_jobs_with_flags_and_provenance():
    service = Service(GOOD)
    jobs, flags, provenance = ask(service.client())
    assert jobs.loc["HU31", "C21"] == 820
    assert jobs.loc["HU32", "C32"] == 0
    assert jobs.isna().sum().sum() == 1
    assert flags.loc["HU31"].to_dict() == {"C21": "", "C32": "c"}
    assert flags.loc["HU32", "C21"] == "d"
    assert "fetched 2026-11-23" in provenance
    assert "1 of 4 cells are missing" in provenance
    assert "indic_sbs=EMP_LOC_NR" in service.asked[0]


def test_what_was_asked_and_not_given_is_missing_with_a_flag():
    client = Service(GOOD).client()
    jobs, flags, _ = data.regional_employment(client, ["HU31", "HU33"], ["C21"], 2022)
    assert jobs.loc["HU33"].isna().all()
    assert flags.loc["HU33", "C21"] == ":"


def test_an_open_dimension_is_named():
    two_years = json.loads(json.dumps(DATASET))
    two_years["size"][-1] = 2
    two_years["dimension"]["time"]["category"]["index"] = {"2021": 0, "2022": 1}
    with pytest.raises(ValueError, match=r"time: 2021, 2022"):
        ask(Service(reply(200, two_years)).client())


def test_a_table_without_figures_is_an_error_not_an_empty_table():
    with pytest.raises(data.EurostatError, match="no figure"):
        ask(Service(reply(200, DATASET | {"value": {}, "status": {}})).client())


def test_another_table_needs_its_indicator():
    client = Service(GOOD).client()
    with pytest.raises(ValueError, match="which indicator"):
        ask(client, table="sbs_r_nuts06_r2")
    service = Service(GOOD)
    ask(service.client(), table="sbs_r_nuts06_r2", indicator=("indic_sb", "V16110"))
    assert "indic_sb=V16110" in service.asked[0]


@pytest.mark.parametrize(("regions", "industries"), [([], ["C21"]), (["HU31"], [])])
def test_an_empty_question_is_refused(regions, industries):
    with pytest.raises(ValueError, match="at least one region"):
        data.regional_employment(Service(GOOD).client(), regions, industries, 2022)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_service_is_asked_again_with_longer_waits(status):
    service = Service((status, {}, b""), (status, {}, b""), GOOD)
    assert ask(service.client()).jobs.loc["HU31", "C21"] == 820
    assert service.waits == [1.0, 2.0]


@pytest.mark.parametrize("name", ["Retry-After", "retry-after"])
def test_the_wait_that_the_service_asks_for_is_kept(name):
    service = Service((429, {name: "17"}, b""), GOOD)
    ask(service.client())
    assert service.waits == [17.0]


def test_the_wait_may_be_given_as_a_date():
    moment = datetime.now(UTC) + timedelta(seconds=40)
    service = Service((503, {"Retry-After": format_datetime(moment, usegmt=True)}, b""), GOOD)
    ask(service.client())
    assert 30 < service.waits[0] <= 40


def test_a_very_long_wait_is_the_learners_decision():
    service = Service((429, {"Retry-After": "3600"}, b""))
    with pytest.raises(data.EurostatError, match="3600 seconds"):
        ask(service.client(), offline_case=False)
    assert service.waits == []


@pytest.mark.parametrize("status", [200, 413])
def test_an_answer_in_the_background_is_explained_and_asked_again(status):
    service = Service(reply(status, BACKGROUND), GOOD)
    assert ask(service.client()).jobs.loc["HU31", "C21"] == 820
    with pytest.raises(data.EurostatError, match=r"in the background .* fewer regions"):
        ask(Service(reply(status, BACKGROUND)).client(attempts=2), offline_case=False)


def test_a_question_that_is_too_large_is_not_asked_again_nor_replaced_by_the_case():
    service = Service(reply(413, TOO_BIG))
    with pytest.raises(data.EurostatError, match=r"too large .*7644780.* fewer regions"):
        ask(service.client())
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reply(400, NO_RESULT), "No results found.*check the table code"),
        (reply(404, {}), "check the table code"),
        ((200, {}, b"<html>maintenance</html>"), "maintenance"),
        ((200, {}, b"[]"), "no dataset"),
        ((200, {}, b""), "empty reply"),
        ((302, {}, b""), "status 302"),
    ],
)
def test_other_answers_are_explained_and_not_asked_again(answer, why):
    service = Service(answer)
    with pytest.raises(data.EurostatError, match=why):
        ask(service.client())
    assert len(service.asked) == 1


def test_a_broken_dataset_is_refused_and_not_kept(tmp_path):
    with pytest.raises(ValueError, match="entries"):
        ask(Service(reply(200, DATASET | {"value": [1]})).client(cache=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_without_a_network_the_case_stands_in_and_says_so(capsys):
    service = Service(OSError("no route"))
    jobs, flags, provenance = ask(service.client())
    assert len(service.asked) == 4
    assert jobs.shape == flags.shape == (8, 12)
    assert provenance.startswith("Synthetic")
    printed = capsys.readouterr()
    assert "WARNING: Synthetic" in printed.out
    assert printed.err == ""  # nothing on the error stream: it would cost a learner the marks
    with pytest.raises(data.EurostatError, match="check the connection"):
        ask(Service(OSError("no route")).client(), offline_case=False)


def test_a_kept_answer_is_used_with_its_date(tmp_path):
    first = Service(GOOD)
    ask(first.client(cache=tmp_path))
    later = Service(OSError("no route"))
    jobs, _, provenance = ask(later.client(cache=tmp_path, today=date(2026, 12, 1)))
    assert jobs.loc["HU31", "C21"] == 820
    assert "fetched 2026-11-23, kept copy" in provenance
    assert later.asked == []


def test_an_old_kept_answer_is_asked_again_and_serves_offline(tmp_path):
    ask(Service(GOOD).client(cache=tmp_path))
    fresh = Service(GOOD)
    assert "fetched 2027-03-01" in ask(fresh.client(tmp_path, date(2027, 3, 1))).provenance
    offline = Service(OSError("no route"))
    kept = ask(offline.client(tmp_path, date(2027, 9, 1))).provenance
    assert "fetched 2027-03-01, kept copy" in kept


def test_a_damaged_kept_answer_is_fetched_again(tmp_path):
    ask(Service(GOOD).client(cache=tmp_path))
    next(tmp_path.iterdir()).write_text('{"retrieved": "20', encoding="utf-8")
    again = Service(GOOD)
    assert ask(again.client(cache=tmp_path)).jobs.loc["HU31", "C21"] == 820
    assert len(again.asked) == 1


def test_at_least_one_attempt():
    with pytest.raises(ValueError, match="attempt"):
        data.EurostatClient(attempts=0)
