/** Phone numbers as they are written: how each calls from anywhere, and whether two are one. */
#include "closedrop/close/phone.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/** Fewer digits say too little: an extension, a short number. */
#define DIGITS_MIN 7
/** The longest country code (ITU-T E.164). */
#define COUNTRY_MAX 3

void phone_digits(const char *text, char digits[PHONE_DIGITS_MAX + 1])
{
    size_t count = 0;
    for (; *text && count < PHONE_DIGITS_MAX; text++) {
        if (str_starts_with(text, "(0)")) /* "+49 (0)30 ...": dialled at home only */
            text += 2;
        else if (isdigit((unsigned char)*text) && (count > 0 || *text != '0'))
            digits[count++] = *text;
    }
    digits[count] = '\0';
}

/** Whether a number says its country. */
static bool is_international(const char *text)
{
    text += strspn(text, " (");
    return *text == '+' || str_starts_with(text, "00");
}

/** Whether a number is written as it is dialled at home: with the zero before its area. */
static bool is_national(const char *text)
{
    text += strspn(text, " (");
    return *text == '0' && !is_international(text);
}

bool phone_is_same(const char *a, const char *b)
{
    char of_a[PHONE_DIGITS_MAX + 1], of_b[PHONE_DIGITS_MAX + 1];
    phone_digits(a, of_a);
    phone_digits(b, of_b);
    bool a_is_longer = strlen(of_a) > strlen(of_b);
    const char *longer = a_is_longer ? of_a : of_b, *shorter = a_is_longer ? of_b : of_a;
    size_t more = strlen(longer) - strlen(shorter);
    const char *longer_text = a_is_longer ? a : b, *shorter_text = a_is_longer ? b : a;
    if (more > 0 && (is_international(shorter_text) || is_national(longer_text)))
        return false; /* what the longer one has in addition is not a country code */
    if (more == 0 && is_international(a) != is_international(b) && is_national(a) != is_national(b))
        return false; /* one lacks its country, and so cannot be as long */
    return strlen(shorter) >= DIGITS_MIN && more <= COUNTRY_MAX &&
           strcmp(longer + more, shorter) == 0;
}

bool phone_is_sound(const char *text)
{
    char digits[PHONE_DIGITS_MAX + 1];
    phone_digits(text, digits);
    return strlen(digits) >= DIGITS_MIN;
}

/* ---- as they are dialled in a country ---- */

/** Digits of an international number (ITU-T E.164). */
#define E164_MAX 15
/** Digits of a country's code. */
#define CODE_MAX 3

/** A slash stands behind the area; "555123/24" is two numbers. */
#define BEHIND_SLASH_MIN 3

struct plan {
    const char *code;      /* how the country is called from abroad */
    const char *countries; /* its names of ISO 3166 */
    const char *abroad;    /* dialled before another country's code */
    const char *trunk;  /* dialled before a number of the own country; "": nothing is. A zero must
                           be there, or else the area is missing, or the zero was lost */
    const char *never;  /* what no number begins with */
    size_t least, most; /* digits of a number, from its area on */
};

