"""Published draws: the shell redraws them, and whatever is changed afterwards is found."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from random import Random

import pytest

from cases.sampling.drawing import WITHHELD, Draw, Witness, draw
from cases.sampling.files import FILES, publish, recheck
from tests.cases.frames import inputs, random_frame, vector_frame
from tests.house import ROOT

FRAMES = 1_000 if os.environ.get("CASELEDGER_FAULTS") == "full" else 25
REDRAW, CHECK_COMMITMENT = re.findall(
    r"```sh\n(.*?)```", (ROOT / "docs" / "sampling.md").read_text("utf-8"), re.DOTALL
)


def in_shell(script: str, files: dict[str, bytes], folder: Path) -> list[str]:
    for name, text in files.items():
        (folder / name).write_bytes(text)
    told = subprocess.run(["sh", "-euc", script], cwd=folder, capture_output=True, check=True)
    assert told.stderr == b""
    return told.stdout.decode().splitlines()


def lines_of(drawn: Draw) -> list[str]:
    return [f"{stratum}\t{item}" for stratum, items in drawn.picks.items() for item in items]


def october() -> Draw:
    return draw(vector_frame(), inputs(("aa" * 32, "bb" * 32)))


def test_the_shell_lines_of_the_docs_draw_the_published_vector(tmp_path: Path) -> None:
    drawn = october()
    assert in_shell(REDRAW, publish(drawn), tmp_path) == lines_of(drawn)
    again, committed = in_shell(REDRAW + CHECK_COMMITMENT, publish(drawn), tmp_path)[-2:]
    assert again == committed == drawn.inputs.witnesses[0].commitment


@pytest.mark.faults
def test_the_shell_and_python_draw_the_same_from_random_frames(tmp_path: Path) -> None:
    chance = Random("shell")
    for _ in range(FRAMES):
        rate, beacon = (
            f"{chance.randint(0, 20)}/{chance.randint(20, 60)}",
            chance.choice(["", chance.randbytes(8).hex()]),
        )
        told = inputs(
            (chance.randbytes(32).hex(), chance.randbytes(32).hex()),
            rate=rate,
            floor=chance.randint(0, 9),
            beacon=beacon,
        )
        drawn = draw(random_frame(chance), told)
        assert in_shell(REDRAW, publish(drawn), tmp_path) == lines_of(drawn)
        assert recheck(publish(drawn)) == ()


@pytest.mark.parametrize("name", FILES)
def test_a_changed_or_missing_file_is_named(name: str) -> None:
    files = publish(october())
    assert recheck(files) == ()
    swapped = files | {name: files[name].replace(b"4", b"5", 1)}
    assert any(name in finding for finding in recheck(swapped))
    del files[name]
    assert recheck(files) == (f"{name} is missing",)


def test_a_case_hidden_after_the_draw_is_found() -> None:
    files = publish(october())
    frame = b"".join(
        line for line in files["frame.tsv"].splitlines(keepends=True) if b"AS-REF-00025" not in line
    )
    findings = recheck(files | {"frame.tsv": frame})
    assert {finding.split()[0] for finding in findings} == {
        "frame.tsv",
        "inputs.tsv",
        "strata.tsv",
        "ranking.tsv",
    }


def test_inputs_that_cannot_be_read_are_a_finding_not_a_crash() -> None:
    files = publish(october())
    for broken in (b"", b"programme\n", b"\xff\n", files["inputs.tsv"].replace(b"floor\t0", b"floor\tnone")):
        assert recheck(files | {"inputs.tsv": broken}) == ("inputs.tsv lacks a line or has a malformed one",)


def test_a_nonce_that_was_not_committed_to_or_not_revealed_is_a_finding() -> None:
    told = inputs(("aa" * 32, "bb" * 32))
    quality, outside = told.witnesses
    for witness, finding in (
        (Witness("outside", quality.commitment, outside.nonce), "both witnesses gave the same commitment"),
        (
            Witness("outside", outside.commitment, "cc" * 32),
            "the nonce of outside is not the one committed to",
        ),
        (Witness("outside", outside.commitment, WITHHELD), "outside did not reveal the nonce"),
    ):
        changed = type(told)(told.programme, told.period, told.rate, told.floor, (quality, witness))
        assert finding in recheck(publish(draw(vector_frame(), changed)))


def test_a_draw_with_nonces_made_locally_says_so() -> None:
    assert b"nonces\tnot independently committed\n" in publish(october())["inputs.tsv"]
