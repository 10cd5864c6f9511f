/**
 * All that a command may ask of a queue, and the answers. The same whether an agent runs and is
 * asked over its control socket, or none runs and the command opens the queue itself.
 */
#ifndef CLOSEDROP_CONTROL_QUESTIONS_H
#define CLOSEDROP_CONTROL_QUESTIONS_H

#include "closedrop/control/answer.h"
#include "closedrop/control/question.h"

struct config;
struct queue;

/** "GET" or "POST", and the path with its query (room for QUESTION_URL_MAX bytes). */
#define QUESTION_URL_MAX 6144
const char *question_method(const struct question *question);
void question_url(const struct question *question, char url[QUESTION_URL_MAX]);

/** How a server reads its request's parameters; NULL where one is missing. */
typedef const char *question_parameter(void *context, const char *name);

/** Read a request; what came with it is the server's to add (`told`). Returns 0, or -EINVAL for one
 * that is no question. */
int question_parse(const char *method, const char *path, question_parameter *parameter,
    void *context, struct question *ret_question);

/** Answer from the queue, inside a transaction, by the folders, rules and limits of `config`. The
 * body is the caller's. */
struct answer question_answer(
    struct queue *queue, const struct config *config, const struct question *question);

#endif
