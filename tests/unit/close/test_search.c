/* Finding a contact or lead: the questions, as in "Advanced Filtering" of the Close API
 * documentation, and the comparison of what is answered: above all of phone numbers, where a wrong
 * "the same" files a fax on a stranger.
 */
#include "failing_calls.h"
#include "json_rows.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/close/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

FAILING_CALL(void *, realloc, NULL, (void *bytes, size_t size), (bytes, size))

static const char *const matches[] = {"no", "but for case", "yes", "unknown"};

/* ---- the question ---- */

#define OF_CONTACTS "'_fields':{'contact':['id','lead_id','name','emails','phones']},'_limit':200"
#define OF_LEADS "'_fields':{'lead':['id','name','display_name']},'_limit':200"
#define QUERY(object, condition)                                                                   \
    "'query':{'type':'and','queries':[{'type':'object_type','object_type':'" object                \
    "'}," condition "]}"
#define PHRASE(object, field, value)                                                               \
    "{'type':'field_condition','field':{'type':'regular_field','object_type':'" object             \
    "','field_name':'" field "'},'condition':{'type':'text','mode':'phrase','value':'" value "'}}"
#define RELATED(related, condition)                                                                \
    "{'type':'has_related','this_object_type':'contact','related_object_type':'" related           \
    "','related_query':" condition "}"
#define PHONE(value) PHRASE("contact_phone", "phone", value)
#define ANY_OF(conditions) "{'type':'or','queries':[" conditions "]}"

static const struct {
    const char *name;
    struct search search;
    const char *cursor;
    const char *body;
} queries[] = {
    {"an email address", {SEARCH_CONTACT_EMAIL, "jane@example.com", NULL, NULL}, NULL,
        "{" QUERY("contact", RELATED("contact_email", PHRASE("contact_email", "email",
                                                          "jane@example.com"))) "," OF_CONTACTS
                                                                                "}"},
    {"a phone number, however it is stored", {SEARCH_CONTACT_PHONE, "(030) 123-456", NULL, NULL},
        NULL,
        "{" QUERY("contact", RELATED("contact_phone",
                                 ANY_OF(PHONE("(030) 123-456") "," PHONE("30123456") "," PHONE(
                                     "+30123456") "," PHONE("030123456")))) "," OF_CONTACTS "}"},
    {"a phone number with its country", {SEARCH_CONTACT_PHONE, "0049 (0)30 123456", NULL, NULL},
        NULL,
        "{" QUERY(
            "contact", RELATED("contact_phone",
                           ANY_OF(PHONE("0049 (0)30 123456") "," PHONE("4930123456") "," PHONE(
                               "+4930123456") "," PHONE("04930123456")))) "," OF_CONTACTS "}"},
    {"a phone number as it is dialled", {SEARCH_CONTACT_PHONE, "089 5551 23", NULL, "49"}, NULL,
        "{" QUERY("contact", RELATED("contact_phone",
                                 ANY_OF(PHONE("089 5551 23") "," PHONE("4989555123") "," PHONE(
                                     "+4989555123") "," PHONE("089555123")))) "," OF_CONTACTS "}"},
    {"a contact's name", {SEARCH_CONTACT_NAME, "Jane Doe", NULL, NULL}, NULL,
        "{" QUERY("contact", PHRASE("contact", "name", "Jane Doe")) "," OF_CONTACTS "}"},
    {"a lead's name", {SEARCH_LEAD_NAME, "Bluth Company", NULL, NULL}, NULL,
        "{" QUERY("lead", PHRASE("lead", "display_name", "Bluth Company")) "," OF_LEADS "}"},
    {"a custom field", {SEARCH_CUSTOM_FIELD, "A-1042", "cf_Ab1", NULL}, NULL,
        "{" QUERY("lead",
            "{'type':'field_condition','field':{'type':'custom_field','custom_field_id':'cf_Ab1'},"
            "'condition':{'type':'text','mode':'phrase','value':'A-1042'}}") ","
                                                                             "'_fields':{'lead':['"
                                                                             "id','name','display_"
                                                                             "name','custom.cf_Ab1'"
                                                                             "]},'_limit':200}"},
    {"where an answer ended", {SEARCH_LEAD_NAME, "Bluth", NULL, NULL}, "eyJza2lwIjoyMDB9",
        "{" QUERY("lead", PHRASE("lead", "display_name", "Bluth")) "," OF_LEADS
                                                                   ",'cursor':'eyJza2lwIjoyMDB9'}"},
    {"what would end a text", {SEARCH_LEAD_NAME, "\"},{\\", NULL, NULL}, NULL,
        "{" QUERY("lead", PHRASE("lead", "display_name", "\\\"},{\\\\")) "," OF_LEADS "}"},
    {"letters of all countries", {SEARCH_CONTACT_NAME, "J\xC3\xBCrgen \xE5\xB1\xB1", NULL, NULL},
        NULL,
        "{" QUERY("contact", PHRASE("contact", "name", "J\\u00fcrgen \\u5c71")) "," OF_CONTACTS
                                                                                "}"},
};

