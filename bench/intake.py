"""A register of 200,000 enterprises brought in from a workbook: read, matched, checked, written with its history; and
the same workbook through pandas (openpyxl) into a bare SQLite table, which checks nothing.

Seconds and peak memory of each as a process with its children, in one run; the same file a second time changes nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import xlsxwriter
from stdnum.cn import uscc

ROOT = Path(__file__).parent.parent
ROWS = 200_000
HEADER = (
    *("序号", "单位名称", "统一社会信用代码", "单位地址", "所属镇街", "单位性质", "经济类型", "所属行业", "职工人数"),
    *("会员人数", "建会情况", "建会日期", "工会类型", "上级工会", "负责人", "联系电话", "经度", "纬度", "备注", "年份"),
)
TOWNS = ("黄村镇", "西红门镇", "旧宫镇", "亦庄镇", "瀛海镇", "青云店镇", "采育镇", "榆垡镇", "魏善庄镇", "庞各庄镇")
PANDAS = """
import sqlite3, sys, pandas
pandas.read_excel(sys.argv[1], header=1).to_sql("enterprises", sqlite3.connect(sys.argv[2]), index=False)
"""
MEASURE = """
import resource, subprocess, sys, time
begun = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, code)
"""


def write_register(path: Path) -> None:
    """A workbook as a register looks: a title row, a header, ``ROWS`` made-up enterprises of ten towns."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("登记册")
    sheet.write(0, 0, "企业登记册（虚构）")
    sheet.write_row(1, 0, HEADER)
    for number in range(ROWS):
        body = f"91110115MA{number:07d}"
        town, union = TOWNS[number % len(TOWNS)], number % 3 == 0
        sheet.write_row(
            number + 2,
            0,
            [
                *(number + 1, f"虚构企业{number:06d}有限公司", body + uscc.calc_check_digit(body)),
                *(f"北京市大兴区{town}虚构路{number % 900 + 1}号", town, "企业", "私营企业", "批发零售"),
                *(number % 300 + 1, number % 200 if union else "", "已建会" if union else "未建会"),
                *("2023年5月1日" if union else "", "独立" if union else "", f"{town}总工会", "某人", "010-00000000"),
                *(116.2 + number % 997 * 0.0003, 39.55 + number % 991 * 0.0002, "", 2025),
            ],
        )
    book.close()


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds and MB that a command took; the MB of the largest of its processes."""
    said = subprocess.run(
        [sys.executable, "-c", MEASURE, *command],
        env=os.environ | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    seconds, megabytes, code = map(float, said.stdout.split())
    if code:
        raise RuntimeError(said.stderr)
    return seconds, megabytes


def run() -> dict[str, dict[str, object]]:
    """The figures of this benchmark, printed as they are found."""
    with tempfile.TemporaryDirectory(prefix="gongtu-bench-") as folder:
        book = Path(folder) / "register.xlsx"
        write_register(book)
        ours = {"GONGTU_VAR": folder, "PYTHONPATH": str(ROOT)}
        bring = [sys.executable, "-m", "geo", "import", "enterprises", str(book), "--retire-demo"]
        first, memory = measure(bring, ours)
        again, _ = measure(bring, ours)
        plain, plain_memory = measure([sys.executable, "-c", PANDAS, str(book), f"{folder}/plain.sqlite"], {})
    print(f"import: {ROWS:,} rows of a workbook in {first:5.1f} s, {memory:5.0f} MB; again {again:5.1f} s (no change)")
    print(f"import: pandas read_excel + to_sql {plain:5.1f} s, {plain_memory:5.0f} MB, {plain / first:.1f}x as long")
    against = "pandas read_excel (openpyxl) + to_sql, nothing checked"
    return {
        "import_200k": {"value": round(first, 1), "unit": "s", "ratio": round(plain / first, 2), "against": against},
        "import_200k_memory": {
            "value": round(memory),
            "unit": "MB",
            "ratio": round(plain_memory / memory, 2),
            "against": against,
        },
    }
