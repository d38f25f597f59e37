"""bodycopy as a step of other people's pipelines: one module for each framework, which is all that it imports at once."""
