"""Grades one rebuilt notebook: learner's cells in the box, tests in the judge, a mark for each."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

from clusterlib.delivery.runner.hall import Child, Ended, Hall, seconds_left
from clusterlib.delivery.runner.master import Master
from clusterlib.delivery.runner.names import names_set
from clusterlib.delivery.runner.plan import Plan, Task, make_plan
from clusterlib.delivery.runner.rebuild import Step
from clusterlib.delivery.runner.shown import Output, clean_outputs
from clusterlib.delivery.runner.verdicts import Mark, Report, Verdict

JUDGE_SECONDS = 60.0
FIRST_SECONDS = 30.0
RESTARTS = 25
# How long after its time a hand-in may be started anew for its last answers.
GRACE_SECONDS = 60.0
# What a cell of the exercise gets when the cells above used all the time there is.
LAST_SECONDS = 2.0
NOT_RUN = "This cell was not run: the cells above used all the time there is."


class Box:
    """The learner's side: runs pieces, and starts anew without the piece that ended Python.

    A piece that takes too long costs its own answer, not those below: each time that happens the
    next ones get less time, and when all is used up the exercise's own cells still get a little.
    """

    def __init__(
        self, hall: Hall, setup: tuple[str, ...], files: dict[str, str], report: Report
    ) -> None:
        self.hall, self.setup, self.files, self.report = hall, setup, files, report
        self.until = time.monotonic() + hall.limits.submission_seconds
        self.most = hall.limits.cell_seconds
        self.done: list[str] = []
        self.restarts = 0
        self.child: Child | None = None
        self._open()

    def _open(self) -> None:
        self.child = self.hall.child(self.setup)
        if self.files:
            self.child.ask({"do": "files", "files": self.files}, FIRST_SECONDS)

    def run(self, piece: str, own: bool = False) -> list[Output]:
        """Run a piece of a cell; return its outputs, or the reason why it ended.

        Args:
            piece: Python.
            own: of a cell that the learner added; such are left out when time is up.
        """
        if self.child is None or (own and time.monotonic() > self.until):
            self.report.add(Verdict.TIME, "not all cells could be run in time")
            return [_error_output("NotRun", NOT_RUN)]
        try:
            answer = self._ask({"do": "run", "source": piece})
        except Ended as end:
            self._stopped(end)
            return [_error_output(end.verdict, str(end))]
        if "late" not in answer:
            self.done.append(piece)
        return self._judged(answer)

    def _judged(self, answer: dict[str, Any]) -> list[Output]:
        if "late" in answer:
            self._took_too_long(str(answer["late"]))
        if answer.get("error") == "MemoryError":
            self.report.add(Verdict.MEMORY, "more memory than is allowed")
        if answer.get("cut"):
            self.report.add(Verdict.OUTPUT, "more output than is allowed; the rest is cut off")
        return clean_outputs(answer.get("outputs"))

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self.child is not None
        seconds = min(self.most, max(LAST_SECONDS, seconds_left(self.until)))
        return self.child.ask(request, seconds)

    def _took_too_long(self, words: str) -> None:
        self.report.add(Verdict.TIME, words)
        self.most = max(min(LAST_SECONDS, self.most), self.most / 2)

    def _stopped(self, end: Ended) -> None:
        """Note why a child ended, and start another."""
        if end.verdict == Verdict.TIME:
            self._took_too_long(str(end))
        else:
            self.report.add(end.verdict, str(end))
        self._again()

    def _again(self) -> None:
        """Start a new child and bring it to where the last one was, without what ended it."""
        self.close()
        until = self.until + GRACE_SECONDS
        while self.restarts < RESTARTS and time.monotonic() < until:
            self.restarts += 1
            try:
                self._open()
                for piece in self.done:
                    self._ask({"do": "run", "source": piece})
                return
            except Ended as end:
                self.report.add(end.verdict, str(end))
                self.close()
        self.child = None

    def values(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return names as plain data; none when the box has ended."""
        if self.child is None or not names:
            return {}
        try:
            found = self._ask({"do": "values", "names": list(names)}).get("values")
        except Ended as end:
            self._stopped(end)
            return {}
        if not isinstance(found, dict):
            return {}
        return {name: e for name, e in found.items() if name in names and isinstance(e, dict)}

    def call(self, question: dict[str, Any]) -> dict[str, Any]:
        """Call a learner's function for the judge; what goes wrong becomes the function's error."""
        if self.child is None:
            return {"raised": ["RuntimeError", "the notebook's Python has ended"]}
        request = {
            "do": "call",
            "function": question["call"],
            "arguments": question["arguments"],
            "named": question["named"],
        }
        try:
            answer = self._ask(request)
        except Ended as end:
            self._stopped(end)
            return {"raised": ["RuntimeError", str(end)]}
        if "late" in answer:
            self._took_too_long(str(answer["late"]))
        raised = answer.get("raised")
        if isinstance(raised, list) and len(raised) == 2:
            return {"raised": [str(raised[0]), str(raised[1])]}
        returned = answer.get("returned")
        return {"returned": returned if isinstance(returned, dict) else {}}

    def close(self) -> None:
        """End the child."""
        if self.child is not None:
            self.child.close()
            self.child = None


