# SPDX-License-Identifier: GPL-2.0-only
"""Which lines of the kernel tree are ours: imported by scripts."""

import os
import re
import subprocess

REPO = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TREE = os.path.realpath(os.environ.get("TREE") or os.path.join(REPO, "build/linux"))
SERIES = os.environ.get("SERIES") or os.path.join(REPO, "patches/series")
HUNK = re.compile(r"^@@ \S+ \+(\d+)(?:,(\d+))? @@")


def output(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True,
                          **options).stdout


def our_files():
    """The files that patches/series names."""
    with open(SERIES, encoding="utf-8") as file:
        words = [word for line in file if line[0] != "#"
                 for word in line.split()]
    return [word for word in words if not word.endswith(".patch")]


def changed_lines(path):
    diff = output("git", "-C", TREE, "diff", "-U0", "base", "--", path)
    lines = set()
    for line in diff.splitlines():
        hunk = HUNK.match(line)
        if hunk:
            start, count = int(hunk[1]), int(hunk[2] or 1)
            lines.update(range(start, start + count))
    return lines


def watched():
    """Which lines of which file are ours; None: all of them."""
    names = output("git", "-C", TREE, "diff", "--name-only", "base", "--",
                   "drivers", "include", "samples").split()
    lines = {name: changed_lines(name) for name in names}
    lines.update({name: None for name in our_files()})
    return {name: where for name, where in lines.items()
            if re.match(r"(drivers|include|samples)/.*\.[ch]$", name)}