static void asks_as_close_wants_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(queries); i++) {
        struct json *wanted = parse(queries[i].body);
        struct json *body = search_query(&queries[i].search, queries[i].cursor, 200);
        if (!is_same(body, wanted)) {
            char *printed = json_print(body);
            fail_msg("%s: %s", queries[i].name, printed);
        }
        json_free(wanted);
        json_free(body);
    }
}

/** Each question in full, or none at all, however soon the calls behind `left` begin to fail. */
static void asks_all_or_nothing(int *left, int min_calls)
{
    for (size_t i = 0; i < COUNT(queries); i++) {
        struct json *wanted = parse(queries[i].body);
        struct json *body = NULL;
        int calls = 0;
        for (; !body; calls++) {
            *left = calls;
            body = search_query(&queries[i].search, queries[i].cursor, 200);
            *left = NEVER;
        }
        assert_true(calls > min_calls);
        assert_true(is_same(body, wanted));
        json_free(body);
        json_free(wanted);
    }
}

/* a question that lacks a part would ask something else */
static void asks_nothing_when_memory_is_short(void **state)
{
    (void)state;
    asks_all_or_nothing(&allocations_left, 20);
}

/* the same, where it is a text of the question that finds no memory */
static void asks_nothing_with_half_a_text(void **state)
{
    (void)state;
    asks_all_or_nothing(&calls_left, 10);
}

static void knows_what_it_asks_for(void **state)
{
    (void)state;
    static const char *const names[] = {
        "contact_email", "contact_phone", "contact_name", "lead_name", "custom_field"};
    static const bool for_contacts[] = {true, true, true, false, false};
    for (int by = 0; by < SEARCH_KINDS; by++) {
        const struct search search = {(enum search_by)by, "x", "cf_1", NULL};
        assert_string_equal(search_names[by], names[by]);
        assert_int_equal(search_is_for_contacts(&search), for_contacts[by]);
    }
}

static const struct {
    struct search search;
    const char *words;
} words[] = {
    {{SEARCH_CONTACT_EMAIL, "a@b.c", NULL, NULL}, "contact with the email address \"a@b.c\""},
    {{SEARCH_CONTACT_PHONE, "030 1", NULL, NULL}, "contact with the phone number \"030 1\""},
    {{SEARCH_CONTACT_PHONE, "089 5551 23", NULL, "49"},
        "contact with the phone number \"089 5551 23\" (+4989555123)"},
    {{SEARCH_CONTACT_PHONE, "5551 23", NULL, "49"}, "contact with the phone number \"5551 23\""},
    {{SEARCH_CONTACT_NAME, "Jo", NULL, NULL}, "contact with the name \"Jo\""},
    {{SEARCH_LEAD_NAME, "Bluth", NULL, NULL}, "lead with the name \"Bluth\""},
    {{SEARCH_CUSTOM_FIELD, "A-1", "cf_Ab1", NULL}, "lead with the custom field cf_Ab1 = \"A-1\""},
    {{SEARCH_LEAD_NAME, "a\nb\x1b[2J", NULL, NULL}, "lead with the name \"a\\x0Ab\\x1B[2J\""},
};

static void says_what_is_searched_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        struct str out = STR_INIT(1000);
        search_add_words(&words[i].search, &out);
        assert_string_equal(str_text(&out), words[i].words);
        str_release(&out);
    }
}

