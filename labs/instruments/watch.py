"""Watches a bench from inside: frames on its hosts' loopback, sockets, kernel counters, and what programs wait in.

`main` is called in a process of its own with the numbers of two open descriptors. Commands come as JSON lines, reports
leave as binary records; both are described by reports.ts and watching.ts beside this file. Standard input is the
holder's: first the hosts, each with the descriptor of its network namespace in process 1, then each run that starts or
ends. The program ends with either of both inputs. Nothing is looked at before the command `open`.
"""
import gc
import json
import os
import select
import signal
import time

from counters import Counters
from processes import Programs, waits_in
from reports import DELIVERED, LET_GO, LOOPBACK, NOT_SEEN, Reports, Share
from ring import SLOTS, Clock, End
from rows import Rows
from tables import Table

MS = 1_000_000
# Between two looks at the tables, which cost about 2 ms: at least so long, and so many times what a look took.
LOOK_EVERY, LOOK_SHARE = 20 * MS, 6
# After something happened, once more: a program may have gone on without any frame.
LOOK_AGAIN = 30 * MS
# While something runs, also when nothing is heard: at first this often, more seldom the longer nothing changes.
SLOW_LOOK, SLOWEST_LOOK = 250 * MS, 2000 * MS
COUNT_EVERY = 100 * MS
# Frames are taken together, so that a program that sends is not disturbed by each; when they are let go, more seldom.
TAKE_EVERY, TAKE_EVERY_LET_GO = 3 * MS, 20 * MS
# Between the kernel's stamp of a frame and the frame's being in the ring, in ns.
STAMP_TO_RING = 1 * MS
CLONE_NEWNET = 0x40000000

now = time.monotonic_ns


class Ear:
    """Hears the loopback of one host, from its making on."""

    def __init__(self, watcher, number):
        self.watcher, self.number = watcher, number
        self.end = End('lo')
        self.last = now()
        # Whether all that was heard last could be told.
        self.told = True

    def take(self, most):
        """Tells up to so many frames, in the order of their times. Returns how many slots were full."""
        heard = []
        taken, losing = self.end.take(most, lambda *frame: heard.append(frame), self.watcher.clock)
        heard.sort(key=lambda frame: frame[2])
        reports, keep = self.watcher.reports, self.watcher.keep
        self.told = True
        for frame, length, arrived in heard:
            sequence = self.watcher.sequence = (self.watcher.sequence + 1) & 0xFFFFFFFF
            self.told &= reports.tell_frame(
                LOOPBACK, self.number, DELIVERED, sequence, arrived, arrived, length, frame[:keep])
        if heard:
            self.last = heard[-1][2]
        if losing:
            self.notice_drops()
        return taken

    def notice_drops(self):
        count = self.end.dropped()
        if count:
            # Of a lab that tells the first frames alone, nothing is lost that would have been told.
            reason = LET_GO if self.watcher.reports.share.left == 0 else NOT_SEEN
            self.watcher.reports.miss(reason, LOOPBACK, self.number, count, self.last, now())


