"""The records that wire.py and watch.py tell, as reports.ts reads them, and the queue in which they wait for their reader."""
import collections
import fcntl
import json
import os
import struct
import time

# Kinds of records, fates, and why frames are missing: the order is that of reports.ts.
READY, FRAME, GAP, COUNTERS, ANSWER, NEWS = range(6)
DELIVERED, LOST, CUT, COPY, LATE, OVERFLOW, TOO_LONG, NOT_TAKEN = range(8)
FATES = 8
NOT_SEEN, NOT_READ, LET_GO = range(3)
# In place of a wire's number: the frame was on a host's loopback, and its direction is the host's place in the lab.
LOOPBACK = 255

# Each record follows its length (u32); all numbers are big-endian, all times CLOCK_MONOTONIC in ns.
_READY = struct.Struct('>IBxxxQ')
_FRAME = struct.Struct('>IBBBBIQQI')
_GAP = struct.Struct('>IBBBBIQQ')
_COUNTERS = struct.Struct('>IBBBxQQQ' + 'Q' * FATES)
_ANSWER = struct.Struct('>IBxxxIQ')
_NEWS = struct.Struct('>IBxxxQ')

# Bytes that wait for their reader: at the upper mark frames are let go, at the lower they are told again.
HIGH, LOW = 4 << 20, 2 << 20
AT_ONCE = 1 << 18
F_SETPIPE_SZ = 1031
# What is missing is told at most this often, in ns, unless somebody asks.
GAPS_EVERY = 100_000_000


class Share:
    """How many frames are told: so many a second, and as many at once; so many in all. None: as many as there are."""

    def __init__(self, per_second=None, in_all=None):
        self.per_second, self.left = per_second, in_all
        self.tokens, self.filled = per_second, 0

    def take(self, at):
        """Whether one more may be told, at this time in ns."""
        if self.left is not None and self.left <= 0:
            return False
        if self.per_second is not None:
            if at > self.filled:
                self.tokens = min(self.per_second, self.tokens + (at - self.filled) * self.per_second / 1e9)
                self.filled = at
            if self.tokens < 1:
                return False
            self.tokens -= 1
        if self.left is not None:
            self.left -= 1
        return True


class Reports:
    """What waits to be read by somebody who may never come."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.waiting = collections.deque()
        self.size = 0
        self.full = False
        self.share = Share()
        self.gaps = {}
        self.gaps_told = 0
        os.set_blocking(descriptor, False)
        try:
            fcntl.fcntl(descriptor, F_SETPIPE_SZ, 1 << 20)
        except OSError:
            # Not a pipe, or a machine that gives no more.
            pass

    def tell_ready(self, at):
        self._tell(_READY.pack(_READY.size - 4, READY, at))

    def tell_frame(self, wire, direction, fate, sequence, arrived, handed, length, kept):
        """Whether it is told, not only counted."""
        if self.full or not self.share.take(arrived):
            self.miss(NOT_READ if self.full else LET_GO, wire, direction, 1, arrived, arrived)
            return False
        self._tell(_FRAME.pack(
            _FRAME.size - 4 + len(kept), FRAME, wire, direction, fate, sequence, arrived, handed, length) + kept)
        if self.size > HIGH:
            self.full = True
        return True

    def tell_counters(self, wire, direction, at, frames, size, fates):
        self._tell(_COUNTERS.pack(_COUNTERS.size - 4, COUNTERS, wire, direction, at, frames, size, *fates))

    def tell_answer(self, number, up_to, trouble):
        text = trouble.encode()
        self._tell(_ANSWER.pack(_ANSWER.size - 4 + len(text), ANSWER, number, up_to) + text)

    def tell_news(self, at, **news):
        text = json.dumps(news, separators=(',', ':')).encode()
        self._tell(_NEWS.pack(_NEWS.size - 4 + len(text), NEWS, at) + text)

    def miss(self, why, wire, direction, count, since, until):
        """Notes frames that cannot be told; they are told together when there is room."""
        gap = self.gaps.get((wire, direction, why))
        if gap is None:
            self.gaps[wire, direction, why] = [count, since, until]
        else:
            gap[0] += count
            gap[1], gap[2] = min(gap[1], since), max(gap[2], until)

    def tell_gaps(self):
        """Tells what is missing from all that was told before."""
        self.gaps_told = time.monotonic_ns()
        for (wire, direction, why), (count, since, until) in self.gaps.items():
            self._tell(_GAP.pack(_GAP.size - 4, GAP, wire, direction, why, count, since, until))
        self.gaps.clear()

    def gaps_due(self):
        """When what is missing is to be told, in ns; None when nothing is, or there is no room for it."""
        return self.gaps_told + GAPS_EVERY if self.gaps and not self.full else None

    def flush(self):
        """Hands out as much as is taken; whether something is left."""
        while True:
            if self.size <= LOW:
                self.full = False
                if self.gaps and time.monotonic_ns() - self.gaps_told >= GAPS_EVERY:
                    self.tell_gaps()
            if not self.waiting:
                return False
            if len(self.waiting) > 1:
                piece = b''.join(self._take(AT_ONCE))
                self.waiting.appendleft(piece)
            piece = self.waiting[0]
            try:
                written = os.write(self.descriptor, piece)
            except BlockingIOError:
                return True
            except OSError:
                # Nobody will ever read again.
                self.waiting.clear()
                self.gaps.clear()
                self.size = 0
                return False
            self.size -= written
            self.waiting.popleft()
            if written < len(piece):
                self.waiting.appendleft(piece[written:])
                return True

    def _tell(self, record):
        self.waiting.append(record)
        self.size += len(record)

    def _take(self, most):
        while self.waiting and most > 0:
            piece = self.waiting.popleft()
            most -= len(piece)
            yield piece
