/**
 * The HTTP server of `http.listen`: the page, the questions of questions.h in JSON below /api/, and
 * the status as a stream of events. closedrop.conf(5) says who may ask what.
 */
#ifndef CLOSEDROP_CONTROL_WEB_H
#define CLOSEDROP_CONTROL_WEB_H

#include "closedrop/control/questions.h"
#include "closedrop/control/tokens.h"

#include <stdint.h>

struct str;
struct web;

/** Where answers come from; all are called by web_run() and web_publish() with `context`. */
struct web_source {
    answerer *answer;
    void (*print_metrics)(void *context, bool open_metrics, struct str *out); /* metrics.h */
    int (*judge_health)(void *context, char *line);                           /* healthz.h */
    void *context;
};

/**
 * Listen on `listen`, which is checked (config/listen_address.h). Returns 0, or a negative errno
 * with the reason added to `why`.
 */
int web_open(const char *listen, const struct tokens *tokens, const struct web_source *source,
    struct web **ret_web, struct str *why);

/** NULL is ignored, here and below. */
void web_close(struct web *web);

/** From now on, these tokens are valid. */
void web_set_tokens(struct web *web, const struct tokens *tokens);

/** Readable when web_run() has something to do; -1: there is no server. */
int web_descriptor(const struct web *web);
void web_run(struct web *web);

/** The status may have changed: if somebody listens, ask for it and pass it on. */
void web_publish(struct web *web);

/** The longest wait before web_run() and web_publish(), in ms. */
int64_t web_timeout(const struct web *web);

#endif
