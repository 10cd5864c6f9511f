/** What the worker knows of each folder (struct folder_view). */
#ifndef CLOSEDROP_WORK_FOLDER_VIEW_H
#define CLOSEDROP_WORK_FOLDER_VIEW_H

#include "worker_state.h"

/** One for each folder of `config`, in its order, with what is known of those of the same name. To
 * be freed; NULL when memory is short. */
struct folder_view *folder_views_new(const struct worker *worker, const struct config *config);

/** That of a folder, by its name; NULL: it is in the configuration no longer. */
struct folder_view *folder_view_of(const struct worker *worker, const char *name);

#endif
