/* Leads, contacts, activities, pages of them, and merges, as Close may send them. The input is a
 * text that is searched for, a NUL, and the body of the answer. */
#include "fuzz.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/close/phone.h"
#include "closedrop/close/record.h"
#include "closedrop/close/search.h"

#define LEAD "lead_A1"

static void read_created(const char *body, size_t length)
{
    char *id = record_created_id(body, length);
    assert(!id || *id);
    free(id);
}

static void check_merge(const struct json *merge)
{
    const char *source = NULL, *destination = NULL;
    enum merge_state state = record_merge(merge, &source, &destination);
    assert((state != MERGE_NONE) == (destination != NULL));
    assert(!destination ||
           (record_is_id(destination, "lead_") && strlen(destination) < RECORD_ID_ROOM));
    assert(!source || (record_is_id(source, "lead_") && strlen(source) < RECORD_ID_ROOM));
}

static void check_end(const struct record_page *page)
{
    const char *told = NULL;
    enum lead_end end = record_lead_end(page, LEAD, &told);
    assert((end == LEAD_END_UNTOLD) == (told == NULL));
    assert(end != LEAD_END_MERGED || (told && record_is_id(told, "lead_")));
}

static void check_object(const struct json *object, const char *text)
{
    for (int activity = ACTIVITY_EMAIL; activity < ACTIVITY_KINDS; activity++) {
        assert(!record_has_token((enum activity_kind)activity, object, ""));
        (void)record_has_token((enum activity_kind)activity, object, text);
    }
    for (int by = 0; by < SEARCH_KINDS; by++) {
        const char *country = by == SEARCH_CONTACT_PHONE && strlen(text) % 2 ? "49" : NULL;
        struct search search = {(enum search_by)by, text, "cf_A", country};
        enum search_match match = search_compare(&search, object);
        assert(match == SEARCH_UNKNOWN || match == SEARCH_NO || search_is_like(match));
        if (by == SEARCH_CONTACT_PHONE && match == SEARCH_YES)
            assert(search_is_sound(&search)); /* seven digits at least */
    }
    assert(record_created(object));
    (void)record_name(object);
    (void)record_email(object);
    (void)record_is_file(object, text, 5, "d41d8cd98f00b204e9800998ecf8427e");
}

static void read_page(const char *body, size_t length, const char *text)
{
    struct record_page page = {0};
    if (record_page_read(body, length, &page) < 0) {
        assert(!page.document);
        return;
    }
    assert(json_is_array(page.data));
    check_end(&page);
    for (const struct json *one = json_first(page.data); one; one = json_next(one)) {
        check_merge(one);
        check_object(one, text);
    }
    record_page_release(&page);
}

/** What is made international stays so, wherever it is dialled. */
static void dial(const char *text)
{
    static const char *const countries[] = {"1", "7", "36", "39", "45", "49"};
    for (size_t i = 0; i < COUNT(countries); i++) {
        char number[PHONE_ROOM], again[PHONE_ROOM];
        if (phone_international(text, countries[i], number) < 0)
            continue;
        assert(number[0] == '+' && number[1] != '0');
        assert(strspn(number + 1, "0123456789") == strlen(number) - 1 && strlen(number) > 7);
        for (size_t j = 0; j < COUNT(countries); j++)
            assert(phone_international(number, countries[j], again) == 0 && !strcmp(number, again));
    }
}

/** What is asked is JSON, whatever is searched for. */
static void ask(const char *text)
{
    dial(text);
    for (int by = 0; by < SEARCH_KINDS; by++) {
        const char *country = by == SEARCH_CONTACT_PHONE && strlen(text) % 2 ? "49" : NULL;
        struct search search = {(enum search_by)by, text, "cf_A", country};
        struct str words = STR_INIT(5 * strlen(text) + 1000);
        struct json *query = search_query(&search, text, SEARCH_PAGE);
        char *printed = json_print(query);
        assert(printed && fuzz_is_utf8(printed));
        search_add_words(&search, &words);
        assert(!str_error(&words) && fuzz_is_one_line(str_text(&words)));
        free(printed);
        json_free(query);
        str_release(&words);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    char *text = fuzz_clean_text(&input);
    struct json *object = json_parse(input.bytes, input.left);
    read_created(input.bytes, input.left);
    read_page(input.bytes, input.left, text);
    check_object(object, text);
    ask(text);
    json_free(object);
    free(text);
    return 0;
}
