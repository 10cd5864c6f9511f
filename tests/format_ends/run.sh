#!/bin/bash
# Documents of many makers: each complete one has its end, and a truncated one is recognised, wherever it was truncated.
#
#   tests/format_ends/run.sh     says which files were tried, which makers are not installed, and what is wrong
#
# What no one can see is listed with its reason where the file is made: the bytes behind the end, an earlier
# revision of a PDF, the second picture of a JPEG file. Needs $CLOSEDROP_BIN_DIR (build/dev by default).

set -euo pipefail
export LC_ALL=C
top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
cuts=${CLOSEDROP_BIN_DIR:-$top/build/dev}/tests/cuts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
tried=0 wrong=0 missing=''

have() { # PROGRAM
    type -P "$1" >/dev/null && return
    [[ " $missing " == *" $1 "* ]] || missing+="$1 "
    return 1
}

# try FILE [BEHIND [FROM TO]]: see cuts.c
try() {
    [ -s "$1" ] || { echo "$1 was not made" && wrong=$((wrong + 1)) && return; }
    tried=$((tried + 1))
    "$cuts" "$1" "${2:-0}" "${@:3}" || wrong=$((wrong + 1))
}

size() {
    stat -c %s -- "$1"
}

behind_eof() { # PDF: how many bytes stand behind its last %%EOF; without them it is whole
    echo $(($(size "$1") - $(grep -abo '%%EOF' "$1" | tail -n 1 | cut -d: -f1) - 5))
}

try_pdf() { # FILE
    try "$1" "$(behind_eof "$1")"
}

page() { # TEXT...: PostScript of a small page each
    local text
    for text; do
        printf '/Helvetica findfont 20 scalefont setfont 10 20 moveto (%s) show showpage\n' "$text"
    done
}

ghost() { # FILE DEVICE OPTION...: from PostScript on standard input
    gs -q -dSAFER -sDEVICE="$2" "${@:3}" -o "$1" -
}

# ---- PDF ----

pdfs() {
    have gs || return 0
    page one two | ghost gs.pdf pdfwrite -g1000x1000
    try_pdf gs.pdf
    page scanned | ghost gs-image.pdf pdfimage8 -r20 -g100x60
    try_pdf gs-image.pdf
    updated_pdf
    { cat gs.pdf && printf '\r\n\0\0\0<!-- added by a mail gateway -->\r\n'; } >gs-behind.pdf
    try_pdf gs-behind.pdf
    try_behind_head mark '\xef\xbb\xbf'
    try_behind_head lines '\r\n \r\n'
    try_behind_head pjl '\x1b%%-12345X@PJL JOB NAME="scan"\r\n@PJL ENTER LANGUAGE=PDF\r\n'
    try_behind_head mime 'Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n\r\n'
    if have qpdf; then
        qpdf gs.pdf qpdf.pdf && try_pdf qpdf.pdf
        qpdf --linearize gs.pdf linearized.pdf && try_pdf linearized.pdf
        { printf '\xef\xbb\xbf' && cat linearized.pdf; } >linearized-mark.pdf
        try linearized-mark.pdf "$(behind_eof linearized-mark.pdf)" 1 7
        qpdf --object-streams=generate --linearize gs.pdf streams.pdf && try_pdf streams.pdf
        qpdf --encrypt '' owner 256 -- gs.pdf encrypted.pdf && try_pdf encrypted.pdf
    fi
    if have pdftocairo; then
        pdftocairo -pdf gs.pdf cairo.pdf && try_pdf cairo.pdf
        pdfunite gs.pdf gs-image.pdf united.pdf && try_pdf united.pdf
    fi
    if have img2pdf; then
        page photo | ghost photo-for-pdf.jpg jpeg -r20 -g100x60
        img2pdf photo-for-pdf.jpg -o img2pdf.pdf && try_pdf img2pdf.pdf
    fi
    if type -P soffice >/dev/null; then # large: only where it is there
        echo "A letter." >letter.txt
        HOME=$work soffice --headless --convert-to pdf letter.txt >/dev/null 2>&1 && mv letter.pdf office.pdf && try_pdf office.pdf
        HOME=$work soffice --headless --convert-to docx letter.txt >/dev/null 2>&1 && mv letter.docx office.docx && try office.docx
    fi
}

# What editors, spoolers and gateways write before a PDF: cut in there, nothing says yet that it is one.
try_behind_head() { # NAME HEAD, for printf
    # shellcheck disable=SC2059
    printf "$2" >head.bin
    cat head.bin gs.pdf >"head-$1.pdf"
    try "head-$1.pdf" "$(behind_eof "head-$1.pdf")" 1 "$(($(size head.bin) + 4))"
}

