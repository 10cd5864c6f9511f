#!/usr/bin/env python3
"""Usage: make_files.py COUNT BYTES DIRECTORY: so many PDFs of that size, each with other bytes.

They begin and end as PDFs do, so that nobody has to find out what they are; in between are random bytes.
"""

import os
import sys

HEAD, TAIL = b"%PDF-1.4\n", b"\nstartxref\n0\n%%EOF\n"
PIECE = 1024 * 1024

count, size, directory = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
for number in range(count):
    with open(os.path.join(directory, f"file-{number:06d}.pdf"), "wb") as file:
        file.write(HEAD)
        left = size - len(HEAD) - len(TAIL)
        while left:
            left -= file.write(os.urandom(min(left, PIECE)))
        file.write(TAIL)
