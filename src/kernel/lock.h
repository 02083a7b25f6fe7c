/* SPDX-License-Identifier: MIT */
/* Moved to host/lock.h. */
#include "host/lock.h"
