"""Made-up input for everything that reads what others wrote: targets, a mutator, a program, and what was found."""
