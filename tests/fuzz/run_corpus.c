/* Runs the fuzz target it is linked with on each file named, and on each file of a directory named,
 * so that the saved corpus is also a plain test, under any compiler and sanitizer. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

static void run_file(const char *path)
{
    FILE *stream = fopen(path, "r");
    struct stat found;
    if (!stream || fstat(fileno(stream), &found) < 0) {
        perror(path);
        exit(1);
    }
    /* just as large: a sanitizer sees a step too far */
    size_t size = (size_t)found.st_size;
    uint8_t *bytes = malloc(size);
    if (size && (!bytes || fread(bytes, 1, size, stream) != size)) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    fclose(stream);
    printf("%s\n", path);
    fflush(stdout); /* the last line names the culprit */
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
}

/** Returns how many inputs were run. */
static size_t run_directory(DIR *directory, const char *path)
{
    size_t count = 0;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        char *file = str_format("%s/%s", path, entry->d_name);
        run_file(file);
        free(file);
        count++;
    }
    closedir(directory);
    return count;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    for (int i = 1; i < argc; i++) {
        DIR *directory = opendir(argv[i]);
        if (directory) {
            count += run_directory(directory, argv[i]);
        } else {
            run_file(argv[i]);
            count++;
        }
    }
    printf("%zu inputs\n", count);
    return count ? 0 : 1;
}
