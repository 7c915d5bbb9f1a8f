"""Transformations of a console log under which its report stays the same.

Each is a function of (log, want, rnd): it returns the new log's bytes, or (bytes, want) where it also changes what is to be
expected, or None where it does not apply to the log.
"""
import gzip, re, subprocess

FORMS = {}
others = []  # (log, want) of logs that hold a report, for concatenation


def form(function):
    FORMS[function.__name__.replace("_", "-")] = function
    return function


def stamp(line):
    return "[%5d.%06d]" % (int(line.time), round(line.time % 1 * 1e6) % 1000000)


# --- prefixes.  A log with lines torn by another CPU's is left out where the inner prefix would stay behind.

def prefixed(name, make, needs=lambda log: log.stamped and not log.torn, end="\n", kernel_only=False):
    def function(log, want, rnd):
        if not needs(log):
            return None
        if kernel_only and not log.pure:
            return None
        return log.each_line(lambda l: make(l), end)
    FORMS[name] = function


def stamped_and_whole(log):
    return log.pure and not log.torn


def one_speaker(log):
    """Without times nothing tells a damaged stack's frames ("? …") from what stands between them."""
    return stamped_and_whole(log) and len(re.findall(rb"Call Trace:", log.data)) < 2


def bare(log):
    return log.bare and b" login: " not in log.data


