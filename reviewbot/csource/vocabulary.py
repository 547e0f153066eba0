"""The words of kernel C that the parser does not know: attributes, macros, types."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[bytes]:
    return frozenset(text.encode().split())


ATTRIBUTES = _words("""
    __init __exit __initdata __exitdata __initconst __exitconst __initdata_or_module
    __init_or_module __ref __refdata __refconst __meminit __meminitdata __paginginit
    __init_memblock __initdata_memblock __net_init __net_exit __net_initdata __net_initconst
    __head __inittext __early_init __xip_init __efi_init __efistub __efi_runtime __efiapi
    __user __iomem __percpu __rcu __force __kernel __bitwise __nocast __private __safe __ksym
    __arena __kptr __kptr_untrusted __percpu_kptr __uptr __hidden
    __maybe_unused __always_unused __used __unused __packed __weak __cold __hot __pure
    __must_check __deprecated __visible __noclone __noreturn __malloc __flatten
    __always_inline __noinline noinline noinline_for_stack noinstr notrace asmlinkage
    __read_mostly __ro_after_init __page_aligned_data __page_aligned_bss
    __cacheline_aligned __cacheline_aligned_in_smp ____cacheline_aligned
    ____cacheline_aligned_in_smp ____cacheline_internodealigned_in_smp
    __sched __lockfunc __kprobes __cpuidle __irq_entry __softirq_entry __exception_irq_entry
    __entry_text __latent_entropy __no_kcsan __no_sanitize_address __no_kasan_or_inline
    __no_kmsan_checks __no_sanitize_or_inline __no_sanitize_memory __no_stack_protector
    __no_profile __nocfi __noendbr __noscs __nosavedata __no_randomize_layout
    __randomize_layout __designated_init __nonstring __attribute_const__ __extension__
    __bpf_kfunc __bpf_kfunc_start __compat_aligned __gcc_attribute __signed__
    __lsm_ro_after_init __nomips16 __keep __flush_once fastcall __ipv6_only __uml_setup
    __vdso_data __bss_decompressed __tracepoint_string __trusted __acpi_noreturn
    ACPI_SYSTEM_XFACE ACPI_INTERNAL_VAR_XFACE __init_memblock_ __rtwnet __stringify_in_c
""")
"""Decorations without arguments (include/linux/compiler_types.h, init.h and kin)."""

CALLED_ATTRIBUTES = _words("""
    __attribute__ __attribute __must_hold __must_hold_shared __acquires __releases
    __acquires_shared __releases_shared __acquire_shared __cond_acquires __cond_releases
    __cond_acquires_shared __guarded_by __pt_guarded_by __printf __scanf __aligned __section
    __alloc_size __counted_by __counted_by_le __counted_by_be __counted_by_ptr __sized_by
    __assume_aligned __cleanup __alias __copy __diagnose_as __no_sanitize __nonstring
    __compiletime_error __compiletime_warning __no_context_analysis __context_unsafe
    __malloc __realloc_size __nonnull __declspec
""")
"""Decorations with arguments."""

_DECORATIONS = ATTRIBUTES | CALLED_ATTRIBUTES
STORAGE = _words("static extern inline __inline __inline__ const volatile register")
AGGREGATES = _words("struct union enum")
QUALIFIERS = _words("const volatile restrict __restrict")
PRIMITIVES = _words("""
    int char long short unsigned signed void bool float double size_t ssize_t ptrdiff_t
    intptr_t uintptr_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t
    _Bool __int128 __signed__
""")
TYPEOF = _words("typeof __typeof__ __typeof typeof_unqual __typeof_unqual__ typeof_member")
KEYWORDS = _words(
    "if while for switch do else return sizeof case default goto break continue _Generic"
)
OPERATORS = _words("offsetof _Alignof __alignof__ alignof __alignof")
"""Read as functions: the parser's own rules for them know too little."""
JUMPS = _words("return goto break continue")
GUARDED = _words("scoped_guard scoped_cond_guard")
SYSCALL = re.compile(rb"(?:\w+_)?SYSCALL\d*_DEFINE\w*\d\Z|(?:\w+_)?BPF_CALL_\d\Z")
LOOP = re.compile(
    rb"(?:^|_)(?:for_?each|foreach)|each_entry|(?:^|_)walk(?:_|\Z)|_for_all|for_every"
)
SCOPED = re.compile(rb"\A(?:scoped_|if_not_|(?:with|WITH)_)|_scoped\Z")
UPPER = re.compile(rb"[A-Z_][A-Z0-9_]*\Z")
ASM = re.compile(rb"(?:asm|__asm__|__asm)\Z|asm_(?:volatile|inline|goto)\w*\Z")
NUMBER = re.compile(
    rb"(?:0[xX][\da-fA-F]+|0[bB][01]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[uUlLfF]*\Z"
)
_TYPE_NAME = re.compile(
    rb"(?:[us](?:8|16|32|64)|u?int|ulong|uint|ushort|uchar|u_(?:char|short|int|long)"
    rb"|__(?:u|s|be|le)(?:8|16|32|64)|__wsum|__sum16|__poll_t|\w+_t)\Z"
)


def is_attribute(word: bytes) -> bool:
    """A decoration in a function's head, where nothing else begins with two underscores but
    the types of the user-space headers."""
    if word[:2] == b"__":
        return word in _DECORATIONS or not (is_type_name(word) or word in TYPEOF)
    return word in _DECORATIONS


def is_type_name(word: bytes) -> bool:
    """Does it look like a type: `u32`, `__be16`, `size_t`, `foo_t`?"""
    return word in PRIMITIVES or _TYPE_NAME.match(word) is not None
