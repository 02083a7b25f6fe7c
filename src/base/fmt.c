/* SPDX-License-Identifier: MIT */
/* Text formatting without a C library; see base.h for the forms that are understood. */
#include "base/base.h"

struct sink {
    char *buf;
    size_t size, len;
};

struct spec {
    bool left, zero, plus, space, alt;
    int width, precision; /* precision -1: none given */
};

static void sink_put(struct sink *s, char c)
{
    if (s->len + 1 < s->size)
        s->buf[s->len] = c;
    s->len++;
}

static void sink_pad(struct sink *s, char c, int n)
{
    for (; n > 0; n--)
        sink_put(s, c);
}

static void put_text(struct sink *s, const struct spec *spec, const char *text)
{
    size_t len = spec->precision >= 0 ? strnlen(text, (size_t)spec->precision) : strlen(text);
    int pad = spec->width - (int)len;

    if (!spec->left)
        sink_pad(s, ' ', pad);
    for (size_t i = 0; i < len; i++)
        sink_put(s, text[i]);
    if (spec->left)
        sink_pad(s, ' ', pad);
}

static void put_number(struct sink *s, const struct spec *spec, uint64_t value, unsigned base, bool negative,
                       bool is_signed)
{
    char digits[64], sign = 0;
    int n = 0, zeros, pad;
    const char *prefix = "";

    if (value || spec->precision != 0)
        do
            digits[n++] = "0123456789abcdef"[value % base];
        while (value /= base);
    if (negative)
        sign = '-';
    else if (is_signed && spec->plus)
        sign = '+';
    else if (is_signed && spec->space)
        sign = ' ';
    if (spec->alt && base == 16)
        prefix = "0x";
    if (spec->alt && base == 8 && (n == 0 || digits[n - 1] != '0'))
        prefix = "0";
    zeros = MAX(spec->precision - n, 0);
    pad = spec->width - n - zeros - (sign ? 1 : 0) - (int)strlen(prefix);
    if (spec->zero && !spec->left && spec->precision < 0) {
        zeros += MAX(pad, 0);
        pad = 0;
    }
    if (!spec->left)
        sink_pad(s, ' ', pad);
    if (sign)
        sink_put(s, sign);
    for (; *prefix; prefix++)
        sink_put(s, *prefix);
    sink_pad(s, '0', zeros);
    while (n)
        sink_put(s, digits[--n]);
    if (spec->left)
        sink_pad(s, ' ', pad);
}

static const char *parse_flags(const char *f, struct spec *spec)
{
    for (;; f++) {
        if (*f == '-')
            spec->left = true;
        else if (*f == '0')
            spec->zero = true;
        else if (*f == '+')
            spec->plus = true;
        else if (*f == ' ')
            spec->space = true;
        else if (*f == '#')
            spec->alt = true;
        else
            return f;
    }
}

int fmt_v(char *buf, size_t size, const char *format, va_list ap)
{
    struct sink s = {buf, size, 0};

    for (const char *f = format; *f; f++) {
        struct spec spec = {.precision = -1};
        int length = 0;

        if (*f != '%') {
            sink_put(&s, *f);
            continue;
        }
        f = parse_flags(f + 1, &spec);
        if (*f == '*') {
            spec.width = va_arg(ap, int);
            f++;
            if (spec.width < 0) {
                spec.left = true;
                spec.width = -spec.width;
            }
        } else
            for (; *f >= '0' && *f <= '9'; f++)
                spec.width = spec.width * 10 + (*f - '0');
        if (*f == '.') {
            spec.precision = 0;
            if (*++f == '*') {
                spec.precision = va_arg(ap, int);
                f++;
            } else
                for (; *f >= '0' && *f <= '9'; f++)
                    spec.precision = spec.precision * 10 + (*f - '0');
        }
        for (;; f++) {
            if (*f == 'l' || *f == 'z' || *f == 'j' || *f == 't')
                length = 8;
            else if (*f == 'h')
                length = length == 2 ? 1 : 2;
            else
                break;
        }
        switch (*f) {
        case 'd':
        case 'i': {
            int64_t v = length == 8 ? va_arg(ap, int64_t) : va_arg(ap, int);
            put_number(&s, &spec, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 10, v < 0, true);
            break;
        }
        case 'u':
        case 'x':
        case 'X':
        case 'o': {
            uint64_t v = length == 8 ? va_arg(ap, uint64_t) : va_arg(ap, unsigned);
            if (length == 1)
                v = (unsigned char)v;
            else if (length == 2)
                v = (unsigned short)v;
            put_number(&s, &spec, v, *f == 'u' ? 10 : *f == 'o' ? 8 : 16, false, false);
            break;
        }
        case 'p':
            spec.alt = true;
            put_number(&s, &spec, (uintptr_t)va_arg(ap, void *), 16, false, false);
            break;
        case 'c':
            spec.precision = 1;
            put_text(&s, &spec, (char[]){(char)va_arg(ap, int), '\0'});
            break;
        case 's': {
            const char *text = va_arg(ap, const char *);
            put_text(&s, &spec, text ? text : "(null)");
            break;
        }
        case '%':
            sink_put(&s, '%');
            break;
        default:
            f--;
            break;
        }
    }
    if (size)
        buf[MIN(s.len, size - 1)] = '\0';
    return (int)s.len;
}

int fmt(char *buf, size_t size, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    int n = fmt_v(buf, size, format, ap);
    va_end(ap);
    return n;
}
