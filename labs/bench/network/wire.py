"""The wires of a bench: takes each frame at one end, decides its fate, hands it on at the other end, and tells of it.

    python3 -I -S wire.py COMMANDS REPORTS WIRES

COMMANDS and REPORTS are the numbers of two open descriptors, WIRES is what `build` of hosts.py returned as `wires`, as
JSON. Commands are JSON lines, described by wire.ts beside this file; reports are binary records, described by reports.ts
of the instruments. The program ends when COMMANDS does. Nobody has to read REPORTS: what does not go out is let go and counted.
"""
import collections
import gc
import heapq
import json
import os
import select
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', '..', 'instruments')]
from kinds import kinds_of  # noqa: E402
from reports import (  # noqa: E402
    COPY, CUT, DELIVERED, FATES, LATE, LOST, NOT_SEEN, NOT_TAKEN, OVERFLOW, TOO_LONG, Reports, Share)
from ring import SLOTS, Clock, End  # noqa: E402

ETHERNET = 14
# Frames under way in one direction; what comes on top overflows, as in a queue.
MOST_UNDER_WAY = 4096
# Frames taken from one end before the other ends have their turn.
AT_ONCE = 64
# How long a frame is held back when nothing passes it, and how often changed counters are told alone, in ns.
HELD_BACK = 100_000_000
COUNT_EVERY = 100_000_000
# Between the kernel's stamp of a frame and the frame's being in the ring, in ns.
STAMP_TO_RING = 1_000_000

MASK = (1 << 64) - 1
FOR_LOSS, FOR_DUPLICATE, FOR_REORDER, FOR_JITTER, FOR_COPY, FOR_HOLD = range(6)

now = time.monotonic_ns


def mix(number):
    """A finger print of a 64-bit number (the end of splitmix64)."""
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & MASK
    return number ^ (number >> 31)


class Passage:
    """One frame, or its copy, on its way through one direction of a wire."""
    __slots__ = ('direction', 'sequence', 'frame', 'length', 'arrived', 'fate', 'to_pass', 'held', 'gone')

    def __init__(self, direction, sequence, frame, length, arrived, fate):
        self.direction, self.sequence, self.frame, self.length = direction, sequence, frame, length
        self.arrived, self.fate = arrived, fate
        # How many later frames are still to pass a frame that is late; whether it is held back for them by now.
        self.to_pass, self.held = 0, False
        self.gone = False


