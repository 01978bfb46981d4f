"""PID 1 of a bench: makes its files and hosts, starts its programs in their terminals, and tells when they end.

It runs inside fresh user, network, mount and process namespaces, as their root, with nothing but Python's standard
library. Commands come as JSON lines on standard input; answers leave as JSON lines on standard output. At the end of the
input, which only the server's end can bring, it exits, and the kernel ends everything in its namespaces.

The server gives four more descriptors: 3 carries the wire program's commands, 4 its reports; 5 and 6 are those of the
program that watches, which is started before it is known what there will be to watch.
"""
import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import sys
import termios
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "instruments")]
import hosts  # noqa: E402  (found by the line above)

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER = 0x10000000
PR_CAPBSET_DROP = 24
PR_SET_NAME = 15
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 1 << 18
MNT_DETACH = 2
LAST_CAPABILITY = 40
F_SETPIPE_SZ = 1031
# The terminal's line editor erases whole characters (termios.h; Python names it from 3.13 on).
IUTF8 = 0o40000
WORKSPACE = "/lab"
# By these, tracers tell of a program's calls; not where a program or a reader looks around.
CHANNELS = "/.calls"
# Where memory runs short, the kernel ends a program of a bench before anything else (proc(5): from -1000 to 1000).
ENDED_FIRST = "900"
# A program that has used up its time is told by SIGXCPU, and killed so many seconds later.
LAST_SECONDS = 5
WIRE_COMMANDS, WIRE_REPORTS, WATCH_COMMANDS, WATCH_REPORTS = 3, 4, 5, 6


def main():
    setup = json.loads(read_line())
    make_root(setup["keep"], setup["modules"])
    watch = Watch()
    network = hosts.build(json.loads(read_line())["network"])
    watch.tell(hosts=list(network["hosts"].items()))
    wire = start_wire(network["wires"]) if network["wires"] else None
    Holder(network["hosts"], wire, watch, setup).serve()


def start_wire(wires):
    """Starts the wire program beside this one."""
    import wire
    given = (WIRE_COMMANDS, WIRE_REPORTS)
    return start_beside("wire", os.open("/dev/null", os.O_RDONLY), given, lambda: wire.main(*given, json.dumps(wires)))


def start_beside(name, standard_input, given, main):
    """Runs `main` in a process of its own, which has the descriptors `given` and no other of this one's.

    It is forked only: to start an interpreter takes longer than all that a reader waits for. Takes all descriptors.
    """
    pid = os.fork()
    if pid == 0:
        try:
            LIBC.prctl(PR_SET_NAME, name.encode(), 0, 0, 0)
            os.dup2(standard_input, 0)
            os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
            os.closerange(3, min(given))
            os.closerange(max(given) + 1, 4096)
            main()
            os._exit(0)
        except BaseException:  # nothing may go back into the parent's part
            traceback.print_exc()
        os._exit(1)
    for descriptor in (standard_input, *given):
        os.close(descriptor)
    return pid


class Watch:
    """The program that watches. A bench goes on without it: what cannot be told to it is not told."""

    def __init__(self):
        there, self.pipe = os.pipe()
        os.set_blocking(self.pipe, False)
        self.pid = None
        try:
            self.pid = start_beside("watch", there, (WATCH_COMMANDS, WATCH_REPORTS), self.main)
        except OSError as error:
            say(blind=str(error))

    def main(self):
        import watch
        watch.main(WATCH_COMMANDS, WATCH_REPORTS)

    def tell(self, **news):
        try:
            os.write(self.pipe, json.dumps(news).encode() + b"\n")
        except OSError:
            # It has ended, or does not listen.
            pass


