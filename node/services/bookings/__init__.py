"""Loans, rooms and skills by the calendar: when one can be had, who has it, and what other calendars say of it.

`rules`, `opening`, `free` and `judging` are pure: functions of the rules, of what is taken and of the time.
"""
