"""Where staff see the queue, ordered by risk and by clock, and decide what happens next.

The desk keeps no table of its own: `queues` says which leads belong where, `queries` reads them,
`actions` are the buttons. What a person at the desk is told to do comes from `guide.toml`, how a
line of a lead's story reads from `timeline`. Answers of the health check appear on one page only.

Beside the queue stands the chat's inbox: `chats` and `chat_presses` over HTTP, `chat_screens` what
templates are given, `chat_rows` the words of a list, which are never those of a chat. Every role
reads and answers chats; `chat_looks` notes each opening in the log of readings.
"""
