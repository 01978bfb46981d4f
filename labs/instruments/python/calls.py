"""Wraps Python's `socket` so that each call of the program is told, with the line of the program's own file.

What is told are JSON lines, each written at once and whole; `calls.ts` reads them. The program must not notice: what it
calls gives what it gave before, raises what it raised, and a traceback shows no line of this file (`conceal.py`).
"""
import os
import sys
from _socket import MSG_PEEK, socket as c_socket
from time import monotonic_ns

load = load  # noqa: F821  (given by sitecustomize.py, which loads this file)
conceal = load('conceal').conceal
Gate = load('gate').Gate
States = load('states').States
Teller = load('teller').Teller
text = load('text')

# What a socket's class has besides calls to the kernel is not told: fileno, gettimeout, makefile …
DEEDS = {
    'bind': 'bind', 'listen': 'listen', 'connect': 'connect', 'connect_ex': 'connect', 'accept': 'accept',
    'send': 'send', 'sendall': 'send', 'sendto': 'send', 'sendmsg': 'send', '_sendfile_use_sendfile': 'send',
    'recv': 'receive', 'recv_into': 'receive', 'recvfrom': 'receive', 'recvfrom_into': 'receive',
    'recvmsg': 'receive', 'recvmsg_into': 'receive', 'shutdown': 'shutdown', 'close': 'close',
    'setsockopt': 'option', 'getsockopt': 'option', 'setblocking': 'option', 'settimeout': 'option',
    'getsockname': 'other', 'getpeername': 'other', 'detach': 'other', 'dup': 'other',
}
# Where the flags of a call that receives stand, by place; MSG_PEEK takes nothing out of the stream.
FLAGS = {'recv': 1, 'recv_into': 2, 'recvfrom': 1, 'recvfrom_into': 2, 'recvmsg': 2, 'recvmsg_into': 2}
# These may wait, and are told before they do; others are told together with what they gave.
MAY_WAIT = ('accept', 'connect', 'send', 'receive')
# Which of a stream's counts a deed goes by.
COUNTED = {'send': 'sent', 'shutdown': 'sent', 'close': 'sent', 'receive': 'received'}
NAMING = ('bind', 'listen', 'connect')


def begin(channel, path, open_high, module):
    """Wraps the class `socket` of this module, which has just been imported."""
    teller, states, names = Teller(channel), States(), text.Names(module)
    gate = Gate(path, open_high, teller)
    socket = module.socket
    # What Python's own class calls in these is part of another call, or of printing a socket.
    inner = frozenset(function.__code__ for function in (socket.accept, socket.dup, socket.__repr__))
    for name, deed in DEEDS.items():
        original = getattr(socket, name, None)
        if original is not None:
            told = Method(name, deed, teller, gate, states, names.describer(name))
            replace(socket, name, original, wrapped(original, told, inner))
    original = socket.__init__
    replace(socket, '__init__', original, constructor(original, Constructor(teller, gate, states), inner, states))

    def stop():
        teller.stop()
        states.clear()

    # A child that goes on as a copy of this program is another program.
    os.register_at_fork(after_in_child=stop)


def replace(owner, name, original, wrapper):
    wrapper.__name__, wrapper.__qualname__ = original.__name__, original.__qualname__
    wrapper.__doc__, wrapper.__module__ = original.__doc__, 'socket'
    setattr(owner, name, wrapper)


def wrapped(original, told, inner):
    """What stands in the place of a method. Nothing of the tracer is on the way of its result, or of its error."""
    began, came_back, failed = told.began, told.came_back, told.failed

    def method(self, *args, **kwargs):
        try:
            caller = sys._getframe(1)
            call = None if caller.f_code in inner else began(self, args, kwargs, caller)
            # Bound to its socket, a method says of a wrong argument what it always says.
            if call is None:
                return original.__get__(self)(*args, **kwargs) if kwargs else original(self, *args)
            try:
                result = original.__get__(self)(*args, **kwargs) if kwargs else original(self, *args)
            except BaseException as error:
                failed(call, self, args, error)
                raise
            came_back(call, self, args, result)
            return result
        except BaseException:
            conceal(sys._getframe(1))
            raise

    return method


