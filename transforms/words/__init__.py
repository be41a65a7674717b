"""Every vocabulary, in Chinese and in English.

Belongs here: closed lists of codes and the words for them. Does not: what a code does.
"""
