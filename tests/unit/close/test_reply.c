/* What comes back from Close and from S3: read tolerantly, trusted in nothing. The shapes are those
 * of the Close API documentation, and of S3's. */
#include "failing_calls.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/close/reply.h"
#include "closedrop/close/s3_reply.h"
#include "closedrop/close/ticket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

FAILING_CALL(char *, strdup, NULL, (const char *text), (text))
FAILING_CALL(char *, strndup, NULL, (const char *text, size_t length), (text, length))

static char *const hosts[] = {(char[]){"*.amazonaws.com"}, (char[]){"127.0.0.1"}, NULL};

/* ---- the ticket ---- */

#define S3 "https://close-prd-files.s3.amazonaws.com/"
#define DOWNLOAD                                                                                   \
    "https://app.close.com/go/file/temporary/user_Ova4RGFG7pzt/1Zx0AlY1DwBXzKKrVwpAoj/image.jpg/"
#define TICKET(download, upload, fields)                                                           \
    "{\"download\":{\"url\":\"" download "\"},\"upload\":{\"url\":\"" upload                       \
    "\",\"fields\":" fields "}}"
#define FIELDS "{\"key\":\"k\",\"policy\":\"p\"}"

static enum ticket_problem read_ticket(
    const char *body, size_t length, struct ticket *ticket, struct str *why)
{
    return ticket_read(body, length, hosts, ticket, why);
}

static void reads_the_ticket_of_the_documentation(void **state)
{
    (void)state;
    static const char body[] = TICKET(DOWNLOAD, S3,
        "{\"AWSAccessKeyId\":\"AKIAACCESSKEYHERE\","
        "\"Content-Disposition\":\"inline; "
        "filename=\\\"image.jpg\\\"\",\"Content-Type\":\"image/jpeg\","
        "\"key\":\"temporary/user/x/image.jpg\",\"policy\":\"eyJ=\",\"signature\":\"ePIn=\","
        "\"success_action_status\":\"201\"}");
    struct str why = STR_INIT(1000);
    struct ticket ticket;
    assert_int_equal(read_ticket(body, strlen(body), &ticket, &why), TICKET_GOOD);
    assert_string_equal(str_text(&why), "");
    assert_string_equal(ticket.download_url, DOWNLOAD);
    assert_string_equal(ticket.upload_url, S3);
    assert_string_equal(ticket.token, "1Zx0AlY1DwBXzKKrVwpAoj");
    const struct json *first = json_first(ticket.fields);
    assert_string_equal(json_key(first), "AWSAccessKeyId");
    assert_string_equal(
        json_get_text(ticket.fields, "Content-Disposition"), "inline; filename=\"image.jpg\"");
    assert_string_equal(json_get_text(ticket.fields, "success_action_status"), "201");
    ticket_release(&ticket);
    ticket_release(&ticket); /* harmless */
    str_release(&why);
}

