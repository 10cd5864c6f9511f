/* An activity as Close takes it: which fields a rule may set, what an email needs, and the exact
 * body that is posted for each carrier. */
#include "failing_calls.h"
#include "json_rows.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/close/activity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

FAILING_CALL(void *, realloc, NULL, (void *bytes, size_t size), (bytes, size))

/* ---- the fields ---- */

/* Close's schemas allow no others. date_created is left out for good (verify.h searches by it),
 * lead_id, contact_id and attachments are the program's own. */
static const char *const schemas[ACTIVITY_KINDS] = {
    [ACTIVITY_NONE] = " ",
    [ACTIVITY_EMAIL] = " user_id created_by organization_id email_account_id status sender to cc "
                       "bcc subject body_text body_html template_id in_reply_to_id activity_at "
                       "followup_date followup_sequence_id followup_sequence_delay "
                       "followup_sequence_add_cc_bcc date_scheduled ",
    [ACTIVITY_NOTE] =
        " activity_at created_by note note_html organization_id pinned title user_id ",
    [ACTIVITY_LEAD_FILE] = " ",
    [ACTIVITY_OPPORTUNITY] =
        " status_id pipeline_id note note_html value value_period confidence date_won user_id ",
    [ACTIVITY_WHATSAPP] = " activity_at direction local_phone remote_phone message_markdown "
                          "integration_link user_id send_to_inbox ",
    [ACTIVITY_SMS] = " status local_phone remote_phone text direction source date_scheduled "
                     "activity_at user_id ",
    [ACTIVITY_EMAIL_TEMPLATE] = " id name subject body is_shared ",
    [ACTIVITY_SMS_TEMPLATE] = " id name text is_shared ",
    [ACTIVITY_TASK] = " text assigned_to date due_date priority ",
    [ACTIVITY_SET] = " ",
};

static size_t count_words(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == ' ';
    return count - 1;
}

static void knows_the_fields_of_close_and_no_others(void **state)
{
    (void)state;
    for (int activity = ACTIVITY_EMAIL; activity < ACTIVITY_KINDS; activity++) {
        size_t count = 4711;
        const struct activity_field *fields = activity_fields((enum activity_kind)activity, &count);
        if (count != count_words(schemas[activity]))
            fail_msg("%s: %zu fields", activity_kind_names[activity], count);
        for (size_t i = 0; i < count; i++) {
            char word[100];
            snprintf(word, sizeof(word), " %s ", fields[i].name);
            if (!strstr(schemas[activity], word))
                fail_msg("%s: %s", activity_kind_names[activity], fields[i].name);
            for (size_t j = 0; j < i; j++)
                if (strcmp(fields[i].name, fields[j].name) == 0 ||
                    strcmp(fields[i].key, fields[j].key) == 0)
                    fail_msg("%s: %s twice", activity_kind_names[activity], fields[i].name);
        }
    }
}

static const struct activity_field *field_of(enum activity_kind activity, const char *key)
{
    size_t count;
    const struct activity_field *fields = activity_fields(activity, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].key, key) == 0)
            return &fields[i];
    fail_msg("no %s", key);
    return NULL;
}

static const struct {
    enum activity_kind activity;
    const char *key, *name;
    enum activity_field_kind kind;
    size_t most;
} fields[] = {
    {ACTIVITY_EMAIL, "status", "status", FIELD_STATUS, 0},
    {ACTIVITY_EMAIL, "sender", "sender", FIELD_LINE, 1000},
    {ACTIVITY_EMAIL, "to", "to", FIELD_LINES, 1000},
    {ACTIVITY_EMAIL, "cc", "cc", FIELD_LINES, 1000},
    {ACTIVITY_EMAIL, "bcc", "bcc", FIELD_LINES, 1000},
    {ACTIVITY_EMAIL, "subject", "subject", FIELD_LINE, 1000},
    {ACTIVITY_EMAIL, "body_text", "body_text", FIELD_TEXT, 1048576},
    {ACTIVITY_EMAIL, "body_html", "body_html", FIELD_HTML, 1048576},
    {ACTIVITY_EMAIL, "followup_sequence_add_cc_bcc", "followup_sequence_add_cc_bcc", FIELD_BOOL, 0},
    {ACTIVITY_EMAIL, "followup_sequence_delay", "followup_sequence_delay", FIELD_NUMBER, 0},
    {ACTIVITY_NOTE, "text", "note", FIELD_TEXT, 1048576}, /* not Close's own words */
    {ACTIVITY_NOTE, "html", "note_html", FIELD_HTML, 1048576},
    {ACTIVITY_NOTE, "pinned", "pinned", FIELD_BOOL, 0},
    {ACTIVITY_OPPORTUNITY, "value", "value", FIELD_WHOLE, 100},
    {ACTIVITY_OPPORTUNITY, "confidence", "confidence", FIELD_NUMBER, 100},
    {ACTIVITY_WHATSAPP, "message_markdown", "message_markdown", FIELD_TEXT, 1048576},
    {ACTIVITY_SMS, "status", "status", FIELD_STATUS, 0},
};

