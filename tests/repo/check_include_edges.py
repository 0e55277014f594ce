"""Every #include between folders of src/ must be an edge of edges.txt (see ARCHITECTURE.md)."""
import re
from repository import finish, root_from_arguments, tracked_files

root = root_from_arguments()
allowed = {}
for line in (root / "tests/repo/edges.txt").read_text().splitlines():
    if line.strip() and not line.startswith("#"):
        folder, _, targets = line.partition(":")
        allowed[folder.strip()] = set(targets.split()) | {folder.strip(), "base"}

violations, checked = [], 0
include = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
for path in tracked_files(root, ".h", ".cpp"):
    if path.parts[0] != "src":
        continue
    folder = path.parts[1]
    if folder not in allowed:
        violations.append(f"{path}: folder '{folder}' is not in tests/repo/edges.txt")
        continue
    for number, line in enumerate((root / path).read_text().splitlines(), 1):
        match = include.match(line)
        if not match:
            continue
        checked += 1
        target = match.group(1)
        if target.startswith("../"):
            violations.append(f"{path}:{number}: includes name the folder, never '../'")
        elif target.split("/")[0] not in allowed[folder]:
            violations.append(f"{path}:{number}: {folder}/ may not include \"{target}\"")
finish(violations, checked)