static const struct {
    const char *name, *body;
    enum ticket_problem problem;
} tickets[] = {
    {"good", TICKET(DOWNLOAD, S3, FIELDS), TICKET_GOOD},
    {"unknown members are nothing",
        "{\"x\":1,\"download\":{\"url\":\"u\",\"y\":2},\"upload\":{\"url\":\"" S3
        "\",\"fields\":{\"key\":\"k\"},\"z\":[]}}",
        TICKET_GOOD},
    {"http to this machine", TICKET(DOWNLOAD, "http://127.0.0.1:9000/b", FIELDS), TICKET_GOOD},
    {"http to elsewhere", TICKET(DOWNLOAD, "http://x.amazonaws.com/", FIELDS), TICKET_FOREIGN_HOST},
    {"another host", TICKET(DOWNLOAD, "https://evil.com/", FIELDS), TICKET_FOREIGN_HOST},
    {"a host that only ends alike", TICKET(DOWNLOAD, "https://evilamazonaws.com/", FIELDS),
        TICKET_FOREIGN_HOST},
    {"a user in front", TICKET(DOWNLOAD, "https://x.amazonaws.com@evil.com/", FIELDS),
        TICKET_FOREIGN_HOST},
    {"another scheme", TICKET(DOWNLOAD, "ftp://x.amazonaws.com/", FIELDS), TICKET_FOREIGN_HOST},
    {"no URL", TICKET(DOWNLOAD, "here", FIELDS), TICKET_FOREIGN_HOST},
    {"nothing", "", TICKET_GARBAGE},
    {"empty object", "{}", TICKET_GARBAGE},
    {"HTML", "<html><body>200 OK</body></html>", TICKET_GARBAGE},
    {"a list", "[]", TICKET_GARBAGE},
    {"cut", "{\"download\":{\"url\":\"u\"},\"upload\":{\"url\":\"" S3, TICKET_GARBAGE},
    {"two answers", TICKET(DOWNLOAD, S3, FIELDS) TICKET(DOWNLOAD, S3, FIELDS), TICKET_GARBAGE},
    {"no download", "{\"upload\":{\"url\":\"" S3 "\",\"fields\":" FIELDS "}}", TICKET_GARBAGE},
    {"no upload", "{\"download\":{\"url\":\"u\"}}", TICKET_GARBAGE},
    {"no fields", TICKET(DOWNLOAD, S3, "null"), TICKET_GARBAGE},
    {"empty fields", TICKET(DOWNLOAD, S3, "{}"), TICKET_GARBAGE},
    {"a list of fields", TICKET(DOWNLOAD, S3, "[\"key\"]"), TICKET_GARBAGE},
    {"a number for a field", TICKET(DOWNLOAD, S3, "{\"key\":201}"), TICKET_GARBAGE},
    {"a group for a field", TICKET(DOWNLOAD, S3, "{\"key\":{}}"), TICKET_GARBAGE},
    {"a field without a name", TICKET(DOWNLOAD, S3, "{\"\":\"k\"}"), TICKET_GARBAGE},
    {"a line end in a name", TICKET(DOWNLOAD, S3, "{\"k\\r\\nX: y\":\"k\"}"), TICKET_GARBAGE},
    {"DEL in a name", TICKET(DOWNLOAD, S3, "{\"k\x7F\":\"k\"}"), TICKET_GARBAGE},
    {"a field called file", TICKET(DOWNLOAD, S3, "{\"key\":\"k\",\"file\":\"x\"}"), TICKET_GARBAGE},
    {"the URL is a number",
        "{\"download\":{\"url\":1},\"upload\":{\"url\":2,\"fields\":" FIELDS "}}", TICKET_GARBAGE},
};

static void judges_tickets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tickets); i++) {
        struct str why = STR_INIT(1000);
        struct ticket ticket = {0};
        enum ticket_problem problem =
            read_ticket(tickets[i].body, strlen(tickets[i].body), &ticket, &why);
        if (problem != tickets[i].problem)
            fail_msg("%s: %d", tickets[i].name, problem);
        if ((problem == TICKET_GOOD) != (why.length == 0))
            fail_msg("%s: why is \"%s\"", tickets[i].name, str_text(&why));
        ticket_release(&ticket);
        str_release(&why);
    }
}

/* a ticket without one of its URLs would send the file nowhere, or forget where it went */
static void takes_no_half_ticket_when_memory_is_short(void **state)
{
    (void)state;
    static const char body[] = TICKET(DOWNLOAD, S3, FIELDS);
    enum ticket_problem problem = TICKET_GARBAGE;
    for (int calls = 0; problem != TICKET_GOOD; calls++) {
        struct str why = STR_INIT(1000);
        struct ticket ticket = {0};
        calls_left = calls;
        problem = read_ticket(body, strlen(body), &ticket, &why);
        calls_left = NEVER;
        assert_int_equal(problem, calls < 3 ? TICKET_GARBAGE : TICKET_GOOD);
        assert_string_equal(str_text(&why), calls < 3 ? "out of memory" : "");
        assert_true((problem == TICKET_GOOD) == (ticket.document != NULL));
        ticket_release(&ticket);
        str_release(&why);
    }
}

