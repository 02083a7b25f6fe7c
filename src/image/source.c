/* SPDX-License-Identifier: MIT */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/digest.h"
#include "image/source.h"

#define MEMBERS_MAX 100000 /* of the outer archive: a few for each layer */

/* Takes "./", doubled and trailing slashes out of a member's name, in place; false when it leaves the
 * archive. */
static bool clean_name(char *name)
{
    char *out = name;
    const char *in = name;

    if (*in == '/')
        return false;
    while (*in) {
        size_t n = strcspn(in, "/");

        if (n == 2 && in[0] == '.' && in[1] == '.')
            return false;
        if (n && !(n == 1 && in[0] == '.')) {
            if (out != name)
                *out++ = '/';
            memmove(out, in, n);
            out += n;
        }
        in += n + strspn(in + n, "/");
    }
    *out = '\0';
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    /* Of equal names the later one counts; it comes first here. */
    return order ? order : x->number > y->number ? -1 : x->number < y->number;
}

static struct member *add_member(struct source *source, const char *name)
{
    if (source->count == source->room) {
        source->room = source->room ? 2 * source->room : 64;
        source->members = realloc(source->members, source->room * sizeof(*source->members));
        if (!source->members)
            abort();
    }
    struct member *m = &source->members[source->count];

    *m = (struct member){.name = must_copy(name, strlen(name)), .number = source->count};
    source->count++;
    return m;
}

static int copy_data(struct source *source, struct archive *archive, int fd, const char *name,
                     struct error *err)
{
    const void *block;
    size_t size;
    int64_t offset;
    int r;

    while ((r = archive_read_data_block(archive, &block, &size, &offset)) == ARCHIVE_OK) {
        if (is_interrupted(err) || limit_stream(source->limits, size, err))
            return err->status;
        for (size_t done = 0; done < size;) {
            ssize_t n = pwrite(fd, (const char *)block + done, size - done, offset + (int64_t)done);

            if (n < 0)
                return error_set(err, STATUS_OURS, "the archive cannot be unpacked: %s", strerror(errno));
            done += (size_t)n;
        }
    }
    if (r == ARCHIVE_EOF)
        return 0;
    return error_set(err, STATUS_OURS, "the archive is damaged or cut off in '%s': %s", name,
                     archive_error_string(archive));
}

/* Sets the target of a link, which stands relative to the folder of the link when it is symbolic. */
static int set_link(struct member *m, const char *target, bool symbolic, struct error *err)
{
    const char *slash = strrchr(m->name, '/');
    size_t base = symbolic && slash ? (size_t)(slash - m->name) : 0;

    /* "../ID/layer.tar" of docker's old archives goes up one folder, not out of the archive. */
    if (*target == '/')
        return error_set(err, STATUS_OURS, "the archive's link '%s' leads out of it, to %s", m->name, target);
    while (str_starts(target, "../")) {
        if (!base)
            return error_set(err, STATUS_OURS, "the archive's link '%s' leads out of it", m->name);
        while (base && m->name[base - 1] != '/')
            base--;
        base -= base ? 1 : 0;
        target += 3;
    }
    m->link = must_alloc(base + strlen(target) + 2);
    sprintf(m->link, "%.*s%s%s", (int)base, m->name, base ? "/" : "", target);
    if (!clean_name(m->link))
        return error_set(err, STATUS_OURS, "the archive's link '%s' leads out of it", m->name);
    return 0;
}

static int unpack_member(struct source *source, struct archive *archive, struct archive_entry *entry,
                         struct error *err)
{
    const char *raw = archive_entry_pathname(entry);
    char name[4096], number[32];
    struct member *m;
    int fd, r;

    if (!raw || strlen(raw) >= sizeof(name))
        return error_set(err, STATUS_OURS, "the archive has a member whose name cannot be read");
    strcpy(name, raw);
    if (!clean_name(name))
        return error_set(err, STATUS_OURS, "the archive's member '%s' would lie outside of it", raw);
    if (source->count == MEMBERS_MAX)
        return error_set(err, STATUS_OURS, "the archive has more than %d members", MEMBERS_MAX);
    if (archive_entry_hardlink(entry))
        return set_link(add_member(source, name), archive_entry_hardlink(entry), false, err);
    if (archive_entry_filetype(entry) == AE_IFLNK && archive_entry_symlink(entry))
        return set_link(add_member(source, name), archive_entry_symlink(entry), true, err);
    if (archive_entry_filetype(entry) != AE_IFREG)
        return 0;
    m = add_member(source, name);
    snprintf(number, sizeof(number), "%llu", (unsigned long long)m->number);
    fd = openat(source->folder, number, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(err, STATUS_OURS, "the archive cannot be unpacked: %s", strerror(errno));
    r = copy_data(source, archive, fd, name, err);
    close(fd);
    return r;
}

static int unpack(struct source *source, int fd, const char *file, struct error *err)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    int r, status = 0;

