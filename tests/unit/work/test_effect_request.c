/* The request of an effect as a text: the same when it is read, and for another lead. */
#include "work/effect_request.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text, *lead_id, *for_other;
} requests[] = {
    {"{\"path\":\"task/\",\"body\":{\"_type\":\"lead\",\"lead_id\":\"lead_A\",\"text\":\"lead_A\"},"
     "\"is_put\":false}",
        "lead_A",
        "{\"path\":\"task/"
        "\",\"body\":{\"_type\":\"lead\",\"lead_id\":\"lead_B\",\"text\":\"lead_A\"},"
        "\"is_put\":false}"},
    {"{\"path\":\"lead/lead_A/\",\"body\":{\"custom.cf_1\":[\"x\",1]},\"is_put\":true}", "lead_A",
        "{\"path\":\"lead/lead_B/\",\"body\":{\"custom.cf_1\":[\"x\",1]},\"is_put\":true}"},
    {"{\"path\":\"contact/cont_A/\",\"body\":{\"custom.cf_1\":\"x\"},\"is_put\":true}", NULL,
        "{\"path\":\"contact/cont_A/\",\"body\":{\"custom.cf_1\":\"x\"},\"is_put\":true}"},
};

static void is_read_as_it_was_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        CLEANUP(activity_post_release) struct activity_post post = {0};
        assert_int_equal(effect_request_read(requests[i].text, &post), 0);
        CLEANUP(free_text) char *text = effect_request_print(&post);
        assert_string_equal(text, requests[i].text);
    }
}

static void names_a_lead_and_is_made_for_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        CLEANUP(activity_post_release) struct activity_post post = {0};
        assert_int_equal(effect_request_read(requests[i].text, &post), 0);
        CLEANUP(free_text) char *lead_id = effect_request_lead(&post);
        assert_true((lead_id == NULL) == (requests[i].lead_id == NULL));
        if (lead_id)
            assert_string_equal(lead_id, requests[i].lead_id);
        CLEANUP(free_text) char *other = effect_request_for_lead(&post, "lead_B");
        assert_string_equal(other, requests[i].for_other);
    }
}

static void what_is_none_is_not_taken_for_one(void **state)
{
    static const char *const texts[] = {
        "", "{}", "{\"path\":1,\"body\":{}}", "{\"path\":\"task/\"}"};
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        CLEANUP(activity_post_release) struct activity_post post = {0};
        assert_true(effect_request_read(texts[i], &post) < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_read_as_it_was_written),
        cmocka_unit_test(names_a_lead_and_is_made_for_another),
        cmocka_unit_test(what_is_none_is_not_taken_for_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
