/** Findings: results, messages and remedies. */
#include "closedrop/doctor/finding.h"

#include "closedrop/base/remedy.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *const finding_result_names[FINDING_RESULTS] = {
    [FINDING_OK] = "ok",
    [FINDING_WARNING] = "warning",
    [FINDING_WRONG] = "wrong",
};

/** A finding with the message that the variable arguments give. */
#define FINDING(result_, format)                                                                   \
    struct finding finding = {.result = (result_)};                                                \
    va_list arguments;                                                                             \
    va_start(arguments, format);                                                                   \
    vsnprintf(finding.message, sizeof(finding.message), format, arguments);                        \
    va_end(arguments);                                                                             \
    return finding

struct finding finding_ok(const char *format, ...)
{
    FINDING(FINDING_OK, format);
}

struct finding finding_warning(const char *format, ...)
{
    FINDING(FINDING_WARNING, format);
}

struct finding finding_wrong(const char *format, ...)
{
    FINDING(FINDING_WRONG, format);
}

void finding_remedy(struct finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->remedy, sizeof(finding->remedy), format, arguments);
    va_end(arguments);
}

struct finding finding_of_message(enum finding_result result, const char *message)
{
    struct finding finding = {.result = result};
    const char *remedy = remedy_of(message), *semicolon = strstr(message, "; ");
    bool is_marked = remedy || !semicolon;
    size_t length = is_marked ? remedy_problem_length(message) : (size_t)(semicolon - message);
    snprintf(finding.message, sizeof(finding.message), "%.*s", (int)length, message);
    if (!is_marked)
        remedy = semicolon + 2;
    if (remedy)
        finding_remedy(&finding, "%s", remedy);
    return finding;
}
