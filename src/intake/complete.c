/** Checks whether a file is complete, with a table of the formats that have an end. */
#include "closedrop/intake/complete.h"

#include "format/format.h"
#include "format/pdf.h"
#include "format/zeros.h"

#include "closedrop/base/array.h"

#include <string.h>
#include <strings.h>

/** The length of the longest signature. */
#define SIGNATURE_MAX 8

static const struct format *const formats[] = {
    &format_pdf, &format_tiff, &format_jpeg, &format_png, &format_zip};

static bool is_called(const char *name, const struct format *format)
{
    const char *suffix = strrchr(name, '.');
    for (const char *const *known = format->suffixes; suffix && *known; known++)
        if (strcasecmp(suffix, *known) == 0)
            return true;
    return false;
}

static bool is_of_format(const struct format *format, const char *head, size_t length)
{
    for (const struct format_signature *known = format->signatures; known->length; known++)
        if (length >= known->length && memcmp(head, known->bytes, known->length) == 0)
            return true;
    return false;
}

static const struct format *find_format(const char *head, size_t length)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        if (is_of_format(formats[i], head, length))
            return formats[i];
    return NULL;
}

/** Whether even the signature is truncated: the file was cut, or only its space was allocated. */
static bool is_cut_signature(const struct format_signature *known, const char *head, size_t length)
{
    size_t begun = 0;
    while (begun < length && head[begun] == known->bytes[begun]) /* never to its end */
        begun++;
    while (begun < length && !head[begun])
        begun++;
    return length && begun == length;
}

/** Whether the name is that of a format of which even the signature is truncated. */
static bool has_hardly_begun(const char *head, size_t length, const char *name)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        for (const struct format_signature *known = formats[i]->signatures; known->length; known++)
            if (is_called(name, formats[i]) && is_cut_signature(known, head, length))
                return true;
    return false;
}

const char *complete_find_cut(const struct bytes *bytes, const char *name)
{
    static const char no_end[] = "the end of the file is missing";
    char head[PDF_START_MAX + 1] = "";
    size_t length = bytes->size < PDF_START_MAX ? (size_t)bytes->size : PDF_START_MAX;
    if (!bytes_read_at(bytes, 0, head, length))
        return NULL; /* it cannot be read, which is reported elsewhere */
    const struct format *format = find_format(head, length);
    if (format)
        return format->has_end(bytes) ? NULL : no_end;
    int64_t before = pdf_find_start(head, length, is_called(name, &format_pdf));
    if (before >= 0)
        return pdf_behind_has_end(bytes, before) ? NULL : no_end;
    if (zeros_are_all(bytes, head, length))
        return "it contains nothing but zeros, as after a failed write";
    size_t begun = length < SIGNATURE_MAX ? length : SIGNATURE_MAX;
    return has_hardly_begun(head, begun, name) ? no_end : NULL;
}
