"""clang-format would change nothing."""
import shutil
import subprocess
import sys
from repository import finish, root_from_arguments, tracked_files

root = root_from_arguments()
if not shutil.which("clang-format"):
    print("skipped: clang-format is not installed")
    sys.exit(77)
paths = [str(root / path) for path in tracked_files(root, ".h", ".cpp")]
violations = []
for begin in range(0, len(paths), 50):
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *paths[begin:begin + 50]],
                          capture_output=True, text=True)
    violations += [line for line in done.stderr.splitlines() if "error:" in line]
finish(violations[:40], len(paths))
