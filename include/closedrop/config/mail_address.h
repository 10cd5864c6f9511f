/** The form of email addresses. Pure. */
#ifndef CLOSEDROP_CONFIG_MAIL_ADDRESS_H
#define CLOSEDROP_CONFIG_MAIL_ADDRESS_H

#include <stdbool.h>

/**
 * Whether a text is a plain address, "name@host", as mail servers take it without an extension: in
 * ASCII, without quotes, comments or a display name, so that nothing in it can end a header or a
 * command.
 */
bool mail_address_is_valid(const char *text);

#endif
