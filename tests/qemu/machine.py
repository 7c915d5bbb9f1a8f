"""A virtual machine that boots the reference kernel: software emulation, a serial log, QMP, a time limit."""
import io, json, os, re, shutil, socket, subprocess, tarfile, tempfile, time

OVMF = "/usr/share/OVMF"
EXIT_PORT = "isa-debug-exit,iobase=0xf4,iosize=4"
# What `mce` injects: CPU, bank, status (uncorrected), global status, address, misc.
MACHINE_CHECK = "mce 0 1 0xbd80000000000134 0x5 0x12345000 0x8c"
EXIT_BASE = 0x20  # kernel/device/power.c
QUIET_S = 0.7  # no more lines for so long after a panic's report: it is whole


class Machine:
    """usage: with Machine(kernel folder, command line, …) as machine: machine.run()

    disk: MiB of an empty virtio disk.  until: what must stand in the log (bytes, a regular expression) for a panic to be over.  to_the_end: a panic is not the end: the machine resets.
    dump: a file for the guest's memory after the panic, in one of the emulator's formats ("elf", "kdump-zlib", …) or "raw",
    which is memory from address 0 on.
    firmware: "pvh" (the kernel alone), "bios" or "uefi" (its ISO).  program: the user program's file; None: none.
    Afterwards: log (serial, bytes), end ("exit N", "triple fault", "reset", "panic", "time is up"), screen (PNG's path)."""

    def __init__(self, folder, command, firmware="pvh", cpus=1, memory=64, program="init.elf", cpu=None, more=(),
                 act=None, screen=None, limit=90, to_the_end=False, disk=0, dump=None, dump_format="elf", until=None):
        self.folder, self.command, self.firmware = folder, command, firmware
        self.cpus, self.memory, self.program, self.cpu, self.more = cpus, memory, program, cpu, more
        self.act, self.screen, self.limit, self.to_the_end = act, screen, limit, to_the_end
        self.disk, self.until = disk, until
        self.dump, self.dump_format = dump, dump_format
        self.log, self.end = b"", None

    def __enter__(self):
        self.work = tempfile.mkdtemp(prefix="kpanic-qemu-")
        return self

    def __exit__(self, *_):
        if getattr(self, "process", None) and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.work, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.work, name)

    def program_file(self):
        """The user program; "damaged": with some bytes in its program headers changed."""
        if self.program != "damaged":
            return self.program and os.path.join(self.folder, self.program)
        with open(os.path.join(self.folder, "init.elf"), "rb") as f:
            content = bytearray(f.read())
        content[0x48:0x50] = b"\xff" * 8  # the first segment's offset
        with open(self.path("damaged.elf"), "wb") as f:
            f.write(content)
        return self.path("damaged.elf")

    def config_disk(self):
        """GRUB reads tar archives as file systems: what differs from boot to boot comes on one."""
        program = self.program_file()
        with tarfile.open(self.path("config.tar"), "w", format=tarfile.USTAR_FORMAT) as tar:
            def add(name, content):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
            lines = f'set kernel_line="{self.command}"\n'
            if program:
                lines += "set kernel_program=($config)/init.elf\n"
                with open(program, "rb") as f:
                    add("init.elf", f.read())
            add("kernel.cfg", lines.encode())
        return self.path("config.tar")

    def arguments(self):
        yield from ("qemu-system-x86_64", "-accel", "tcg", "-m", str(self.memory), "-smp", str(self.cpus))
        yield from ("-display", "none", "-no-reboot", "-net", "none", "-device", EXIT_PORT)
        yield from ("-serial", "file:" + self.path("serial"), "-d", "cpu_reset", "-D", self.path("debug"))
        yield from ("-qmp", f"unix:{self.path('qmp')},server,wait=off", "-monitor", "none")
        if self.cpu:
            yield from ("-cpu", self.cpu)
        if self.firmware == "pvh":
            yield from ("-kernel", os.path.join(self.folder, "kernel.elf"), "-append", self.command)
            if self.program_file():
                yield from ("-initrd", self.program_file())
        else:
            yield from ("-cdrom", os.path.join(self.folder, "kernel.iso"), "-boot", "d")
            yield from ("-drive", f"file={self.config_disk()},format=raw,if=ide,readonly=off,snapshot=on")
        if self.firmware == "uefi":
            shutil.copy(os.path.join(OVMF, "OVMF_VARS_4M.fd"), self.path("vars"))
            yield from ("-M", "q35")
            yield from ("-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}/OVMF_CODE_4M.fd")
            yield from ("-drive", f"if=pflash,format=raw,file={self.path('vars')}")
        if self.disk:
            with open(self.path("disk"), "wb") as f:
                f.truncate(self.disk << 20)
            yield from ("-drive", f"file={self.path('disk')},format=raw,if=none,id=disk")
            yield from ("-device", "virtio-blk-pci,drive=disk")
        yield from self.more

    def qmp(self, command, **arguments):
        """One command; its answer."""
        if not hasattr(self, "control"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(20)
            connection.connect(self.path("qmp"))
            self.control = connection.makefile("rw")
            self.control.readline()
            self.qmp("qmp_capabilities")
        self.control.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.control.flush()
        for line in self.control:
            answer = json.loads(line)
            if "return" in answer or "error" in answer:
                return answer
        return None

    def read(self):
        try:
            with open(self.path("serial"), "rb") as f:
                self.log = f.read()
        except OSError:
            pass
        return self.log

    def dump_memory(self):
        path = os.path.abspath(self.dump)
        if self.dump_format == "raw":
            answer = self.qmp("pmemsave", val=0, size=self.memory << 20, filename=path)
        else:
            answer = self.qmp("dump-guest-memory", paging=False, protocol="file:" + path, format=self.dump_format)
        if not answer or "error" in answer:
            raise RuntimeError(f"the emulator does not dump: {answer}")

    def do(self, what):
        if what == "nmi":
            self.qmp("inject-nmi")
        elif what == "mce":
            self.qmp("human-monitor-command", **{"command-line": MACHINE_CHECK})
        else:
            raise ValueError(what)

    def over(self, log):
        """Is there nothing more to wait for?"""
        return False

    def run(self):
        """Until the machine ends, a panic's report is whole, or the time is up."""
        # A test that is killed leaves no guest behind, which would take a processor for ever.
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *self.arguments()],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        start = time.monotonic()
        size, changed = 0, start
        act = self.act
        while True:
            now = time.monotonic()
            status = self.process.poll()
            log = self.read()
            if status is not None:
                self.end = self.how_it_ended(status)
                break
            if len(log) != size:
                size, changed = len(log), now
            if act and b"scenario: wait" in log:
                time.sleep(0.2)
                self.do(act)
                act = None
            if is_panic(log) and not self.to_the_end and now - changed > QUIET_S and \
                    (not self.until or re.search(self.until, log)):
                self.end = "panic"
                break
            if self.over(log):
                self.end = "over"
                break
            if now - start > self.limit:
                self.end = "time is up"
                break
            time.sleep(0.05)
        if status is None:
            if self.screen:
                self.qmp("screendump", filename=os.path.abspath(self.screen), format="png")
            if self.dump:
                self.dump_memory()
            self.process.kill()
            self.process.wait()
        self.seconds = time.monotonic() - start
        return self.end

    def how_it_ended(self, status):
        try:
            with open(self.path("debug"), encoding="utf-8", errors="replace") as f:
                triple = "Triple fault" in f.read()
        except OSError:
            triple = False
        if triple:
            return "triple fault"
        if status & 1 and status >> 1 >= EXIT_BASE:
            return f"exit {(status >> 1) - EXIT_BASE}"
        if status == 0:
            return "reset"
        return f"emulator: status {status}: {self.process.stderr.read().decode(errors='replace')[-300:]}"


def is_panic(log):
    """The last report is a panic's, or became one, and has its end."""
    report = log[max(log.rfind(b"KPANIC 1 begin"), 0):]
    return b"KPANIC 1 end" in report and b"KPANIC 1 verdict is=panic" in report
