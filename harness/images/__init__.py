"""The guest's initramfs."""
