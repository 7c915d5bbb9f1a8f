"""The table of scenarios, its machines, and what kpanic says of what they leave."""
import json, os, re, subprocess

from machine import Machine

HERE = os.path.dirname(os.path.abspath(__file__))
ALL = ["pvh1", "pvh4", "bios1", "bios4", "uefi1", "uefi4"]
LIMIT_S = {"pvh": 60, "bios": 90, "uefi": 150}


def table():
    """{name: row}, of lists of words; a '|' inside a cell is written '\\|'."""
    rows = {}
    for line in open(os.path.join(HERE, "scenarios"), encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)]
            assert len(cells) == 6 and cells[0] not in rows, line
            rows[cells[0]] = cells[1:]
    return rows


def words(cell):
    return [word.replace("\\ ", " ") for word in re.split(r"(?<!\\) +", cell) if word]


def explain(kpanic, log):
    run = subprocess.run([kpanic, "explain", "--json", log], capture_output=True, timeout=60)
    try:
        return json.loads(run.stdout)["reports"]
    except (ValueError, KeyError) as e:
        raise RuntimeError(f"no JSON from kpanic ({e!r}; status {run.returncode}: {run.stderr.decode()[-200:]!r})")


def machine_of(kernel, row, kind, devices=(), command_words="", **more):
    """The machine of a row of the table, of a kind such as "bios4"; devices, command_words: added to its own; more: as
    Machine has it."""
    _, machine, command, end, _ = row
    firmware, cpus = kind[:-1], int(kind[-1])
    options = dict(word.split("=", 1) for word in words(machine) if word != "-")
    named = list(devices) + [options[key] for key in ("device",) if key in options]
    extra = [a for device in named for a in ("-device", device)]
    for name in ("vga", "action", "global"):
        if name in options:
            extra += [f"-{name}", options[name]]
    program = options.get("program", "init.elf")
    memory = int(options.get("memory", 64))
    if firmware == "uefi":  # which needs some itself
        memory = max(memory, 256)
    more.setdefault("disk", int(options.get("disk", 0)))
    return Machine(kernel, (("" if command == "-" else command) + " " + command_words).strip(), firmware, cpus, memory,
                   program=None if program == "none" else program, cpu=options.get("cpu"), more=extra,
                   act=options.get("act"), limit=float(options.get("limit", LIMIT_S[firmware])), to_the_end=end == "reset", **more)


# What must be the same of one panic, whatever carried it.
SAME = ["title", "type", "frame", "fingerprint", "panicked", "headline", "path", "corrupted", "secondary"]
SAME_FAULT = ["kind", "vector", "error_code", "address", "access", "access_size", "address_class"]
SAME_PLACE = ["symbol", "offset_in_symbol", "symbol_size"]


def essence(report):
    """{what: value} of a report: title, cause, frames, fingerprint."""
    found = {key: report.get(key) for key in SAME}
    found |= {f"fault.{key}": report.get("fault", {}).get(key) for key in SAME_FAULT}
    found |= {f"place.{key}": report.get("place", {}).get(key) for key in SAME_PLACE}
    found["panic_reason"] = report.get("end", {}).get("panic_reason")
    # How a stage went that came after the note was written, only the console tells.
    found["causes"] = [(f["rule"], f["grade"], f["text"]) for f in report.get("findings", [])
                       if f["rule"] != "recorder-stage"]
    crash = next((t for t in report.get("traces", []) if t["role"] == "crash"), {})
    found["frames"] = [(f.get("symbol"), f.get("offset_in_symbol"), f["trust"]) for f in crash.get("frames", [])]
    return found


def differences(wanted, report):
    """How two reports of one panic differ, a line each."""
    a, b = essence(wanted), essence(report)
    return [f"{key} is {str(b[key])[:200]!r}, not {str(a[key])[:200]!r}" for key in a if a[key] != b[key]]
