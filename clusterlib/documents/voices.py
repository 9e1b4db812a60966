"""How each audience's document is ordered and headed. Blocks are named; reports fill them."""

from __future__ import annotations

from dataclasses import dataclass

from clusterlib.documents.setting import DELIVERABLES, Setting

Section = tuple[str, tuple[str, ...]]  # heading, blocks in order


BEHIND_THE_SLIDE = "Figures behind the slide"


@dataclass(frozen=True)
class Voice:
    """One document structure: its sections, the page, and the words of its opening lines."""

    kind: str
    sections: tuple[Section, ...]
    landscape: bool = False


def opening(audience: str, setting: Setting, subject: str, date_words: str) -> dict[str, str]:
    """Return the lines under the title, as the genre wants them."""
    writer = ", ".join(word for word in (setting.person, setting.role) if word)
    if audience == "government":
        return {
            "To": "Head of unit and programme committee",
            "From": ", ".join(w for w in (writer, setting.organisation) if w),
            "Date": date_words,
            "Subject": subject,
        }
    if audience == "academic":
        return {"Authors": writer, "Institution": setting.organisation, "Version": date_words}
    if audience == "ngo":
        return {
            "Who speaks here": ", ".join(w for w in (setting.organisation, writer) if w),
            "Where and when": f"{setting.region}, {date_words}",
        }
    return {"For the board of": setting.organisation, "Decision": setting.decision}


NEEDS = {
    "academic": Voice(
        DELIVERABLES["academic"],
        (
            ("Question and short answer", ("question", "answer")),
            ("Data and response", ("quality",)),
            ("Method", ("method",)),
            ("Results", ("ranking", "figures")),
            ("Robustness", ("flips",)),
            ("Limits of validity", ("limits",)),
            ("What follows", ("chosen",)),
        ),
    ),
    "enterprise": Voice(
        DELIVERABLES["enterprise"],
        (
            ("We ask the board to decide", ("answer",)),
            ("Why these and why now", ("chosen",)),
            ("What could change our mind", ("flips",)),
            (BEHIND_THE_SLIDE, ("figures", "ranking", "quality", "limits")),
        ),
        landscape=True,
    ),
    "government": Voice(
        DELIVERABLES["government"],
        (
            ("Recommendation", ("answer",)),
            ("Background", ("question", "method")),
            ("Evidence", ("ranking", "figures")),
            ("Reasons for each choice", ("chosen",)),
            ("Risks and how sure we are", ("flips", "quality", "limits")),
            ("Next steps and who decides", ("steps",)),
        ),
    ),
    "ngo": Voice(
        DELIVERABLES["ngo"],
        (
            ("Who we heard, and who we did not", ("quality",)),
            ("What people told us", ("figures", "ranking")),
            ("What we promise", ("answer", "chosen")),
            ("What we are not sure of", ("flips", "limits")),
            ("How to hold us to it", ("steps",)),
            ("Signed by", ("signatures",)),
        ),
    ),
}

PROFILE = {
    "academic": Voice(
        DELIVERABLES["academic"],
        (
            ("Question and short answer", ("question", "answer")),
            ("Measures and conventions", ("method",)),
            ("Specialisation with intervals", ("quotients", "figures")),
            ("Decomposition of job change", ("shift_share",)),
            ("Ratings compared with measures", ("stars",)),
            ("Priorities that follow", ("chosen", "dropped")),
            ("What this table cannot see", ("limits",)),
        ),
    ),
    "enterprise": Voice(
        DELIVERABLES["enterprise"],
        (
            ("We ask the board to decide", ("answer",)),
            ("Where the region helps us", ("chosen", "dropped")),
            ("What this table cannot see", ("limits",)),
            (BEHIND_THE_SLIDE, ("figures", "quotients", "shift_share", "stars")),
        ),
        landscape=True,
    ),
    "government": Voice(
        DELIVERABLES["government"],
        (
            ("Recommendation", ("answer",)),
            ("Background", ("question", "method")),
            ("Evidence: what the region is specialised in", ("quotients", "figures")),
            ("Evidence: where jobs came and went", ("shift_share",)),
            ("Evidence: what ratings say", ("stars",)),
            ("Priorities and what we drop", ("chosen", "dropped")),
            ("What this table cannot see", ("limits",)),
            ("Next steps and who decides", ("steps",)),
        ),
    ),
    "ngo": Voice(
        DELIVERABLES["ngo"],
        (
            ("Where people work here", ("figures", "quotients")),
            ("Who gained and who lost", ("shift_share",)),
            ("What we ask for", ("answer", "chosen", "dropped")),
            ("Whom this table cannot see", ("limits",)),
            ("What ratings say", ("stars",)),
            ("How to hold us to it", ("steps",)),
            ("Signed by", ("signatures",)),
        ),
    ),
}

STEPS = {
    "government": (
        "The unit checks the costs against the budget line.",
        "The programme committee decides, and writes down its reasons.",
        "The figures are looked at again in twelve months.",
    ),
    "ngo": (
        "Ask us at any meeting what has been done; we answer with dates.",
        "If something here is wrong or missing, tell us and we write it in.",
        "We publish once a year what we kept and what we did not.",
    ),
}
