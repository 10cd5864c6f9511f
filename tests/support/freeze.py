#!/usr/bin/python3
"""Freezes one thread of a process, as a call that never returns would, until it is ended: freeze.py TID

Says "frozen" when it is. Needs root, or a process that may be traced.
"""
import ctypes
import signal
import sys

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, thread):
    if libc.ptrace(request, thread, None, None) < 0:
        sys.exit(f'ptrace: errno {ctypes.get_errno()}')


def main():
    thread = int(sys.argv[1])
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    ptrace(PTRACE_SEIZE, thread)
    ptrace(PTRACE_INTERRUPT, thread)
    if libc.waitpid(thread, None, WALL) < 0:
        sys.exit('it did not stop')
    print('frozen', flush=True)
    signal.sigwait([signal.SIGTERM])
    ptrace(PTRACE_DETACH, thread)


main()
