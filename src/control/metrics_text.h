/** Families of metrics as text, in OpenMetrics 1.0 or Prometheus' text format 0.0.4. Pure. */
#ifndef CLOSEDROP_CONTROL_METRICS_TEXT_H
#define CLOSEDROP_CONTROL_METRICS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

#define BUCKETS_MAX 16

/** Start with all zeros. */
struct histogram {
    int64_t counts[BUCKETS_MAX]; /* of each bucket alone; the last one has no bound */
    int64_t sum_ms;
};

/** Count a value, of which those below 0 count as 0; `bounds_ms` rise, and are always the same. */
void histogram_add(
    struct histogram *histogram, const int64_t *bounds_ms, size_t count, int64_t value_ms);

/** A label; a list of them ends with one without a name. */
struct metric_label {
    const char *name;
    const char *value;
};

/** Where it is written, and the family that is being written. */
struct metrics_text {
    struct str *out;
    bool open_metrics;
    const char *name;
    enum metric_kind kind;
};

/**
 * Begin a family. Its samples follow. `name` remains the caller's; that of a counter has no
 * "_total", which its samples get.
 */
void metrics_family(
    struct metrics_text *text, const char *name, enum metric_kind kind, const char *help);

/** Add a sample of the family; metrics_seconds() takes ms. */
void metrics_number(struct metrics_text *text, const struct metric_label *labels, int64_t value);
void metrics_seconds(struct metrics_text *text, const struct metric_label *labels, int64_t ms);
void metrics_histogram(struct metrics_text *text, const struct metric_label *labels,
    const struct histogram *histogram, const int64_t *bounds_ms, size_t count);

#endif
