"""The runner under nbgrader: learners' code in a box, tests outside it, a verdict for everyone."""