static void names_the_foreign_host_without_its_query(void **state)
{
    (void)state;
    static const char body[] = TICKET(DOWNLOAD, "https://evil.com/b?secret=1", FIELDS);
    struct str why = STR_INIT(1000);
    struct ticket ticket;
    assert_int_equal(read_ticket(body, strlen(body), &ticket, &why), TICKET_FOREIGN_HOST);
    assert_non_null(strstr(str_text(&why), "evil.com"));
    assert_non_null(strstr(str_text(&why), "upload_hosts"));
    assert_null(strstr(str_text(&why), "secret"));
    str_release(&why);
}

#define GO "https://app.close.com/go/file/"

static const struct {
    const char *url, *token;
} tokens[] = {
    {DOWNLOAD, "1Zx0AlY1DwBXzKKrVwpAoj"},
    {GO "temporary/user_O/TOKEN/image.jpg", "TOKEN"},
    {GO "temporary/user_O/TOKEN/a%20b (2).pdf/", "TOKEN"},
    {GO "persisted/orga_R/activity.email/acti_E/TOKEN/image.jpg/", "TOKEN"},
    {"http://127.0.0.1:8080/go/file/temporary/user_O/TOKEN/x/", "TOKEN"},
    {"https://elsewhere.example/TOKEN/x/", ""},
    {GO "", ""},
    {GO "image.jpg/", ""},
    {GO "temporary/image.jpg/", ""},
    {"u", ""},
};

static void finds_the_token_in_the_url(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(tokens); i++) {
        char body[600];
        struct str why = STR_INIT(1000);
        struct ticket ticket;
        snprintf(body, sizeof(body),
            "{\"download\":{\"url\":\"%s\"},\"upload\":{\"url\":\"" S3 "\",\"fields\":" FIELDS "}}",
            tokens[i].url);
        assert_int_equal(read_ticket(body, strlen(body), &ticket, &why), TICKET_GOOD);
        if (strcmp(ticket.token, tokens[i].token) != 0) {
            print_error("  %s: \"%s\", not \"%s\"\n", tokens[i].url, ticket.token, tokens[i].token);
            wrong++;
        }
        ticket_release(&ticket);
        str_release(&why);
    }
    assert_int_equal(wrong, 0);
}

/* ---- the form ---- */

static const struct {
    const char *fields;
    int status;
} statuses[] = {
    {"{\"success_action_status\":\"201\"}", 201},
    {"{\"success_action_status\":\"200\"}", 200},
    {"{\"success_action_status\":\"204\"}", 204},
    {"{\"Success_Action_Status\":\"201\"}", 201},
    {"{\"success_action_status\":\"202\"}", 204},
    {"{\"success_action_status\":\"\"}", 204},
    {"{\"key\":\"201\"}", 204},
};

static const struct {
    const char *fields, *key;
    bool is_for;
} forms[] = {
    {"{\"key\":\"a/b.pdf\"}", "a/b.pdf", true},
    {"{\"KEY\":\"a/b.pdf\"}", "a/b.pdf", true},
    {"{\"key\":\"a/b.pdf\"}", "a/b.pd", false},
    {"{\"key\":\"a/b.pdf\"}", "a/b.pdfx", false},
    {"{\"key\":\"a/b.pdf\"}", "", false},
    {"{\"key\":\"a/b.pdf\"}", "A/b.pdf", false},
    {"{\"key\":\"a/${filename}\"}", "a/file", true},
    {"{\"key\":\"a/${filename}\"}", "a/${filename}", false},
    {"{\"key\":\"a/${filename}\"}", "a/fil", false},
    {"{\"key\":\"${filename}-${filename}.x\"}", "file-file.x", true},
    {"{\"key\":\"a/$filename}\"}", "a/$filename}", true},
    {"{\"policy\":\"p\"}", "a", false},
    {"{\"policy\":\"p\"}", "", false},
};

static struct ticket ticket_with(const char *fields)
{
    char body[600];
    struct str why = STR_INIT(1000);
    struct ticket ticket;
    snprintf(body, sizeof(body),
        "{\"download\":{\"url\":\"" DOWNLOAD "\"},\"upload\":{\"url\":\"" S3 "\",\"fields\":%s}}",
        fields);
    assert_int_equal(read_ticket(body, strlen(body), &ticket, &why), TICKET_GOOD);
    str_release(&why);
    return ticket;
}

