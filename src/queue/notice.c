/** What can be reported, and by which name a cause is recognised. */
#include "closedrop/queue/notice.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define CAUSE_MAX 4096

const char *const notice_kind_names[NOTICE_KINDS] = {
    [NOTICE_DONE] = "done",
    [NOTICE_FAILED] = "failed",
    [NOTICE_BLOCKED] = "blocked",
    [NOTICE_HELD] = "held",
    [NOTICE_SILENT] = "silent",
    [NOTICE_RECOVERED] = "recovered",
    [NOTICE_SUMMARY] = "summary",
    [NOTICE_LATE] = "late",
};

const char *const notice_channel_names[CHANNELS] = {
    [CHANNEL_HOOK] = "hook", [CHANNEL_MAIL] = "mail", [CHANNEL_OWNER] = "owner"};

enum notice_kind notice_kind_of(const char *name)
{
    for (int i = 0; i < NOTICE_KINDS; i++)
        if (strcmp(notice_kind_names[i], name) == 0)
            return (enum notice_kind)i;
    return NOTICE_KINDS;
}

/** Codes of status that are one cause to people. */
static const char *common_code(const char *code)
{
    static const struct {
        const char *code, *common;
    } codes[] = {
        {"key_refused", "key"},
        {"key_unusable", "key"},
        {"s3_down", "s3"},
        {"s3_refused", "s3"},
    };
    for (size_t i = 0; i < COUNT(codes); i++)
        if (strcmp(codes[i].code, code) == 0)
            return codes[i].common;
    return code;
}

/** Names of folders and rules may contain what separates the parts. */
static void add_part(struct str *name, const char *part)
{
    if (!part)
        return;
    str_add_char(name, ':');
    for (; *part; part++)
        *part == ':' || *part == '%' ? str_printf(name, "%%%02X", (unsigned)*part)
                                     : str_add_char(name, *part);
}

char *notice_cause(enum notice_kind kind, const struct cause_parts *parts)
{
    struct str name = STR_INIT(CAUSE_MAX);
    if (kind == NOTICE_DONE || kind == NOTICE_RECOVERED || kind == NOTICE_SUMMARY)
        return str_take(&name);
    str_add(&name, notice_kind_names[kind]);
    add_part(&name, parts->code ? common_code(parts->code) : NULL);
    add_part(&name, parts->folder);
    add_part(&name, parts->rule);
    return str_take(&name);
}

char *notice_owner_cause(
    enum notice_kind kind, const char *code, const char *folder, const char *address)
{
    struct str name = STR_INIT(CAUSE_MAX);
    str_printf(&name, "owner:%s", notice_kind_names[kind]);
    add_part(&name, code);
    add_part(&name, folder);
    add_part(&name, address);
    return str_take(&name);
}

char *notice_owner_address(const char *cause)
{
    struct str address = STR_INIT(CAUSE_MAX);
    const char *last = strrchr(cause, ':');
    for (const char *at = last ? last + 1 : cause; *at; at++) {
        unsigned code = 0;
        bool is_escaped = *at == '%' && sscanf(at + 1, "%2X", &code) == 1 && code;
        str_add_char(&address, is_escaped ? (char)code : *at);
        at += is_escaped ? 2 : 0;
    }
    return str_take(&address);
}
