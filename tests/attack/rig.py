"""One cell of the matrix: a guest that breaks itself, and what became of it."""
import fcntl, importlib.machinery, importlib.util, json, os, re, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../qemu"))
from machine import Machine

CONTEXTS = "early boot syscall interrupt nmi exception secondary idle all".split()
LIMIT_S = 60
PIPE_SIZE = 1031  # F_SETPIPE_SZ


def script(path):
    """A Python program without a suffix, as a module."""
    loader = importlib.machinery.SourceFileLoader(os.path.basename(path), path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


check = script(os.path.join(HERE, "../qemu/check"))  # its explain, complaints and words
check.ALWAYS = check.ALWAYS.replace("findings.rule:short-idt!", "")  # here it may be


class Cell:
    """A row's cell: name, machine's options, letter, what is expected, and why not."""

    def __init__(self, damage, context, machine, letter, expected, why):
        self.damage, self.context, self.letter = damage, context, letter
        self.machine = dict(word.split("=", 1) for word in machine.split() if word != "-")
        self.expected = "" if expected == "-" else expected
        self.why = next((w[len(letter) + 2:] for w in why.split("; ") if w.startswith(letter + ": ")), "")

    @property
    def name(self):
        return f"{self.damage}@{self.context}"


def cells():
    """All, in order."""
    out = []
    for line in open(os.path.join(HERE, "cells"), encoding="utf-8"):
        if not line.strip() or line.startswith("#"):
            continue
        row = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)]
        letters = row[2].split() if len(row) == 5 else ()
        assert len(letters) == len(CONTEXTS) and set(letters) <= set("asb-"), line
        for context, letter in zip(CONTEXTS, letters):
            out.append(Cell(row[0], context, row[1], letter, row[3], row[4]))
            assert out[-1].why or letter in "as", f"{out[-1].name}: no reason"
    return out


class Attacked(Machine):
    """serial=stuck: the serial port's other side is a pipe that is full and never read."""

    def __init__(self, options, *arguments, **more):
        super().__init__(*arguments, **more)
        self.options = options

    def arguments(self):
        stuck = self.options.get("serial") == "stuck"
        for argument in super().arguments():
            yield "chardev:stuck" if stuck and argument == "file:" + self.path("serial") else argument
        if "watchdog" in self.options:
            yield from ("-device", "i6300esb", "-action", "watchdog=inject-nmi")
        if stuck:
            self.pipes = []
            for end in ("in", "out"):
                name = self.path("stuck." + end)
                os.mkfifo(name)
                self.pipes.append(os.open(name, os.O_RDWR | os.O_NONBLOCK))
            fcntl.fcntl(self.pipes[1], PIPE_SIZE, 4096)
            os.write(self.pipes[1], b"x" * 4096)
            yield from ("-chardev", "pipe,id=stuck,path=" + self.path("stuck"))
            yield from ("-chardev", "file,id=debug,path=" + self.path("serial"))
            yield from ("-device", "isa-debugcon,iobase=0xe9,chardev=debug")

    def __exit__(self, *rest):
        for pipe in getattr(self, "pipes", ()):
            os.close(pipe)
        super().__exit__(*rest)


def boot(kernel, attack, machine, log, words="", cpus=2):
    """(how it ended, serial log's path, seconds)"""
    command = f"attack={attack} oops=panic panic=-1 {words}".strip()
    with Attacked(machine, kernel, command, "pvh", cpus, 64, limit=float(machine.get("limit", LIMIT_S)), to_the_end=True) as m:
        end = m.run()
        with open(log, "wb") as f:
            f.write(m.log)
        return end, m.seconds


def keep(path, part, name, what):
    """Puts it into a file of results: {part: {name: what}}."""
    if not path:
        return
    have = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            have = json.load(f)
    have.setdefault(part, {})[name] = what
    with open(path, "w", encoding="utf-8") as f:
        json.dump(have, f, indent=0, sort_keys=True)


def outcome(kpanic, end, log):
    """(letter, reports): a, s, b (a reset without a report) or ? (none of them)."""
    reports = check.explain(kpanic, log)
    last = reports[-1] if reports else {}
    # A complete one has its end, and a sum that is right.
    if last.get("panicked") and not last.get("corrupted"):
        spare = b'because="the spare: ' in open(log, "rb").read()
        return ("s" if spare else "a") if end == "reset" else "?", reports
    return "b" if end in ("reset", "triple fault") else "?", reports


def wrong(cell, end, letter, reports):
    """What is not as the cell declares."""
    if letter != cell.letter:
        told = reports[-1].get("headline") if reports else "no report"
        return [f"it is {letter}, not {cell.letter}: {end}; {told}"]
    if letter == "b":
        return []
    return list(check.complaints(cell.expected, reports))
