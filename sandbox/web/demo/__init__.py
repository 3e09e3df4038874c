"""Load the demonstration: the exercise of 2023-2024 as cases that live today, and many more."""