# What was there before the update is a whole PDF, up to the update's first number.
updated_pdf() {
    local first start
    cp gs.pdf updated.pdf
    first=$(($(size gs.pdf) - $(behind_eof gs.pdf)))
    start=$(size gs.pdf)
    printf '99 0 obj\n<</Type/Annot/Contents(signed)>>\nendobj\nxref\n99 1\n%010d 00000 n \ntrailer\n<</Size 100>>\nstartxref\n%d\n%%%%EOF\n' \
        "$start" "$((start + 56))" >>updated.pdf
    try updated.pdf 1 "$first" "$start"
}

# ---- TIFF ----

tiffs() {
    local how
    have gs || return 0
    page one two three | ghost fax.tif tiffg4 -r50 -g100x60
    try fax.tif
    page colours | ghost gs24.tif tiff24nc -r20 -g60x40
    try gs24.tif
    page lzw | ghost gslzw.tiff tifflzw -r50 -g100x60
    try gslzw.tiff
    if have tiffcp; then
        tiffcp -c g3:2d fax.tif g3.tif && try g3.tif
        tiffcp -8 fax.tif wide.tif && try wide.tif
        tiffcp -8 -B -c lzw fax.tif wide-big-endian.tif && try wide-big-endian.tif
        tiffcp -B -c lzw fax.tif big-endian.tif && try big-endian.tif
        tiffcp -r 4 -c packbits fax.tif strips.tif && try strips.tif
        tiffcp -t -w 16 -l 16 -c zip gs24.tif tiles.tif && try tiles.tif
        tiffcp -p separate -c lzw gs24.tif planes.tif && try planes.tif
    fi
    odd_tiffs
    if have convert; then
        for how in none lzw zip jpeg rle; do
            convert -size 40x30 gradient:red-blue -compress $how "magick-$how.tif" && try "magick-$how.tif"
        done
        convert fax.tif magick-pages.tif && try magick-pages.tif
        convert -size 40x30 plasma:fractal -define tiff:tile-geometry=16x16 magick-tiles.tif && try magick-tiles.tif
    fi
}

# Complete ones that seem truncated to a reader who trusts all they say: a camera's directory that seems to continue, or ends with
# the file; lengths rounded up, past the end. What follows the end is cut away, if there is any.
odd_tiffs() {
    local file
    python3 - <<'PY'
import struct
def field(tag, kind, count, value):
    return struct.pack("<HHII", tag, kind, count, value)
def directory(fields, after):
    return struct.pack("<H", len(fields)) + b"".join(fields) + after
def picture(more, offset, length, compression=1, rows=64, strip_rows=64):
    return [field(256, 4, 1, 64), field(257, 4, 1, rows), field(258, 3, 1, 1), field(259, 3, 1, compression),
            field(273, 4, 1, offset), field(278, 4, 1, strip_rows), field(279, 4, 1, length)] + more
def save(name, *parts):
    open(name, "wb").write(b"II*\0" + b"".join(parts))
def camera_tiff(name, tag, after):
    end = 8 + 512 + 2 + 8 * 12 + 4
    camera = directory([field(36864, 7, 4, 0x30333230)], after)
    save(name, struct.pack("<I", 8 + 512), b"\x55" * 512,
         directory(picture([field(tag, 4, 1, end)], 8, 512), bytes(4)), camera)
camera_tiff("camera-last.tif", 34665, b"")
camera_tiff("camera-outside.tif", 34665, struct.pack("<I", 123456))
camera_tiff("place-nowhere.tif", 34853, b"\xff\xff\xff\xff")
last = 2 + 7 * 12 + 4
save("rounded-directory-last.tif", struct.pack("<I", 8 + 500), b"\x55" * 500, directory(picture([], 8, 4096, 4), bytes(4)))
save("rounded-rows.tif", struct.pack("<I", 8), directory(picture([], 8 + last, 1024, 1, 40, 64), bytes(4)), b"\x55" * 320)
save("rounded-block.tif", struct.pack("<I", 8), directory(picture([], 8 + last, 4096, 4), bytes(4)), b"\x55" * 4000)
PY
    for file in camera-last.tif rounded-directory-last.tif rounded-rows.tif; do
        try "$file"
    done
    for file in camera-outside.tif place-nowhere.tif; do
        try "$file" 4
    done
    try rounded-block.tif 3999 # up to where its data begins
}

# ---- JPEG ----

