"""The kernel's table of sockets, of one network namespace, read over netlink (linux/inet_diag.h)."""
import errno
import os
import socket
import struct

NETLINK_SOCK_DIAG = 4
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
# The first kind of request: TCP of both families in one walk over the table, which is what costs.
TCPDIAG_GETSOCK, SOCK_DIAG_BY_FAMILY = 18, 20
# All states, and 13: sockets that are bound and do nothing yet. Kernels before 6.8 do not know it and leave them out.
ALL_STATES = 0x3FFF

HEADER = struct.Struct('=IHHII')
MESSAGE = struct.Struct('=BBBB')
PORTS = struct.Struct('>HH')
COOKIE = struct.Struct('=Q')
NUMBERS = struct.Struct('=IIIII')
ADDRESSES_AT, COOKIE_AT, NUMBERS_AT = 8, 44, 52

STATES = {1: 'ESTABLISHED', 2: 'SYN-SENT', 3: 'SYN-RECEIVED', 4: 'FIN-WAIT-1', 5: 'FIN-WAIT-2', 6: 'TIME-WAIT',
          7: 'CLOSED', 8: 'CLOSE-WAIT', 9: 'LAST-ACK', 10: 'LISTEN', 11: 'CLOSING', 12: 'SYN-RECEIVED', 13: 'CLOSED'}
UDP_STATES = {1: 'ESTABLISHED', 7: 'UNCONN'}


class Entry:
    """One socket as the kernel has it. `inode` is 0 for one that no process holds."""
    __slots__ = ('cookie', 'inode', 'protocol', 'state', 'local', 'remote', 'receive', 'send')

    def __init__(self, cookie, inode, protocol, state, local, remote, receive, send):
        self.cookie, self.inode, self.protocol, self.state = cookie, inode, protocol, state
        self.local, self.remote, self.receive, self.send = local, remote, receive, send


class Table:
    """To be made in the network namespace it is of."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_SOCK_DIAG)
        self.socket.bind((0, 0))

    def read(self):
        """All sockets that have a port."""
        entries = []
        tcp = bytes(52) + struct.pack('=II', ALL_STATES, 0)
        self._dump(TCPDIAG_GETSOCK, tcp, 'tcp', entries)
        for family in (socket.AF_INET, socket.AF_INET6):
            udp = struct.pack('=BBxxI', family, socket.IPPROTO_UDP, ALL_STATES) + bytes(48)
            self._dump(SOCK_DIAG_BY_FAMILY, udp, 'udp', entries)
        return entries

    def _dump(self, kind, request, protocol, entries):
        length = HEADER.size + len(request)
        self.socket.send(HEADER.pack(length, kind, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + request)
        while True:
            data = self.socket.recv(1 << 16)
            at = 0
            while at + HEADER.size <= len(data):
                length, kind, _, _, _ = HEADER.unpack_from(data, at)
                body = at + HEADER.size
                if kind == NLMSG_DONE:
                    return
                if kind == NLMSG_ERROR:
                    code = -struct.unpack_from('=i', data, body)[0]
                    # A kernel without IPv6 has no table of it.
                    if code == errno.ENOENT and entries:
                        return
                    raise OSError(code, os.strerror(code))
                entries.append(_read(data, body, protocol))
                at += (length + 3) & ~3


def _read(data, at, protocol):
    family, state, _, _ = MESSAGE.unpack_from(data, at)
    here, there = PORTS.unpack_from(data, at + 4)
    length = 4 if family == socket.AF_INET else 16
    first, second = at + ADDRESSES_AT, at + ADDRESSES_AT + 16
    local = socket.inet_ntop(family, data[first:first + length]), here
    remote = socket.inet_ntop(family, data[second:second + length]), there
    cookie, = COOKIE.unpack_from(data, at + COOKIE_AT)
    _, receive, send, _, inode = NUMBERS.unpack_from(data, at + NUMBERS_AT)
    names = STATES if protocol == 'tcp' else UDP_STATES
    return Entry(cookie, inode, protocol, names.get(state, f'state {state}'),
                 local if here else None, remote if there else None, receive, send)
