"""Contributions (carrier 八): media articles and where they were used, scoring rules and the ledger they make, calls for pieces, research
reports. The propaganda office (宣传科) works the articles, the organ party committee the research."""
