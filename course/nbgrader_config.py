"""The one nbgrader configuration: for `cluster-course`, plain `nbgrader` and the formgrader.

How it is found:
- `cluster-course release|collect|grade|feedback|export` load it themselves.
- Plain nbgrader and JupyterLab look in the current folder. `cluster-course cohort new` puts a
  short nbgrader_config.py into course/work/<cohort>/<audience>/ that loads this file, so:
      cd course/work/debrecen-2027/government && nbgrader list
  In the folder course/ this file itself is found; name the cohort then:
      cd course && CLUSTER_COHORT=debrecen-2027-government nbgrader list

How it knows the cohort: CLUSTER_COHORT=<cohort>-<audience> if set, else the cohort.toml in the
current folder or above it. With neither, nbgrader gets no course and nothing can be written.

Learners do not need this file; `cluster-course cohort new` writes a small one for them.
"""

import os
from pathlib import Path

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.gradebook import let_sqlite_wait, share_engines
from clusterlib.delivery.cohorts.ledger import keep_ledger
from clusterlib.delivery.cohorts.places import active_cohort
from clusterlib.delivery.cohorts.standing import let_autograde_resume
from clusterlib.delivery.nbgrader_preprocessors import RELEASE_STEPS
from clusterlib.delivery.pages.formgrader import protect_formgrader

c = get_config()  # noqa: F821  (traitlets puts it here)
ROOT = Path(__file__).resolve().parents[1]
try:
    cohort = active_cohort(ROOT, os.environ, Path.cwd())
except CommandError as problem:
    raise SystemExit(f"nbgrader_config.py: {problem}") from problem

c.CourseDirectory.root = str(ROOT)
if cohort is None:
    # A folder that does not exist: a gradebook is never made by accident.
    c.CourseDirectory.db_url = f"sqlite:///{ROOT}/course/work/no-cohort/gradebook.db"
else:
    c.CourseDirectory.course_id = cohort.course_id
    c.CourseDirectory.source_directory = f"solutions/{cohort.audience}"
    c.CourseDirectory.release_directory = f"exercises/{cohort.audience}"
    c.CourseDirectory.source_with_tests_directory = f"{cohort.work}/source_with_tests"
    c.CourseDirectory.submitted_directory = f"{cohort.work}/submitted"
    c.CourseDirectory.autograded_directory = f"{cohort.work}/autograded"
    c.CourseDirectory.feedback_directory = f"{cohort.work}/feedback"
    c.CourseDirectory.solution_directory = f"{cohort.work}/solution"
    c.CourseDirectory.db_url = cohort.database_url
    c.Exchange.root = str(cohort.exchange)
    c.BoxedExporter.seed = cohort.seed
    c.BoxedExporter.own_figures = cohort.own_figures
let_sqlite_wait()
share_engines()
# Every change of a mark is written into the gradebook's ledger: cluster-course audit shows it.
keep_ledger()

# What learners hand in beside the notebook is kept: their own cells may read it.
JUNK = [".*", "__pycache__", "*.pyc", "*~", "feedback"]
c.CourseDirectory.ignore = JUNK
# Nothing but notebooks goes out. nbgrader copies whatever else lies beside a notebook, so every
# kind of stray file is named; timestamp.txt and submission_secret.txt are nbgrader's own and pass.
TEXT = ["*.md", "*.rst", "*.html", "*.py", "*.toml", "*.json", "*.yml", "*.yaml", "*.tex", "*.bib",
        "*.log", "*.bak", "*.orig", "*.tmp", "[!st]*.txt", "s[!u]*.txt", "t[!i]*.txt"]  # fmt: skip
DATA = ["*.csv", "*.tsv", "*.xls", "*.xlsx", "*.ods", "*.parquet", "*.pkl", "*.db", "*.sqlite"]
DOCUMENTS = ["*.doc", "*.docx", "*.odt", "*.pdf", "*.ppt", "*.pptx", "*.png", "*.jpg", "*.jpeg",
             "*.svg", "*.gif", "*.zip", "*.gz", "*.tar"]  # fmt: skip
for app in ("GenerateAssignmentApp", "ReleaseAssignmentApp", "FormgradeExtension"):
    c[app].CourseDirectory.ignore = JUNK + TEXT + DATA + DOCUMENTS

# The same steps as the build, so that a release made here equals the committed exercises.
c.GenerateAssignment.preprocessors = [
    f"{step.__module__}.{step.__qualname__}" for step in RELEASE_STEPS
]

# Learners' code runs behind walls, rebuilt from the master, and is tested outside them.
c.Autograde.exporter_class = "clusterlib.delivery.runner.exporter.BoxedExporter"
c.Autograde.pre_convert_hook = "clusterlib.delivery.runner.intake.make_safe"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "clusterlib.delivery.cohorts.saving.SaveMarks",
    "nbgrader.preprocessors.AssignLatePenalties",
]
# A run that was killed goes on where it stopped.
let_autograde_resume()
# What is collected is whole or not there, and one refused hand-in stops nobody else.
c.ExchangeFactory.collect = "clusterlib.delivery.cohorts.receiving.CollectWhole"
# Plain nbgrader and the formgrader's button release with the cohort's seed too.
c.ExchangeFactory.release_assignment = "clusterlib.delivery.cohorts.seeded_release.ReleaseWithSeed"
c.ZipCollectApp.extractor_plugin = "clusterlib.delivery.runner.archives.BoundedExtractor"
c.ZipCollectApp.collector_plugin = "clusterlib.delivery.runner.archives.RosterCollector"
# Feedback is one file without scripts. Hidden tests stay hidden unless you say:
#     nbgrader generate_feedback --FeedbackExporter.show_hidden_tests=True
c.GenerateFeedback.exporter_class = "clusterlib.delivery.pages.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades"]
# The formgrader shows hand-ins clean and under a strict content policy, and no settings: the
# address of a database holds a password.
protect_formgrader(ROOT)
c.FormgradeExtension.debug = False
# Only the roster names learners.
c.Autograde.create_student = False
# Late work is shown, not cut: the trainer decides. The gradebook and the formgrader speak UTC:
# in any other zone nbgrader reads its own "+0200" back as 200 seconds.
c.LateSubmissionPlugin.penalty_method = "none"
