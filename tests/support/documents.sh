#!/bin/bash
# Makes documents for tests, by the programs that make them in real life.
# Usage: documents.sh OUTDIR                     one of each kind: letter.pdf, invoice.pdf (3 pages), contract.pdf (12 pages),
#                                                scan.pdf (pictures of pages), fax.tif (G4, 3 pages), fax-g3.tif, photo.jpg,
#                                                screen.png, customers.csv, notes.txt, export.zip, empty.txt (0 bytes)
#        documents.sh --count N OUTDIR [SEED]    N small ones, doc-00001.pdf, doc-00002.tif, ... (pdf, tif, jpg, png, csv, zip
#                                                in turn); another SEED makes other contents
#        documents.sh --big SIZE FILE            SIZE (bytes, or 25M, 2G) of random bytes, no holes
#        documents.sh --names OUTDIR             small PDFs under awkward names
#        documents.sh --cut FILE OUT PERCENT     the first PERCENT of FILE, as a broken transfer leaves it
#
# All contents differ from each other and are the same in every run; --big depends on the size and on FILE's last part.
# Every document is valid and complete, but for what --cut and --big make. Prints nothing but errors.
#
# Needs: ghostscript, libtiff-tools, zip (OUTDIR alone); ghostscript, python3 (--count, --names); openssl (--big).

set -euo pipefail
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1700000000

die() {
    printf 'documents.sh: %s\n' "$*" >&2
    exit 1
}

need() {
    type -P "$1" >/dev/null || die "$1 is missing: install the package $2"
}

# directory PATH: makes it, and prints it so that it cannot be taken for an option.
directory() {
    mkdir -p -- "$1" && realpath -- "$1"
}

# postscript TITLE PAGES
postscript() {
    local page
    for ((page = 1; page <= $2; page++)); do
        cat <<PS
/Helvetica-Bold findfont 24 scalefont setfont 72 720 moveto ($1) show
/Helvetica findfont 12 scalefont setfont
72 690 moveto (Page $page of $2) show
0 1 24 { /line exch def
    72 660 line 20 mul sub moveto ($1, page $page, line ) show line 1 add 3 string cvs show
    (: the quick brown fox jumps over the lazy dog.) show } for
showpage
PS
    done
}

# A picture without text: colours running into each other.
picture() {
    cat <<PS
0 1 59 { /row exch def 0 1 79 { /column exch def
    column 80 div row 60 div column row mul 4800 div setrgbcolor
    column 7.65 mul row 13.2 mul 7.65 13.2 rectfill } for } for
/Helvetica findfont 36 scalefont setfont 0 setgray 72 400 moveto ($1) show showpage
PS
}

# render FILE DEVICE OPTION...: PostScript on standard input becomes FILE. What Ghostscript takes from the clock in
# spite of SOURCE_DATE_EPOCH (a PDF's ID, dates) is replaced by something of the same length.
render() {
    local file=$1 device=$2 id
    shift 2
    gs -q -dSAFER -sDEVICE="$device" "$@" -o "${file//%/%%}" - >&2
    id=$(printf '%s' "${file##*/}" | md5sum | tr a-f A-F | cut -c 1-32)
    sed -i -E -e 's/\(D:[0-9]{14}/(D:20231114222013/' -e "s,/ID \[<[0-9A-F]{32}><[0-9A-F]{32}>\],/ID [<$id><$id>]," \
        -e 's/20[0-9]{2}(:[0-9]{2}){2} [0-9]{2}(:[0-9]{2}){2}/2023:11:14 22:13:20/' -- "$file"
}

customers() {
    local row
    printf 'number,name,city,balance\r\n'
    for row in {1001..1200}; do
        printf '%d,"Customer %d, Ltd.",Town %d,%d.%02d\r\n' "$row" "$row" $((row % 17)) $((row * 7)) $((row % 100))
    done
}

# archive FILE MEMBER...: of copies, because a ZIP file holds its members' times and these have to be always the same.
archive() {
    local file=$1
    shift
    cp -- "$@" "$scratch"
    (cd "$scratch" && touch -d @"$SOURCE_DATE_EPOCH" -- * && zip -q -X out.zip -- *)
    mv -- "$scratch/out.zip" "$file"
}

one_of_each() {
    local out
    out=$(directory "$1")
    need gs ghostscript
    need tiffcp libtiff-tools
    need zip zip
    postscript "A letter" 1 | render "$out/letter.pdf" pdfwrite
    postscript "Invoice 1001" 3 | render "$out/invoice.pdf" pdfwrite
    postscript "Contract" 12 | render "$out/contract.pdf" pdfwrite
    postscript "Scanned" 2 | render "$out/scan.pdf" pdfimage8 -r150
    postscript "Fax" 3 | render "$out/fax.tif" tiffg4 -r204x196
    tiffcp -c g3:2d "$out/fax.tif" "$out/fax-g3.tif"
    picture "A photograph" | render "$out/photo.jpg" jpeg -r100
    picture "A screen" | render "$out/screen.png" png16m -r72
    customers >"$out/customers.csv"
    printf 'Call back on Monday.\nAsk for the contract.\n' >"$out/notes.txt"
    archive "$out/export.zip" "$out/letter.pdf" "$out/customers.csv"
    : >"$out/empty.txt"
}

