/* SPDX-License-Identifier: MIT */
/* coracle-image: started by `coracle` for what needs libraries; its first argument is the verb. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include "image/image.h"

#define GIB            (UINT64_C(1) << 30)
#define BYTES_DEFAULT  (32 * GIB)
#define FILES_DEFAULT  2000000
#define NOTES_PER_FILE 512 /* bytes of names and the like, on average, that files may have */

static int parse_number(const char *option, const char *text, bool units, uint64_t *value, struct error *err)
{
    static const char letters[] = "kmgt";
    char *end;
    uint64_t unit = 1;

    errno = 0;
    *value = strtoull(text, &end, 10);
    if (units && *end) {
        const char *letter = strchr(letters, *end | 0x20);

        for (long n = letter ? letter - letters + 1 : 0; n > 0; n--)
            unit *= 1024;
        end += letter ? 1 : 0;
    }
    if (errno || end == text || *end || text[0] == '-' || !*value || *value > INT64_MAX / unit)
        return error_set(err, STATUS_OURS, "load: '%s' is no value for %s", text, option);
    *value *= unit;
    return 0;
}

static const char *host_platform(void)
{
    static struct utsname host;

    uname(&host);
    return strcmp(host.machine, "x86_64") == 0    ? "amd64"
           : strcmp(host.machine, "aarch64") == 0 ? "arm64"
                                                  : host.machine;
}

static int parse_platform(const char *text, struct load_options *options, struct error *err)
{
    if (strcmp(text, "linux/amd64") != 0 && strcmp(text, "linux/arm64") != 0)
        return error_set(err, STATUS_OURS,
                         "load: '%s' is no platform that there is: linux/amd64, linux/arm64", text);
    options->platform = text + strlen("linux/");
    return 0;
}

static int load(int argc, char **argv, struct error *err)
{
    enum { PLATFORM = 256, MAX_SIZE, MAX_FILES };
    static const struct option names[] = {
        {"tag", required_argument, NULL, 't'},
        {"quiet", no_argument, NULL, 'q'},
        {"input", required_argument, NULL, 'i'},
        {"platform", required_argument, NULL, PLATFORM},
        {"max-size", required_argument, NULL, MAX_SIZE},
        {"max-files", required_argument, NULL, MAX_FILES},
        {0},
    };
    struct load_options options = {.platform = host_platform()};
    struct limits *limits = &options.limits;
    int option, r = 0;

    limits->bytes_max = BYTES_DEFAULT;
    limits->files_max = FILES_DEFAULT;
    opterr = 0;
    while (r == 0 && (option = getopt_long(argc, argv, ":t:qi:", names, NULL)) != -1)
        switch (option) {
        case 't':
            options.tag = optarg;
            break;
        case 'q':
            options.quiet = true;
            break;
        case 'i':
            options.file = optarg;
            break;
        case PLATFORM:
            r = parse_platform(optarg, &options, err);
            break;
        case MAX_SIZE:
            r = parse_number("--max-size", optarg, true, &limits->bytes_max, err);
            break;
        case MAX_FILES:
            r = parse_number("--max-files", optarg, false, &limits->files_max, err);
            break;
        default:
            r = error_set(err, STATUS_OURS, "load: %s '%s'",
                          option == ':' ? "a value is missing behind" : "there is no option",
                          argv[optind - 1]);
        }
    if (r)
        return r;
    if (!options.file && optind < argc)
        options.file = argv[optind++];
    if (!options.file || optind < argc)
        return error_set(err, STATUS_OURS,
                         options.file ? "load: one archive at a time, and '%s' is a second"
                                      : "load: which archive?",
                         options.file ? argv[optind] : "");
    limits->bytes = limits->bytes_max;
    limits->files = limits->files_max;
    limits->notes =
        limits->files_max > UINT64_MAX / NOTES_PER_FILE ? UINT64_MAX : limits->files_max * NOTES_PER_FILE;
    /* Twice: members of the archive and their content; and room for the heads of many small files. */
    limits->stream = limits->bytes_max > UINT64_MAX / 4 ? UINT64_MAX : 2 * limits->bytes_max + GIB;
    return image_load(&options, err);
}

int main(int argc, char **argv)
{
    struct error err = {0};
    int status;

    /* Names in archives may be UTF-8; what we print stays plain. */
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        setlocale(LC_CTYPE, "en_US.UTF-8");
    interrupt_catch();
    if (argc >= 1 && strcmp(argv[0], "load") == 0)
        status = load(argc, argv, &err);
    else
        status = error_set(&err, STATUS_OURS, "coracle-image is a part of Coracle; `coracle load` starts it");
    fflush(stdout);
    if (err.text[0]) {
        fprintf(stderr, "coracle: %s\n", err.text);
        if (err.hint[0])
            fprintf(stderr, "  %s\n", err.hint);
    }
    return status;
}
