/* SPDX-License-Identifier: MIT */
/*
 * Every instruction of ours that touches guest memory, as leaf functions without a frame: a fault between access_begin and
 * access_end continues at access_fault, so that the function returns -EFAULT.
 */
    .text
    .globl access_begin
access_begin:

/* long access_copy(void *dst, const void *src, size_t n) */
    .globl access_copy
access_copy:
    mov %rdx, %rcx
    cmp $256, %rdx
    jb 1f
    rep movsb
    xor %eax, %eax
    ret
1:  sub $8, %rcx
    jb 3f
2:  mov (%rsi), %rax
    mov %rax, (%rdi)
    add $8, %rsi
    add $8, %rdi
    sub $8, %rcx
    jae 2b
3:  add $8, %rcx
    jz 5f
4:  mov (%rsi), %al
    mov %al, (%rdi)
    inc %rsi
    inc %rdi
    dec %rcx
    jnz 4b
5:  xor %eax, %eax
    ret

/* long access_fill(void *dst, size_t n): zeroes */
    .globl access_fill
access_fill:
    mov %rsi, %rcx
    xor %eax, %eax
    rep stosb
    ret

/* long access_string(char *dst, const char *src, size_t size): length without the NUL, or size when none was found */
    .globl access_string
access_string:
    xor %eax, %eax
1:  cmp %rdx, %rax
    je 2f
    mov (%rsi, %rax), %cl
    mov %cl, (%rdi, %rax)
    test %cl, %cl
    jz 2f
    inc %rax
    jmp 1b
2:  ret

/* long access_load32(const uint32_t *addr, uint32_t *value) */
    .globl access_load32
access_load32:
    mov (%rdi), %eax
    mov %eax, (%rsi)
    xor %eax, %eax
    ret

/* long access_cmpxchg32(uint32_t *addr, uint32_t expected, uint32_t desired, uint32_t *old) */
    .globl access_cmpxchg32
access_cmpxchg32:
    mov %esi, %eax
    lock cmpxchg %edx, (%rdi)
    mov %eax, (%rcx)
    xor %eax, %eax
    ret

/* long access_xsave(void *area, uint64_t features), long access_xrstor(const void *area, uint64_t features) */
    .globl access_xsave
access_xsave:
    mov %esi, %eax
    mov %rsi, %rdx
    shr $32, %rdx
    xsave64 (%rdi)
    xor %eax, %eax
    ret
    .globl access_xrstor
access_xrstor:
    mov %esi, %eax
    mov %rsi, %rdx
    shr $32, %rdx
    xrstor64 (%rdi)
    xor %eax, %eax
    ret
    .globl access_fxsave
access_fxsave:
    fxsave64 (%rdi)
    xor %eax, %eax
    ret
    .globl access_fxrstor
access_fxrstor:
    fxrstor64 (%rdi)
    xor %eax, %eax
    ret

    .globl access_end
access_end:
    .globl access_fault
access_fault:
    mov $-14, %rax              /* -EFAULT */
    ret
    .section .note.GNU-stack, "", @progbits
