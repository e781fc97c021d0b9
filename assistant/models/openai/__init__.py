"""Texts and messages -> vectors and replies, from any endpoint that speaks OpenAI's protocol."""
