"""What we keep on a portal: markers in datasets, and the private dataset with its lease."""
