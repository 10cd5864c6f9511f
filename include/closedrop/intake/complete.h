/**
 * Checks whether a file is complete: whether a PDF, TIFF, JPEG, PNG or ZIP file (which includes the
 * office formats) has its end, and whether a file has any contents. Bytes after the end do not
 * matter. Pure, except for the reads it is given.
 */
#ifndef CLOSEDROP_INTAKE_COMPLETE_H
#define CLOSEDROP_INTAKE_COMPLETE_H

#include "closedrop/intake/bytes.h"

/**
 * A message that says why the file is incomplete; NULL if it is not. A file is incomplete if
 *
 * - it starts like one of the formats (a PDF within its first 1024 bytes) but has no end;
 * - its `name` is that of such a format, but it contains only zeros or less than the format's first
 *   bytes;
 * - it is larger than 1 KB and contains only zeros, whatever its name.
 *
 * The time is at most proportional to the size, whatever the contents; of a large file of zeros,
 * 64 MB are read.
 */
const char *complete_find_cut(const struct bytes *bytes, const char *name);

#endif