    if (!archive)
        abort();
    archive_read_support_format_tar(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_zstd(archive);
    if (archive_read_open_fd(archive, fd, 1 << 16) != ARCHIVE_OK)
        status = error_set(err, STATUS_OURS, "%s is not an archive that can be read: %s", file,
                           archive_error_string(archive));
    while (status == 0 && (r = archive_read_next_header(archive, &entry)) != ARCHIVE_EOF) {
        if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
            status = error_set(err, STATUS_OURS,
                               "%s is not a tar archive (plain, gzip or zstd), or it is damaged: %s", file,
                               archive_error_string(archive));
        else
            status = unpack_member(source, archive, entry, err);
    }
    archive_read_free(archive);
    qsort(source->members, source->count, sizeof(*source->members), by_name);
    return status;
}

int source_open(struct source *source, const char *file, int scratch, struct limits *limits,
                struct error *err)
{
    bool is_input = strcmp(file, "-") == 0;
    int fd = is_input ? 0 : open(file, O_RDONLY | O_CLOEXEC), r;
    struct stat st;

    *source = (struct source){.limits = limits, .folder = -1};
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_set(err, STATUS_OURS, "%s cannot be opened: %s", file, strerror(errno));
    if (S_ISDIR(st.st_mode)) {
        source->is_layout = true;
        source->folder = fd;
        return 0;
    }
    if (mkdirat(scratch, "members", 0700) < 0 ||
        (source->folder = openat(scratch, "members", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        r = error_set(err, STATUS_OURS, "no scratch folder can be made: %s", strerror(errno));
    else
        r = unpack(source, fd, is_input ? "standard input" : file, err);
    if (!is_input)
        close(fd);
    return r;
}

void source_close(struct source *source)
{
    for (size_t i = 0; i < source->count; i++) {
        free(source->members[i].name);
        free(source->members[i].link);
    }
    free(source->members);
    if (source->folder >= 0)
        close(source->folder);
}

static const struct member *find_member(const struct source *source, const char *name)
{
    size_t low = 0, high = source->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (strcmp(source->members[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < source->count && strcmp(source->members[low].name, name) == 0 ? &source->members[low] : NULL;
}

/* A member of a layout's folder: a regular file, reached without any symbolic link. */
static int open_in_folder(int folder, const char *name)
{
    char part[256];
    int at = dup(folder), next;
    struct stat st;

    while (at >= 0 && strchr(name, '/')) {
        size_t n = strcspn(name, "/");

        if (n >= sizeof(part))
            break;
        memcpy(part, name, n);
        part[n] = '\0';
        next = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(at);
        at = next;
        name += n + 1;
    }
    if (at < 0)
        return -1;
    next = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    close(at);
    if (next >= 0 && (fstat(next, &st) < 0 || !S_ISREG(st.st_mode))) {
        close(next);
        return -1;
    }
    return next;
}

int source_member(struct source *source, const char *name)
{
    char clean[4096], number[32];
    const struct member *m;

    if (strlen(name) >= sizeof(clean))
        return -1;
    strcpy(clean, name);
    if (!clean_name(clean))
        return -1;
    if (source->is_layout)
        return open_in_folder(source->folder, clean);
    m = find_member(source, clean);
    for (int links = 0; m && m->link && links < 16; links++)
        m = find_member(source, m->link);
    if (!m || m->link)
        return -1;
    snprintf(number, sizeof(number), "%llu", (unsigned long long)m->number);
    return openat(source->folder, number, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

int source_hash(int fd, const char *like, char digest[DIGEST_SIZE], struct error *err)
{
    static char buffer[1 << 17];
    struct digest_state *state = digest_begin(like);
    ssize_t n;

    while ((n = read(fd, buffer, sizeof(buffer))) > 0 && !is_interrupted(err))
        digest_add(state, buffer, (size_t)n);
    digest_end(state, digest);
    if (n > 0)
        return err->status;
    if (n < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return error_set(err, STATUS_OURS, "a blob cannot be read: %s", strerror(errno));
    return 0;
}

int source_blob(struct source *source, const char *member, const char *digest, int64_t size,
                struct error *err)
{
    char path[DIGEST_SIZE + 16];
    char found[DIGEST_SIZE];
    struct stat st;
    int fd;

    if (!digest || !digest_is_valid(digest)) {
        error_set(err, STATUS_OURS, "'%.100s' is not a digest that can be checked (sha256 or sha512)",
                  digest ? digest : "");
        return -1;
    }
    if (!member) {
        snprintf(path, sizeof(path), "blobs/%s", digest);
        *strchr(path, ':') = '/';
        member = path;
    }
    fd = source_member(source, member);
    if (fd < 0) {
        error_set(err, STATUS_OURS, "the archive is not whole: '%s' is not in it", member);
        return -1;
    }
    if (fstat(fd, &st) < 0 || (size >= 0 && st.st_size != size)) {
        error_set(err, STATUS_OURS, "the blob %s has %lld bytes and should have %lld", digest,
                  (long long)st.st_size, (long long)size);
    } else if (source_hash(fd, digest, found, err) == 0) {
        if (strcmp(found, digest) == 0)
            return fd;
        error_set(err, STATUS_OURS, "the blob %s is damaged: its content has the digest %s", digest, found);
    }
    close(fd);
    return -1;
}