def constructor(original, told, inner, states):
    began, came_back, failed = told.began, told.came_back, told.failed

    def __init__(self, *args, **kwargs):
        try:
            caller = sys._getframe(1)
            call = None if caller.f_code in inner else began(self, args, kwargs, caller)
            try:
                original(self, *args, **kwargs)
            except BaseException as error:
                if call is not None:
                    failed(call, self, args, error)
                raise
            states.adopt(self)
            if call is not None:
                came_back(call, self, args, None)
        except BaseException:
            conceal(sys._getframe(1))
            raise

    return __init__


class Call:
    """One call, from its beginning to its end. `begun` is what is still to be told of its beginning."""

    __slots__ = ('number', 'what', 'offset', 'line', 'state', 'told', 'begun')

    def __init__(self, number, told, what, state, offset):
        self.number, self.told, self.what, self.state, self.offset = number, told, what, state, offset
        self.line, self.begun = None, ''


def unnoticed(function):
    """Whatever is wrong with the tracer itself, the program goes on."""
    def guarded(*args):
        try:
            return function(*args)
        except Exception:
            return None

    return guarded


class Method:
    """Tells the calls of one method."""

    def __init__(self, name, deed, teller, gate, states, describe):
        self.name, self.deed, self.teller, self.states, self.describe = name, deed, teller, states, describe
        self.gate = gate
        self.quick = deed not in MAY_WAIT
        self.flags = FLAGS.get(name)
        self.shown = 'sendfile' if name == '_sendfile_use_sendfile' else name
        self.json = {what: '"name":"%s","deed":"%s"' % (self.shown, what) for what in (deed, 'other')}
        self.outcome = getattr(self, 'after_' + name, None) or getattr(self, 'after_' + deed, None)
        self.began = unnoticed(self.began)
        self.came_back = unnoticed(self.came_back)
        self.failed = unnoticed(self.failed)

    def began(self, sock, args, kwargs, caller):
        """The call, whether it is told or only counted; None for a socket that is not told of."""
        state = self.states.of(sock)
        # To close what is closed does nothing: the end of a `with` does so.
        if state is None or (self.deed == 'close' and c_socket.fileno(sock) < 0):
            return None
        what = self.deed
        if self.takes_nothing(sock, args, kwargs):
            what = 'other'
        if self.gate.is_shut:
            described, line = self.describe(args, kwargs), text.line_of(caller)
            self.gate.wait(monotonic_ns(), self.shown, what, described, line, state.told(self.teller))
        at = monotonic_ns()
        number, told = self.teller.take(what, at)
        counted = COUNTED.get(what)
        call = Call(number, told, what, state, None if counted is None else getattr(state.stream, counted))
        if told:
            call.line = text.line_of(caller)
            size = text.size_of(args) if what == 'send' else None
            begun = self.teller.began(
                at, number, self.json[what], self.describe(args, kwargs), size, call.offset, call.line,
                state.told(self.teller))
            if self.quick:
                call.begun = begun
            else:
                # What has no beginning has no end.
                call.told = self.teller.tell(at, begun)
        return call

    def takes_nothing(self, sock, args, kwargs):
        """Whether the call is only a look at what could be received, or a socket is closed that a file still holds."""
        if self.flags is not None:
            flags = args[self.flags] if len(args) > self.flags else kwargs.get('flags', 0)
            return isinstance(flags, int) and flags & MSG_PEEK != 0
        return self.deed == 'close' and sock._io_refs > 0

    def failed(self, call, sock, args, error):
        at, state = monotonic_ns(), call.state
        # How far it came is not told: from here on nobody knows where in the stream anything is.
        if self.name == 'sendall':
            state.stream.sent = None
        if self.deed in NAMING:
            state.look(sock)
        wanted = text.endpoint(args[0]) if self.deed == 'connect' and args else 'null'
        self.tell(at, call, None, text.error_of(error), None, wanted, 'null')

    def came_back(self, call, sock, args, result):
        at = monotonic_ns()
        size, peer, accepted = self.outcome(call, sock, args, result) if self.outcome else (None, 'null', 'null')
        if call.told:
            # Whole, when it has just been made: so only when it is told.
            accepted = accepted if accepted == 'null' else accepted.told(self.teller)
            self.tell(at, call, None if result is None else text.brief(result), None, size, peer, accepted)

    def tell(self, at, call, value, error, size, peer, accepted):
        if call.told:
            self.teller.tell(at, call.begun + self.teller.came_back(
                at, call.number, value, error, size, call.offset, peer, accepted, call.line,
                call.state.told(self.teller)))

    # What a call has changed, and what it gave: bytes, its peer as JSON, the state of a new socket.

    def after_bind(self, call, sock, args, result):
        call.state.look(sock)
        return None, 'null', 'null'

    after_listen = after_bind

    def after_connect(self, call, sock, args, result):
        call.state.look(sock)
        return None, text.endpoint(args[0]) if args else 'null', 'null'

    def after_accept(self, call, sock, args, result):
        connection, address = result
        peer, state = text.endpoint(address), self.states.of(connection)
        if state is None:
            return None, peer, 'null'
        state.look(connection, peer)
        return None, peer, state

    def after_send(self, call, sock, args, result):
        size, state = text.size_of(args) if result is None else result, call.state
        if state.stream.sent is not None:
            state.stream.sent += size
        if state.protocol != 'udp':
            return size, 'null', 'null'
        if state.local == 'null':
            state.look(sock)
        peer = args[-1] if args and type(args[-1]) is tuple else None
        return size, state.remote if peer is None else text.endpoint(peer), 'null'

    def after_receive(self, call, sock, args, result):
        data, address = (result[0], result[-1]) if type(result) is tuple else (result, None)
        size, state = data if type(data) is int else len(data), call.state
        if state.stream.received is not None and call.what == 'receive':
            state.stream.received += size
        if state.protocol != 'udp':
            return size, 'null', 'null'
        return size, state.remote if address is None else text.endpoint(address), 'null'

    def after_detach(self, call, sock, args, result):
        call.state.detached = True
        return None, 'null', 'null'

    def after_dup(self, call, sock, args, result):
        copy = self.states.of(result)
        if copy is None:
            return None, 'null', 'null'
        copy.stream = call.state.stream
        copy.look(result)
        return None, 'null', copy

    def after_close(self, call, sock, args, result):
        if call.what == 'close':
            self.states.close(sock, call.state)
        return None, 'null', 'null'


