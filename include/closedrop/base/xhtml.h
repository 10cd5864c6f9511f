/**
 * The XHTML of texts in Close. A note must be "a restricted subset of XHTML" (Close API
 * documentation, "Rich Text Fields"), or Close rejects it; an email can be anything that browsers
 * show, if it is well-formed. Pure.
 */
#ifndef CLOSEDROP_BASE_XHTML_H
#define CLOSEDROP_BASE_XHTML_H

struct str;

enum xhtml_kind {
    XHTML_NOTE, /* a <body> or its contents, with the elements and attributes of rich text */
    XHTML_EMAIL /* any elements, comments, and a document type */
};

/**
 * Returns 0, or -EINVAL with the first error, what would be right, and the place appended to `why`:
 * `<br> is not closed; write <br/> (character 5: "<br>b</p>")`.
 */
int xhtml_check(const char *text, enum xhtml_kind kind, struct str *why);

/** Append well-formed XHTML as plain text, or plain text as a <body>. */
void xhtml_add_plain(struct str *out, const char *xhtml);
void xhtml_add_body(struct str *out, const char *plain);

#endif
