"""The timeline of one secret as a picture: an SVG of its versions, its labels and the calls about it.

The x axis is the order of the calls, since the clock of a test stands nearly still or jumps by days. `columns` folds
the calls, `scale` gives each column its place, `lanes` arranges versions, labels and rotations, and `drawing` makes the
SVG. `forms` draws pictures that look alike once.
"""
