/** Writes metrics: families, samples and labels, as the two formats want them. */
#include "metrics_text.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"counter", "gauge", "histogram"};

void histogram_add(
    struct histogram *histogram, const int64_t *bounds_ms, size_t count, int64_t value_ms)
{
    size_t bucket = 0;
    value_ms = value_ms > 0 ? value_ms : 0;
    while (bucket < count && value_ms > bounds_ms[bucket])
        bucket++;
    histogram->counts[bucket]++;
    histogram->sum_ms += value_ms;
}

/** The part of a family's name that says its unit; NULL: it has none. */
static const char *unit_of(const char *name)
{
    static const char *const units[] = {"seconds", "bytes"};
    for (size_t i = 0; i < COUNT(units); i++) {
        size_t length = strlen(name), unit = strlen(units[i]);
        if (length > unit && str_ends_with(name, units[i]) && name[length - unit - 1] == '_')
            return units[i];
    }
    return NULL;
}

void metrics_family(
    struct metrics_text *text, const char *name, enum metric_kind kind, const char *help)
{
    /* in the older format the name of a counter is that of its samples */
    const char *suffix = kind == METRIC_COUNTER && !text->open_metrics ? "_total" : "";
    text->name = name;
    text->kind = kind;
    str_printf(text->out, "# TYPE %s%s %s\n", name, suffix, kinds[kind]);
    if (text->open_metrics && unit_of(name))
        str_printf(text->out, "# UNIT %s %s\n", name, unit_of(name));
    str_printf(text->out, "# HELP %s%s %s\n", name, suffix, help);
}

static void add_value(struct str *out, const char *value)
{
    struct str clean = STR_INIT(4096);
    utf8_clean(&clean, value, strlen(value));
    for (const char *at = str_text(&clean); *at; at++) {
        if (*at == '\\' || *at == '"')
            str_add_char(out, '\\');
        if (*at == '\n')
            str_add(out, "\\n");
        else
            str_add_char(out, *at);
    }
    str_release(&clean);
}

/** `bound`: of a bucket; NULL: it is none. */
static void add_labels(struct str *out, const struct metric_label *labels, const char *bound)
{
    char before = '{';
    for (; labels->name; labels++) {
        str_printf(out, "%c%s=\"", before, labels->name);
        add_value(out, labels->value);
        str_add_char(out, '"');
        before = ',';
    }
    if (bound)
        str_printf(out, "%cle=\"%s\"", before, bound);
    if (bound || before == ',')
        str_add_char(out, '}');
}

void metrics_number(struct metrics_text *text, const struct metric_label *labels, int64_t value)
{
    str_printf(text->out, "%s%s", text->name, text->kind == METRIC_COUNTER ? "_total" : "");
    add_labels(text->out, labels, NULL);
    str_printf(text->out, " %" PRId64 "\n", value);
}

void metrics_seconds(struct metrics_text *text, const struct metric_label *labels, int64_t ms)
{
    str_add(text->out, text->name);
    add_labels(text->out, labels, NULL);
    str_printf(text->out, " %" PRId64 ".%03d\n", ms / 1000, (int)(ms % 1000));
}

static void add_bucket(
    struct metrics_text *text, const struct metric_label *labels, const char *bound, int64_t count)
{
    str_printf(text->out, "%s_bucket", text->name);
    add_labels(text->out, labels, bound);
    str_printf(text->out, " %" PRId64 "\n", count);
}

void metrics_histogram(struct metrics_text *text, const struct metric_label *labels,
    const struct histogram *histogram, const int64_t *bounds_ms, size_t count)
{
    int64_t below = 0;
    for (size_t i = 0; i < count; i++) {
        char bound[32]; /* as OpenMetrics writes numbers: 0.1, 1.0 */
        snprintf(
            bound, sizeof(bound), bounds_ms[i] % 1000 ? "%g" : "%.1f", (double)bounds_ms[i] / 1000);
        below += histogram->counts[i];
        add_bucket(text, labels, bound, below);
    }
    below += histogram->counts[count];
    add_bucket(text, labels, "+Inf", below);
    str_printf(text->out, "%s_count", text->name);
    add_labels(text->out, labels, NULL);
    str_printf(text->out, " %" PRId64 "\n%s_sum", below, text->name);
    add_labels(text->out, labels, NULL);
    str_printf(text->out, " %" PRId64 ".%03d\n", histogram->sum_ms / 1000,
        (int)(histogram->sum_ms % 1000));
}