static const struct {
    enum search_by by;
    const char *value;
    bool is_sound;
} values[] = {
    {SEARCH_CONTACT_EMAIL, "a", true},
    {SEARCH_CONTACT_EMAIL, "", false},
    {SEARCH_CONTACT_NAME, "", false},
    {SEARCH_LEAD_NAME, "x", true},
    {SEARCH_LEAD_NAME, "", false},
    {SEARCH_CUSTOM_FIELD, "0", true},
    {SEARCH_CUSTOM_FIELD, "", false},
    {SEARCH_CONTACT_PHONE, "5551234", true},
    {SEARCH_CONTACT_PHONE, "+1 (650) 555-1234", true},
    {SEARCH_CONTACT_PHONE, "555123", false},
    {SEARCH_CONTACT_PHONE, "0555123", false}, /* the zero is dialled before it */
    {SEARCH_CONTACT_PHONE, "0000000", false},
    {SEARCH_CONTACT_PHONE, "+49 (0)30 1234", true},
    {SEARCH_CONTACT_PHONE, "+49 (0)30 12", false},
    {SEARCH_CONTACT_PHONE, "112", false},
    {SEARCH_CONTACT_PHONE, "anonymous", false},
    {SEARCH_CONTACT_PHONE, "", false},
};

static void knows_what_is_too_little(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        const struct search search = {values[i].by, values[i].value, "cf_1", NULL};
        if (search_is_sound(&search) != values[i].is_sound)
            fail_msg("%s \"%s\"", search_names[values[i].by], values[i].value);
    }
}

/* ---- phone numbers ---- */

static const struct {
    const char *a, *b;
    bool is_same;
} phones[] = {
    /* however it is written */
    {"+49 30 123456", "+4930123456", true},
    {"+49 30 123456", "+49-30/12 34.56", true},
    {"+49 30 123456", "+49 (30) 123456", true},
    {"+49 30 123456", "  +49 30 123456 ", true},
    {"+49 30 123456", "0049 30 123456", true},
    {"+49 30 123456", "00 49 30 123456", true},
    {"+49 30 123456", "(0049) 30 123456", true},
    {"+49 30 123456", "(+49) 30 123456", true},
    {"+49 30 123456", "4930123456", true},
    {"+49 30 123456", "tel:+49-30-123456", true},
    {"(030) 123456", "030/123456", true},
    {"030 123456", "30 123456", true},
    {"555-1234", "5551234", true},

    /* "(0)" is dialled at home only */
    {"+49 (0)30 123456", "+49 30 123456", true},
    {"+49 (0) 30 123456", "0049 30 123456", true},
    {"+49(0)30123456", "030 123456", true},
    {"0049 (0)30 123456", "030 123456", true},
    {"(0)30 123456", "+49 30 123456", true},
    {"+44 (0)20 7946 0958", "(020) 7946 0958", true},

    /* one of the two lacks its country */
    {"+49 30 123456", "030 123456", true},
    {"+49 30 123456", "(030) 123456", true},
    {"+49 30 123456", "30123456", true},
    {"0049 30 123456", "030 123456", true},
    {"4930123456", "030 123456", true},
    {"+1 (650) 555-1234", "6505551234", true},
    {"+1 (650) 555-1234", "(650) 555-1234", true},
    {"+1 (650) 555-1234", "1 650 555 1234", true},
    {"+1 (650) 555-1234", "001 650 555 1234", true},
    {"+44 20 7946 0958", "020 7946 0958", true},
    {"+353 1 234 5678", "01 234 5678", true},
    {"+39 06 1234 5678", "06 1234 5678", true}, /* Italy keeps its zero */
    {"+7 812 123 45 67", "812 1234567", true},

    /* another number */
    {"+49 30 123456", "+49 30 123457", false},
    {"+49 30 123456", "030 123457", false},
    {"+49 30 123456", "030 12345", false},
    {"+49 30 123456", "030 1234560", false},
    {"+49 30 123456", "030 123456-12", false},
    {"+49 30 123456", "040 123456", false},
    {"+1 650 555 1234", "+1 650 555 12345", false},
    {"650 555 1234", "415 555 1234", false},

    /* another country with the same number in it */
    {"+49 30 123456", "+43 30 123456", false},
    {"+49 30 123456", "0043 30 123456", false},
    {"+49 30 123456", "+1 49 30 123456", false},
    {"+49 30 123456", "001 49 30 123456", false},
    {"0049 30 123456", "+1 49 30 123456", false},
    {"0049 30 123456", "00149 30 123456", false},
    {"+1 650 555 1234", "+49 1 650 555 1234", false},
    {"(+1) 650 555 1234", "+49 1 650 555 1234", false},
    {" +1 650 555 1234", "+49 1 650 555 1234", false},
    {"+353 1 234 5678", "+1 234 5678", false},

    /* an end of it, where more is missing than a country's code */
    {"+1 650 555 1234", "555 1234", false},
    {"+49 30 1234567", "1234567", false},
    {"+353 1 234 5678", "234 5678", false},
    {"+1234 650 555 1234", "650 555 1234", false},
    {"1234567890", "1234567890123456789012345678901234567890", false},

    /* an end of it without its area, and one of a country that looks like an area */
    {"030 1234567", "1234567", false},
    {"(030) 1234567", "123 45 67", false},
    {"03521 23456", "+352 123456", false},
    {"0316 123456", "+316 123456", false},
    {"0316 123456", "00316 123456", false},

    /* too short to say anything */
    {"112", "112", false},
    {"123456", "123456", false},
    {"0123456", "123456", false},
    {"+49 123456", "123456", false},
    {"+49 123456", "0123456", false},
    {"", "", false},
    {"", "+49 30 123456", false},
    {"0000000", "0000000", false},
    {"unknown", "unknown", false},
    {"+", "+49 30 123456", false},
};

