/* SPDX-License-Identifier: MIT */
/* The first instruction of the kernel program: hands the initial stack (argc, argv, envp, auxv) to C. */
    .text
    .globl _start
    .type _start, @function
_start:
    xor %ebp, %ebp
    mov %rsp, %rdi
    and $-16, %rsp
    call kernel_start
    ud2
    .size _start, . - _start

/* host_switch_stack(sp, fn, arg): continues in fn(arg) on another stack; never returns. */
    .globl host_switch_stack
    .type host_switch_stack, @function
host_switch_stack:
    mov %rdi, %rsp
    xor %ebp, %ebp
    mov %rdx, %rdi
    call *%rsi
    ud2
    .size host_switch_stack, . - host_switch_stack
    .section .note.GNU-stack, "", @progbits
