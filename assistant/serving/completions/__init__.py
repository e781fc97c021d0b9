"""Requests of OpenAI's chat completions -> questions to the library, and its answers in the shapes that clients expect.

The shapes are those of https://platform.openai.com/docs/api-reference/chat.
"""
