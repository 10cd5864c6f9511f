/** The tree of the configuration: held, released, and searched by name. */
#include "closedrop/config/config.h"

#include "closedrop/base/str.h"
#include "closedrop/config/own_files.h"
#include "closedrop/config/setting.h"

#include <stdlib.h>
#include <string.h>

struct config *config_hold(struct config *config)
{
    atomic_fetch_add(&config->references, 1);
    return config;
}

bool config_is_shared(const struct config *config)
{
    return atomic_load(&config->references) > 1;
}

static void release_folder(struct folder *folder)
{
    free(folder->name);
    free(folder->path);
    text_list_free(folder->include);
    text_list_free(folder->exclude);
    free(folder->marker);
    free(folder->expect_text);
    template_free(folder->tell.mail);
    free(folder->archive);
    free(folder->failed);
    free(folder->rules);
    free(folder->rules_digest);
}

void config_release(struct config *config)
{
    if (!config || atomic_fetch_sub(&config->references, 1) > 1)
        return;
    for (size_t i = 0; i < config->folder_count; i++)
        release_folder(&config->folders[i]);
    free(config->folders);
    for (size_t i = 0; i < config->rule_count; i++)
        rule_release(&config->rules[i]);
    free(config->rules);
    people_release(&config->people);
    for (int i = 0; i < CONFIG_HOOKS; i++)
        text_list_free(config->hooks[i]);
    text_list_free(config->alert.mail);
    free(config->alert.from);
    free(config->alert.smtp);
    free(config->alert.login_file);
    free(config->alert.ping_file);
    free(config->file);
    free(config->state_dir);
    free(config->control_socket);
    free(config->close.api_url);
    free(config->close.api_key_file);
    free(config->close.access_token_file);
    free(config->close.client_id);
    free(config->close.client_secret_file);
    text_list_free(config->close.upload_hosts);
    free(config->close.ca_file);
    free(config->close.proxy);
    free(config->http.listen);
    free(config->http.token_file);
    free(config->http.read_token_file);
    own_files_free(config->own_files);
    free(config);
}

const struct folder *config_folder(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->folder_count; i++)
        if (strcmp(config->folders[i].name, name) == 0)
            return &config->folders[i];
    return NULL;
}

const struct rule *config_rule(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->rule_count; i++)
        if (strcmp(config->rules[i].name, name) == 0)
            return &config->rules[i];
    return NULL;
}

bool config_uses_rule(const struct config *config, const struct rule *rule)
{
    for (size_t i = 0; i < config->folder_count; i++)
        for (struct rule **used = config->folders[i].rules; *used; used++)
            if (*used == rule)
                return true;
    return false;
}

struct people_columns config_people_columns(const struct config *config)
{
    struct people_columns used = {.email = false};
    for (size_t i = 0; i < config->rule_count; i++) {
        const struct rule *rule = &config->rules[i];
        bool is_used = config_uses_rule(config, rule);
        used.email |= is_used && rule_uses(rule, "owner.email");
        used.user_id |= is_used && rule_uses(rule, "owner.user_id");
    }
    for (size_t i = 0; i < config->folder_count; i++) {
        const struct template *mail = config->folders[i].tell.mail;
        used.email |= mail && template_uses(mail, "owner.email");
        used.user_id |= mail && template_uses(mail, "owner.user_id");
    }
    return used;
}

int config_key(const struct config *config, struct key *ret_key, struct str *why)
{
    const struct key_source source = {.key_file = config->close.api_key_file,
        .token_file = config->close.access_token_file,
        .client_id = config->close.client_id,
        .state_dir = config->state_dir};
    return key_load(&source, ret_key, why);
}

struct renewal_plan config_renewal(const struct config *config)
{
    const struct close_settings *close = &config->close;
    return (struct renewal_plan){.state_dir = config->state_dir,
        .api_url = close->api_url,
        .client_id = close->client_id,
        .secret_file = close->client_secret_file,
        .options = {.ca_file = close->ca_file,
            .proxy = close->proxy,
            .timeout_ms = config->limits.timeout_ms}};
}
