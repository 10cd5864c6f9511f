/**
 * The little XML that S3 speaks.
 */
#ifndef CLOSEDROP_SANDBOX_UTIL_XML_H
#define CLOSEDROP_SANDBOX_UTIL_XML_H

struct str;

/** What every document begins with. */
#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

/** Add <name>text</name>, with `text` made fit for XML. */
void xml_element(struct str *out, const char *name, const char *text);

#endif
