/* What Close sends about leads, contacts and activities, read tolerantly and never trusted. The
 * shapes are those of the Close API documentation. */
#include "json_rows.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/close/record.h"
#include "closedrop/close/reply.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_equal(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* ---- ids ---- */

#define TEN "0123456789"
/* 120 characters */
#define LONGEST_ACTIVITY "acti_01234" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONGEST TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
    const char *id, *prefix;
    bool is_id;
} ids[] = {
    {"lead_KwD00BYbXCHiPWj68LxFkxaeWuULpZ7awzm6LqeFs0h", "lead_", true},
    {"lead_0b4YISG3WcbhVfVCxgOT4d", "lead_", true},
    {"cont_8NNOJnVwmHQEYuVOgJ4B4z", "cont_", true},
    {"lead_1", "lead_", true},
    {"lead_" LONGEST, "lead_", true},
    {"lead_" LONGEST "1", "lead_", false},
    {"lead_", "lead_", false},
    {"lead", "lead_", false},
    {"", "lead_", false},
    {"cont_1", "lead_", false},
    {"LEAD_1", "lead_", false},
    {" lead_1", "lead_", false},
    {"lead_1 ", "lead_", false},
    {"lead_1\n", "lead_", false},
    /* what would ask for something else, where it is put into a path */
    {"lead_1/../me", "lead_", false},
    {"lead_1/", "lead_", false},
    {"lead_1?x=1", "lead_", false},
    {"lead_1#x", "lead_", false},
    {"lead_1%2F", "lead_", false},
    {"lead_1&lead_id=lead_2", "lead_", false},
    {"lead_1,lead_2", "lead_", false},
    {"lead_1_2", "lead_", false},
    {"lead_1-2", "lead_", false},
    {"lead_1.2", "lead_", false},
    {"lead_\xC3\xA4", "lead_", false},
    {"lead_1\x01", "lead_", false},
};

static void knows_an_id(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ids); i++)
        if (record_is_id(ids[i].id, ids[i].prefix) != ids[i].is_id)
            fail_msg("\"%s\"", ids[i].id);
}

/* ---- names and addresses ---- */

static const struct {
    const char *object, *name, *email, *created;
} objects[] = {
    {"{'name':'Bluth','display_name':'Bluth Company'}", "Bluth", NULL, ""},
    {"{'name':'','display_name':'Bluth Company'}", "Bluth Company", NULL, ""},
    {"{'name':null,'display_name':'Bluth Company'}", "Bluth Company", NULL, ""},
    {"{'name':5,'display_name':'Bluth Company'}", "Bluth Company", NULL, ""},
    {"{'display_name':'Bluth Company'}", "Bluth Company", NULL, ""},
    {"{'name':null,'display_name':null}", NULL, NULL, ""},
    {"{}", NULL, NULL, ""},
    {"[]", NULL, NULL, ""},
    {"{'emails':[{'email':'a@b.c','type':'office'},{'email':'d@e.f'}]}", NULL, "a@b.c", ""},
    {"{'emails':[]}", NULL, NULL, ""},
    {"{'emails':null}", NULL, NULL, ""},
    {"{'emails':'a@b.c'}", NULL, NULL, ""},
    {"{'emails':['a@b.c']}", NULL, NULL, ""},
    {"{'emails':[{'email':null}]}", NULL, NULL, ""},
    {"{'emails':[{'email':['a@b.c']}]}", NULL, NULL, ""},
    {"{'date_created':'2015-06-26T02:01:43.059265'}", NULL, NULL, "2015-06-26T02:01:43.059265"},
    {"{'date_created':null}", NULL, NULL, ""},
    {"{'date_created':1435284103}", NULL, NULL, ""},
};

static void reads_who_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(objects); i++) {
        struct json *object = parse(objects[i].object);
        if (!is_equal(record_name(object), objects[i].name) ||
            !is_equal(record_email(object), objects[i].email) ||
            !is_equal(record_created(object), objects[i].created))
            fail_msg("%s: %s, %s, %s", objects[i].object, record_name(object), record_email(object),
                record_created(object));
        json_free(object);
    }
}

/* ---- pages ---- */

