"""What Python's libraries hold pictures in, a file for each.

No library is imported here that the caller has not imported: things are known by the module and the
name of their class, or by what they have.
"""
