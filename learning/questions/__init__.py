"""「有疑问」: a question to a line of a ledger, a rate, a record, and its answer. Any room asks for a link to the form (`links.py`) and says
which desk answers (`desks.py`); nothing else of the room is known here."""
