/**
 * All questions that a command may ask about the queue, and the answers. They are the same whether
 * they are sent to the agent's control socket, or no agent is running and the command opens the
 * queue itself.
 */
#ifndef CLOSEDROP_CONTROL_QUESTIONS_H
#define CLOSEDROP_CONTROL_QUESTIONS_H

#include "closedrop/control/answer.h"
#include "closedrop/control/question.h"

struct config;
struct queue;

/** "GET" or "POST", and the path with its query, at most QUESTION_URL_MAX bytes. */
#define QUESTION_URL_MAX 12288
const char *question_method(const struct question *question);
void question_url(const struct question *question, char url[QUESTION_URL_MAX]);

/** Returns a parameter of a server's request, or NULL if it is missing. */
typedef const char *question_parameter(void *context, const char *name);

/**
 * Parse a request; the server adds its body (`told`). Returns 0, or -EINVAL if it is not a
 * question.
 */
int question_parse(const char *method, const char *path, question_parameter *parameter,
    void *context, struct question *ret_question);

/** Whether programs of others may ask it, too: the rest is only of use to the commands. */
bool question_is_public(const struct question *question);

/** Whether the answer changes something. */
bool question_is_change(const struct question *question);

/** Whoever answers questions: a queue, or an agent that knows more. */
typedef struct answer answerer(void *context, const struct question *question);

/**
 * Answer from the queue, inside a transaction, with the folders, rules and limits of `config`. The
 * caller frees the body.
 */
struct answer question_answer(
    struct queue *queue, const struct config *config, const struct question *question);

#endif
