"""Reading XES: real logs as they are, broken ones refused with file, line and cure."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from replay.imports.source import BadFile
from replay.imports.xes import read_xes

HELPDESK = Path(__file__).parents[3] / "shared" / "data" / "helpdesk.xes.gz"
TRACE = """<log><trace><string key="concept:name" value="the lamp of Ward 7"/>
<event><string key="concept:name" value="Closed"/><date key="time:timestamp" value="2012-10-09T16:00+02:00"/>
</event>
<event><string key="concept:name" value="Wait"/><date key="time:timestamp" value="2012-10-09T13:00:00+00:00"/>
<string key="org:resource" value="Anna"><string key="nested" value="inside"/></string></event>
</trace></log>"""


def a_log(folder: Path, text: str) -> Path:
    path = folder / "log.xes"
    path.write_text(text, encoding="utf-8")
    return path


def test_events_come_by_time_with_their_words_and_their_line(tmp_path: Path) -> None:
    ((wait, closed),) = read_xes(a_log(tmp_path, TRACE))
    assert (wait.activity, wait.line, wait.words["org:resource"]) == ("Wait", 4, "Anna")
    assert "nested" not in wait.words
    assert closed.at == datetime(2012, 10, 9, 14, tzinfo=UTC)
    assert {wait.case, closed.case} == {"the lamp of Ward 7"}


def test_a_list_inside_an_event_says_nothing_about_the_event(tmp_path: Path) -> None:
    inside = '<list key="parts"><values><string key="concept:name" value="a screw"/></values></list></event>'
    ((wait, closed),) = read_xes(a_log(tmp_path, TRACE.replace("</event>", inside)))
    assert (wait.activity, closed.activity) == ("Wait", "Closed")


def test_a_prefix_of_the_namespace_changes_nothing(tmp_path: Path) -> None:
    prefixed = TRACE.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    path = a_log(tmp_path, prefixed.replace("<x:log>", '<x:log xmlns:x="http://www.xes-standard.org/">'))
    assert list(read_xes(path)) == list(read_xes(a_log(tmp_path, TRACE)))


@pytest.mark.parametrize(
    ("broken", "line", "says"),
    [
        (TRACE.replace("</trace>", ""), 6, "not well-formed"),
        (TRACE.replace("2012-10-09T13:00:00+00:00", "yesterday"), 4, "ISO 8601"),
        (TRACE.replace("2012-10-09T13:00:00+00:00", "2012-10-09T13:00:00"), 4, "without an offset"),
        (TRACE.replace('<string key="concept:name" value="Wait"/>', ""), 4, "no concept:name"),
        (TRACE.replace("2012-10-09T13:00:00+00:00", "0001-01-01T00:00:00+08:00"), 4, "beyond the years"),
        ('<?xml version="1.0" encoding="GB18030"?>' + TRACE, 1, "save it as UTF-8"),
        ("<html><body>no log</body></html>", 1, "not an XES log"),
        ('<!DOCTYPE log [<!ENTITY a "aaaa">]>' + TRACE, 1, "XML entity"),
    ],
)
def test_a_broken_log_is_refused_by_file_line_and_cure(
    tmp_path: Path, broken: str, line: int, says: str
) -> None:
    with pytest.raises(BadFile) as refused:
        list(read_xes(a_log(tmp_path, broken)))
    assert refused.value.message.startswith(f"log.xes, line {line}:")
    assert says in refused.value.message
    assert "yesterday" not in refused.value.message


def test_a_cut_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress(TRACE.encode())[:-20])
    with pytest.raises(BadFile, match=r"log\.xes\.gz: is a broken gzip file"):
        list(read_xes(path))


@pytest.mark.skipif(not HELPDESK.exists(), reason="the shared real log is not beside this checkout")
def test_the_helpdesk_log_has_its_cases_and_events() -> None:
    read = list(read_xes(HELPDESK))
    assert (len(read), sum(len(events) for events in read)) == (4580, 21348)
