"""AWS's rules as pure functions over values, one module for each topic. They import only values and each other."""
