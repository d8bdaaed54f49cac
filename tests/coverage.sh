#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/coverage: a line that no run reaches is red unless it has a reason, and
# a reason is red when it has no such line. On a small program in place of the
# kernel, with one file of ours and one line of ours in another.
#
# Usage: coverage.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

dir=$PWD/build/test-coverage
export TREE="$dir/tree" SERIES="$dir/series"
ours=drivers/ours.c
theirs=drivers/theirs.c
rm -rf "$dir"
mkdir -p "$TREE/drivers" "$dir/data"

in_tree() {
	git -C "$TREE" -c user.name="A Tester" -c user.email=tester@localhost "$@"
}

# two functions of ours, of 50 lines; one of the kernel with one line of ours
program() {
	printf 'int theirs(int x)\n{\n\tif (x > 5)\n\t\tx++;\n\treturn x;\n}\n' >"$TREE/$theirs"
	in_tree init -q
	in_tree add -A
	in_tree commit -q -m base
	in_tree tag base
	sed -i 's/\t\tx++;/&\n\tif (x > 7)\n\t\tx = 7;/' "$TREE/$theirs"
	{
		echo 'int theirs(int x);'
		printf 'int two(int x)\n{\n\tif (x == 2)\n\t\treturn theirs(x);\n\treturn 0;\n}\n'
		printf 'int main(int argc, char **argv)\n{\n\tvolatile int x = argc;\n\n'
		for i in $(seq 50); do printf '\tx += 2;\n\tx -= 2;\n'; done
		printf '\tif (x == 3)\n\t\tx = 4;\n\treturn two(x) > 2;\n}\n'
	} >"$TREE/$ours"
	echo "a.patch $ours" >"$SERIES"
	(cd "$TREE" && gcc --coverage -O0 -c $ours $theirs && gcc --coverage -o "$dir/program" ./*.o)
}

run() {		# NAME ARGUMENT...
	run=$dir/data/$1
	shift
	"$dir/program" "$@"
	mkdir -p "$run"
	cp "$TREE"/*.gcno "$run"
	mv "$TREE"/*.gcda "$run"
}

reasons() {	# LINES
	printf "$1" >"$dir/reasons"
}

says() {	# STATUS LINE
	scripts/coverage "$dir/data" "$dir/reasons" >"$dir/out" 2>&1
	status=$?
	cat "$dir/out"
	[ $status = "$1" ] && grep -qE -- "$2" "$dir/out"
}

row() {		# ROW: of the table
	tr -s ' ' <"$dir/data/table" | grep -E "^$1 ?\$" || { cat "$dir/data/table"; false; }
}

four="$ours main: x = 4;"
seven="$theirs theirs: x = 7;"
call="$ours two: return theirs(x);"
rest="$theirs theirs: if (x > 7)"
why='\n\tIt is a test.\n'

reasons ''
check "the program builds" program
check "no run is no success" says 1 "^Bail out! .*no run left anything"
run one
reasons "$four\n$seven\n$call\n$rest$why"
check "every line has a reason" says 0 "^ok .*: main\(\): x = 4;: It is a test"
check "... several lines share it" says 0 "^ok .*: two\(\): return theirs\(x\);: It is a test"
check "the table counts our lines" row "$ours 109 107 98.2"
check "... of the kernel's file only those of the series" row "$theirs, our lines 2 0 0.0"
check "... and the sum" row "all 111 107 96.4"

reasons "$seven\n$call\n$rest$why"
check "a line without a reason is red" says 1 "^not ok .*x = 4;: no test reaches it, and no reason"
reasons "$seven\n$call\n$rest$why$four\n"
check "... also when its entry is empty" says 1 "^not ok .*x = 4;: no test reaches it, and no reason"
reasons "$four\n$call\n$rest$why"
check "... a line of ours in the kernel's file too" says 1 "^not ok .*x = 7;: no test"
reasons "$four\n$seven\n$call\n$rest\n$ours main: x = 5;$why"
check "a reason for no line is red" says 1 "^not ok .*x = 5;: there is no such line"
reasons "$four\n$seven\n$call\n$rest\n$ours two: x = 4;$why"
check "... nor for one of another function" says 1 "^not ok .*two\(\): x = 4;: there is no such line"
reasons "$four\n$seven\n$call\n$rest\n$ours two: return 0;$why"
check "a reason for a line that a test reaches is red" says 1 "^not ok .*return 0;: a test reaches it"
reasons "$four\n$seven\n$call\n$rest$why$ours two: return 0;\n\tNot always: test.\n"
check "... unless it says that this is by chance" says 0 "^1\.\.6"
reasons "$four\n$seven\n$call\n$rest$why$ours two: return 1;\n\tNot always: test.\n"
check "... but not without such a line" says 1 "^not ok .*return 1;: there is no such line"
reasons "$four\nwhat is this$why"
check "a reason that is not understood is red" says 1 "^Bail out! .*not FILE FUNCTION: LINE: what is this"

run two a
reasons "$four\n$seven$why"
check "runs add up" says 0 "^1\.\.4"
check "... in the table" row "$ours 109 108 99.1"
reasons "$four\n$seven\n$call$why"
check "... also against a reason" says 1 "^not ok .*return theirs\(x\);: a test reaches it"

sed -i 's/x = 4;/x = 4; x = 4;/' "$TREE/$ours"
check "the changed program builds" sh -c "cd '$TREE' && gcc --coverage -O0 -c $ours"
cp "$TREE/ours.gcno" "$dir/data/two/"
check "counts of another build are red" says 1 "^Bail out! .*data/two.*another build"
in_tree checkout -q $theirs
rm -rf "$dir/data/two"
sed -i '/x [+-]= 2;/d; s/x = 4; //' "$TREE/$ours"
check "the short program builds" sh -c "cd '$TREE' && gcc --coverage -O0 -c $ours $theirs &&
	gcc --coverage -o '$dir/program' ./*.o"
run one
reasons "$four\n$call$why"
check "a file of ours needs 97 %" says 1 "^not ok .*$ours: 77.8 % of its lines"
echo "a.patch $ours drivers/lost.c" >"$SERIES"
touch "$TREE/drivers/lost.c"
check "a file of ours that no run has is red" says 1 "^not ok .*drivers/lost.c: no run has it"
finish
