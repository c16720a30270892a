"""The mapping that the documentation shows is one that works."""

from __future__ import annotations

import re
from pathlib import Path

from replay.imports.mapping import load_mapping
from tests.house import ROOT

PAGE = ROOT / "docs" / "imports.md"


def test_the_mapping_of_the_page_reads_and_gives_what_it_says(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "hotline.toml"
    path.write_text(block, encoding="utf-8")
    mapping = load_mapping(str(path))
    (classified,) = mapping.activity("登记").gives
    assert classified.make({"类型": "修"}).model_dump(include={"kind"}) == {"kind": "repair"}
    assert classified.make({"类型": "唱歌"}).model_dump(include={"kind"}) == {"kind": "other"}
    assert [gives.fact for gives in mapping.activity("等客户").until_next] == ["Resumed"]
