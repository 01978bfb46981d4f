"""The records wire.py tells, as wire.ts reads them, and the queue in which they wait for their reader."""
import collections
import fcntl
import os
import struct

# Kinds of records, and fates: the order is that of wire.ts.
READY, FRAME, GAP, COUNTERS, ANSWER = range(5)
DELIVERED, LOST, CUT, COPY, LATE, OVERFLOW, TOO_LONG, NOT_TAKEN = range(8)
FATES = 8
NOT_SEEN, NOT_READ = range(2)

# Each record follows its length (u32); all numbers are big-endian, all times CLOCK_MONOTONIC in ns.
_READY = struct.Struct('>IBxxxQ')
_FRAME = struct.Struct('>IBBBBIQQI')
_GAP = struct.Struct('>IBBBBIQQ')
_COUNTERS = struct.Struct('>IBBBxQQQ' + 'Q' * FATES)
_ANSWER = struct.Struct('>IBxxxIQ')

# Bytes that wait for their reader: at the upper mark frames are let go, at the lower they are told again.
HIGH, LOW = 4 << 20, 2 << 20
AT_ONCE = 1 << 18
F_SETPIPE_SZ = 1031


class Reports:
    """What waits to be read by somebody who may never come."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.waiting = collections.deque()
        self.size = 0
        self.full = False
        self.gaps = {}
        os.set_blocking(descriptor, False)
        try:
            fcntl.fcntl(descriptor, F_SETPIPE_SZ, 1 << 20)
        except OSError:
            # Not a pipe, or a machine that gives no more.
            pass

    def tell_ready(self, at):
        self._tell(_READY.pack(_READY.size - 4, READY, at))

    def tell_frame(self, wire, direction, fate, sequence, arrived, handed, length, kept):
        if self.full:
            self.miss(NOT_READ, wire, direction, 1, arrived, arrived)
            return
        self._tell(_FRAME.pack(
            _FRAME.size - 4 + len(kept), FRAME, wire, direction, fate, sequence, arrived, handed, length) + kept)
        if self.size > HIGH:
            self.full = True

    def tell_counters(self, wire, direction, at, frames, size, fates):
        self._tell(_COUNTERS.pack(_COUNTERS.size - 4, COUNTERS, wire, direction, at, frames, size, *fates))

    def tell_answer(self, number, up_to, trouble):
        text = trouble.encode()
        self._tell(_ANSWER.pack(_ANSWER.size - 4 + len(text), ANSWER, number, up_to) + text)

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
        for (wire, direction, why), (count, since, until) in self.gaps.items():
            self._tell(_GAP.pack(_GAP.size - 4, GAP, wire, direction, why, count, since, until))
        self.gaps.clear()

    def flush(self):
        """Hands out as much as is taken; whether something is left."""
        while True:
            if self.size <= LOW:
                self.full = False
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