/* in Germany: whole, or none */
static const struct {
    const char *value, *phone;
    bool is_same;
} dialled[] = {
    {"089 5551 23", "+4989555123", true},
    {"(0)89-555123", "+49 89 555-123", true},
    {"0049 (0)89 555123", "+4989555123", true},
    {"089 5551 23", "089/555123", true},
    {"089 5551 23", "0049 89 555123", true},
    {"089 5551 23", "89555123", false}, /* its zero is gone, or its area is */
    {"089 5551 23", "555123", false},
    {"089 5551 23", "4989555123", false},
    {"089 5551 23", "+4389555123", false},
    {"089 5551 23", "+89555123", false},
    {"089 5551 23", "+49895551230", false},
    {"089 5551 23", "+49 89 555123 ext. 4", false},
    {"89 555123", "+4989555123", false},
    {"4989555123", "+4989555123", false},
    {"555123", "555123", false},
};

static enum search_match compare_phone_in(const char *value, const char *country, const char *phone)
{
    const struct search search = {SEARCH_CONTACT_PHONE, value, NULL, country};
    struct json *contact = parse("{'phones':[{'phone':null},{'type':'office'},{}]}");
    struct json *entry = json_object();
    assert_int_equal(json_add_text(entry, "phone", phone), 0);
    assert_int_equal(json_append(json_get(contact, "phones"), entry), 0);
    enum search_match match = search_compare(&search, contact);
    json_free(contact);
    return match;
}

static enum search_match compare_phone(const char *value, const char *phone)
{
    return compare_phone_in(value, NULL, phone);
}

static void compares_phone_numbers_as_they_are_dialled(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dialled); i++) {
        enum search_match wanted = dialled[i].is_same ? SEARCH_YES : SEARCH_NO;
        if (compare_phone_in(dialled[i].value, "49", dialled[i].phone) != wanted)
            fail_msg("\"%s\", \"%s\"", dialled[i].value, dialled[i].phone);
    }
}

static const struct {
    struct search search;
    const char *lack;
} lacks[] = {
    {{SEARCH_CONTACT_PHONE, "030 1", NULL, NULL},
        "too little to search for: contact with the phone number \"030 1\" (a phone number needs "
        "at least seven digits)"},
    {{SEARCH_CONTACT_PHONE, "555123", NULL, "49"},
        "too little to search for: contact with the phone number \"555123\"; in the country 49 a "
        "number is written as it is dialled there, with 0 before the area code, or in full, as in "
        "+49..."},
};

static void says_what_is_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lacks); i++) {
        struct str out = STR_INIT(1000);
        assert_false(search_is_sound(&lacks[i].search));
        search_add_lack(&lacks[i].search, &out);
        assert_string_equal(str_text(&out), lacks[i].lack);
        str_release(&out);
    }
}