static void knows_what_a_form_asks_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct ticket ticket = ticket_with(statuses[i].fields);
        if (ticket_success_status(&ticket) != statuses[i].status)
            fail_msg("%s: %d", statuses[i].fields, ticket_success_status(&ticket));
        ticket_release(&ticket);
    }
}

static void knows_the_key_of_a_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct ticket ticket = ticket_with(forms[i].fields);
        if (ticket_is_for(&ticket, forms[i].key) != forms[i].is_for)
            fail_msg("%s, \"%s\"", forms[i].fields, forms[i].key);
        ticket_release(&ticket);
    }
}

/* ---- Close's errors ---- */

static const struct {
    const char *name, *body, *words;
} errors[] = {
    {"a field", "{\"errors\":[],\"field-errors\":{\"lead\":\"This field is required.\"}}",
        "lead: This field is required."},
    {"an object for a field",
        "{\"field-errors\":{\"user\":{\"errors\":[],\"field-errors\":"
        "{\"email\":\"Invalid email address.\"}}}}",
        "user, email: Invalid email address."},
    {"one text", "{\"error\":\"Empty query: Lead matching query does not exist.\"}",
        "Empty query: Lead matching query does not exist."},
    {"a list of texts", "{\"errors\":[\"Source lead does not exist.\"]}",
        "Source lead does not exist."},
    {"several", "{\"errors\":[\"One.\",\"Two.\"],\"field-errors\":{\"a\":\"Three.\"}}",
        "One.; Two.; a: Three."},
    {"a list for a field", "{\"field-errors\":{\"to\":[\"Not a valid choice.\"]}}",
        "to: Not a valid choice."},
    {"a message", "{\"message\":\"API call count exceeded for this period\",\"rate_limit\":320}",
        "API call count exceeded for this period"},
    {"empty frames", "{\"errors\":[],\"field-errors\":{}}", ""},
    {"empty object", "{}", ""},
    {"nothing", "", ""},
    {"HTML", "<html>Bad Gateway</html>", ""},
    {"a list", "[\"no frame\"]", ""},
    {"a text", "\"no frame\"", ""},
    {"numbers", "{\"error\":5,\"errors\":[1,null,true]}", ""},
    {"a frame in a frame", "{\"errors\":{\"error\":\"One.\",\"to\":{\"message\":\"Two.\"}}}",
        "One.; to: Two."},
    {"control characters", "{\"error\":\"a\\nb\\u001b[2J\"}", "a\\x0Ab\\x1B[2J"},
    {"control characters in a key", "{\"field-errors\":{\"a\\nb\":\"x\"}}", "a\\x0Ab: x"},
    {"another object", "{\"lead\":\"This is no error.\"}", ""},
};

static void tells_what_close_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(errors); i++) {
        struct str out = STR_INIT(8000);
        reply_add_close_error(&out, errors[i].body, strlen(errors[i].body), "");
        if (strcmp(str_text(&out), errors[i].words) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", errors[i].name, str_text(&out), errors[i].words);
        str_release(&out);
    }
}

static const struct {
    const char *name, *body, *fragment;
} loose_errors[] = {
    {"by index", "{\"field-errors\":{\"emails\":{\"errors\":{\"1\":\"Bad.\",\"3\":\"Worse.\"}}}}",
        "Worse."},
    {"a 429's object",
        "{\"error\":{\"message\":\"Slow down.\",\"rate_reset\":0.87,\"rate_limit\":40,"
        "\"rate_window\":1,\"rate_limit_type\":\"key\",\"rate_endpoint_group\":\"ab60\"}}",
        "Slow down."},
};

static void finds_the_words_in_odd_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(loose_errors); i++) {
        struct str out = STR_INIT(8000);
        reply_add_close_error(&out, loose_errors[i].body, strlen(loose_errors[i].body), "");
        if (!strstr(str_text(&out), loose_errors[i].fragment))
            fail_msg("%s: \"%s\"", loose_errors[i].name, str_text(&out));
        str_release(&out);
    }
}

