"""The plugs that OpenTimelineIO loads; `plugin_manifest.json` lists them."""
