#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/strip and scripts/residue, on files of a few lines.
#
# Usage: strip.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap
. tests/small-repo

# The lines that end in /**/ or stand between <> and </> are to go.
write_source() {
	mkdir -p src
	cat >src/a.c <<'END'
#include <keep.h>
#include <go.h> /**/

<>/* about it,
 * in two lines: ( { */
static int *
go_function(int a,
	    int b)
{
	return a; /* } */
}
EXPORT_SYMBOL(go_function);

</>int keep_function(int a)
{
	int keep = 0;
	struct go *go; /**/

	if (keep)
		return '{';

<>	/* a check */
	if (a &&
	    b) {
		printk("}");
	}

</>	if (keep) {
		go();
<>	} else if (a == 1) {
		int deep;

		if (deep) {
			deep++;
		}
</>	} else {
		keep++;
	}

<>	ret = go_init(a,
		      b);
	if (ret)
		goto out;

</>	switch (a) {
	case 1:
		break;
<>	case GO: {
		int deep;
		break;
	}
</>	default:
		break;
	}
	return keep;
}

int other_function(int a)
{
	struct go *go;

	return a;
}

static const struct ops ops[] = {
	[ONE] = {
		.go = one, /**/
		.keep = one,
	},
	[TWO] = {
		.go = two,
		.keep = two,
	},
};

struct members {
	int keep;

<>	/**
	 * @go: a member
	 *
	 * described at length
	 */
	int (*go)(int a,
		  int b);

</>	/**
	 * @keep: a member
	 *
<>	 * This paragraph is about
	 * what goes.
	 *
</>	 * This one is not.
	 */
	int keep_too;
};
END
	printf 'objs := \\\n\tkeep.o \\\n\tgo.o\n' >src/Makefile
	printf 'Keep\n====\n\nText.\n\nGo\n--\n\nText.\n\nMore.\n\nKeep\n====\n\nText.\n' >src/a.rst
	echo go >src/go.c
	sed '/^<>/,/^<\/>/{/^<\/>/!d}; /\/\*\*\/$/d; s/^<\/>//' src/a.c >wanted.c
	sed -i 's/^<>//; s/^<\/>//; s/ \/\*\*\/$//' src/a.c
	cp src/a.c before.c
}

cat >regions <<'END'
; a comment
rm go.c
Makefile
	"\ go.o"
a.rst
	Go
a.c
	#include <go.h>
	go_function(
	keep_function: struct go *go;
	if (a &&
	} else if (a == 1)
	ret = go_init(
	case GO:
	[ONE]: .go =
	int (*go)(
	* This paragraph
END

# strip with one more region in a.c
strip_with() {
	write_source
	printf '%s\n' "$1" | cat regions - >regions.more
	scripts/strip src <regions.more
}

untouched() {
	cmp src/a.c before.c && [ -e src/go.c ] && grep -q go.o src/Makefile
}

write_source
check "each kind of region is taken out" sh -c 'scripts/strip src <regions >removed'
check "... of C, and nothing else" diff -u wanted.c src/a.c
check "... of a Makefile" [ "$(cat src/Makefile)" = "$(printf 'objs := \\\n\tkeep.o')" ]
check "... of a document" [ "$(cat src/a.rst)" = "$(printf 'Keep\n====\n\nText.\n\nKeep\n====\n\nText.')" ]
check "... and a whole file" [ ! -e src/go.c ]
check "what is removed is printed with file and entry" grep -qF '=== a.c: ret = go_init(' removed
check "... and nothing that stays" sh -c '! grep -v "^===" removed | grep keep'

n=$(($(wc -l <regions) + 1))
refuses "a region that is not there" \
	"strip: a.c: region 'go_none(' (line $n of the list): 'go_none(' is found 0 times, not once" \
	strip_with "	go_none("
check "... leaves every file as it was" untouched
refuses "a region that is there twice" \
	"strip: a.c: region 'return' (line $n of the list): 'return' is found" strip_with "	return"
check "... leaves every file as it was" untouched
refuses "words that are there twice" "'int a' is found" strip_with '	"int a"'
refuses "a region that was taken out before" "is found 0 times" strip_with "	#include <go.h>"
refuses "a region in a function that is not there" "'no_function' is found 0 times" \
	strip_with "	no_function: int a;"
refuses "a file that is not there" "strip: none.c: region 'int a;' (line $((n + 1)) of the list): no such file" \
	strip_with "none.c
	int a;"
refuses "a statement without an end" "the end of the region is not found" sh -c \
	'printf "int f(\n" >src/b.c; printf "b.c\n\tint f(\n" | scripts/strip src'

# the search for what is left

scripts/tree 2>/dev/null
check "nothing is left in the stripped base" scripts/residue build/linux
plant() {
	echo "$2" >>"build/linux/$1"
	git -C build/linux add -f "$1"
	commit_kernel -m planted
	scripts/residue build/linux HEAD
	status=$?
	git -C build/linux reset -q --hard HEAD^
	return $status
}
check "a line that says something else" plant include/drm/drm_b.h "int back_write;"
refuses "a planted line in a header" "include/drm/drm_b.h:int my_writeback;" \
	plant include/drm/drm_b.h "int my_writeback;"
refuses "a planted line in the core" "drivers/gpu/drm/drm_a.c:int wb_job;" \
	plant drivers/gpu/drm/drm_a.c "int wb_job;"
mkdir -p build/linux/drivers/gpu/drm/arm build/linux/Documentation/gpu
refuses "a planted line in Mali-DP" "drivers/gpu/drm/arm/malidp_x.c:int enable_MemWrite;" \
	plant drivers/gpu/drm/arm/malidp_x.c "int enable_MemWrite;"
mkdir -p build/linux/Documentation/gpu
refuses "a planted line in the guide" "Documentation/gpu/drm-x.rst:Writeback" \
	plant Documentation/gpu/drm-x.rst "Writeback"
echo '^include/drm/drm_b.h:int gone_writeback' >>base/writeback.abi
refuses "a listed line that the base has not" "lists what the base has not" scripts/residue build/linux
finish
