# SPDX-License-Identifier: GPL-2.0-only
#
# Every command sets itself up: it installs the packages it needs (as root, else
# it prints the line that does), and builds what is missing or has changed.

help:
	@echo 'make capture   boot the patched kernel, capture what it displays as PNGs'
	@echo 'make check     run every test and check'
	@echo 'make coverage  which lines of ours the tests reach: a table, and why not the others'
	@echo 'make stress    every broken variant of the code, and the long tests at full length'
	@echo 'make compare   the same tests on the base kernel and on ours, in one table, then make bench'
	@echo 'make clients   Debian'"'"'s own programs capture: drm_info, modetest, Weston'
	@echo 'make igt       IGT=debian or a directory: programs of IGT, against expectations (igt/README)'
	@echo 'make tree      make the kernel tree, build/linux: the base and the series'
	@echo 'make refresh   write the commits of build/linux back to patches/'
	@echo 'make bench     what a writeback costs, on the base kernel and on ours, in one table'
	@echo 'make htmldocs  the guide, as pages in build/htmldocs'
	@echo 'make series    write the mailable series to build/series'
	@echo 'make bisect    does each patch of the series build, and pass the tests there are by then?'
	@echo "make drivers   the base's drivers with writeback, on three architectures"
	@echo 'make own       put the series into a kernel tree of your own: TREE=DIR'
	@echo 'make install   install wbcapture and its man page: PREFIX=/usr/local, DESTDIR='
	@echo
	@echo 'Parts of these: kernel-plain, kernel-debug, kernel-qemu, mutants (broken variants that'
	@echo 'the tests must catch); and uninstall, clean'

capture check mutants stress bench htmldocs clients bisect drivers:
	@scripts/$@

compare:
	@scripts/compare --bench

coverage:
	@scripts/packages coverage
	@scripts/check '*-plain*' '*-debug*' selftest-build coverage
	@echo 'the lines are shown in build/coverage/index.html'

igt:
	@scripts/igt '$(IGT)'

tree refresh series:
	@scripts/packages tree
	@scripts/$@

own:
	@scripts/own-kernel $(if $(TREE),"$(TREE)")

install uninstall:
	@scripts/packages tools
	@$(MAKE) --no-print-directory -C tools/drm O="$(CURDIR)/build/tools" $@

kernel-plain kernel-debug:
	@scripts/kernel $(@:kernel-%=uml-%)

kernel-qemu:
	@scripts/kernel qemu-debug

# keeps the downloaded base, and the kernel tree, which may hold work
clean:
	rm -rf $(filter-out build/cache build/linux,$(wildcard build/*))

.PHONY: help capture check coverage mutants stress compare bench htmldocs clients igt tree refresh series \
	bisect drivers own install uninstall kernel-plain kernel-debug kernel-qemu clean
