"""How arguments, results, errors and addresses are told: as Python prints them, shortened, and without running any code
of the program's own, which a `__repr__` would be."""
import sys
from errno import errorcode
from _socket import socket as c_socket

from _json import encode_basestring_ascii as quoted

# The most that is shown of bytes and texts, of a list, and of everything.
LONGEST, MOST, WHOLE = 32, 8, 300

MAIN = sys.modules['__main__'].__dict__


def line_of(frame):
    """The line of the program's own file that leads to this frame, or None."""
    while frame is not None:
        if frame.f_globals is MAIN:
            return frame.f_lineno
        frame = frame.f_back
    return None


def brief(value):
    kind = type(value)
    if kind in (bytes, str):
        return repr(value) if len(value) <= LONGEST else repr(value[:LONGEST]) + '…'
    if kind in (int, bool, float, type(None)):
        return repr(value)
    if kind in (tuple, list):
        parts = [brief(part) for part in value[:MOST] if not is_socket(part)]
        if len(value) > MOST:
            parts.append('…')
        inner = ', '.join(parts)
        if len(parts) == 1 and len(value) > 1:
            return inner
        if kind is list:
            return '[%s]' % inner
        return '(%s,)' % inner if len(parts) == 1 else '(%s)' % inner
    if issubclass(kind, int):
        # AF_INET and its like: not a class of the program's own.
        return str(getattr(value, 'name', None) or int(value)) if kind.__module__ == 'socket' else int.__repr__(value)
    if kind is bytearray:
        return 'bytearray of %d' % len(value)
    if kind is memoryview:
        return 'memoryview of %d' % value.nbytes
    return '<%s>' % kind.__name__


def is_socket(value):
    return issubclass(type(value), c_socket)


def size_of(args):
    """How many bytes the first argument of a call that sends has; None for nothing of the kind."""
    if not args:
        return None
    data = args[0]
    try:
        return len(data) if type(data) in (bytes, bytearray) else memoryview(data).nbytes
    except TypeError:
        # Several pieces, which are counted when the call has come back.
        if type(data) in (list, tuple) and all(type(part) is bytes for part in data):
            return sum(map(len, data))
        return None


def listed(args, kwargs):
    parts = [brief(value) for value in args] + ['%s=%s' % (name, brief(value)) for name, value in kwargs.items()]
    return ', '.join(parts)[:WHOLE]


class Names:
    """Finds the names of numbers: an option is told as SO_REUSEADDR."""

    PREFIXES = {'SOL_SOCKET': 'SO_', 'IPPROTO_TCP': 'TCP_', 'IPPROTO_IP': 'IP_', 'IPPROTO_IPV6': 'IPV6_'}
    # Numbers of another kind that begin alike.
    OTHERS = ('SO_VM_', 'IP_DEFAULT_', 'IP_MAX_', 'IPV6_RTHDR_')

    def __init__(self, module):
        self.module = module
        self.known = {}

    def describer(self, name):
        """What tells the arguments of the method of this name."""
        if name in ('setsockopt', 'getsockopt'):
            return self.option
        return self.how if name == 'shutdown' else listed

    def option(self, args, kwargs):
        if len(args) < 2 or kwargs or type(args[0]) is not int or type(args[1]) is not int:
            return listed(args, kwargs)
        pair = args[:2]
        if pair not in self.known:
            self.known[pair] = self.find(*pair)
        return ', '.join([self.known[pair], *map(brief, args[2:])])[:WHOLE]

    def find(self, level, option):
        known = vars(self.module)
        for name, prefix in self.PREFIXES.items():
            if known.get(name) == level:
                found = [key for key, value in known.items() if value == option and self.names(key, prefix)]
                return '%s, %s' % (name, found[0] if found else option)
        return '%d, %d' % (level, option)

    def names(self, key, prefix):
        return key.startswith(prefix) and not key.startswith(self.OTHERS)

    def how(self, args, kwargs):
        for name in ('SHUT_RD', 'SHUT_WR', 'SHUT_RDWR'):
            if args == (getattr(self.module, name),):
                return name
        return listed(args, kwargs)


def error_of(error):
    """The name of an error: its code's, or its own."""
    code = getattr(error, 'errno', None) if isinstance(error, OSError) else None
    return errorcode.get(code) or type(error).__name__


def endpoint(address):
    """An address of the internet as JSON; null for one without port, and for a name that is still to be found."""
    if type(address) is not tuple or len(address) < 2:
        return 'null'
    host, port = address[:2]
    if type(host) is not str or type(port) is not int or port == 0:
        return 'null'
    if host == 'localhost':
        host = '127.0.0.1' if len(address) == 2 else '::1'
    if ':' not in host and not host.replace('.', '').isdigit():
        return 'null'
    return '{"address":%s,"port":%d}' % (quoted(host), port)


def asked(ask, sock):
    """What the kernel answers to `getsockname` or `getpeername`, as JSON."""
    try:
        return endpoint(ask(sock))
    except OSError:
        return 'null'
