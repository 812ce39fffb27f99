"""What data_visualization blocks are made of (docs.slack.dev, data visualization block; the types lack it).

The reference has said both 6 and 12 series or segments, at different times; 12 is the newer. Roll-out is gradual: a
workspace at Slack may still answer invalid_blocks.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from warroom.workspace.blockkit.rules import Array, Found, Number, Shape, String, Typed, objects

_NAME = String(20)
_SEGMENT = Shape(required={"label": _NAME, "value": Number(positive=True)})
_POINT = Shape(required={"label": _NAME, "value": Number()})
_SERIES = Shape(required={"name": _NAME, "data": Array(_POINT, 20)})
_AXES = Shape(required={"categories": Array(_NAME, 20)}, optional={"x_label": String(50), "y_label": String(50)})


def _names_differ(chart: Mapping[str, Any], at: str, found: Found) -> None:
    names = Counter(name for _, each in objects(chart.get("series")) if isinstance(name := each.get("name"), str))
    for name in (name for name, count in names.items() if count > 1):
        found.add(f"series name {name!r} already exists", f"{at}/series", "unique", name)


def _data_covers_categories(chart: Mapping[str, Any], at: str, found: Found) -> None:
    """Each series has exactly one point for every category, and none besides."""
    axes = chart.get("axis_config")
    categories = axes.get("categories") if isinstance(axes, Mapping) else None
    if not isinstance(categories, list):
        return
    wanted = sorted(each for each in categories if isinstance(each, str))
    for index, series in objects(chart.get("series")):
        labels = sorted(
            label for _, point in objects(series.get("data")) if isinstance(label := point.get("label"), str)
        )
        if labels != wanted:
            found.add("data must have one point for each category", f"{at}/series/{index}/data", "categories", wanted)


_PLOT = Shape(
    required={"series": Array(_SERIES, 12), "axis_config": _AXES}, also=(_names_differ, _data_covers_categories)
)
CHART = Typed({"pie": Shape(required={"segments": Array(_SEGMENT, 12)}), "line": _PLOT, "bar": _PLOT, "area": _PLOT})
