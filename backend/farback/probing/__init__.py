"""What is measured on a model, each measure with its definition."""