static void compares_phone_numbers(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(phones); i++) {
        enum search_match wanted = phones[i].is_same ? SEARCH_YES : SEARCH_NO;
        if (compare_phone(phones[i].a, phones[i].b) != wanted ||
            compare_phone(phones[i].b, phones[i].a) != wanted) {
            print_error("  \"%s\", \"%s\": should be %s\n", phones[i].a, phones[i].b,
                phones[i].is_same ? "the same" : "not the same");
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* a file's name may hold anything: AddressSanitizer watches */
static void survives_digits_without_end(void **state)
{
    (void)state;
    char digits[1000];
    memset(digits, '7', sizeof(digits) - 1);
    digits[sizeof(digits) - 1] = '\0';
    const struct search search = {SEARCH_CONTACT_PHONE, digits, NULL, NULL};
    (void)search_is_sound(&search);
    json_free(search_query(&search, NULL, 100));
    assert_int_equal(compare_phone(digits, "+49 30 123456"), SEARCH_NO);
    assert_int_equal(compare_phone("+49 30 123456", digits), SEARCH_NO);
}

/* ---- the other comparisons ---- */

#define EMAILS "'emails':[{'email':'info@example.com'},{'email':'Jane.Doe@Example.com'}]"

static const struct {
    const char *name;
    enum search_by by;
    const char *value;
    const char *object;
    enum search_match match;
} comparisons[] = {
    {"the address", SEARCH_CONTACT_EMAIL, "info@example.com", "{" EMAILS "}", SEARCH_YES},
    {"a later one, in other letters", SEARCH_CONTACT_EMAIL, "jane.doe@EXAMPLE.com", "{" EMAILS "}",
        SEARCH_YES},
    {"another", SEARCH_CONTACT_EMAIL, "john@example.com", "{" EMAILS "}", SEARCH_NO},
    {"its beginning", SEARCH_CONTACT_EMAIL, "info@example.co", "{" EMAILS "}", SEARCH_NO},
    {"its end", SEARCH_CONTACT_EMAIL, "doe@example.com", "{" EMAILS "}", SEARCH_NO},
    {"no address", SEARCH_CONTACT_EMAIL, "a@b.c", "{'emails':[]}", SEARCH_NO},
    {"an entry without one", SEARCH_CONTACT_EMAIL, "a@b.c", "{'emails':[{'type':'office'},null,5]}",
        SEARCH_NO},
    {"an address that is no text", SEARCH_CONTACT_EMAIL, "5", "{'emails':[{'email':5}]}",
        SEARCH_NO},
    {"addresses left out", SEARCH_CONTACT_EMAIL, "a@b.c", "{'id':'cont_1'}", SEARCH_UNKNOWN},
    {"addresses that are null", SEARCH_CONTACT_EMAIL, "a@b.c", "{'emails':null}", SEARCH_UNKNOWN},
    {"addresses that are no list", SEARCH_CONTACT_EMAIL, "a@b.c", "{'emails':{'email':'a@b.c'}}",
        SEARCH_UNKNOWN},
    {"no object", SEARCH_CONTACT_EMAIL, "a@b.c", "['a@b.c']", SEARCH_UNKNOWN},
    {"a phone number elsewhere", SEARCH_CONTACT_PHONE, "030 123456",
        "{'emails':[{'phone':'030 123456'}],'phones':[]}", SEARCH_NO},
    {"phone numbers left out", SEARCH_CONTACT_PHONE, "030 123456", "{'id':'cont_1'}",
        SEARCH_UNKNOWN},

    {"the name", SEARCH_CONTACT_NAME, "Jane Doe", "{'name':'Jane Doe'}", SEARCH_YES},
    {"in other letters", SEARCH_CONTACT_NAME, "jane DOE", "{'name':'Jane Doe'}",
        SEARCH_BUT_FOR_CASE},
    {"with other blanks", SEARCH_CONTACT_NAME, " Jane \t Doe ", "{'name':'\\nJane  Doe\\r'}",
        SEARCH_YES},
    {"other letters than those of English", SEARCH_CONTACT_NAME, "J\xC3\xBCrgen",
        "{'name':'J\\u00fcrgen'}", SEARCH_YES},
    {"in other letters than those of English", SEARCH_LEAD_NAME, "MÜLLER GMBH",
        "{'name':'Müller GmbH'}", SEARCH_BUT_FOR_CASE},
    {"as a Mac writes it", SEARCH_LEAD_NAME, "Mu\xCC\x88ller GmbH", "{'name':'Müller GmbH'}",
        SEARCH_YES},
    {"with a blank that does not break", SEARCH_LEAD_NAME, "Müller\xC2\xA0GmbH",
        "{'name':'Müller GmbH'}", SEARCH_YES},
    {"a sharp s is not two", SEARCH_LEAD_NAME, "Weiss", "{'name':'Weiß'}", SEARCH_NO},
    {"the better of two names", SEARCH_LEAD_NAME, "Müller",
        "{'name':'MÜLLER','display_name':'Müller'}", SEARCH_YES},
    {"the words of it, and more", SEARCH_CONTACT_NAME, "Jane Doe", "{'name':'Jane Doe Smith'}",
        SEARCH_NO},
    {"a word less", SEARCH_CONTACT_NAME, "Jane Doe", "{'name':'Jane'}", SEARCH_NO},
    {"in another order", SEARCH_CONTACT_NAME, "Jane Doe", "{'name':'Doe Jane'}", SEARCH_NO},
    {"in one word", SEARCH_CONTACT_NAME, "Jane Doe", "{'name':'JaneDoe'}", SEARCH_NO},
    {"a beginning of a word", SEARCH_CONTACT_NAME, "Jane Do", "{'name':'Jane Doe'}", SEARCH_NO},
    {"with a comma", SEARCH_CONTACT_NAME, "Doe Jane", "{'name':'Doe, Jane'}", SEARCH_NO},
    {"no name", SEARCH_CONTACT_NAME, "Jane", "{'name':''}", SEARCH_NO},
    {"a name left out", SEARCH_CONTACT_NAME, "Jane", "{'id':'cont_1'}", SEARCH_UNKNOWN},
    {"a name that is null", SEARCH_CONTACT_NAME, "Jane", "{'name':null}", SEARCH_UNKNOWN},
    {"the name that is shown", SEARCH_LEAD_NAME, "Bluth Company",
        "{'name':'','display_name':'Bluth company'}", SEARCH_BUT_FOR_CASE},
    {"the name, where another is shown", SEARCH_LEAD_NAME, "Bluth Company",
        "{'name':'Bluth Company','display_name':'Bluth'}", SEARCH_YES},
    {"neither of the two", SEARCH_LEAD_NAME, "Bluth Company",
        "{'name':'Bluth','display_name':'Bluth & Co.'}", SEARCH_NO},
    {"only the name that is shown, another", SEARCH_LEAD_NAME, "Bluth",
        "{'name':null,'display_name':'Sitwell'}", SEARCH_NO},

    {"the field", SEARCH_CUSTOM_FIELD, "A-1042", "{'custom.cf_1':'A-1042'}", SEARCH_YES},
    {"the field in other letters", SEARCH_CUSTOM_FIELD, "a-1042", "{'custom.cf_1':'A-1042'}",
        SEARCH_BUT_FOR_CASE},
    {"the field with blanks", SEARCH_CUSTOM_FIELD, "A-1042", "{'custom.cf_1':'A-1042 '}",
        SEARCH_YES},
    {"the better of a list", SEARCH_CUSTOM_FIELD, "a", "{'custom.cf_1':['A','a','b']}", SEARCH_YES},
    {"a word of the field", SEARCH_CUSTOM_FIELD, "1042", "{'custom.cf_1':'A-1042'}", SEARCH_NO},
    {"an empty field", SEARCH_CUSTOM_FIELD, "A", "{'custom.cf_1':''}", SEARCH_NO},
    {"a number", SEARCH_CUSTOM_FIELD, "1042", "{'custom.cf_1':1042}", SEARCH_YES},
    {"a number as it is written", SEARCH_CUSTOM_FIELD, "01042", "{'custom.cf_1':1042}", SEARCH_NO},
    {"a number with a fraction", SEARCH_CUSTOM_FIELD, "10.5", "{'custom.cf_1':10.50}", SEARCH_YES},
    {"a large number", SEARCH_CUSTOM_FIELD, "1234567890123456", "{'custom.cf_1':1234567890123456}",
        SEARCH_YES},
    {"another number", SEARCH_CUSTOM_FIELD, "1042", "{'custom.cf_1':1043}", SEARCH_NO},
    {"one of a list", SEARCH_CUSTOM_FIELD, "b", "{'custom.cf_1':['a','b']}", SEARCH_YES},
    {"a number of a list", SEARCH_CUSTOM_FIELD, "7", "{'custom.cf_1':['a',7]}", SEARCH_YES},
    {"none of a list", SEARCH_CUSTOM_FIELD, "c", "{'custom.cf_1':['a','b']}", SEARCH_NO},
    {"the list as it is printed", SEARCH_CUSTOM_FIELD, "[7]", "{'custom.cf_1':[7]}", SEARCH_NO},
    {"an empty list", SEARCH_CUSTOM_FIELD, "a", "{'custom.cf_1':[]}", SEARCH_NO},
    {"nothing, which is no text", SEARCH_CUSTOM_FIELD, "null", "{'custom.cf_1':null}", SEARCH_NO},
    {"a list of nothing", SEARCH_CUSTOM_FIELD, "null", "{'custom.cf_1':[null]}", SEARCH_NO},
    {"another field", SEARCH_CUSTOM_FIELD, "A", "{'custom.cf_2':'A','custom.cf_11':'A'}",
        SEARCH_UNKNOWN},
    {"a field of another shape", SEARCH_CUSTOM_FIELD, "A", "{'custom':{'cf_1':'A'}}",
        SEARCH_UNKNOWN},
};

static void compares_what_was_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(comparisons); i++) {
        const struct search search = {comparisons[i].by, comparisons[i].value, "cf_1", NULL};
        struct json *object = parse(comparisons[i].object);
        enum search_match match = search_compare(&search, object);
        if (match != comparisons[i].match)
            fail_msg("%s: %s", comparisons[i].name, matches[match]);
        json_free(object);
    }
}