static const struct plan plans[] = {
    {"1", "US CA", "011", "1", "01", 10, 10},
    {"7", "RU KZ", "810", "8", "0", 10, 10},
    {"30", "GR", "00", "", "0", 10, 10},
    {"31", "NL", "00", "0", "0", 9, 9},
    {"32", "BE", "00", "0", "0", 8, 9},
    {"33", "FR", "00", "0", "0", 9, 9},
    {"34", "ES", "00", "", "0", 9, 9},
    {"351", "PT", "00", "", "0", 9, 9},
    {"352", "LU", "00", "", "0", 6, 11},
    {"353", "IE", "00", "0", "0", 7, 9},
    {"354", "IS", "00", "", "0", 7, 7},
    {"355", "AL", "00", "0", "0", 8, 9},
    {"356", "MT", "00", "", "0", 8, 8},
    {"357", "CY", "00", "", "0", 8, 8},
    {"358", "FI", "00", "0", "0", 6, 10},
    {"359", "BG", "00", "0", "0", 7, 9},
    {"36", "HU", "00", "06", "0", 8, 9},
    {"371", "LV", "00", "", "0", 8, 8},
    {"372", "EE", "00", "", "0", 7, 8},
    {"373", "MD", "00", "0", "0", 8, 8},
    {"380", "UA", "00", "0", "0", 9, 9},
    {"381", "RS", "00", "0", "0", 7, 10},
    {"382", "ME", "00", "0", "0", 8, 8},
    {"385", "HR", "00", "0", "0", 8, 9},
    {"386", "SI", "00", "0", "0", 8, 8},
    {"387", "BA", "00", "0", "0", 8, 9},
    {"389", "MK", "00", "0", "0", 8, 8},
    {"39", "IT", "00", "", "1245679", 6, 11}, /* its zero belongs to the number; 3 is a mobile */
    {"40", "RO", "00", "0", "0", 9, 9},
    {"41", "CH", "00", "0", "0", 9, 9},
    {"420", "CZ", "00", "", "0", 9, 9},
    {"421", "SK", "00", "0", "0", 9, 9},
    {"423", "LI", "00", "", "0", 7, 9},
    {"43", "AT", "00", "0", "0", 6, 13},
    {"44", "GB UK", "00", "0", "0", 9, 10},
    {"45", "DK", "00", "", "0", 8, 8},
    {"46", "SE", "00", "0", "0", 7, 9},
    {"47", "NO", "00", "", "0", 8, 8},
    {"48", "PL", "00", "", "0", 9, 9},
    {"49", "DE", "00", "0", "0", 6, 13},
    {"90", "TR", "00", "0", "0", 10, 10},
};

/** What may be between digits: spaces, dashes of any kind, what divides groups, and what says
 * that the caller waits for a tone. */
static const char *const separators[] = {" ", "-", ".", "(", ")", "/", "~", "\u00A0", "\u202F",
    "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212"};

/** A number as it is written. */
struct written {
    char digits[PHONE_DIGITS_MAX + 1];
    size_t count;
    size_t slash;    /* how many are before the last slash */
    size_t optional; /* how many are before a "(0)"; 0: there is none after other digits */
    bool has_plus;
    bool is_at_home; /* it begins with "(0)" */
};

static const struct plan *find_plan(const char *country)
{
    for (size_t i = 0; i < COUNT(plans); i++)
        if (strcmp(plans[i].code, country) == 0)
            return &plans[i];
    return NULL;
}

/** The country that an international number calls; no code begins with another one. */
static const struct plan *called_plan(const char *digits)
{
    for (size_t i = 0; i < COUNT(plans); i++)
        if (str_starts_with(digits, plans[i].code))
            return &plans[i];
    return NULL;
}

static size_t separator_length(const char *text)
{
    for (size_t i = 0; i < COUNT(separators); i++)
        if (str_starts_with(text, separators[i]))
            return strlen(separators[i]);
    return 0;
}

/** Take the character at `text`; returns its length, 0 where no number has it. */
static size_t take_character(struct written *written, const char *text)
{
    if (isdigit((unsigned char)*text)) {
        written->digits[written->count++] = *text;
        return 1;
    }
    if (*text == '+') {
        bool is_first = !written->has_plus && written->count == 0;
        written->has_plus = true;
        return is_first;
    }
    if (str_starts_with(text, "(0)") && !written->optional)
        written->optional = written->count;
    written->is_at_home |= written->count == 0 && str_starts_with(text, "(0)");
    if (*text == '/')
        written->slash = written->count;
    return separator_length(text);
}

static int read_written(const char *text, struct written *ret_written)
{
    struct written written = {0};
    text += strncasecmp(text, "tel:", 4) == 0 ? 4 : 0;
    while (*text) {
        size_t length = written.count < PHONE_DIGITS_MAX ? take_character(&written, text) : 0;
        if (!length)
            return -EINVAL;
        text += length;
    }
    if (written.slash && written.count - written.slash < BEHIND_SLASH_MIN)
        return -EINVAL;
    *ret_written = written;
    return 0;
}

static bool fits(const struct plan *plan, const char *digits)
{
    size_t length = strlen(digits);
    return length >= plan->least && length <= plan->most && !strchr(plan->never, *digits);
}

