/* SPDX-License-Identifier: MIT */
/* long host_clone_raw(flags, stack, parent_tid, child_tid, tls): on the new stack lie the argument and the function. */
    .text
    .globl host_clone_raw
    .type host_clone_raw, %function
host_clone_raw:
    mov x5, x3
    mov x3, x4                  /* this architecture takes tls before child_tid */
    mov x4, x5
    mov x8, #220                /* clone */
    svc #0
    cbz x0, 1f
    ret
1:  mov x29, #0
    mov x30, #0
    ldp x0, x1, [sp], #16
    blr x1
    brk #0
    .size host_clone_raw, . - host_clone_raw

    .section .note.GNU-stack, "", %progbits
