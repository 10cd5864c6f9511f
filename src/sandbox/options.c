/** Reads the command line by one table, from which --help is printed too. */
#include "options.h"

#include "closedrop/base/array.h"
#include "closedrop/base/units.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_TEXT, KIND_DURATION, KIND_NUMBER, KIND_ETAG, KIND_FLAG, KIND_HELP, KIND_VERSION };

struct row {
    const char *name;
    const char *argument; /* NULL: takes none */
    enum kind kind;
    size_t offset; /* in struct options */
    int64_t max;   /* KIND_NUMBER */
    const char *help;
};

#define AT(member) offsetof(struct options, member)

static const struct row rows[] = {
    {"api-port", "N", KIND_NUMBER, AT(api_port), 65535,
        "port of the Close API (8700; 0: a free one)"},
    {"s3-port", "N", KIND_NUMBER, AT(s3_port), 65535, "port of the bucket (8701; 0: a free one)"},
    {"api-key", "KEY", KIND_TEXT, AT(api_key), 0, "the key it takes (api_sandbox.secret)"},
    {"client-id", "ID", KIND_TEXT, AT(client_id), 0,
        "of the OAuth app it knows (oa2client_sandbox)"},
    {"client-secret", "SECRET", KIND_TEXT, AT(client_secret), 0, "its secret (sandbox-app-secret)"},
    {"token-ttl", "DURATION", KIND_DURATION, AT(token_ttl_ms), 0,
        "how long an access token is good (1h)"},
    {"host", "NAME", KIND_TEXT, AT(host), 0, "host name in the URL of a form (127.0.0.1)"},
    {"form-ttl", "DURATION", KIND_DURATION, AT(form_ttl_ms), 0, "how long a form is good (60s)"},
    {"file-ttl", "DURATION", KIND_DURATION, AT(file_ttl_ms), 0,
        "how long a file can be attached (24h)"},
    {"sigv4", NULL, KIND_FLAG, AT(sigv4), 0, "sign forms in the new style (x-amz-...)"},
    {"etag", "KIND", KIND_ETAG, AT(etag), 0, "ETags of the bucket: md5, kms or opaque (md5)"},
    {"fold-lead-files", NULL, KIND_FLAG, AT(folds_lead_files), 0,
        "one row in the list of a lead's files for each content"},
    {"latency", "DURATION", KIND_DURATION, AT(latency_ms), 0, "wait before each answer (0)"},
    {"rate", "N", KIND_NUMBER, AT(rate), 1000000,
        "API requests in a window, for each endpoint (0: no limit)"},
    {"window", "DURATION", KIND_DURATION, AT(window_ms), 0, "how long a window is (1s)"},
    {"tls-cert", "FILE", KIND_TEXT, AT(tls_cert), 0, "speak TLS with this certificate (PEM)"},
    {"tls-key", "FILE", KIND_TEXT, AT(tls_key), 0, "and its private key (PEM)"},
    {"seed", "FILE", KIND_TEXT, AT(seed), 0, "leads and contacts to begin with (JSON)"},
    {"search-lag", "DURATION", KIND_DURATION, AT(search_lag_ms), 0,
        "how late search sees a change (0)"},
    {"faults", "FILE", KIND_TEXT, AT(faults), 0, "fault rules to begin with (JSON)"},
    {"s3-endpoint", "URL", KIND_TEXT, AT(s3_endpoint), 0, "forms for this S3 gateway"},
    {"s3-bucket", "NAME", KIND_TEXT, AT(s3_bucket), 0, "the bucket (close-sandbox-files)"},
    {"s3-key", "KEY", KIND_TEXT, AT(s3_key), 0, "access key that signs forms (AKIASANDBOX)"},
    {"s3-secret", "SECRET", KIND_TEXT, AT(s3_secret), 0, "its secret (sandbox-secret)"},
    {"s3-region", "NAME", KIND_TEXT, AT(s3_region), 0, "the bucket's region (us-east-1)"},
    {"ready-file", "FILE", KIND_TEXT, AT(ready_file), 0, "write the URLs there once it listens"},
    {"help", NULL, KIND_HELP, 0, 0, "this text"},
    {"version", NULL, KIND_VERSION, 0, 0, "the version"},
};

#define ROWS ((int)COUNT(rows))

