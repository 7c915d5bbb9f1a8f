"""What is on a disk when power is lost: the emulator's log of its writes (blklogwrites), replayed to any moment."""
import struct

FLUSH, FUA, DISCARD = 1, 2, 4
MAGIC = 0x6a736677736872
SECTOR = 512


def logged(image, log):
    """The driver's description of a disk whose writes are logged."""
    return {"driver": "blklogwrites", "log-super-update-interval": 1, "file": {"driver": "file", "filename": image},
            "log": {"driver": "file", "filename": log}}


def read_log(path):
    """[(byte offset, bytes, flags)] in the order in which the disk did them"""
    with open(path, "rb") as f:
        data = f.read()
    magic, _, count, sector = struct.unpack_from("<QQQI", data, 0)
    assert magic == MAGIC, hex(magic)
    writes, at = [], sector
    for _ in range(count):
        start, n, flags, _ = struct.unpack_from("<QQQQ", data, at)
        at += sector
        piece = b"" if flags & DISCARD else data[at:at + n * sector]
        writes.append((start * sector, piece, flags))
        at += len(piece)
    return writes


def apply(before, writes):
    content = bytearray(before)
    for at, piece, _ in writes:
        content[at:at + len(piece)] = piece
    return bytes(content)


class Cut:
    """Power is lost after some of the writes.  sure: so many from the first on are there; of those up to `end` any, in any order,
    whole or in part."""

    def __init__(self, writes, number, chance):
        self.end = chance.randrange(len(writes) + 1)
        # A flush covers what was done before it.
        self.sure = max((i + 1 for i in range(self.end) if writes[i][2] & FLUSH), default=0)
        loose = [w for w in writes[self.sure:self.end] if number % 4 == 0 or w[2] & FUA or chance.random() < 0.5]
        if number % 4 > 1:
            chance.shuffle(loose)
        if number % 4 == 3:
            loose = [part for w in loose for part in ([w] if w[2] & FUA else torn(w, chance))]
        self.kept = writes[:self.sure] + loose


def torn(write, chance):
    """Some sectors of a write."""
    at, piece, flags = write
    share = chance.random()
    return [(at + i, piece[i:i + SECTOR], flags) for i in range(0, len(piece), SECTOR) if chance.random() < share]
