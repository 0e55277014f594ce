"""Files are named for the one thing inside; machine paths and secrets stay out of the tree."""
import re
from repository import finish, root_from_arguments, tracked_files

root = root_from_arguments()
banned = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
violations, checked = [], 0
for path in tracked_files(root, ".h", ".cpp", ".py"):
    checked += 1
    if set(path.stem.split("_")) & banned:
        violations.append(f"{path}: a file is named for the one thing inside it")
for path in tracked_files(root, ".h", ".cpp"):
    text = (root / path).read_text(errors="replace")
    if path.suffix == ".h" and "#pragma once" not in text:
        violations.append(f"{path}: no '#pragma once'")
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"(?:^|[;{(=]|::)\s*(system|popen)\s*\(\s*\"", line):
            violations.append(f"{path}:{number}: no shell strings; use base::Command")
finish(violations, checked)
