/* The bytes of a sidecar. */
#include "fuzz.h"

#include "closedrop/base/json.h"
#include "closedrop/rules/sidecar.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str why = STR_INIT(2000);
    struct json *values = json_object();
    int result = sidecar_read((const char *)data, size, values, &why);
    assert(result == 0 || result == -EINVAL);
    assert((result == 0) == (why.length == 0));
    assert(!str_error(&why) && fuzz_is_one_line(str_text(&why)));
    for (const struct json *it = json_first(values); it; it = json_next(it)) {
        assert(str_starts_with(json_key(it), "meta."));
        assert(strlen(json_key(it)) < 256 && fuzz_is_utf8(json_key(it)));
        /* a byte that is not UTF-8 grows threefold */
        assert(json_text(it) && strlen(json_text(it)) <= 3 * (size_t)SIDECAR_MAX);
        assert(fuzz_is_utf8(json_text(it)));
    }
    json_free(values);
    str_release(&why);
    return 0;
}