static const struct {
    const char *body;
    int result;
    int entries;
    bool has_more;
    const char *cursor;
} pages[] = {
    {"{'data':[{'id':'acti_1'},{'id':'acti_2'}],'has_more':false}", 0, 2, false, NULL},
    {"{'data':[{'id':'acti_1'}],'has_more':true,'total_results':5}", 0, 1, true, NULL},
    {"{'data':[],'has_more':false}", 0, 0, false, NULL},
    {"{'data':[]}", 0, 0, false, NULL},
    {"{'data':[],'has_more':null}", 0, 0, false, NULL},
    {"{'data':[],'has_more':'true'}", 0, 0, false, NULL},
    {"{'data':[{}],'cursor':'eyJza2lwIjoyMDB9'}", 0, 1, false, "eyJza2lwIjoyMDB9"},
    {"{'data':[{}],'cursor':null}", 0, 1, false, NULL},
    {"{'data':[{}],'cursor':''}", 0, 1, false, NULL},
    {"{'data':[{}],'cursor':5}", 0, 1, false, NULL},
    {"{'data':[null,5,'x']}", 0, 3, false, NULL},
    {"{'data':null,'has_more':false}", -EINVAL, 0, false, NULL},
    {"{'data':{},'has_more':false}", -EINVAL, 0, false, NULL},
    {"{'data':'x'}", -EINVAL, 0, false, NULL},
    {"{'has_more':true}", -EINVAL, 0, false, NULL},
    {"{'error':'The limit you set is larger than the maximum limit for this resource'}", -EINVAL, 0,
        false, NULL},
    {"[{'id':'acti_1'}]", -EINVAL, 0, false, NULL},
    {"{'data':[{'id':'acti_1'}", -EINVAL, 0, false, NULL},
    {"<html>Welcome to the hotel</html>", -EINVAL, 0, false, NULL},
    {"", -EINVAL, 0, false, NULL},
};

static void reads_a_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pages); i++) {
        struct record_page page = {.cursor = "stays"};
        char *body = quoted(pages[i].body);
        int result = record_page_read(body, strlen(body), &page);
        free(body);
        int entries = 0;
        for (const struct json *one = json_first(page.data); one; one = json_next(one))
            entries++;
        if (result != pages[i].result)
            fail_msg("%s: %d", pages[i].body, result);
        if (result == 0 && (entries != pages[i].entries || page.has_more != pages[i].has_more ||
                               !is_equal(page.cursor, pages[i].cursor)))
            fail_msg(
                "%s: %d entries, more %d, %s", pages[i].body, entries, page.has_more, page.cursor);
        if (result != 0)
            assert_string_equal(page.cursor, "stays");
        record_page_release(&page);
        record_page_release(&page); /* harmless */
    }
}

/* ---- merges ---- */

#define MERGE(from, to, status)                                                                    \
    "{'source_lead_id':'" from "','destination_lead_id':'" to "','merge_status':'" status "'}"

static const struct {
    const char *name, *merge;
    enum merge_state state;
} merges[] = {
    {"completed", MERGE("lead_a", "lead_b", "completed"), MERGE_DONE},
    {"pending", MERGE("lead_a", "lead_b", "pending"), MERGE_IN_PROGRESS},
    {"in progress", MERGE("lead_a", "lead_b", "in_progress"), MERGE_IN_PROGRESS},
    {"errored", MERGE("lead_a", "lead_b", "errored"), MERGE_NONE},
    {"of no status", "{'source_lead_id':'lead_a','destination_lead_id':'lead_b'}", MERGE_DONE},
    {"of a status that is null",
        "{'source_lead_id':'lead_a','destination_lead_id':'lead_b','merge_status':null}",
        MERGE_DONE},
    {"into nothing", "{'source_lead_id':'lead_a','destination_lead_id':null}", MERGE_NONE},
    {"into what is no lead", MERGE("lead_a", "cont_b", "completed"), MERGE_NONE},
    {"into another path", MERGE("lead_a", "lead_b/../me", "completed"), MERGE_NONE},
    {"from nothing", "{'source_lead_id':null,'destination_lead_id':'lead_b'}", MERGE_NONE},
    {"from what is no lead", MERGE("cont_a", "lead_b", "completed"), MERGE_NONE},
    {"a text", "'lead_a'", MERGE_NONE},
    {"a list", "[]", MERGE_NONE},
    {"an empty one", "{}", MERGE_NONE},
};

