/**
 * What a person who only knows the folder does about a failed file, by the code of its error. Pure.
 */
#ifndef CLOSEDROP_WORK_ADVICE_H
#define CLOSEDROP_WORK_ADVICE_H

/**
 * In the texts stand for something: {file}, its name; {folder}, where it is moved to try it again;
 * {outcome}, a sentence on what happens to it then; {uploaded}, what a new file looks like that is
 * in Close, as in "As soon as the new file ..."; {lead}, how to look at the lead; {remedy}, the
 * remedy in the job's message; {again}, what filing a second time means.
 */
struct advice {
    const char *code;    /* NULL: all others */
    const char *heading; /* NULL: that it could not be saved */
    const char *steps;   /* lines; NULL: those of advice_steps() */
};

/** The advice for an error; never NULL. `code` may be NULL. */
const struct advice *advice_of(const char *code);

/** The steps where only the remedy is known: "x; if a, b; if c, d" has alternatives. */
const char *advice_steps(const char *remedy);

/** The steps where a file was filed under one name and now has another, of another lead. */
extern const char advice_other_lead[];

#endif