class Direction:
    """One direction of one wire, with its faults."""

    def __init__(self, station, wire, number, source, target, description):
        self.station, self.wire, self.number = station, wire, number
        self.source, self.target = source, target
        self.longest = description['mtu'] + ETHERNET
        self.arrivals = 0
        self.under_way = 0
        self.held = []
        self.last_arrival = now()
        self.frames, self.bytes, self.fates = 0, 0, [0] * FATES
        self.seed(description['seed'])
        self.set_faults(description['faults'][number])

    def seed(self, seed):
        """Begins the chances anew: they depend on the seed, the wire, the direction and the count of the frame."""
        self.key = mix(mix(seed) + 2 * self.wire.index + self.number)
        self.arrivals = 0

    def chance(self, purpose):
        return (mix((self.key + (self.arrivals * 8 + purpose) * 0x9E3779B97F4A7C15) & MASK) >> 11) / (1 << 53)

    def set_faults(self, faults):
        self.loss, self.duplicate, self.reorder = faults['loss'], faults['duplicate'], faults['reorder']
        self.delay, self.jitter = int(faults['delay'] * 1e6), faults['jitter'] * 1e6
        self.rate, self.queue, self.cut = faults['rate'], faults['queue'], faults['cut']
        self.only = faults['only'] and frozenset(faults['only'])
        self.faultless = not (self.loss or self.duplicate or self.reorder or self.delay or self.jitter or self.rate
                              or self.cut)
        self.leaving = collections.deque()

    def concerns(self, frame):
        return self.only is None or not self.only.isdisjoint(kinds_of(frame))

    def drain(self):
        """Takes some of the frames that have arrived. Returns how many."""
        taken, losing = self.source.take(AT_ONCE, self.arrive, self.station.clock)
        if losing:
            self.notice_drops()
        return taken

    def notice_drops(self):
        count = self.source.dropped()
        if count:
            self.station.reports.miss(NOT_SEEN, self.wire.index, self.number, count, self.last_arrival, now())

    def arrive(self, frame, length, arrived):
        wire = self.wire
        sequence = wire.sequence
        wire.sequence = sequence + 1
        self.last_arrival = arrived
        self.frames += 1
        self.bytes += length
        self.arrivals += 1
        if length > self.longest:
            self.tell(sequence, frame, length, arrived, TOO_LONG, 0)
        elif self.faultless and not self.under_way:
            self.hand_on(sequence, frame, length, arrived, DELIVERED)
        elif self.cut and self.concerns(frame):
            self.tell(sequence, frame, length, arrived, CUT, 0)
        elif self.loss and self.chance(FOR_LOSS) < self.loss and self.concerns(frame):
            self.tell(sequence, frame, length, arrived, LOST, 0)
        else:
            self.send_on_its_way(sequence, frame, length, arrived)

    def send_on_its_way(self, sequence, frame, length, arrived):
        leaves = arrived
        if self.rate:
            leaving = self.leaving
            while leaving and leaving[0] <= arrived:
                leaving.popleft()
            # One is being sent, the others wait.
            if len(leaving) > self.queue:
                self.tell(sequence, frame, length, arrived, OVERFLOW, 0)
                return
            leaves = max(arrived, leaving[-1] if leaving else 0) + int(length * 8e9 / self.rate)
            leaving.append(leaves)
        if self.under_way >= MOST_UNDER_WAY:
            self.tell(sequence, frame, length, arrived, OVERFLOW, 0)
            return
        late = self.reorder and self.chance(FOR_REORDER) < self.reorder
        passage = Passage(self, sequence, frame, length, arrived, LATE if late else DELIVERED)
        if late:
            passage.to_pass = 1 + int(3 * self.chance(FOR_HOLD))
        self.under_way += 1
        self.station.schedule(leaves + self.travel(FOR_JITTER), passage)
        if self.duplicate and self.chance(FOR_DUPLICATE) < self.duplicate:
            self.under_way += 1
            copy = Passage(self, sequence, frame, length, arrived, COPY)
            self.station.schedule(leaves + self.travel(FOR_COPY), copy)

    def travel(self, purpose):
        if not self.jitter:
            return self.delay
        return max(0, self.delay + int(self.jitter * (2 * self.chance(purpose) - 1)))

    def come_due(self, passage):
        if passage.gone:
            return
        if passage.to_pass and not passage.held:
            passage.held = True
            self.held.append(passage)
            self.station.schedule(now() + HELD_BACK, passage)
            return
        self.let_pass(passage)
        if self.held and passage.fate != LATE:
            for held in self.held:
                held.to_pass -= 1
            for held in [held for held in self.held if held.to_pass <= 0]:
                self.let_pass(held)

    def let_pass(self, passage):
        passage.gone = True
        self.under_way -= 1
        if passage.held:
            self.held.remove(passage)
        if self.cut and self.concerns(passage.frame):
            self.tell(passage.sequence, passage.frame, passage.length, passage.arrived, CUT, 0)
        else:
            self.hand_on(passage.sequence, passage.frame, passage.length, passage.arrived, passage.fate)

    def hand_on(self, sequence, frame, length, arrived, fate):
        # Taken before: the kernel carries the frame up to the receiver, and its answer back, inside of the call.
        handed = now()
        try:
            self.target.socket.send(frame)
        except OSError:
            fate, handed = NOT_TAKEN, 0
        self.tell(sequence, frame, length, arrived, fate, handed)

    def tell(self, sequence, frame, length, arrived, fate, handed):
        self.fates[fate] += 1
        keep = self.station.keep
        if keep is None:
            return
        if len(frame) > keep:
            frame = frame[:keep]
        self.station.reports.tell_frame(self.wire.index, self.number, fate, sequence, arrived, handed, length, frame)


class Wire:
    """The cable between two hosts: one direction from each end."""

    def __init__(self, station, index, description):
        self.index, self.sequence = index, 0
        self.hosts = [end['host'] for end in description['ends']]
        ends = [End(end['interface']) for end in description['ends']]
        self.directions = [Direction(station, self, number, ends[number], ends[1 - number], description)
                           for number in (0, 1)]


