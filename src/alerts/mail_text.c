/** What a mail says: for somebody who knows what closedrop is for, and may know nothing else. */
#include "mail_text.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/moment.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/base/utf8.h"

#include <inttypes.h>
#include <string.h>

/** A problem and its remedy are paragraphs of their own; nothing in them breaks a line. */
static void add_message(struct str *out, const char *indent, const char *message)
{
    const char *remedy = remedy_of(message);
    str_add(out, indent);
    utf8_escape(out, message, remedy ? remedy_problem_length(message) : strlen(message));
    str_add(out, "\n");
    if (!remedy)
        return;
    str_printf(out, "%sWhat to do: ", indent);
    utf8_escape(out, remedy, strlen(remedy));
    str_add(out, "\n");
}

void mail_text_add_file(struct str *out, const char *folder, const char *path, const char *message)
{
    utf8_escape(out, folder, strlen(folder));
    str_add(out, "/");
    utf8_escape(out, path, strlen(path));
    str_add(out, "\n");
    add_message(out, "  ", message);
    str_add(out, "\n");
}

static void add_problem(struct str *out, const char *message)
{
    str_add_bytes(
        out, message, remedy_of(message) ? remedy_problem_length(message) : strlen(message));
}

/** The first line about the files is the name of the first. */
static void add_failed_subject(struct str *out, const struct mail_about *about)
{
    if (about->count > 1) {
        str_printf(out, "%" PRId64 " files have failed", about->count);
        return;
    }
    str_add_bytes(out, about->files, strcspn(about->files, "\n"));
    str_add(out, ": ");
    add_problem(out, about->notice->message);
}

void mail_text_subject(struct str *out, const struct mail_about *about)
{
    const struct notice *notice = about->notice;
    str_printf(out, "closedrop on %s: ", about->host);
    switch (notice->kind) {
    case NOTICE_FAILED:
        add_failed_subject(out, about);
        break;
    case NOTICE_RECOVERED:
        str_add(out, "resolved: ");
        add_problem(out, notice->message);
        break;
    case NOTICE_SUMMARY:
        str_add(out, "summary");
        break;
    default:
        add_problem(out, notice->message);
    }
}

static void add_times(struct str *out, const struct notice *notice)
{
    char from[MOMENT_TEXT], to[MOMENT_TEXT], took[UNITS_DURATION];
    moment_print(notice->at_ms, MOMENT_TO_THE_MINUTE, to);
    if (notice->kind != NOTICE_RECOVERED) {
        str_printf(out, "\nTime: %s\n", to);
        return;
    }
    str_printf(out, "\nSince %s, for %s.\n",
        moment_print(notice->since_ms, MOMENT_TO_THE_MINUTE, from),
        units_duration_text(later(notice->at_ms - notice->since_ms, 0), took));
}

static void add_failed(struct str *out, const struct mail_about *about)
{
    str_add(out, about->count == 1 ? "A file has failed:\n\n" : "Files have failed:\n\n");
    str_add(out, about->files);
    if (about->count > MAIL_FILES_MAX)
        str_printf(
            out, "and %" PRId64 " more with the same error.\n\n", about->count - MAIL_FILES_MAX);
    str_add(out, "\"closedrop list --state failed\" shows all that have failed.\n");
}

void mail_text_body(struct str *out, const struct mail_about *about)
{
    const struct notice *notice = about->notice;
    if (notice->kind == NOTICE_FAILED) {
        add_failed(out, about);
    } else if (notice->kind == NOTICE_RECOVERED) {
        str_add(out, "This is over:\n\n");
        add_problem(out, notice->message);
        str_add(out, "\n");
    } else {
        add_message(out, "", notice->message);
        str_add(out, "\nYou will get a mail when it is over.\n");
    }
    add_times(out, notice);
    str_printf(out, "\n-- \nclosedrop on %s, event %" PRId64 "; \"closedrop status\" shows more\n",
        about->host, notice->id);
}
