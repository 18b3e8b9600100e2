"""The one text that answers words in a chat which sound like an emergency."""

from portal.config import Studio


def safety_text(studio: Studio) -> str:
    """Return what the thread says at once: it names nothing and judges nothing."""
    return (
        f"Some of what you wrote can need help straight away, and a chat cannot judge that. "
        f"If it is happening now, call {studio.emergency}. Do not wait for our answer. "
        f"If it is new or getting worse, speak to {studio.advice} today. "
        f"We have put your message on top for the team."
    )
