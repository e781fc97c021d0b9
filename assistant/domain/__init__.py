"""What the words of the assistant mean: records, errors, settings, ids, titles, sentences, months, safe text."""
