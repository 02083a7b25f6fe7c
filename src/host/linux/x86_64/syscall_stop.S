/* SPDX-License-Identifier: MIT */
/* The interruptible system call of host/linux/syscall.h: (stop, nr, a, b, c, d, e on the stack, f on the stack). */
    .text
    .globl host_syscall_stop6
    .type host_syscall_stop6, @function
host_syscall_stop6:
    mov %rdi, %r11
    mov %rsi, %rax
    mov %rdx, %rdi
    mov %rcx, %rsi
    mov %r8, %rdx
    mov %r9, %r10
    mov 8(%rsp), %r8
    mov 16(%rsp), %r9
    .globl host_syscall_stop_begin
host_syscall_stop_begin:
    cmpl $0, (%r11)
    jne host_syscall_stop_abort
    syscall
    .globl host_syscall_stop_end
host_syscall_stop_end:
    ret
    .globl host_syscall_stop_abort
host_syscall_stop_abort:
    mov $-4, %rax               /* -EINTR */
    ret
    .size host_syscall_stop6, . - host_syscall_stop6
    .section .note.GNU-stack, "", @progbits
