"""The words of the two forms that are kept as proof, and the choices they offer."""

from portal.leads.models import ContactBy, Kind

VERSION = "2026-11"
CONTACT = {
    Kind.CONSULT: "We use these details to arrange your consult and nothing else.",
    Kind.DAY_PASS: "We use these details to arrange your day pass and nothing else.",
}
MARKETING = "Send me training articles about once a month. You can stop at any time."
REASONS = {
    "back": "Back pain or an old injury",
    "start": "Getting started again",
    "strong": "Getting stronger",
    "else": "Something else",
}
CONTACT_BY = {ContactBy.EMAIL: "Email", ContactBy.PHONE: "Phone", ContactBy.TEXT: "Text message"}
