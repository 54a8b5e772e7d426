/*
 * Files and folders, with all below them: taken away, or copied with their modes and times.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_TREE_H
#define CLAIMGATE_TESTS_SUPPORT_TREE_H

void tree_remove(const char *path); /* where it is there */
void tree_copy(const char *path, const char *to);

#endif
