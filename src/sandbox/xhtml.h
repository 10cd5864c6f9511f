/**
 * The little XHTML of rich texts (a note's note_html). Pure.
 */
#ifndef CLOSEDROP_SANDBOX_XHTML_H
#define CLOSEDROP_SANDBOX_XHTML_H

struct str;

/** What keeps `text` from being one well-formed <body> element, in words; NULL where it is one. */
const char *xhtml_fault(const char *text);

/** Add well-formed XHTML as plain text, or plain text as a <body>. */
void xhtml_add_plain(struct str *out, const char *xhtml);
void xhtml_add_body(struct str *out, const char *plain);

#endif