jpegs() {
    have gs || return 0
    page photo | ghost gs.jpg jpeg -r20 -g100x60
    try gs.jpg
    pictures_in_pictures
    if have cjpeg; then
        page photo | ghost photo.ppm ppmraw -r20 -g100x60
        cjpeg -baseline photo.ppm >cjpeg.jpg && try cjpeg.jpg
        cjpeg -progressive photo.ppm >progressive.jpg && try progressive.jpg
        cjpeg -arithmetic photo.ppm >arithmetic.jpeg && try arithmetic.jpeg
        cjpeg -restart 1 photo.ppm >restart.jpg && try restart.jpg
        jpegtran -rotate 90 -progressive gs.jpg >jpegtran.jpg && try jpegtran.jpg
    fi
    if have convert; then
        convert gs.jpg -interlace JPEG -set comment "a remark" magick.jpg && try magick.jpg
    fi
}

# A thumbnail has an end of its own, inside of what the camera says. A file of several pictures (MPO, and what phones
# add to a photograph) is a whole JPEG after its first: the rest are bytes behind an end.
pictures_in_pictures() {
    python3 - <<'PY'
photo = open("gs.jpg", "rb").read()
def segment(marker, data):
    return b"\xff" + marker + (len(data) + 2).to_bytes(2, "big") + data
exif = segment(b"\xe1", b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + photo)
open("thumbnail.jpg", "wb").write(photo[:2] + exif + photo[2:])
index = segment(b"\xe2", b"MPF\0II*\0\x08\0\0\0\0\0\0\0\0\0")
first = photo[:2] + index + photo[2:]
open("pictures.mpo.jpg", "wb").write(first + photo)
open("first", "w").write(str(len(first)))
PY
    try thumbnail.jpg
    try pictures.mpo.jpg "$(size gs.jpg)"
}

# ---- PNG ----

pngs() {
    have gs || return 0
    page screen | ghost gs.png png16m -r20 -g100x60
    try gs.png
    { cat gs.png && head -c 100 /dev/zero; } >behind.png
    try behind.png 100
    if have optipng; then
        optipng -quiet -i1 -out optipng.png gs.png && try optipng.png
    fi
    if have pngcrush; then
        pngcrush -q gs.png pngcrush.png >/dev/null 2>&1 && try pngcrush.png
    fi
    if have convert; then
        convert gs.png -strip -set comment "a remark" magick.png && try magick.png
    fi
}

# ---- ZIP, and what is one inside ----

zips() {
    mkdir tree
    echo hello >tree/hello.txt
    head -c 2000 /dev/urandom >tree/noise.bin
    if have zip; then
        zip -q -r zip.zip tree && try zip.zip
        zip -q -r -z commented.zip tree <<<"a remark of some length" >/dev/null && try commented.zip
        zip -q -0 nested.zip zip.zip && try nested.zip
        zip -q -r - tree | cat >streamed.zip
        try streamed.zip
    fi
    if have 7z; then
        7z a -tzip -bso0 7z.zip tree && try 7z.zip
    fi
    python3 - <<'PY'
import zipfile
zipfile.ZipFile("empty.zip", "w").close()
with zipfile.ZipFile("python.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.write("tree/hello.txt")
with zipfile.ZipFile("wide.zip", "w") as archive:
    with archive.open("a.txt", "w", force_zip64=True) as member:
        member.write(b"hello")
for name, parts in (("letter.docx", ("[Content_Types].xml", "_rels/.rels", "word/document.xml")),
                    ("table.xlsx", ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")),
                    ("text.odt", ("mimetype", "content.xml", "META-INF/manifest.xml"))):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(part, "<?xml version='1.0'?><%s/>" % part.strip("[]").replace("/", "-"))
with zipfile.ZipFile("many.zip", "w") as archive:
    for i in range(66000):
        archive.writestr("%d" % i, b"")
PY
    for name in empty.zip python.zip wide.zip letter.docx table.xlsx text.odt many.zip; do
        try "$name"
    done
}

# ---- what a write that failed leaves, of any type ----

zeros() {
    local name
    for name in zeros.csv zeros.pdf zeros.bin; do
        truncate -s 5000 "$name"
        tried=$((tried + 1))
        if "$cuts" "$name" 0 >zeros; then
            echo "$name holds nothing, but looks whole" && wrong=$((wrong + 1))
        fi
    done
}

pdfs
tiffs
jpegs
pngs
zips
zeros
[ -z "$missing" ] || echo "not installed: $missing"
echo "$tried documents, $wrong wrong"
[ "$wrong" = 0 ] && [ "$tried" -ge 8 ]
