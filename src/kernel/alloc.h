/* SPDX-License-Identifier: MIT */
/* Moved to host/alloc.h. */
#include "host/alloc.h"
