/* SPDX-License-Identifier: MIT */
/* The ELF format and the auxiliary vector of the Linux ABI. Values are those of x86-64 where architectures
 * differ. */
#ifndef CORACLE_ABI_ELF_H
#define CORACLE_ABI_ELF_H

#include <stddef.h>
#include <stdint.h>

#define LINUX_AT_NULL                                      0
#define LINUX_AT_IGNORE                                    1
#define LINUX_AT_EXECFD                                    2
#define LINUX_AT_PHDR                                      3
#define LINUX_AT_PHENT                                     4
#define LINUX_AT_PHNUM                                     5
#define LINUX_AT_PAGESZ                                    6
#define LINUX_AT_BASE                                      7
#define LINUX_AT_FLAGS                                     8
#define LINUX_AT_ENTRY                                     9
#define LINUX_AT_NOTELF                                    10
#define LINUX_AT_UID                                       11
#define LINUX_AT_EUID                                      12
#define LINUX_AT_GID                                       13
#define LINUX_AT_EGID                                      14
#define LINUX_AT_PLATFORM                                  15
#define LINUX_AT_HWCAP                                     16
#define LINUX_AT_CLKTCK                                    17
#define LINUX_AT_SECURE                                    23
#define LINUX_AT_BASE_PLATFORM                             24
#define LINUX_AT_RANDOM                                    25
#define LINUX_AT_HWCAP2                                    26
#define LINUX_AT_RSEQ_FEATURE_SIZE                         27
#define LINUX_AT_RSEQ_ALIGN                                28
#define LINUX_AT_EXECFN                                    31
#define LINUX_AT_SYSINFO                                   32
#define LINUX_AT_SYSINFO_EHDR                              33
#define LINUX_AT_MINSIGSTKSZ                               51
#define LINUX_DT_GNU_HASH                                  1879047925
#define LINUX_EI_MAG0                                      0
#define LINUX_EI_MAG1                                      1
#define LINUX_EI_MAG2                                      2
#define LINUX_EI_MAG3                                      3
#define LINUX_EI_CLASS                                     4
#define LINUX_EI_DATA                                      5
#define LINUX_EI_VERSION                                   6
#define LINUX_EI_OSABI                                     7
#define LINUX_EI_ABIVERSION                                8
#define LINUX_EI_PAD                                       8
#define LINUX_EI_NIDENT                                    16
#define LINUX_ELFCLASSNONE                                 0
#define LINUX_ELFDATANONE                                  0
#define LINUX_ELFCLASS32                                   1
#define LINUX_ELFDATA2LSB                                  1
#define LINUX_ELFCLASS64                                   2
#define LINUX_ELFDATA2MSB                                  2
#define LINUX_ELFCLASSNUM                                  3
#define LINUX_ELFDATANUM                                   3
#define LINUX_ELFMAG1                                      69
#define LINUX_ELFMAG3                                      70
#define LINUX_ELFMAG2                                      76
#define LINUX_ELFMAG0                                      127
#define LINUX_ELFOSABI_NONE                                0
#define LINUX_ELFOSABI_SYSV                                0
#define LINUX_ELFOSABI_HPUX                                1
#define LINUX_ELFOSABI_NETBSD                              2
#define LINUX_ELFOSABI_GNU                                 3
#define LINUX_ELFOSABI_LINUX                               3
#define LINUX_ELFOSABI_SOLARIS                             6
#define LINUX_ELFOSABI_AIX                                 7
#define LINUX_ELFOSABI_IRIX                                8
#define LINUX_ELFOSABI_FREEBSD                             9
#define LINUX_ELFOSABI_TRU64                               10
#define LINUX_ELFOSABI_MODESTO                             11
#define LINUX_ELFOSABI_OPENBSD                             12
#define LINUX_ELFOSABI_ARM_AEABI                           64
#define LINUX_ELFOSABI_ARM                                 97
#define LINUX_ELFOSABI_STANDALONE                          255
#define LINUX_EM_386                                       3
#define LINUX_EM_PPC64                                     21
#define LINUX_EM_S390                                      22
#define LINUX_EM_ARM                                       40
#define LINUX_EM_X86_64                                    62
#define LINUX_EM_AARCH64                                   183
#define LINUX_EM_RISCV                                     243
#define LINUX_ET_NONE                                      0
#define LINUX_ET_REL                                       1
#define LINUX_ET_EXEC                                      2
#define LINUX_ET_DYN                                       3
#define LINUX_ET_CORE                                      4
#define LINUX_EV_CURRENT                                   1
#define LINUX_GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS 1
#define LINUX_GNU_PROPERTY_AARCH64_FEATURE_1_BTI           1
#define LINUX_GNU_PROPERTY_STACK_SIZE                      1
#define LINUX_GNU_PROPERTY_X86_FEATURE_1_IBT               1
#define LINUX_GNU_PROPERTY_X86_ISA_1_BASELINE              1
#define LINUX_GNU_PROPERTY_AARCH64_FEATURE_1_PAC           2
#define LINUX_GNU_PROPERTY_NO_COPY_ON_PROTECTED            2
#define LINUX_GNU_PROPERTY_X86_FEATURE_1_SHSTK             2
#define LINUX_GNU_PROPERTY_X86_ISA_1_V2                    2
#define LINUX_GNU_PROPERTY_X86_ISA_1_V3                    4
#define LINUX_GNU_PROPERTY_X86_ISA_1_V4                    8
#define LINUX_GNU_PROPERTY_UINT32_AND_LO                   2952790016u
#define LINUX_GNU_PROPERTY_UINT32_AND_HI                   2952822783u
#define LINUX_GNU_PROPERTY_1_NEEDED                        2952822784u
#define LINUX_GNU_PROPERTY_UINT32_OR_LO                    2952822784u
#define LINUX_GNU_PROPERTY_UINT32_OR_HI                    2952855551u
#define LINUX_GNU_PROPERTY_AARCH64_FEATURE_1_AND           3221225472u
#define LINUX_GNU_PROPERTY_LOPROC                          3221225472u
#define LINUX_GNU_PROPERTY_X86_FEATURE_1_AND               3221225474u
#define LINUX_GNU_PROPERTY_X86_ISA_1_NEEDED                3221258242u
#define LINUX_GNU_PROPERTY_X86_ISA_1_USED                  3221291010u
#define LINUX_GNU_PROPERTY_HIPROC                          3758096383u
#define LINUX_GNU_PROPERTY_LOUSER                          3758096384u
#define LINUX_GNU_PROPERTY_HIUSER                          4294967295u
#define LINUX_HWCAP2_RING3MWAIT                            1
#define LINUX_HWCAP2_FSGSBASE                              2
#define LINUX_NT_GNU_ABI_TAG                               1
#define LINUX_NT_PRSTATUS                                  1
#define LINUX_NT_VERSION                                   1
#define LINUX_NT_FPREGSET                                  2
#define LINUX_NT_GNU_HWCAP                                 2
#define LINUX_NT_PRFPREG                                   2
#define LINUX_NT_GNU_BUILD_ID                              3
#define LINUX_NT_PRPSINFO                                  3
#define LINUX_NT_GNU_GOLD_VERSION                          4
#define LINUX_NT_PRXREG                                    4
#define LINUX_NT_TASKSTRUCT                                4
#define LINUX_NT_GNU_PROPERTY_TYPE_0                       5
#define LINUX_NT_PLATFORM                                  5
#define LINUX_NT_AUXV                                      6
#define LINUX_NT_GWINDOWS                                  7
#define LINUX_NT_ASRS                                      8
#define LINUX_NT_PSTATUS                                   0xa
#define LINUX_NT_PSINFO                                    0xd
#define LINUX_NT_PRCRED                                    0xe
#define LINUX_NT_UTSNAME                                   0xf
#define LINUX_NT_LWPSTATUS                                 0x10
#define LINUX_NT_LWPSINFO                                  0x11
#define LINUX_NT_PRFPXREG                                  0x14
#define LINUX_NT_PPC_VMX                                   0x100
#define LINUX_NT_PPC_SPE                                   0x101
#define LINUX_NT_PPC_VSX                                   0x102
#define LINUX_NT_PPC_TAR                                   0x103
#define LINUX_NT_PPC_PPR                                   0x104
#define LINUX_NT_PPC_DSCR                                  0x105
#define LINUX_NT_PPC_EBB                                   0x106
#define LINUX_NT_PPC_PMU                                   0x107
#define LINUX_NT_PPC_TM_CGPR                               0x108
#define LINUX_NT_PPC_TM_CFPR                               0x109
#define LINUX_NT_PPC_TM_CVMX                               0x10a
#define LINUX_NT_PPC_TM_CVSX                               0x10b
#define LINUX_NT_PPC_TM_SPR                                0x10c
#define LINUX_NT_PPC_TM_CTAR                               0x10d
#define LINUX_NT_PPC_TM_CPPR                               0x10e
#define LINUX_NT_PPC_TM_CDSCR                              0x10f
#define LINUX_NT_PPC_PKEY                                  0x110
#define LINUX_NT_386_TLS                                   0x200
#define LINUX_NT_386_IOPERM                                0x201
#define LINUX_NT_X86_XSTATE                                0x202
#define LINUX_NT_S390_HIGH_GPRS                            0x300
#define LINUX_NT_S390_TIMER                                0x301
#define LINUX_NT_S390_TODCMP                               0x302
#define LINUX_NT_S390_TODPREG                              0x303
#define LINUX_NT_S390_CTRS                                 0x304
#define LINUX_NT_S390_PREFIX                               0x305
#define LINUX_NT_S390_LAST_BREAK                           0x306
#define LINUX_NT_S390_SYSTEM_CALL                          0x307
#define LINUX_NT_S390_TDB                                  0x308
#define LINUX_NT_S390_VXRS_LOW                             0x309
#define LINUX_NT_S390_VXRS_HIGH                            0x30a
#define LINUX_NT_S390_GS_CB                                0x30b
#define LINUX_NT_S390_GS_BC                                0x30c
#define LINUX_NT_S390_RI_CB                                0x30d
#define LINUX_NT_S390_PV_CPU_DATA                          0x30e
#define LINUX_NT_ARM_VFP                                   0x400
#define LINUX_NT_ARM_TLS                                   0x401
#define LINUX_NT_ARM_HW_BREAK                              0x402
#define LINUX_NT_ARM_HW_WATCH                              0x403
#define LINUX_NT_ARM_SYSTEM_CALL                           0x404
#define LINUX_NT_ARM_SVE                                   0x405
#define LINUX_NT_ARM_PAC_MASK                              0x406
#define LINUX_NT_ARM_PACA_KEYS                             0x407
#define LINUX_NT_ARM_PACG_KEYS                             0x408
#define LINUX_NT_ARM_TAGGED_ADDR_CTRL                      0x409
#define LINUX_NT_ARM_PAC_ENABLED_KEYS                      0x40a
#define LINUX_NT_ARM_SSVE                                  0x40b
#define LINUX_NT_ARM_ZA                                    0x40c
#define LINUX_NT_ARC_V2                                    0x600
#define LINUX_NT_VMCOREDD                                  0x700
#define LINUX_NT_MIPS_DSP                                  0x800
#define LINUX_NT_MIPS_FP_MODE                              0x801
#define LINUX_NT_MIPS_MSA                                  0x802
#define LINUX_NT_LOONGARCH_CPUCFG                          0xa00
#define LINUX_NT_LOONGARCH_CSR                             0xa01
#define LINUX_NT_LOONGARCH_LSX                             0xa02
#define LINUX_NT_LOONGARCH_LASX                            0xa03
#define LINUX_NT_LOONGARCH_LBT                             0xa04
#define LINUX_NT_FILE                                      0x46494c45
#define LINUX_NT_PRXFPREG                                  0x46e62b7f
#define LINUX_NT_SIGINFO                                   0x53494749
#define LINUX_NT_FDO_PACKAGING_METADATA                    0xcafe1a7eu
#define LINUX_PT_NULL                                      0
#define LINUX_PT_LOAD                                      1
#define LINUX_PT_DYNAMIC                                   2
#define LINUX_PT_INTERP                                    3
#define LINUX_PT_NOTE                                      4
#define LINUX_PT_SHLIB                                     5
#define LINUX_PT_PHDR                                      6
#define LINUX_PT_TLS                                       7
#define LINUX_PT_NUM                                       8
#define LINUX_PT_HP_TLS                                    0x60000000
#define LINUX_PT_LOOS                                      0x60000000
#define LINUX_PT_HP_CORE_NONE                              0x60000001
#define LINUX_PT_HP_CORE_VERSION                           0x60000002
#define LINUX_PT_HP_CORE_KERNEL                            0x60000003
#define LINUX_PT_HP_CORE_COMM                              0x60000004
#define LINUX_PT_HP_CORE_PROC                              0x60000005
#define LINUX_PT_HP_CORE_LOADABLE                          0x60000006
#define LINUX_PT_HP_CORE_STACK                             0x60000007
#define LINUX_PT_HP_CORE_SHM                               0x60000008
#define LINUX_PT_HP_CORE_MMF                               0x60000009
#define LINUX_PT_HP_PARALLEL                               0x60000010
#define LINUX_PT_HP_FASTBIND                               0x60000011
#define LINUX_PT_HP_OPT_ANNOT                              0x60000012
#define LINUX_PT_HP_HSL_ANNOT                              0x60000013
#define LINUX_PT_HP_STACK                                  0x60000014
#define LINUX_PT_GNU_EH_FRAME                              0x6474e550
#define LINUX_PT_GNU_STACK                                 0x6474e551
#define LINUX_PT_GNU_RELRO                                 0x6474e552
#define LINUX_PT_GNU_PROPERTY                              0x6474e553
#define LINUX_PT_LOSUNW                                    0x6ffffffa
#define LINUX_PT_SUNWBSS                                   0x6ffffffa
#define LINUX_PT_SUNWSTACK                                 0x6ffffffb
#define LINUX_PT_HIOS                                      0x6fffffff
#define LINUX_PT_HISUNW                                    0x6fffffff
#define LINUX_PT_LOPROC                                    0x70000000
#define LINUX_PT_MIPS_REGINFO                              0x70000000
#define LINUX_PT_PARISC_ARCHEXT                            0x70000000
#define LINUX_PT_ARM_EXIDX                                 0x70000001
#define LINUX_PT_MIPS_RTPROC                               0x70000001
#define LINUX_PT_PARISC_UNWIND                             0x70000001
#define LINUX_PT_MIPS_OPTIONS                              0x70000002
#define LINUX_PT_MIPS_ABIFLAGS                             0x70000003
#define LINUX_PT_RISCV_ATTRIBUTES                          0x70000003
#define LINUX_PT_HIPROC                                    0x7fffffff
#define LINUX_SHT_NULL                                     0
#define LINUX_SHT_PROGBITS                                 1
#define LINUX_SHT_SYMTAB                                   2
#define LINUX_SHT_STRTAB                                   3
#define LINUX_SHT_NOTE                                     7
#define LINUX_SHT_NOBITS                                   8
#define LINUX_SHT_DYNSYM                                   11

