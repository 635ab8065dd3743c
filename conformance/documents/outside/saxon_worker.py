"""The process that Saxon runs in: a stylesheet once, then one document a line, in JSON, on standard input and output.

A process of its own: a schematron that never ends is killed, and one that takes all memory takes its own. Saxon opens local files only and
calls no function from outside.
"""

from __future__ import annotations

import json
import sys

_FEATURES = {
    "http://saxon.sf.net/feature/allowedProtocols": "file",
    "http://saxon.sf.net/feature/allow-external-functions": "off",
}


def main() -> int:
    """Serve until standard input ends; return 0."""
    out = sys.stdout
    sys.stdout = sys.stderr
    try:
        import saxonche  # noqa: PLC0415 - optional, and 0.1 s
    except ImportError as error:
        _say(out, {"error": f"ImportError: {error.name}"})
        return 0
    with saxonche.PySaxonProcessor(license=False) as processor:
        try:
            for name, value in _FEATURES.items():
                processor.set_configuration_property(name, value)
            told = json.loads(sys.stdin.readline())
            transformer = processor.new_xslt30_processor()
            transformer.set_cwd(told["folder"])
            sheet = transformer.compile_stylesheet(stylesheet_text=told["stylesheet"])
            _say(out, {"ready": True})
        except Exception as error:  # noqa: BLE001 - whatever Saxon says of the schematron
            _say(out, {"error": str(error)})
            return 0
        for line in sys.stdin:
            try:
                node = processor.parse_xml(xml_text=json.loads(line)["document"])
                _say(out, {"result": sheet.transform_to_string(xdm_node=node)})
            except Exception as error:  # noqa: BLE001 - whatever Saxon says of the document
                _say(out, {"error": str(error)})
    return 0


def _say(out: object, told: dict[str, object]) -> None:
    print(json.dumps(told), file=out, flush=True)  # type: ignore[call-overload]


if __name__ == "__main__":
    sys.exit(main())
