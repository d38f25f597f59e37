"""The learnt labeller: features by column, a lexicon of words, boosted trees, and what weighed most in words.

:func:`bodycopy.model.labeller.opinion` is the way in: a document's survey and the rules' firings in, log-odds of body out.
"""
