"""Raw sockets: the ring of frames that the kernel fills for each, and its clock."""
import mmap
import os
import socket
import struct
import time

# linux/if_packet.h
SOL_PACKET = 263
PACKET_RX_RING, PACKET_STATISTICS, PACKET_VERSION, PACKET_QDISC_BYPASS, PACKET_IGNORE_OUTGOING = 5, 6, 10, 20, 23
TPACKET_V2, TP_STATUS_USER, TP_STATUS_LOSING = 1, 1, 4
PACKET_OUTGOING = 4
SLOT_HEADER = struct.Struct('=IIIHHII')
PACKET_TYPE_AT = 32 + 10
ETH_P_ALL = 3

# A slot holds a frame of MTU 1500 with its header. Two megabytes for each end, given by the kernel beforehand, so that
# it does not matter how small `rmem_max` is. A full TCP window (`tcp_rmem` in hosts.py) finds room in it.
SLOT, SLOTS, BLOCK = 2048, 1024, 1 << 16
RING = SLOT * SLOTS


class Clock:
    """Turns the kernel's stamps, which are of the wall clock, into monotonic time."""

    def __init__(self):
        self.offset = 0
        self.adjust()

    def adjust(self):
        before, wall, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
        # A measurement that was interrupted says nothing; small differences would only make stamps jump.
        if after - before < 10_000 or self.offset == 0:
            offset = wall - (before + after) // 2
            if abs(offset - self.offset) > 2_000:
                self.offset = offset


class End:
    """A raw socket at an interface of the present network namespace, and the ring the kernel fills.

    It has what comes in at the interface: on loopback each frame once, at the bench's end of a host's link what the host sends.
    """

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
        # For giving slots back: one store of one word. `pack_into` writes twice, and the kernel may come in between.
        self.words = memoryview(self.ring).cast('I')
        self.socket.bind((interface, ETH_P_ALL))
        self.forget_error()
        self.at = 0
        self.interface = interface.encode()
        # Of the namespace in which it was opened.
        self.table = os.open('/proc/self/net/dev', os.O_RDONLY)
        self.dropped_before = 0
        self.dropped_before = self._dropped_by_link()

    def take(self, most, arrive, clock):
        """Hands up to `most` frames to `arrive`: bytes, whole length, time of arrival. Returns how many slots were
        full, and whether the kernel says that it had to drop some.
        """
        ring, words, at, offset = self.ring, self.words, self.at, clock.offset
        taken = losing = 0
        while taken < most:
            status, length, kept, start, _, seconds, rest = SLOT_HEADER.unpack_from(ring, at)
            if not status & TP_STATUS_USER:
                break
            taken += 1
            losing |= status & TP_STATUS_LOSING
            outgoing = ring[at + PACKET_TYPE_AT] == PACKET_OUTGOING
            frame = ring[at + start:at + start + kept]
            words[at >> 2] = 0
            at = (at + SLOT) % RING
            if not outgoing:
                arrive(frame, length, seconds * 1_000_000_000 + rest - offset)
        self.at = at
        return taken, losing != 0

    def forget_error(self):
        """Of a link that is or was down: ENETDOWN. Until it is read, the socket counts as readable."""
        self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    def dropped(self):
        """How many frames the kernel dropped since the last question, for want of room in the ring or before it."""
        _, full = struct.unpack('II', self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        before, self.dropped_before = self.dropped_before, self._dropped_by_link()
        return full + self.dropped_before - before

    def _dropped_by_link(self):
        for line in os.pread(self.table, 1 << 16, 0).splitlines():
            name, _, numbers = line.partition(b':')
            if name.strip() == self.interface:
                return int(numbers.split()[3])
        return self.dropped_before

    def close(self):
        self.words.release()
        self.ring.close()
        self.socket.close()
        os.close(self.table)
