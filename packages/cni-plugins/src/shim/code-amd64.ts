/**
 * The shim in the machine code of x86-64, one instruction an entry. `address` is the end of the code, where the data of
 * `shim-program.ts` begins. rbx: the socket, r12: the next variable, r13: the exit code.
 */
export const AMD64_CODE: readonly string[] = [
  "488b0424", // mov rax, [rsp]
  "4c8d64c410", // lea r12, [rsp+rax*8+16]
  "bf01000000", // mov edi, 1
  "be01000000", // mov esi, 1
  "31d2", // xor edx, edx
  "b829000000", // mov eax, 41
  "0f05", // syscall
  "89c3", // mov ebx, eax
  "89df", // mov edi, ebx
  "488d35f5000000", // lea rsi, [address]
  "ba6e000000", // mov edx, 110
  "b82a000000", // mov eax, 42
  "0f05", // syscall
  "85c0", // test eax, eax
  "0f85a2000000", // jne fail
  // next:
  "498b3424", // mov rsi, [r12]
  "4983c408", // add r12, 8
  "4885f6", // test rsi, rsi
  "7412", // je last
  "31d2", // xor edx, edx
  // length:
  "ffc2", // inc edx
  "807c16ff00", // cmp [rsi+rdx-1], 0
  "75f7", // jne length
  "e8ae000000", // call send
  "ebe1", // jmp next
  // last:
  "488d3528010000", // lea rsi, [address+109]
  "ba01000000", // mov edx, 1
  "e89b000000", // call send
  "4881ec00000100", // sub rsp, 65536
  // input:
  "31ff", // xor edi, edi
  "4889e6", // mov rsi, rsp
  "ba00000100", // mov edx, 65536
  "31c0", // xor eax, eax
  "0f05", // syscall
  "4885c0", // test rax, rax
  "7e0c", // jle sent
  "4889e6", // mov rsi, rsp
  "89c2", // mov edx, eax
  "e877000000", // call send
  "ebe1", // jmp input
  // sent:
  "89df", // mov edi, ebx
  "be01000000", // mov esi, 1
  "b830000000", // mov eax, 48
  "0f05", // syscall
  "89df", // mov edi, ebx
  "4889e6", // mov rsi, rsp
  "ba01000000", // mov edx, 1
  "31c0", // xor eax, eax
  "0f05", // syscall
  "83f801", // cmp eax, 1
  "752b", // jne fail
  "440fb62c24", // movzx r13d, [rsp]
  // output:
  "89df", // mov edi, ebx
  "4889e6", // mov rsi, rsp
  "ba00000100", // mov edx, 65536
  "31c0", // xor eax, eax
  "0f05", // syscall
  "4885c0", // test rax, rax
  "7e32", // jle exit
  "bf01000000", // mov edi, 1
  "4889e6", // mov rsi, rsp
  "89c2", // mov edx, eax
  "b801000000", // mov eax, 1
  "0f05", // syscall
  "ebda", // jmp output
  // fail:
  "bf01000000", // mov edi, 1
  "488d35a7000000", // lea rsi, [address+116]
  "8b159d000000", // mov edx, [address+112]
  "b801000000", // mov eax, 1
  "0f05", // syscall
  "41bd01000000", // mov r13d, 1
  // exit:
  "4489ef", // mov edi, r13d
  "b83c000000", // mov eax, 60
  "0f05", // syscall
  // send:
  "89df", // mov edi, ebx
  "41ba00400000", // mov r10d, 0x4000
  "4531c0", // xor r8d, r8d
  "4531c9", // xor r9d, r9d
  "b82c000000", // mov eax, 44
  "0f05", // syscall
  "c3", // ret
];
