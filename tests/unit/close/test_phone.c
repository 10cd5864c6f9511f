/* Phone numbers as people, switchboards and fax servers write them, country by country: which are
 * one, and which are none. */
#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/close/phone.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *country, *text, *number; /* NULL: none, or a guess */
} numbers[] = {
    /* Germany: a zero before the area */
    {"49", "089 5551 23", "+4989555123"},
    {"49", "(0)89-555123", "+4989555123"},
    {"49", "0049 89 555123", "+4989555123"},
    {"49", "+49 (0)89 555123", "+4989555123"},
    {"49", "+49 89 555123", "+4989555123"},
    {"49", "+49 089 555123", "+4989555123"},
    {"49", "0049 (0) 89 / 55 51-23", "+4989555123"},
    {"49", "(+49) 89 555 123", "+4989555123"},
    {"49", "+49 30 1234 (0) 567", NULL}, /* it may be a part of the number */
    {"49", "+49 89 5551-(0)", NULL},
    {"49", "(0)(0)89555123", NULL},
    {"49", "(089) 555123", "+4989555123"},
    {"49", "089/555123", "+4989555123"},
    {"49", "089/555123-0", "+49895551230"},
    {"49", "089.55.51.23", "+4989555123"},
    {"49",
        "089\xC2\xA0"
        "555\xE2\x80\x93"
        "123",
        "+4989555123"}, /* a blank that does not break, a dash */
    {"49",
        "089\xE2\x80\x91"
        "555123",
        "+4989555123"}, /* a hyphen that does not */
    {"49", "tel:+49-89-555123", "+4989555123"},
    {"49", "0171 1234567", "+491711234567"},
    {"49", "03521 2345", "+4935212345"},

    /* its neighbours */
    {"43", "01 50165", "+43150165"},
    {"43", "0664 1234567", "+436641234567"},
    {"43", "0316/8080-12", "+43316808012"},
    {"43", "+43 (0)1 5800-0", "+43158000"},
    {"41", "044 668 18 00", "+41446681800"},
    {"41", "0041 (0)44 668 18 00", "+41446681800"},
    {"41", "079 123 45 67", "+41791234567"},
    {"423", "234 86 48", "+4232348648"},
    {"33", "01 42 68 53 00", "+33142685300"},
    {"33", "+33 (0)1 42 68 53 00", "+33142685300"},
    {"48", "22 345 67 89", "+48223456789"},
    {"420", "224 123 456", "+420224123456"},
    {"352", "22 33 44", "+352223344"},
    {"45", "33 12 34 56", "+4533123456"},

    /* Italy: the zero belongs to the number */
    {"39", "06 6982", "+39066982"},
    {"39", "02 1234567", "+39021234567"},
    {"39", "+39 02 1234567", "+39021234567"},
    {"39", "+39 (0)2 1234567", "+39021234567"},
    {"39", "0039 06 12345678", "+390612345678"},
    {"39", "347 123 4567", "+393471234567"},
    {"39", "21234567", NULL}, /* its zero was lost */
    {"49", "0039 06 12345678", "+390612345678"},
    {"39", "0049 (0)89 555123", "+4989555123"},

    /* the United States and Canada: a one before it, or nothing */
    {"1", "(650) 555-1234", "+16505551234"},
    {"1", "650.555.1234", "+16505551234"},
    {"1", "1-650-555-1234", "+16505551234"},
    {"1", "+1 (650) 555-1234", "+16505551234"},
    {"1", "+1 1 650 555 1234", "+16505551234"},
    {"1", "011 49 89 555123", "+4989555123"},
    {"1", "011 49 (0)89 555123", "+4989555123"},
    {"1", "555-1234", NULL},       /* without its area */
    {"1", "0049 89 555123", NULL}, /* nobody dials that there */
    {"1", "1650555123", NULL},     /* no area begins with a one */
    {"49", "001 650 555 1234", "+16505551234"},

    /* the United Kingdom, Ireland */
    {"44", "020 7946 0958", "+442079460958"},
    {"44", "(020) 7946 0958", "+442079460958"},
    {"44", "+44 (0)20 7946 0958", "+442079460958"},
    {"44", "01204 12345", "+44120412345"},
    {"353", "01 234 5678", "+35312345678"},

    /* Hungary: zero six; the other 6 is Szeged */
    {"36", "06 1 234 5678", "+3612345678"},
    {"36", "06-30-123-4567", "+36301234567"},
    {"36", "+36 (06) 1 234 5678", "+3612345678"},
    {"36", "+36 62 123 456", "+3662123456"},
    {"36", "06 62 123 456", "+3662123456"},
    {"36", "62 123 456", NULL},

    /* Russia and Kazakhstan: an eight; areas begin with it, too */
    {"7", "8 (495) 123-45-67", "+74951234567"},
    {"7", "+7 495 123 45 67", "+74951234567"},
    {"7", "+7 8 495 123 45 67", "+74951234567"},
    {"7", "(812) 123-45-67", "+78121234567"},
    {"7", "8 812 123 45 67", "+78121234567"},
    {"7", "8 800 555 35 35", "+78005553535"},
    {"7", "8~10 49 89 555123", "+4989555123"},
    {"7", "8 727 123 4567", "+77271234567"},

    /* a country of which nothing is known, called by its code */
    {"49", "+81 3 1234 5678", "+81312345678"},
    {"49", "0081 (0)3 1234 5678", "+81312345678"},
    {"49", "00 0 3 1234 5678", NULL},

    /* nothing is guessed: no area, or a zero that was lost */
    {"49", "555123", NULL},
    {"49", "89 555123", NULL},
    {"49", "89555123", NULL},
    {"49", "4989555123", NULL},
    {"41", "446681800", NULL},
    {"33", "142685300", NULL},

    /* an extension, a short number, too many digits */
    {"49", "12", NULL},
    {"49", "0-12", NULL},
    {"49", "110", NULL},
    {"49", "0123", NULL},
    {"49", "+49 12", NULL},
    {"39", "123", NULL},
    {"45", "112", NULL},
    {"1", "911", NULL},
    {"41", "044 668 18 0", NULL},
    {"41", "044 668 18 000", NULL},
    {"49", "089 555123 0171 1234567", NULL},
    {"49", "+49 89 555123 0171 123", NULL},
    {"49", "089 555123 / 24", NULL}, /* two numbers */
    {"49", "11111111112222222222333333333344444444445555555555", NULL},

    /* more than a number */
    {"49", "", NULL},
    {"49", "+", NULL},
    {"49", "anonymous", NULL},
    {"49", "089 555123 ext. 4", NULL},
    {"49", "089 555123, 0171 1234567", NULL},
    {"49", "Fax 089 555123", NULL},
    {"49", "+49 +89 555123", NULL},
    {"49", "089+555123", NULL},
    {"49", "\xD9\xA0\xD9\xA8\xD9\xA9 555123", NULL}, /* digits that nobody would see dropped */
    {"81", "03 1234 5678", NULL},
    {"DE", "089 555123", NULL},
};

