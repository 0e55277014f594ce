"""No hand-written file over 600 lines (tests: 800)."""
from repository import finish, root_from_arguments, tracked_files

root = root_from_arguments()
violations, checked = [], 0
for path in tracked_files(root, ".h", ".cpp", ".py", ".sh", ".cmake", "dev"):
    checked += 1
    is_test = path.parts[0] == "tests" or "_test" in path.stem
    limit = 800 if is_test else 600
    lines = len((root / path).read_text(errors="replace").splitlines())
    if lines > limit:
        violations.append(f"{path}: {lines} lines, the limit is {limit}")
finish(violations, checked)
