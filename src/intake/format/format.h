/** Describes a file format that has an end. */
#ifndef CLOSEDROP_INTAKE_FORMAT_FORMAT_H
#define CLOSEDROP_INTAKE_FORMAT_FORMAT_H

#include "closedrop/intake/bytes.h"

#define FORMAT_SIGNATURES_MAX 4
#define FORMAT_SUFFIXES_MAX 8

/** The first bytes of a file. */
struct format_signature {
    size_t length;
    const char *bytes;
};

struct format {
    struct format_signature signatures[FORMAT_SIGNATURES_MAX + 1]; /* ends with one of length 0 */
    const char *suffixes[FORMAT_SUFFIXES_MAX + 1]; /* of the names of such files; NULL-terminated */
    /** Whether the file is complete. Takes time proportional to the size at most. */
    bool (*has_end)(const struct bytes *bytes);
};

extern const struct format format_jpeg;
extern const struct format format_pdf;
extern const struct format format_png;
extern const struct format format_tiff;
extern const struct format format_zip;

#endif
