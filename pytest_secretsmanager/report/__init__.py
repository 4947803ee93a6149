"""What people see of a run: the section that a failing test gets."""
