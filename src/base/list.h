/* SPDX-License-Identifier: MIT */
/* A doubly linked list whose links live in the elements. An empty list points to itself. */
#ifndef CORACLE_LIST_H
#define CORACLE_LIST_H

#include "base/base.h"

struct list {
    struct list *next, *prev;
};

#define LIST_INIT(name)                                                                                      \
    {                                                                                                        \
        &(name), &(name)                                                                                     \
    }

static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}

static inline void list_insert_between(struct list *item, struct list *prev, struct list *next)
{
    item->prev = prev;
    item->next = next;
    prev->next = item;
    next->prev = item;
}

/* Puts item first. */
static inline void list_push_front(struct list *l, struct list *item)
{
    list_insert_between(item, l, l->next);
}

/* Puts item last. */
static inline void list_push_back(struct list *l, struct list *item)
{
    list_insert_between(item, l->prev, l);
}

/* Takes item out of its list; it may be removed again harmlessly. */
static inline void list_remove(struct list *item)
{
    item->prev->next = item->next;
    item->next->prev = item->prev;
    list_init(item);
}

#define list_entry(p, type, member) container_of(p, type, member)

#define list_for_each_entry(pos, head, member)                                                               \
    for (pos = list_entry((head)->next, __typeof__(*pos), member); &pos->member != (head);                   \
         pos = list_entry(pos->member.next, __typeof__(*pos), member))

/* The same, when the body may remove pos. */
#define list_for_each_entry_safe(pos, tmp, head, member)                                                     \
    for (pos = list_entry((head)->next, __typeof__(*pos), member),                                           \
        tmp = list_entry(pos->member.next, __typeof__(*pos), member);                                        \
         &pos->member != (head); pos = tmp, tmp = list_entry(tmp->member.next, __typeof__(*tmp), member))

#endif
