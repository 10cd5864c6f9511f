/**
 * The table of what to do. Steps that follow each other are numbered; of alternatives, each line
 * begins with its case. A file is called by its name: "this file" is the text that is being read.
 */
#include "advice.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define MOVE "move {file} (not this message) to {folder}."
#define TRIED " It is tried again, and this message disappears. {outcome}"
#define MOVE_THERE "move {file} (not this message) to that folder."
#define THEN_MOVE "Then " MOVE TRIED
#define SECOND_MOVE "\n2. Then " MOVE TRIED
#define DELETE "delete {file} and this message. Nothing else is needed."
#define DELETE_OLD " As soon as the new file {uploaded}, delete {file} and this message."
#define ASK_FOR_SETTING                                                                            \
    "1. Tell your administrator that a setting must be changed, and wait for the "                 \
    "answer." SECOND_MOVE
#define SCAN_AGAIN "save or scan the document again, with the same name, into {folder}." DELETE_OLD
#define MAKE_SMALLER                                                                               \
    "- If you can make it smaller: save or scan it again with a lower resolution, or in several "  \
    "parts, into {folder}. Give each part a name of its own, and keep in each what says where it " \
    "belongs, such as a customer number. As soon as all of them are in Close, delete {file} and "  \
    "this message."                                                                                \
    "\n- If that is not possible, ask your administrator to raise the limit, and wait for the "    \
    "answer. Then " MOVE_THERE TRIED
#define LOOK_AT_LEAD                                                                               \
    "{lead} and look for the file there.\n- If it is there, " DELETE                               \
    "\n- If it is not there, " MOVE                                                                \
    " It is then saved in Close, and this message disappears. {outcome}"
#define MISSING(what)                                                                              \
    "{lead} and add " what " yourself, if it is still needed. Then delete this message.\n"         \
    "Do not move {file} back: it is in Close, and would be saved there a second time."
#define UNCERTAIN "It is not certain whether {file} is in Close."

static const struct advice advices[] = {
    {"already_filed", "{file} was not saved in Close, because its content was sent there before.",
        "{lead} and look for that file.\n"
        "- If it is there, and once is enough, " DELETE "\n"
        "- If you saved the wrong document under this name, save the right one into {folder}.\n"
        "- If it is not there, or is wanted there twice, " MOVE
        " It is then added, even a second time{again}, and this message disappears. "
        "{outcome}"},
    {"close_refused", NULL,
        "Read what Close answered, which is in the reason above.\n"
        "- If it is about the name of the file, rename {file}.\n"
        "- If not, or if you are not sure, ask your administrator, and wait for the "
        "answer.\n" THEN_MOVE},
    {"crashed", UNCERTAIN,
        "Tell your administrator, and look in Close whether the file is there.\n"
        "- If it is there, " DELETE "\n"
        "- If it is not there, and your administrator agrees, " MOVE TRIED},
    {"cut_off", NULL,
        "Open {file} and look at its last page.\n"
        "- If something is missing, or if it does not open, " SCAN_AGAIN "\n"
        "- Only if nothing is missing, " MOVE_THERE
        " It is then saved in Close without this check, and "
        "this message disappears. {outcome}"},
    {"doubtful", UNCERTAIN, LOOK_AT_LEAD},
    {"empty", NULL,
        "- If it should not be empty, " SCAN_AGAIN "\n"
        "- If it is meant to be empty, " MOVE_THERE
        " It is then saved in Close without this check, and "
        "this message disappears. {outcome}"},
    {"foreign_host", NULL, ASK_FOR_SETTING},
    {"links", NULL,
        "- If the file is still in use elsewhere, copy {file} (do not move it) to "
        "{folder}." DELETE_OLD "\n- If its other names were deleted, " MOVE_THERE TRIED},
    {"no_rule", NULL,
        "Compare its name with the names of files that were saved in Close{examples}.\n"
        "- If its name is wrong (perhaps a customer number is missing), rename {file}: in the same "
        "way as those, but with the number or name that is on the document itself.\n"
        "- If its name is right, the cause may be the type of the file or its size: ask your "
        "administrator, and wait for the answer.\n" THEN_MOVE},
    {"other_files", NULL,
        "Open the template in Close and look at the files in it.\n"
        "- If they are not needed there any more, remove them. " THEN_MOVE "\n"
        "- If they are, ask your administrator to name another template, and wait for the "
        "answer. " THEN_MOVE},
    {"pattern", NULL, ASK_FOR_SETTING},
    {"recalled", "{file} was not sent.",
        "- If it is not to be sent, " DELETE "\n"
        "- If it is to be sent after all, " MOVE " It is then sent, and this message disappears. "
        "{outcome}"},
    {"several", NULL,
        "- If they are one and the same, merge them in Close.\n"
        "- If not, find out which one is meant, and ask your administrator how to say so in the "
        "name of the file, for example with the ID that is in parentheses above. Rename {file} in "
        "this way.\n" THEN_MOVE},
    {"sidecar", NULL,
        "{file} needs a second file, which has the same name with the ending .json.\n"
        "- If the program that writes the two can write them again, let it write both, into "
        "{folder}." DELETE_OLD "\n"
        "- If the second file was corrected, " MOVE_THERE TRIED},
    {"table", NULL,
        "1. Tell your administrator that the list must be corrected, and wait for the "
        "answer." SECOND_MOVE},
    {"set_missing", "{file} was saved in Close, but its custom fields were not set.",
        MISSING("the values of the fields")},
    {"task_missing", "{file} was saved in Close, but its task was not created.",
        MISSING("the task")},
    {"template", NULL,
        "- If something is missing in Close, such as the email address of the contact, add it "
        "there.\n"
        "- If not, tell your administrator that a setting must be changed, and wait for the "
        "answer.\n" THEN_MOVE},
    {"too_large", NULL, MAKE_SMALLER},
    {"too_much", NULL, MAKE_SMALLER},
    {"too_small", NULL,
        "Open {file} and check whether it is complete.\n"
        "- If something is missing, or if it does not open, " SCAN_AGAIN "\n"
        "- If nothing is missing, ask your administrator to lower the limit, and wait for the "
        "answer. Then " MOVE_THERE TRIED},
    {"unclear", UNCERTAIN, LOOK_AT_LEAD},
    {"unreadable", NULL,
        "1. Tell your administrator that the permissions of the file must be changed, and wait for "
        "the answer." SECOND_MOVE},
    {"wrong_contact", NULL,
        "1. Find out which of the two is right, and correct the other one: in the name of {file}, "
        "or in Close." SECOND_MOVE},
    {NULL, NULL, NULL},
};

const struct advice *advice_of(const char *code)
{
    const struct advice *advice = advices;
    while (advice->code && (!code || strcmp(advice->code, code) != 0))
        advice++;
    return advice;
}

const char *advice_steps(const char *remedy)
{
    if (!remedy)
        return "1. Tell your administrator that the cause must be removed, and wait for the "
               "answer." SECOND_MOVE;
    bool has_cases = strncmp(remedy, "if ", 3) == 0 || strstr(remedy, "; if ");
    return has_cases ? "{remedy}\n" THEN_MOVE : "1. {remedy}" SECOND_MOVE;
}

const char advice_other_lead[] =
    "Look at both in Close.\n"
    "- If the first one is right, delete this message. Nothing else is needed.\n"
    "- If the document belongs to the second one as well, " MOVE
    " It is then added to that one, and this message disappears.";