static void makes_numbers_international(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        char number[PHONE_ROOM] = "?";
        int result = phone_international(numbers[i].text, numbers[i].country, number);
        const char *expected = numbers[i].number ? numbers[i].number : "?";
        if (result != (numbers[i].number ? 0 : -EINVAL) || strcmp(number, expected) != 0)
            fail_msg("%s, \"%s\": %s", numbers[i].country, numbers[i].text, number);
    }
}

/* what is international stays what it is, wherever it is dialled */
static void leaves_what_is_international(void **state)
{
    static const char *const countries[] = {"1", "7", "36", "39", "45", "49"};
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++)
        for (size_t j = 0; j < COUNT(countries) && numbers[i].number; j++) {
            char number[PHONE_ROOM] = "?";
            assert_int_equal(phone_international(numbers[i].number, countries[j], number), 0);
            assert_string_equal(number, numbers[i].number);
        }
}

static const struct {
    const char *number, *country, *dialled;
} dialled[] = {
    {"+4989555123", "49", "089555123"},
    {"+4989555123", "1", "0114989555123"},
    {"+16505551234", "1", "16505551234"},
    {"+390612345678", "39", "0612345678"},
    {"+3612345678", "36", "0612345678"},
    {"+74951234567", "7", "84951234567"},
    {"+4989555123", "7", "8104989555123"},
};

static void says_how_a_number_is_dialled(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dialled); i++) {
        struct str out = STR_INIT(100);
        phone_add_dialled(dialled[i].number, dialled[i].country, &out);
        assert_string_equal(str_text(&out), dialled[i].dialled);
        str_release(&out);
    }
}

static const struct {
    const char *country, *like;
} countries[] = {
    {"DE", "49"},
    {"de", "49"},
    {"UK", "44"},
    {"GB", "44"},
    {"CA", "1"},
    {"KZ", "7"},
    {"+49", "49"},
    {"0049", "49"},
    {"00 49", "49"},
    {"+1", "1"},
    {"+81", NULL},
    {"D", NULL},
    {"S ", NULL},
    {"XX", NULL},
    {"Germany", NULL},
    {"", NULL},
};

static void knows_what_country_was_meant(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(countries); i++) {
        const char *like = phone_country_like(countries[i].country);
        assert_false(phone_knows_country(countries[i].country));
        assert_string_equal(like ? like : "-", countries[i].like ? countries[i].like : "-");
        assert_true(!like || phone_knows_country(like));
    }
}

static void says_what_is_known(void **state)
{
    struct str out = STR_INIT(2000);
    (void)state;
    phone_add_countries(&out);
    assert_true(str_starts_with(str_text(&out), "1 (US CA), 7 (RU KZ), "));
    str_clear(&out);
    phone_add_forms("49", &out);
    assert_string_equal(str_text(&out),
        "as it is dialled there, with 0 before the area code, or in full, as in +49...");
    str_clear(&out);
    phone_add_forms("39", &out);
    assert_string_equal(str_text(&out), "as it is dialled there, or in full, as in +39...");
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_numbers_international),
        cmocka_unit_test(leaves_what_is_international),
        cmocka_unit_test(says_how_a_number_is_dialled),
        cmocka_unit_test(knows_what_country_was_meant),
        cmocka_unit_test(says_what_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
