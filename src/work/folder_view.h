/** What the worker knows of each folder (struct folder_view). */
#ifndef CLOSEDROP_WORK_FOLDER_VIEW_H
#define CLOSEDROP_WORK_FOLDER_VIEW_H

#include "worker_state.h"

/**
 * One for each folder of `config`, in its order, with what is known about the folder of the same
 * name until now. The caller frees them; NULL if memory is short.
 */
struct folder_view *folder_views_new(const struct worker *worker, const struct config *config);

/** The view of a folder, by its name; NULL if it is no longer in the configuration. */
struct folder_view *folder_view_of(const struct worker *worker, const char *name);

#endif
