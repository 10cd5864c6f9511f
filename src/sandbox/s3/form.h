/**
 * The fields of an S3 form, in the order they came, as far as the file.
 *
 * Names compare without case, as S3 does it; of two fields of one name the first counts.
 */
#ifndef CLOSEDROP_SANDBOX_S3_FORM_H
#define CLOSEDROP_SANDBOX_S3_FORM_H

#include "closedrop/base/str.h"

/** Everything before the file may take at most this much (AWS: HTTPPOSTForms). */
#define FORM_MAX 20480

struct form_field {
    char *name;
    struct str value;
};

struct form {
    struct form_field *fields;
    size_t count;
    size_t bytes; /* names and values together */
};

/** Free the fields; the form is empty afterwards. */
void form_release(struct form *form);

/** Begin a field, or add to the last one's value. Returns 0, -E2BIG beyond FORM_MAX, -ENOMEM. */
int form_begin(struct form *form, const char *name);
int form_append(struct form *form, const char *bytes, size_t length);

/** The value of the field `name`, NULL where there is none. */
const char *form_get(const struct form *form, const char *name);

/**
 * Put the file's name for each "${filename}" in every value; of a path only what follows the last
 * slash or backslash. Returns 0 or -ENOMEM.
 */
int form_expand(struct form *form, const char *filename);

#endif