static void knows_the_shape_of_a_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(fields); i++) {
        const struct activity_field *field = field_of(fields[i].activity, fields[i].key);
        if (strcmp(field->name, fields[i].name) != 0 || field->kind != fields[i].kind ||
            field->most != fields[i].most)
            fail_msg("%s: %s, kind %d, %zu characters", field->key, field->name, field->kind,
                field->most);
    }
    assert_int_equal(field_of(ACTIVITY_EMAIL, "followup_sequence_delay")->least, 86400);
}

/* ---- what Close needs (Close API documentation, "Emails", "SMS", "WhatsApp Messages") ---- */

static const struct {
    enum activity_status status;
    const char *name;
    bool sender, to, date_scheduled, is_sent;
} statuses[ACTIVITY_STATUSES] = {
    {STATUS_DRAFT, "draft", false, false, false, false},
    {STATUS_INBOX, "inbox", true, false, false, false},
    {STATUS_OUTBOX, "outbox", true, true, false, true},
    {STATUS_SCHEDULED, "scheduled", true, true, true, true},
    {STATUS_SENT, "sent", false, false, false, false},
    {STATUS_ERROR, "error", true, false, false, false},
};

/** The example of what is missing names it. */
static bool is_needed(enum activity_kind kind, enum activity_status status, const char *name)
{
    const char *example = activity_need(kind, status, name);
    if (example && strncmp(example, name, strlen(name)) != 0)
        fail_msg("%s: %s", name, example);
    return example != NULL;
}

static void knows_what_is_needed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        enum activity_status status = statuses[i].status;
        assert_string_equal(activity_statuses[status], statuses[i].name);
        if (is_needed(ACTIVITY_EMAIL, status, "sender") != statuses[i].sender ||
            is_needed(ACTIVITY_EMAIL, status, "to") != statuses[i].to ||
            is_needed(ACTIVITY_EMAIL, status, "date_scheduled") != statuses[i].date_scheduled ||
            is_needed(ACTIVITY_EMAIL, status, "subject") ||
            is_needed(ACTIVITY_EMAIL, status, "cc") ||
            is_needed(ACTIVITY_SMS, status, "local_phone") != statuses[i].is_sent ||
            is_needed(ACTIVITY_SMS, status, "remote_phone") != statuses[i].is_sent ||
            is_needed(ACTIVITY_SMS, status, "date_scheduled") != statuses[i].date_scheduled ||
            is_needed(ACTIVITY_SMS, status, "text") ||
            !is_needed(ACTIVITY_WHATSAPP, status, "direction") ||
            is_needed(ACTIVITY_WHATSAPP, status, "integration_link") ||
            is_needed(ACTIVITY_NOTE, status, "note") || !is_needed(ACTIVITY_TASK, status, "text") ||
            activity_is_sent(status) != statuses[i].is_sent)
            fail_msg("%s", statuses[i].name);
    }
}

/* ---- where it goes ---- */

