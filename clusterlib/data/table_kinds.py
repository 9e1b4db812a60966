"""The tables a learner can bring: their columns in plain words, limits and an example row each."""

from dataclasses import dataclass
from typing import Literal

Reads = Literal["name", "number", "choice", "yes_no"]


@dataclass(frozen=True)
class Column:
    """One column: what it means, how it is read, what it may hold, and an example."""

    name: str
    meaning: str
    example: object
    reads: Reads = "name"
    required: bool = True  # the column must be there
    blank: bool = False  # its cells may be blank
    low: float | None = None
    high: float | None = None
    whole: bool = False
    choices: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spread:
    """A table whose further columns are all of one sort, such as one industry a column."""

    each: str
    value: Column
    examples: tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class TableKind:
    """A sort of table: what for, its columns, and which of them together name a row."""

    name: str
    purpose: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    spread: Spread | None = None
    indexed: bool = True  # the key becomes the row labels


KINDS = ("academic", "enterprise", "government", "ngo")
SIZES = ("micro", "small", "medium", "large")
_REGION = Column("region", "name or code of the region", "Aldermark", also_called=("geo", "nuts"))
_INDUSTRY = Column(
    "industry", "name or code of the industry", "Medical devices", also_called=("nace", "nace_r2")
)
_CODE = Column("code", "short code of the competence", "C09")
_RESPONDENT = Column(
    "respondent", "a code for each person, no names", "R01", also_called=("id", "respondent_id")
)
_MEMBER = Column("member_id", "your code for the member", "M01", also_called=("id", "member"))
_KIND = Column("kind", "what the organisation is", "enterprise", "choice", choices=KINDS)
_SIZE = Column("size_class", "size by employees", "small", "choice", choices=SIZES)
_DISTRICT = Column("district", "town or district", "Upper Tarn", required=False, blank=True)
_JOBS = Column(
    "jobs", "number of jobs", 9199, "number", blank=True, low=0, also_called=("employment", "value")
)


def _amount(name: str, meaning: str, example: float, **more: object) -> Column:
    settings: dict[str, object] = {"low": 0, "blank": True, "required": False, **more}
    return Column(name, meaning, example, "number", **settings)  # type: ignore[arg-type]


def _share(name: str, meaning: str, example: float) -> Column:
    return _amount(name, f"{meaning}, between 0 and 1", example, high=1)


def _mark(name: str, meaning: str, example: float) -> Column:
    return Column(name, meaning, example, "number", blank=True, low=1, high=5)


