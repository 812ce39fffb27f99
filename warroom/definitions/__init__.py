"""Definitions: the YAML files that say what runbooks, scenarios and services there are, read strictly."""
