/** Who is to hear of what: the programs of `hooks`, and the mail and the pings of `alert`. */
#include "read_alerts.h"

#include "reader.h"

#include "closedrop/base/str.h"
#include "closedrop/base/url.h"
#include "closedrop/config/mail_address.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void read_hooks(struct settings *settings, struct config *config)
{
    struct setting *group = setting_group(settings, settings_root(settings), "hooks");
    for (int kind = 0; kind < CONFIG_HOOKS; kind++) {
        char **argv = setting_texts(settings, group, notice_kind_names[kind], NULL);
        if (argv && argv[0])
            argv[0] = reader_absolute(settings, config->file, argv[0]);
        config->hooks[kind] = argv;
    }
}

static void check_address(
    struct settings *settings, struct setting *group, const char *key, const char *address)
{
    if (!mail_address_is_valid(address))
        setting_problem(settings, group, key,
            "\"%s\" is not a valid address; write it without a name, e.g. \"office@example.com\"",
            address);
}

/** closedrop@ and the name of this machine. */
static char *default_from(void)
{
    char host[256] = "", from[300];
    if (gethostname(host, sizeof(host) - 1) < 0)
        *host = '\0';
    snprintf(from, sizeof(from), "closedrop@%s", host);
    return str_format("%s", mail_address_is_valid(from) ? from : "closedrop@localhost");
}

static void read_from(
    struct settings *settings, struct setting *group, struct alert_settings *alert)
{
    alert->from = setting_text(settings, group, "from", "");
    if (alert->from && *alert->from) {
        check_address(settings, group, "from", alert->from);
        return;
    }
    free(alert->from);
    alert->from = default_from();
    if (!alert->from)
        settings_set_short(settings);
}

static void read_server(
    struct settings *settings, struct setting *group, struct alert_settings *alert)
{
    struct url url;
    alert->smtp = setting_text(settings, group, "smtp", "smtp://localhost");
    if (alert->smtp && url_parse_smtp(alert->smtp, &url) < 0)
        setting_problem(settings, group, "smtp",
            "\"%s\" is not the URL of a mail server; write e.g. \"smtp://localhost\" or "
            "\"smtps://mail.example.com\", without a user (smtp_login_file)",
            alert->smtp);
}

/** A time of the day. */
static void read_digest(
    struct settings *settings, struct setting *group, struct alert_settings *alert)
{
    char *time = setting_text(settings, group, "digest", "");
    char *daily = time && *time ? str_format("daily %s", time) : NULL;
    if (daily && expectation_parse(daily, &alert->digest) < 0)
        setting_problem(
            settings, group, "digest", "\"%s\" is not a time of the day, e.g. \"07:30\"", time);
    free(time);
    free(daily);
}

static void read_ping(struct settings *settings, struct setting *group, const char *file,
    struct alert_settings *alert)
{
    alert->ping_file =
        reader_absolute(settings, file, setting_text(settings, group, "ping_file", ""));
    alert->every_ms = setting_duration(settings, group, "every", "5m", "1s", "1d");
    alert->late_ms = setting_duration(settings, group, "late", "4h", "1s", "30d");
}

void read_alerts(struct settings *settings, struct config *config)
{
    struct setting *group = setting_group(settings, settings_root(settings), "alert");
    struct alert_settings *alert = &config->alert;
    read_hooks(settings, config);
    alert->mail = setting_texts(settings, group, "mail", NULL);
    for (char *const *address = alert->mail; address && *address; address++)
        check_address(settings, group, "mail", *address);
    read_from(settings, group, alert);
    read_server(settings, group, alert);
    alert->login_file = reader_absolute(
        settings, config->file, setting_text(settings, group, "smtp_login_file", ""));
    read_digest(settings, group, alert);
    read_ping(settings, group, config->file, alert);
}
