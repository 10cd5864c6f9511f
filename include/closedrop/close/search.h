/**
 * Finding a contact or lead: the question to POST data/search/ (close-api.md 7.3), and the
 * comparison of what it answers. The index matches words and lags, so whatever it gives is only a
 * candidate until its own values were compared. Pure.
 */
#ifndef CLOSEDROP_CLOSE_SEARCH_H
#define CLOSEDROP_CLOSE_SEARCH_H

#include <stdbool.h>

struct json;
struct str;

enum search_by {
    SEARCH_CONTACT_EMAIL,
    SEARCH_CONTACT_PHONE,
    SEARCH_CONTACT_NAME,
    SEARCH_LEAD_NAME,
    SEARCH_CUSTOM_FIELD,
    SEARCH_KINDS
};

/** As rules call them: "contact_email" ... */
extern const char *const search_names[SEARCH_KINDS];

struct search {
    enum search_by by;
    const char *value;        /* not empty */
    const char *custom_field; /* its id, for SEARCH_CUSTOM_FIELD */
    const char *country;      /* for SEARCH_CONTACT_PHONE: the one in which the number is dialled
                                 (phone.h); NULL: not known */
};

/** Whether contacts are searched for, else leads. */
bool search_is_for_contacts(const struct search *search);

/** Whether there is enough in the value to search by: a phone number must be whole. */
bool search_is_sound(const struct search *search);

/** Add what is missing where there is not, for people. */
void search_add_lack(const struct search *search, struct str *out);

/** How many an answer may give at most, and what to ask for where Close takes less. */
#define SEARCH_PAGE 200
#define SEARCH_PAGE_SMALL 100

/** The body of the question for up to `page` of them; `cursor` goes on where an answer ended, NULL
 * begins. The caller's; NULL when memory is short. */
struct json *search_query(const struct search *search, const char *cursor, int page);

enum search_match {
    SEARCH_NO,
    SEARCH_BUT_FOR_CASE, /* it counts only where no other object has just the value */
    SEARCH_YES,
    SEARCH_UNKNOWN /* the object does not show the value that is compared */
};

/** Whether an object that shows its value may be meant: SEARCH_YES, SEARCH_BUT_FOR_CASE. */
bool search_is_like(enum search_match match);

/**
 * Whether a contact or lead, as Close gives it, has just what is searched for: a name or a custom
 * field as people see it (base/text.h, TEXT_LOOKS_SAME), an email address whatever the case of its
 * letters, a phone number as phone.h says.
 */
enum search_match search_compare(const struct search *search, const struct json *object);

/** Add what is searched for, for people: `contact with the email address "a@b.c"`, `contact with
 * the phone number "089 5551 23" (+4989555123)`. */
void search_add_words(const struct search *search, struct str *out);

#endif