static void reads_a_merge(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(merges); i++) {
        bool is_merge = merges[i].state != MERGE_NONE;
        struct json *merge = parse(merges[i].merge);
        const char *source = NULL, *destination = NULL;
        enum merge_state found = record_merge(merge, &source, &destination);
        if (found != merges[i].state || !is_equal(source, is_merge ? "lead_a" : NULL) ||
            !is_equal(destination, is_merge ? "lead_b" : NULL))
            fail_msg("%s: %d, %s, %s", merges[i].name, found, source, destination);
        json_free(merge);
    }
}

/* ---- events ---- */

#define EVENT(object, action, rest)                                                                \
    "{'object_type':'lead','object_id':'" object "','action':'" action "'" rest "}"
#define WHEN ",'date_created':'2026-11-22T10:00:00.123000+00:00'"
#define META(source, destination)                                                                  \
    ",'meta':{'merge_source_lead_id':'" source "','merge_destination_lead_id':'" destination "'}"

static const struct {
    const char *name, *data;
    enum lead_end end;
    const char *told;
} ends[] = {
    {"merged", EVENT("lead_a", "deleted", META("lead_a", "lead_b") WHEN), LEAD_END_MERGED,
        "lead_b"},
    {"deleted", EVENT("lead_a", "deleted", ",'meta':{'request_method':'DELETE'}" WHEN),
        LEAD_END_DELETED, "2026-11-22T10:00:00.123000+00:00"},
    {"deleted, and no meta", EVENT("lead_a", "deleted", WHEN), LEAD_END_DELETED,
        "2026-11-22T10:00:00.123000+00:00"},
    {"deleted, and no date", EVENT("lead_a", "deleted", ""), LEAD_END_DELETED, ""},
    {"deleted, and an odd date", EVENT("lead_a", "deleted", ",'date_created':'\\u001b[31m2026'"),
        LEAD_END_DELETED, ""},
    {"into what is no lead", EVENT("lead_a", "deleted", META("lead_a", "lead_b/../me")),
        LEAD_END_DELETED, ""},
    {"into itself", EVENT("lead_a", "deleted", META("lead_b", "lead_a")), LEAD_END_DELETED, ""},
    {"the latest counts",
        EVENT("lead_a", "deleted", META("lead_a", "lead_b")) "," EVENT("lead_a", "deleted", WHEN),
        LEAD_END_MERGED, "lead_b"},
    {"another object's",
        EVENT("lead_ab", "deleted", WHEN) "," EVENT("lead_b", "deleted", META("lead_b", "lead_a")),
        LEAD_END_UNTOLD, NULL},
    {"of another kind", EVENT("lead_a", "updated", META("lead_a", "lead_b")), LEAD_END_UNTOLD,
        NULL},
    {"events of other shapes", "null,5,'lead_a',[],{},{'object_id':5}", LEAD_END_UNTOLD, NULL},
    {"none", "", LEAD_END_UNTOLD, NULL},
};

static void reads_how_a_lead_ended(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        char text[1000];
        struct record_page page;
        const char *told = NULL;
        snprintf(text, sizeof(text), "{'data':[%s]}", ends[i].data);
        char *body = quoted(text);
        assert_int_equal(record_page_read(body, strlen(body), &page), 0);
        enum lead_end end = record_lead_end(&page, "lead_a", &told);
        if (end != ends[i].end || !is_equal(told, ends[i].told))
            fail_msg("%s: %d, %s", ends[i].name, end, told);
        record_page_release(&page);
        free(body);
    }
}

/* ---- what was created ---- */

static const struct {
    const char *body, *id;
} created[] = {
    {"{'id':'Acti_1'}", NULL},
    {"{'_type':'Email','id':'acti_EdpqkmtlQHIDWE2CixJo606BapX34SpYV3fzHryGPc3'}",
        "acti_EdpqkmtlQHIDWE2CixJo606BapX34SpYV3fzHryGPc3"},
    {"{'id':'leadfile_0b4YISG3WcbhVfVCxgOT4d','lead_id':'lead_1'}",
        "leadfile_0b4YISG3WcbhVfVCxgOT4d"},
    {" {'id':'acti_1'}\n", "acti_1"},
    {"{'id':'" LONGEST_ACTIVITY "'}", LONGEST_ACTIVITY},
    {"{'id':'" LONGEST_ACTIVITY "1'}", NULL},
    {"{'id':''}", NULL},
    {"{'id':'acti_'}", NULL},
    {"{'id':'acti_\\u0000x'}", NULL},
    {"{'id':'_x'}", NULL},
    {"{'id':'acti'}", NULL},
    {"{'id':'\xff\xfe'}", NULL},
    {"{'id':'acti_x y'}", NULL},
    {"{'id':null}", NULL},
    {"{'id':17}", NULL},
    {"{'lead_id':'lead_1'}", NULL},
    {"{}", NULL},
    {"['acti_1']", NULL},
    {"{'id':'acti_1'", NULL},
    {"{'id':'acti_1'} and more", NULL},
    {"<html>200</html>", NULL},
    {"", NULL},
};

