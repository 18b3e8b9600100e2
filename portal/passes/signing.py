"""Signing the waiver: the exact words, who signed for whom, and the document, all kept sealed."""

import json
import secrets
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from datetime import datetime

from portal.errors import WrongStateError
from portal.extensions import db, settings, transaction, vault
from portal.leads.story import tell
from portal.passes import queries, record, waiver
from portal.passes.models import DayPass, State, WaiverSignature
from portal.passes.record import Signed
from portal.passes.waiver import Waiver
from portal.words import moment_words

PUBLIC_ID_BYTES = 32


@dataclass(frozen=True)
class Signer:
    """Who signs: the holder, or with a `relation` a guardian in their place."""

    name: str
    relation: str = ""

    @property
    def is_guardian(self) -> bool:
        """Say whether somebody signs for the holder."""
        return bool(self.relation)


def to_read(day_pass: DayPass) -> Waiver:
    """Return the waiver as this person reads it today."""
    return waiver.current(studio=settings().studio.name, name=day_pass.name)


@transaction()
def sign(pass_id: int, *, signer: Signer, at: datetime) -> WaiverSignature:
    """Keep a signature under today's waiver; signed before, the first one stands.

    Raise WrongStateError when the pass is used or given back, or when a guardian has to sign.
    """
    day_pass = queries.to_write(pass_id)
    earlier = queries.signature(pass_id)
    if earlier is not None:
        return earlier
    if day_pass.state is not State.READY:
        raise WrongStateError(f"This day pass is {day_pass.state.value}.")
    if day_pass.under_18 and not signer.is_guardian:
        raise WrongStateError("A parent or guardian signs for somebody under 18.")
    signature = _keep(day_pass, signer, at=at)
    day_pass.under_18 = day_pass.under_18 or signer.is_guardian
    day_pass.lead.touched(at=at)
    tell(day_pass.lead, "waiver_signed", at=at, version=signature.version)
    return signature


def document(signature: WaiverSignature) -> bytes:
    """Return the signed document; raise CannotOpenError when its key is gone."""
    return b64decode(vault().open(signature.place("pdf"), signature.pdf))


def content(signature: WaiverSignature) -> Signed:
    """Return what was signed, word for word."""
    return Signed(**json.loads(vault().open(signature.place("content"), signature.content)))


def _keep(day_pass: DayPass, signer: Signer, *, at: datetime) -> WaiverSignature:
    shown, zone = to_read(day_pass), settings().studio.zone
    text = shown.text(under_18=day_pass.under_18, by_guardian=signer.is_guardian)
    signed = Signed(
        studio=settings().studio.name,
        version=shown.version,
        text=text,
        text_hash=waiver.sha256(text),
        visitor=day_pass.name,
        signed_name=signer.name,
        relation=signer.relation,
        code=day_pass.code,
        moment=f"{moment_words(at, zone)}, {at.astimezone(zone):%Y} ({zone.key})",
    )
    pdf = record.pdf(signed, at=at)
    signature = WaiverSignature(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        pass_id=day_pass.id,
        version=shown.version,
        text_hash=signed.text_hash,
        pdf_hash=waiver.sha256(pdf),
        by_guardian=signer.is_guardian,
        signed_at=at,
    )
    parts = {"content": json.dumps(asdict(signed)), "pdf": b64encode(pdf).decode()}
    for part, text in parts.items():
        sealed = vault().seal(signature.place(part), text, person=day_pass.lead.ref)
        setattr(signature, part, sealed)
    db.session.add(signature)
    return signature