class Watcher:
    def __init__(self, commands, reports):
        self.commands, self.reports = commands, Reports(reports)
        self.clock, self.programs = Clock(), Programs()
        self.pending = {0: b'', commands: b''}
        self.namespaces, self.ears, self.counters = {}, [], {}
        self.rows, self.waits = None, {}
        self.keep, self.sequence = 1 << 16, 0
        self.opened = False
        # When frames are taken, tables looked at and counters told next; None: not until something happens.
        self.take_due, self.look_due, self.count_due = 0, None, None
        self.looked, self.look_took, self.counted, self.changed = 0, 0, 0, 0
        self.again = False

    def run(self):
        os.set_blocking(0, False)
        os.set_blocking(self.commands, False)
        self.reports.tell_ready(now())
        blocked = self.reports.flush()
        while True:
            at = now()
            ears = [ear.end.socket for ear in self.ears] if at >= self.take_due else []
            ready, _, _ = select.select([0, self.commands, *ears], [self.reports.descriptor] if blocked else [], [],
                                        self.patience(at, bool(ears)))
            self.clock.adjust()
            if now() >= self.take_due:
                self.take()
            if 0 in ready and not self.hear(0, self.learn):
                return
            if self.commands in ready and not self.hear(self.commands, self.obey):
                return
            at = now()
            if self.look_due is not None and at >= self.look_due and not self.reports.full:
                self.look()
            if self.count_due is not None and at >= self.count_due:
                self.count()
            blocked = self.reports.flush()

    def patience(self, at, listening):
        """Seconds until something is due; None: until something comes."""
        dues = [due for due in (self.count_due, self.reports.gaps_due()) if due is not None]
        if self.look_due is not None and not self.reports.full:
            dues.append(self.look_due)
        if self.ears and not listening:
            dues.append(self.take_due)
        return max(0, min(dues) - at) / 1e9 if dues else None

    def hear(self, descriptor, each):
        """Hands each line that has come to `each`; whether more can come."""
        try:
            data = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return True
        if not data:
            return False
        *lines, self.pending[descriptor] = (self.pending[descriptor] + data).split(b'\n')
        for line in lines:
            each(json.loads(line))
        return True

    def learn(self, news):
        """What the holder tells."""
        if 'hosts' in news:
            self.namespaces = {host: os.open(f'/proc/1/fd/{number}', os.O_RDONLY) for host, number in news['hosts']}
        elif 'ended' in news:
            self.programs.ended(news['ended'])
        else:
            self.programs.started(news['run'], news['pid'], news['host'])
        self.stir()

    def obey(self, command):
        asked = now()
        what = command['do']
        if what == 'open':
            self.open(command['capture'])
        elif what == 'keep':
            self.keep = command['bytes']
            self.reports.share = Share(command['perSecond'], command['inAll'])
        elif what == 'look':
            self.stir()
        elif what == 'ask':
            self.drain()
            self.look()
            self.count()
        self.reports.tell_gaps()
        self.reports.tell_answer(command['id'], asked - STAMP_TO_RING, '')

    def open(self, capture):
        """Opens everything in every host; what cannot be had is told to be blind."""
        tables, trouble = {}, {}
        for number, (host, namespace) in enumerate(self.namespaces.items()):
            enter(namespace)
            self.counters[host] = Counters()
            try:
                tables[host] = Table()
                tables[host].read()
            except OSError as error:
                trouble['sockets'] = error
            try:
                if capture:
                    self.ears.append(Ear(self, number))
            except OSError as error:
                trouble['packets'] = error
        for instrument, error in trouble.items():
            self.reports.tell_news(now(), kind='blind', instrument=instrument, detail=str(error))
        self.rows, self.opened = Rows({} if 'sockets' in trouble else tables), True
        self.stir()

    def take(self):
        """Takes what has been heard."""
        if sum([ear.take(SLOTS) for ear in self.ears]):
            self.stir()
            self.take_due = now() + (TAKE_EVERY if all(ear.told for ear in self.ears) else TAKE_EVERY_LET_GO)

    def drain(self):
        """Takes what was heard until now, and not for ever what goes on coming."""
        for ear in self.ears:
            for _ in range(2):
                if ear.take(SLOTS) < SLOTS:
                    break
            ear.notice_drops()

    def stir(self):
        """Something happened: the tables are looked at soon."""
        if not self.opened:
            return
        at = now()
        due = max(at, self.looked + max(LOOK_EVERY, LOOK_SHARE * self.look_took))
        self.look_due = due if self.look_due is None else min(self.look_due, due)
        if self.count_due is None:
            self.count_due = max(at, self.counted + COUNT_EVERY)
        self.again, self.changed = True, at

    def look(self):
        began = now()
        processes = self.programs.look() if self.programs.sessions else []
        for host, rows, gone, left_out in self.rows.look(processes, self.programs.hosts):
            self.reports.tell_news(began, kind='sockets', host=host, rows=rows, gone=gone, leftOut=left_out)
            self.changed = began
        waits = {run: waits_in(pid, stat) for pid, run, stat in processes if pid in self.programs.leaders}
        for run in waits.keys() | self.waits.keys():
            if self.waits.get(run) != waits.get(run):
                self.reports.tell_news(began, kind='waits', run=run, syscall=waits.get(run))
                self.changed = began
        self.waits = waits
        self.looked = now()
        self.look_took = self.looked - began
        if self.count_due is None and self.looked >= self.counted + SLOW_LOOK:
            self.count_due = self.looked
        self.look_due = self.next_look(bool(processes))

    def next_look(self, alive):
        if self.again:
            self.again = False
            return self.looked + max(LOOK_AGAIN, LOOK_SHARE * self.look_took)
        if alive or self.rows.any:
            return self.looked + min(SLOWEST_LOOK, max(SLOW_LOOK, (self.looked - self.changed) // 8))
        return None

    def count(self):
        self.counted, self.count_due = now(), None
        for host, counters in self.counters.items():
            changed = counters.changed()
            if changed:
                self.reports.tell_news(self.counted, kind='counters', host=host, counters=changed)


def enter(namespace):
    """Moves this process into a network namespace."""
    if hasattr(os, 'setns'):
        os.setns(namespace, CLONE_NEWNET)
        return
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def main(commands, reports):
    # What is here now is here to stay.
    gc.freeze()
    # It is for the server's terminal, not for the instruments.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Watcher(commands, reports).run()
