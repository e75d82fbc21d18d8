"""五有档案: everybody's yearly file, computed from what the rooms know, and what is done with it: plan, statement, review, inspection,
confirmation, lock, archive (R12–R14, R21, R22, R49–R51, R54)."""
