"""Many independent calls on a bounded number of warm workers, each accounted for exactly once."""