static void reads_the_id_of_what_was_created(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(created); i++) {
        char *body = quoted(created[i].body);
        char *id = record_created_id(body, strlen(body));
        if (!is_equal(id, created[i].id))
            fail_msg("%s: %s", created[i].body, id);
        free(id);
        free(body);
    }
}

/* ---- tokens ---- */

#define TOKEN "1Zx0AlY1DwBXzKKrVwpAoj"
#define FILES "https://app.close.com/go/file/"
#define PERSISTED FILES "persisted/orga_1/activity.email/acti_1/"

static const struct {
    const char *url, *token;
    bool has_it;
} urls[] = {
    /* before and after it was attached */
    {FILES "temporary/user_1/" TOKEN "/image.jpg/", TOKEN, true},
    {PERSISTED TOKEN "/image.jpg/", TOKEN, true},
    {PERSISTED TOKEN "/image.jpg", TOKEN, true},
    {PERSISTED TOKEN "/", TOKEN, true},
    {PERSISTED TOKEN, TOKEN, true},
    {"https://api.close.com/go/file/persisted/orga_1/email_template/tmpl_1/" TOKEN "/a b.pdf/",
        TOKEN, true},
    /* a part that only holds it, or is held by it */
    {PERSISTED TOKEN "x/image.jpg/", TOKEN, false},
    {PERSISTED "x" TOKEN "/image.jpg/", TOKEN, false},
    {PERSISTED "1Zx0AlY1DwBXzKKrVwpAo/image.jpg/", TOKEN, false},
    {PERSISTED "1zX0aLy1dWbxZkkRvWPaOJ/image.jpg/", TOKEN, false},
    {PERSISTED "other/" TOKEN ".jpg/", TOKEN, false},
    {PERSISTED "other/image.jpg?" TOKEN, TOKEN, false},
    {TOKEN "/image.jpg/", TOKEN, false},
    {TOKEN, TOKEN, false},
    /* held first, and then there */
    {PERSISTED "x" TOKEN "/" TOKEN "/image.jpg/", TOKEN, true},
    {PERSISTED TOKEN "x/" TOKEN "/image.jpg/", TOKEN, true},
    {PERSISTED TOKEN TOKEN "/" TOKEN "/", TOKEN, true},
    {PERSISTED TOKEN TOKEN "/", TOKEN, false},
    {PERSISTED "aaa/aa/", "aa", true},
    {PERSISTED "aaa/aaaa/", "aa", false},
    /* no token is in no URL */
    {PERSISTED "other/image.jpg/", "", false},
    {PERSISTED "//", "", false},
    {"", "", false},
    {"", TOKEN, false},
};

/* an activity or lead file with this URL; to be freed */
static struct json *object_with(enum activity_kind activity, const char *url)
{
    struct json *object = json_object();
    if (activity == ACTIVITY_LEAD_FILE) {
        assert_int_equal(json_add_text(object, "download_url", url), 0);
        return object;
    }
    struct json *list = json_array();
    assert_int_equal(json_append(list, parse("{'url':'https://x/other/'}")), 0);
    assert_int_equal(json_append(list, parse("{'filename':'a.pdf'}")), 0);
    struct json *entry = json_object();
    assert_int_equal(json_add_text(entry, "url", url), 0);
    assert_int_equal(json_append(list, entry), 0);
    assert_int_equal(json_add(object, "attachments", list), 0);
    return object;
}

static void knows_a_token_as_a_whole_part_of_a_url(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++)
        for (int activity = ACTIVITY_EMAIL; activity < ACTIVITY_KINDS; activity++) {
            struct json *object = object_with((enum activity_kind)activity, urls[i].url);
            if (record_has_token((enum activity_kind)activity, object, urls[i].token) !=
                urls[i].has_it)
                fail_msg(
                    "%s: %s, \"%s\"", activity_kind_names[activity], urls[i].url, urls[i].token);
            json_free(object);
        }
}

