"""The learning organisation: one Django app of rooms, stacked in floors. Imports go down only; siblings do not see each other.

    doors         apps · models · wagtail_hooks · urls · management      register and re-export, nothing else
    library       notices, study materials, lecture records; the import of a notice from a file
    articles      what every published article has in common; columns (栏目), their lists, filters and feeds
    organisation  departments, branches, people, dated postings and offices; the roster import
    topics        ground floor: the five content areas and their sub-topics

Rooms still to be built stand in the README: programme, reading, quiz, online_study, contributions, portfolio, assessment, portal.
"""
