/* SPDX-License-Identifier: MIT */
/*
 * Our vDSO for x86-64 guests, linked as a shared object of its own: the clock functions jump to the host's vDSO, whose addresses the
 * kernel writes into the table at start (kernel/vdso.c). An empty slot means a system call.
 */
    .text

    .macro host_function name, slot, nr
    .globl __vdso_\name
    .type __vdso_\name, @function
    .weak \name
    .type \name, @function
    .balign 16
__vdso_\name:
\name:
    mov __coracle_host_functions + 8 * \slot(%rip), %rax
    test %rax, %rax
    jz 1f
    jmp *%rax
1:  mov $\nr, %eax
    syscall
    ret
    .size __vdso_\name, . - __vdso_\name
    .size \name, . - \name
    .endm

    host_function clock_gettime, 0, 228
    host_function gettimeofday, 1, 96
    host_function time, 2, 201
    host_function clock_getres, 3, 229
    host_function getcpu, 4, 309


    .balign 16
    .globl __coracle_host_functions
    .protected __coracle_host_functions
    .type __coracle_host_functions, @object
__coracle_host_functions:
    .quad 0, 0, 0, 0, 0
    .size __coracle_host_functions, . - __coracle_host_functions

    .section .note.GNU-stack, "", @progbits
