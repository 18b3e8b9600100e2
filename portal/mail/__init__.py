"""The outbox: mail is a row in the caller's transaction, sent afterwards by the worker."""