def clock(line):
    t = int(line.time or 0) + 40000
    return "%02d:%02d:%02d" % (t // 3600 % 24, t // 60 % 60, t % 60)


prefixed("times-off", lambda l: (l.caller_id() + " " if l.caller else "") + l.body, lambda log: stamped_and_whole(log) if log.ids else one_speaker(log))
prefixed("times-wide", lambda l: l.copy(time=l.time + 1234567).text())
prefixed("times-narrow", lambda l: "[%d.%06d]%s %s" % (int(l.time), round(l.time % 1 * 1e6) % 1000000, l.caller_id(), l.body))
prefixed("dmesg-T", lambda l: "[Tue Jan  2 %s 2024]%s %s" % (clock(l), l.caller_id(), l.body), kernel_only=True)
prefixed("dmesg-iso", lambda l: "2024-01-02T%s,%06d+01:00%s %s" % (clock(l), round(l.time % 1 * 1e6) % 1000000,
         (" " + l.caller_id()) if l.caller else "", l.body), kernel_only=True)
prefixed("dmesg-x", lambda l: "kern  :warn  : " + l.copy(level=None).text(), kernel_only=True)
prefixed("dmesg-x-T", lambda l: "kern  :err   : [Tue Jan  2 %s 2024]%s %s" % (clock(l), l.caller_id(), l.body), kernel_only=True)
prefixed("dmesg-r", lambda l: l.copy(level="4").text())
prefixed("levels-off", lambda l: l.copy(level=None).text(), lambda log: any(l.level for l in log.lines))
prefixed("syslog", lambda l: "Nov 21 %s host kernel: %s" % (clock(l), l.copy(level=None).text()), kernel_only=True)
prefixed("syslog-rfc5424", lambda l: "<4>1 2024-11-21T%s.000000+01:00 host kernel - - - %s" % (clock(l), l.copy(level=None).text()), kernel_only=True)
prefixed("syslog-iso", lambda l: "2024-11-21T%s.123456+01:00 host kernel: %s" % (clock(l), l.copy(level=None).text()), kernel_only=True)
prefixed("journal-short", lambda l: "Nov 21 %s host kernel: %s" % (clock(l), l.body), lambda log: stamped_and_whole(log) and not log.ids)
prefixed("journal-iso", lambda l: "2024-11-21T%s+0100 host kernel: %s" % (clock(l), l.body), lambda log: stamped_and_whole(log) and not log.ids)
prefixed("journal-precise", lambda l: "Nov 21 %s.123456 host kernel: %s" % (clock(l), l.body), lambda log: stamped_and_whole(log) and not log.ids)
prefixed("journal-full", lambda l: "Tue 2024-11-21 %s CET host kernel: %s" % (clock(l), l.body), lambda log: stamped_and_whole(log) and not log.ids)
prefixed("journal-unix", lambda l: "1732158721.123456 host kernel: %s" % l.body, lambda log: stamped_and_whole(log) and not log.ids)
prefixed("journal-monotonic", lambda l: "%s host kernel: %s" % (stamp(l), l.body), lambda log: stamped_and_whole(log) and not log.ids)
prefixed("journal-cat", lambda l: l.body, lambda log: one_speaker(log) and not log.ids)
prefixed("kmsg", lambda l: "4,1234,%d,-%s;%s" % (round(l.time * 1e6), ",caller=%s%d" % l.caller if l.caller else "", l.body), kernel_only=True)
prefixed("netconsole", lambda l: "4,1234,%d,-%s;%s" % (round(l.time * 1e6), ",caller=%s%d" % l.caller if l.caller else "", l.body), kernel_only=True)
prefixed("netconsole-release", lambda l: "6.9.0,4,1234,%d,-%s;%s" % (round(l.time * 1e6), ",caller=%s%d" % l.caller if l.caller else "", l.body), kernel_only=True)
prefixed("serial-date", lambda l: "2024-01-02 %s %s" % (clock(l), l.text()), kernel_only=True)
prefixed("serial-bracket", lambda l: "[2024-01-02 %s.123] %s" % (clock(l), l.text()), kernel_only=True)
prefixed("serial-bracket-zone", lambda l: "[2024-01-02T%sZ] %s" % (clock(l), l.text()), kernel_only=True)
prefixed("serial-clock", lambda l: "%s %s" % (clock(l), l.text()), kernel_only=True)
prefixed("host-bracket", lambda l: "[host7] " + l.text(), kernel_only=True)
prefixed("host-colon", lambda l: "host7: " + l.text(), kernel_only=True)
prefixed("container-log", lambda l: "node-1  | " + l.text(), kernel_only=True)
prefixed("quoted", lambda l: "> " + l.text(), kernel_only=True)
prefixed("indented", lambda l: "    " + l.text(), kernel_only=True)
prefixed("printk-cpu", lambda l: "[%5d.%06d,%d]%s %s" % (int(l.time), round(l.time % 1 * 1e6) % 1000000, 0, l.caller_id(), l.body), lambda log: stamped_and_whole(log) and not log.ids)
prefixed("bare-syslog", lambda l: "Nov 21 %s host kernel: %s" % (clock(l), l.body), bare)
prefixed("bare-level", lambda l: "<4>" + l.body, bare)
prefixed("bare-journal", lambda l: "2024-11-21T%s+0100 host kernel: %s" % (clock(l), l.body), bare)


@form
def times_on(log, want, rnd):
    if not log.bare or log.torn:
        return None
    return log.join(["[%5d.%06d] %s" % (100 + i // 1000, i % 1000 * 1000, l.body) for i, l in enumerate(log.lines)])


@form
def login_prompt(log, want, rnd):
    if not log.stamped:
        return None
    first = next(i for i, l in enumerate(log.lines) if l.kernel)
    return log.join([("vm1 login: " if i == first else "") + l.text() for i, l in enumerate(log.lines)])


@form
def ids_off(log, want, rnd):
    """Only where one context printed all: without ids, whose line it is cannot be told."""
    if len({l.caller for l in log.lines if l.kernel}) != 1 or not log.ids or not log.pure:
        return None
    return log.join([l.copy(caller=None) for l in log.lines])


@form
def ids_on(log, want, rnd):
    if log.ids or not one_speaker(log) or want.get("corrupted"):
        return None
    return log.join([l.copy(caller=("T", 4711)) for l in log.lines])


@form
def ids_other(log, want, rnd):
    if not log.ids or not log.pure:
        return None
    return log.join([l.copy(caller=(l.caller[0], l.caller[1] + (7000 if l.caller[0] == "T" else 2))) if l.caller else l for l in log.lines])


# --- line ends, terminals

@form
def cr_lf(log, want, rnd):
    return log.join(log.lines, "\r\n")


@form
def cr_cr_lf(log, want, rnd):
    return log.join(log.lines, "\r\r\n")


@form
def trailing_blanks(log, want, rnd):
    return log.join(log.lines, "  \n")


@form
def trailing_tab(log, want, rnd):
    return log.join(log.lines, "\t\n")


@form
def no_last_line_end(log, want, rnd):
    return log.join(log.lines)[:-1]


@form
def nuls(log, want, rnd):
    return log.join([l.text() + "\0" * (i % 3) for i, l in enumerate(log.lines)])


@form
def nuls_before(log, want, rnd):
    return b"\0" * 4096 + log.data


@form
def colours(log, want, rnd):
    """dmesg --color=always"""
    if not log.stamped:
        return log.join(["\033[1;31m%s\033[0m" % l.text() for l in log.lines])
    if log.torn:
        return None
    return log.join(["\033[32m%s%s \033[0m\033[1m\033[31m%s\033[0m" % (stamp(l), l.caller_id(), l.body) if l.kernel else l for l in log.lines])


@form
def terminal(log, want, rnd):
    """What a firmware or a boot loader leaves before it."""
    return b"\033[2J\033[01;01H\033[=3h\033[2J\033[01;01HSeaBIOS (version 1.16.2-1)\r\n\033c\033[?7l" + log.data


@form
def byte_order_mark(log, want, rnd):
    return b"\xef\xbb\xbf" + log.data


# --- numbers

ADDRESS = re.compile(r"(?<![\w+/.#:-])(0x)?([0-9a-f]{16}|[0-9a-f]{8})(?![\w-])")


@form
def addresses(log, want, rnd):
    """Other middles of all addresses; what they point into and their last digits stay."""
    if (want.get("title") or "").startswith("INFO: 0x"):
        return None
    seen = {}

    def other(m):
        digits = m.group(2)
        if not re.match(r"(ffff|c0|dead|dffff|8|9|a|b|c|e)", digits) or digits.startswith(("dead", "dfff")) or len(set(digits)) < 5:
            return m.group(0)
        keep, last = (7, 3) if len(digits) == 16 else (2, 3)
        if digits not in seen:
            middle = "".join(rnd.choice("0123456789abcdef") for _ in digits[keep:-last])
            seen[digits] = digits[:keep] + middle + digits[-last:]
        return (m.group(1) or "") + seen[digits]
    return log.each_body(lambda b: b if re.search(r"Code: |^\s*(raw|[0-9a-f]{2} )|EFLAGS|error|Hardware Error|PKRU|CR[0-4]:|DR[0-7]:|magic|kasan: ", b) else ADDRESS.sub(other, b))


@form
def addresses_hashed(log, want, rnd):
    """kptr_restrict and friends: frames without their address"""
    if not re.search(rb"\[<[0-9a-f]{16}>\]", log.data):
        return None
    return log.each_body(lambda b: b if re.search(r"(Nested|release lock|freed|at: |unlock)|^\s*\[<\w+>\] \S+\+0x\w+/0x\w+$", b) and not re.search(r"^ ", b) else
                         re.sub(r"^(\s+)\[<[0-9a-f]{16}>\] (?=\S+\+0x)", r"\1", b))


@form
def offsets(log, want, rnd):
    seen = {}

    def other(m):
        key = m.group(0)
        if key not in seen:
            size = rnd.randrange(0x20, 0x2000)
            seen[key] = "%s+%#x/%#x" % (m.group(1), rnd.randrange(size), size)
        return seen[key]
    return log.each_body(lambda b: re.sub(r"([A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x[0-9a-f]+", other, b))


ASSEMBLER = re.compile(r"^(entry_|asm_|ret_|el\d|apic_timer|call_|error_|page_fault|general_prot|.*_interrupt$|do_syscall|"
                       r"retint|common_|secondary_|start_|irq_|async_|invalid_op|native_|_?_?raw_spin|system_call|stack_segment|"
                       r"double_fault|nmi|end_repeat|reschedule|vectors|__irq|__dabt|__und|syscall|sys|ftrace|memcpy|.*_thunk|0x)")


def quotes_names(want):
    """Titles that show a part of a line as it is, suffixes and all; the fingerprint is the same even so."""
    return want["title"] and ("KCSAN" in want["title"] or " at addr " in want["title"] or re.search(r"(Freed|Allocated|memory) in ", want["title"]))


def suffixed(name, suffix):
    def function(log, want, rnd):
        if quotes_names(want):
            want["title"] = want["reports"] = ...
        def other(m):
            return m.group(0) if ASSEMBLER.match(m.group(1)) or "::" in m.group(0) else m.group(1) + suffix + m.group(2)
        return log.each_body(lambda b: re.sub(r"(?<![\w.:>$%-])([A-Za-z_]\w*)((?:\.\w+)*\+0x[0-9a-f]+/0x)", other, b)), want
    FORMS[name] = function


suffixed("isra", ".isra.0")
suffixed("constprop", ".constprop.17")
suffixed("part-cold", ".part.3.cold")
suffixed("llvm", ".llvm.1234567890123456789")


@form
def no_suffixes(log, want, rnd):
    if not re.search(rb"\w\.(isra|constprop|part|cold)", log.data):
        return None
    if quotes_names(want):
        want["title"] = want["reports"] = ...
    return log.each_body(lambda b: re.sub(r"(\w)(\.(?:isra|constprop|part|cold)(?:\.\d+)*)+(?=\+0x)", r"\1", b)), want


MODULE = re.compile(r"(\+0x[0-9a-f]+/0x[0-9a-f]+) \[(\w+)\]")


@form
def build_ids(log, want, rnd):
    if not MODULE.search(log.data.decode("latin-1")):
        return None
    return log.each_body(lambda b: MODULE.sub(r"\1 [\2 0123456789abcdef0123456789abcdef01234567]", b))


@form
def kernel_build_ids(log, want, rnd):
    """%pBb: the kernel's own frames with theirs, since 5.14 with CONFIG_STACKTRACE_BUILD_ID"""
    return log.each_body(lambda b: re.sub(r"^(\s+(?:\? )?[A-Za-z_][\w.]*\+0x[0-9a-f]+/0x[0-9a-f]+)$", r"\1 0123456789abcdef0123456789abcdef01234567", b))


@form
def arm64_markers(log, want, rnd):
    """arm64 since 6.13 says how it came to a frame."""
    if b"Call trace:" not in log.data:
        return None
    return log.each_body(lambda b: re.sub(r"^( [A-Za-z_][\w.]*\+0x[0-9a-f]+/0x[0-9a-f]+)$", r"\1 (P)", b))


@form
def line_numbers(log, want, rnd):
    add = rnd.randrange(1, 900)
    return log.each_body(lambda b: re.sub(r"(\.[chS]:)(\d{1,6})\b", lambda m: m.group(1) + str(int(m.group(2)) + add), b))


@form
def actor(log, want, rnd):
    """Another CPU, process and name."""
    names = set(re.findall(r"\bComm: (\S{4,15}) ", log.data.decode("latin-1"))) - {"init", "swapper"}
    cpu, pid = rnd.randrange(4, 60), rnd.randrange(20000, 30000)

    def change(b):
        b = re.sub(r"\b(CPU: |CPU#)(\d+)", lambda m: m.group(1) + str(int(m.group(2)) + cpu), b)
        b = re.sub(r"\bPID: (\d+)", lambda m: "PID: %d" % (int(m.group(1)) + pid), b)
        for n in names:
            if re.match(r"(syz|kworker|swapper)", n):
                continue
            b = re.sub(r"(Comm: |task |process )" + re.escape(n) + r"(?=[ :/]|$)", r"\1frobd", b)
        return b
    return log.each_body(change)


@form
def release(log, want, rnd):
    if not re.search(rb"(Not tainted|Tainted: [A-Z ]+) (\d+\.\d+\S*)", log.data):
        return None
    return log.each_body(lambda b: re.sub(r"(Not tainted|Tainted: [A-Z ]+?) +(\d+\.\d+\S*)( #\d+)?", r"\1 6.12.38+deb13-cloud-amd64 #1", b))


@form
def tainted(log, want, rnd):
    if b"Not tainted" not in log.data:
        return None
    return log.each_body(lambda b: re.sub(r"Not tainted", "Tainted: G        W  OE     ", b))


@form
def tainted_words(log, want, rnd):
    """since 6.12 the letters are spelled out on a line of their own"""
    def change(b):
        m = re.match(r"(CPU: \d+ (?:UID: \d+ )?PID: \d+ Comm: .*?) Not tainted (\S+) (#\S+).*$", b)
        return [m.group(1) + " Tainted: G        W  OE       %s %s PREEMPT(full) " % (m.group(2), m.group(3)),
                "Tainted: [W]=WARN, [O]=OOT_MODULE, [E]=UNSIGNED_MODULE"] if m else b
    return bodies(log, change)


@form
def uid(log, want, rnd):
    """6.12: the user's number"""
    if b"UID: " in log.data or not re.search(rb"CPU: \d+ PID: \d+ Comm", log.data):
        return None
    return log.each_body(lambda b: re.sub(r"^(CPU: \d+) (PID: \d+ Comm: )", r"\1 UID: 0 \2", b))


# --- what stands around

CHATTER = [
    "systemd[1]: Started Session 12 of User frob.",
    "audit: type=1400 audit(1700000000.123:45): apparmor=\"DENIED\" operation=\"open\" profile=\"snap.frob\" name=\"/proc/1/stat\" pid=99 comm=\"frob\"",
    "usb 1-1: new high-speed USB device number 5 using xhci_hcd",
    "EXT4-fs (sda1): mounted filesystem with ordered data mode. Opts: (null)",
    "IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready",
    "e1000: eth0 NIC Link is Up 1000 Mbps Full Duplex, Flow Control: RX",
    "input: Frob Keyboard as /devices/pci0000:00/0000:00:14.0/usb1/1-1/input/input7",
    "device veth0 entered promiscuous mode",
]


def chatter_line(log, near, text):
    if near.kernel:
        return near.copy(body=text, caller=("T", 999999) if near.caller else None)
    return near.copy(body=text)


@form
def chatter_between(log, want, rnd):
    """One message in twenty lines"""
    if not (log.pure or log.bare):
        return None
    out = []
    for i, l in enumerate(log.lines):
        out.append(l)
        if rnd.randrange(20) == 0:
            out.append(chatter_line(log, l, rnd.choice(CHATTER)))
    return log.join(out)


@form
def report_alone(log, want, rnd):
    """What stands before the report is lost, but for the lines that are a part of it."""
    if want["line"] < 30 or not want["title"]:
        return None
    return log.join(log.lines[want["line"] - 20:])


@form
def chatter_around(log, want, rnd):
    first, last = log.lines[0], log.lines[-1]
    return log.join([chatter_line(log, first, rnd.choice(CHATTER)) for _ in range(100)] + log.lines +
                    [chatter_line(log, last, rnd.choice(CHATTER)) for _ in range(100)])


@form
def printed_again(log, want, rnd):
    """Consoles that another CPU took over in the middle of a line (6.12 and later)"""
    if not log.pure or log.torn:
        return None
    out = []
    for l in log.lines:
        if rnd.randrange(3) == 0:
            part = l.text()[:rnd.randrange(8, 80)]
            again = "** replaying previous printk message **"
            out += [part, again] if rnd.randrange(2) else [part + again]
        out.append(l)
    return log.join(out)


@form
def programs_between(log, want, rnd):
    """Programs write to the same console: lines without printk's prefix."""
    if not log.pure or log.torn:
        return None
    out = []
    for l in log.lines:
        out.append(l)
        if rnd.randrange(20) == 0:
            out.append(rnd.choice(["[  OK  ] Started Frob Daemon.", "frobd: accepted connection from 10.0.0.1", "", "# ls", "login: "]))
    return log.join(out)


BOOT = """Linux version 6.1.0-9-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0) #1 SMP PREEMPT_DYNAMIC
Command line: BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro quiet
BIOS-provided physical RAM map:
BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
x86/fpu: Supporting XSAVE feature 0x001: 'x87 floating point registers'
smp: Brought up 1 node, 4 CPUs
clocksource: tsc: mask: 0xffffffffffffffff max_cycles: 0x2b3e459bf4c, max_idle_ns: 440795289890 ns
Run /init as init process""".split("\n")


def boot_lines(log, n):
    lines = (BOOT + CHATTER * (1 + n // len(CHATTER)))[:n]
    if log.bare:
        return lines
    caller = "[%6s]" % "T0" if log.ids else ""
    return ["[%5d.%06d]%s %s" % (0, i, caller, t) for i, t in enumerate(lines)]


@form
def boot_before(log, want, rnd):
    return ("\n".join(boot_lines(log, 30)) + "\n").encode() + log.data


@form
def boot_after(log, want, rnd):
    end = b"" if log.data.endswith(b"\n") else b"\n"
    if b"panic" not in log.data and not log.stamped:
        return None
    return log.data + end + ("\n".join(boot_lines(log, 30)) + "\n").encode()


@form
def two_logs(log, want, rnd):
    """Another log with a report behind a boot: the first one's title stays first."""
    other, _ = rnd.choice(others)
    if not want["title"] or (other.ids != log.ids) or (other.stamped != log.stamped):
        return None
    want["reports"] = ...
    end = b"" if log.data.endswith(b"\n") else b"\n"
    return log.data + end + ("\n".join(boot_lines(log, 30)) + "\n").encode() + other.data, want


@form
def twice(log, want, rnd):
    end = b"" if log.data.endswith(b"\n") else b"\n"
    want["reports"] = want["reports"] * 2
    return (log.data + end + ("\n".join(boot_lines(log, 30)) + "\n").encode()) + log.data, want


# --- eras: what other versions and builds of the kernel print in the same place

TOP_OF_TRACE = re.compile(r"^Call Trace:$")
FRAME = re.compile(r"^( +)((?:\? )?)([A-Za-z_][\w.]*\+0x[0-9a-f]+/0x[0-9a-f]+.*)$")


def bodies(log, change):
    """change(body) gives the bodies of the lines that take its place"""
    out = []
    for l in log.lines:
        new = change(l.body)
        if isinstance(new, str):
            out.append(l.copy(body=new) if new != l.body else l)
        else:
            out += [l.copy(body=b) for b in new]
    return log.join(out)


def era(name, pattern, to, unless=None, loose=()):
    """pattern, in the whole log, reads otherwise"""
    compiled = re.compile(pattern)

    def function(log, want, rnd):
        if unless and re.search(unless, log.data.decode("latin-1")):
            return None
        for key in loose:
            want[key] = ...
        return bodies(log, lambda b: compiled.sub(to, b)), want
    FORMS[name] = function


era("era-frame-addresses", FRAME.pattern, r"\1[<ffffffff81234567>] \2\3", unless=r"Call trace:|\[<[0-9a-f]|KCSAN|epc :")
era("era-rip", r"^RIP: 0010:([A-Za-z_]\S*\+0x\S+)", r"RIP: 0010:[<ffffffff81234567>]  [<ffffffff81234567>] \1")
era("era-rip-new", r"^RIP: 0010:\[<[0-9a-f]+>\] +\[<[0-9a-f]+>\] ([A-Za-z_]\S*\+0x\S+)", r"RIP: 0010:\1")
era("era-gpf-oops", r"^general protection fault(: 0000|, prob)", r"Oops: general protection fault\1")
era("era-gpf-canonical", r"^(?:Oops: )?general protection fault: 0000 \[#", "general protection fault, probably for non-canonical address 0xdffffc0000000003: 0000 [#", loose=("fingerprint",))
era("era-trap-oops", r"^(divide error|invalid opcode|stack segment): 0000", r"Oops: \1: 0000")
era("era-page-fault", r"^BUG: unable to handle kernel paging request at (?:virtual address )?([0-9a-f]{16})$", r"BUG: unable to handle page fault for address: \1")
era("era-page-fault-old", r"^BUG: unable to handle page fault for address: ([0-9a-f]{16})$", r"BUG: unable to handle kernel paging request at \1")
era("era-null", r"^BUG: unable to handle kernel NULL pointer dereference at (?:virtual address )?([0-9a-f]{16}|\(null\)| +\(null\))$", r"BUG: kernel NULL pointer dereference, address: 0000000000000000")
era("era-null-old", r"^BUG: kernel NULL pointer dereference, address: ([0-9a-f]{16})$", r"BUG: unable to handle kernel NULL pointer dereference at \1")
era("era-soft-lockup", r"^(?:NMI watchdog: |watchdog: )?BUG: soft lockup", "NMI watchdog: BUG: soft lockup")
era("era-soft-lockup-old", r"^(?:NMI watchdog: |watchdog: )BUG: soft lockup", "BUG: soft lockup")
era("era-rcu-prefix", r"^INFO: rcu_", "rcu: INFO: rcu_")
era("era-rcu-prefix-off", r"^rcu: INFO: rcu_", "INFO: rcu_")
era("era-rcu-flavour", r"INFO: rcu_(?:sched|preempt)", "INFO: rcu_bh")
era("era-lock-at", r"at: \[<[0-9a-f]{16}>\] (?=\S+\+0x)", "at: ", unless=r"INFO: (possible|inconsistent|\S+-safe)|BUG: (held|\S+ still has|\w+/\d+ still)")
era("era-might-resched", r"\b___might_sleep\+0x", "__might_resched+0x")
era("era-warning-6.19", r"^WARNING: CPU: (\d+) PID: (\d+) at (\S+\.[ch]:\d+) (\S+\+0x\w+/0x\w+)(?:\(\))?$", r"WARNING: \3 at \4, CPU#\1: frobd/\2")
era("era-warning-6.18", r"^WARNING: (\S+\.[ch]:\d+) at (\S+\+0x\w+/0x\w+), CPU#(\d+): \S+/(\d+)$", r"WARNING: CPU: \3 PID: \4 at \1 \2")
era("era-flags", r" \[#1\] (?:PREEMPT )?SMP KASAN(?: PTI| NOPTI)?$", " [#1] PREEMPT_RT SMP NOPTI")
era("era-flags-rt", r" \[#1\] (?:PREEMPT )?SMP KASAN(?: PTI| NOPTI)?$", " [#1] SMP KASAN PTI")
era("era-oops-count", r" \[#1\]", " [#7]")


@form
def era_cut_here(log, want, rnd):
    """none before, or one before each"""
    if b"[ cut here ]" in log.data:
        return bodies(log, lambda b: [] if "[ cut here ]" in b else b)
    return bodies(log, lambda b: ["------------[ cut here ]------------", b] if re.match(r"(WARNING: CPU|kernel BUG at)", b) else b)


@form
def era_stack_marks_off(log, want, rnd):
    return bodies(log, lambda b: [] if re.match(r"^ </?TASK>$", b) else b)


@form
def era_stack_marks_on(log, want, rnd):
    if b"<TASK>" in log.data:
        return None
    return bodies(log, lambda b: [b, " <TASK>"] if TOP_OF_TRACE.match(b) else b)


@form
def era_registers_off(log, want, rnd):
    want["reports"] = ...
    return bodies(log, lambda b: [] if re.match(r"^(RAX|RDX|RBP|R10|R13|FS|CS|CR2|DR0|DR3|Code|RSP: 0018): ?", b) else b), want


@form
def era_modules(log, want, rnd):
    return bodies(log, lambda b: ["Modules linked in: frob(OE) nf_tables binfmt_misc intel_rapl_msr ext4 crc32c_generic [last unloaded: bar]", b]
                  if re.match(r"^CPU: \d+ (UID: \d+ )?PID: ", b) else b)


@form
def era_dump_frames(log, want, rnd):
    """The dumper's own frames, which depend on version and inlining"""
    if b"RIP: 0010" in log.data or b"stall" in log.data or b"[<" in log.data or want.get("corrupted"):
        return None
    return bodies(log, lambda b: [b, " __dump_stack+0x1c/0x30", " dump_stack_lvl+0x64/0x80", " dump_stack+0x10/0x18"] if TOP_OF_TRACE.match(b) else b)


@form
def era_kasan_frames(log, want, rnd):
    if b"BUG: KASAN: " not in log.data or b"[<" in log.data:
        return None
    return bodies(log, lambda b: [b, " print_address_description.constprop.0+0x2c/0x3a0", " print_report+0xb5/0x270", " ? kasan_addr_to_slab+0xd/0x80",
                                  " kasan_report+0xb9/0xf0", " kasan_check_range+0x101/0x1b0"] if TOP_OF_TRACE.match(b) else b)


@form
def era_unreliable_frames(log, want, rnd):
    if log.bare:
        return None  # there they are no proof of anything

    def change(b):
        return [b, " ? frob_helper+0x1c/0x30", " ? __pfx_frob_helper+0x10/0x10"] if FRAME.match(b) and rnd.randrange(4) == 0 else b
    return bodies(log, change) if b"[<" not in log.data else None


@form
def symbolised(log, want, rnd):
    """decode_stacktrace's or another tool's source places behind the frames; a place of its own is then to blame"""
    if re.search(rb"\+0x[0-9a-f]+/0x[0-9a-f]+ \S+\.[ch]:\d", log.data):
        return None
    want["guilty_file"] = ...
    return bodies(log, lambda b: re.sub(r"^( +(?:\[<[0-9a-f]+>\] )?[A-Za-z_][\w.]*\+0x[0-9a-f]+/0x[0-9a-f]+)$", r"\1 fs/frob/frob.c:123", b)), want


@form
def symbols_off(log, want, rnd):
    if not re.search(rb"\+0x[0-9a-f]+/0x[0-9a-f]+ \S+\.[chS]:\d", log.data) or ":LINE" in (want["title"] or ""):
        return None
    want["guilty_file"] = ...
    return bodies(log, lambda b: [] if b.endswith("[inline]") else re.sub(r"(\+0x[0-9a-f]+/0x[0-9a-f]+) [\w./-]+\.[chS]:\d+$", r"\1", b)), want


@form
def tail(log, want, rnd):
    """What the kernel says when it is over"""
    last = log.lines[-1]
    lines = ["Dumping ftrace buffer:", "   (ftrace buffer empty)", "Kernel Offset: 0x2a000000 from 0xffffffff81000000 (relocation range: 0xffffffff80000000-0xffffffffbfffffff)",
             "Rebooting in 86400 seconds.."]
    return log.join(log.lines + [last.copy(body=t) for t in lines])


@form
def woven(log, want, rnd):
    """Another report of another task at the same time, line by line; the callers' ids tell them apart."""
    if not log.ids or not all(l.kernel for l in log.lines) or log.torn or not want["title"]:
        return None
    rest = [(o, w) for o, w in others if o.ids and o.pure and not o.torn and o is not log and all(l.kernel for l in o.lines)]
    other, told = rnd.choice(rest)
    start = log.lines[0].time
    mine = list(log.lines)
    theirs = [l.copy(caller=(l.caller[0], l.caller[1] + (50000 if l.caller[0] == "T" else 40)), time=start) for l in other.lines if l.caller]
    at = want["line"]  # the other's report starts behind this one's
    out = mine[:at]
    mine = mine[at:]
    while mine or theirs:
        take = mine if mine and (not theirs or rnd.random() < len(mine) / (len(mine) + len(theirs))) else theirs
        l = take.pop(0)
        out.append(l.copy(time=max(out[-1].time, min(l.time, out[-1].time + 0.01))) if l.kernel else l)
    want["reports"] = ...
    want["panicked"] = ...
    return log.join(out), want


# --- names

TABLED = re.compile(r"^(rtnl_lock|synchronize_rcu|smp_call_function|corrupted|unmount|slab|__do_softirq|sys_\w+)$")


@form
def function_renamed(log, want, rnd):
    """The guilty function under a name that no table knows."""
    frame = want.get("frame")
    if not frame or TABLED.match(frame) or "::" in frame or len(frame) < 4:
        return None
    fresh = "zorblax%d_quux" % rnd.randrange(10, 99)
    token = re.compile(r"(?<![\w/.-])%s(?=[+. ]|\)|$| )" % re.escape(frame))
    if not token.search(want["title"]) or not re.search(r"(?<![\w.])%s[+. ]" % re.escape(frame), log.data.decode("latin-1")):
        return None  # the log calls it otherwise: a system call's prefix, a mangled name
    for key in ("title", "frame"):
        want[key] = token.sub(fresh, want[key])
    want["reports"] = [token.sub(fresh, t) for t in want["reports"]]
    want["fingerprint"] = ...
    return log.each_body(lambda b: token.sub(fresh, b)), want


@form
def file_renamed(log, want, rnd):
    path = want.get("guilty_file")
    if not path or not path.endswith(".c") or path.startswith(("arch/", "kernel/locking/", "lib/", "mm/", "fs/proc/", "trusty/")):
        return None
    fresh = path.rsplit("/", 1)[0] + "/zorblax.c" if "/" in path else "zorblax.c"
    want["guilty_file"] = fresh
    want["reports"] = ...
    want["title"] = want["title"].replace(path, fresh)
    want["fingerprint"] = ...
    return log.each_body(lambda b: b.replace(path, fresh)), want


@form
def folders_before_files(log, want, rnd):
    """A build in another folder: ./ or nothing before paths"""
    if not re.search(rb"(?<= )(net|drivers|fs|kernel|mm|block|sound|security|ipc|crypto|lib|arch|include)/[\w/-]+\.[ch]:\d", log.data):
        return None
    want["title"], want["reports"], want["fingerprint"] = ..., ..., ...
    return log.each_body(lambda b: re.sub(r"(?<= )((?:net|drivers|fs|kernel|mm|block|sound|security|ipc|crypto|lib|arch|include)/[\w/-]+\.[ch]:\d)", r"./\1", b)), want


# --- how it comes

@form
def gzipped(log, want, rnd):
    return gzip.compress(log.data, 1)


@form
def xz(log, want, rnd):
    return subprocess.run(["xz", "-0", "-c"], input=log.data, capture_output=True).stdout


@form
def zstd(log, want, rnd):
    return subprocess.run(["zstd", "-q", "-1", "-c"], input=log.data, capture_output=True).stdout


def shifted(name, total):
    """The report's lines lie on the edges of what is read at once."""
    def function(log, want, rnd):
        n = total - rnd.randrange(len(log.data) + 2) if total > len(log.data) else rnd.randrange(1, total)
        lines, size, i = [], 0, 0
        while size < n:
            text = CHATTER[i % len(CHATTER)]
            if not log.bare:
                text = "[%5d.%06d]%s %s" % (0, i % 1000000, "[%6s]" % "T0" if log.ids else "", text)
            left = n - size
            if left < len(text) + 60:
                text = (text + "x" * 60)[:max(left - 1, 0)]
            lines.append(text)
            size += len(text) + 1
            i += 1
        return ("\n".join(lines) + "\n").encode()[:n - 1] + b"\n" + log.data
    FORMS[name] = function


for kib in (4, 16, 64, 128, 256, 512, 1024, 2048):
    shifted(f"shifted-{kib}k", kib * 1024)
