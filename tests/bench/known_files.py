#!/usr/bin/env python3
"""Makes files in a folder, and the queue's rows of a past in which it uploaded and kept them.

    known_files.py FILES FOLDER QUEUE

FOLDER is the directory of the folder "scans"; there are a thousand files in each directory below it. QUEUE is its
queue.db, which no agent has open.
"""
import ctypes
import os
import sqlite3
import struct
import sys

HANDLE_MAX = 128
AT_EMPTY_PATH = 0x1000
libc = ctypes.CDLL(None, use_errno=True)


def handle_of(fd):
    """As files/identity.c reads it: the type, and then the handle."""
    buffer = ctypes.create_string_buffer(struct.pack('=Ii', HANDLE_MAX, 0) + bytes(HANDLE_MAX))
    mount = ctypes.c_int()
    if libc.name_to_handle_at(fd, b'', buffer, ctypes.byref(mount), AT_EMPTY_PATH) < 0:
        raise OSError(ctypes.get_errno(), 'name_to_handle_at')
    length, kind = struct.unpack_from('=Ii', buffer)
    return struct.pack('=i', kind) + buffer.raw[8:8 + length]


def rows_of(files, folder):
    for i in range(files):
        path = f'{i // 1000:04d}/Scan_{i:07d}.pdf'
        if i % 1000 == 0:
            os.makedirs(os.path.join(folder, os.path.dirname(path)))
        fd = os.open(os.path.join(folder, path), os.O_CREAT | os.O_RDWR | os.O_EXCL, 0o644)
        os.write(fd, b'x')
        state = os.fstat(fd)
        yield path.encode(), handle_of(fd), state.st_size, state.st_mtime_ns, f'{i:064x}', 1790000000000 + i, f'/go/file/{i:020d}/'
        os.close(fd)


def main():
    files, folder, queue = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    database = sqlite3.connect(queue)
    database.execute('PRAGMA synchronous = OFF')
    database.executemany(
        "INSERT INTO job (folder, path, handle, size, mtime_ns, state, filed, attempts, due_ms, content_type, sha256, md5,"
        " queued_ms, uploaded_ms, done_ms, mark, download_url) VALUES ('scans', ?1, ?2, ?3, ?4, 'done', 1, 1, ?6,"
        " 'application/pdf', ?5, substr(?5, 33), ?6, ?6 + 1000, ?6 + 2000, 'mark', ?7)", rows_of(files, folder))
    database.execute("INSERT INTO history SELECT id, queued_ms, 'queued', 'settled' FROM job")
    database.execute("INSERT INTO history SELECT id, done_ms, 'done', 'uploaded' FROM job")
    database.commit()


main()
