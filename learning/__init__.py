"""The learning organisation: one Django app of rooms, stacked in floors. Imports go down only; siblings do not see each other.

    doors         apps · models · wagtail_hooks · urls · management      register and re-export, nothing else
    portal        「我的学习」: what is due to whoever is signed in; no models
    library       notices, study materials, lecture records; the import of a notice from a file
    reading       books and monthly lists, reading log, reflections and their review, exhibition and judging, stars, interest groups, notes
    contributions media articles and their placements, scoring rules and the ledger, calls for pieces, research reports
    portfolio     everybody's five-haves file: computed cells, plan, statement, review, inspection, confirm and lock, archive
    programme     rules → a year's plan → sessions → attendance; leave, make-up, gaps, rates
    articles      what every published article has in common; columns (栏目), their lists, filters and feeds
    questions     「有疑问」 to any line, and its answer
    judging       blind judging: what every one keeps, and its arithmetic
    organisation  departments, branches, people, dated postings, offices and absences; the roster import
    topics        the five content areas and their sub-topics
    evidence · fingerprints · periods      ground floor: the contract the rooms sign for their facts; what is kept of a text that is compared;
                  weeks, months, quarters, halves, years

Rooms still to be built: quiz, online_study, assessment.
"""
