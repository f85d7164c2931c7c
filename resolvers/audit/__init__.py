"""Who changed what, when and from where: written along with each change, read by administrators."""
