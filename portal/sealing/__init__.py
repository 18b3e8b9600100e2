"""Everything sealed, seen as a whole: sealed anew, counted, and its orphan keys swept.

Which columns hold sealed values, and whose they are, the models say themselves: `sealed` of
`portal.orm`.
"""
