"""A console log in pieces: each line's time, caller and body, so that they can be put together in another way."""
import re

PREFIX = re.compile(r"^(?:<(\d+)>)?\[( *)(\d+)\.(\d{6})\](?:\[ *([TC])(\d+)\])? (.*)$|^(?:<(\d+)>)?\[( *)(\d+)\.(\d{6})\](?:\[ *([TC])(\d+)\])?$", re.S)
INNER = re.compile(r"\[ *\d+\.\d{6}\]")


class Line:
    __slots__ = ("kernel", "level", "time", "caller", "body")

    def __init__(self, text):
        m = PREFIX.match(text)
        self.kernel = bool(m)
        if not m:
            self.level, self.time, self.caller, self.body = None, None, None, text
            return
        g = m.groups()
        level, _, seconds, micro, kind, number = g[:6] if g[2] is not None else g[7:13]
        self.level = level
        self.time = int(seconds) + int(micro) / 1e6
        self.caller = (kind, int(number)) if kind else None
        self.body = g[6] if g[2] is not None else ""

    def copy(self, **change):
        new = Line.__new__(Line)
        for name in Line.__slots__:
            setattr(new, name, change.get(name, getattr(self, name)))
        return new

    def caller_id(self):
        return "[%6s]" % ("%s%d" % self.caller) if self.caller else ""

    def text(self):
        if not self.kernel:
            return self.body
        return "%s[%5d.%06d]%s %s" % (f"<{self.level}>" if self.level else "", int(self.time),
                                      round(self.time % 1 * 1e6) % 1000000, self.caller_id(), self.body)


class Log:
    def __init__(self, name, data):
        self.name = name
        self.data = data
        text = data.decode("latin-1").replace("\r", "").replace("\0", "")
        if text.endswith("\n"):
            text = text[:-1]
        self.lines = [Line(t) for t in text.split("\n")]
        filled = [l for l in self.lines if l.body.strip()]
        self.kernel_lines = sum(l.kernel for l in filled)
        self.stamped = self.kernel_lines > 0
        self.pure = self.kernel_lines == len(filled)        # every line is printk's
        self.bare = not self.stamped                        # none is
        self.ids = any(l.caller for l in self.lines)
        self.torn = any(INNER.search(l.body) for l in self.lines)  # a line in the middle of a line

    def join(self, lines, end="\n"):
        return "".join((l if isinstance(l, str) else l.text()) + end for l in lines).encode("latin-1")

    def each_line(self, form, end="\n"):
        """form(line) gives the text of a kernel line; the others stay as they are."""
        return self.join([form(l) if l.kernel or self.bare else l for l in self.lines], end)

    def each_body(self, change):
        return self.join([l.copy(body=change(l.body)) for l in self.lines])
