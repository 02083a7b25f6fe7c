/* SPDX-License-Identifier: MIT */
/* Where a host signal handler returns to (SA_RESTORER), and where the kernel program starts. */
    .text
    .globl host_signal_restorer
    .type host_signal_restorer, @function
host_signal_restorer:
    mov $15, %eax               /* rt_sigreturn */
    syscall
    .size host_signal_restorer, . - host_signal_restorer
    .section .note.GNU-stack, "", @progbits