def read_line():
    """The first line of the input, read byte by byte so that nothing of the next is taken."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit(0)
        line += byte
    return line


def say(**message):
    os.write(1, json.dumps(message).encode() + b"\n")


class Holder:
    """Starts programs and tells of them. `network` maps a host's name to the descriptor of its namespace."""

    def __init__(self, network, wire, watch, setup):
        self.network = network
        self.wire = wire
        self.watch = watch
        self.uid = setup["uid"]
        self.gid = setup["gid"]
        self.modules = setup["modules"]
        self.runs = {}
        self.channels = {}
        self.alarm, alarm = os.pipe()
        os.set_blocking(alarm, False)
        signal.set_wakeup_fd(alarm)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def serve(self):
        say(ready=True)
        pending = b""
        while True:
            readable, _, _ = select.select([0, self.alarm], [], [])
            if self.alarm in readable:
                os.read(self.alarm, 4096)
                self.reap()
            if 0 in readable:
                data = os.read(0, 65536)
                if not data:
                    sys.exit(0)
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    self.obey(json.loads(line))

    def obey(self, command):
        if "place" in command:
            say(placed=command["place"], refused=place(command["file"], command["text"], self.modules))
        elif "channel" in command:
            self.open_channel(command["channel"])
        elif "forget" in command:
            self.close_channel(command["forget"])
            for end in ("", ".go", ".hold"):
                remove(f"{CHANNELS}/{command['forget']}{end}")
        elif "hold" in command:
            hold(command["hold"], command["on"])
        else:
            self.start(command)

    def open_channel(self, run):
        """Makes a channel, with room for all that is told in full: it stays so large as long as somebody has it open."""
        path = f"{CHANNELS}/{run}"
        try:
            os.mkfifo(path, 0o600)
            os.mkfifo(f"{path}.go", 0o600)
            self.channels[run] = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        except OSError as error:
            say(channel=run, refused=str(error))
            return
        try:
            fcntl.fcntl(self.channels[run], F_SETPIPE_SZ, 1 << 20)
        except OSError:
            # This user has too many of them; the usual size is good enough.
            pass
        say(channel=run, refused=None)

    def close_channel(self, run):
        """The server has it open now, or does not need it."""
        if run in self.channels:
            os.close(self.channels.pop(run))

    def start(self, command):
        """Forks a program onto the terminal that the server has opened; what fails is printed there."""
        try:
            pid = os.fork()
        except OSError as error:
            say(run=command["run"], refused=str(error))
            return
        if pid == 0:
            try:
                self.become(command)
            except BaseException as error:  # nothing may go back into the loop of the parent
                os.write(2, f"{command['argv'][0]}: {error}\r\n".encode())
            os._exit(127)
        self.close_channel(command["run"])
        self.runs[pid] = command["run"]
        say(run=command["run"], pid=pid)
        self.watch.tell(run=command["run"], pid=pid, host=command["host"])

    def become(self, command):
        """Turns this fresh child into the program: own session, own terminal, one host, no rights, limits."""
        os.setsid()
        terminal = os.open(command["terminal"], os.O_RDWR)
        mode = termios.tcgetattr(terminal)
        mode[0] |= IUTF8
        termios.tcsetattr(terminal, termios.TCSANOW, mode)
        for descriptor in (0, 1, 2):
            os.dup2(terminal, descriptor)
        hosts.enter(self.network[command["host"]])
        os.closerange(3, 4096)
        signal.set_wakeup_fd(-1)
        for number in range(1, 32):
            if number not in (signal.SIGKILL, signal.SIGSTOP):
                signal.signal(number, signal.SIG_DFL)
        for name, limit in command["limits"].items():
            lower(getattr(resource, f"RLIMIT_{name.upper()}"), limit, LAST_SECONDS if name == "cpu" else 0)
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write(ENDED_FIRST)
        check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        capability = command.get("capability")
        if capability is None:
            become_user(self.uid, self.gid)
        else:
            keep_capability(capability)
        os.chdir(command["folder"])
        os.execve(command["argv"][0], command["argv"], command["env"])

    def reap(self):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.wire:
                sys.exit("the wire program has ended")
            if pid == self.watch.pid:
                # Its own last words, if it had any, are on standard error.
                say(blind="")
            run = self.runs.pop(pid, None)
            if run is not None:
                code = os.waitstatus_to_exitcode(status)
                say(run=run, code=max(code, 0), signal=max(-code, 0))
                self.watch.tell(ended=run)


def lower(which, limit, more):
    """Sets a limit for good, and `more` above it the hard one; never above what is already imposed."""
    _, imposed = resource.getrlimit(which)
    both = (limit, limit + more)
    resource.setrlimit(which, both if imposed == resource.RLIM_INFINITY else tuple(min(one, imposed) for one in both))


def become_user(uid, gid):
    """A user namespace of its own, in which it is the reader again: it has no rights over the bench's network."""
    check(LIBC.unshare(CLONE_NEWUSER))
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} 0 1"), ("gid_map", f"{gid} 0 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    drop_capabilities(None)


