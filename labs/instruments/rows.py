"""The sockets of a bench as rows, each with its owner; what has changed since they were told."""
from processes import holds, kind_of, sockets_of

PROTOCOLS = {'TCP': 'tcp', 'TCPv6': 'tcp', 'UDP': 'udp', 'UDPv6': 'udp'}
# So many rows of a host are told; of more, those that no program holds are the first to be left out.
MOST_ROWS = 500
# So many sockets are remembered after they are gone: one may be missed by a look while the kernel moves it.
MOST_KNOWN = 4096


class Rows:
    """`tables` is the kernel's table of each host."""

    def __init__(self, tables):
        self.tables = tables
        self.told = {host: {} for host in tables}
        self.left_out = {host: 0 for host in tables}
        self.last_id = 0
        # A row keeps its id from a fresh socket, of which only the inode is known, to TIME-WAIT, which has only a cookie.
        self.by_cookie, self.by_inode = {}, {}
        self.kinds = {}

    @property
    def any(self):
        return any(self.told.values())

    def look(self, processes, hosts):
        """For each host whose rows have changed: its name, the rows that are new or other, the ids that are gone, and
        how many more than ever were left out. `processes` is what `Programs.look` gave, `hosts` the host of each run.
        """
        held = _held_by(processes)
        entries = {host: self._read(host) for host in self.tables}
        # One that was accepted between the two looks.
        if any(entry.inode and entry.inode not in held for table in entries.values() for entry in table):
            held = _held_by(processes)
        seen = set()
        rows = {host: [] for host in self.tables}
        for host, table in entries.items():
            for entry in table:
                seen.add(entry.inode)
                owner = held.get(entry.inode)
                number = self._id(entry.cookie, entry.inode)
                rows[host].append((number, entry.protocol, entry.state, entry.local, entry.remote,
                                   entry.receive, entry.send, owner and owner[:2]))
        for inode, owner in held.items():
            if inode not in seen:
                self._add_fresh(rows, hosts, inode, owner)
        self._forget(rows, held)
        return [change for host in rows for change in self._changes(host, rows[host])]

    def _read(self, host):
        """The kernel's table. A socket that moves within it while it is read may be missed: where one that was told is
        not found, it is read once more."""
        entries = {entry.cookie: entry for entry in self.tables[host].read()}
        found = {self.by_cookie.get(cookie) for cookie in entries}
        if any(local and number not in found for number, _, _, local, *_ in self.told[host].values()):
            entries.update((entry.cookie, entry) for entry in self.tables[host].read())
        return list(entries.values())

    def _add_fresh(self, rows, hosts, inode, owner):
        """A socket that is in no table: it has no port yet, or no more, or this kernel does not tell of those."""
        run, descriptor, pid = owner
        if inode not in self.kinds:
            self.kinds[inode] = PROTOCOLS.get(kind_of(pid, descriptor))
        protocol = self.kinds[inode]
        # It was held before the table was read: if it still is, it was not in it.
        if protocol is None or hosts[run] not in rows or not holds(pid, descriptor, inode):
            return
        state = 'CLOSED' if protocol == 'tcp' else 'UNCONN'
        rows[hosts[run]].append((self._id(None, inode), protocol, state, None, None, 0, 0, (run, descriptor)))

    def _id(self, cookie, inode):
        number = self.by_cookie.get(cookie) or (self.by_inode.get(inode) if inode else None)
        if number is None:
            self.last_id += 1
            number = str(self.last_id)
        if cookie is not None:
            self.by_cookie[cookie] = number
        if inode:
            self.by_inode[inode] = number
        return number

    def _forget(self, rows, held):
        """Drops what is known of sockets that are gone, once it is much."""
        self.kinds = {inode: kind for inode, kind in self.kinds.items() if inode in held}
        if len(self.by_cookie) + len(self.by_inode) > MOST_KNOWN:
            alive = {row[0] for host in rows.values() for row in host}
            self.by_cookie = {cookie: number for cookie, number in self.by_cookie.items() if number in alive}
            self.by_inode = {inode: number for inode, number in self.by_inode.items() if number in alive}

    def _changes(self, host, rows):
        more = max(0, len(rows) - MOST_ROWS - self.left_out[host])
        self.left_out[host] += more
        if len(rows) > MOST_ROWS:
            rows = sorted(rows, key=lambda row: (row[7] is None, row[2] == 'TIME-WAIT', int(row[0])))[:MOST_ROWS]
        before, now = self.told[host], {row[0]: row for row in rows}
        self.told[host] = now
        changed = [row for number, row in now.items() if before.get(number) != row]
        gone = [number for number in before if number not in now]
        if changed or gone or more:
            yield host, changed, gone, more


def _held_by(processes):
    """By inode: run, descriptor and process that hold it. The first found is told: the run itself before its children."""
    held = {}
    for pid, run, _ in processes:
        for descriptor, inode in sorted(sockets_of(pid)):
            held.setdefault(inode, (run, descriptor, pid))
    return held
