#!/usr/bin/env python3
"""Runs the examples of the man pages and says in TAP which still print what the page shows.

In the section EXAMPLES a block of `.Bd -literal` whose command lines start with "$ " is a
session: the lines below a command are what it prints (stdout and stderr together). A command
goes on in the next line after a backslash or a pipe sign. "..." in the page stands for
anything. The blocks of a page share a folder and a shell; AWS and KEB variables are unset.
"""
import fnmatch
import glob
import os
import re
import subprocess
import sys
import tempfile

ESCAPES = {r"\e": "\\", r"\(aq": "'", r"\(dq": '"', r"\-": "-", r"\&": "", r"\(ga": "`",
           r"\(ti": "~", r"\(ha": "^", r"\(rs": "\\", r"\ ": " "}
MARK = "\x01end\x01"


def plain(line):
    return re.sub(r"\\\(..|\\.", lambda m: ESCAPES.get(m.group(), m.group()), line)


def blocks(page):
    """The literal blocks of EXAMPLES, as lists of lines."""
    inside, block = False, None
    with open(page, encoding="utf-8") as file:
        for line in file.read().splitlines():
            if line.startswith(".Sh "):
                inside = line == ".Sh EXAMPLES"
            elif inside and line.startswith(".Bd -literal"):
                block = []
            elif line.startswith(".Ed") and block is not None:
                yield block
                block = None
            elif block is not None:
                block.append(plain(line))


def commands(block):
    """Pairs of a command and the lines that it is to print."""
    found, open_end = [], False
    for line in block:
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif found and open_end:
            found[-1][0] += "\n" + re.sub(r"^> ", "", line)
        elif found:
            found[-1][1].append(line)
        last = found and not found[-1][1] and found[-1][0]
        open_end = bool(last) and (last.endswith(("\\", "|")) or last.count("'") % 2 == 1)
    return found


def environment(home):
    kept = {k: v for k, v in os.environ.items()
            if not re.match(r"(KEB|AWS)_|NO_COLOR$|(https?|all)_proxy$", k, re.I)}
    build = os.path.abspath(os.environ.get("O", "build"))
    kept.update(PATH=build + ":" + kept["PATH"], HOME=home, LC_ALL="C", TZ="UTC",
                AWS_EC2_METADATA_DISABLED="true")
    return kept


def session(steps, folder):
    """What each step printed, and in which state the shell ended."""
    script = "".join("{ %s\n} 2>&1\nprintf '\\n%s\\n'\n" % (c, MARK) for c, _ in steps)
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment(folder), timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    parts = done.stdout.decode("utf-8", "replace").split("\n" + MARK + "\n")
    return [p.rstrip("\n") for p in parts]


def same(wanted, got):
    pattern = re.sub(r"([\[\]?*])", r"[\1]", wanted).replace("...", "*")
    return fnmatch.fnmatchcase(got, pattern)


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    number = 0
    for page in sorted(glob.glob("man/*.[157]")):
        with tempfile.TemporaryDirectory() as folder:
            steps = [c for block in blocks(page) for c in commands(block)]
            printed = session(steps, folder) if steps else []
            for (command, wanted), got in zip(steps, printed + [""] * len(steps)):
                number += 1
                good = same("\n".join(wanted).rstrip("\n"), got)
                print("%s %d - %s: %s" % ("ok" if good else "not ok", number, page,
                                          command.replace("\n", " ").replace("#", "\\#")))
                if not good:
                    for name, text in (("expected", "\n".join(wanted)), ("printed", got)):
                        print("# %s:" % name)
                        print("".join("#   %s\n" % line for line in text.split("\n")), end="")
    print("1..%d" % number)


if __name__ == "__main__":
    sys.exit(main())
