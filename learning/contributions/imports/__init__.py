"""媒体, 稿件 and 采用 as kinds of table import."""
