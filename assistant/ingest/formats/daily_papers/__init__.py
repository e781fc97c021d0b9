"""The text of a Daily Papers page -> its entries, whatever the layout."""