/** A number from its area on, with or without what is dialled before it; NULL: it is none. */
static const char *from_area(const struct plan *plan, const char *digits)
{
    if (fits(plan, digits))
        return digits;
    bool has_trunk = str_starts_with(digits, plan->trunk);
    return has_trunk && fits(plan, digits + strlen(plan->trunk)) ? digits + strlen(plan->trunk)
                                                                 : NULL;
}

static int print_number(const char *code, const char *rest, char ret_number[PHONE_ROOM])
{
    size_t length = strlen(code) + strlen(rest);
    if (length < DIGITS_MIN || length > E164_MAX)
        return -EINVAL;
    (void)snprintf(ret_number, PHONE_ROOM, "+%s%s", code, rest);
    return 0;
}

static int national(const struct plan *plan, const char *digits, char ret_number[PHONE_ROOM])
{
    if (*plan->trunk == '0' && !str_starts_with(digits, plan->trunk))
        return -EINVAL;
    const char *rest = from_area(plan, digits);
    return rest ? print_number(plan->code, rest, ret_number) : -EINVAL;
}

static bool is_behind_code(const struct plan *plan, size_t digits)
{
    return plan ? digits == strlen(plan->code) : digits <= CODE_MAX;
}

/** The digits of `written` from `start` on begin with a country's code. */
static int international(struct written *written, size_t start, char ret_number[PHONE_ROOM])
{
    char *digits = written->digits + start;
    const struct plan *plan = called_plan(digits);
    bool keeps_zero = plan && !strchr(plan->never, '0');
    bool has_optional = written->optional > start && !keeps_zero;
    if (has_optional && !is_behind_code(plan, written->optional - start))
        return -EINVAL; /* elsewhere it may be a part of the number */
    if (has_optional)
        memmove(written->digits + written->optional, written->digits + written->optional + 1,
            written->count - written->optional);
    if (!plan)
        return *digits == '0' ? -EINVAL : print_number("", digits, ret_number);
    const char *given = digits + strlen(plan->code);
    const char *rest = from_area(plan, given);
    if (!rest && *given == '0' && !keeps_zero)
        return -EINVAL;
    return print_number(plan->code, rest ? rest : given, ret_number);
}

int phone_international(const char *text, const char *country, char ret_number[PHONE_ROOM])
{
    struct written written;
    const struct plan *plan = find_plan(country);
    if (!plan || read_written(text, &written) < 0)
        return -EINVAL;
    if (written.has_plus)
        return international(&written, 0, ret_number);
    if (!written.is_at_home && str_starts_with(written.digits, plan->abroad))
        return international(&written, strlen(plan->abroad), ret_number);
    return national(plan, written.digits, ret_number);
}

void phone_add_dialled(const char *number, const char *country, struct str *out)
{
    const struct plan *plan = find_plan(country);
    bool is_at_home = str_starts_with(number + 1, country);
    str_add(out, is_at_home ? plan->trunk : plan->abroad);
    str_add(out, number + 1 + (is_at_home ? strlen(country) : 0));
}

void phone_add_forms(const char *country, struct str *out)
{
    const struct plan *plan = find_plan(country);
    str_add(out, "as it is dialled there, ");
    if (*plan->trunk)
        str_printf(out, "with %s before the area code, ", plan->trunk);
    str_printf(out, "or in full, as in +%s...", country);
}

bool phone_knows_country(const char *country)
{
    return find_plan(country) != NULL;
}

const char *phone_country_like(const char *text)
{
    for (size_t i = 0; i < COUNT(plans); i++) {
        const char *name = strcasestr(plans[i].countries, text);
        if (strlen(text) == 2 && name && (name - plans[i].countries) % 3 == 0)
            return plans[i].code;
    }
    text += strspn(text, "+0 ");
    const struct plan *plan = find_plan(text);
    return plan ? plan->code : NULL;
}

void phone_add_countries(struct str *out)
{
    for (size_t i = 0; i < COUNT(plans); i++)
        str_printf(out, "%s%s (%s)", i ? ", " : "", plans[i].code, plans[i].countries);
}
