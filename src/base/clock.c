/** The machine's own clocks behind the pointer that tests may turn. */
#include "closedrop/base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t read_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t machine_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

static int64_t machine_steady_ms(void)
{
    return read_ms(CLOCK_BOOTTIME);
}

static const struct clock_source machine_clock = {machine_wall_ms, machine_steady_ms};

const struct clock_source *clock_source = &machine_clock;

int64_t clock_wall_ms(void)
{
    return clock_source->wall_ms();
}

int64_t clock_steady_ms(void)
{
    return clock_source->steady_ms();
}

int64_t clock_lead_ms(void)
{
    return clock_wall_ms() - clock_steady_ms();
}

int64_t clock_boot(void)
{
    char text[64] = "";
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    bool is_read = file && fgets(text, sizeof(text), file);
    if (file)
        fclose(file);
    return is_read ? (int64_t)(strtoull(text, NULL, 16) << 31 | 1) : 0; /* up to its first dash */
}

char *clock_rfc3339(int64_t wall_ms, char text[CLOCK_TEXT])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    int rest = (int)(wall_ms % 1000);
    if (rest < 0) {
        rest += 1000;
        seconds--;
    }
    struct tm utc;
    char date[24];
    gmtime_r(&seconds, &utc); /* milliseconds reach no year that it has no room for */
    if (!strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc))
        date[0] = '\0';
    snprintf(text, CLOCK_TEXT, "%s.%03dZ", date, rest);
    return text;
}