def grade(
    hall: Hall, master: Master, steps: list[Step], files: dict[str, str], report: Report
) -> list[list[Output]]:
    """Run a rebuilt notebook; return the outputs of each step and put the marks into the report."""
    plan = _planned(hall, master, steps, files)
    outputs: list[list[Output]] = [[] for _ in steps]
    report.level = hall.level.name
    with _opened(hall, plan, files, report) as (box, judge):
        opening = [number for number in range(plan.skip) if steps[number].kind == "code"]
        for number, shown in zip(opening, hall.opening(plan.setup, judge), strict=True):
            outputs[number] = clean_outputs(shown)
        for task in plan.tasks:
            step = steps[task.step]
            outputs[task.step] = _run_pieces(box, step)
            if step.role == "test":
                outputs[task.step] = _test(box, judge, step, task, report)
        with contextlib.suppress(Ended):
            hall.learn(plan.setup, judge)
    return outputs


def _planned(hall: Hall, master: Master, steps: list[Step], files: dict[str, str]) -> Plan:
    """Share as much of the run as one can: files handed in may change what the first cells do."""
    if not files:
        plan = make_plan(master, steps, whole_opening=True)
        if hall.opens_well(plan.setup):
            return plan
    return make_plan(master, steps)


@contextlib.contextmanager
def _opened(
    hall: Hall, plan: Plan, files: dict[str, str], report: Report
) -> Iterator[tuple[Box, Child]]:
    judge = hall.child(plan.setup)
    try:
        box = Box(hall, plan.setup, files, report)
        try:
            yield box, judge
        finally:
            box.close()
    finally:
        judge.close()


def _run_pieces(box: Box, step: Step) -> list[Output]:
    if step.role == "test" and not any(map(names_set, step.pieces)):
        # The judge runs it, and nothing of it stays for the cells below.
        return []
    own = step.master is None and step.by == "learner"
    return [output for piece in step.pieces for output in box.run(piece, own)]


def _test(box: Box, judge: Child, step: Step, task: Task, report: Report) -> list[Output]:
    """Run one test in the judge on plain data; add its mark; return what the trainer sees."""
    assert step.master is not None
    name, most = step.name or "", step.master.points
    values = box.values(task.fetch)
    try:
        for source in task.judge_runs:
            judge.ask({"do": "run", "source": source, "shown": False}, JUDGE_SECONDS)
        missing = {wanted: {"missing": True} for wanted in task.fetch}
        request = {"do": "test", "source": step.source, "values": missing | values}
        answer = judge.ask(request, JUDGE_SECONDS)
        while "call" in answer:
            answer = judge.ask(box.call(answer), JUDGE_SECONDS)
    except Ended as end:
        report.notes.append(f'the test "{name}" did not come to an end: {end}')
        report.marks.append(Mark(name, 0.0, most, str(end)))
        return [_error_output("TestEnded", str(end))]
    if answer["error"] is not None:
        shown = clean_outputs(answer["outputs"])
        report.marks.append(Mark(name, 0.0, most, _message(shown)))
        return shown
    score = answer["score"]
    points = most if score is None or score < 0 or score != score else min(float(score), most)
    report.marks.append(Mark(name, points, most))
    shown = [o for o in clean_outputs(answer["outputs"]) if o["output_type"] != "execute_result"]
    return [*shown, *([] if score is None else [_score_output(points)])]


def _message(outputs: list[Output]) -> str:
    errors = [output for output in outputs if output["output_type"] == "error"]
    return str(errors[-1]["evalue"]) if errors else ""


def _score_output(points: float) -> Output:
    return {
        "output_type": "execute_result",
        "execution_count": None,
        "data": {"text/plain": repr(points)},
        "metadata": {},
    }


def _error_output(name: str, text: str) -> Output:
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [text]}
