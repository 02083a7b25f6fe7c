/* SPDX-License-Identifier: MIT */
/*
 * The vector state of a guest thread in a signal frame: what the CPU holds at present, as our own code never
 * touches it. The image is that of XSAVE in its standard format (FXSAVE's on old CPUs) with Linux's software
 * bytes.
 */
#include "engine/access.h"
#include "engine/direct/direct.h"
#include "host/engine.h"

#define FXSAVE_SIZE      512
#define XSAVE_HEADER     64
#define FP_XSTATE_MAGIC1 0x46505853u
#define FP_XSTATE_MAGIC2 0x46505845u
#define SW_RESERVED      464 /* offset of Linux's software bytes in the FXSAVE image */

struct sw_reserved {
    uint32_t magic1, extended_size;
    uint64_t xfeatures;
    uint32_t xstate_size, padding[7];
};

static size_t xsave_size(void)
{
    static size_t size;

    if (!size)
        size = host_xsave_features() ? host_xsave_size() : FXSAVE_SIZE;
    return size;
}

size_t direct_vector_size(void)
{
    return xsave_size() + (host_xsave_features() ? 4 : 0);
}

int direct_vector_save(struct cpu *cpu, uint64_t addr)
{
    char *area = (char *)(uintptr_t)addr;
    uint64_t features = host_xsave_features();

    (void)cpu;
    if (!access_is_guest(addr, direct_vector_size()))
        return -LINUX_EFAULT;
    if (!features)
        return (int)access_fxsave(area);

    struct sw_reserved sw = {.magic1 = FP_XSTATE_MAGIC1,
                             .extended_size = (uint32_t)direct_vector_size(),
                             .xfeatures = features,
                             .xstate_size = (uint32_t)xsave_size()};
    uint32_t magic2 = FP_XSTATE_MAGIC2;
    /* XSAVE only sets bits of the header's XSTATE_BV; the rest of the header must be zero. */
    if (access_fill(area + FXSAVE_SIZE, XSAVE_HEADER) < 0 || access_xsave(area, features) < 0 ||
        access_copy(area + SW_RESERVED, &sw, sizeof(sw)) < 0 ||
        access_copy(area + xsave_size(), &magic2, sizeof(magic2)) < 0)
        return -LINUX_EFAULT;
    return 0;
}

int direct_vector_load(struct cpu *cpu, uint64_t addr, size_t size)
{
    const char *area = (const char *)(uintptr_t)addr;
    struct sw_reserved sw;

    (void)cpu;
    if (!access_is_guest(addr, MAX(size, (size_t)FXSAVE_SIZE)) ||
        access_copy(&sw, area + SW_RESERVED, sizeof(sw)) < 0)
        return -LINUX_EFAULT;
    if (addr & 15)
        return -LINUX_EINVAL;
    if (host_xsave_features() && sw.magic1 == FP_XSTATE_MAGIC1 && sw.xstate_size <= xsave_size() &&
        !(addr & 63))
        return (int)access_xrstor(area, host_xsave_features() & sw.xfeatures);
    return (int)access_fxrstor(area);
}

#define MXCSR_OFFSET  24
#define MXCSR_DEFAULT 0x1f80u
#define FCW_DEFAULT   0x37f
#define FEATURE_PKRU  (UINT64_C(1) << 9)

void direct_vector_reset(struct cpu *cpu)
{
    static uint8_t image[FXSAVE_SIZE + XSAVE_HEADER] __attribute__((aligned(64)));
    uint32_t mxcsr = MXCSR_DEFAULT;
    uint16_t fcw = FCW_DEFAULT;

    (void)cpu;
    memcpy(image, &fcw, sizeof(fcw));
    memcpy(image + MXCSR_OFFSET, &mxcsr, sizeof(mxcsr));
    /* A header without components gives all of them their first state. The protection keys are the thread's
     * to keep. */
    if (host_xsave_features())
        access_xrstor(image, host_xsave_features() & ~FEATURE_PKRU);
    else
        access_fxrstor(image);
}
