/* SPDX-License-Identifier: MIT */
/*
 * Every instruction of ours that touches guest memory, as leaf functions without a frame: a fault between user_access_begin and
 * user_access_end continues at user_access_fault, so that the function returns -EFAULT.
 */
    .text
    .globl user_access_begin
user_access_begin:

/* long user_copy_raw(void *dst, const void *src, size_t n) */
    .globl user_copy_raw
user_copy_raw:
    mov %rdx, %rcx
    cmp $64, %rdx
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

/* long user_fill_raw(void *dst, size_t n): zeroes */
    .globl user_fill_raw
user_fill_raw:
    mov %rsi, %rcx
    xor %eax, %eax
    rep stosb
    ret

/* long user_string_raw(char *dst, const char *src, size_t size): length without the NUL, or size when none was found */
    .globl user_string_raw
user_string_raw:
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

/* long user_load32_raw(const uint32_t *addr, uint32_t *value) */
    .globl user_load32_raw
user_load32_raw:
    mov (%rdi), %eax
    mov %eax, (%rsi)
    xor %eax, %eax
    ret

/* long user_cmpxchg32_raw(uint32_t *addr, uint32_t expected, uint32_t desired, uint32_t *old) */
    .globl user_cmpxchg32_raw
user_cmpxchg32_raw:
    mov %esi, %eax
    lock cmpxchg %edx, (%rdi)
    mov %eax, (%rcx)
    xor %eax, %eax
    ret

/* long user_xsave_raw(void *area, uint64_t features), long user_xrstor_raw(const void *area, uint64_t features) */
    .globl user_xsave_raw
user_xsave_raw:
    mov %esi, %eax
    mov %rsi, %rdx
    shr $32, %rdx
    xsave64 (%rdi)
    xor %eax, %eax
    ret
    .globl user_xrstor_raw
user_xrstor_raw:
    mov %esi, %eax
    mov %rsi, %rdx
    shr $32, %rdx
    xrstor64 (%rdi)
    xor %eax, %eax
    ret
    .globl user_fxsave_raw
user_fxsave_raw:
    fxsave64 (%rdi)
    xor %eax, %eax
    ret
    .globl user_fxrstor_raw
user_fxrstor_raw:
    fxrstor64 (%rdi)
    xor %eax, %eax
    ret

    .globl user_access_end
user_access_end:
    .globl user_access_fault
user_access_fault:
    mov $-14, %rax              /* -EFAULT */
    ret
    .section .note.GNU-stack, "", @progbits
