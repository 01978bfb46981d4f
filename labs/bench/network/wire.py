"""The wires of a bench: takes each frame at one end, decides its fate, hands it on at the other end, and tells of it.

    python3 -I -S wire.py COMMANDS REPORTS WIRES

COMMANDS and REPORTS are the numbers of two open descriptors, WIRES is what `build` of hosts.py returned as `wires`, as
JSON. Commands are JSON lines; reports are binary records; both are described, and written and read, by wire.ts beside
this file. The program ends when COMMANDS does. Nobody has to read REPORTS: what does not go out is let go and counted.
"""
import collections
import fcntl
import gc
import heapq
import json
import mmap
import os
import select
import socket
import struct
import sys
import time

# Kinds of records, and fates: the order is that of wire.ts.
READY, FRAME, GAP, COUNTERS, ANSWER = range(5)
DELIVERED, LOST, CUT, COPY, LATE, OVERFLOW, TOO_LONG, NOT_TAKEN = range(8)
FATES = 8
NOT_SEEN, NOT_READ = range(2)

# Each record follows its length (u32); all numbers are big-endian, all times CLOCK_MONOTONIC in ns.
FRAME_RECORD = struct.Struct('>IBBBBIQQI')
GAP_RECORD = struct.Struct('>IBBBBIQQ')
COUNTERS_RECORD = struct.Struct('>IBBBxQ' + 'QQ' + 'Q' * FATES)
ANSWER_RECORD = struct.Struct('>IBxxxIQ')

# linux/if_packet.h
SOL_PACKET = 263
PACKET_RX_RING, PACKET_STATISTICS, PACKET_VERSION, PACKET_QDISC_BYPASS, PACKET_IGNORE_OUTGOING = 5, 6, 10, 20, 23
TPACKET_V2, TP_STATUS_USER, TP_STATUS_LOSING = 1, 1, 4
PACKET_OUTGOING = 4
SLOT_HEADER = struct.Struct('=IIIHHII')
STATUS = struct.Struct('=I')
PACKET_TYPE_AT = 32 + 10
ETH_P_ALL = 3
ETHERNET = 14

# A slot holds a frame of MTU 1500 with its header. Two megabytes for each end, given by the kernel beforehand, so that
# it does not matter how small `rmem_max` is.
SLOT, SLOTS, BLOCK = 2048, 1024, 1 << 16
RING = SLOT * SLOTS

# Frames under way in one direction; what comes on top overflows, as in a queue.
MOST_UNDER_WAY = 4096
# Bytes of reports that wait for their reader; at the upper mark frames are let go, at the lower they are told again.
BACKLOG = {'high': 4 << 20, 'low': 2 << 20}
MOST_AT_ONCE = 64
HELD_BACK = 100_000_000
COUNT_EVERY = 100_000_000
# Between the kernel's stamp of a frame and the frame's being in the ring.
STAMP_TO_RING = 1_000_000

MASK = (1 << 64) - 1
FOR_LOSS, FOR_DUPLICATE, FOR_REORDER, FOR_JITTER, FOR_COPY, FOR_HOLD = range(6)

now = time.monotonic_ns


def mix(number):
    """A finger print of a 64-bit number (the end of splitmix64)."""
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & MASK
    return number ^ (number >> 31)


def kinds_of(frame):
    """The names of the kinds (labs/faults.ts) a frame belongs to."""
    protocol = frame[12:14]
    if protocol == b'\x08\x06':
        return ('arp',)
    if protocol == b'\x08\x00' and len(frame) >= 34:
        start, upper = 14 + 4 * (frame[14] & 15), frame[23]
        end = 14 + int.from_bytes(frame[16:18], 'big')
        if int.from_bytes(frame[20:22], 'big') & 0x1FFF:
            # A later fragment has no header of its own.
            return {6: ('tcp',), 17: ('udp',), 1: ('icmp',)}.get(upper, ())
    elif protocol == b'\x86\xdd' and len(frame) >= 54:
        start, upper = 54, frame[20]
        end = 54 + int.from_bytes(frame[18:20], 'big')
        while upper in (0, 43, 44, 60) and len(frame) > start + 8:
            fragment = upper == 44
            later = fragment and int.from_bytes(frame[start + 2:start + 4], 'big') & 0xFFF8
            upper, start = frame[start], start + (8 if fragment else 8 + 8 * frame[start + 1])
            if later:
                return {6: ('tcp',), 17: ('udp',), 58: ('icmp',)}.get(upper, ())
    else:
        return ()
    if upper == 17:
        return ('udp',)
    if upper == 1:
        return ('icmp',)
    if upper == 58:
        return ('arp',) if len(frame) > start and 133 <= frame[start] <= 137 else ('icmp',)
    if upper != 6 or len(frame) < start + 20:
        return ()
    flags = frame[start + 13]
    payload = end - start - 4 * (frame[start + 12] >> 4)
    kinds = ['tcp']
    if flags & 2:
        kinds.append('synack' if flags & 16 else 'syn')
    if flags & 1:
        kinds.append('fin')
    if flags & 4:
        kinds.append('rst')
    if payload > 0:
        kinds.append('data')
    elif not flags & 7 and flags & 16:
        kinds.append('ack')
    return kinds