static void knows_where_it_is_listed(void **state)
{
    (void)state;
    static const struct {
        const char *path, *endpoint, *fields;
    } wanted[ACTIVITY_KINDS] = {
        [ACTIVITY_EMAIL] = {"activity/email/", "activity/email/", "id,date_created,attachments"},
        [ACTIVITY_NOTE] = {"activity/note/", "activity/note/", "id,date_created,attachments"},
        [ACTIVITY_LEAD_FILE] = {"lead/lead_1/files/", "lead/files/", NULL},
        [ACTIVITY_OPPORTUNITY] = {"opportunity/", "opportunity/",
            "id,date_created,attachments,note"},
        [ACTIVITY_WHATSAPP] = {"activity/whatsapp_message/", "activity/whatsapp_message/",
            "id,date_created,attachments,external_whatsapp_message_id"},
        [ACTIVITY_SMS] = {"activity/sms/", "activity/sms/",
            "id,date_created,attachments,text,local_phone,remote_phone"},
        [ACTIVITY_EMAIL_TEMPLATE] = {"email_template/", "email_template/", "id,name,is_archived"},
        [ACTIVITY_SMS_TEMPLATE] = {"sms_template/", "sms_template/", NULL},
        [ACTIVITY_TASK] = {"task/", "task/", "id,date_created,text"},
        [ACTIVITY_SET] = {"lead/", "lead/", NULL},
    };
    for (int kind = ACTIVITY_EMAIL; kind < ACTIVITY_KINDS; kind++) {
        char *path = activity_list_path((enum activity_kind)kind, "lead_1");
        const char *list_fields = activity_list_fields((enum activity_kind)kind);
        assert_string_equal(path, wanted[kind].path);
        assert_string_equal(activity_endpoint((enum activity_kind)kind), wanted[kind].endpoint);
        if (wanted[kind].fields)
            assert_string_equal(list_fields, wanted[kind].fields);
        else
            assert_null(list_fields);
        free(path);
    }
}

/* ---- the body ---- */

#define URL "https://app.close.com/go/file/temporary/user_1/"

static const struct attachment attachments[] = {
    {URL "tok1/a.pdf/", "a.pdf", "application/pdf", 1108447, "tok1"},
    {URL "tok2/b.tif/", "\xE4 \"b\".tif", "image/tiff", 5368709120, "tok2"},
};

#define SIZED_1                                                                                    \
    "{'url':'" URL "tok1/a.pdf/','filename':'a.pdf','content_type':'application/pdf','size':"      \
    "1108447}"
#define SIZED_2                                                                                    \
    "{'url':'" URL                                                                                 \
    "tok2/b.tif/','filename':'\\ufffd \\u0022b\\u0022.tif','content_type':'image/tiff','size':"    \
    "5368709120}"
#define PLAIN_1 "{'url':'" URL "tok1/a.pdf/','filename':'a.pdf','content_type':'application/pdf'}"
#define PLAIN_2                                                                                    \
    "{'url':'" URL                                                                                 \
    "tok2/b.tif/','filename':'\\ufffd \\u0022b\\u0022.tif','content_type':'image/tiff'}"

