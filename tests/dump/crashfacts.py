"""What crash's answers and those of kpanic's shell say, and whether it is the same: for crash-commands."""
import collections, re

LABEL = re.compile(r"^[A-Z][A-Z_/%#-]*\d*:?$")
STATES = {"RU", "IN", "UN", "ID", "ZO", "ST", "DE", "TR", "PA", "SW", "WA", "NE"}
# What gdb says twice or numbers by itself: history's numbers, characters beside their codes, zeros behind a text.
NO_FACTS = re.compile(r"\$\d+ = |(?<=\d) '(\\.[^']*|.)'(?!\w)|(\\000)+(?=\")|(?<=\"), '\\000' <repeats \d+ times>|"
                      r"debian/build/build_\w+/")
WORD = re.compile(r"[^\s,;=()\[\]{}<>\"'|]+")
FRAME = re.compile(r"^ *#(\d+)(?= )", re.M)
WORDS = re.compile(r"^( *)([0-9a-f]{8,16}):  ?(\S+) +(\S+) *$", re.M)
MEMBER = re.compile(r"\n|(?=(?<![\w.$])[a-zA-Z_][\w.]* = )")


def facts(line):
    """What a line says: numbers and names, whatever stands between them.  Labels in capitals are none."""
    told = []
    line = NO_FACTS.sub("", line)
    for word in re.split(r"[\s,;=()\[\]{}<>\"'|]+", line):
        word = word.strip(":.") or ""
        if re.fullmatch(r"\d{17,20}", word) and int(word) >> 63:
            told.append(f"{int(word):x}")  # an address, or below 0
        elif re.fullmatch(r"(0x)?[0-9a-fA-F]+", word):
            told.append(word.lower().removeprefix("0x").lstrip("0") or "0")
        elif re.search(r"\w", word) and (word in STATES or not LABEL.match(word)):
            told.append(word)
    return tuple(sorted(told))


def unnumbered(text):
    """Without the numbers of frames that are one above the one before, or begin at 0."""
    last = -1

    def step(found):
        nonlocal last
        before, last = last, int(found[1])
        return "" if last in (0, before + 1) else found[0]

    return FRAME.sub(step, text)


def word_by_word(text):
    """Memory, a line for each word: where a frame begins, lines are broken."""
    return WORDS.sub(lambda m: f"{m[2]}: {m[3]}\n{int(m[2], 16) + 8:x}: {m[4]}", text)


def members(text):
    """A line for each member and its value, however gdb and we break lines."""
    lines = [""]
    for part in MEMBER.split(text):
        if re.match(r"\s*[{}\d\"'-]", part) and re.match(r"[\w.]+ = ", lines[-1]):
            lines[-1] += " " + part.strip()
        else:
            lines.append(part)
    return "\n".join(lines)


# An array of bytes, which gdb shows as text and we as numbers with their characters: its parts.
PART = re.compile(r"""(?:"(?P<text>(?:\\.|[^"\\])*)"|'(?P<char>(?:\\[0-7]{3}|\\.|[^'\\]))'|"""
                  r"""(?P<number>-?(?:0x[0-9a-f]+|\d+))(?: '(?:\\[0-7]{3}|\\.|[^'\\])')?)(?: <repeats (?P<times>\d+) times>)?""")
ARRAY = re.compile(r"""(.*?(?<![\w.])[\w.]+ = +)(?:(["'])|\{(?=[-\d]))""")
CHARACTER = re.compile(r"\\([0-7]{3})|\\(.)|([^\\])", re.S)
ESCAPED = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27}
SHOWN = 128  # of an array's elements are compared


def plain_bytes(line):
    """`x = "ab\\000"...`, `x = {97 'a', 98 'b', 0 '\\000'}`: the same, without zeros at the end."""
    found = ARRAY.match(line)
    if not found:
        return line
    at, out = found.end() - (found[2] is not None), []
    while part := PART.match(line, at):
        if part["text"] is not None:
            got = [int(m[1], 8) if m[1] else ESCAPED.get(m[2], ord(m[2])) if m[2] else ord(m[3])
                   for m in CHARACTER.finditer(part["text"])]
        elif part["char"] is not None:
            m = CHARACTER.match(part["char"])
            got = [int(m[1], 8) if m[1] else ESCAPED.get(m[2], ord(m[2])) if m[2] else ord(m[3])]
        else:
            got = [int(part["number"], 0) & (1 << 64) - 1]
            if got[0] >= (1 << 64) - 128:
                got[0] &= 255
        out += got * min(int(part["times"] or 1), SHOWN)
        at = part.end()
        if line.startswith("...", at):
            at += 3
        if not line.startswith(", ", at):
            break
        at += 2
    if not re.fullmatch(r"\}?[\s,}]*", line[at:]):
        return line
    out = out[:SHOWN]
    while out and not out[-1]:
        out.pop()
    return found[1] + ", ".join(str(n) for n in out)


