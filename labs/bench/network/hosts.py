"""Builds the hosts of a bench inside the namespaces of the calling process: addresses, routes, wires, silence.

The caller is root of a user namespace of its own (`unshare --map-root-user --net --mount --pid …`) or of the machine
in a network namespace of its own. Nothing here leaves a process behind: a network lives as long as its descriptor.
"""
import ctypes
import errno
import fcntl
import os
import socket
import struct
import time

LIBC = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8

SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFMTU, SIOCETHTOOL = 0x8913, 0x8914, 0x8922, 0x8946
IFF_UP = 1

# linux/ethtool.h: receive and send checksums, scatter-gather, TSO, GSO, GRO.
OFFLOADS = (0x15, 0x17, 0x19, 0x1F, 0x24, 0x2C)

# An ordinary user's PATH often lacks the first two.
IP_FOLDERS = ('/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin', '/run/current-system/sw/bin')

# What differs from machine to machine, or would speak without being asked, set alike in every host.
# Links of a host that has no IPv6 address keep IPv6 off; `::1` on its loopback stays.
ALIKE = {
    'net.ipv4.ip_forward': '0',
    'net.ipv4.conf.all.rp_filter': '0',
    'net.ipv4.conf.default.rp_filter': '0',
    'net.ipv4.conf.default.arp_notify': '0',
    'net.ipv4.conf.default.accept_redirects': '0',
    'net.ipv4.conf.default.send_redirects': '0',
    'net.ipv4.ping_group_range': '0 0',
    'net.ipv4.tcp_rmem': '4096 131072 1048576',
    'net.ipv4.tcp_wmem': '4096 16384 4194304',
    # The only one that every machine lets an ordinary user choose.
    'net.ipv4.tcp_congestion_control': 'reno',
    # What one run learned of a path must not change the next.
    'net.ipv4.tcp_no_metrics_save': '1',
    'net.ipv6.conf.default.accept_dad': '0',
    'net.ipv6.conf.default.dad_transmits': '0',
    'net.ipv6.conf.default.accept_ra': '0',
    'net.ipv6.conf.default.autoconf': '0',
    'net.ipv6.conf.default.router_solicitations': '0',
    # 1: no link-local address of the kernel's own making.
    'net.ipv6.conf.default.addr_gen_mode': '1',
    # Group reports cannot be switched off, only hurried (ms): they are over before a program starts.
    'net.ipv6.conf.default.mldv1_unsolicited_report_interval': '1',
    'net.ipv6.conf.default.mldv2_unsolicited_report_interval': '1',
}

# How long hosts with IPv6 greet their groups after their links came up, in ns.
GREETINGS = 80_000_000


class CannotBuild(Exception):
    """The machine refused a step; the text says which."""


def build(network):
    """Builds `network`, which is what `readNetwork` of labs/network.ts returned, as JSON.

    Returns `hosts`: name to descriptor of its network namespace; `wires`: what wire.py is to be told; and `missing`:
    the sysctls this kernel does not have. A host without wires is the namespace of the caller itself.
    """
    home = os.open('/proc/self/ns/net', os.O_RDONLY)
    missing = set()
    if not network['wires']:
        host, = network['hosts']
        _prepare(host, missing)
        return {'hosts': {host['name']: home}, 'wires': [], 'missing': sorted(missing)}
    _write_sysctl('net.ipv6.conf.default.disable_ipv6', '1')
    _raise('lo')
    hosts = {host['name']: _new_network() for host in network['hosts']}
    try:
        for host in network['hosts']:
            _setns(hosts[host['name']])
            _prepare(host, missing)
            _run_ip(_link_lines(host, network['wires'], home), home)
            for interface in host['interfaces']:
                _switch_offloads_off(interface['name'])
    finally:
        _setns(home)
    for index in range(len(network['wires'])):
        for end in (0, 1):
            _raise(_end_name(index, end))
    quiet = time.monotonic_ns() + (GREETINGS if any(host['ipv6'] for host in network['hosts']) else 0)
    wires = [_describe_wire(index, wire, network['seed'], quiet) for index, wire in enumerate(network['wires'])]
    return {'hosts': hosts, 'wires': wires, 'missing': sorted(missing)}


def enter(host):
    """Moves the calling process into a host, and its /sys with it; called in a child before it gives up its rights.

    The child gets a mount namespace of its own: what the bench mounts later, it does not see.
    """
    _setns(host)
    _check(LIBC.unshare(CLONE_NEWNS), 'a further mount namespace')
    hide_machine()


def hide_machine():
    """Covers /sys, which shows the machine's interfaces, in the caller's mount namespace. Returns what covers it now.

    `sysfs` shows the network namespace in which this is called. Where the kernel refuses a new one (in most
    containers) an empty `tmpfs` does it.
    """
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY
    for kind in (b'sysfs', b'tmpfs'):
        # EBUSY: this very file system is there already.
        if LIBC.mount(kind, b'/sys', kind, flags, None) == 0 or ctypes.get_errno() == errno.EBUSY:
            return kind.decode()
    raise CannotBuild(f'/sys cannot be covered: {os.strerror(ctypes.get_errno())}')


