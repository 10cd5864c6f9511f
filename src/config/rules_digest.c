/** All that the rules of a folder say, through SHA-256, down to a few characters. */
#include "rules_digest.h"

#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"
#include "closedrop/config/setting.h"
#include "closedrop/config/tree.h"

#define DIGEST_BYTES 8

char *rules_digest(
    struct settings *settings, const struct config *config, const struct folder *folder)
{
    struct str text = STR_INIT(4 * 1024 * 1024);
    struct str hex = STR_INIT(4 * DIGEST_SHA256_HEX);
    uint8_t digest[DIGEST_SHA256_SIZE];
    struct setting *root = settings_root(settings);
    for (struct rule **rule = folder->rules; *rule; rule++)
        setting_print(
            setting_list_group(settings, root, "rules", (size_t)(*rule - config->rules)), &text);
    if (folder->wants_owner)
        setting_print(setting_group(settings, root, "people"), &text);
    str_add(&text, folder->fails_unmatched ? "fail" : "upload");
    digest_sha256(str_text(&text), text.length, digest);
    if (!str_error(&text))
        digest_add_hex(&hex, digest, DIGEST_BYTES);
    str_release(&text);
    return hex.length ? str_take(&hex) : NULL;
}
