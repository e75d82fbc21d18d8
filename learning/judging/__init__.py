"""Blind judging: named judges score numbered entries by a rubric. What is judged, and who may see it, is the room's that asks for it."""
