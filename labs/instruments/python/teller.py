"""Writes what is told, each line at once and whole; what is too much, or finds no room, is counted as missing."""
import atexit
import itertools
import os

from _json import encode_basestring_ascii as quoted

# So many calls of a run are told in full; after that so many of each deed a second, and as many at once.
IN_FULL = 2000
PER_SECOND, AT_ONCE = 200, 20


class Teller:
    def __init__(self, channel):
        self.channel = channel
        self.calls = itertools.count(1)
        # Of each deed: what is left to be told at once, and when that was.
        self.shares = {}
        # Why: how many, since when and until when.
        self.missing = {}
        self.rest = b''
        # How often there was no room.
        self.losses = 0

    def stop(self):
        """Nothing is told any more."""
        self.channel = None

    def take(self, deed, at):
        """The number of a call, and whether it is told."""
        call = next(self.calls)
        if call <= IN_FULL:
            return call, True
        left, since = self.shares.get(deed, (AT_ONCE, at))
        left = min(AT_ONCE, left + (at - since) * PER_SECOND / 1e9)
        if left < 1:
            self.shares[deed] = left, at
            self.miss('let-go', at)
            return call, False
        self.shares[deed] = left - 1, at
        return call, True

    def began(self, at, call, what, args, size, offset, line, socket):
        """The line of a call that begins. `what` is its name and deed, as JSON. What is null is left out."""
        size = '' if size is None else f',"bytes":{size}'
        offset = '' if offset is None else f',"offset":{offset}'
        return (
            f'{{"kind":"call","t":{at},"call":{call},{what},"args":{quoted(args)}{size}{offset},'
            f'"line":{"null" if line is None else line},"socket":{socket}}}\n')

    def came_back(self, at, call, value, error, size, offset, peer, accepted, line, socket):
        """The line of a call that has come back."""
        value = '' if value is None else f',"value":{quoted(value)}'
        error = '' if error is None else f',"error":{quoted(error)}'
        size = '' if size is None else f',"bytes":{size}'
        offset = '' if offset is None else f',"offset":{offset}'
        peer = '' if peer == 'null' else f',"peer":{peer}'
        accepted = '' if accepted == 'null' else f',"accepted":{accepted}'
        return (
            f'{{"kind":"return","t":{at},"call":{call}{value}{error}{size}{offset}{peer}{accepted},'
            f'"line":{"null" if line is None else line},"socket":{socket}}}\n')

    def tell(self, at, line):
        """Whether there was room for this line."""
        if self.channel is None:
            return False
        data = line.encode()
        if self.missing:
            data = self.what_is_missing() + data
        if self.rest:
            data = self.rest + data
        try:
            written = os.write(self.channel, data)
        except BlockingIOError:
            self.losses += 1
            self.miss('not-read', at)
            return False
        except OSError:
            # The program has closed what it did not open; there is nobody to be told.
            self.channel = None
            return False
        self.rest = data[written:]
        self.missing.clear()
        return True

    def miss(self, why, at):
        if not self.missing:
            atexit.unregister(self.tell_missing)
            atexit.register(self.tell_missing)
        count, since, _ = self.missing.get(why, (0, at, at))
        self.missing[why] = count + 1, since, at

    def tell_missing(self):
        """At the end of the program, what no later line has told."""
        if self.missing:
            self.tell(0, '')

    def what_is_missing(self):
        return b''.join(
            b'{"kind":"missing","why":"%s","count":%d,"since":%d,"until":%d}\n' % (why.encode(), count, since, until)
            for why, (count, since, until) in self.missing.items())
