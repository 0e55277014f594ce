"""What the repository checks share: which files count, and how a violation is reported."""
import pathlib
import subprocess
import sys


def tracked_files(root, *suffixes):
    """Files that git tracks or would track, without generated ones, relative to `root`."""
    listing = subprocess.run(
        ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True)
    if listing.returncode == 0:
        names = listing.stdout.splitlines()
    else:  # an exported tree without git
        names = [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]
    return [pathlib.Path(name) for name in sorted(names)
            if name.endswith(suffixes) and "/generated/" not in name
            and not name.startswith("build") and (root / name).is_file()]


def root_from_arguments():
    return pathlib.Path(sys.argv[1]).resolve()


def finish(violations, checked):
    """Exits: 1 with every violation named, or 0 saying how much was looked at."""
    for violation in violations:
        print(violation)
    if violations:
        sys.exit(1)
    if not checked:
        print("nothing was checked: the check itself is broken")
        sys.exit(1)
    print(f"{checked} checked")