/* a name that is longer than what is compared is none, rather than one that begins alike */
static void compares_no_half_names(void **state)
{
    (void)state;
    char a[6000], b[6000];
    memset(a, 'x', sizeof(a));
    memset(b, 'x', sizeof(b));
    a[sizeof(a) - 1] = b[sizeof(b) - 1] = '\0';
    b[sizeof(b) - 2] = 'y';
    const struct search search = {SEARCH_LEAD_NAME, a, NULL, NULL};
    struct json *lead = json_object();
    assert_int_equal(json_add_text(lead, "name", b), 0);
    assert_int_equal(search_compare(&search, lead), SEARCH_NO);
    const struct search shorter = {SEARCH_LEAD_NAME, "x", NULL, NULL};
    assert_int_equal(search_compare(&shorter, lead), SEARCH_NO);
    struct json *short_lead = parse("{'name':'x'}");
    assert_int_equal(search_compare(&search, short_lead), SEARCH_NO);
    json_free(short_lead);
    json_free(lead);
}

/* what cannot be compared is never the same */
static void finds_nobody_when_memory_is_short(void **state)
{
    (void)state;
    const struct search search = {SEARCH_CUSTOM_FIELD, "1042", "cf_1", NULL};
    struct json *lead = parse("{'custom.cf_1':1042}");
    calls_left = 0; /* for the name of the field */
    assert_int_equal(search_compare(&search, lead), SEARCH_UNKNOWN);
    calls_left = NEVER;
    allocations_left = 0; /* for the number as text */
    assert_int_equal(search_compare(&search, lead), SEARCH_NO);
    allocations_left = NEVER;
    assert_int_equal(search_compare(&search, lead), SEARCH_YES);
    json_free(lead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_as_close_wants_it),
        cmocka_unit_test_setup_teardown(
            asks_nothing_when_memory_is_short, begin_to_fail, end_to_fail),
        cmocka_unit_test(asks_nothing_with_half_a_text),
        cmocka_unit_test(knows_what_it_asks_for),
        cmocka_unit_test(says_what_is_searched_for),
        cmocka_unit_test(knows_what_is_too_little),
        cmocka_unit_test(compares_phone_numbers),
        cmocka_unit_test(compares_phone_numbers_as_they_are_dialled),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(survives_digits_without_end),
        cmocka_unit_test(compares_what_was_found),
        cmocka_unit_test(compares_no_half_names),
        cmocka_unit_test_setup_teardown(
            finds_nobody_when_memory_is_short, begin_to_fail, end_to_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
