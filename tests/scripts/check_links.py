#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that the relative links of all pages lead to a file. usage: check_links.py SOURCE_DIR"""
import os
import re
import sys

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def pages(root):
    for name in sorted(os.listdir(root)):
        if name.endswith(".md"):
            yield os.path.join(root, name)
    for folder, _, names in os.walk(os.path.join(root, "docs")):
        for name in sorted(names):
            if name.endswith(".md"):
                yield os.path.join(folder, name)


def main():
    root, broken, links = sys.argv[1], 0, 0
    for page in pages(root):
        with open(page, encoding="utf-8") as file:
            text = file.read()
        for target in LINK.findall(text):
            if "://" in target or target.startswith("mailto:"):
                continue
            links += 1
            if not os.path.exists(os.path.join(os.path.dirname(page), target)):
                print(f"{os.path.relpath(page, root)}: no such file: {target}")
                broken += 1
    print(f"check_links: {broken} of {links} links broken")
    return 1 if broken or links == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
