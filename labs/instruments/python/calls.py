"""Wraps Python's `socket` so that each call of the program is told, with the line of the program's own file.

What is told are JSON lines, each written at once and whole; `calls.ts` reads them. The program must not notice: what it
calls gives what it gave before, raises what it raised, and a traceback shows no line of this file (`conceal.py`).
"""
import itertools
import os
import sys
from _socket import AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM, MSG_PEEK, socket as c_socket
from time import monotonic_ns

load = load  # noqa: F821  (given by sitecustomize.py, which loads this file)
conceal = load('conceal').conceal
text = load('text')
line_of = text.line_of
Teller = load('teller').Teller

# The kinds of sockets that are told of; those between processes of one machine are not.
FAMILIES = (AF_INET, AF_INET6)
# What a socket's class has besides calls to the kernel is not told: fileno, gettimeout, makefile …
DEEDS = {
    'bind': 'bind', 'listen': 'listen', 'connect': 'connect', 'connect_ex': 'connect', 'accept': 'accept',
    'send': 'send', 'sendall': 'send', 'sendto': 'send', 'sendmsg': 'send', '_sendfile_use_sendfile': 'send',
    'recv': 'receive', 'recv_into': 'receive', 'recvfrom': 'receive', 'recvfrom_into': 'receive',
    'recvmsg': 'receive', 'recvmsg_into': 'receive', 'shutdown': 'shutdown', 'close': 'close',
    'setsockopt': 'option', 'getsockopt': 'option', 'setblocking': 'option', 'settimeout': 'option',
    'getsockname': 'other', 'getpeername': 'other', 'detach': 'other', 'dup': 'other',
}
# Where the flags of a call that receives stand, by place and by name; MSG_PEEK takes nothing out of the stream.
FLAGS = {'recv': 1, 'recv_into': 2, 'recvfrom': 1, 'recvfrom_into': 2, 'recvmsg': 2, 'recvmsg_into': 2}


class State:
    """What is known of one socket. `told` is the whole of it as JSON; null where there is nothing to know yet."""

    __slots__ = ('number', 'protocol', 'descriptor', 'local', 'remote', 'sent', 'received', 'told')

    def __init__(self, number, protocol, descriptor):
        self.number, self.protocol, self.descriptor = number, protocol, descriptor
        self.local = self.remote = 'null'
        # Bytes of the stream; None for no stream, and when it is no longer known how many were taken.
        self.sent = self.received = 0 if protocol == 'tcp' else None
        self.write()

    def write(self):
        protocol = 'null' if self.protocol is None else '"%s"' % self.protocol
        self.told = '{"id":%d,"protocol":%s,"descriptor":%d,"local":%s,"remote":%s}' % (
            self.number, protocol, self.descriptor, self.local, self.remote)

    def look(self, sock, remote=None):
        """Asks the kernel for both addresses, where they may have changed."""
        self.local = text.asked(c_socket.getsockname, sock)
        self.remote = remote or text.asked(c_socket.getpeername, sock)
        self.write()


def begin(channel, module):
    """Wraps the class `socket` of this module, the one that has just been imported."""
    Tracer(Teller(channel), module)


