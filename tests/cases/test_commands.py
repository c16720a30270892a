"""What every command has in common: one a fact, a verb, and no word of it in an error."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cases.codes import Stage
from cases.commands import COMMANDS, Close, Command, Note, Pause, Receive, Resume
from cases.errors import NotFound
from cases.events import CASE_FACTS, MILESTONES, Closed, Noted, Paused, Reopened, Revisited
from tests.cases.scenario import classified, closed, given, received, told
from tests.fix_desk import ask


def test_there_is_one_command_for_each_fact() -> None:
    assert sorted(command.fact.name() for command in COMMANDS.values()) == sorted(CASE_FACTS)
    assert [command.fact for command in COMMANDS.values()][:8] == list(MILESTONES)


def test_a_verb_is_written_as_its_route() -> None:
    assert {"receive", "answer-quote", "reopen"} < set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_a_command_has_the_fields_of_its_fact_and_says_what_it_is(command: type[Command]) -> None:
    other_case = {"split_from", "into"}
    own = set(command.model_fields) - {"occurred_at", "document", "personal"} - other_case
    assert own <= set(command.fact.model_fields)
    assert command.__doc__


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_no_validation_error_repeats_what_was_sent(command: type[Command]) -> None:
    secret = "张小美 13800005678"
    sent = {name: [secret] for name in (*command.model_fields, "nonsense")}
    with pytest.raises(ValidationError) as refusal:
        command.model_validate(sent)
    assert secret not in str(refusal.value)
    assert secret not in str(refusal.value.errors(include_input=False, include_context=False))


def test_a_personal_value_is_not_printed() -> None:
    asked = ask(Note, text="请致电张小美")
    assert "张小美" not in f"{asked} {asked!r} {asked.model_dump()} {asked.model_dump_json()}"


@pytest.mark.parametrize("text", ["", "   ", "长" * 4001, "a\0b", 7])
def test_a_personal_value_is_a_text_of_bounded_length(text: object) -> None:
    with pytest.raises(ValidationError, match="1 to 4000 characters"):
        ask(Note, text=text)


@pytest.mark.parametrize("word", ["", "a" * 121, "two\nlines", "a\0b", "\x1b[31mred"])
def test_a_code_is_one_short_line(word: str) -> None:
    with pytest.raises(ValidationError):
        ask(Note, word=word)


def test_a_reference_into_the_vault_cannot_be_sent() -> None:
    with pytest.raises(ValidationError):
        ask(Note, text={"ref": "someone/else/1", "commit": "0" * 64})


@pytest.mark.parametrize("name", ["case_no", "judged_under", "subject_id", "is_live"])
def test_what_the_firm_adds_to_a_demand_cannot_be_sent(name: str) -> None:
    with pytest.raises(ValidationError):
        ask(Receive, channel="phone", **{name: None})


def test_nothing_can_be_done_to_a_case_that_was_never_received() -> None:
    with pytest.raises(NotFound):
        given().when(ask(Note, word="hello"))


def test_a_closed_case_takes_words_and_no_work() -> None:
    ended = given(received(), classified("repair"), closed("withdrawn"))
    ended.when(ask(Note, word="thanked")).then(Noted(word="thanked"))
    ended.when(ask(Pause, reason="waiting_for_parts")).then_refused(rule="closed")


def test_what_happened_again_at_another_time_is_another_fact() -> None:
    noted = told(Noted(word="called"))
    known = given(received(), noted).facts[-1].occurred_at
    given(received(), noted).when(ask(Note, word="called")).then_quiet()
    given(received(), noted).when(ask(Note, word="called", occurred_at=known)).then_quiet()
    later = known.replace(minute=30)
    given(received(), noted).when(ask(Note, word="called", occurred_at=later)).then(Noted(word="called"))


def test_after_reopening_the_same_words_count_anew() -> None:
    again = given(
        received(), classified("repair"), Noted(word="called"), closed("withdrawn"), Reopened(reason="hums")
    )
    again.when(ask(Note, word="called")).then(Noted(word="called"))


def test_a_closed_case_stays_closed_when_the_customer_is_asked_again() -> None:
    asked = Revisited.model_validate({"method": "phone", "is_solved": True})
    ended = given(received(), classified("repair"), closed("withdrawn"), asked)
    assert (ended.case.stage, ended.case.is_closed) == (Stage.CLOSED, True)
    assert ended.and_(Reopened(reason="hums")).case.stage is Stage.CLASSIFIED
    assert ended.and_(Reopened(reason="hums"), asked).case.stage is Stage.REVISITED


def test_waiting_is_told_once_and_for_one_reason() -> None:
    parts = Paused.model_validate({"reason": "waiting_for_parts"})
    given(received(), classified("repair")).when(ask(Pause, reason="waiting_for_parts")).then(parts)
    waiting = given(received(), classified("repair"), parts)
    waiting.when(ask(Pause, reason="waiting_for_parts")).then_quiet()
    waiting.when(ask(Pause, reason="waiting_for_customer")).then_refused(rule="one-pause")


def test_resuming_ends_a_wait_and_is_quiet_without_one() -> None:
    waiting = Paused.model_validate({"reason": "waiting_for_parts"})
    given(received(), classified("repair"), waiting).when(Resume()).then_allowed()
    given(received(), classified("repair")).when(Resume()).then_quiet()
    given(received(), classified("repair"), waiting, closed("withdrawn")).when(Resume()).then_refused(
        rule="closed"
    )


def test_closing_twice_is_quiet_even_with_another_outcome() -> None:
    given(received()).when(ask(Close, outcome="withdrawn")).then(
        Closed.model_validate({"outcome": "withdrawn"})
    )
    given(received(), closed("withdrawn")).when(ask(Close, outcome="solved")).then_quiet()
    given(received(), classified("repair")).when(ask(Close, outcome="solved")).then_refused()