class Clock:
    """Turns the kernel's stamps, which are of the wall clock, into monotonic time."""

    def __init__(self):
        self.offset = 0
        self.adjust()

    def adjust(self):
        before, wall, after = now(), time.time_ns(), now()
        # A measurement that was interrupted says nothing; small differences would only make stamps jump.
        if after - before < 10_000 or self.offset == 0:
            offset = wall - (before + after) // 2
            if abs(offset - self.offset) > 2_000:
                self.offset = offset


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
            fcntl.fcntl(descriptor, 1031, 1 << 20)  # F_SETPIPE_SZ
        except OSError:
            # Not a pipe, or a machine that gives no more.
            pass

    def tell(self, record):
        self.waiting.append(record)
        self.size += len(record)

    def tell_frame(self, wire, direction, record, arrived):
        if self.full:
            self.miss(NOT_READ, wire, direction, 1, arrived, arrived)
            return
        self.waiting.append(record)
        self.size += len(record)
        if self.size > BACKLOG['high']:
            self.full = True

    def miss(self, why, wire, direction, count, since, until):
        """Notes frames that cannot be told; they are told together when there is room."""
        gap = self.gaps.get((wire, direction, why))
        if gap is None:
            self.gaps[wire, direction, why] = [count, since, until]
        else:
            gap[0] += count
            gap[1], gap[2] = min(gap[1], since), max(gap[2], until)

    def flush(self):
        """Hands out as much as is taken; whether something is left."""
        while True:
            if self.gaps and self.size <= BACKLOG['low']:
                self.full = False
                for (wire, direction, why), (count, since, until) in self.gaps.items():
                    self.tell(GAP_RECORD.pack(GAP_RECORD.size - 4, GAP, wire, direction, why, count, since, until))
                self.gaps.clear()
            if not self.waiting:
                return False
            if len(self.waiting) > 1:
                piece = b''.join(self.take(1 << 18))
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

    def take(self, most):
        while self.waiting and most > 0:
            piece = self.waiting.popleft()
            most -= len(piece)
            yield piece


class Passage:
    """One frame, or its copy, on its way through one direction of a wire."""
    __slots__ = ('direction', 'sequence', 'frame', 'length', 'arrived', 'fate', 'to_pass', 'held', 'gone')

    def __init__(self, direction, sequence, frame, length, arrived, fate):
        self.direction, self.sequence, self.frame, self.length = direction, sequence, frame, length
        self.arrived, self.fate = arrived, fate
        # How many later frames are still to pass a frame that is late; whether it is held back for them by now.
        self.to_pass, self.held = 0, False
        self.gone = False


