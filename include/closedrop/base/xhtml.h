/**
 * The XHTML of texts in Close. What stands in a note is "a restricted subset of XHTML"
 * (close-api.md 3, 12.3), which Close refuses where it is not; what stands in an email is anything
 * that browsers show, but well-formed. Pure.
 */
#ifndef CLOSEDROP_BASE_XHTML_H
#define CLOSEDROP_BASE_XHTML_H

struct str;

enum xhtml_kind {
    XHTML_NOTE, /* a <body> or what stands in one, of the elements and attributes of rich texts */
    XHTML_EMAIL /* any elements, comments, a document type */
};

/**
 * Returns 0; or -EINVAL, with the first fault, what would be right, and the place added to `why`:
 * `<br> is not closed; write <br/> (character 5: "<br>b</p>")`.
 */
int xhtml_check(const char *text, enum xhtml_kind kind, struct str *why);

/** Add well-formed XHTML as plain text, or plain text as a <body>. */
void xhtml_add_plain(struct str *out, const char *xhtml);
void xhtml_add_body(struct str *out, const char *plain);

#endif