# templates: one small document of each kind that Ghostscript makes, $scratch/KIND.
templates() {
    need gs ghostscript
    need python3 python3
    postscript "Small" 1 | render "$scratch/pdf" pdfwrite
    postscript "Small fax" 2 | render "$scratch/tif" tiffg4 -r204x98
    picture "Small" | render "$scratch/jpg" jpeg -r20
    picture "Small" | render "$scratch/png" png16m -r15
}

# variants SEED: makes a document for each "KIND PATH" on standard input, which end in NUL. Its number goes where the
# format has room for a remark, so that each one is valid and none is like another.
variants() {
    python3 -c '
import io, os, struct, sys, zipfile, zlib

def pdf(data, remark):
    head, tail = data.rsplit(b"startxref", 1)
    return head + b"% " + remark + b"\nstartxref" + tail

def tif(data, remark):
    return data + remark

def jpg(data, remark):
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(remark) + 2) + remark + data[2:]

def png(data, remark):
    chunk = b"tEXtComment\0" + remark
    first = data.index(b"IHDR") + 4 + 13 + 4
    return data[:first] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[first:]

def csv(data, remark):
    return b"number,name\r\n" + b"".join(b"%d,%s\r\n" % (row, remark) for row in range(20))

def zip(data, remark):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("remark.txt"), remark, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("letter.pdf"), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()

templates, seed = map(os.fsencode, sys.argv[1:])
data = {kind: open(os.path.join(templates, kind), "rb").read() for kind in (b"pdf", b"tif", b"jpg", b"png")}
data[b"csv"], data[b"zip"] = b"", data[b"pdf"]
for number, line in enumerate(sys.stdin.buffer.read().split(b"\0")[:-1], 1):
    kind, path = line.split(b" ", 1)
    with open(path, "wb") as out:
        out.write(globals()[kind.decode()](data[kind], b"document %d of %s" % (number, seed)))
' "$scratch" "$1"
}

count() {
    local kinds=(pdf tif jpg png csv zip) out number kind
    out=$(directory "$2")
    templates
    for ((number = 1; number <= $1; number++)); do
        kind=${kinds[(number - 1) % ${#kinds[@]}]}
        printf '%s %s/doc-%05d.%s\0' "$kind" "$out" "$number" "$kind"
    done | variants "$3"
}

# 255 bytes, the most a name can have.
longest_name() {
    printf 'n%.0s' {1..251}
    printf '.pdf'
}

awkward_names() {
    local names=(
        'with spaces in it.pdf' ' space first and last .pdf' "single 'quotes'.pdf" 'double "quotes".pdf'
        'Müller Straße.pdf' $'NFC \xc3\xbc.pdf' $'NFD u\xcc\x88.pdf' $'\xe5\xa5\x91\xe7\xb4\x84.pdf'
        $'emoji \xf0\x9f\x98\x80.pdf' $'right-to-left \xe2\x80\xaefdp.pdf' $'new\nline.pdf' $'carriage\rreturn.pdf'
        $'tab\tand bell\a.pdf' 'back\slash\n.pdf' '-rf.pdf' '--help.pdf' $'not UTF-8 \xff\xfe.pdf' $'Latin-1 \xfc.pdf'
        "$(longest_name)" 'trailing dot.' 'no suffix' '100%.pdf' '%s%n%41%00.pdf' "a;b&c\$d.pdf" "\$(touch pwned) \`id\`.pdf"
        '*?[a-z]!.pdf' '#fragment?query=1.pdf' '{stem}{{name}}.pdf' '<b>bold & "quoted"<b>.pdf' 'a..b.pdf'
        'copy (2).pdf' 'UPPER.PDF' 'two.suffixes.tar.pdf' 'comma, semicolon; colon:.pdf' '~tilde.pdf' '=1+1.pdf'
    ) out name
    out=$(directory "$1")
    templates
    for name in "${names[@]}"; do
        printf 'pdf %s/%s\0' "$out" "$name"
    done | variants names
}

big() {
    local size key
    need openssl openssl
    size=$(numfmt --from=iec -- "$1")
    key=$(printf '%s %s' "$size" "${2##*/}" | md5sum | cut -c 1-32)
    head -c "$size" /dev/zero | openssl enc -aes-128-ctr -K "$key" -iv 00000000000000000000000000000000 >"$2"
}

cut_off() {
    local size
    size=$(stat -c %s -- "$1")
    head -c $((size * $3 / 100)) -- "$1" >"$2"
}

usage() {
    sed -n '/^# Usage/,/^#$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

main() {
    scratch=$(mktemp -d)
    trap 'rm -rf -- "$scratch"' EXIT
    case ${1:-}/$# in
    --count/3 | --count/4) count "$2" "$3" "${4:-seed}" ;;
    --names/2) awkward_names "$2" ;;
    --big/3) big "$2" "$3" ;;
    --cut/4) cut_off "$2" "$3" "$4" ;;
    --*) usage ;;
    */1) one_of_each "$1" ;;
    *) usage ;;
    esac
}

main "$@"
