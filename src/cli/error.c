/* SPDX-License-Identifier: MIT */
/* The error object of the hosted programs; see cli.h. */
#include <stdio.h>
#include "cli/cli.h"

int error_set(struct error *err, int status, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(err->text, sizeof(err->text), format, ap);
    va_end(ap);
    err->hint[0] = '\0';
    return err->status = status;
}

void error_hint(struct error *err, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(err->hint, sizeof(err->hint), format, ap);
    va_end(ap);
}
