"""Training a model on pages whose bodies are known: ``bodycopy train``, and ``make train`` for the model that ships.

:func:`bodycopy.train.run.train` is the way in. CatBoost and scipy are needed here and nowhere else; they come with the extra
``train`` and are imported when training begins, so that the records can be checked without them.
"""
