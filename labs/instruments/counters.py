"""What the kernel of a host counts of its traffic: a few of its many counters, from a moment on."""
import os

# From /proc/net/snmp, netstat and snmp6; a name is the line's and the column's, as `nstat` joins them.
WANTED = frozenset('''
    UdpNoPorts UdpInErrors UdpRcvbufErrors UdpSndbufErrors UdpInCsumErrors
    Udp6NoPorts Udp6InErrors Udp6RcvbufErrors Udp6SndbufErrors
    TcpRetransSegs TcpOutRsts TcpAttemptFails TcpEstabResets TcpInErrs
    TcpExtListenOverflows TcpExtListenDrops TcpExtTCPTimeouts TcpExtTCPLostRetransmit TcpExtTCPFastRetrans
    TcpExtTCPAbortOnTimeout TcpExtTCPAbortOnData TcpExtTCPAbortOnClose TcpExtTCPRcvQDrop TcpExtTCPZeroWindowDrop
    TcpExtTCPFromZeroWindowAdv TcpExtTCPToZeroWindowAdv TcpExtTCPDSACKRecv TcpExtDelayedACKs
    IcmpInDestUnreachs IcmpOutDestUnreachs IcmpInTimeExcds IcmpOutTimeExcds IcmpInErrors
    Icmp6InDestUnreachs Icmp6OutDestUnreachs Icmp6InTimeExcds Icmp6OutTimeExcds
    IpForwDatagrams IpInDiscards IpOutDiscards IpOutNoRoutes IpReasmReqds IpReasmOKs IpReasmFails IpFragOKs IpFragFails
    IpFragCreates IpInHdrErrors
    Ip6OutForwDatagrams Ip6OutNoRoutes Ip6ReasmReqds Ip6ReasmOKs Ip6ReasmFails Ip6FragOKs Ip6FragFails Ip6FragCreates
'''.split())


class Counters:
    """Of the network namespace in which it is made."""

    def __init__(self):
        self.files = []
        for name in ('snmp', 'netstat', 'snmp6', 'dev'):
            try:
                self.files.append((name, os.open(f'/proc/self/net/{name}', os.O_RDONLY)))
            except OSError:
                # A kernel without IPv6.
                pass
        self.base = self._read()
        self.told = {}

    def changed(self):
        """The counters that are other than when this was asked before, counted from the making of this."""
        now = {name: count - self.base.get(name, 0) for name, count in self._read().items()}
        changed = {name: count for name, count in now.items() if self.told.get(name, 0) != count}
        self.told = now
        return changed

    def _read(self):
        counts = {}
        for name, file in self.files:
            text = os.pread(file, 1 << 16, 0).decode()
            if name == 'snmp6':
                words = text.split()
                pairs = zip(words[::2], words[1::2])
            elif name == 'dev':
                pairs = _loopback(text)
            else:
                pairs = _columns(text)
            for counter, count in pairs:
                if counter in WANTED or counter.startswith('lo.'):
                    counts[counter] = int(count)
        return counts


def _columns(text):
    """Two lines each: the names, the numbers; both begin with whose they are."""
    lines = text.splitlines()
    for names, numbers in zip(lines[::2], lines[1::2]):
        prefix, *names = names.split()
        for name, number in zip(names, numbers.split()[1:]):
            yield prefix[:-1] + name, number


def _loopback(text):
    for line in text.splitlines():
        name, _, numbers = line.partition(':')
        if name.strip() == 'lo':
            size, frames = numbers.split()[:2]
            yield 'lo.frames', frames
            yield 'lo.bytes', size
