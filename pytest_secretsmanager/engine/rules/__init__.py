"""AWS's rules as pure functions over values; a rule is found by its file's name. They import values and each other."""
