"""Commit subjects are `folder: imperative summary`, at most 72 characters, and have a body."""
import re
import subprocess
import sys
from repository import finish, root_from_arguments

root = root_from_arguments()
log = subprocess.run(["git", "-C", str(root), "log", "--no-merges", "-n", "200",
                      "--format=%h%x00%s%x00%b%x01"], capture_output=True, text=True)
if log.returncode != 0:
    print("skipped: not a git checkout")
    sys.exit(77)
violations, checked = [], 0
for entry in log.stdout.split("\x01"):
    if not entry.strip():
        continue
    commit, subject, body = entry.strip("\n").split("\x00")
    checked += 1
    if len(subject) > 72:
        violations.append(f"{commit}: subject is {len(subject)} characters long: {subject}")
    if not re.match(r"^[A-Za-z0-9_./,*+ -]+: \S", subject):
        violations.append(f"{commit}: subject is not 'folder: summary': {subject}")
    if not body.strip():
        violations.append(f"{commit}: no body says why: {subject}")
finish(violations, checked)
