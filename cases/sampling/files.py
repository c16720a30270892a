"""The published files of a draw: what is written, and how anybody checks them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cases.sampling.drawing import ALGORITHM, Draw, Inputs, NotDrawable, Witness, commitment, draw, frame_hash

FRAME, INPUTS, STRATA, RANKING = "frame.tsv", "inputs.tsv", "strata.tsv", "ranking.tsv"
FILES = (FRAME, INPUTS, STRATA, RANKING)
INDEPENDENT, LOCAL = "independently committed", "not independently committed"


def publish(drawn: Draw) -> dict[str, bytes]:
    """Write the files by name, every line ended by LF, fields parted by TAB, no header."""
    return {
        FRAME: drawn.frame,
        INPUTS: _lines(_inputs(drawn)),
        STRATA: _lines((name, str(drawn.counts[name]), str(drawn.numbers[name])) for name in drawn.counts),
        RANKING: _lines(
            (one.stratum, str(one.rank), one.digest, one.item, "drawn" if one.is_drawn else "-")
            for one in drawn.ranking
        ),
    }


def recheck(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Draw again from the published frame and inputs; gives every finding, none when all agrees."""
    missing = [name for name in FILES if name not in files]
    if missing:
        return tuple(f"{name} is missing" for name in missing)
    try:
        inputs = read_inputs(files[INPUTS])
        again = publish(draw(files[FRAME], inputs))
    except NotDrawable as reason:
        return (str(reason),)
    changed = [
        f"{name} is not what the frame and the inputs give" for name in FILES if again[name] != files[name]
    ]
    if f"\nframe_hash\t{frame_hash(files[FRAME])}\n".encode() not in files[INPUTS]:
        changed.insert(0, f"{FRAME} is not the one whose hash the inputs name")
    return (*_broken_words(inputs), *changed)


def read_inputs(text: bytes) -> Inputs:
    """Read inputs.tsv; a missing or malformed line raises NotDrawable."""
    try:
        told = dict(line.split("\t", 1) for line in text.decode().split("\n")[:-1])
        first, second = (
            Witness(told[f"role_{n}"], told[f"commitment_{n}"], told[f"nonce_{n}"]) for n in (1, 2)
        )
        return Inputs(
            programme=told["programme"],
            period=told["period"],
            rate=told["rate"],
            floor=int(told["floor"]),
            witnesses=(first, second),
            beacon=told["beacon"],
            is_independent=told["nonces"] == INDEPENDENT,
        )
    except (ValueError, KeyError):
        raise NotDrawable("inputs.tsv lacks a line or has a malformed one") from None


def _inputs(drawn: Draw) -> list[tuple[str, str]]:
    told = drawn.inputs
    lines = [
        ("algorithm", ALGORITHM),
        ("programme", told.programme),
        ("period", told.period),
        ("rate", told.rate),
        ("floor", str(told.floor)),
        ("frame_hash", drawn.frame_hash),
    ]
    for number, witness in enumerate(told.witnesses, start=1):
        lines.append((f"role_{number}", witness.role))
        lines.append((f"commitment_{number}", witness.commitment))
        lines.append((f"nonce_{number}", witness.nonce))
    nonces = INDEPENDENT if told.is_independent else LOCAL
    return [*lines, ("beacon", told.beacon), ("nonces", nonces), ("seed", drawn.seed)]


def _broken_words(inputs: Inputs) -> list[str]:
    """Hold every nonce against the commitment given before the freeze."""
    first, second = inputs.witnesses
    findings = ["both witnesses gave the same commitment"] if first.commitment == second.commitment else []
    for witness in inputs.witnesses:
        if witness.kept_back:
            findings.append(f"{witness.role} did not reveal the nonce")
        elif commitment(inputs.programme, inputs.period, witness.role, witness.nonce) != witness.commitment:
            findings.append(f"the nonce of {witness.role} is not the one committed to")
    return findings


def _lines(rows: Iterable[tuple[str, ...]]) -> bytes:
    return "".join("\t".join(row) + "\n" for row in rows).encode()