static const struct options defaults = {
    .api_port = 8700,
    .s3_port = 8701,
    .api_key = "api_sandbox.secret",
    .client_id = "oa2client_sandbox",
    .client_secret = "sandbox-app-secret",
    .token_ttl_ms = INT64_C(3600) * 1000,
    .host = "127.0.0.1",
    .form_ttl_ms = 60000,
    .file_ttl_ms = INT64_C(24) * 3600 * 1000,
    .window_ms = 1000,
    .s3_region = "us-east-1",
};

static void print_help(void)
{
    puts("closedrop-sandbox [OPTION]...\n\n"
         "A Close and an S3 bucket on the loopback interface, to try closedrop against.\n");
    for (int i = 0; i < ROWS; i++) {
        char left[40];
        snprintf(
            left, sizeof(left), "--%s %s", rows[i].name, rows[i].argument ? rows[i].argument : "");
        printf("  %-22s %s\n", left, rows[i].help);
    }
    puts("\nDurations are 500ms, 2s, 15m. With --s3-endpoint the bucket, key and secret are\n"
         "needed. See closedrop-sandbox(1).");
}

static bool read_number(const char *text, int64_t max, int64_t *ret_number)
{
    char *end;
    long long number = strtoll(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || number > max)
        return false;
    *ret_number = number;
    return true;
}

/** Store one option's argument; false where it does not fit. */
static bool store(struct options *options, const struct row *row, const char *argument)
{
    void *member = (char *)options + row->offset;
    switch (row->kind) {
    case KIND_TEXT:
        *(const char **)member = argument;
        return *argument != '\0';
    case KIND_DURATION:
        return units_duration(argument, member) == 0;
    case KIND_NUMBER:
        return read_number(argument, row->max, member);
    case KIND_ETAG:
        return settings_read_etag(argument, member) == 0;
    default:
        *(bool *)member = true;
        return true;
    }
}

static enum options_read wrong(const char *what)
{
    fprintf(stderr, "closedrop-sandbox: %s (see --help)\n", what);
    return OPTIONS_WRONG;
}

/** What only shows when all options are known. */
static enum options_read check_together(const struct options *options)
{
    if (!options->tls_cert != !options->tls_key)
        return wrong("--tls-cert and --tls-key belong together");
    if (options->s3_endpoint && (!options->s3_bucket || !options->s3_key || !options->s3_secret))
        return wrong("--s3-endpoint needs --s3-bucket, --s3-key and --s3-secret");
    if (options->api_port && options->api_port == options->s3_port)
        return wrong("--api-port and --s3-port are the same");
    if (!options->window_ms)
        return wrong("--window is to be longer than 0");
    if (strlen(options->api_key) > SETTINGS_KEY_MAX)
        return wrong("--api-key is too long");
    if (strlen(options->client_id) > SETTINGS_KEY_MAX ||
        strlen(options->client_secret) > SETTINGS_KEY_MAX)
        return wrong("--client-id or --client-secret is too long");
    return OPTIONS_RUN;
}

static void fill_in(struct options *options)
{
    if (!options->s3_bucket)
        options->s3_bucket = "close-sandbox-files";
    if (!options->s3_key)
        options->s3_key = "AKIASANDBOX";
    if (!options->s3_secret)
        options->s3_secret = "sandbox-secret";
}

static enum options_read take(struct options *options, const struct row *row)
{
    switch (row->kind) {
    case KIND_HELP:
        print_help();
        return OPTIONS_DONE;
    case KIND_VERSION:
        puts("closedrop-sandbox " CLOSEDROP_VERSION);
        return OPTIONS_DONE;
    default:
        if (store(options, row, optarg))
            return OPTIONS_RUN;
        fprintf(stderr, "closedrop-sandbox: --%s %s: wanted %s (see --help)\n", row->name, optarg,
            row->argument);
        return OPTIONS_WRONG;
    }
}

enum options_read options_read(int argc, char **argv, struct options *options)
{
    struct option longs[ROWS + 1];
    memset(longs, 0, sizeof(longs));
    for (int i = 0; i < ROWS; i++)
        longs[i] = (struct option){
            rows[i].name, rows[i].argument ? required_argument : no_argument, NULL, i + 256};
    *options = defaults;
    int c;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (c < 256)
            return wrong("unknown option, or an argument is missing");
        enum options_read read = take(options, &rows[c - 256]);
        if (read != OPTIONS_RUN)
            return read;
    }
    if (optind < argc)
        return wrong("takes no arguments but options");
    enum options_read read = check_together(options);
    fill_in(options);
    return read;
}
