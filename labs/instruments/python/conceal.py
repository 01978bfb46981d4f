"""Takes the tracer's own lines out of tracebacks.

A line is added to a traceback when the error leaves its function, so nothing in that function can prevent it. But while
an interpreter traces, it tells each function that an error has reached it, and then the traceback may be mended. So
tracing is switched on for just as long as the error needs from the tracer to the function that called it.
"""
import sys
from os.path import dirname

HERE = dirname(__file__)


def conceal(caller):
    """Has an error that is about to be raised to this frame come without the lines of this folder."""
    # A debugger shows what there is.
    if sys.gettrace() is None and caller.f_trace is None:
        caller.f_trace = mend
        sys.settrace(stop)


def mend(frame, event, arg):
    sys.settrace(None)
    frame.f_trace = None
    if event == 'exception':
        entry = arg[2]
        while entry.tb_next is not None and dirname(entry.tb_next.tb_frame.f_code.co_filename) == HERE:
            entry.tb_next = entry.tb_next.tb_next


def stop(frame, event, arg):
    sys.settrace(None)
