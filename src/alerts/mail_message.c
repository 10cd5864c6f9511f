/** A mail as it is sent: its headers, encoded where they are not plain, and its text in base64. */
#include "mail_message.h"

#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <string.h>
#include <time.h>

#define WORD_BYTES 42   /* as many as fit behind "Subject:" in a line of 78 characters */
#define PLAIN_MAX 66    /* a subject that fits into one line */
#define LINE_BYTES 57   /* as many as make a line of 76 characters */
#define TEXT_MAX 300000 /* with its encoding */

static bool is_plain(const char *text)
{
    size_t length = strlen(text);
    for (const char *at = text; *at; at++)
        if (*at < ' ' || *at > '~')
            return false;
    return length <= PLAIN_MAX && !strstr(text, "=?");
}

/** What would break the line is shown as on a terminal. */
static void add_subject(struct str *out, const char *subject)
{
    struct str clean = STR_INIT(TEXT_MAX);
    utf8_escape(&clean, subject, strlen(subject));
    const char *text = str_text(&clean);
    str_add(out, "Subject:");
    if (is_plain(text))
        str_printf(out, " %s", text);
    for (size_t length; !is_plain(str_text(&clean)) && *text; text += length) {
        length = utf8_cut(text, WORD_BYTES);
        str_add(out, text == str_text(&clean) ? " =?UTF-8?B?" : "\r\n =?UTF-8?B?");
        digest_add_base64(out, text, length);
        str_add(out, "?=");
    }
    str_add(out, "\r\n");
    str_release(&clean);
}

static void add_recipients(struct str *out, char *const *to)
{
    str_add(out, "To:");
    for (char *const *at = to; *at; at++)
        str_printf(out, "%s %s", at == to ? "" : ",\r\n", *at);
    str_add(out, "\r\n");
}

/** In English whatever the locale, with the offset of the local time zone. */
static void add_date(struct str *out, int64_t at_ms)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm local;
    if (!localtime_r(&seconds, &local))
        return;
    long offset = local.tm_gmtoff / 60, size = offset < 0 ? -offset : offset;
    str_printf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d %c%02ld%02ld\r\n",
        days + 3 * local.tm_wday, local.tm_mday, months + 3 * local.tm_mon, local.tm_year + 1900,
        local.tm_hour, local.tm_min, local.tm_sec, offset < 0 ? '-' : '+', size / 60, size % 60);
}

static void add_text(struct str *out, const char *text)
{
    struct str lines = STR_INIT(TEXT_MAX);
    for (const char *at = text; *at; at++)
        *at == '\n' ? str_add(&lines, "\r\n") : str_add_char(&lines, *at);
    for (size_t at = 0; at < lines.length; at += LINE_BYTES) {
        size_t left = lines.length - at;
        digest_add_base64(out, str_text(&lines) + at, left < LINE_BYTES ? left : LINE_BYTES);
        str_add(out, "\r\n");
    }
    str_release(&lines);
}

void mail_message_add(struct str *out, const struct mail_message *message)
{
    str_printf(out, "From: closedrop <%s>\r\n", message->from);
    add_recipients(out, message->to);
    add_subject(out, message->subject);
    add_date(out, message->at_ms);
    str_printf(out, "Message-ID: <%s>\r\n", message->id);
    if (message->in_reply_to)
        str_printf(out, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", message->in_reply_to,
            message->in_reply_to);
    str_add(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                 "Content-Type: text/plain; charset=UTF-8\r\n"
                 "Content-Transfer-Encoding: base64\r\n\r\n");
    add_text(out, message->text);
}