class Station:
    """All wires of a bench and what is under way on them."""

    def __init__(self, commands, reports, wires):
        self.commands = commands
        self.pending = b''
        self.clock = Clock()
        self.reports = Reports(reports)
        self.keep = 1 << 16
        self.under_way = []
        self.scheduled = 0
        self.counted, self.told_counts = 0, None
        self.wires = [Wire(self, index, wire) for index, wire in enumerate(wires)]
        self.directions = [direction for wire in self.wires for direction in wire.directions]

    def schedule(self, due, passage):
        self.scheduled += 1
        heapq.heappush(self.under_way, (due, self.scheduled, passage))

    def run(self):
        os.set_blocking(self.commands, False)
        sources = [direction.source.socket for direction in self.directions]
        self.reports.tell_ready(now())
        blocked = self.reports.flush()
        busy = False
        while True:
            ready, _, _ = select.select([self.commands, *sources], [self.reports.descriptor] if blocked else [], [],
                                        0 if busy else self.patience())
            self.clock.adjust()
            self.release()
            was_busy, busy = busy, False
            for direction in self.directions:
                taken = direction.drain()
                if taken == AT_ONCE:
                    busy = True
                elif taken == 0 and direction.source.socket in ready:
                    direction.source.forget_error()
            if was_busy and not busy:
                for direction in self.directions:
                    direction.notice_drops()
            self.release()
            if self.commands in ready and not self.listen():
                return
            if self.keep is None:
                self.count(now())
            blocked = self.reports.flush()

    def patience(self):
        """Seconds until something is due; None: until something comes."""
        dues = [self.under_way[0][0]] if self.under_way else []
        if self.keep is None and self.counts() != self.told_counts:
            dues.append(self.counted + COUNT_EVERY)
        gaps_due = self.reports.gaps_due()
        if gaps_due is not None:
            dues.append(gaps_due)
        return max(0, min(dues) - now()) / 1e9 if dues else None

    def release(self):
        under_way = self.under_way
        while under_way and under_way[0][0] <= now():
            passage = heapq.heappop(under_way)[2]
            passage.direction.come_due(passage)

    def listen(self):
        """Carries out what was commanded; whether more can come."""
        try:
            data = os.read(self.commands, 1 << 16)
        except BlockingIOError:
            return True
        if not data:
            return False
        *lines, self.pending = (self.pending + data).split(b'\n')
        for line in lines:
            number, trouble, asked = 0, '', now()
            self.drain()
            self.reports.tell_gaps()
            try:
                command = json.loads(line)
                number = command['id']
                self.obey(command)
            except (ValueError, KeyError, TypeError, IndexError) as error:
                trouble = f'{type(error).__name__}: {error}'
            self.reports.tell_answer(number, min(asked - STAMP_TO_RING, self.oldest_under_way(asked)), trouble)
        return True

    def oldest_under_way(self, otherwise):
        return min((passage.arrived for _, _, passage in self.under_way if not passage.gone), default=otherwise)

    def obey(self, command):
        what = command['do']
        if what == 'faults':
            wire = self.wires[command['wire']]
            for host, direction in zip(wire.hosts, wire.directions):
                if command['from'] in (None, host):
                    direction.set_faults(command['faults'])
        elif what == 'seed':
            for direction in self.directions:
                direction.seed(command['seed'])
        elif what == 'keep':
            self.keep = command['bytes']
            self.reports.share = Share(command.get('perSecond'), command.get('inAll'))
        elif what == 'ask':
            self.count(None)
        else:
            raise ValueError(f'no such command: {what}')

    def drain(self):
        """Takes what has arrived until now, and not for ever what goes on arriving."""
        for direction in self.directions:
            for _ in range(2 * SLOTS // AT_ONCE):
                if direction.drain() < AT_ONCE:
                    break
            direction.notice_drops()

    def counts(self):
        return [(direction.frames, *direction.fates) for direction in self.directions]

    def count(self, at):
        """Tells the counters; at a time, only when they have changed and it is long enough since they were told."""
        counts = self.counts()
        if at is not None and (counts == self.told_counts or at - self.counted < COUNT_EVERY):
            return
        self.counted, self.told_counts = now(), counts
        for direction in self.directions:
            self.reports.tell_counters(direction.wire.index, direction.number, self.counted,
                                       direction.frames, direction.bytes, direction.fates)


def main(commands, reports, wires):
    # Records are built and dropped by the million, and nothing here goes in circles.
    gc.disable()
    # It is for the server's terminal, not for the wire.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wires = json.loads(wires)
    # Hosts greet their groups when a link comes up; that is not part of any lab.
    time.sleep(max(0, max(wire['quiet'] for wire in wires) - now()) / 1e9)
    Station(int(commands), int(reports), wires).run()


if __name__ == '__main__':
    main(*sys.argv[1:])
