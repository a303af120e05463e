"""Tables in the DataStore, and views."""
