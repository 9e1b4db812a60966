"""Figures of one's own: a learner's seed from the cohort's, the same on every machine."""

import getpass
import hashlib
import os

# Accounts that say nothing about who works there: containers and borrowed computers.
NOBODY = ("", "jovyan", "root", "nobody", "user")
LEARNER = "CLUSTER_LEARNER"


def learner_seed(cohort_seed: int, learner: str) -> int:
    """Derive one learner's seed.

    cohort_seed: whole number of 0 or more; learner: id in the course, capitals do not matter.
    Returns a whole number below 2 to the 32, by SHA-256, so it is the same everywhere and always.

    >>> learner_seed(2027, "anna"), learner_seed(2027, "Anna"), learner_seed(2027, "bela")
    (3748483696, 3748483696, 4245119207)
    """
    text = f"{int(cohort_seed)}/{learner.strip().casefold()}"
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:4], "big")


def own_seed(cohort_seed: int) -> int:
    """Return the seed of whoever runs this, and say whose it is.

    Raises ValueError as `own_id` does.
    """
    learner = own_id()
    print(
        f"These are the figures of {learner}. If that is not your id in the course, your answers "
        "will not fit: ask your trainer for your own copy of this exercise."
    )
    return learner_seed(cohort_seed, learner)


def own_id() -> str:
    """Return the id under which nbgrader hands in here.

    That is `CLUSTER_LEARNER` where it is set, else the `student_id` of the nbgrader settings, else
    the account; on a hub whose accounts are all called jovyan, the name signed in with.

    Raises ValueError where none of these tells who works here.
    """
    learner = os.environ.get(LEARNER, "").strip() or _configured() or _account()
    if learner.casefold() in NOBODY:
        raise ValueError(
            f'These figures are made for each learner, and the account "{learner}" does not say '
            "who you are: ask your trainer for your own copy of this exercise, or set "
            f"{LEARNER} to your id in the course before you start Jupyter."
        )
    return learner


def _configured() -> str:
    from clusterlib.portfolio.hand_ins import ANY_LEARNER, taught_course

    course = taught_course()
    return "" if course is None or course.learner == ANY_LEARNER else course.learner


def _account() -> str:
    """Return the account as nbgrader does: LOGNAME and USER can say anything."""
    try:
        if os.name == "nt":
            return getpass.getuser()
        import pwd

        account = pwd.getpwuid(os.getuid()).pw_name
    except (OSError, KeyError, ImportError):
        return ""
    return os.environ.get("JUPYTERHUB_USER", account) if account == "jovyan" else account
