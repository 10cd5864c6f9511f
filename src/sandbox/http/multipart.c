/**
 * A state machine that splits a multipart/form-data body into parts as it arrives.
 *
 * The boundary may be cut anywhere between two chunks. So the end of a chunk that could begin a
 * boundary is held back: not the bytes, only how many of the delimiter's they are, for they are
 * equal to it.
 *
 *     START -> AFTER -> HEAD -> BODY -> AFTER -> ... -> END
 */
#include "http/multipart.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- parameters of a header line: form-data; name="a"; filename="b" ---- */

static const char *skip_space(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/** Behind the value that begins at `at`, which is quoted or ends at a semicolon. */
static const char *end_of_value(const char *at)
{
    if (*at != '"')
        return at + strcspn(at, ";");
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1])
            at++;
    return *at ? at + 1 : at;
}

/** The value at `at` without its quotes, moved to the front of `out`. */
static void unquote(const char *at, const char *end, char *out)
{
    bool quoted = *at == '"';
    const char *front = out;
    if (quoted && end > at + 1 && end[-1] == '"')
        end--;
    for (at += quoted; at < end; at++) {
        /* only these two are escapes: old browsers send Windows paths as they are */
        if (quoted && *at == '\\' && (at[1] == '"' || at[1] == '\\') && at + 1 < end)
            at++;
        *out++ = *at;
    }
    while (!quoted && out > front && out[-1] == ' ')
        out--;
    *out = '\0';
}

/** The parameter `name` of a header value, into `out`, which has room for all of `line`. */
static bool find_parameter(const char *line, const char *name, char *out)
{
    size_t name_length = strlen(name);
    const char *at = line + strcspn(line, ";");
    while (*at == ';') {
        at = skip_space(at + 1);
        bool ours = strncasecmp(at, name, name_length) == 0 && at[name_length] == '=';
        const char *value = at + strcspn(at, "=;");
        if (*value == '=')
            value++;
        const char *end = end_of_value(value);
        if (ours && end > value) {
            unquote(value, end, out);
            return true;
        }
        at = end + strcspn(end, ";");
    }
    return false;
}

int multipart_boundary(const char *content_type, char boundary[MULTIPART_BOUNDARY_MAX + 1])
{
    static const char wanted[] = "multipart/form-data";
    size_t length = sizeof(wanted) - 1;
    if (strncasecmp(content_type, wanted, length) != 0 ||
        !strchr("; \t", content_type[length])) /* also its NUL */
        return -EPROTOTYPE;
    char value[1024];
    if (strlen(content_type) >= sizeof(value) || !find_parameter(content_type, "boundary", value))
        return -EINVAL;
    if (!*value || strlen(value) > MULTIPART_BOUNDARY_MAX)
        return -EINVAL;
    memcpy(boundary, value, strlen(value) + 1);
    return 0;
}

/* ---- the header lines of a part ---- */

/** The value of Content-Disposition among the header lines, made a text of its own. */
static char *find_disposition(char *head)
{
    static const char wanted[] = "Content-Disposition:";
    for (char *line = head; *line;) {
        char *end = strstr(line, "\r\n");
        if (strncasecmp(line, wanted, sizeof(wanted) - 1) == 0) {
            *end = '\0';
            return line + sizeof(wanted) - 1;
        }
        line = end + 2;
    }
    return NULL;
}

static int begin_part(struct multipart *reader)
{
    char name[MULTIPART_HEAD_MAX + 1], filename[MULTIPART_HEAD_MAX + 1];
    reader->head[reader->head_length] = '\0';
    if (strlen(reader->head) != reader->head_length)
        return -EBADMSG;
    const char *disposition = find_disposition(reader->head);
    if (!disposition || !find_parameter(disposition, "name", name))
        return -EBADMSG;
    bool named = find_parameter(disposition, "filename", filename);
    struct multipart_part part = {.name = name, .filename = named ? filename : NULL};
    return reader->events->part(reader->context, &part);
}

static bool head_is_over(const struct multipart *reader)
{
    size_t length = reader->head_length;
    if (length == 2) /* no header line at all */
        return memcmp(reader->head, "\r\n", 2) == 0;
    return length >= 4 && memcmp(reader->head + length - 4, "\r\n\r\n", 4) == 0;
}

/* ---- the stages: each takes what it can use and says how much that was in `ret_used` ---- */

static int read_head(struct multipart *reader, const char *bytes, size_t length, size_t *ret_used)
{
    size_t used = 0;
    while (used < length) {
        if (reader->head_length == MULTIPART_HEAD_MAX)
            return -EBADMSG;
        reader->head[reader->head_length++] = bytes[used++];
        if (!head_is_over(reader))
            continue;
        reader->stage = MULTIPART_BODY;
        *ret_used = used;
        return begin_part(reader);
    }
    *ret_used = used;
    return 0;
}