SHAPES = {"facts": members, "words": word_by_word}


class Sayings:
    """An answer's lines, each with what it says.  blocks: patterns that span lines; without: patterns in one line; what
    they match is left out, but for a group named keep, and noted in left_out."""

    def __init__(self, text, how, blocks=(), without=()):
        self.counted, self.lines, self.left_out = collections.Counter(), {}, collections.defaultdict(list)

        def leave_out(pattern, text):
            def out(m):
                self.left_out[pattern].append(m[0])
                return m.groupdict().get("keep") or ""
            return pattern.sub(out, text)

        text = unnumbered(text)
        for pattern in blocks:
            text = leave_out(pattern, text)
        text = SHAPES.get(how, str)(text)
        for line in text.split("\n"):
            short = line
            for pattern in without:
                short = leave_out(pattern, short)
            told = facts(plain_bytes(short))
            if told:
                self.counted[told] += 1
                self.lines[told] = line


CRASH_ERROR = re.compile(r"^(\w+: .*(invalid|cannot|not |no |failed|unknown|error)|Usage:|crash: |gdb: |No (symbol|struct)|"
                         r"A (syntax|parse) error|\w+: (option|ambiguous|seek error|page excluded))", re.M | re.I)
NOT_DONE = re.compile(r"not implemented|no such option|no such command")
CRASHED = re.compile(r"ended by signal|more than \d+ s|Sanitizer")
ENDED = "crash did not end"


class Answer:
    def __init__(self, grade, text="", reasons=()):
        self.grade, self.text, self.reasons = grade, text, list(reasons)

    def failed(self):
        return self.grade in ("DIFFERS", "CRASHES")


class Reasons:
    """The rows of crash-commands.reasons that are for one command on one kernel."""

    def __init__(self, rows, kernel, command):
        self.rows = collections.defaultdict(list)
        for pattern, kernels, side, words, why in rows:
            if re.search(pattern, command) and re.search(kernels or "", kernel):
                self.rows[side].append((re.compile(words, re.M), why))

    def of(self, side):
        return self.rows[side]

    def why(self, side, line):
        """The reason, when there is one, that a line is told by one of both alone."""
        return next((why for pattern, why in self.rows[side] if pattern.search(line)), None)


CLOCK = re.compile(r"(\d\d):(\d\d):(\d\d)")


def at_times(sayings, wanted):
    """The lines that are wanted, by what they say beside their times: [(seconds, facts)…] in order."""
    groups = collections.defaultdict(list)
    for told, n in sayings.counted.items():
        line = sayings.lines[told]
        found = CLOCK.search(line) if wanted(line) else None
        if found:
            seconds = sum(int(part) * unit for part, unit in zip(found.groups(), (3600, 60, 1)))
            groups[facts(CLOCK.sub("", line))] += [(seconds, told)] * n
    return {key: sorted(group) for key, group in groups.items()}


def forget_a_second(their, our, why):
    """Leaves out lines that are the same but for a second; the reasons."""
    reasons, ours = [], at_times(our, why)
    for key, group in at_times(their, why).items():
        other_group = ours.get(key, [])
        if len(group) == len(other_group) and all(abs(a[0] - b[0]) <= 1 for a, b in zip(group, other_group)):
            if group != other_group:
                reasons.append(why(their.lines[group[0][1]]))
            for sayings, times in ((their, group), (our, other_group)):
                for _, told in times:
                    sayings.counted.pop(told, None)
    return reasons


def first_word(line):
    return next(iter(WORD.findall(line)), "").strip(":")


