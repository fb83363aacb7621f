"""Make the pack's built files from its facts: ``python data/build.py [--only regions|demo]``.

The same facts give the same bytes. Files are replaced only when all of them are made, each in one step.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from builders.demo import build_demo
from builders.partition import build_partition

PACK = Path(__file__).parent
BUILT = {  # in the order of building: the register is laid over the regions
    "regions": (build_partition, ("regions.geojson",)),
    "demo": (build_demo, ("demo/enterprises.csv", "demo/ledger.csv", "demo/facilities.csv")),
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make regions.geojson and demo/*.csv from the pack's facts.")
    parser.add_argument("--only", choices=BUILT)
    only = parser.parse_args(arguments).only
    # beside the pack, not in /tmp: os.replace does not cross file systems
    with tempfile.TemporaryDirectory(prefix=".build-", dir=PACK.parent) as stage:
        workshop = Path(stage) / PACK.name
        shutil.copytree(PACK, workshop, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        made = []
        for name, (build, files) in BUILT.items():
            if only in (None, name):
                build(workshop)
                made += files
        for file in made:
            os.replace(workshop / file, PACK / file)
            print(PACK / file)


if __name__ == "__main__":
    main()
