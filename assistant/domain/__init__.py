"""What the words of the assistant mean: records, errors, settings, identifiers, titles, sentences, safe text."""
