"""How an article is called where its title is not to be told."""


def named_in_log(article) -> str:
    """A draft's title is its authors' alone; the log is read by others."""
    return f"稿件 {article.pk}"