#define POSTED                                                                                     \
    "{\"subject\":\"Hello\",\"to\":[\"a@example.com\",\"x@example.com; y\\u001b\"],"               \
    "\"attachments\":[{\"url\":\"https://a\"}],\"followup_sequence_delay\":5}"

/* what Close says about a list's entries names the list and what was sent there */
static const struct {
    const char *name, *body, *words;
} nested[] = {
    {"an entry",
        "{\"errors\":[],\"field-errors\":{\"to\":{\"errors\":{\"1\":\"Invalid email address.\"}}}}",
        "to, entry 2, \"x@example.com; y\\x1B\": Invalid email address."},
    {"a field of an entry",
        "{\"field-errors\":{\"attachments\":{\"errors\":{\"0\":{\"field-errors\":{\"url\":\"Bad.\"}"
        "}}}}}",
        "attachments, entry 1, url, \"https://a\": Bad."},
    {"two entries", "{\"field-errors\":{\"to\":{\"errors\":{\"0\":\"Bad.\",\"1\":\"Worse.\"}}}}",
        "to, entry 1, \"a@example.com\": Bad.; to, entry 2, \"x@example.com; y\\x1B\": Worse."},
    {"a field", "{\"field-errors\":{\"subject\":\"Odd.\"}}", "subject: Odd."},
    {"a list as a whole", "{\"field-errors\":{\"to\":\"List is too long.\"}}",
        "to: List is too long."},
    {"no text", "{\"field-errors\":{\"followup_sequence_delay\":\"Bad.\"}}",
        "followup_sequence_delay: Bad."},
    {"an entry that was not sent", "{\"field-errors\":{\"to\":{\"errors\":{\"7\":\"Bad.\"}}}}",
        "to, entry 8: Bad."},
    {"a number that was no list", "{\"field-errors\":{\"cc\":{\"errors\":{\"0\":\"Bad.\"}}}}",
        "cc, entry 1: Bad."},
    {"a field that was not sent", "{\"field-errors\":{\"lead\":\"Object does not exist.\"}}",
        "lead: Object does not exist."},
};

static void says_what_was_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(nested); i++) {
        struct str out = STR_INIT(8000);
        reply_add_close_error(&out, nested[i].body, strlen(nested[i].body), POSTED);
        if (strcmp(str_text(&out), nested[i].words) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", nested[i].name, str_text(&out), nested[i].words);
        str_release(&out);
    }
}

/* a letter is not shown again */
static void leaves_out_what_is_long(void **state)
{
    (void)state;
    static const char body[] = "{\"field-errors\":{\"to\":{\"0\":\"Bad.\"}}}";
    struct str out = STR_INIT(8000), posted = STR_INIT(8000);
    str_add(&posted, "{\"to\":[\"");
    for (int i = 0; i < 201; i++)
        str_add_char(&posted, 'x');
    str_add(&posted, "\"]}");
    reply_add_close_error(&out, body, strlen(body), str_text(&posted));
    assert_string_equal(str_text(&out), "to, entry 1: Bad.");
    str_release(&out);
    str_release(&posted);
}

static void bounds_a_flood_of_words(void **state)
{
    (void)state;
    struct str body = STR_INIT(1 << 20), out = STR_INIT(8000);
    str_add(&body, "{\"errors\":[");
    for (int i = 0; i < 5000; i++)
        str_add(&body, "\"A long complaint that is made again and again.\",");
    str_add(&body, "\"end\"]}");
    reply_add_close_error(&out, str_text(&body), body.length, "");
    assert_int_equal(str_error(&out), 0);
    assert_in_range(out.length, 100, 4000);
    str_clear(&body);
    str_clear(&out);
    str_add(&body, "{\"error\":\"");
    for (int i = 0; i < 100000; i++)
        str_add(&body, "\\u0001");
    str_add(&body, "\"}");
    reply_add_close_error(&out, str_text(&body), body.length, "");
    assert_int_equal(str_error(&out), 0);
    assert_in_range(out.length, 1, 4000);
    str_release(&body);
    str_release(&out);
}

