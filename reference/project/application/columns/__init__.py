"""Statistics of CSV files, computed in workers: a small application on bridge."""