class End:
    """One end of a wire: a raw socket at the bench's side of a host's link, and the ring the kernel fills."""

    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setblocking(False)
        self.socket.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V2)
        self.socket.setsockopt(SOL_PACKET, PACKET_RX_RING, struct.pack('IIII', BLOCK, RING // BLOCK, SLOT, SLOTS))
        for option in (PACKET_QDISC_BYPASS, PACKET_IGNORE_OUTGOING):
            try:
                self.socket.setsockopt(SOL_PACKET, option, 1)
            except OSError:
                # An older kernel; what goes out is passed over below.
                pass
        self.ring = mmap.mmap(self.socket.fileno(), RING)
        self.socket.bind((interface, ETH_P_ALL))
        self.forget_error()
        self.at = 0
        self.interface = interface.encode()
        self.dropped_before = 0
        self.dropped_before = self.dropped_by_link()

    def forget_error(self):
        """Of a link that is or was down: ENETDOWN. Until it is read, the socket counts as readable."""
        self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    def dropped(self):
        """How many frames the kernel dropped since the last question: before they came to the ring, or the ring full."""
        _, full = struct.unpack('II', self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        before, self.dropped_before = self.dropped_before, self.dropped_by_link()
        if before!=self.dropped_before: os.write(2,b'LINK %d\n'%(self.dropped_before-before))
        return full + self.dropped_before - before

    def dropped_by_link(self):
        with open('/proc/self/net/dev', 'rb') as table:
            for line in table:
                name, _, numbers = line.partition(b':')
                if name.strip() == self.interface:
                    return int(numbers.split()[3])
        return self.dropped_before


class Direction:
    """One direction of one wire, with its faults."""

    def __init__(self, station, wire, number, source, target, mtu):
        self.station, self.wire, self.number = station, wire, number
        self.source, self.target = source, target
        self.longest = mtu + ETHERNET
        self.arrivals = 0
        self.under_way = 0
        self.held = []
        self.last_arrival = now()
        self.frames, self.bytes, self.fates = 0, 0, [0] * FATES
        self.set_faults(NOTHING)

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

    def drain(self, most):
        """Takes up to `most` frames out of the ring. Returns how many there were."""
        source, offset = self.source, self.station.clock.offset
        ring, at = source.ring, source.at
        taken, losing = 0, False
        while taken < most:
            status, length, kept, start, _, seconds, rest = SLOT_HEADER.unpack_from(ring, at)
            if not status & TP_STATUS_USER:
                break
            taken += 1
            losing = losing or status & TP_STATUS_LOSING
            outgoing = ring[at + PACKET_TYPE_AT] == PACKET_OUTGOING
            frame = ring[at + start:at + start + kept]
            STATUS.pack_into(ring, at, 0)
            at = (at + SLOT) % RING
            if not outgoing:
                self.arrive(frame, length, seconds * 1_000_000_000 + rest - offset)
        source.at = at
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
        wire = self.wire.index
        record = FRAME_RECORD.pack(
            FRAME_RECORD.size - 4 + len(frame), FRAME, wire, self.number, fate, sequence, arrived, handed, length) + frame
        self.station.reports.tell_frame(wire, self.number, record, arrived)


NOTHING = {'loss': 0, 'delay': 0, 'jitter': 0, 'duplicate': 0, 'reorder': 0, 'rate': None, 'queue': 20, 'cut': False,
           'only': None}


class Wire:
    def __init__(self, station, index, description):
        self.index, self.sequence = index, 0
        self.hosts = [end['host'] for end in description['ends']]
        ends = [End(end['interface']) for end in description['ends']]
        self.directions = [Direction(station, self, number, ends[number], ends[1 - number], description['mtu'])
                           for number in (0, 1)]
        for direction, faults in zip(self.directions, description['faults']):
            direction.seed(description['seed'])
            direction.set_faults(faults)


class Station:
    """All wires of a bench and what is under way on them."""

    def __init__(self, commands, reports, wires):
        self.commands = commands
        self.pending = b''
        self.clock = Clock()
        self.reports = Reports(reports)
        self.keep = 1 << 16
        self.schedule_of = []
        self.scheduled = 0
        self.counted, self.told_counts = 0, None
        self.wires = [Wire(self, index, wire) for index, wire in enumerate(wires)]
        self.directions = [direction for wire in self.wires for direction in wire.directions]

    def schedule(self, due, passage):
        self.scheduled += 1
        heapq.heappush(self.schedule_of, (due, self.scheduled, passage))

    def run(self):
        os.set_blocking(self.commands, False)
        sources = [direction.source.socket for direction in self.directions]
        self.reports.tell(struct.pack('>IBxxxQ', 12, READY, now()))
        blocked = self.reports.flush()
        busy = False
        while True:
            ready, _, _ = select.select([self.commands, *sources], [self.reports.descriptor] if blocked else [], [],
                                        0 if busy else self.patience())
            self.clock.adjust()
            self.release()
            was_busy, busy = busy, False
            for direction in self.directions:
                taken = direction.drain(MOST_AT_ONCE)
                if taken == MOST_AT_ONCE:
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
        dues = [self.schedule_of[0][0]] if self.schedule_of else []
        if self.keep is None and self.counts() != self.told_counts:
            dues.append(self.counted + COUNT_EVERY)
        return max(0, min(dues) - now()) / 1e9 if dues else None

    def release(self):
        schedule = self.schedule_of
        while schedule and schedule[0][0] <= now():
            passage = heapq.heappop(schedule)[2]
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
            number, trouble = 0, b''
            asked = now()
            self.drain()
            try:
                command = json.loads(line)
                number = command['id']
                self.obey(command)
            except (ValueError, KeyError, TypeError, IndexError) as error:
                trouble = f'{type(error).__name__}: {error}'.encode()
            up_to = min([asked - STAMP_TO_RING] + [passage.arrived for _, _, passage in self.schedule_of if not passage.gone])
            self.reports.tell(ANSWER_RECORD.pack(ANSWER_RECORD.size - 4 + len(trouble), ANSWER, number, up_to) + trouble)
        return True

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
        elif what == 'ask':
            self.count(None)
        else:
            raise ValueError(f'no such command: {what}')

    def drain(self):
        """Takes what has arrived until now, and not for ever what goes on arriving."""
        for direction in self.directions:
            for _ in range(2 * SLOTS // MOST_AT_ONCE):
                if direction.drain(MOST_AT_ONCE) < MOST_AT_ONCE:
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
            self.reports.tell(COUNTERS_RECORD.pack(
                COUNTERS_RECORD.size - 4, COUNTERS, direction.wire.index, direction.number, self.counted,
                direction.frames, direction.bytes, *direction.fates))


def main(commands, reports, wires):
    # Records are built and dropped by the million, and nothing here goes in circles.
    gc.disable()
    wires = json.loads(wires)
    # Hosts greet their groups when a link comes up; that is not part of any lab.
    time.sleep(max(0, max(wire['quiet'] for wire in wires) - now()) / 1e9)
    Station(int(commands), int(reports), wires).run()


if __name__ == '__main__':
    main(*sys.argv[1:])
