"""A check that cannot fail is no check: each one must refuse a tree made to break its rule."""
import pathlib
import subprocess
import sys
import tempfile

checks = pathlib.Path(sys.argv[1])
long_file = "// x\n" * 601
cases = {
    "check_include_edges.py": ("src/base/bad.h", '#pragma once\n#include "service/x.h"\n'),
    "check_file_sizes.py": ("src/base/long.h", "#pragma once\n" + long_file),
    "check_formatting.py": ("src/base/ugly.cpp", "int   x ( ) {return 1 ; }\n"),
    "check_names.py": ("src/base/utils.h", "#pragma once\n"),
    "check_toe_rows.py": ("tests/golden/toe/NEW-document.yml", "schemaVersion: 1.0\n"),
}
failed = False
for check, (name, content) in cases.items():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "tests/repo").mkdir(parents=True)
        (root / "tests/repo/edges.txt").write_text((checks / "edges.txt").read_text())
        (root / ".clang-format").write_text((checks.parent.parent / ".clang-format").read_text())
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text(content)
        status = subprocess.run([sys.executable, str(checks / check), folder],
                                capture_output=True, text=True).returncode
    if status not in (1, 77):
        print(f"{check} accepted {name}")
        failed = True
sys.exit(1 if failed else 0)
