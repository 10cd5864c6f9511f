/**
 * What one check of `closedrop doctor` has found: good or not, in words, with the remedy. Pure.
 */
#ifndef CLOSEDROP_DOCTOR_FINDING_H
#define CLOSEDROP_DOCTOR_FINDING_H

enum finding_result {
    FINDING_OK,
    FINDING_WARNING, /* it works, but not as well as it could, or not for much longer */
    FINDING_WRONG,   /* something does not work */
    FINDING_RESULTS
};

extern const char *const finding_result_names[FINDING_RESULTS];

/** Longer texts are truncated. */
struct finding {
    enum finding_result result;
    const char *check;  /* what was checked, such as "events"; static */
    const char *folder; /* the name of the folder, or NULL; owned by whoever reports it */
    char message[1792];
    char remedy[1536]; /* what to type or change; "": nothing */
};

/** Called with each finding as soon as it is known; it is valid until the call returns. */
typedef void (*finding_report)(void *context, const struct finding *finding);

/** A finding without a remedy, with a formatted message. Folder and check are set later. */
struct finding finding_ok(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct finding finding_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct finding finding_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Set the remedy of a finding. */
void finding_remedy(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * A finding from a message of the program: its problem and its remedy (remedy.h), or else what is
 * before and after its first semicolon. Without either it has no remedy.
 */
struct finding finding_of_message(enum finding_result result, const char *message);

#endif
