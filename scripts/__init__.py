"""What the project needs besides the program: the reference pages and the pictures."""