class Constructor:
    """Tells that a socket is made."""

    def __init__(self, teller, gate, states):
        self.teller, self.gate, self.states = teller, gate, states
        self.began = unnoticed(self.began)
        self.came_back = unnoticed(self.came_back)
        self.failed = unnoticed(self.failed)

    def began(self, sock, args, kwargs, caller):
        if self.gate.is_shut:
            name, line = type(sock).__name__, text.line_of(caller)
            self.gate.wait(monotonic_ns(), name, 'socket', text.listed(args, kwargs), line, 'null')
        at = monotonic_ns()
        number, told = self.teller.take('socket', at)
        call = Call(number, told, 'socket', None, None)
        if told:
            call.line = text.line_of(caller)
            what = '"name":%s,"deed":"socket"' % text.quoted(type(sock).__name__)
            call.begun = self.teller.began(at, number, what, text.listed(args, kwargs), None, None, call.line, 'null')
        return call

    def failed(self, call, sock, args, error):
        self.tell(call, text.error_of(error), 'null')

    def came_back(self, call, sock, args, result):
        state = self.states.of(sock)
        self.tell(call, None, 'null' if state is None else state.told(self.teller))

    def tell(self, call, error, socket):
        if call.told:
            at = monotonic_ns()
            self.teller.tell(at, call.begun + self.teller.came_back(
                at, call.number, None, error, None, None, 'null', 'null', call.line, socket))
