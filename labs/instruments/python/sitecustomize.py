"""Begins the tracing of a program's socket calls: Python imports this file by itself, when its folder is on PYTHONPATH.

It leaves no trace of its own. The variables that brought it here are taken out of the environment, its folder out of
the path, and the machine's own `sitecustomize`, if there is one, is imported in its place. The program's `socket` is
wrapped when somebody imports it, and not before: a program without sockets pays for nothing.
"""
import os
import sys

_HERE = os.path.dirname(__file__)


def _begin():
    path = os.environ.pop('BOTH_ENDS_CALLS', None)
    os.environ.pop('PYTHONPATH', None)
    sys.path[:] = [folder for folder in sys.path if folder != _HERE]
    sys.path_importer_cache.pop(_HERE, None)
    if path is None:
        return
    channel = _open_high(path, os.O_RDWR | os.O_NONBLOCK)
    _enlarge(channel)
    if sys.version_info < (3, 8):
        os.write(channel, b'{"kind":"blind","detail":"Python %d.%d is too old"}\n' % sys.version_info[:2])
        return
    os.write(channel, b'{"kind":"traced"}\n')
    sys.meta_path.insert(0, _Finder(channel, path))


def _open_high(path, flags):
    """Opens a file where no program looks: its own first socket must get the number that it gets without us."""
    opened = os.open(path, flags)
    for number in range(min(os.sysconf('SC_OPEN_MAX'), 1024) - 1, opened, -1):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(opened, number, inheritable=False)
            os.close(opened)
            return number
    return opened


def _enlarge(channel):
    """Makes room for all that is told in full, where there is such a thing: F_SETPIPE_SZ of Linux."""
    was_there = 'fcntl' in sys.modules
    try:
        import fcntl
        fcntl.fcntl(channel, 1031, 1 << 20)
    except (ImportError, OSError):
        pass
    if not was_there:
        sys.modules.pop('fcntl', None)


class _Finder:
    """Stands first among the finders until the `socket` of Python's own library is imported."""

    def __init__(self, channel, path):
        self.channel, self.path = channel, path

    def find_spec(self, name, path=None, target=None):
        if name != 'socket':
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is None:
                continue
            # A program's own file of this name is none of ours.
            if spec.loader is not None and os.path.dirname(spec.origin or '') == os.path.dirname(os.__file__):
                sys.meta_path.remove(self)
                self._wrap(spec.loader)
            return spec
        return None

    def _wrap(self, loader):
        execute = loader.exec_module

        def exec_module(module):
            execute(module)
            del loader.exec_module
            try:
                _load('calls').begin(self.channel, self.path, _open_high, module)
            except Exception as error:
                detail = ascii('%s: %s' % (type(error).__name__, error)).replace('"', "'").replace('\\', '/')
                os.write(self.channel, b'{"kind":"blind","detail":"%s"}\n' % detail.encode()[:500])

        loader.exec_module = exec_module


def _load(name):
    """A module of this folder, which is in no list of modules."""
    file = os.path.join(_HERE, name + '.py')
    loader = type(__spec__.loader)(name, file)
    module = type(os)(name)
    module.__file__, module.load = file, _load
    exec(loader.get_code(name), module.__dict__)
    return module


def _import_other():
    """Imports the machine's own file of this name; raises ImportError when there is none, which `site` expects."""
    del sys.modules['sitecustomize']
    import sitecustomize  # noqa: F401  (another one than this)


try:
    _begin()
finally:
    _import_other()
