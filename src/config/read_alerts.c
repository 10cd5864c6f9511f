/** Who is to hear of what: the programs of `hooks`. */
#include "read_alerts.h"

#include "reader.h"

static void read_hooks(struct settings *settings, struct config *config)
{
    struct setting *group = setting_group(settings, settings_root(settings), "hooks");
    for (int kind = 0; kind < CONFIG_HOOKS; kind++) {
        char **argv = setting_texts(settings, group, notice_kind_names[kind], NULL);
        if (argv && argv[0])
            argv[0] = reader_absolute(settings, config->file, argv[0]);
        config->hooks[kind] = argv;
    }
}

void read_alerts(struct settings *settings, struct config *config)
{
    read_hooks(settings, config);
}
