/** What is known of a file format that has an end. */
#ifndef CLOSEDROP_INTAKE_FORMAT_FORMAT_H
#define CLOSEDROP_INTAKE_FORMAT_FORMAT_H

#include "closedrop/intake/bytes.h"

#define FORMAT_SIGNATURES_MAX 4
#define FORMAT_SUFFIXES_MAX 8

/** What a file begins with. */
struct format_signature {
    size_t length;
    const char *bytes;
};

struct format {
    struct format_signature signatures[FORMAT_SIGNATURES_MAX + 1]; /* the last one: of length 0 */
    const char *suffixes[FORMAT_SUFFIXES_MAX + 1]; /* how such files are called; the last: NULL */
    /** Whether all of it is there. Takes time with the size at most, whatever is in it. */
    bool (*has_end)(const struct bytes *bytes);
};

extern const struct format format_jpeg;
extern const struct format format_pdf;
extern const struct format format_png;
extern const struct format format_tiff;
extern const struct format format_zip;

#endif
