/**
 * Files take turns in a template of Close, which holds one: each replaces the one before it. Once a
 * file is there, no older one replaces it, whatever happened to that one meanwhile.
 *
 *     grouping_attach -> replacing_may_go -> intend -> STAGE_ATTACH: GET, replacing_takes, PUT
 *                          |       |
 *                          |       +--> a newer one is there: done without
 *                          v
 *              another one is "attaching", and may still arrive: wait
 */
#ifndef CLOSEDROP_WORK_REPLACING_H
#define CLOSEDROP_WORK_REPLACING_H

#include "worker_state.h"

/**
 * Whether it is the turn of a job that is uploaded; true for whatever does not go into a template.
 * False: it waits, or is done without, and the task has ended or continues with its last stage.
 */
bool replacing_may_go(struct worker *worker, struct task *task);

/** Whether the template takes the file now, as attach_template_takes(): the queue knows what we put
 * there. */
struct verdict replacing_takes(
    struct queue *queue, const struct job *job, const struct close_template *template);

#endif