static int read_after(struct multipart *reader, const char *bytes, size_t length, size_t *ret_used)
{
    (void)length;
    reader->head[reader->head_length++] = bytes[0];
    *ret_used = 1;
    if (reader->head_length < 2)
        return 0;
    reader->head_length = 0;
    if (memcmp(reader->head, "--", 2) == 0)
        reader->stage = MULTIPART_END;
    else if (memcmp(reader->head, "\r\n", 2) == 0)
        reader->stage = MULTIPART_HEAD;
    else
        return -EBADMSG;
    return 0;
}

static int end_part(struct multipart *reader)
{
    bool first = reader->stage == MULTIPART_START;
    reader->stage = MULTIPART_AFTER;
    reader->matched = 0;
    reader->head_length = 0;
    return first ? 0 : reader->events->part_end(reader->context);
}

/** Continue a delimiter that began in an earlier chunk. */
static int resume_match(
    struct multipart *reader, const char *bytes, size_t length, size_t *ret_used)
{
    size_t missing = reader->delimiter_length - reader->matched;
    size_t here = length < missing ? length : missing;
    if (memcmp(bytes, reader->delimiter + reader->matched, here) == 0) {
        reader->matched += here;
        *ret_used = here;
        return here == missing ? end_part(reader) : 0;
    }
    /* It was content after all. CR stands only at the delimiter's front, so no later byte of
     * what was held back can begin another one. */
    size_t held = reader->matched;
    reader->matched = 0;
    *ret_used = 0;
    return reader->events->bytes(reader->context, reader->delimiter, held);
}

/** How many of the last bytes may be the beginning of a delimiter. */
static size_t tail_match(const struct multipart *reader, const char *bytes, size_t length)
{
    size_t window = reader->delimiter_length - 1;
    size_t from = length > window ? length - window : 0;
    const char *cr = memrchr(bytes + from, '\r', length - from);
    if (!cr)
        return 0;
    size_t tail = (size_t)(bytes + length - cr);
    return memcmp(cr, reader->delimiter, tail) == 0 ? tail : 0;
}

static int read_body(struct multipart *reader, const char *bytes, size_t length, size_t *ret_used)
{
    if (reader->matched)
        return resume_match(reader, bytes, length, ret_used);
    const char *found = memmem(bytes, length, reader->delimiter, reader->delimiter_length);
    size_t content = found ? (size_t)(found - bytes) : length - tail_match(reader, bytes, length);
    int result = content ? reader->events->bytes(reader->context, bytes, content) : 0;
    if (result != 0)
        return result;
    if (found) {
        *ret_used = content + reader->delimiter_length;
        return end_part(reader);
    }
    reader->matched = length - content;
    *ret_used = length;
    return 0;
}

static int read_start(struct multipart *reader, const char *bytes, size_t length, size_t *ret_used)
{
    size_t missing = reader->delimiter_length - reader->matched;
    size_t here = length < missing ? length : missing;
    if (memcmp(bytes, reader->delimiter + reader->matched, here) != 0)
        return -EBADMSG;
    return resume_match(reader, bytes, length, ret_used);
}

static int read_end(struct multipart *reader, const char *bytes, size_t length, size_t *ret_used)
{
    (void)reader, (void)bytes;
    *ret_used = length;
    return 0;
}

/* ---- the reader ---- */

void multipart_init(struct multipart *reader, const char *boundary,
    const struct multipart_events *events, void *context)
{
    reader->events = events;
    reader->context = context;
    reader->stage = MULTIPART_START;
    reader->matched = 2; /* the first boundary needs no line end before it */
    reader->head_length = 0;
    reader->delimiter_length = (size_t)snprintf(reader->delimiter, sizeof(reader->delimiter),
        "\r\n--%.*s", MULTIPART_BOUNDARY_MAX, boundary);
}

int multipart_feed(struct multipart *reader, const char *bytes, size_t length)
{
    static int (*const stages[])(struct multipart *, const char *, size_t, size_t *) = {
        [MULTIPART_START] = read_start,
        [MULTIPART_BODY] = read_body,
        [MULTIPART_AFTER] = read_after,
        [MULTIPART_HEAD] = read_head,
        [MULTIPART_END] = read_end,
    };
    while (length) {
        size_t used = 0;
        int result = stages[reader->stage](reader, bytes, length, &used);
        if (result != 0)
            return result;
        bytes += used;
        length -= used;
    }
    return 0;
}

bool multipart_complete(const struct multipart *reader)
{
    return reader->stage == MULTIPART_END;
}
