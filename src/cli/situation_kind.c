/** Situations in which a file is not a document: what it is decides, not its name. */
#include "situation_words.h"

#include "closedrop/base/array.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"

#include <string.h>

/* ---- it cannot be inspected ---- */

static bool is_hidden(const struct facts *facts)
{
    return facts->kind == FILE_HIDDEN;
}

static void tell_hidden(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s cannot be inspected by whoever asks: ", fact_name(facts));
    words_add_problem(facts->hidden, out);
}

static void advise_other_user(const struct facts *facts, struct str *out)
{
    const char *remedy = remedy_of(facts->hidden);
    str_printf(out, "ask as root, or as the user that closedrop runs as%s%s", remedy ? "; or " : "",
        remedy ? remedy : "");
}

/* ---- a directory ---- */

static bool is_directory(const struct facts *facts)
{
    return facts->kind == FILE_DIRECTORY;
}

static bool is_shut_directory(const struct facts *facts)
{
    return is_directory(facts) && facts->filtered.reason;
}

static void tell_shut_directory(const struct facts *facts, struct str *out)
{
    char words[FILTER_WORDS_MAX];
    filter_words(&facts->filtered, facts->place.path, words);
    str_printf(out,
        facts->filtered.directory ? "%s is a directory of the folder \"%s\", but nothing in it is "
                                    "taken: %s"
                                  : "%s is a directory of the folder \"%s\" that is not entered: "
                                    "%s",
        fact_name(facts), fact_folder(facts), words);
}

static void tell_directory(const struct facts *facts, struct str *out)
{
    if (facts->root)
        str_printf(out, "%s is the drop folder \"%s\"", fact_name(facts), facts->root->name);
    else if (!facts->place.folder)
        str_printf(out, "%s is a directory, and not in a drop folder", fact_name(facts));
    else
        str_printf(out, "%s is a directory in the folder \"%s\"; files in it are taken",
            fact_name(facts), fact_folder(facts));
}

static bool has_our_files(const struct facts *facts)
{
    return facts->filtered.reason == FILTER_ARCHIVE || facts->filtered.reason == FILTER_FAILED;
}

static void advise_directory(const struct facts *facts, struct str *out)
{
    if (facts->filtered.reason && !has_our_files(facts))
        str_add(out, "move the files in it to a directory that is entered");
    else
        str_add(out, "name one of the files in it; \"closedrop status\" shows how the folders are");
}

/* ---- links, devices ---- */

static bool is_link(const struct facts *facts)
{
    return facts->kind == FILE_LINK;
}

static void tell_link(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s is a symbolic link, and those are never followed", fact_name(facts));
}

static bool is_behind_link(const struct facts *facts)
{
    return facts->place.is_behind_link;
}

static void tell_behind_link(const struct facts *facts, struct str *out)
{
    str_printf(out,
        "%s is not really in the folder \"%s\": its path leads through a symbolic link, and those "
        "are never followed",
        fact_name(facts), fact_folder(facts));
}

static void advise_copy(const struct facts *facts, struct str *out)
{
    (void)facts;
    str_add(out, "copy the file itself into the folder");
}

static bool is_special(const struct facts *facts)
{
    return facts->kind == FILE_SPECIAL;
}

static void tell_special(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s is a device, a pipe or a socket, and only regular files are uploaded",
        fact_name(facts));
}

/* ---- our own ---- */

static bool is_own(const struct facts *facts)
{
    return facts->is_own;
}

static void tell_own(const struct facts *facts, struct str *out)
{
    str_printf(out,
        "%s is used by closedrop itself (its configuration, key, tables or queue), so it is never "
        "taken",
        fact_name(facts));
}

static const struct {
    const char *suffix;
    const char *what;
} our_texts[] = {
    {".error.txt", "says why it failed"},
    {".close.json", "is its receipt"},
};

#define OUR_TEXTS COUNT(our_texts)

/** Which of the texts that we write ourselves it is; OUR_TEXTS: none. */
static size_t our_text(const struct facts *facts)
{
    size_t i = 0;
    while (i < OUR_TEXTS && !str_ends_with(facts->given, our_texts[i].suffix))
        i++;
    return i;
}

static bool is_our_text(const struct facts *facts)
{
    return facts->kind == FILE_REGULAR && facts->place.folder && our_text(facts) < OUR_TEXTS;
}

static void tell_our_text(const struct facts *facts, struct str *out)
{
    const char *name = fact_name(facts), *suffix = our_texts[our_text(facts)].suffix;
    str_printf(out, "%s was written by closedrop and belongs to %.*s: it %s", name,
        (int)(strlen(name) - strlen(suffix)), name, our_texts[our_text(facts)].what);
}

static void advise_our_text(const struct facts *facts, struct str *out)
{
    const char *given = facts->given, *suffix = our_texts[our_text(facts)].suffix;
    str_printf(out, "read it; for what happened to that file: closedrop explain \"%.*s\"",
        (int)(strlen(given) - strlen(suffix)), given);
}

const struct situation situations_of_kind[] = {
    {"hidden", is_hidden, tell_hidden, advise_other_user},
    {"shut_directory", is_shut_directory, tell_shut_directory, advise_directory},
    {"directory", is_directory, tell_directory, advise_directory},
    {"link", is_link, tell_link, advise_copy},
    {"behind_link", is_behind_link, tell_behind_link, advise_copy},
    {"special", is_special, tell_special, NULL},
    {"own", is_own, tell_own, NULL},
    {"text", is_our_text, tell_our_text, advise_our_text},
    {NULL, NULL, NULL, NULL},
};
