"""What is known of the program's sockets, by their descriptors."""
import itertools
from _socket import AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM, socket as c_socket
from _weakref import ref

text = load('text')  # noqa: F821  (given by sitecustomize.py, which loads this file)

# Sockets between processes of one machine are not told of.
FAMILIES = (AF_INET, AF_INET6)
# By kind and protocol number (IANA); 0: the usual one of its kind.
PROTOCOLS = {(SOCK_STREAM, 0): 'tcp', (SOCK_STREAM, 6): 'tcp', (SOCK_DGRAM, 0): 'udp', (SOCK_DGRAM, 17): 'udp'}


class Stream:
    """How many bytes went each way; None for no stream, and when nobody can know any more. Copies share it."""

    __slots__ = ('sent', 'received')

    def __init__(self, protocol):
        self.sent = self.received = 0 if protocol == 'tcp' else None


class State:
    """One socket. Addresses are JSON."""

    __slots__ = ('number', 'protocol', 'descriptor', 'local', 'remote', 'stream', 'detached', 'told_in')

    def __init__(self, number, protocol, descriptor):
        self.number, self.protocol, self.descriptor = number, protocol, descriptor
        self.local = self.remote = 'null'
        self.stream = Stream(protocol)
        # Whether the program has kept the descriptor alone.
        self.detached = False
        # What had been lost when the whole of it was told; None: it has not been told as it is now.
        self.told_in = None

    def told(self, teller):
        """All that a `ProgramSocket` is, as JSON; the number alone when nothing has changed since that was told."""
        if self.told_in == teller.losses:
            return self.number
        self.told_in = teller.losses
        protocol = 'null' if self.protocol is None else '"%s"' % self.protocol
        return '{"id":%d,"protocol":%s,"descriptor":%d,"local":%s,"remote":%s}' % (
            self.number, protocol, self.descriptor, self.local, self.remote)

    def look(self, sock, remote=None):
        """Asks the kernel for both addresses, where they may have changed."""
        self.local = text.asked(c_socket.getsockname, sock)
        self.remote = remote or text.asked(c_socket.getpeername, sock)
        self.told_in = None


class States:
    def __init__(self):
        self.known = {}
        # Those that are closed and that the program still holds, by id: they have no descriptor any more.
        self.closed = {}
        self.numbers = itertools.count(1)

    def of(self, sock):
        descriptor = c_socket.fileno(sock)
        if descriptor >= 0:
            return self.known.get(descriptor)
        return self.closed.get(id(sock), (None, None))[1]

    def adopt(self, sock):
        """Takes note of a socket that the program has just got."""
        descriptor = c_socket.fileno(sock)
        if c_socket.family.__get__(sock) not in FAMILIES:
            self.known.pop(descriptor, None)
            return
        known = self.known.get(descriptor)
        if known is not None and known.detached:
            known.detached = False
            return
        protocol = PROTOCOLS.get((c_socket.type.__get__(sock), c_socket.proto.__get__(sock)))
        self.known[descriptor] = State(next(self.numbers), protocol, descriptor)

    def close(self, sock, state):
        """Its descriptor may soon be another's; the object may still be used, in vain."""
        self.known.pop(state.descriptor, None)
        place = id(sock)
        self.closed[place] = ref(sock, lambda _: self.closed.pop(place, None)), state

    def clear(self):
        self.known.clear()
        self.closed.clear()
