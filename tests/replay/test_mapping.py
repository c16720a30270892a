"""Mappings: a policy author's mistakes are told with file, item and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases import codes, events
from cases.errors import Malformed
from replay.imports.mapping import load_mapping

SMALL = """
id = "ward"
version = "1"
format = "csv"
judged_under = ["lamp-factory"]
[first]
fact = "Received"
channel = "import"
batch = "B-1"
[[event]]
activity = "Call"
[[event.gives]]
fact = "Responded"
step = { from = "How", values = { spoke = "reply" }, otherwise = "first_touch" }
"""


def written(folder: Path, text: str) -> str:
    path = folder / "ward.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_words_of_the_source_become_fields_of_the_fact(tmp_path: Path) -> None:
    (responded,) = load_mapping(written(tmp_path, SMALL)).activity("Call").gives
    assert responded.make({"How": "spoke"}) == events.Responded(step=codes.Step.REPLY)
    assert responded.make({}) == events.Responded(step=codes.Step.FIRST_TOUCH)


def test_an_activity_that_is_not_listed_is_noted_under_its_own_word(tmp_path: Path) -> None:
    (noted,) = load_mapping(written(tmp_path, SMALL)).activity("VERIFIED").gives
    assert noted.make({}) == events.Noted(word="VERIFIED")


@pytest.mark.parametrize(
    ("was", "is_now", "says"),
    [
        (
            'fact = "Responded"',
            'fact = "Answered"',
            "event.0.gives.0: there is no fact 'Answered'",
        ),
        ("step =", "stepp =", "Responded has no field 'stepp'"),
        ('batch = "B-1"', 'customer_name = { from = "Who" }', "personal data; take it in by a form"),
        (
            'fact = "Received"\nchannel = "import"\nbatch = "B-1"',
            'fact = "Noted"',
            "`first` must give Received",
        ),
        ('format = "csv"', 'format = "pdf"', "format: must be 'xes' or 'csv'"),
        ('id = "ward"', "id =", "is not TOML"),
        ('batch = "B-1"', 'case_no = "AS-1"', "Received.case_no is filled by the import itself"),
        ('channel = "import"', 'channel = "drums"', "Received.channel: must be"),
        ('spoke = "reply"', 'spoke = "song"', "Responded.step: must be"),
        ('version = "1"', 'version = "1"\ntimezone = "Mars/Base"', "not a time zone"),
        ("[[event.gives]]", '[[event.gives]]\nfact = "Received"\n[[event.gives]]', "a case is received once"),
    ],
)
def test_a_wrong_mapping_is_refused_by_file_and_place(
    tmp_path: Path, was: str, is_now: str, says: str
) -> None:
    with pytest.raises(Malformed) as refused:
        load_mapping(written(tmp_path, SMALL.replace(was, is_now, 1)))
    assert refused.value.message.startswith("ward.toml")
    assert says in refused.value.message


def test_a_mapping_that_is_not_there_names_the_shipped_ones() -> None:
    with pytest.raises(Malformed, match="shipped are: helpdesk"):
        load_mapping("nowhere")


@pytest.mark.parametrize(
    ("word", "noted"), [("Wait\nmore", "Wait more"), ("\0", "?"), ("x" * 200, "x" * 120)]
)
def test_an_activity_that_is_not_listed_is_noted_in_printable_words(word: str, noted: str) -> None:
    (gives,) = load_mapping("helpdesk").activity(word).gives
    assert gives.make({}) == events.Noted(word=noted)