struct linux_elf64_ehdr {
    uint8_t e_ident[16];
    uint16_t e_type, e_machine;
    uint32_t e_version;
    uint64_t e_entry, e_phoff, e_shoff;
    uint32_t e_flags;
    uint16_t e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;
};
_Static_assert(sizeof(struct linux_elf64_ehdr) == 64, "ehdr");
struct linux_elf64_phdr {
    uint32_t p_type, p_flags;
    uint64_t p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
};
_Static_assert(sizeof(struct linux_elf64_phdr) == 56, "phdr");

/* The rest of a file, for readers of symbols and notes. */
struct linux_elf64_shdr {
    uint32_t sh_name, sh_type;
    uint64_t sh_flags, sh_addr, sh_offset, sh_size;
    uint32_t sh_link, sh_info;
    uint64_t sh_addralign, sh_entsize;
};
_Static_assert(sizeof(struct linux_elf64_shdr) == 64, "shdr");
struct linux_elf64_sym {
    uint32_t st_name;
    uint8_t st_info, st_other;
    uint16_t st_shndx;
    uint64_t st_value, st_size;
};
_Static_assert(sizeof(struct linux_elf64_sym) == 24, "sym");
struct linux_elf64_dyn {
    int64_t d_tag;
    uint64_t d_val;
};
struct linux_elf64_rela {
    uint64_t r_offset, r_info;
    int64_t r_addend;
};
/* Followed by the name and the descriptor, each padded to 4 bytes. */
struct linux_elf64_nhdr {
    uint32_t n_namesz, n_descsz, n_type;
};
struct linux_auxv {
    uint64_t a_type, a_val;
};