/* ---- S3 ---- */

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static const struct {
    const char *name, *body, *code, *message, *etag;
} documents[] = {
    {"201",
        XML "<PostResponse><Location>https://b.s3.amazonaws.com/k</Location><Bucket>b</Bucket>"
            "<Key>k</Key><ETag>\"9a0364b9e99bb480dd25e1f0284c8555\"</ETag></PostResponse>",
        "", "", "9a0364b9e99bb480dd25e1f0284c8555"},
    {"quotes as entities", "<PostResponse><ETag>&quot;abc&quot;</ETag></PostResponse>", "", "",
        "abc"},
    {"half a quote", "<ETag>\"abc</ETag>", "", "", "\"abc"},
    {"bare ETag", "<ETag>abc</ETag>", "", "", "abc"},
    {"expired",
        XML "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired."
            "</Message><RequestId>R</RequestId><HostId>H</HostId></Error>",
        "AccessDenied", "Invalid according to Policy: Policy expired.", ""},
    {"entities",
        "<Error><Code>X</Code><Message>a &lt;b&gt; &amp;amp; &apos;c&apos;</Message></Error>", "X",
        "a <b> &amp; 'c'", ""},
    {"no message", "<Error><Code>InternalError</Code></Error>", "InternalError", "", ""},
    {"an empty element", "<Error><Code></Code><Message/></Error>", "", "", ""},
    {"nothing", "", "", "", ""},
    {"HTML", "<html>503 Slow Down</html>", "", "", ""},
    {"cut in a tag", "<Error><Code>Slow", "", "", ""},
    {"cut behind one", "<Error><Code>SlowDown</Code><Mess", "SlowDown", "", ""},
    {"JSON", "{\"Code\":\"X\"}", "", "", ""},
};

static void reads_s3_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++) {
        struct s3_reply reply;
        memset(&reply, 'x', sizeof(reply));
        s3_reply_read(documents[i].body, NULL, &reply);
        if (strcmp(reply.code, documents[i].code) != 0 ||
            strcmp(reply.message, documents[i].message) != 0 ||
            strcmp(reply.etag, documents[i].etag) != 0)
            fail_msg("%s: code \"%s\", message \"%s\", etag \"%s\"", documents[i].name, reply.code,
                reply.message, reply.etag);
    }
}

static const struct {
    const char *name, *xml, *key;
} keys[] = {
    {"plain", "temporary/u/t/a.pdf", "temporary/u/t/a.pdf"},
    {"UTF-8", "t/M\xC3\xBCller \xE5\xA5\x91.pdf", "t/M\xC3\xBCller \xE5\xA5\x91.pdf"},
    {"named", "a&amp;b&lt;c&gt;&quot;&apos;", "a&b<c>\"'"},
    {"decimal", "M&#252;ller", "M\xC3\xBCller"},
    {"hexadecimal", "M&#xFC;ller &#xfc;", "M\xC3\xBCller \xC3\xBC"},
    {"three bytes", "&#x5951;", "\xE5\xA5\x91"},
    {"four bytes", "&#x1F4C4;", "\xF0\x9F\x93\x84"},
    {"the last one", "&#x10FFFF;", "\xF4\x8F\xBF\xBF"},
    {"control character", "a&#13;&#xA;b", "a\r\nb"},
    {"decoded once", "&amp;amp; &amp;#65;", "&amp; &#65;"},
    {"no references",
        "&; &#; &#x; &#65 &#xG; &#A; &auml; & &#0; &#xD800; &#x110000; &#99999999999999999999;",
        "&; &#; &#x; &#65 &#xG; &#A; &auml; & &#0; &#xD800; &#x110000; &#99999999999999999999;"},
    {"none", "", ""},
};

static void reads_the_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        char body[400];
        struct s3_reply reply;
        snprintf(body, sizeof(body), "<PostResponse><Key>%s</Key></PostResponse>", keys[i].xml);
        s3_reply_read(body, NULL, &reply);
        if (strcmp(reply.key, keys[i].key) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", keys[i].name, reply.key, keys[i].key);
    }
}