def _new_network():
    home = os.open('/proc/self/ns/net', os.O_RDONLY)
    try:
        _check(LIBC.unshare(CLONE_NEWNET), 'a further network namespace')
        fresh = os.open('/proc/self/ns/net', os.O_RDONLY)
        _setns(home)
        return fresh
    finally:
        os.close(home)


def _prepare(host, missing):
    """Everything of a host that has no neighbour: its sysctls, before a link is there to take them over, and `lo`."""
    for name, value in ALIKE.items():
        # An old kernel, or one without IPv6, has nothing there that would speak.
        _write_sysctl(name, value)
    _write_sysctl('net.ipv6.conf.default.disable_ipv6', '0' if host['ipv6'] else '1')
    if host['forwards']:
        _write_sysctl('net.ipv4.ip_forward', '1')
        if host['ipv6']:
            _write_sysctl('net.ipv6.conf.all.forwarding', '1')
    for name, value in host['sysctls'].items():
        if not _write_sysctl(name, value):
            missing.add(name)
    _switch_offloads_off('lo')
    _raise('lo', host['mtu'])


def _link_lines(host, wires, home):
    """The lines for `ip -batch` that make a host's links, run inside the host."""
    for interface in host['interfaces']:
        name, wire = interface['name'], interface['wire']
        mtu = wires[wire]['mtu']
        peer = _end_name(wire, wires[wire]['ends'].index(host['name']))
        yield (f'link add {name} address {interface["mac"]} mtu {mtu} type veth '
               f'peer name {peer} mtu {mtu} netns /proc/self/fd/{home}')
        for address in interface['addresses']:
            yield f'address add {address} dev {name}' + (' nodad' if ':' in address else ' broadcast +')
        yield f'link set {name} up'
        for neighbour in interface['neighbours']:
            yield f'neighbour add {neighbour["address"]} lladdr {neighbour["mac"]} nud permanent dev {name}'
        for gateway in interface['gateways']:
            yield f'route add default via {gateway} dev {name}'


def _end_name(wire, end):
    return f'wire{wire}{"ab"[end]}'


def _describe_wire(index, wire, seed, quiet):
    return {
        'ends': [{'host': host, 'interface': _end_name(index, end)} for end, host in enumerate(wire['ends'])],
        'mtu': wire['mtu'],
        'faults': wire['faults'],
        'seed': seed,
        'quiet': quiet,
    }


def _run_ip(lines, inherited):
    """Runs `ip -batch` on these lines in the present network namespace."""
    program = next((path for path in (f'{folder}/ip' for folder in IP_FOLDERS) if os.access(path, os.X_OK)), None)
    if program is None:
        raise CannotBuild('`ip` of iproute2 is not installed')
    orders, to_orders = os.pipe()
    complaints, to_complaints = os.pipe()
    os.set_inheritable(inherited, True)
    try:
        child = os.posix_spawn(program, [program, '-batch', '-'], {'LC_ALL': 'C'}, file_actions=[
            (os.POSIX_SPAWN_DUP2, orders, 0), (os.POSIX_SPAWN_DUP2, to_complaints, 2)])
    finally:
        os.set_inheritable(inherited, False)
        os.close(orders)
        os.close(to_complaints)
    with os.fdopen(to_orders, 'w') as pipe:
        pipe.write('\n'.join(lines) + '\n')
    with os.fdopen(complaints) as pipe:
        said = pipe.read()
    if os.waitpid(child, 0)[1] != 0:
        raise CannotBuild('`ip` refused: ' + ' '.join(said.split()))


def _write_sysctl(name, value):
    """Whether this kernel has it and took it."""
    try:
        with open('/proc/sys/' + name.replace('.', '/'), 'w') as file:
            file.write(value)
    except OSError:
        return False
    return True


def _raise(interface, mtu=None):
    request = interface.encode().ljust(16, b'\0')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        if mtu is not None:
            fcntl.ioctl(control, SIOCSIFMTU, struct.pack('16si12x', request, mtu))
        flags, = struct.unpack_from('h', fcntl.ioctl(control, SIOCGIFFLAGS, request.ljust(40, b'\0')), 16)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack('16sh22x', request, flags | IFF_UP))


def _switch_offloads_off(interface):
    """Makes the kernel cut segments and count checksums itself, so that frames are as they are on a real wire."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in OFFLOADS:
            value = ctypes.create_string_buffer(struct.pack('II', command, 0))
            request = struct.pack('16sP16x', interface.encode(), ctypes.addressof(value))
            try:
                fcntl.ioctl(control, SIOCETHTOOL, request)
            except OSError:
                # Fixed for this kind of link: `lo` never counts checksums.
                pass


def _setns(descriptor):
    _check(LIBC.setns(descriptor, CLONE_NEWNET), 'entering a network namespace')


def _check(result, step):
    if result != 0:
        code = ctypes.get_errno()
        raise CannotBuild(f'{step}: {os.strerror(code)}')
