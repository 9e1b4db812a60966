"""Cohorts on disk and nbgrader's cycle for them: release, collect, grade, feedback, export."""