static const struct {
    const char *name;
    enum activity_kind activity;
    const char *contact_id;
    const char *fields;
    size_t count;
    const char *body;
} bodies[] = {
    {"an email", ACTIVITY_EMAIL, NULL, "{'status':'draft','subject':'Scan','to':['a@b.c','d@e.f']}",
        1,
        "{'lead_id':'lead_1','status':'draft','subject':'Scan','to':['a@b.c','d@e.f'],"
        "'attachments':[" SIZED_1 "]}"},
    {"an email for a contact", ACTIVITY_EMAIL, "cont_1", "{'status':'draft'}", 1,
        "{'lead_id':'lead_1','contact_id':'cont_1','status':'draft','attachments':[" SIZED_1 "]}"},
    {"an email of a group", ACTIVITY_EMAIL, NULL, "{'status':'draft'}", 2,
        "{'lead_id':'lead_1','status':'draft','attachments':[" SIZED_1 "," SIZED_2 "]}"},
    {"numbers and booleans", ACTIVITY_EMAIL, NULL,
        "{'status':'draft','followup_sequence_delay':86400,'followup_sequence_add_cc_bcc':true}", 1,
        "{'lead_id':'lead_1','status':'draft','followup_sequence_delay':86400,"
        "'followup_sequence_add_cc_bcc':true,'attachments':[" SIZED_1 "]}"},
    {"an email's HTML is as it is", ACTIVITY_EMAIL, NULL,
        "{'status':'draft','body_html':'<p>Hello</p>'}", 1,
        "{'lead_id':'lead_1','status':'draft','body_html':'<p>Hello</p>','attachments':[" SIZED_1
        "]}"},
    {"a note", ACTIVITY_NOTE, NULL, "{'note':'Fax','title':'T','pinned':false}", 1,
        "{'lead_id':'lead_1','note':'Fax','title':'T','pinned':false,'attachments':[" PLAIN_1 "]}"},
    {"a note for a contact, of a group", ACTIVITY_NOTE, "cont_1", "{}", 2,
        "{'lead_id':'lead_1','contact_id':'cont_1','attachments':[" PLAIN_1 "," PLAIN_2 "]}"},
    {"a note's HTML is wrapped", ACTIVITY_NOTE, NULL, "{'note_html':'<p>Fax</p>'}", 1,
        "{'lead_id':'lead_1','note_html':'<body><p>Fax</p></body>','attachments':[" PLAIN_1 "]}"},
    {"without fields", ACTIVITY_NOTE, NULL, NULL, 1,
        "{'lead_id':'lead_1','attachments':[" PLAIN_1 "]}"},
    {"without attachments", ACTIVITY_NOTE, NULL, "{'note':'x'}", 0,
        "{'lead_id':'lead_1','note':'x','attachments':[]}"},
    {"an opportunity is marked in its note", ACTIVITY_OPPORTUNITY, NULL,
        "{'note':'Order','value':1250}", 2,
        "{'lead_id':'lead_1','note':'Order\\n\\n[closedrop tok1]','value':1250,"
        "'attachments':[" PLAIN_1 "," PLAIN_2 "]}"},
    {"an opportunity without a note is marked", ACTIVITY_OPPORTUNITY, "cont_1", "{}", 1,
        "{'lead_id':'lead_1','contact_id':'cont_1','note':'[closedrop "
        "tok1]','attachments':[" PLAIN_1 "]}"},
    {"an opportunity's HTML is marked in its body", ACTIVITY_OPPORTUNITY, NULL,
        "{'note_html':'<body><p>a</p></body>'}", 1,
        "{'lead_id':'lead_1','note_html':'<body><p>a</p><p>[closedrop tok1]</p></body>',"
        "'attachments':[" PLAIN_1 "]}"},
    {"an opportunity's HTML is wrapped and marked", ACTIVITY_OPPORTUNITY, NULL, "{'note_html':'a'}",
        1,
        "{'lead_id':'lead_1','note_html':'<body>a<p>[closedrop "
        "tok1]</p></body>','attachments':[" PLAIN_1 "]}"},
    {"a WhatsApp message has the token as its ID", ACTIVITY_WHATSAPP, "cont_1",
        "{'direction':'outgoing','send_to_inbox':true}", 1,
        "{'lead_id':'lead_1','contact_id':'cont_1','direction':'outgoing',"
        "'external_whatsapp_message_id':'tok1','attachments':[" PLAIN_1 "]}"},
    {"a task is marked in its text", ACTIVITY_TASK, "cont_1", "{'text':'Call','priority':'high'}",
        2,
        "{'_type':'lead','lead_id':'lead_1','contact_id':'cont_1','text':'Call [closedrop tok1]',"
        "'priority':'high'}"},
    {"custom fields and nothing else", ACTIVITY_SET, "cont_1",
        "{'custom.cf_1':'a','custom.cf_2.add':'b'}", 1,
        "{'custom.cf_1':'a','custom.cf_2.add':'b'}"},
    {"a text message", ACTIVITY_SMS, NULL, "{'status':'draft','text':'x'}", 1,
        "{'lead_id':'lead_1','status':'draft','text':'x','attachments':[" PLAIN_1 "]}"},
    {"an email template that is there gets the file, and nothing else", ACTIVITY_EMAIL_TEMPLATE,
        NULL, "{'name':'Prices'}", 1, "{'attachments':[" SIZED_1 "]}"},
    {"so does one for text messages", ACTIVITY_SMS_TEMPLATE, NULL, "{'name':'Prices'}", 1,
        "{'attachments':[" PLAIN_1 "]}"},
    {"a lead file is flat", ACTIVITY_LEAD_FILE, NULL, "{}", 1, PLAIN_1},
    {"a lead file is of no contact", ACTIVITY_LEAD_FILE, "cont_1", NULL, 1, PLAIN_1},
};

