"""The tests of workers, remote calls, pools and offloading notice a wrong line that is silent.

Each mutation changes one thing where no type checker and no traceback would tell: a count, a
condition, whom an answer is for. It names the tests that have to fail on it, on CPython alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from tests.bridge import mutating
from tests.pace import patience

ROOT = Path(__file__).parents[2]
LIMIT = 300


@dataclass(frozen=True)
class Mutation:
    """One thing that is made wrong in a file of bridge, and the tests that have to notice."""

    name: str
    tests: str
    file: str
    old: str
    new: str


MUTATIONS = [
    # Remote calls.
    Mutation(
        "an object handed over twice counts once",
        "rpc/test_table.py",
        "rpc/table.py",
        "self._exports[number].count += 1",
        "self._exports[number].count = 1",
    ),
    Mutation(
        "of several references given back one counts",
        "rpc/test_table.py",
        "rpc/table.py",
        "export.count -= times",
        "export.count -= 1",
    ),
    Mutation(
        "the other end may let go of the root",
        "rpc/test_table.py",
        "rpc/table.py",
        "if export is None or number == ROOT:",
        "if export is None:",
    ),
    Mutation(
        "a bound method is another object each time",
        "rpc/test_table.py",
        "rpc/table.py",
        "if isinstance(obj, MethodType):\n        return id",
        "if False:\n        return id",
    ),
    Mutation(
        "a call that was answered stays in the list of calls",
        "rpc/test_laws.py::test_every_call_ends_exactly_once_and_counts_return_to_zero",
        "rpc/connection.py",
        "return self.calls.pop(number, None)",
        "return self.calls.get(number)",
    ),
    Mutation(
        "a deadline is not told to the other side",
        "rpc/test_peer.py::test_a_deadline_ends_the_call_and_tells_the_other_side",
        "rpc/connection.py",
        "            self.abandon(call)\n            call.fail(",
        "            call.fail(",
    ),
    Mutation(
        "who answered in time is interrupted later",
        "rpc/test_peer.py::test_who_answers_in_time_is_not_interrupted",
        "rpc/connection.py",
        "        late = self._late.pop(number, None)\n        if late is not None:\n",
        "        late = None\n        if late is not None:\n",
    ),
    Mutation(
        "what was cancelled is dropped without being given back",
        "rpc/test_peer.py::test_what_a_call_hands_over_is_given_back_even_if_nobody_waits_any_more",
        "rpc/connection.py",
        "        call = self._take(envelope.call)\n        if call is None:\n"
        "            self._drop(envelope)\n            return\n        try:\n            value",
        "        call = self._take(envelope.call)\n        if call is None:\n"
        "            return\n        try:\n            value",
    ),
    Mutation(
        "a stranger may name what ends an interpreter",
        "rpc/test_plain.py::test_only_exceptions_that_end_no_interpreter_are_read",
        "rpc/plain.py",
        "issubclass(found, Exception) and",
        "issubclass(found, BaseException) and",
    ),
    Mutation(
        "names with one underscore can be reached",
        "rpc/test_peer.py::test_only_public_names_can_be_reached",
        "rpc/exposure.py",
        'and not name.startswith("_")\n',
        'and not name.startswith("__")\n',
    ),
    Mutation(
        "an interface hides nothing",
        "rpc/test_peer.py::test_an_interface_shows_its_own_names_only",
        "rpc/exposure.py",
        "if self._shown is not None and name not in self._shown",
        "if self._shown is not None and name in self._shown and name == name.upper()",
    ),
    Mutation(
        "objects outlive the connection that they were handed over on",
        "rpc/test_peer.py::test_what_was_handed_over_is_let_go_when_the_connection_ends",
        "rpc/connection.py",
        "        self.table.clear()\n",
        "",
    ),
    # Workers.
    Mutation(
        "an interrupt ends whatever runs",
        "_browser/test_interrupts.py::test_other_work_goes_on_and_is_named",
        "_browser/interrupts.py",
        "if running == target if target > 0 else",
        "if running >= 0 if target > 0 else",
    ),
    Mutation(
        "an interrupt that was for what ran before hits what runs now",
        "_browser/test_interrupts.py::test_whatever_runs_is_meant_until_the_page_is_heard",
        "_browser/interrupts.py",
        "running >= 0 and words[HEARD] < -target",
        "running >= 0",
    ),
    Mutation(
        "a protocol is not shielded",
        "_browser/test_interrupts.py::test_a_shield_keeps_interrupts_off_up_to_the_next_work",
        "_browser/interrupts.py",
        "        if code in _shields:\n            return -1\n",
        "",
    ),
    Mutation(
        "a script that is not there has the wrong type",
        "worker/test_causes.py::"
        "test_a_file_that_is_not_served_is_told_by_its_status_whatever_came_in_its_place",
        "worker/causes.py",
        "200 <= answer.status < 300",
        "answer.status < 500",
    ),
    Mutation(
        "pages that are not isolated need the header of those that are",
        "worker/test_causes.py::test_an_answer_without_fault_names_no_cause",
        "worker/causes.py",
        "if isolated and answer.embedder_policy",
        "if answer.embedder_policy",
    ),
    Mutation(
        "what another origin refuses is a damaged file",
        "worker/test_causes.py::test_what_another_origin_refuses_is_told_as_that_for_every_file",
        "worker/causes.py",
        'if facts.reason == "origin":',
        'if facts.reason == "elsewhere":',
    ),
    Mutation(
        "the frames of a worker's import error are lost",
        "worker/test_causes.py::test_an_import_error_carries_the_exception_itself_and_its_frames",
        "_marshal/exceptions.py",
        '    _set(last, "__cause__", remote)\n',
        "",
    ),
    Mutation(
        "no answer at all is not worth another attempt",
        "worker/test_errors.py::test_what_got_no_answer_at_all_may_be_there_later",
        "worker/errors.py",
        "self.retry = status >= 500 or not status",
        "self.retry = status >= 500",
    ),
    Mutation(
        "limits are a fraction of what a start needs",
        "worker/test_stages.py",
        "worker/stages.py",
        "max(seconds * factor, at_least)",
        "min(seconds * factor, at_least)",
    ),
    Mutation(
        "caches travel with the sources",
        "marshal/test_archives.py::test_packages_travel_with_their_data_and_without_caches",
        "_marshal/archives.py",
        ' or "__pycache__" in path.parts or path.suffix == ".pyc":',
        ":",
    ),
    # What travels.
    Mutation(
        "an exception is made by calling its class",
        "marshal/test_exceptions.py::test_an_exception_is_as_it_was_raised",
        "_marshal/exceptions.py",
        "base.__new__(kind, *group)",
        "kind(*group)",
    ),
    Mutation(
        "bytes that are not found by a look are copied",
        "marshal/test_values.py::test_large_bytes_travel_beside_the_pickle_wherever_they_are",
        "_marshal/values.py",
        "or not sink.bulk",
        "or True",
    ),
    Mutation(
        "a reload is not noticed",
        "pool/test_functions.py::test_a_module_that_was_reloaded_is_sent_again_with_its_functions",
        "_marshal/modules.py",
        "found is None or not found.is_fresh()",
        "found is None",
    ),
    Mutation(
        "a stage is believed to a script that was not asked to start",
        "worker/test_course.py::test_a_stage_out_of_its_order_or_reported_unasked_is_refused",
        "worker/course.py",
        'message.facts.get("life") != self._life',
        "False",
    ),
    # Pools.
    Mutation(
        "a poisonous task ends one worker more",
        "pool/test_scheduler.py::test_a_poisonous_task_ends_a_bounded_number_of_workers_and_no_other_task",
        "pool/scheduler.py",
        "len(record.causes) < self.policy.attempts",
        "len(record.causes) <= self.policy.attempts",
    ),
    Mutation(
        "what takes effect twice is repeated",
        "pool/test_pool.py::test_a_lost_task_names_its_causes_and_an_idempotent_one_is_run_again",
        "pool/scheduler.py",
        "if record.idempotent and len(",
        "if len(",
    ),
    Mutation(
        "what a dead worker had begun is taken for not begun",
        "pool/test_scheduler.py::test_what_had_not_begun_goes_back_and_is_not_charged",
        "pool/scheduler.py",
        "attempt.number > running:",
        "attempt.number >= running:",
    ),
    Mutation(
        "attempts after a death are not counted",
        "pool/test_pool.py::test_a_lost_task_names_its_causes_and_an_idempotent_one_is_run_again",
        "pool/scheduler.py",
        "            self.counts.retried += 1\n",
        "",
    ),
    Mutation(
        "small priorities go first",
        "pool/test_scheduler.py::test_larger_priorities_go_first_and_then_age",
        "pool/scheduler.py",
        "(-record.priority, record.number, record)",
        "(record.priority, record.number, record)",
    ),
    Mutation(
        "who is told to leave a task gets no time for it",
        "pool/test_scheduler.py::"
        "test_a_worker_that_does_not_leave_a_withdrawn_task_is_recovered_after_the_grace_period",
        "pool/scheduler.py",
        "        if attempt.first is not None:\n"
        "            attempt.stop_at = now + self.policy.grace\n",
        "        if attempt.first is not None:\n            attempt.stop_at = now\n",
    ),
    Mutation(
        "a suspect shares its worker",
        "pool/test_scheduler.py::test_what_was_on_a_worker_that_died_is_alone_on_the_next_one",
        "pool/scheduler.py",
        "weight = _UNKNOWN if record.causes else",
        "weight =",
    ),
    Mutation(
        "a mapping draws one item too many",
        "pool/test_mapping.py::test_items_are_drawn_only_as_results_are_taken",
        "pool/mapping.py",
        "len(self._tasks) < self._ahead:",
        "len(self._tasks) <= self._ahead:",
    ),
    Mutation(
        "a mapping that ends leaves its tasks to the pool",
        "pool/test_mapping.py::test_the_first_error_ends_it_at_its_place_and_the_rest_is_cancelled",
        "pool/mapping.py",
        "            task.cancel()\n        if",
        "            pass\n        if",
    ),
    Mutation(
        "a function goes to its worker with every task",
        "pool/test_functions.py::test_a_function_goes_to_a_worker_once_and_its_module_before_it",
        "pool/functions.py",
        "        known.functions.add(function.number)\n",
        "",
    ),
    Mutation(
        "a place that was given to who left is lost",
        "pool/test_pool.py::"
        "test_a_place_that_was_given_to_who_is_cancelled_at_that_moment_goes_to_the_next",
        "pool/pool.py",
        "            self._offer()\n            raise\n",
        "            raise\n",
    ),
    # Offloading.
    Mutation(
        "what was overtaken is shown",
        "offload/test_slots.py::test_only_what_the_latest_call_delivers_is_ever_shown",
        "offload/slots.py",
        "if self._call.peek() is not call:",
        "if self._call.peek() is None:",
    ),
    Mutation(
        "a slot whose call has ended stays busy",
        "offload/test_slots.py::"
        "test_a_failure_is_shown_keeps_the_value_and_is_gone_with_the_next_call",
        "offload/slots.py",
        "        self._call.set(None)\n",
        "",
    ),
    Mutation(
        "an error outlives the next call",
        "offload/test_slots.py::test_a_failure_is_shown_keeps_the_value_and_is_gone_with_the_next_call",
        "offload/slots.py",
        "            self.error.set(None)\n",
        "",
    ),
    Mutation(
        "a call that is cancelled leaves its work running",
        "offload/test_calls.py::test_cancelling_who_awaits_cancels_the_work",
        "offload/calls.py",
        "            self._inner.cancel(msg)\n",
        "            pass\n",
    ),
    Mutation(
        "a call is begun once too often",
        "offload/test_calls.py::"
        "test_only_what_is_harmless_to_repeat_is_repeated_when_its_worker_dies",
        "offload/calls.py",
        "elif self._attempts > 1 and",
        "elif self._attempts > 0 and",
    ),
    Mutation(
        "whatever fails is repeated",
        "offload/test_calls.py::test_an_error_of_the_function_itself_is_not_repeated",
        "offload/calls.py",
        "and self._begin is not None and _is_loss(error):",
        "and self._begin is not None:",
    ),
    Mutation(
        "the last progress of a call is lost",
        "offload/test_calls.py::test_of_the_progress_within_a_frame_the_last_is_shown_and_the_final_one_never_lost",
        "offload/calls.py",
        "                if not self.cancelled():\n",
        "                if self.cancelled():\n",
    ),
    Mutation(
        "a call that could not begin is pending for ever",
        "offload/test_scopes.py::test_a_call_that_could_not_begin_is_not_counted",
        "offload/scopes.py",
        "                self._count(-1)\n                raise\n",
        "                raise\n",
    ),
]

TRIED = MUTATIONS if os.environ.get("BRIDGE_MUTATIONS") else MUTATIONS[::4]
"""A short run tries some of each package."""

ALL_TESTS = " ".join(sorted({test for each in TRIED for test in each.tests.split()}))
NOTHING = Mutation("nothing", ALL_TESTS, "", "", "")

_SHOWN = 20_000
"""Characters of a failure: what is tried first is also told first."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What became of each mutation: all are tried by one process."""
    folder = tmp_path_factory.mktemp("mutations")
    asked = [asdict(mutation) for mutation in [NOTHING, *TRIED]]
    done = subprocess.run(
        [sys.executable, mutating.__file__],
        input=json.dumps([str(folder), asked]),
        env={**os.environ, "PYTHONPATH": f"{ROOT / '_ext'}"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=patience(LIMIT),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    outcomes = {mutation["name"]: outcome for mutation, outcome in zip(asked, found, strict=True)}
    if outcomes["nothing"] != "survived":
        text = (folder / "output").read_text("utf-8")
        pytest.fail(f"{outcomes['nothing']} without a mutation:\n{text[:_SHOWN]}", pytrace=False)
    return outcomes


def test_without_a_mutation_every_test_passes(outcomes: dict[str, str]) -> None:
    assert outcomes["nothing"] == "survived"


@pytest.mark.parametrize("mutation", TRIED, ids=lambda mutation: mutation.name)
def test_a_named_test_fails_when(outcomes: dict[str, str], mutation: Mutation) -> None:
    text = Path(ROOT, "bridge", mutation.file).read_text("utf-8")
    assert text.count(mutation.old) == 1, f"{mutation.file} has changed: adapt {mutation.name!r}"
    assert outcomes[mutation.name] == "caught"