static const struct {
    enum activity_kind activity;
    const char *object;
    bool has_it;
} tokens[] = {
    {ACTIVITY_EMAIL, "{'attachments':[{'url':'/tok/'}]}", true},
    {ACTIVITY_NOTE, "{'attachments':[{'url':'/tok/'}]}", true},
    {ACTIVITY_LEAD_FILE, "{'download_url':'/tok/'}", true},
    /* each kind in its own place */
    {ACTIVITY_LEAD_FILE, "{'attachments':[{'url':'/tok/'}]}", false},
    {ACTIVITY_EMAIL, "{'download_url':'/tok/','url':'/tok/'}", false},
    {ACTIVITY_EMAIL, "{'attachments':[{'download_url':'/tok/'}]}", false},
    {ACTIVITY_LEAD_FILE, "{'url':'/tok/'}", false},
    /* a mark, with any URL */
    {ACTIVITY_OPPORTUNITY, "{'attachments':[{'url':'/tok/'}]}", true},
    {ACTIVITY_OPPORTUNITY, "{'note':'Order\\n\\n[closedrop tok]'}", true},
    {ACTIVITY_OPPORTUNITY, "{'note':'[closedrop toke]'}", false},
    {ACTIVITY_OPPORTUNITY, "{'note':'tok'}", false},
    {ACTIVITY_NOTE, "{'note':'[closedrop tok]'}", false},
    {ACTIVITY_WHATSAPP, "{'external_whatsapp_message_id':'tok'}", true},
    {ACTIVITY_WHATSAPP, "{'external_whatsapp_message_id':'tok2'}", false},
    {ACTIVITY_WHATSAPP, "{'attachments':[{'url':'/tok/'}]}", true},
    {ACTIVITY_SMS, "{'external_whatsapp_message_id':'tok'}", false},
    /* odd shapes */
    {ACTIVITY_OPPORTUNITY, "{'note':null}", false},
    {ACTIVITY_TASK, "{'text':'Call [closedrop tok]'}", true},
    {ACTIVITY_TASK, "{'text':'Call [closedrop toke]'}", false},
    {ACTIVITY_TASK, "{'note':'[closedrop tok]'}", false},
    {ACTIVITY_WHATSAPP, "{'external_whatsapp_message_id':5}", false},
    {ACTIVITY_EMAIL, "{'attachments':null}", false},
    {ACTIVITY_EMAIL, "{'attachments':[]}", false},
    {ACTIVITY_EMAIL, "{'attachments':'/tok/'}", false},
    {ACTIVITY_EMAIL, "{'attachments':['/tok/',null,5]}", false},
    {ACTIVITY_EMAIL, "{'attachments':[{'url':null},{'url':5}]}", false},
    {ACTIVITY_NOTE, "{}", false},
    {ACTIVITY_NOTE, "[]", false},
    {ACTIVITY_LEAD_FILE, "{'download_url':null}", false},
    {ACTIVITY_LEAD_FILE, "{'download_url':['/tok/']}", false},
};

static void looks_for_a_token_where_it_belongs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tokens); i++) {
        struct json *object = parse(tokens[i].object);
        if (record_has_token(tokens[i].activity, object, "tok") != tokens[i].has_it)
            fail_msg("%s: %s", activity_kind_names[tokens[i].activity], tokens[i].object);
        json_free(object);
    }
}

/* ---- text messages, which keep no token ---- */

#define SMS_BODY                                                                                   \
    "{'text':'Hi','local_phone':'+1','remote_phone':'+2','attachments':[{'filename':'a.pdf'}]}"

static const struct {
    const char *object;
    bool is_it;
} messages[] = {
    {SMS_BODY, true},
    {"{'text':'Hi','local_phone':'+1','remote_phone':'+2','status':'sent',"
     "'attachments':[{'filename':'a.pdf','url':'x'}]}",
        true},
    {"{'text':'Ho','local_phone':'+1','remote_phone':'+2','attachments':[{'filename':'a.pdf'}]}",
        false},
    {"{'text':'Hi','local_phone':'+1','remote_phone':'+3','attachments':[{'filename':'a.pdf'}]}",
        false},
    {"{'text':'Hi','local_phone':'+1','remote_phone':'+2','attachments':[{'filename':'b.pdf'}]}",
        false},
    {"{'text':'Hi','local_phone':'+1','remote_phone':'+2','attachments':[]}", false},
    {"{'text':'Hi','local_phone':'+1','remote_phone':'+2','attachments':[{'filename':'a.pdf'},"
     "{'filename':'a.pdf'}]}",
        false},
    {"{'attachments':[{'filename':'a.pdf'}]}", false},
    {"{}", false},
    {"[]", false},
};

