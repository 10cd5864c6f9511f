/**
 * Finds a contact or lead: the query for POST data/search/ (Close API documentation, "Advanced
 * Filtering"), and the comparison of its results. Close's index matches words and lags behind, so
 * every result is only a candidate until its own values have been compared. Pure.
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

/** Their names in rules: "contact_email" ... */
extern const char *const search_names[SEARCH_KINDS];

struct search {
    enum search_by by;
    const char *value;        /* not empty */
    const char *custom_field; /* its ID, for SEARCH_CUSTOM_FIELD */
    const char *country;      /* for SEARCH_CONTACT_PHONE: where the number is dialled
                                 (phone.h); NULL: unknown */
};

/** Whether the search is for contacts; otherwise, it is for leads. */
bool search_is_for_contacts(const struct search *search);

/** Whether the value is sufficient for a search: a phone number must be complete. */
bool search_is_sound(const struct search *search);

/** Append what is missing if it is not, for people. */
void search_add_lack(const struct search *search, struct str *out);

/** Maximum number of results per page, and the number to ask for if Close accepts less. */
#define SEARCH_PAGE 200
#define SEARCH_PAGE_SMALL 100

/** The body of the query for up to `page` results. `cursor` continues after a previous page; NULL:
 * the first page. The caller frees it; NULL if out of memory. */
struct json *search_query(const struct search *search, const char *cursor, int page);

enum search_match {
    SEARCH_NO,
    SEARCH_BUT_FOR_CASE, /* counts only if no other object has exactly the value */
    SEARCH_YES,
    SEARCH_UNKNOWN /* the object does not contain the value to compare */
};

/** Whether the object may be the right one: SEARCH_YES or SEARCH_BUT_FOR_CASE. */
bool search_is_like(enum search_match match);

/**
 * Whether a contact or lead, as Close returns it, has exactly the value of the search. Names and
 * custom fields are compared as people see them (base/text.h, TEXT_LOOKS_SAME), email addresses
 * without regard to case, phone numbers as phone.h describes.
 */
enum search_match search_compare(const struct search *search, const struct json *object);

/** Append what is searched for, for people: `contact with the email address "a@b.c"`, `contact with
 * the phone number "089 5551 23" (+4989555123)`. */
void search_add_words(const struct search *search, struct str *out);

#endif
