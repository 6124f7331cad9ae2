"""The clients under test, each with the same face: see cases.py."""
