"""What staff do about mail that did not leave; each is one transaction."""

from sqlalchemy import select, update

from portal.clock import now
from portal.extensions import transaction
from portal.mail.models import MailPause, OutboxMail


def send_again(mail_id: int) -> OutboxMail:
    """Give a failed message another full round of tries; raise WrongStateError for any other."""
    with transaction() as session:
        mail = session.scalars(
            select(OutboxMail).where(OutboxMail.id == mail_id).with_for_update()
        ).one()
        mail.send_again(at=now())
        return mail


def lift_pause() -> None:
    """Let the queue move again; it stops at the next message if nothing was put right."""
    with transaction() as session:
        session.execute(
            update(MailPause).where(MailPause.lifted_at.is_(None)).values(lifted_at=now())
        )
