"""The built-in rules, one function each. Importing this package registers them all, in the order of the files."""

from bodycopy.rules import prose, newsletter, links, furniture, markup, page  # noqa: F401, I001
