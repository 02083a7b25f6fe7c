/* SPDX-License-Identifier: MIT */
/*
 * The border between guest code and the kernel library on x86-64.
 *
 * direct_run(cpu) leaves to the guest and returns at its next trap, like a coroutine: the callee-saved registers lie on
 * the kernel stack at cpu->host_sp. There are three ways back:
 *   direct_syscall_entry  a rewritten site jumped here: rax is the number, rcx the return address; r11 is free. Where it can, it calls
 *                         cpu->syscall and goes straight back: a return from direct_run would be one that the CPU has not
 *                         predicted, and so would be the guest's next ones
 *   direct_resume         a host signal handler has stored the guest's registers and returns here, eax says why
 *   (the window)          between direct_window_begin and direct_window_end a signal handler may go to direct_resume
 *                         as well: cpu still holds the guest's whole state there
 *
 * There are two ways out. The usual one ends in a jump through GS. Where GS base is the guest's own (cpu->own_gs), or where the guest
 * steps (the trap flag must not act on our last instructions), it is an iretq.
 *
 * Nothing is pushed on the guest's stack (red zone). GS base is cpu but for that; FS and the vector registers stay the guest's throughout.
 */
#include "engine/direct/x86_64/offsets.h"

#define USER_CS 0x33
#define USER_DS 0x2b
#define FLAG_TF 0x100
#define FLAG_AC 0x40000

    /* All of the guest's general registers but rsp and rdi. */
    .macro load_registers
    mov CPU_GPR(0)(%rdi), %rax
    mov CPU_GPR(1)(%rdi), %rcx
    mov CPU_GPR(2)(%rdi), %rdx
    mov CPU_GPR(3)(%rdi), %rbx
    mov CPU_GPR(5)(%rdi), %rbp
    mov CPU_GPR(6)(%rdi), %rsi
    mov CPU_GPR(8)(%rdi), %r8
    mov CPU_GPR(9)(%rdi), %r9
    mov CPU_GPR(10)(%rdi), %r10
    mov CPU_GPR(11)(%rdi), %r11
    mov CPU_GPR(12)(%rdi), %r12
    mov CPU_GPR(13)(%rdi), %r13
    mov CPU_GPR(14)(%rdi), %r14
    mov CPU_GPR(15)(%rdi), %r15
    .endm

    .text

    .globl direct_run
    .type direct_run, @function
direct_run:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, CPU_HOST_SP(%rdi)
    .globl direct_window_begin
direct_window_begin:
    cmpl $0, CPU_WORK(%rdi)
    jne .Linterrupted
    cmpl $0, CPU_OWN_GS(%rdi)
    jne .Lwith_iretq
    testl $FLAG_TF, CPU_FLAGS(%rdi)
    jnz .Lwith_iretq
    push CPU_FLAGS(%rdi)
    load_registers
    popfq
    mov CPU_GPR(4)(%rdi), %rsp
    mov CPU_GPR(7)(%rdi), %rdi
    jmp *%gs:CPU_PC
.Lwith_iretq:
    pushq $USER_DS
    push CPU_GPR(4)(%rdi)
    push CPU_FLAGS(%rdi)
    pushq $USER_CS
    push CPU_PC(%rdi)
    load_registers
    mov CPU_GPR(7)(%rdi), %rdi
    iretq
    .globl direct_window_end
direct_window_end:
    ud2

.Linterrupted:
    mov $2, %eax                /* TRAP_INTERRUPT */
    .globl direct_resume
direct_resume:
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret
    .size direct_run, . - direct_run

    .globl direct_syscall_entry
    .type direct_syscall_entry, @function
direct_syscall_entry:
    mov %gs:CPU_SELF, %r11
    mov %rsp, CPU_GPR(4)(%r11)
    mov CPU_HOST_SP(%r11), %rsp
    pushfq
    mov %rax, CPU_GPR(0)(%r11)
    mov %rax, CPU_SYSCALL_NR(%r11)
    mov %rcx, CPU_GPR(1)(%r11)
    mov %rcx, CPU_PC(%r11)
    mov %rdx, CPU_GPR(2)(%r11)
    mov %rbx, CPU_GPR(3)(%r11)
    mov %rbp, CPU_GPR(5)(%r11)
    mov %rsi, CPU_GPR(6)(%r11)
    mov %rdi, CPU_GPR(7)(%r11)
    mov %r8, CPU_GPR(8)(%r11)
    mov %r9, CPU_GPR(9)(%r11)
    mov %r10, CPU_GPR(10)(%r11)
    mov %r12, CPU_GPR(12)(%r11)
    mov %r13, CPU_GPR(13)(%r11)
    mov %r14, CPU_GPR(14)(%r11)
    mov %r15, CPU_GPR(15)(%r11)
    pop %rax
    mov %rax, CPU_FLAGS(%r11)
    mov %rax, CPU_GPR(11)(%r11)
    movl $0, CPU_TRAPPED(%r11)
    cld
    test $FLAG_AC, %eax
    jnz .Lclear_flags
.Lserve:
    mov CPU_SYSCALL(%r11), %rax
    test %rax, %rax
    jz .Lreturn
    mov %r11, %rdi
    mov %r11, %rbx
    xor %ebp, %ebp
    sub $8, %rsp
    call *%rax
    add $8, %rsp
    mov %rbx, %rdi
    jmp direct_window_begin
.Lreturn:                       /* eax is TRAP_SYSCALL */
    jmp direct_resume
.Lclear_flags:                  /* our code is not made for alignment checks */
    pushq $0x202
    popfq
    jmp .Lserve
    .size direct_syscall_entry, . - direct_syscall_entry

/*
 * Where the trampolines go once some guest thread has a GS base of its own, so that ours cannot be found: the fault's handler
 * finds the thread by its signal stack and takes the system call from there. rax and rcx as above.
 */
    .globl direct_syscall_entry_slow
    .type direct_syscall_entry_slow, @function
direct_syscall_entry_slow:
    ud2
    .size direct_syscall_entry_slow, . - direct_syscall_entry_slow

    .section .note.GNU-stack, "", @progbits