static void knows_a_text_message_by_what_it_says(void **state)
{
    (void)state;
    struct json *body = parse(SMS_BODY);
    for (size_t i = 0; i < COUNT(messages); i++) {
        struct json *object = parse(messages[i].object);
        if (record_is_sms(object, body) != messages[i].is_it)
            fail_msg("%s", messages[i].object);
        json_free(object);
    }
    json_free(body);
    struct json *bare = parse("{'lead_id':'l','attachments':[]}");
    struct json *empty = parse("{'text':'','local_phone':null}");
    assert_true(record_is_sms(empty, bare));
    json_free(bare);
    json_free(empty);
}

/* ---- lead files without a token ---- */

#define MD5 "835b9dc89efa2a1fba2223497a773426"

static const struct {
    const char *name, *file, *md5;
    bool is_it;
} files[] = {
    {"ours", "{'name':'a.pdf','size':278585,'checksum':'" MD5 "'}", MD5, true},
    {"in capital hex",
        "{'name':'a.pdf','size':278585,'checksum':'835B9DC89EFA2A1FBA2223497A773426'}", MD5, true},
    {"as it was sent before names were cleaned",
        "{'name':' a.pdf\\n','size':278585,'checksum':'" MD5 "'}", MD5, true},
    {"another name", "{'name':'A.pdf','size':278585,'checksum':'" MD5 "'}", MD5, false},
    {"another size", "{'name':'a.pdf','size':278586,'checksum':'" MD5 "'}", MD5, false},
    {"other bytes", "{'name':'a.pdf','size':278585,'checksum':'00000000000000000000000000000000'}",
        MD5, false},
    {"no checksum", "{'name':'a.pdf','size':278585}", MD5, false},
    {"a checksum that is null", "{'name':'a.pdf','size':278585,'checksum':null}", MD5, false},
    {"no size", "{'name':'a.pdf','checksum':'" MD5 "'}", MD5, false},
    {"a size that is a text", "{'name':'a.pdf','size':'278585','checksum':'" MD5 "'}", MD5, false},
    {"no name", "{'size':278585,'checksum':'" MD5 "'}", MD5, false},
    {"nothing", "{}", MD5, false},
    {"no object", "[]", MD5, false},
    {"our bytes are not known", "{'name':'a.pdf','size':278585,'checksum':'" MD5 "'}", NULL, false},
    {"no bytes are known", "{'name':'a.pdf','size':278585,'checksum':''}", "", false},
};

static void knows_a_lead_file_by_its_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        struct json *file = parse(files[i].file);
        if (record_is_file(file, "a.pdf", 278585, files[i].md5) != files[i].is_it)
            fail_msg("%s", files[i].name);
        json_free(file);
    }
}

/* one of a lead's files, to "a.pdf" of 278585 bytes with the MD5 above */
static const struct {
    const char *name, *file;
    enum record_likeness likeness;
} likenesses[] = {
    {"ours", "{'name':'a.pdf','size':278585,'checksum':'" MD5 "'}", RECORD_SAME},
    {"under another name", "{'name':'b.pdf','size':278585,'checksum':'" MD5 "'}", RECORD_SAME},
    {"without a name", "{'size':278585,'checksum':'" MD5 "'}", RECORD_SAME},
    {"another size", "{'name':'a.pdf','size':1,'checksum':'" MD5 "'}", RECORD_OTHER},
    {"other bytes", "{'name':'a.pdf','size':278585,'checksum':'00000000000000000000000000000000'}",
        RECORD_OTHER},
    {"no checksum", "{'name':'a.pdf','size':278585}", RECORD_DOUBTFUL},
    {"a checksum that is no MD5", "{'name':'a.pdf','size':278585,'checksum':'835b-2'}",
        RECORD_DOUBTFUL},
    {"nor a digit of one",
        "{'name':'a.pdf','size':278585,'checksum':'z35b9dc89efa2a1fba2223497a773426'}",
        RECORD_DOUBTFUL},
    {"no checksum under another name", "{'name':'b.pdf','size':278585}", RECORD_OTHER},
    {"neither checksum nor name", "{'size':278585}", RECORD_OTHER},
    {"nothing", "{}", RECORD_OTHER},
};