def keep_capability(number):
    """Stays root of the bench's network, with this one capability and no other."""
    drop_capabilities(number)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    low, high = (1 << number) & 0xFFFFFFFF, (1 << number) >> 32
    sets = (ctypes.c_uint32 * 6)(low, low, low, high, high, high)
    check(LIBC.capset(header, sets))
    check(LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0))


def drop_capabilities(kept):
    for number in range(LAST_CAPABILITY + 1):
        if number != kept:
            LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)


def make_root(keep, modules):
    """
    A root folder in memory: the machine's own top folders, and beside them an empty `/tmp` and the workspace `/lab`.
    Where else everybody may write and nobody clears up, that is the bench's own as well. `keep` lists folders that must
    stay visible even when they lie below `/tmp`; `modules` is what `/lab/node_modules` points to.
    """
    check(LIBC.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))
    root = "/mnt" if os.path.isdir("/mnt") else "/media"
    check(LIBC.mount(b"tmpfs", root.encode(), b"tmpfs", 0, b"size=64m,mode=755"))
    own = {"tmp", "lab", "proc", os.path.basename(root)}
    for entry in os.scandir("/"):
        if entry.name in own:
            continue
        target = f"{root}/{entry.name}"
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), target)
        elif entry.is_dir():
            os.mkdir(target)
            bind(entry.path, target)
    os.mkdir(f"{root}/tmp", 0o1777)
    os.chmod(f"{root}/tmp", 0o1777)
    for path in keep:
        if path.startswith("/tmp/"):
            os.makedirs(f"{root}{path}", exist_ok=True)
            bind(path, f"{root}{path}")
    if os.path.isdir(f"{root}/dev/shm"):
        check(LIBC.mount(b"tmpfs", f"{root}/dev/shm".encode(), b"tmpfs", 0, b"size=16m,mode=1777"))
    if os.path.isdir(f"{root}/var/tmp") and not any(path.startswith("/var/tmp/") for path in keep):
        bind(f"{root}/tmp", f"{root}/var/tmp")
    os.mkdir(f"{root}/proc")
    os.mkdir(f"{root}{CHANNELS}", 0o700)
    make_workspace(f"{root}{WORKSPACE}", modules)
    check(LIBC.mount(b"proc", f"{root}/proc".encode(), b"proc", 0, None))
    os.mkdir(f"{root}/.old")
    os.chdir(root)
    check(LIBC.pivot_root(b".", b".old"))
    os.chdir("/")
    check(LIBC.umount2(b"/.old", MNT_DETACH))
    os.rmdir("/.old")
    name_loopback()


def name_loopback():
    """`localhost` is both loopback addresses here, IPv6 first, whatever the machine's own file says of its names."""
    if not os.path.isfile("/etc/hosts"):
        return
    with open("/.hosts", "x") as file:
        file.write("::1 localhost\n127.0.0.1 localhost\n")
    os.chmod("/.hosts", 0o644)
    bind("/.hosts", "/etc/hosts")
    # What is bound stays without its first name.
    os.unlink("/.hosts")


def make_workspace(folder, modules):
    os.mkdir(folder)
    with open(f"{folder}/package.json", "x") as file:
        file.write('{ "type": "module" }\n')
    os.symlink(modules, f"{folder}/node_modules")


def place(name, text, modules):
    """Writes a program's file afresh; why it cannot, or None.

    The workspace is the programs' own: they may have deleted the file or the folder, or put something in its place.
    What stands there is taken away and not written through.
    """
    path = f"{WORKSPACE}/{name}"
    try:
        if not os.path.isdir(WORKSPACE) or os.path.islink(WORKSPACE):
            clear(WORKSPACE)
            make_workspace(WORKSPACE, modules)
        clear(path)
        with open(path, "x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        return f"{path}: {error.strerror or error}"
    return None


def clear(path):
    if os.path.isdir(path) and not os.path.islink(path):
        # Hardly ever needed, and slow to load.
        import shutil
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def hold(run, on):
    """Tells the tracer of a run by a file whether the program is to be held before its calls."""
    marker = f"{CHANNELS}/{run}.hold"
    if on:
        os.close(os.open(marker, os.O_CREAT | os.O_WRONLY, 0o600))
    else:
        remove(marker)


def remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def bind(source, target):
    check(LIBC.mount(source.encode(), target.encode(), None, MS_BIND | MS_REC, None))


def check(result):
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


if __name__ == "__main__":
    main()
