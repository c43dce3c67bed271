"""What the commands do, one module for each family of them."""
