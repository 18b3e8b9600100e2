"""What is hidden is in no answer of the database, however it is asked for."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.clock import now
from portal.extensions import db, transaction
from portal.intake.models import Decision, Intake
from portal.leads.models import Enquiry
from portal.onboarding.models import Assessment, Plan
from portal.orm import WITH_HIDDEN, Base, Hideable, Veiled
from tests.intake.conftest import asks
from tests.intake.recorded import record_screening

__all__ = ["asks"]

OTHER_INTAKE, OTHER_DECISION = aliased(Intake), aliased(Decision)
WAYS = {
    "row": sa.select(Intake),
    "column": sa.select(Intake.id),
    "alias": sa.select(OTHER_INTAKE.id),
    "join": sa.select(Enquiry.id).join(Intake, Intake.enquiry_id == Enquiry.id),
    "inside": sa.select(Enquiry.id).where(Enquiry.id.in_(sa.select(Intake.enquiry_id))),
    "what-follows-it": sa.select(Decision.id),
    "alias-of-what-follows-it": sa.select(OTHER_DECISION.id),
}


def test_these_tables_can_be_hidden():
    models = {mapper.class_ for mapper in Base.registry.mappers}
    assert {each for each in models if issubclass(each, Hideable)} == {Intake, Assessment, Plan}
    assert {each for each in models if issubclass(each, Veiled)} == {
        *(Intake, Assessment, Plan, Decision)
    }


@pytest.mark.parametrize("way", WAYS)
def test_what_is_hidden_is_found_only_by_who_asks_for_it(asks, way):
    enquiry = asks()
    record_screening(enquiry, answers={"age": 44}, wording="I agree.", at=now())
    assert len(db.session.execute(WAYS[way]).all()) == 1
    with transaction():
        db.session.execute(sa.update(Intake).values(hidden_at=now()))
    assert db.session.execute(WAYS[way]).all() == []
    assert len(db.session.execute(WAYS[way], execution_options={WITH_HIDDEN: True}).all()) == 1


@pytest.mark.one_database
def test_one_option_hides_all_of_them(asks):
    """It is on the way of every select, so there is one for all tables."""
    asks()
    seen = []
    listener = lambda state: seen.append(state.statement._with_options)  # noqa: E731, SLF001
    sa.event.listen(db.session.registry(), "do_orm_execute", listener)
    db.session.scalars(sa.select(Enquiry)).all()
    sa.event.remove(db.session.registry(), "do_orm_execute", listener)
    assert [len(options) for options in seen] == [1]
