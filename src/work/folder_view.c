/** What the worker knows of each folder, most of it from the watch thread. */
#include "folder_view.h"
#include "errand.h"

#include <stdlib.h>
#include <string.h>

struct folder_view *folder_views_new(const struct worker *worker, const struct config *config)
{
    struct folder_view *views = calloc(config->folder_count + 1, sizeof(*views));
    for (size_t i = 0; views && i < config->folder_count; i++) {
        const struct folder *folder = &config->folders[i];
        const struct folder_view *before =
            worker->config ? folder_view_of(worker, folder->name) : NULL;
        if (before)
            views[i] = *before;
        views[i].folder = folder;
        views[i].due = queue_due(worker->queue, folder->name);
        if (!views[i].due) {
            free(views);
            return NULL;
        }
        errand_abandon(&views[i]); /* what is about an earlier configuration is not answered */
        views[i].telling = (struct telling){.has_told = true}; /* perhaps */
        views[i].check_next_ms = 0;                            /* rescan may be another one now */
    }
    return views;
}

struct folder_view *folder_view_of(const struct worker *worker, const char *name)
{
    const struct folder *folder = config_folder(worker->config, name);
    return folder ? &worker->folders[folder - worker->config->folders] : NULL;
}
