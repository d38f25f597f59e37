"""Adapters to other people's pipelines, each imported by its own name; their packages are no dependencies of this one."""