static void prefers_the_etag_of_the_header(void **state)
{
    (void)state;
    static const char document[] = "<PostResponse><ETag>\"of-the-document\"</ETag></PostResponse>";
    struct s3_reply reply;
    s3_reply_read(document, "\"of-the-header\"", &reply);
    assert_string_equal(reply.etag, "of-the-header");
    s3_reply_read("<html>", "bare", &reply);
    assert_string_equal(reply.etag, "bare");
    s3_reply_read(document, NULL, &reply);
    assert_string_equal(reply.etag, "of-the-document");
}

static void cuts_what_does_not_fit(void **state)
{
    (void)state;
    struct str body = STR_INIT(10000);
    str_add(&body, "<Code>");
    for (int i = 0; i < 1000; i++)
        str_add(&body, "abcd");
    str_add(&body, "</Code>");
    struct s3_reply reply;
    s3_reply_read(str_text(&body), NULL, &reply);
    assert_int_equal(strlen(reply.code), sizeof(reply.code) - 1);
    str_clear(&body);
    str_add(&body, "<Code>");
    for (int i = 0; i < 1000; i++)
        str_add(&body, "&#x20AC;");
    str_add(&body, "</Code>");
    s3_reply_read(str_text(&body), NULL, &reply);
    assert_int_equal(strlen(reply.code), sizeof(reply.code) / 3 * 3); /* no half character */
    str_release(&body);
}

/* ---- who we are ---- */

static const struct {
    const char *body, *text;
} owners[] = {
    {"{\"first_name\":\"Jane\",\"last_name\":\"Doe\",\"email\":\"jane@example.com\","
     "\"organizations\":[{\"name\":\"Example Inc.\"}]}",
        "Jane Doe <jane@example.com>, Example Inc."},
    {"{\"email\":\"jane@example.com\",\"organizations\":[]}", " <jane@example.com>"},
    {"{\"first_name\":\"J\\u001b\"}", "J\\x1B"},
    {"{}", ""},
    {"oops", ""},
};

static void says_who_the_key_belongs_to(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(owners); i++) {
        struct str out = STR_INIT(1000);
        reply_add_me(&out, owners[i].body, strlen(owners[i].body));
        assert_string_equal(str_text(&out), owners[i].text);
        str_release(&out);
    }
}

static const struct {
    const char *body;
    bool is_me;
} mes[] = {
    {"{\"id\":\"user_Ova4\",\"email\":\"jane@example.com\"}", true},
    {"{\"id\":\"lead_Ova4\"}", false},
    {"{\"id\":17}", false},
    {"{\"email\":\"user_\"}", false},
    {"{}", false},
    {"[\"user_\"]", false},
    {"<html>Please log in</html>", false},
    {"", false},
};

static void knows_the_answer_of_close(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mes); i++)
        if (reply_is_me(mes[i].body, strlen(mes[i].body)) != mes[i].is_me)
            fail_msg("%s", mes[i].body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_ticket_of_the_documentation),
        cmocka_unit_test(judges_tickets),
        cmocka_unit_test(takes_no_half_ticket_when_memory_is_short),
        cmocka_unit_test(names_the_foreign_host_without_its_query),
        cmocka_unit_test(finds_the_token_in_the_url),
        cmocka_unit_test(knows_what_a_form_asks_for),
        cmocka_unit_test(knows_the_key_of_a_form),
        cmocka_unit_test(tells_what_close_says),
        cmocka_unit_test(finds_the_words_in_odd_shapes),
        cmocka_unit_test(says_what_was_sent),
        cmocka_unit_test(leaves_out_what_is_long),
        cmocka_unit_test(bounds_a_flood_of_words),
        cmocka_unit_test(reads_s3_documents),
        cmocka_unit_test(reads_the_key),
        cmocka_unit_test(prefers_the_etag_of_the_header),
        cmocka_unit_test(cuts_what_does_not_fit),
        cmocka_unit_test(knows_the_answer_of_close),
        cmocka_unit_test(says_who_the_key_belongs_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
