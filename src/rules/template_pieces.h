/** A template as it is kept: its pieces, and the text they point into. */
#ifndef CLOSEDROP_RULES_TEMPLATE_PIECES_H
#define CLOSEDROP_RULES_TEMPLATE_PIECES_H

#include "closedrop/rules/variable.h"

/** A piece of a template: text, or a variable's name. Both are in the template's own copy. */
struct piece {
    const struct variable *variable; /* NULL: text */
    const char *text;
    size_t length;
    const char *format;
};

struct template
{
    char *copy;
    struct piece *pieces;
    size_t count, room;
};

#endif
