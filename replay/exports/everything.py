"""All tables and reports at once: one look, one file each, and a manifest that says what they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from cases.errors import Malformed
from replay.exports.export import Export
from replay.exports.formats import ROWS, RowFormat, format_of
from replay.exports.look import Look
from replay.exports.wanted import Wanted

MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
"""The hashes once more, as `sha256sum -c` reads them."""
ONE_BY_ONE: Final = "csv or parquet, which have no end; or table by table, by a period or another filter"
Progress = Callable[[str, int, int], None]
"""Told the table that comes next, how many are done, and how many there are."""


def export_all(
    look: Look, format_name: str, folder: Path, language: str, progress: Progress, *, is_forced: bool = False
) -> dict[str, Any]:
    """Write every table and report into a new folder; gives the manifest.

    Raises Malformed where the folder is there already: only one that an export made is ever put aside, by `is_forced`;
    and, before anything is written, where a table has more rows than a file of this format may have.
    """
    form = format_of(ROWS, format_name)
    exports = [Export.of(look, name, Wanted(), form.headings(language)) for name in look.relations]
    if form.must_fit is not None:
        form.must_fit(exports, ONE_BY_ONE)
    with replacing(folder, is_forced=is_forced) as place:
        files = []
        for done, export in enumerate(exports):
            name = export.relation.name
            progress(name, done, len(exports))
            files.append(_written(export, form, place / f"{name}.{form.ending}"))
        about = _about(look)
        manifest = {**about, "files": files}
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (place / MANIFEST).write_text(text, encoding="utf-8")
        sums = [(one["sha256"], one["file"]) for one in files]
        sums.append((sha256(text.encode()).hexdigest(), MANIFEST))
        (place / SUMS).write_text("".join(f"{one}  {name}\n" for one, name in sums), encoding="utf-8")
    return manifest


def _about(look: Look) -> dict[str, Any]:
    """Say what all of them stand on."""
    standing = look.standing.model_dump(mode="json")
    return {**standing, "at": look.at.isoformat(), "time_zone": look.zone.key, "contract": look.contract}


def _written(export: Export, form: RowFormat, path: Path) -> dict[str, Any]:
    """Write one file, and say what it is."""
    digest = sha256()
    with path.open("xb") as out, closing(form.write(export)) as chunks:
        for chunk in chunks:
            digest.update(chunk)
            out.write(chunk)
        size = out.tell()
    relation = export.relation
    columns = [{"name": one.name, "type": one.type, "zh": one.zh, "en": one.en} for one in relation.fields]
    said = {"file": path.name, "table": f"bi.{relation.name}", "zh": relation.zh, "en": relation.en}
    return {**said, "rows": export.rows, "bytes": size, "sha256": digest.hexdigest(), "columns": columns}


@contextmanager
def replacing(folder: Path, *, is_forced: bool) -> Iterator[Path]:
    """Give a folder to fill, which takes its place when all went well and leaves nothing when not."""
    must_be_ours(folder, is_forced=is_forced)
    part = folder.with_name(f".{folder.name}.{uuid4().hex}.part")
    try:
        part.mkdir()
    except OSError as refusal:
        raise Malformed(f"{folder.parent} takes no folder ({refusal.strerror})") from None
    try:
        yield part
        old = part.with_suffix(".old")
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def must_be_ours(folder: Path, *, is_forced: bool) -> None:
    """Raise Malformed where a folder holds anything that an export did not write, or may not be put aside."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Malformed(f"{folder} is a file; name a folder")
    there = {path.name for path in folder.iterdir()}
    if there - _known(folder):
        raise Malformed(f"{folder} holds other files than those of an export; name a folder of its own")
    if there and not is_forced:
        raise Malformed(f"{folder} is there already; --force writes it anew")


def _known(folder: Path) -> set[str]:
    """Name the files that an export wrote there."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return {MANIFEST, SUMS, *(str(one["file"]) for one in files)}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
