"""What one does in a guest: load filters, attach them to events, work on tables, watch.

>>> with start_guest(plan, deadline) as guest:          # doctest: +SKIP
...     loaded = guest.load(Path("count.bpf.o").read_bytes())
...     link = loaded.filters["count"].attach("kprobe/do_exit")
...     guest.shell("true").wait()
...     loaded.tables["counts"].dump()
...     link.detach()
"""
