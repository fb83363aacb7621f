"""Runs every benchmark and gathers their figures in var/bench.json: {"name": {"value", "unit", "ratio", "against"}}."""

from __future__ import annotations

import json
from pathlib import Path

from bench import assignment, coverage, intake, nearest, page, planner, register, siting

OUTPUT = Path(__file__).parent.parent / "var" / "bench.json"

figures: dict[str, dict[str, object]] = {}
for bench in (assignment, coverage, intake, nearest, page, planner, register, siting):
    figures |= bench.run()
OUTPUT.parent.mkdir(exist_ok=True)
OUTPUT.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
print(f"figures: {OUTPUT.relative_to(Path.cwd())}" if OUTPUT.is_relative_to(Path.cwd()) else f"figures: {OUTPUT}")
