"""The names of the system calls in which a process can wait, by their numbers on each machine."""
import os

NAMES = {
    # arch/x86/entry/syscalls/syscall_64.tbl
    'x86_64': {
        0: 'read', 1: 'write', 2: 'open', 3: 'close', 7: 'poll', 16: 'ioctl', 19: 'readv', 20: 'writev', 23: 'select',
        34: 'pause', 35: 'nanosleep', 40: 'sendfile', 42: 'connect', 43: 'accept', 44: 'sendto', 45: 'recvfrom',
        46: 'sendmsg', 47: 'recvmsg', 56: 'clone', 58: 'vfork', 59: 'execve', 61: 'wait4', 65: 'semop', 69: 'msgsnd',
        70: 'msgrcv', 72: 'fcntl', 73: 'flock', 74: 'fsync', 75: 'fdatasync', 128: 'rt_sigtimedwait',
        130: 'rt_sigsuspend', 202: 'futex', 208: 'io_getevents', 219: 'restart_syscall', 220: 'semtimedop',
        230: 'clock_nanosleep', 231: 'exit_group', 232: 'epoll_wait', 242: 'mq_timedsend', 243: 'mq_timedreceive',
        247: 'waitid', 257: 'openat', 270: 'pselect6', 271: 'ppoll', 275: 'splice', 276: 'tee', 278: 'vmsplice',
        281: 'epoll_pwait', 288: 'accept4', 295: 'preadv', 296: 'pwritev', 299: 'recvmmsg', 307: 'sendmmsg',
        318: 'getrandom', 426: 'io_uring_enter', 435: 'clone3', 441: 'epoll_pwait2', 449: 'futex_waitv',
    },
    # include/uapi/asm-generic/unistd.h
    'aarch64': {
        4: 'io_getevents', 22: 'epoll_pwait', 25: 'fcntl', 29: 'ioctl', 32: 'flock', 56: 'openat', 57: 'close',
        63: 'read', 64: 'write', 65: 'readv', 66: 'writev', 69: 'preadv', 70: 'pwritev', 71: 'sendfile',
        72: 'pselect6', 73: 'ppoll', 75: 'vmsplice', 76: 'splice', 77: 'tee', 82: 'fsync', 83: 'fdatasync',
        94: 'exit_group', 95: 'waitid', 98: 'futex', 101: 'nanosleep', 115: 'clock_nanosleep', 128: 'restart_syscall',
        133: 'rt_sigsuspend', 137: 'rt_sigtimedwait', 182: 'mq_timedsend', 183: 'mq_timedreceive', 188: 'msgrcv',
        189: 'msgsnd', 192: 'semtimedop', 193: 'semop', 202: 'accept', 203: 'connect', 206: 'sendto', 207: 'recvfrom',
        211: 'sendmsg', 212: 'recvmsg', 220: 'clone', 221: 'execve', 242: 'accept4', 243: 'recvmmsg', 260: 'wait4',
        269: 'sendmmsg', 278: 'getrandom', 426: 'io_uring_enter', 435: 'clone3', 441: 'epoll_pwait2',
        449: 'futex_waitv',
    },
}.get(os.uname().machine, {})


def name_of(number):
    """`syscall 999` where the number has no name here."""
    return NAMES.get(number, f'syscall {number}')
