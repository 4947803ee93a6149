"""Where secret values stand that should not: what `assert_nothing_leaked` looks for, in which forms, and where."""
