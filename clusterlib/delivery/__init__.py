"""Build, check, cohorts and grading: for authors, trainers and hosts. Nothing else imports this."""
