/**
 * The shim in the machine code of AArch64, one instruction an entry. `address` is the end of the code, where the data of
 * `shim-program.ts` begins. x19: the next variable, x20: the socket, x21: the exit code.
 */
export const ARM64_CODE: readonly string[] = [
  "f3030091", // mov x19, sp
  "600240f9", // ldr x0, [x19]
  "730e008b", // add x19, x19, x0, lsl #3
  "73420091", // add x19, x19, #16
  "200080d2", // mov x0, #1
  "210080d2", // mov x1, #1
  "020080d2", // mov x2, #0
  "c81880d2", // mov x8, #198
  "010000d4", // svc #0
  "f40300aa", // mov x20, x0
  "a1080010", // adr x1, address
  "c20d80d2", // mov x2, #110
  "681980d2", // mov x8, #203
  "010000d4", // svc #0
  "200600b5", // cbnz x0, fail
  // next:
  "618640f8", // ldr x1, [x19], #8
  "e10000b4", // cbz x1, last
  "020080d2", // mov x2, #0
  // length:
  "23686238", // ldrb w3, [x1, x2]
  "42040091", // add x2, x2, #1
  "c3ffff35", // cbnz w3, length
  "33000094", // bl send
  "f9ffff17", // b next
  // last:
  "610a0030", // adr x1, address+109
  "220080d2", // mov x2, #1
  "2f000094", // bl send
  "ff4340d1", // sub sp, sp, #16, lsl #12
  // input:
  "000080d2", // mov x0, #0
  "e1030091", // mov x1, sp
  "2200a0d2", // mov x2, #65536
  "e80780d2", // mov x8, #63
  "010000d4", // svc #0
  "1f0000f1", // cmp x0, #0
  "ad000054", // b.le sent
  "e20300aa", // mov x2, x0
  "e1030091", // mov x1, sp
  "24000094", // bl send
  "f6ffff17", // b input
  // sent:
  "e00314aa", // mov x0, x20
  "210080d2", // mov x1, #1
  "481a80d2", // mov x8, #210
  "010000d4", // svc #0
  "e00314aa", // mov x0, x20
  "e1030091", // mov x1, sp
  "220080d2", // mov x2, #1
  "e80780d2", // mov x8, #63
  "010000d4", // svc #0
  "1f0400f1", // cmp x0, #1
  "e1010054", // b.ne fail
  "f5034039", // ldrb w21, [sp]
  // output:
  "e00314aa", // mov x0, x20
  "e1030091", // mov x1, sp
  "2200a0d2", // mov x2, #65536
  "e80780d2", // mov x8, #63
  "010000d4", // svc #0
  "1f0000f1", // cmp x0, #0
  "ad010054", // b.le exit
  "e20300aa", // mov x2, x0
  "200080d2", // mov x0, #1
  "e1030091", // mov x1, sp
  "080880d2", // mov x8, #64
  "010000d4", // svc #0
  "f4ffff17", // b output
  // fail:
  "200080d2", // mov x0, #1
  "81050010", // adr x1, address+116
  "42050018", // ldr w2, address+112
  "080880d2", // mov x8, #64
  "010000d4", // svc #0
  "350080d2", // mov x21, #1
  // exit:
  "e00315aa", // mov x0, x21
  "a80b80d2", // mov x8, #93
  "010000d4", // svc #0
  // send:
  "e00314aa", // mov x0, x20
  "030088d2", // mov x3, #0x4000
  "040080d2", // mov x4, #0
  "050080d2", // mov x5, #0
  "c81980d2", // mov x8, #206
  "010000d4", // svc #0
  "c0035fd6", // ret
];
