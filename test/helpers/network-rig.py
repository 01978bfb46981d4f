"""A bench's network without a bench: builds it, starts its wire, runs small programs in its hosts, tells what they say.

    network-rig.py NETWORK PROGRAMS     as PID 1 of its namespaces

Descriptors 3 and 4 are the wire's commands and reports. Commands on standard input, news on standard output: JSON
lines. Everything ends with standard input.
"""
import json
import os
import select
import signal
import sys
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
NETWORK = os.path.join(ROOT, 'labs', 'bench', 'network')
sys.path.insert(0, NETWORK)
import hosts  # noqa: E402

PYTHON = [sys.executable, '-I', '-S', '-B']


def tell(**news):
    left = memoryview(json.dumps(news).encode() + b'\n')
    # The end of a child may cut a write short.
    while left:
        left = left[os.write(1, left):]


def start_wire(wires):
    child = os.fork()
    if child == 0:
        os.set_inheritable(3, True)
        os.set_inheritable(4, True)
        os.execv(PYTHON[0], [*PYTHON, os.path.join(NETWORK, 'wire.py'), '3', '4', json.dumps(wires)])
    # The wire alone holds them, so that its end can be seen.
    os.close(3)
    os.close(4)
    return child


def start_program(host, arguments):
    """Its process id and the descriptor of what it prints."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(os.open('/dev/null', os.O_RDONLY), 0)
        os.dup2(there, 1)
        os.dup2(there, 2)
        hosts.enter(host)
        os.closerange(3, 256)
        os.execv(PYTHON[0], [*PYTHON, sys.argv[2], *arguments])
    os.close(there)
    return child, here


began = time.monotonic()
built = hosts.build(json.loads(sys.argv[1]))
took = (time.monotonic() - began) * 1000
wire = start_wire(built['wires']) if built['wires'] else None
tell(built=sorted(built['hosts']), missing=built['missing'], took=took, covered=hosts.hide_machine())

signal.signal(signal.SIGCHLD, lambda *_: None)
wake, wakes = os.pipe()
os.set_blocking(wakes, False)
signal.set_wakeup_fd(wakes)
pending = b''
programs = {}
outputs = {}


def reap():
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if child == 0:
            return
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
        if child == wire:
            tell(wire=code)
        elif child in programs:
            number, output = programs.pop(child)
            # All it printed comes before its end.
            while output in outputs:
                relay(output)
            tell(id=number, code=code)


def relay(output):
    data = os.read(output, 1 << 16)
    if data:
        tell(id=outputs[output], said=data.decode('latin1'))
    else:
        del outputs[output]
        os.close(output)


while True:
    ready, _, _ = select.select([0, wake, *outputs], [], [])
    for output in [output for output in ready if output in outputs]:
        relay(output)
    if wake in ready:
        os.read(wake, 512)
        reap()
    if 0 in ready:
        data = os.read(0, 1 << 16)
        if not data:
            sys.exit(0)
        *lines, pending = (pending + data).split(b'\n')
        for line in lines:
            command = json.loads(line)
            child, output = start_program(built['hosts'][command['host']], command['arguments'])
            programs[child] = command['id'], output
            outputs[output] = command['id']
