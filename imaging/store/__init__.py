"""The volume store: native crops of disc volumes on disk, written study by study, read by memory map."""