class Tracer:
    def __init__(self, teller, module):
        self.teller = teller
        self.states = {}
        self.numbers = itertools.count(1)
        self.socket = module.socket
        # What Python's own class calls in here is part of another call, or of printing a socket.
        own = (self.socket.accept, self.socket.dup, self.socket.__repr__)
        self.inner = frozenset(function.__code__ for function in own)
        names = text.Names(module)
        for name, deed in DEEDS.items():
            if hasattr(self.socket, name):
                self.wrap(name, deed, self.method(name, deed, getattr(self.socket, name), names))
        self.wrap('__init__', 'socket', self.constructor(self.socket.__init__))
        # A child that goes on as a copy of this program is another program.
        os.register_at_fork(after_in_child=self.stop)

    def stop(self):
        self.states.clear()
        self.teller.stop()

    def wrap(self, name, deed, wrapper):
        original = getattr(self.socket, name)
        wrapper.__name__, wrapper.__qualname__ = original.__name__, original.__qualname__
        wrapper.__doc__, wrapper.__module__ = original.__doc__, 'socket'
        setattr(self.socket, name, wrapper)

    def method(self, name, deed, original, names):
        states, teller, inner, fileno = self.states, self.teller, self.inner, c_socket.fileno
        describe = names.describer(name)
        outcome = getattr(self, 'after_' + name, None) or getattr(self, 'after_' + deed, None)
        shown = 'sendfile' if name == '_sendfile_use_sendfile' else name
        counted = {'send': 'sent', 'shutdown': 'sent', 'close': 'sent', 'receive': 'received'}.get(deed)
        is_sending, is_closing, flags_at = deed == 'send', deed == 'close', FLAGS.get(name)
        refreshes = name in ('bind', 'listen', 'connect', 'connect_ex')

        def method(self, *args, **kwargs):
            try:
                state = states.get(fileno(self))
                if state is None or sys._getframe(1).f_code in inner:
                    return original(self, *args, **kwargs)
                at, what = monotonic_ns(), deed
                if flags_at is not None and (len(args) > flags_at or kwargs) and peeks(args, kwargs, flags_at):
                    what = 'other'
                # It is closed when the last file made of it is.
                elif is_closing and self._io_refs > 0:
                    what = 'other'
                call, told = teller.take(what, at)
                offset = None if counted is None or what == 'other' else getattr(state, counted)
                if told:
                    line = line_of(sys._getframe(1))
                    size = size_of(args) if is_sending else None
                    teller.call(at, call, shown, what, describe(args, kwargs), size, offset, line, state.told)
                try:
                    result = original(self, *args, **kwargs)
                except BaseException as error:
                    at = monotonic_ns()
                    # How far it came is not told: from here on nobody knows where in the stream anything is.
                    if name == 'sendall':
                        state.sent = None
                    if refreshes:
                        state.look(self)
                    if told:
                        wanted = text.endpoint(args[0]) if deed == 'connect' and args else 'null'
                        error = text.error_of(error)
                        teller.came_back(at, call, None, error, None, offset, wanted, 'null', line, state.told)
                    raise
                at = monotonic_ns()
                size, peer, accepted = outcome(state, self, args, result, what) if outcome else (None, 'null', 'null')
                if told:
                    value = None if result is None else text.brief(result)
                    teller.came_back(at, call, value, None, size, offset, peer, accepted, line, state.told)
                return result
            except BaseException:
                conceal(sys._getframe(1))
                raise

        return method

    def constructor(self, original):
        teller, inner, adopt = self.teller, self.inner, self.adopt

        def __init__(self, *args, **kwargs):
            try:
                caller = sys._getframe(1)
                if caller.f_code in inner:
                    original(self, *args, **kwargs)
                    adopt(self)
                    return
                at = monotonic_ns()
                call, told = teller.take('socket', at)
                if told:
                    line = line_of(caller)
                    arguments = text.listed(args, kwargs)
                    name = type(self).__name__
                    teller.call(at, call, name, 'socket', arguments, None, None, line, 'null')
                try:
                    original(self, *args, **kwargs)
                except BaseException as error:
                    if told:
                        at, error = monotonic_ns(), text.error_of(error)
                        teller.came_back(at, call, None, error, None, None, 'null', 'null', line, 'null')
                    raise
                at = monotonic_ns()
                state = adopt(self)
                if told:
                    known = 'null' if state is None else state.told
                    teller.came_back(at, call, None, None, None, None, 'null', 'null', line, known)
            except BaseException:
                conceal(sys._getframe(1))
                raise

        return __init__

    def adopt(self, sock):
        """The state of a socket the program has just got; None for a kind that is not told of."""
        descriptor = c_socket.fileno(sock)
        family, kind = c_socket.family.__get__(sock), c_socket.type.__get__(sock)
        if family not in FAMILIES:
            self.states.pop(descriptor, None)
            return None
        protocol = {(SOCK_STREAM, 0): 'tcp', (SOCK_STREAM, 6): 'tcp', (SOCK_DGRAM, 0): 'udp', (SOCK_DGRAM, 17): 'udp'}
        found = protocol.get((kind, c_socket.proto.__get__(sock)))
        state = State(next(self.numbers), found, descriptor)
        self.states[descriptor] = state
        return state

    # What a call has changed, and (bytes, peer, accepted) of what it gave.

    def after_bind(self, state, sock, args, result, what):
        state.look(sock)
        return None, 'null', 'null'

    after_listen = after_bind

    def after_connect(self, state, sock, args, result, what):
        state.look(sock)
        return None, text.endpoint(args[0]) if args else 'null', 'null'

    def after_accept(self, state, sock, args, result, what):
        connection, address = result
        peer = text.endpoint(address)
        got = self.states.get(c_socket.fileno(connection))
        if got is None:
            return None, peer, 'null'
        got.look(connection, peer)
        return None, peer, got.told

    def after_send(self, state, sock, args, result, what):
        size = size_of(args) if result is None else result
        if state.sent is not None:
            state.sent += size
        if state.protocol != 'udp':
            return size, 'null', 'null'
        if state.local == 'null':
            state.look(sock)
        peer = args[-1] if args and type(args[-1]) is tuple else None
        return size, state.remote if peer is None else text.endpoint(peer), 'null'

    def after_receive(self, state, sock, args, result, what):
        data, address = (result[0], result[-1]) if type(result) is tuple else (result, None)
        size = data if type(data) is int else len(data)
        if state.received is not None and what == 'receive':
            state.received += size
        if state.protocol != 'udp':
            return size, 'null', 'null'
        return size, state.remote if address is None else text.endpoint(address), 'null'

    def after_close(self, state, sock, args, result, what):
        if what == 'close':
            self.states.pop(state.descriptor, None)
        return None, 'null', 'null'


def size_of(args):
    """How many bytes the first argument of a call that sends has; None for a list of several, or nothing of the kind."""
    try:
        return memoryview(args[0]).nbytes
    except TypeError:
        return sum(memoryview(part).nbytes for part in args[0]) if isinstance(args[0], (list, tuple)) else None
    except IndexError:
        return None


def peeks(args, kwargs, at):
    flags = args[at] if len(args) > at else kwargs.get('flags', 0)
    return isinstance(flags, int) and flags & MSG_PEEK != 0