/** The body of the request; NULL where memory is short. */
static struct json *post(const struct activity *activity)
{
    struct activity_post made;
    if (activity_post(activity, &made) < 0) {
        assert_null(made.path);
        assert_null(made.body);
        return NULL;
    }
    free(made.path);
    return made.body;
}

static struct json *body_of(size_t row, const struct json *of_fields)
{
    return post(&(struct activity){.kind = bodies[row].activity,
        .lead_id = "lead_1",
        .contact_id = bodies[row].contact_id,
        .fields = of_fields,
        .attachments = attachments,
        .count = bodies[row].count});
}

static struct json *note_of(const struct json *of_fields)
{
    return post(&(struct activity){.kind = ACTIVITY_NOTE,
        .lead_id = "lead_1",
        .fields = of_fields,
        .attachments = attachments,
        .count = 1});
}

/* what Close has in the query */
static void knows_where_it_is_posted(void **state)
{
    (void)state;
    static const struct {
        enum activity_kind kind;
        const char *fields, *path;
    } rows[] = {
        {ACTIVITY_EMAIL, "{}", "activity/email/"},
        {ACTIVITY_LEAD_FILE, "{}", "lead/lead_1/files/"},
        {ACTIVITY_EMAIL_TEMPLATE, "{}", "email_template/lead_1/"},
        {ACTIVITY_WHATSAPP, "{}", "activity/whatsapp_message/"},
        {ACTIVITY_WHATSAPP, "{'send_to_inbox':false}", "activity/whatsapp_message/"},
        {ACTIVITY_WHATSAPP, "{'send_to_inbox':true}",
            "activity/whatsapp_message/?send_to_inbox=true"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct json *of_fields = parse(rows[i].fields);
        struct activity_post made;
        assert_int_equal(activity_post(&(struct activity){.kind = rows[i].kind,
                                           .lead_id = "lead_1",
                                           .fields = of_fields,
                                           .attachments = attachments,
                                           .count = 1},
                             &made),
            0);
        assert_string_equal(made.path, rows[i].path);
        activity_post_release(&made);
        json_free(of_fields);
    }
}

static void makes_the_body_that_close_takes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct json *of_fields = bodies[i].fields ? parse(bodies[i].fields) : NULL;
        struct json *wanted = parse(bodies[i].body);
        struct json *body = body_of(i, of_fields);
        if (!is_same(body, wanted)) {
            char *printed = json_print(body);
            fail_msg("%s: %s", bodies[i].name, printed);
        }
        json_free(of_fields);
        json_free(wanted);
        json_free(body);
    }
}

static void takes_a_lead_file_of_bytes_that_are_no_text(void **state)
{
    (void)state;
    struct json *wanted = parse(PLAIN_2);
    struct json *body = post(&(struct activity){.kind = ACTIVITY_LEAD_FILE,
        .lead_id = "lead_1",
        .attachments = &attachments[1],
        .count = 1});
    assert_true(is_same(body, wanted));
    json_free(wanted);
    json_free(body);
}

/* an activity without what belongs to it must not be posted */
static void makes_no_half_a_body_when_memory_is_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct json *of_fields = bodies[i].fields ? parse(bodies[i].fields) : NULL;
        struct json *wanted = parse(bodies[i].body);
        struct json *body = NULL;
        int calls = 0;
        for (; !body; calls++) {
            allocations_left = calls;
            body = body_of(i, of_fields);
            allocations_left = NEVER;
        }
        assert_true(calls > 5);
        if (!is_same(body, wanted))
            fail_msg("%s: with %d allocations", bodies[i].name, calls);
        json_free(of_fields);
        json_free(wanted);
        json_free(body);
    }
}

