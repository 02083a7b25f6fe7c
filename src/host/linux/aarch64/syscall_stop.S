/* SPDX-License-Identifier: MIT */
/* The interruptible system call of host/linux/syscall.h: (stop, nr, a, b, c, d, e, f), all in registers. */
    .text
    .globl host_syscall_stop6
    .type host_syscall_stop6, %function
host_syscall_stop6:
    mov x9, x0
    mov x8, x1
    mov x0, x2
    mov x1, x3
    mov x2, x4
    mov x3, x5
    mov x4, x6
    mov x5, x7
    .globl host_syscall_stop_begin
host_syscall_stop_begin:
    ldr w10, [x9]
    cbnz w10, host_syscall_stop_abort
    svc 0
    .globl host_syscall_stop_end
host_syscall_stop_end:
    ret
    .globl host_syscall_stop_abort
host_syscall_stop_abort:
    mov x0, #-4                 /* -EINTR */
    ret
    .size host_syscall_stop6, . - host_syscall_stop6
    .section .note.GNU-stack, "", %progbits
