"""Other editors' files by way of OpenTimelineIO's maintained adapters."""
