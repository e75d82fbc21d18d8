"""The arithmetic of scores, without a database: records and rules go in, what they are worth comes out (product.md §3.1)."""