static void compares_a_lead_file_by_its_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(likenesses); i++) {
        struct json *file = parse(likenesses[i].file);
        if (record_compare_file(file, "a.pdf", 278585, MD5) != likenesses[i].likeness)
            fail_msg("%s", likenesses[i].name);
        json_free(file);
    }
}

static const struct {
    const char *file, *carrier;
} carriers[] = {
    {"{'id':'leadfile_1','last_object_type':'activity.email','last_object_id':'acti_1'}", "acti_1"},
    {"{'id':'leadfile_1','last_object_type':'lead','last_object_id':'lead_1'}", "leadfile_1"},
    {"{'id':'leadfile_1'}", "leadfile_1"},
    {"{'last_object_type':'activity.note'}", NULL},
};

static void knows_what_a_lead_file_is_attached_to(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(carriers); i++) {
        struct json *file = parse(carriers[i].file);
        const char *carrier = record_carrier(file);
        assert_int_equal(carrier != NULL, carriers[i].carrier != NULL);
        if (carrier)
            assert_string_equal(carrier, carriers[i].carrier);
        json_free(file);
    }
}

static const struct {
    const char *file;
    bool was_used_again;
} uses[] = {
    {"{'date_created':'2026-05-28T04:29:07','date_updated':'2026-05-28T04:29:07'}", false},
    {"{'date_created':'2026-05-28T04:29:07','date_updated':'2026-05-28T04:29:08'}", true},
    {"{'date_created':'2026-05-28T04:29:07','date_updated':null}", false},
    {"{'date_updated':'2026-05-28T04:29:07'}", false},
    {"{'date_created':7,'date_updated':[]}", false},
    {"[]", false},
};

static void knows_whether_a_lead_file_was_used_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(uses); i++) {
        struct json *file = parse(uses[i].file);
        assert_int_equal(record_was_used_again(file), uses[i].was_used_again);
        json_free(file);
    }
}

/* ---- a refusal that is about the target (close/reply.h) ---- */

static const struct {
    const char *body;
    bool blames;
} refusals[] = {
    {"{'errors':[],'field-errors':{'lead':'Object does not exist.'}}", true},
    {"{'errors':[],'field-errors':{'lead_id':'This field is required.'}}", true},
    {"{'field-errors':{'contact':'Object does not exist.'}}", true},
    {"{'field-errors':{'contact_id':['No.']}}", true},
    {"{'field-errors':{'to':'Invalid email address.','contact_id':{'errors':[]}}}", true},
    {"{'field-errors':{'to':{'errors':{'1':'Invalid email address.'}}}}", false},
    {"{'field-errors':{'lead_idx':'x','leads':'x','a':{'lead':'x'}}}", false},
    {"{'errors':['lead: Object does not exist.'],'field-errors':{}}", false},
    {"{'error':'Empty query: Lead matching query does not exist.'}", false},
    {"{'lead':'x','lead_id':'x'}", false},
    {"{'field-errors':['lead']}", false},
    {"{'field-errors':null}", false},
    {"{}", false},
    {"[]", false},
    {"<html>lead</html>", false},
    {"", false},
};

static void knows_when_the_target_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        char *body = quoted(refusals[i].body);
        if (reply_blames_target(body, strlen(body)) != refusals[i].blames)
            fail_msg("%s", refusals[i].body);
        free(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_an_id),
        cmocka_unit_test(reads_who_it_is),
        cmocka_unit_test(reads_a_page),
        cmocka_unit_test(reads_a_merge),
        cmocka_unit_test(reads_how_a_lead_ended),
        cmocka_unit_test(reads_the_id_of_what_was_created),
        cmocka_unit_test(knows_a_token_as_a_whole_part_of_a_url),
        cmocka_unit_test(looks_for_a_token_where_it_belongs),
        cmocka_unit_test(knows_a_text_message_by_what_it_says),
        cmocka_unit_test(knows_a_lead_file_by_its_bytes),
        cmocka_unit_test(compares_a_lead_file_by_its_bytes),
        cmocka_unit_test(knows_what_a_lead_file_is_attached_to),
        cmocka_unit_test(knows_whether_a_lead_file_was_used_again),
        cmocka_unit_test(knows_when_the_target_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
