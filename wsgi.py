"""The door for a WSGI server: gunicorn and the flask command both load `app` from here."""

from portal import create_app

app = create_app()
