/* SPDX-License-Identifier: MIT */
/* Numbers of clocks; see clock.h. */
#include "kernel/clock.h"
#include "kernel/file.h"
#include "kernel/pids.h"
#include "kernel/task.h"

#define KIND_MASK 7
#define KIND_DEVICE                                                                                          \
    3 /* of a descriptor; the others are the CPU times of a process, or of a thread with bit 2 */

int clock_to_host(struct task *task, int clock, int *host)
{
    int of = ~(clock >> 3), number;

    *host = clock;
    if (clock >= 0)
        return 0;
    if ((clock & KIND_MASK) == KIND_DEVICE) {
        struct file *file cleanup_file = file_get(task, of);

        if (!file || file->host_fd < 0)
            return -LINUX_EINVAL;
        number = file->host_fd;
    } else {
        if (of == 0) /* the caller */
            return 0;
        number = pids_to_host(task->process, of);
        if (number < 0)
            return -LINUX_EINVAL;
    }
    *host = (int)(~(uint32_t)number << 3 | ((uint32_t)clock & KIND_MASK));
    return 0;
}
