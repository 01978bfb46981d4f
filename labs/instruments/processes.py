"""The processes of a bench: which run each belongs to, the sockets it holds, and what it waits in."""
import os

from syscalls import name_of

# stat(5), counted from the state, which follows the name.
STATE, PARENT, SESSION, STARTED = 0, 1, 3, 19


class Programs:
    """The runs of a bench and everything they have started."""

    def __init__(self):
        # By the process that is the run itself; by its session, which its children are in as long as they like.
        self.leaders, self.sessions = {}, {}
        # What a process was found to belong to, by its number and when it began: its parent may end before it.
        self.known = {}
        self.hosts = {}

    def started(self, run, pid, host):
        self.leaders[pid] = self.sessions[pid] = run
        self.hosts[run] = host

    def ended(self, run):
        self.leaders = {pid: other for pid, other in self.leaders.items() if other != run}

    def look(self):
        """All processes that belong to a run: number, run and `stat`; the runs themselves first."""
        stats = {}
        for name in os.listdir('/proc'):
            if name.isdecimal():
                stat = _stat(name)
                if stat is not None:
                    stats[int(name)] = stat
        known, found = {}, []
        for pid, stat in stats.items():
            run = self._run_of(pid, stats)
            if run is not None:
                known[pid, stat[STARTED]] = run
                found.append((pid, run, stat))
        self.known = known
        alive = set(known.values())
        self.sessions = {pid: run for pid, run in self.sessions.items() if run in alive or pid in self.leaders}
        found.sort(key=lambda process: process[0] not in self.leaders)
        return found

    def _run_of(self, pid, stats):
        for _ in range(64):
            stat = stats.get(pid)
            if stat is None or pid == 1:
                return None
            run = self.leaders.get(pid)
            if run is None:
                run = self.known.get((pid, stat[STARTED]))
            if run is None:
                run = self.sessions.get(int(stat[SESSION]))
            if run is not None:
                return run
            pid = int(stat[PARENT])
        return None


def sockets_of(pid):
    """The sockets a process holds: descriptor and inode of each."""
    found = []
    folder = f'/proc/{pid}/fd'
    try:
        for descriptor in os.listdir(folder):
            target = _target(f'{folder}/{descriptor}')
            if target is not None:
                found.append((int(descriptor), target))
    except OSError:
        # It has just ended.
        pass
    return found


def holds(pid, descriptor, inode):
    return _target(f'/proc/{pid}/fd/{descriptor}') == inode


def kind_of(pid, descriptor):
    """`TCP`, `UDPv6` and so on, as the kernel calls it; empty when it does not say."""
    try:
        return os.getxattr(f'/proc/{pid}/fd/{descriptor}', 'system.sockprotoname').rstrip(b'\0').decode()
    except OSError:
        return ''


def waits_in(pid, stat):
    """The name of the system call in which a process sleeps (its first thread); None when it does not."""
    if stat[STATE] != 'S':
        return None
    try:
        with open(f'/proc/{pid}/syscall', 'rb', buffering=0) as file:
            first = file.read().split()[0]
    except (OSError, IndexError):
        return None
    return name_of(int(first)) if first.isdigit() else None


def _target(path):
    try:
        target = os.readlink(path)
    except OSError:
        return None
    return int(target[8:-1]) if target.startswith('socket:[') else None


def _stat(pid):
    try:
        with open(f'/proc/{pid}/stat', 'rb', buffering=0) as file:
            text = file.read()
    except OSError:
        return None
    return text[text.rfind(b')') + 2:].decode().split() or None
