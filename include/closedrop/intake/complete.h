/**
 * Whether a file of a format that has an end has reached it: PDF, TIFF, JPEG, PNG, ZIP (and with it
 * the office formats); or holds nothing at all. Pure but for the reads it is given. Bytes after the
 * end are no cut.
 */
#ifndef CLOSEDROP_INTAKE_COMPLETE_H
#define CLOSEDROP_INTAKE_COMPLETE_H

#include "closedrop/intake/bytes.h"

/**
 * What shows that the file is not whole, in words; NULL where nothing does. It begins like one of
 * the formats (a PDF within its first 1024 bytes) and has no end; or is called like one (`name`)
 * and has not even begun: nothing but zeros, or less than the format's first bytes; or whatever it
 * is called, it is larger than 1 KiB and holds nothing but zeros. Takes time with the size at most,
 * whatever is in it; of a large file of zeros 64 MiB are read.
 */
const char *complete_find_cut(const struct bytes *bytes, const char *name);

#endif
