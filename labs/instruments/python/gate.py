"""Holds the program before a call, for as long as a reader wants to look."""
import os

from _json import encode_basestring_ascii as quoted


class Gate:
    """Stands beside the channel: a file of its name and `.hold` says that it is shut, a FIFO `.go` lets one call through."""

    def __init__(self, path, open_high, teller):
        self.marker, self.path = path + '.hold', path + '.go'
        self.open_high, self.teller = open_high, teller
        self.descriptor = None

    @property
    def is_shut(self):
        return self.teller.channel is not None and os.path.exists(self.marker)

    def wait(self, at, name, deed, args, line, socket):
        """Waits before a call until it is let through. What interrupts the program, interrupts this."""
        try:
            if self.descriptor is None:
                self.descriptor = self.open_high(self.path, os.O_RDWR)
        except OSError:
            return
        what = f'"name":{quoted(name)},"deed":"{deed}","args":{quoted(args)}'
        where = f'"line":{"null" if line is None else line},"socket":{socket}'
        # Whatever interrupts it after it was told to be held, be it before it waits: it is held no more, and that is told.
        try:
            # Of what nobody is told, nobody can let go.
            if self.teller.tell(at, f'{{"kind":"held","t":{at},{what},{where}}}\n') and not self.teller.rest:
                os.read(self.descriptor, 1)
        except OSError:
            self.descriptor = None
        except BaseException:
            self.teller.tell(at, '{"kind":"went"}\n')
            raise