/* AT_HWCAP and AT_HWCAP2 of aarch64. x86-64's AT_HWCAP is register EDX of CPUID leaf 1. */
#define LINUX_AARCH64_HWCAP_FP          UINT64_C(0x1)
#define LINUX_AARCH64_HWCAP_ASIMD       UINT64_C(0x2)
#define LINUX_AARCH64_HWCAP_EVTSTRM     UINT64_C(0x4)
#define LINUX_AARCH64_HWCAP_AES         UINT64_C(0x8)
#define LINUX_AARCH64_HWCAP_PMULL       UINT64_C(0x10)
#define LINUX_AARCH64_HWCAP_SHA1        UINT64_C(0x20)
#define LINUX_AARCH64_HWCAP_SHA2        UINT64_C(0x40)
#define LINUX_AARCH64_HWCAP_CRC32       UINT64_C(0x80)
#define LINUX_AARCH64_HWCAP_ATOMICS     UINT64_C(0x100)
#define LINUX_AARCH64_HWCAP_FPHP        UINT64_C(0x200)
#define LINUX_AARCH64_HWCAP_ASIMDHP     UINT64_C(0x400)
#define LINUX_AARCH64_HWCAP_CPUID       UINT64_C(0x800)
#define LINUX_AARCH64_HWCAP_ASIMDRDM    UINT64_C(0x1000)
#define LINUX_AARCH64_HWCAP_JSCVT       UINT64_C(0x2000)
#define LINUX_AARCH64_HWCAP_FCMA        UINT64_C(0x4000)
#define LINUX_AARCH64_HWCAP_LRCPC       UINT64_C(0x8000)
#define LINUX_AARCH64_HWCAP_DCPOP       UINT64_C(0x10000)
#define LINUX_AARCH64_HWCAP_SHA3        UINT64_C(0x20000)
#define LINUX_AARCH64_HWCAP_SM3         UINT64_C(0x40000)
#define LINUX_AARCH64_HWCAP_SM4         UINT64_C(0x80000)
#define LINUX_AARCH64_HWCAP_ASIMDDP     UINT64_C(0x100000)
#define LINUX_AARCH64_HWCAP_SHA512      UINT64_C(0x200000)
#define LINUX_AARCH64_HWCAP_SVE         UINT64_C(0x400000)
#define LINUX_AARCH64_HWCAP_ASIMDFHM    UINT64_C(0x800000)
#define LINUX_AARCH64_HWCAP_DIT         UINT64_C(0x1000000)
#define LINUX_AARCH64_HWCAP_USCAT       UINT64_C(0x2000000)
#define LINUX_AARCH64_HWCAP_ILRCPC      UINT64_C(0x4000000)
#define LINUX_AARCH64_HWCAP_FLAGM       UINT64_C(0x8000000)
#define LINUX_AARCH64_HWCAP_SSBS        UINT64_C(0x10000000)
#define LINUX_AARCH64_HWCAP_SB          UINT64_C(0x20000000)
#define LINUX_AARCH64_HWCAP_PACA        UINT64_C(0x40000000)
#define LINUX_AARCH64_HWCAP_PACG        UINT64_C(0x80000000)
#define LINUX_AARCH64_HWCAP2_DCPODP     UINT64_C(0x1)
#define LINUX_AARCH64_HWCAP2_SVE2       UINT64_C(0x2)
#define LINUX_AARCH64_HWCAP2_SVEAES     UINT64_C(0x4)
#define LINUX_AARCH64_HWCAP2_SVEPMULL   UINT64_C(0x8)
#define LINUX_AARCH64_HWCAP2_SVEBITPERM UINT64_C(0x10)
#define LINUX_AARCH64_HWCAP2_SVESHA3    UINT64_C(0x20)
#define LINUX_AARCH64_HWCAP2_SVESM4     UINT64_C(0x40)
#define LINUX_AARCH64_HWCAP2_FLAGM2     UINT64_C(0x80)
#define LINUX_AARCH64_HWCAP2_FRINT      UINT64_C(0x100)
#define LINUX_AARCH64_HWCAP2_SVEI8MM    UINT64_C(0x200)
#define LINUX_AARCH64_HWCAP2_SVEF32MM   UINT64_C(0x400)
#define LINUX_AARCH64_HWCAP2_SVEF64MM   UINT64_C(0x800)
#define LINUX_AARCH64_HWCAP2_SVEBF16    UINT64_C(0x1000)
#define LINUX_AARCH64_HWCAP2_I8MM       UINT64_C(0x2000)
#define LINUX_AARCH64_HWCAP2_BF16       UINT64_C(0x4000)
#define LINUX_AARCH64_HWCAP2_DGH        UINT64_C(0x8000)
#define LINUX_AARCH64_HWCAP2_RNG        UINT64_C(0x10000)
#define LINUX_AARCH64_HWCAP2_BTI        UINT64_C(0x20000)
#define LINUX_AARCH64_HWCAP2_MTE        UINT64_C(0x40000)
#define LINUX_AARCH64_HWCAP2_ECV        UINT64_C(0x80000)
#define LINUX_AARCH64_HWCAP2_AFP        UINT64_C(0x100000)
#define LINUX_AARCH64_HWCAP2_RPRES      UINT64_C(0x200000)
#define LINUX_AARCH64_HWCAP2_MTE3       UINT64_C(0x400000)
#define LINUX_AARCH64_HWCAP2_SME        UINT64_C(0x800000)
#define LINUX_AARCH64_HWCAP2_SME_I16I64 UINT64_C(0x1000000)
#define LINUX_AARCH64_HWCAP2_SME_F64F64 UINT64_C(0x2000000)
#define LINUX_AARCH64_HWCAP2_SME_I8I32  UINT64_C(0x4000000)
#define LINUX_AARCH64_HWCAP2_SME_F16F32 UINT64_C(0x8000000)
#define LINUX_AARCH64_HWCAP2_SME_B16F32 UINT64_C(0x10000000)
#define LINUX_AARCH64_HWCAP2_SME_F32F32 UINT64_C(0x20000000)
#define LINUX_AARCH64_HWCAP2_SME_FA64   UINT64_C(0x40000000)
#define LINUX_AARCH64_HWCAP2_WFXT       UINT64_C(0x80000000)
#define LINUX_AARCH64_HWCAP2_EBF16      UINT64_C(0x100000000)
#define LINUX_AARCH64_HWCAP2_SVE_EBF16  UINT64_C(0x200000000)

#endif