_ALL = (
    TableKind(
        "employment",
        "jobs by region (rows) and industry (columns) in one year",
        (_REGION,),
        ("region",),
        Spread("industry", _JOBS, (("Pharmaceuticals", 6896), ("Medical devices", 9199))),
    ),
    TableKind(
        "employment_long",
        "jobs, one line for each region, industry and year",
        (
            _REGION,
            _INDUSTRY,
            Column(
                "year",
                "year",
                2023,
                "number",
                required=False,
                low=1950,
                high=2100,
                whole=True,
                also_called=("time",),
            ),
            _JOBS,
            Column("flag", "c, d, e ... if the source gives one", "", required=False, blank=True),
        ),
        ("region", "industry", "year"),
        indexed=False,
    ),
    TableKind(
        "survey",
        "answers to a needs survey, one line a person; for each competence one column "
        "'importance: ...' and one column 'ability: ...'",
        (
            _RESPONDENT,
            Column("kind", "what the organisation is", "ngo", "choice", False, True, choices=KINDS),
            Column("size_class", "size class", "small", "choice", False, True, choices=SIZES),
            _DISTRICT,
            Column("gender", "woman, man or other", "woman", "name", False, True),
        ),
        ("respondent",),
        Spread(
            "competence",
            Column("answer", "answer, 1 (low) to 5 (high)", 4, "number", blank=True, low=1, high=5),
            (("importance: Negotiating", 5), ("ability: Negotiating", 3)),
        ),
    ),
    TableKind(
        "delphi",
        "one round of a Delphi, one line a person, one column a statement, ratings 1 to 9",
        (Column("person", "a code for each person, no names", "P01", also_called=("id",)),),
        ("person",),
        Spread(
            "statement",
            Column("rating", "1 (not at all) to 9 (fully)", 7, "number", blank=True, low=1, high=9),
            (("The laboratory is open to all", 8), ("Every member pays the same fee", 3)),
        ),
    ),
    TableKind(
        "stakeholders",
        "who has a stake in a plan, one line each; marks 1 (low) to 5 (high)",
        (
            Column("stakeholder", "name of the organisation or group", "Chamber of Commerce"),
            _mark("power", "can they stop it or make it happen", 3),
            _mark("interest", "how much they care", 4),
            _mark("legitimacy", "how far others grant them a say", 4),
            _mark("urgency", "how soon they need an answer", 2),
            Column(
                "stance",
                "for, against or neither",
                "supports",
                "choice",
                blank=True,
                choices=("supports", "neutral", "opposes"),
            ),
            Column(
                "wants", "what they want, in their own words", "New members", "name", False, True
            ),
        ),
        ("stakeholder",),
    ),
    TableKind(
        "self_check",
        "statements about your own cluster, one line each, with a level and what proves it",
        (
            Column("item", "name of the statement, as the course lists it", "strategy"),
            Column(
                "level",
                "0 not done, 1 begun, 2 done, 3 done and improved",
                2,
                "number",
                blank=True,
                low=0,
                high=3,
                whole=True,
            ),
            Column("evidence", "where it can be seen", "Minutes of 3 May", "name", False, True),
        ),
        ("item",),
    ),
    TableKind(
        "members",
        "the members of the cluster",
        (
            _MEMBER,
            Column("name", "name of the organisation", "Sandrel Packaging"),
            _KIND,
            _SIZE,
            _amount("employees", "number of employees", 120, whole=True),
            _DISTRICT,
            _amount("joined", "year of joining", 2019, low=1950, high=2100, whole=True),
            Column(
                "led_by", "woman or man", "woman", "choice", False, True, choices=("woman", "man")
            ),
            Column("replied", "answered the survey: yes or no", "yes", "yes_no", False, True),
        ),
        ("member_id",),
    ),
    TableKind(
        "competences",
        "what could be learned, at what cost",
        (
            _CODE,
            Column("name", "name of the competence", "Building trust among rivals"),
            Column("group", "hard or soft skill", "soft", "choice", choices=("hard", "soft")),
            _amount("hours", "hours of the course", 12),
            _amount("cost_per_place", "EUR for one place", 360),
            Column("provider", "who teaches it", "Chamber", required=False, blank=True),
        ),
        ("code",),
    ),
    TableKind(
        "respondents",
        "who answered the survey",
        (
            _RESPONDENT,
            Column("member_id", "code of the member", "M07", required=False, blank=True),
            _KIND,
            _SIZE,
            _DISTRICT,
            Column("gender", "woman, man or other", "woman", "name", False, True),
        ),
        ("respondent",),
    ),
    TableKind(
        "willingness_to_pay",
        "what each respondent would pay for each competence, EUR a year",
        (_RESPONDENT,),
        ("respondent",),
        Spread(
            "competence",
            Column("amount", "EUR a year, 0 for a refusal", 250, "number", blank=True, low=0),
            (("C07", 250), ("C09", 0)),
        ),
    ),
    TableKind(
        "national",
        "how the same competences rank in a national survey",
        (
            _CODE,
            _amount("national_mwds", "national weighted discrepancy", 3.4, low=None),
            _amount("national_rank", "1 is the greatest need", 2, low=1, whole=True, required=True),
        ),
        ("code",),
    ),
    TableKind(
        "baseline",
        "last year's training",
        (
            _CODE,
            _amount("places_last_year", "places offered", 12, whole=True, required=True),
            _amount("trained_last_year", "people who finished", 10, whole=True, required=True),
            _amount("waiting_list", "people who found no place", 4, whole=True),
            _amount("spent_last_year", "EUR spent", 4320),
        ),
        ("code",),
    ),
    TableKind(
        "industries",
        "what jobs are like in each industry of your region",
        (
            _INDUSTRY,
            Column("nace", "code of the industry", "C32.5", required=False, blank=True),
            Column("traded", "sells beyond the region: yes or no", "yes", "yes_no", False, True),
            _amount("mean_wage", "EUR gross a year", 25400),
            _share("temporary_share", "share of temporary jobs", 0.12),
            _share("part_time_share", "share of part-time jobs", 0.09),
            _share("women_share", "share of women", 0.49),
            _share("over_55_share", "share of people over 55", 0.16),
            _share("graduate_share", "share of graduates", 0.31),
            _amount("vacancies", "open posts", 340, whole=True),
        ),
        ("industry",),
    ),
    TableKind(
        "plants",
        "sizes of plants in one or more industries",
        (
            _INDUSTRY,
            _REGION,
            Column("plant", "name of the plant or firm", "Tarnwell Pharma"),
            Column(
                "employment",
                "number of jobs in the plant",
                2349,
                "number",
                low=0,
                also_called=("jobs", "employees"),
            ),
        ),
        ("industry", "region", "plant"),
        indexed=False,
    ),
    TableKind(
        "suppliers",
        "suppliers and skills around a plant",
        (
            Column("item", "input or skill", "Sterile packaging"),
            Column(
                "kind", "supplier or skill", "supplier", "choice", choices=("supplier", "skill")
            ),
            Column("unit", "unit of the two amounts", "thousand EUR a year"),
            _amount("needed", "amount needed", 4200, required=True),
            _amount("available_in_region", "amount to be had in the region", 2600, required=True),
            _amount("gap", "needed less available", 1600, low=None),
            _amount("providers", "number of providers", 3, whole=True),
            _amount("nearest_km", "distance to the nearest", 12),
        ),
        ("item",),
    ),
    TableKind(
        "coefficients",
        "inputs from the row group for one EUR of output of the column group",
        (Column("group", "industry group", "Life sciences"),),
        ("group",),
        Spread(
            "group",
            Column("coefficient", "between 0 and 1", 0.14, "number", low=0, high=1),
            (("Life sciences", 0.14),),
        ),
    ),
)
TABLE_KINDS = {kind.name: kind for kind in _ALL}


def table_kind(name: str) -> TableKind:
    """Look up a kind of table by name.

    Raises ValueError for an unknown kind, naming those that exist.

    >>> table_kind("plants").key
    ('industry', 'region', 'plant')
    """
    if name not in TABLE_KINDS:
        raise ValueError(
            f"There is no table kind {name!r}: choose one of {', '.join(TABLE_KINDS)}."
        )
    return TABLE_KINDS[name]
