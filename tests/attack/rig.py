"""One cell of the matrix: a guest that breaks itself, and what became of it."""
import fcntl, importlib.machinery, importlib.util, json, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../qemu"))
from machine import Machine

CONTEXTS = "early boot syscall interrupt nmi exception secondary idle all".split()
LIMIT_S = 120  # seconds of this machine, which may be busy: the guest has its own deadlines
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


START = re.compile(rb"^\[ *[\d.]+\] kpk [\d.]+: by ", re.M)
LOOKED = re.compile(rb"^\[ *[\d.]+\] (memory|keep): ", re.M)  # what a start tells when it has printed a record
DISK_MIB = 32


class Attacked(Machine):
    """options: serial=stuck: the serial port's other side is a pipe that is full and never read.  disk0, disk1: well; dead: the first bytes that
    are written take for ever; errors: each write fails; error:N: the Nth fails.  again: it is reset once, and runs until the next
    start has printed the record of the last."""

    def __init__(self, options, *arguments, **more):
        super().__init__(*arguments, **more)
        self.options, self.again = options, options.get("again")

    def disks(self):
        for i, name in enumerate(n for n in ("disk0", "disk1") if n in self.options):
            what, _, number = self.options[name].partition(":")
            with open(self.path(name), "wb") as f:
                f.truncate(DISK_MIB << 20)
            # What the host's own disk is busy with is no matter here.
            node = {"driver": "file", "filename": self.path(name), "cache": {"no-flush": True}}
            if what == "dead":
                yield from ("-object", json.dumps({"qom-type": "throttle-group", "id": "dead", "x-bps-write": 1}))
                # On top: the emulator lets go of what waits when the device is reset, of this node alone.
                node = {"driver": "throttle", "throttle-group": "dead", "file": {"driver": "raw", "file": node}}
            elif what == "errors":
                node = {"driver": "blkdebug", "image": node, "inject-error": [{"event": "none", "iotype": "write", "errno": 5}]}
            elif what == "error":  # its state counts the writes
                node = {"driver": "blkdebug", "image": node,
                        "set-state": [{"event": "pwritev", "state": i + 1, "new_state": i + 2} for i in range(int(number))],
                        "inject-error": [{"event": "pwritev", "iotype": "write", "state": int(number), "errno": 5, "once": True}]}
            if node["driver"] != "throttle":
                node = {"driver": "raw", "file": node}
            yield from ("-blockdev", json.dumps(node | {"node-name": name}))
            yield from ("-device", f"virtio-blk-pci,drive={name},werror=report,rerror=report")

    def arguments(self):
        stuck = self.options.get("serial") == "stuck"
        for argument in super().arguments():
            if self.again and argument == "-no-reboot":
                continue
            yield "chardev:stuck" if stuck and argument == "file:" + self.path("serial") else argument
        yield from self.disks()
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

    def over(self, log):
        """The next start has printed all that it found."""
        starts = list(START.finditer(log)) if self.again else ()
        return len(starts) > 1 and LOOKED.search(log, starts[1].end())

    def __exit__(self, *rest):
        for pipe in getattr(self, "pipes", ()):
            os.close(pipe)
        super().__exit__(*rest)


def boot(kernel, attack, machine, log, words="", cpus=2, kpanic=None):
    """(how it ended, serial log's path, what `kpanic save` found on each disk, seconds)"""
    command = f"attack={attack} oops=panic panic=-1 {machine.get('words', '')} {words}".strip()
    with Attacked(machine, kernel, command, "pvh", cpus, 64, limit=float(machine.get("limit", LIMIT_S)), to_the_end=True) as m:
        end = m.run()
        with open(log, "wb") as f:
            f.write(m.log)
        saved = {name: save(kpanic, m.path(name)) for name in ("disk0", "disk1") if name in machine}
        return end, saved, m.seconds


def save(kpanic, image):
    """A dump's state; "none": there is no dump."""
    run = subprocess.run([kpanic, "save", "--json", image], capture_output=True, text=True, timeout=60)
    return json.loads(run.stdout).get("state", "none") if run.stdout else "none"


COMMIT = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True).stdout.strip()


def keep(path, part, name, what):
    """Puts it into a file of results: {part: {name: what}}."""
    if not path:
        return
    have = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            have = json.load(f)
    have.setdefault(part, {})[name] = what
    have.setdefault("commits", {})[f"{part} {name}"] = COMMIT
    with open(path, "w", encoding="utf-8") as f:
        json.dump(have, f, indent=0, sort_keys=True)


def complete(report):
    """Has it its end, and a sum that is right?"""
    return bool(report.get("panicked") and not report.get("corrupted"))


def outcome(kpanic, end, log):
    """(letter, reports): a, s, b (a reset without a report) or ? (none of them); of b with a next start what its record tells."""
    with open(log, "rb") as f:
        text = f.read()
    starts = [m.start() for m in START.finditer(text)]
    first, record = (text[:starts[1]], text[starts[1]:]) if len(starts) > 1 else (text, b"")
    reports = explained(kpanic, first)
    last = reports[-1] if reports else {}
    reset = record or end in ("reset", "triple fault")
    if complete(last):
        spare = b'because="the spare: ' in first
        return ("s" if spare else "a") if reset else "?", reports
    return "b" if reset else "?", explained(kpanic, record) if record else reports


def explained(kpanic, text):
    with tempfile.NamedTemporaryFile() as f:
        f.write(text)
        f.flush()
        return check.explain(kpanic, f.name)


# Of a reset that no code has seen: what the next start reads.
RECORD = ("fault.kind=reset facts.name:of.value=1 facts.name:mended.value=0 findings.rule:no-last-words.grade=certain "
          "findings.rule:last-log-line.grade=certain findings.rule:kept-damaged! machine.command_line~attack={}")


def wrong(cell, end, letter, reports, extra):
    """What is not as the cell declares. extra: what is known beside the report, by names that begin a path."""
    first = []
    if letter != cell.letter:
        told = reports[-1].get("headline") if reports else "no report"
        first = [f"it is {letter}, not {cell.letter}: {end}; {told}"]
        if "b" in letter + cell.letter or letter == "?":
            return first
    expected = RECORD.format(cell.name) if letter == "b" else cell.expected
    return first + list(check.complaints(expected, reports[:-1] + [reports[-1] | extra] if reports else []))
