/**
 * What the sentences about a file are made of: facts picked from its job, and phrases that several
 * situations share. Pure.
 */
#ifndef CLOSEDROP_CLI_SITUATION_WORDS_H
#define CLOSEDROP_CLI_SITUATION_WORDS_H

#include "explain.h"

#include "closedrop/queue/job.h"

/** The file's name in sentences: the last part of its path. */
const char *fact_name(const struct facts *facts);

/** The name of its folder, also if that is no longer configured; "" if it has none. */
const char *fact_folder(const struct facts *facts);

/** A text of its job; "" if it has none. */
const char *fact_of_job(const struct facts *facts, const char *key);

/** The ID of its job. */
int64_t fact_id(const struct facts *facts);

/** The code and the message of its job's error; "" if it has none. */
const char *fact_error_code(const struct facts *facts);
const char *fact_error_message(const struct facts *facts);

/** Whether its job has not ended, and is in this state, or has this error. */
bool fact_is_live(const struct facts *facts);
bool fact_is_in_state(const struct facts *facts, enum job_state state);
bool fact_has_error(const struct facts *facts, const char *code);

/** Whether it is a document in its folder that no job has: the agent takes it, if not yet. */
bool fact_may_be_taken(const struct facts *facts);

/** Whether its job was uploaded by hand. */
bool fact_is_by_hand(const struct facts *facts);

/** Append "letter.pdf" or, for one that is gone, "letter.pdf is no longer there. It". */
void words_add_subject(const struct facts *facts, struct str *out);

/** Append " on 2026-11-27 at 10:14", one of the job's times, if it has that. */
void words_add_when(const struct facts *facts, const char *key, struct str *out);

/** Append where closedrop has put the file. */
void words_add_place(const struct facts *facts, struct str *out);

/** Append the name of its marker or sidecar (files/path.h). */
void words_add_companion(const struct facts *facts, const char *pattern, struct str *out);

/** Append what is wrong according to a message of the program, without its remedy (remedy.h). */
void words_add_problem(const char *message, struct str *out);

/** Append how a change of the configuration takes effect. */
void words_add_reload(const struct facts *facts, struct str *out);

/** Whether the folder cannot be used: what the agent says or, if none is running, the disk. */
bool words_is_away(const struct facts *facts);

/** Append why the folder is away. */
void words_add_away(const struct facts *facts, struct str *out);

/** That it has to be put into the folder again. For a table, as the next ones. */
void words_advise_put_again(const struct facts *facts, struct str *out);

/** How to bring a folder back, and how to start the agent. */
void words_advise_away(const struct facts *facts, struct str *out);
void words_advise_start(const struct facts *facts, struct str *out);

/** Nothing has to be done, but whoever asks wants to be sure of that. */
void words_advise_nothing(const struct facts *facts, struct str *out);

#endif
