"""The style of timelines. Each kind differs in shape or pattern too, not in colour alone.

The colours have a contrast of at least 3:1 on white and on black, so one set serves light and dark. Texts have the
colour of the surrounding page. A file of its own (`:root`) has none, and follows the reader's preference.
"""

LABEL_KINDS = {"AWSCURRENT": "cur", "AWSPENDING": "pen", "AWSPREVIOUS": "pre"}

OTHER_KINDS = ("oth0", "oth1", "oth2")
"""The classes of the user's own labels, by turns."""

STYLE = """
.smt{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow:visible}
:root.smt{color:#1f2328;background:#fff}
@media (prefers-color-scheme:dark){:root.smt{color:#e6edf3;background:#12161c}}
.smt text{fill:currentColor}
.smt .h{font-size:13px;font-weight:600}
.smt .q{fill-opacity:.75}
.smt .b{font-weight:700}
.smt path{fill:none;stroke:currentColor;stroke-width:1.5;stroke-linejoin:round}
.smt .row{stroke-opacity:.13;stroke-width:1}
.smt .col{stroke-opacity:.16;stroke-width:1;stroke-dasharray:1 3}
.smt .jump{stroke-opacity:.4;stroke-dasharray:6 3}
.smt .life{stroke-opacity:.4}
.smt .hit{stroke:transparent;stroke-width:14}
.smt .del,.smt .sch{fill:#d9534f;fill-opacity:.09;stroke:#d9534f;stroke-opacity:.8}
.smt .sch{stroke-dasharray:4 3}
.smt .span rect{fill-opacity:.2;stroke-width:1.5}
.smt .cur{fill:#2f7fd6;stroke:#2f7fd6;color:#2f7fd6}
.smt .pen{fill:#c2700a;stroke:#c2700a;color:#c2700a;stroke-dasharray:5 2.5}
.smt .pre{fill:#7d8590;stroke:#7d8590;color:#7d8590;stroke-dasharray:1.5 2}
.smt .oth0{fill:#a05fc4;stroke:#a05fc4;color:#a05fc4}
.smt .oth1{fill:#1f9163;stroke:#1f9163;color:#1f9163}
.smt .oth2{fill:#c4568f;stroke:#c4568f;color:#c4568f}
.smt .move path{stroke:inherit;stroke-width:2;fill:inherit}
.smt .move .hit{stroke:transparent;stroke-width:14;fill:none;stroke-dasharray:none}
.smt .write path,.smt .own path{fill:currentColor}
.smt .bad path{stroke:#d9534f;stroke-width:2.5}
.smt .bad text{font-weight:700}
.smt .fold rect{fill:currentColor;fill-opacity:.12;stroke:currentColor}
.smt .rot path{stroke:#1f9163;stroke-width:2}
.smt .rot.failed path{stroke:#d9534f;stroke-dasharray:2 2}
.smt .rot.open path{stroke:#c2700a;stroke-dasharray:6 3}
.smt [role=img]:hover rect,.smt [role=img]:focus-visible rect{fill-opacity:.42}
.smt [role=img]:hover path{stroke-width:3}
.smt [role=img]:hover .hit,.smt [role=img]:focus-visible .hit{stroke:currentColor;stroke-opacity:.2;stroke-width:14}
.smt [role=img]:focus-visible{outline:2px solid currentColor;outline-offset:2px}
@media print{.smt{color:#000}}
""".strip().replace("\n", "")