def compare(reasons, row, theirs, mine, errors):
    """reasons: Reasons.  row: of crash-commands.list."""
    command, how, note = row
    if CRASHED.search(errors):
        return Answer("CRASHES", errors.strip()[-200:])
    if how == "ours":
        if NOT_DONE.search(errors):
            return Answer("not done", errors.strip())
        return Answer("ours alone", note)
    wrong = CRASH_ERROR.search(theirs) if len(theirs) < 2000 else None
    if how == "refuse":
        return Answer("both refuse") if errors and wrong else \
            Answer("DIFFERS", f"crash: {theirs.strip()[:100]!r}, ours: {(errors or mine).strip()[:100]!r}")
    if NOT_DONE.search(errors):
        return Answer("not done", errors.strip())
    why = reasons.why("whole", theirs)
    if why:
        return Answer("not comparable", "", [why])
    broke_off = ENDED in theirs or reasons.why("crash errs", theirs)
    if broke_off:
        # What it said before is compared nevertheless; ours goes on.
        why = theirs[theirs.index(ENDED):].strip() if ENDED in theirs else broke_off
        theirs = "".join(line for line in theirs.splitlines(True)
                         if not CRASH_ERROR.search(line) and not re.search(rf"\bFUNCTION: |\berror trace: |^{ENDED}", line) and
                         not reasons.why("crash errs", line))
    blocks, without = reasons.of("block"), reasons.of("both")
    their, our = (Sayings(text, how, [p for p, _ in blocks], [p for p, _ in without]) for text in (theirs, mine))
    told = forget_a_second(their, our, lambda line: reasons.why("second", line))
    missing, extra = their.counted - our.counted, our.counted - their.counted
    if wrong and missing and not broke_off:
        if errors and not mine.strip():
            return Answer("both refuse")
        return Answer("DIFFERS", f"crash: {theirs.strip()[:160]!r}, ours: {(mine or errors).strip()[:160]!r}")
    told += [why for p, why in blocks + without if sorted(their.left_out[p]) != sorted(our.left_out[p])]
    known = {}  # by the words their lines begin with: why ours has another one
    for one in list(missing):
        because = reasons.why("line", their.lines[one])
        if because:
            known[first_word(their.lines[one])] = because
        because = because or reasons.why("crash", their.lines[one])
        if because:
            del missing[one]
            told.append(because)
    for one in list(extra):
        because = known.get(first_word(our.lines[one])) or reasons.why("ours", our.lines[one])
        if because:
            del extra[one]
            told.append(because)
    if how == "first" or broke_off:
        extra.clear()
    if broke_off and not missing:
        return Answer("crash errs", "", sorted({why, *told}))
    if missing or extra:
        # the same facts in lines that are broken elsewhere
        a, b = (collections.Counter(word for one, n in rest.items() for word in one for _ in range(n))
                for rest in (missing, extra))
        if a == b and how == "text":
            return Answer("agrees, in other lines", "", sorted(set(told)))
        if how == "facts" and not missing:
            return Answer("agrees, and tells more", "", sorted(set(told)))
        text = [f"{their.counted.total()} lines in crash, {our.counted.total()} in ours; "
                f"{missing.total()} only in crash, {extra.total()} only in ours"]
        if errors.strip():
            text.append("ours says: " + errors.strip()[:200])
        text += [f"  - {their.lines[one]}" for one in missing] + [f"  + {our.lines[one]}" for one in extra]
        return Answer("DIFFERS", "\n".join(text), sorted(set(told)))
    return Answer("explained" if told else "agrees", "", sorted(set(told)))


# ---- the control: what is wrong must be noticed ----

COMPARED = ("agrees", "explained", "agrees, in other lines", "agrees, and tells more", "crash errs")
def other(word):
    """Another word of the same kind."""
    at = max((i for i, c in enumerate(word) if c in "0123456789"), default=None)
    if at is None:
        at = max(i for i, c in enumerate(word) if c.isalnum() and c.isascii())
        return word[:at] + ("q" if word[at] != "q" else "z") + word[at + 1:]
    return word[:at] + str((int(word[at]) + 1) % 10) + word[at + 1:]


def alterations(theirs, mine, random, most):
    """(what is done, the line, the answer) of ours with one fact altered that crash tells, too, or without a line of which
    crash has the same."""
    lines, known = mine.split("\n"), set(WORD.findall(theirs))
    same = {facts(line) for line in theirs.split("\n")}
    told = [i for i, line in enumerate(lines) if facts(line)]
    for i in random.sample(told, min(most, len(told))):
        words = [m for m in WORD.finditer(lines[i]) if m[0] in known and re.search(r"[a-zA-Z0-9]", m[0])]
        random.shuffle(words)
        for word in words:
            line = lines[i][:word.start()] + other(word[0]) + lines[i][word.end():]
            if facts(line) != facts(lines[i]):
                yield "altered", f"{lines[i].strip()} => {line.strip()}", "\n".join([*lines[:i], line, *lines[i + 1:]])
                break
        if facts(lines[i]) in same:
            yield "dropped", lines[i].strip(), "\n".join(lines[:i] + lines[i + 1:])
