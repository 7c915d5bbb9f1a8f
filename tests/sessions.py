"""Sessions of `kpanic shell` on the kernel that tests/dump/image makes: tests/golden/shell/COMMAND.session has calls, and what
each answers, as text and, in COMMAND.json, as JSON.

    kpanic> bt {UPID}
    PID: 42 ...

A call may name $TMP, a fresh folder (Image, below, has what is in it), and {PLACES}: addresses of the dump, which are other ones
in each (tests/dump/crash-commands knows them).  Before the first call may stand lines of comment ('#'), and how the shell is
called, where it is not with the dump alone: "$ kpanic shell dump vmlinux"."""
import importlib.machinery, importlib.util, json, os, re, shutil, subprocess, sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(TOP, "tests/golden/shell")
PROMPT = "kpanic> "
END_MANGLED, END = "_ZN6kpanic13end_of_answer17h0123456789abcdefE", "kpanic::end_of_answer"  # by rustfilt
LIMIT = 60  # seconds for a session


def program(path):
    """A script without .py, as a module."""
    name = os.path.basename(path).replace("-", "_")
    loader = importlib.machinery.SourceFileLoader(name, os.path.join(TOP, path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


class Session:
    """head: what stands before the first call; words: of the command line; calls: [(call, its answer)]."""

    def __init__(self, text):
        self.head, self.calls = "", []
        for line in text.splitlines(True):
            if line.startswith(PROMPT):
                self.calls.append((line.removeprefix(PROMPT).rstrip("\n"), ""))
            elif self.calls:
                self.calls[-1] = (self.calls[-1][0], self.calls[-1][1] + line)
            else:
                self.head += line
        self.words = re.findall(r"^\$ kpanic shell (.*)", self.head, re.M)[:1] or ["dump"]
        self.words = self.words[0].split()

    def text(self):
        return self.head + "".join(f"{PROMPT}{call}\n{answer}" for call, answer in self.calls)


def sessions(folder=FOLDER):
    """{name: Session}"""
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".session"):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                found[name.removesuffix(".session")] = Session(f.read())
    return found


class Image:
    """In a folder that kernel's dump, one of it a second before, and a vmlinux and a module with source lines."""

    def __init__(self, kpanic, folder):
        self.kpanic, self.folder = kpanic, folder
        made = os.path.join(os.path.dirname(kpanic), "tests/dump")
        subprocess.run([os.path.join(made, "image"), "dump"], cwd=folder, check=True)
        subprocess.run([os.path.join(made, "image"), "-b", "before"], cwd=folder, check=True)
        for name in ("vmlinux", "drv.ko"):
            shutil.copy(os.path.join(made, name), folder)
        crash_commands = program("tests/dump/crash-commands")
        crash_commands.KPANIC = kpanic
        self.places = crash_commands.Places("image", os.path.join(folder, "dump"))

    def ask(self, words, calls, as_json):
        """The answer to each; that in which the shell ended says so, and those behind it are empty."""
        told = "".join(f"{self.places.fill(call) or call}\nrustfilt {END_MANGLED}\n" for call in calls).replace("$TMP", self.folder)
        env = {"PATH": os.environ["PATH"], "HOME": self.folder, "LC_ALL": "C.UTF-8", "TERM": "dumb", "TZ": "UTC",
               **{k: v for k, v in os.environ.items() if k.startswith(("ASAN_", "UBSAN_", "LSAN_"))}}
        run = subprocess.run([self.kpanic, "shell", "--no-rc", *(["--json"] if as_json else []), *words], cwd=self.folder, env=env,
                             input=("" if as_json else "set error redirect >/dev/null\n") + told, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, timeout=LIMIT, text=True, encoding="utf-8", errors="backslashreplace")
        end = re.compile(rf'^\{{"command":"rustfilt".*{END}.*\n' if as_json else f"^{END}\n", re.M)
        answers = end.split(run.stdout.replace(self.folder, "$TMP"))
        if len(answers) != len(calls) + 1 or run.returncode < 0:
            end = {"ended": run.returncode, "said": run.stderr[-2000:]}
            answers[-1] += (json.dumps(end) if as_json else f"(the shell ended here: {run.returncode}) {end['said']}".rstrip()) + "\n"
        return (answers + [""] * len(calls))[:len(calls)]


def play(text, image):
    """What a session gives now: {"session": …, "json": …}."""
    session = Session(text)
    calls = [call for call, _ in session.calls]
    session.calls = list(zip(calls, image.ask(session.words, calls, False)))
    return {"session": session.text(), "json": "".join(image.ask(session.words, calls, True))}
