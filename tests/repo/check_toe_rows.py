"""Every row of the component language has a test that exists (docs/toe-rows.md), and every golden document a row."""
import re
from repository import finish, root_from_arguments

TABLE = "docs/toe-rows.md"
GOLDEN = "tests/golden/toe"
# How many rows each numbered family has; sections are listed by their numbers.
FAMILIES = {"SER": 13, "STEP": 10, "EXP": 14, "IF": 7, "EB": 8, "ED": 8, "RB": 7}
SECTIONS = ["1.2", "1.3", "1.4", "1.5", "1.6", "1.8", "1.9", "2.1", "2.2", "2.4", "3.1", "3.2", "3.3", "3.4", "3.5", "4.2",
            "4.3", "5.1", "5.2", "5.4", *(f"5.{i}" for i in range(6, 29)), "6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "6.8"]

root = root_from_arguments()
expected = SECTIONS + [f"{family}-{number}" for family, count in FAMILIES.items() for number in range(1, count + 1)]
table = (root / TABLE).read_text() if (root / TABLE).exists() else ""
rows = dict(re.findall(r"^\| ([A-Z]+-\d+|\d\.\d+) \| .* \| (.*) \|$", table, re.MULTILINE))
sources = "".join(path.read_text(errors="replace") for path in sorted((root / "src").rglob("*_test.cpp")))
suites = {f"{suite}.{name}" for suite, name in re.findall(r"TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", sources)}


def exists(test):
    if ".py:" in test:
        file, method = test.split(":")
        paths = [root / folder / file for folder in ("tests/guest", "tests/toe")]
        return any(path.exists() and f"def {method}(" in path.read_text() for path in paths)
    if re.fullmatch(r"\w+\.\w+", test):
        return test in suites
    return all((root / GOLDEN / f"{test}.{kind}").exists() for kind in ("yml", "json"))


violations = [f"{TABLE}: the row {row} is missing" for row in expected if row not in rows]
named = set()
for row, cell in rows.items():
    tests = re.findall(r"`([^`]+)`", cell)
    named.update(tests)
    if not tests and not re.fullmatch(r"not covered: .+", cell):
        violations.append(f"{TABLE}: the row {row} names no test and no reason")
    violations += [f"{TABLE}: the row {row} names {test}, which does not exist" for test in tests if not exists(test)]
for document in sorted((root / GOLDEN).glob("*.yml")):
    if document.stem not in named and document.stem + ".*" not in named:
        violations.append(f"{GOLDEN}/{document.name} stands in no row of {TABLE}")
finish(violations, len(rows))