/* ---- rich text comes in one <body> ---- */

static const struct {
    const char *html, *wrapped;
} htmls[] = {
    {"<p>Fax</p>", "<body><p>Fax</p></body>"},
    {"plain", "<body>plain</body>"},
    {"<body><p>Fax</p></body>", "<body><p>Fax</p></body>"},
    {"<body class=\"x\">Fax</body>", "<body class=\"x\">Fax</body>"},
    {"\n \t<body><p>Fax</p></body>", "<body><p>Fax</p></body>"},
    {"\n  Fax", "<body>Fax</body>"},
    {"<p><body>Fax</body></p>", "<body><p><body>Fax</body></p></body>"},
    {"<b>%s %n</b>", "<body><b>%s %n</b></body>"},
};

static void wraps_the_html_of_a_note_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(htmls); i++) {
        struct json *of_fields = json_object();
        assert_int_equal(json_add_text(of_fields, "note_html", htmls[i].html), 0);
        struct json *body = note_of(of_fields);
        assert_string_equal(json_get_text(body, "note_html"), htmls[i].wrapped);
        json_free(of_fields);
        json_free(body);
    }
}

static void wraps_no_half_html_when_memory_is_short(void **state)
{
    (void)state;
    struct json *of_fields = parse("{'note_html':'<p>Fax</p>'}");
    struct json *body = NULL;
    int calls = 0;
    for (; !body; calls++) {
        calls_left = calls;
        body = note_of(of_fields);
        calls_left = NEVER;
    }
    assert_true(calls > 2);
    assert_string_equal(json_get_text(body, "note_html"), "<body><p>Fax</p></body>");
    json_free(of_fields);
    json_free(body);
}

/* a text may be as long as Close takes, in characters of several bytes */
static void wraps_a_long_html_of_a_note(void **state)
{
    (void)state;
    const size_t length = 1048576;
    char *html = malloc(2 * length + 1);
    assert_non_null(html);
    for (size_t i = 0; i < length; i++)
        memcpy(html + 2 * i, "\xC3\xBC", 2);
    html[2 * length] = '\0';
    struct json *of_fields = json_object();
    assert_int_equal(json_add_text(of_fields, "note_html", html), 0);
    struct json *body = note_of(of_fields);
    assert_non_null(body);
    assert_int_equal(
        strlen(json_get_text(body, "note_html")), 2 * length + strlen("<body></body>"));
    json_free(of_fields);
    json_free(body);
    free(html);
}

static void knows_its_kinds(void **state)
{
    (void)state;
    static const char *const names[] = {"", "email", "note", "lead_file", "opportunity", "whatsapp",
        "sms", "email_template", "sms_template", "task", "set"};
    for (int i = ACTIVITY_EMAIL; i < ACTIVITY_KINDS; i++)
        assert_non_null(strstr(activity_kinds_text, names[i]));
    for (int i = 0; i < ACTIVITY_KINDS; i++) {
        assert_string_equal(activity_kind_names[i], names[i]);
        assert_int_equal(activity_kind_from_name(names[i]), i);
    }
    assert_int_equal(activity_kind_from_name(NULL), ACTIVITY_NONE);
    assert_int_equal(activity_kind_from_name("emails"), ACTIVITY_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_its_kinds),
        cmocka_unit_test(knows_the_fields_of_close_and_no_others),
        cmocka_unit_test(knows_the_shape_of_a_field),
        cmocka_unit_test(knows_what_is_needed),
        cmocka_unit_test(knows_where_it_is_listed),
        cmocka_unit_test(knows_where_it_is_posted),
        cmocka_unit_test(makes_the_body_that_close_takes),
        cmocka_unit_test(takes_a_lead_file_of_bytes_that_are_no_text),
        cmocka_unit_test_setup_teardown(
            makes_no_half_a_body_when_memory_is_short, begin_to_fail, end_to_fail),
        cmocka_unit_test(wraps_the_html_of_a_note_once),
        cmocka_unit_test(wraps_no_half_html_when_memory_is_short),
        cmocka_unit_test(wraps_a_long_html_of_a_note),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
